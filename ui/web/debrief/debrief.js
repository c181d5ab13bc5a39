// The debrief: when a reply is whole, its beginning is brought into sight; again a little later, for the chat scrolls by itself too.
window.interviewer.toReply = () => {
  const show = () => {
    const bubbles = document.querySelectorAll("#debrief-chat .bot.message");
    const last = bubbles[bubbles.length - 1];
    const box = last?.closest(".bubble-wrap");
    if (box) box.scrollTop += last.getBoundingClientRect().top - box.getBoundingClientRect().top - 72;
  };
  for (const wait of [120, 450, 900]) setTimeout(show, wait);
};
