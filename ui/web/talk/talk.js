// The interview's page: drafts survive a reload, Enter never sends half a word of an input method, focus comes back.
(() => {
  if (!/\/interview\/?$/.test(window.location.pathname)) return;
  const session = () => new URL(window.location.href).searchParams.get("session") || "";
  const key = () => `interviewer.draft.${session()}`;
  const box = () => document.querySelector("#answer textarea");
  const turn = () => document.querySelector("#turn input")?.value || "";
  const read = () => { try { return JSON.parse(localStorage.getItem(key()) || "null"); } catch { return null; } };
  let restored = false, due = true;
  const fill = (text) => {
    const field = box();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // a draft belongs to one turn: what was sent before the reload is not put into the next answer
  const tend = () => {
    const field = box();
    if (!field || !Number(turn())) return;
    const kept = read();
    if (!restored) {
      restored = true;
      if (kept && kept.turn === turn() && kept.text && !field.value) fill(kept.text);
      return;
    }
    try {
      if (field.value) { if (kept?.text !== field.value || kept?.turn !== turn()) localStorage.setItem(key(), JSON.stringify({ turn: turn(), text: field.value })); }
      else if (kept && !field.disabled) localStorage.removeItem(key());
    } catch (error) { console.warn("the draft cannot be kept in this browser", error); }
    const log = document.querySelector("#chat [role=log]"), label = document.querySelector("#open-question [data-chat]")?.dataset.chat;
    if (log && label && log.getAttribute("aria-label") !== label) log.setAttribute("aria-label", label);
    // the box is shut while the interviewer speaks and so loses the focus: whoever sent from it gets it back
    if (due && !field.disabled && document.activeElement === document.body) field.focus();
  };
  setInterval(tend, 400);
  window.addEventListener("pagehide", tend);
  for (const kind of ["focusin", "pointerdown"]) // a press beside the box, to mark words of the chat, gives the focus up
    document.addEventListener(kind, (event) => { due = !!event.target.closest?.("#answer, #send"); });
  // the question whether to end takes the focus once, on the answer that ends nothing
  let asked = false;
  setInterval(() => {
    const no = document.querySelector("#end-no");
    const shown = !!no && no.offsetParent !== null;
    if (shown && !asked) { no.focus(); no.scrollIntoView({ block: "nearest" }); }
    asked = shown;
  }, 200);
})();
