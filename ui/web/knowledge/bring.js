// Bringing a list in, and reviewing drafts: what a press needs travels with it.
(() => {
  const state = { name: "", data: "", labels: {} };
  let decision = "", line = 0, back = null;
  const encode = (bytes) => { let text = ""; for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192)); return btoa(text); };
  const send = () => document.querySelector("#kn-bring-go")?.click();
  const take = (name, bytes) => { Object.assign(state, { name, data: encode(bytes), labels: {} }); back = null; send(); };
  const brought = () => {
    document.querySelector("#kn-brought")?.setAttribute("data-ready", String(Object.keys(state.labels).length));
    if (back) document.querySelector(`#kn-l${back} button`)?.focus({ preventScroll: true });
  };
  window.interviewer.bring = { source: () => JSON.stringify(state), decision: () => decision, brought };
  document.addEventListener("change", async (event) => {
    if (event.target.id !== "kn-file" || !event.target.files.length) return;
    const file = event.target.files[0];
    take(file.name, new Uint8Array(await file.arrayBuffer()));
  });
  const menu = () => document.querySelector("#kn-roles");
  const close = (focus) => {
    if (!menu() || menu().hidden) return;
    menu().hidden = true;
    if (focus) document.querySelector(`#kn-l${line} button`)?.focus();
  };
  const open = (button) => {
    line = Number(button.dataset.relabel);
    button.closest("li").append(menu());
    menu().hidden = false;
    menu().querySelector("button").focus();
  };
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const chosen = at("#kn-roles button[data-role]"), labelled = at("button[data-relabel]"), wanted = at("a[data-line]"), decided = at("button[data-draft]");
    if (at("#kn-read")) {
      const text = document.querySelector("#kn-pasted").value;
      if (text.trim()) take("questions.md", new TextEncoder().encode(text));
    } else if (chosen) {
      if (chosen.dataset.role) state.labels[line] = chosen.dataset.role; else delete state.labels[line];
      back = line;
      close(false);
      send();
    } else if (labelled) {
      Number(labelled.dataset.relabel) === line && !menu().hidden ? close(true) : open(labelled);
    } else if (wanted) {
      event.preventDefault();
      const row = document.querySelector(`#kn-l${wanted.dataset.line}`);
      row?.scrollIntoView({ block: "center" });
      row?.querySelector("button")?.focus({ preventScroll: true });
    } else if (decided) {
      const key = decided.dataset.draft, status = decided.dataset.status;
      const body = document.querySelector(`textarea[data-body="${CSS.escape(key)}"]`)?.value;
      decision = JSON.stringify({ question: key, status, ...(status === "edited" ? { body } : {}) });
      document.querySelector("#kn-decide")?.click();
    } else if (!at("#kn-roles")) close(false);
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") close(true); });
})();
