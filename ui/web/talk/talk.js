// The interview's page: moves go out over the talk's own channel, what comes back is drawn once and appended to.
// Drafts survive a reload, Enter never sends half a word of an input method, focus comes back, a lost connection is taken up again.
(() => {
  const here = /^(.*)\/interview\/?$/.exec(window.location.pathname);
  if (!here) return;
  const base = here[1];
  const find = (what) => document.querySelector(what);
  const session = () => new URL(window.location.href).searchParams.get("session") || "";
  const box = () => find("#answer textarea");
  const chat = () => find("#chat");
  const word = (name) => { try { return JSON.parse(chat()?.dataset.words || "{}")[name] || ""; } catch { return ""; } };
  const MOVES = ["send", "hint", "repeat", "skip", "pause", "resume", "end"];
  const at = { turn: 0, status: "", mode: "", busy: true, last: false };  // how the session stands, as the server last said
  let speaking = null;  // the bubble that words are being added to

  // drawing

  const html = (where, text) => { const place = find(where); if (place && place.innerHTML !== text) place.innerHTML = text; };
  const tell = (words, link = "", way = "") => {
    const place = find("#notice");
    if (!place) return;
    place.replaceChildren();
    if (!words) return;
    const said = place.appendChild(document.createElement("p"));
    said.textContent = words;
    if (!link) return;
    const onward = said.appendChild(document.createElement("a"));
    onward.href = link;
    onward.textContent = way;
    onward.before(" ");
  };
  const bubble = (side, text, extra = "") => {
    const row = document.createElement("div");
    row.className = `message-row ${side}-row passing`;
    const inside = row.appendChild(document.createElement("div"));
    inside.className = `message ${side} ${extra}`;
    inside.textContent = text;
    const bottom = near();
    chat().appendChild(row);
    if (bottom || side === "user") down();
    return inside;
  };
  const typing = () => {
    const one = bubble("bot", "");
    one.innerHTML = '<span class="typing" role="status"><span></span><i></i><i></i><i></i></span>';
    one.querySelector("span span").textContent = word("thinking");
    return one;
  };
  const near = () => { const log = chat(); return log.scrollHeight - log.scrollTop - log.clientHeight < 120; };
  const down = () => { const log = chat(); log.scrollTop = log.scrollHeight; };
  const draw = (standing) => {
    const log = chat();
    for (const row of log.querySelectorAll(".passing")) row.remove();
    for (const one of [...log.querySelectorAll(".message[data-turn]")]) if (Number(one.dataset.turn) >= standing.since) one.closest(".message-row").remove();
    log.insertAdjacentHTML("beforeend", standing.bubbles.join(""));
    speaking = null;
    void drawMermaid();
    down();
  };
  const stand = (standing) => {
    Object.assign(at, { turn: standing.turn, status: standing.status, mode: standing.mode, busy: standing.busy, last: standing.last });
    draw(standing);
    html("#open-question", standing.open);
    html("#panel", standing.progress);
    html("#over", standing.over);
    find("#turn input").value = standing.turn;
    if (standing.busy) speaking = typing();
    tell(standing.message);
    ready();
  };
  const ready = () => {
    const done = at.status === "finished", paused = at.status === "paused";
    const shown = { hint: at.mode === "practice", pause: !paused, resume: paused };
    for (const name of MOVES) {
      const button = find(`#${name}`);
      if (!button) continue;
      button.classList.toggle("away", done || shown[name] === false);
      button.disabled = at.busy || (paused && name !== "resume" && name !== "end");
    }
    const field = box();
    if (field) { field.disabled = at.busy || paused; find("#answer").classList.toggle("away", done); }
    find("#voice")?.classList.toggle("away", done);
    if (done) sure("");
    find(".talk")?.classList.add("here");
  };
  // whether what ends the interview is meant: "end", "skip" (of the last question), or "" to ask no more
  const sure = (asked) => {
    const row = find("#sure");
    if (!row) return;
    row.classList.toggle("asked", !!asked);
    row.classList.toggle("skipping", asked === "skip");
    if (!asked) return;
    find("#end-no").focus();
    row.scrollIntoView({ block: "nearest" });
  };

  // drawings: Gradio brings Mermaid along; where it cannot be had or cannot draw, the source stays
  let mermaid = null, drawn = 0;
  const drawMermaid = async () => {
    const look = document.body.classList.contains("dark") ? "dark" : "neutral"; // a look that changed is drawn anew
    for (const pre of document.querySelectorAll(`#chat .mermaid-source:not(.tried), #chat .mermaid-drawing:not([data-look=${look}])`)) {
      pre.classList.add("tried");
      pre.dataset.look = look;
      try {
        mermaid ??= import(base + find("meta[name=interviewer-mermaid]").content).then((found) => found.default);
        const tool = await mermaid;
        tool.initialize({ startOnLoad: false, securityLevel: "strict", theme: look });
        const { svg } = await tool.render(`drawing-${++drawn}`, pre.dataset.mermaid);
        const figure = document.createElement("figure");
        figure.className = "mermaid-drawing";
        figure.innerHTML = svg;
        figure.title = pre.title || pre.textContent;
        Object.assign(figure.dataset, { look, mermaid: pre.dataset.mermaid });
        pre.replaceWith(figure);
      } catch (error) { console.info("a drawing is shown as its source", error?.message || error); document.querySelectorAll(`#ddrawing-${drawn}`).forEach((one) => one.remove()); }
    }
  };
  const watch = () => new MutationObserver(() => void drawMermaid()).observe(document.body, { attributeFilter: ["class"] });
  if (document.body) watch(); else document.addEventListener("DOMContentLoaded", watch);

  // the channel

  const changes = async function* (name, body) {
    const lang = new URL(window.location.href).searchParams.get("lang") || window.interviewer.language();
    const answer = await fetch(`${base}/talk/${encodeURIComponent(session())}/${name}?lang=${lang}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), keepalive: JSON.stringify(body).length < 20000 });
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let kept = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (kept + value).split("\n\n");
      kept = parts.pop();
      for (const part of parts) if (part.startsWith("data: ")) yield JSON.parse(part.slice(6));
    }
  };
  const show = (change) => {
    switch (change.kind) {
      case "standing": stand(change); return true;
      case "heard": for (const one of chat().querySelectorAll(".storing")) one.classList.remove("storing"); tell(""); return false;
      case "speaking":
        if (!speaking?.querySelector(".typing")) speaking = typing();
        return false;
      case "delta": {
        const bottom = near();
        if (!speaking) speaking = bubble("bot", "");
        if (speaking.querySelector(".typing")) speaking.textContent = "";
        speaking.appendChild(document.createTextNode(change.text));
        if (bottom) down();
        return false;
      }
      case "notice": tell(change.message); return false;
      case "refused":
        if (change.bubbles) stand({ ...change });
        else { at.busy = false; for (const row of chat().querySelectorAll(".passing")) row.remove(); ready(); }
        tell(change.message);
        return true;
      case "gone": find(".talk")?.classList.add("gone"); at.busy = true; ready(); tell(change.message, change.link, change.way); return true;
    }
    return false;
  };
  // a move, and after a lost connection whatever it takes to see how the session stands; `refused` gets the draft back
  const move = async (name, text = "", once = false) => {
    at.busy = true;
    ready();
    let settled = false, refused = false;
    try {
      for await (const change of changes(name, { text, turn: at.turn })) { settled = show(change) || settled; refused ||= change.kind === "refused"; }
    } catch (error) { console.info("the connection was lost", error?.message || error); }
    if (!settled) {
      const stood = { turn: at.turn, status: at.status };
      const stored = await again(text);
      // a press that never arrived is made again; words go back into the box, to be sent by whoever wrote them
      if (!text && !once && name !== "open" && at.turn === stood.turn && at.status === stood.status) return move(name, "", true);
      refused = !stored;
    }
    if (refused && text && box() && !box().value) fill(text);
  };
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  // until the server is back; whether an answer that was under way is stored
  const again = async (text) => {
    const before = at.turn;
    for (let pause = 500; ; pause = Math.min(8000, pause * 2)) {
      tell(word("lost"));
      await wait(pause);
      let settled = false;
      try { for await (const change of changes("open", {})) settled = show(change) || settled; } catch { continue; }
      if (settled && !at.busy) return !text || at.turn > before;
    }
  };
  const send = () => {
    const field = box();
    if (!field || at.busy || at.status !== "active") return;
    const text = field.value;
    sure("");
    if (text.trim()) {
      keep(text);  // until the server says that it is stored: a reload at this moment brings it back
      bubble("user", text, "as-typed storing").title = word("storing");
      fill("");
      speaking = typing();
    }
    void move("answer", text);
  };
  const act = (name) => {
    switch (name) {
      case "send": return send();
      case "end": return sure("end");
      case "end-no": sure(""); return find("#end")?.focus();
      case "end-yes": sure(""); return void move("finish");
      case "skip": if (at.last) return sure("skip"); // falls through
      case "skip-yes": sure(""); speaking = typing(); return void move("skip");
      default: return void move(name);
    }
  };

  // what people do

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#send, #hint, #repeat, #skip, #pause, #resume, #end, #end-yes, #end-no, #skip-yes");
    if (button && !button.disabled) act(button.id);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.closest?.("#answer")) return;
    if (event.isComposing || event.keyCode === 229) return event.stopImmediatePropagation();
    if (event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    send();
  }, true);
  document.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && event.target.closest?.("#answer") && !event.shiftKey) event.stopImmediatePropagation();
  }, true);

  // drafts: one belongs to one turn, so what was sent before the reload is not put into the next answer

  const key = () => `interviewer.draft.${session()}`;
  const read = () => { try { return JSON.parse(localStorage.getItem(key()) || "null"); } catch { return null; } };
  const keep = (text) => {
    try { localStorage.setItem(key(), JSON.stringify({ turn: String(at.turn), text })); }
    catch (error) { console.warn("the draft cannot be kept in this browser", error); }
  };
  let restored = false, due = true;
  const fill = (text) => {
    const field = box();
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // as it is typed, not at the next look: whoever reloads at once loses nothing
  document.addEventListener("input", (event) => {
    if (!at.turn || !event.target.closest?.("#answer")) return;
    restored ||= event.isTrusted;
    if (event.target.value) keep(event.target.value);
  });
  const tend = () => {
    const field = box(), turn = String(at.turn);
    if (!field || !at.turn) return;
    const kept = read();
    if (!restored) {
      // Gradio may word the box once more just after it was filled: it counts as filled when the words are still there
      if (!kept || kept.turn !== turn || !kept.text || field.value) restored = true;
      else if (!field.disabled) fill(kept.text);
      return;
    }
    try {
      if (field.value) { if (kept?.text !== field.value || kept?.turn !== turn) keep(field.value); }
      else if (kept && !field.disabled) localStorage.removeItem(key());
    } catch { /* what cannot be kept cannot be taken away either */ }
    // the box is shut while the interviewer speaks and so loses the focus: whoever sent from it gets it back
    if (due && !field.disabled && document.activeElement === document.body) field.focus();
  };
  setInterval(tend, 400);
  window.addEventListener("pagehide", tend);
  for (const kind of ["focusin", "pointerdown"]) // a press beside the box, to mark words of the chat, gives the focus up
    document.addEventListener(kind, (event) => { due = !!event.target.closest?.("#answer, #send"); });

  // Gradio builds the page and words it; then the talk is asked for
  const begin = setInterval(() => {
    if (!chat() || !box() || !find("#send")) return;
    clearInterval(begin);
    void move("open");
  }, 50);
})();
