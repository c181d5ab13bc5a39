// Marking one's own answer: a press or a key stores one mark at once; a mark that is not stored is not shown.
(() => {
  const KEYS = { 1: "covered", s: "covered", 2: "partial", p: "partial", 3: "absent", n: "absent" };
  const session = () => new URL(window.location.href).searchParams.get("session") || "";
  const groups = (form) => [...form.querySelectorAll("fieldset")];
  const radio = (group, status) => group.querySelector(`input[type=radio][value=${status}]`);
  const chosen = (group) => group.querySelector("input[type=radio]:checked") || group.querySelector("input[type=radio]");
  const unmarked = (form) => groups(form).find((one) => !one.querySelector("input[type=radio]:checked"));
  let queue = Promise.resolve();
  const show = (form, stored) => {
    for (const group of groups(form)) for (const one of group.querySelectorAll("input[type=radio]")) one.checked = stored[group.name] === one.value;
  };
  const standing = (form) => form.stored || (form.stored = Object.fromEntries(groups(form).map((one) => [one.name, one.querySelector("input[type=radio][checked]")?.value])));
  const send = (form, mark) => {
    standing(form);
    queue = queue.then(async () => {
      const foot = form.querySelector(".own-foot");
      try {
        const answer = await fetch(`/mark/${encodeURIComponent(session())}?lang=${window.interviewer.language()}`, {
          method: "POST", headers: { "content-type": "application/json" },
          body: JSON.stringify({ question: form.getAttribute("name"), attempt: Number(form.elements.attempt.value), ...mark }),
        });
        const said = await answer.json();
        if (!answer.ok) throw new Error(said.error || answer.status);
        form.stored = said.marks;
        const had = foot.contains(document.activeElement);
        foot.innerHTML = said.foot;
        show(form, said.marks);
        if (had) (foot.querySelector("button") || form.querySelector("h4")).focus();
        if (!said.left) window.interviewer.marked?.(form);
      } catch (error) {
        show(form, form.stored);
        const fault = document.createElement("p");
        fault.className = "own-fault";
        fault.textContent = error.message;
        foot.querySelector(".own-fault")?.remove();
        foot.append(fault);
      }
    });
  };
  const mark = (form, group, status) => send(form, { point: group.name, status, keep: group.querySelector("input[name=keep]")?.checked ?? true });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form.own-marks"), group = event.target.closest?.("fieldset");
    if (!form || !group) return;
    const status = event.target.type === "radio" ? event.target.value : group.querySelector("input[type=radio]:checked")?.value;
    if (status) mark(form, group, status);
  });
  document.addEventListener("click", (event) => {
    const rest = event.target.closest?.("form.own-marks button[name=rest]");
    if (rest) send(rest.closest("form"), {});
    if (event.target.closest?.("[data-to-mark]")) {
      const form = [...document.querySelectorAll("form.own-marks")].find(unmarked);
      form?.closest("details:not([open])")?.setAttribute("open", "");
      if (form) { form.scrollIntoView({ block: "start" }); chosen(unmarked(form)).focus({ preventScroll: true }); }
    }
  });
  document.addEventListener("submit", (event) => { if (event.target.matches?.("form.own-marks")) event.preventDefault(); }, true);
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("form.own-marks");
    if (!form || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = groups(form), at = all.indexOf(event.target.closest("fieldset"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const to = all[at + step];
      if (to) chosen(to).focus(); else if (step > 0) (form.querySelector(".own-foot button") || form.querySelector("h4")).focus();
    } else if (event.key === "0") {
      event.preventDefault();
      if (form.querySelector("button[name=rest]")) send(form, {});
    } else if (KEYS[event.key.toLowerCase()] && at >= 0) {
      event.preventDefault();
      const one = radio(all[at], KEYS[event.key.toLowerCase()]);
      if (one.disabled) return;
      standing(form);
      one.checked = true;
      mark(form, all[at], one.value);
      if (all[at + 1]) chosen(all[at + 1]).focus(); else one.focus();
    }
  });
})();
