// The debrief: when a reply is whole, its beginning is brought into sight.
window.interviewer.toReply = () => setTimeout(() => {
  const bubbles = document.querySelectorAll("#debrief-chat .bot.message, #debrief-chat .message.bot");
  const last = bubbles[bubbles.length - 1];
  const box = last?.closest(".bubble-wrap");
  if (box) box.scrollTop += last.getBoundingClientRect().top - box.getBoundingClientRect().top - 72;
}, 120);
