// The report's page: printing shows every question, links into the report open what they point to, an objection is sent.
(() => {
  if (!/\/report\/?$/.test(window.location.pathname)) return;
  const session = new URL(window.location.href).searchParams.get("session") || "";
  const key = (question) => `interviewer.objection.${session}.${question}`;
  let sending = { question: "", text: "" };
  const kept = (question) => { try { return sessionStorage.getItem(key(question)) || ""; } catch { return ""; } };
  const keep = (question, text) => {
    try { if (text) sessionStorage.setItem(key(question), text); else sessionStorage.removeItem(key(question)); }
    catch (error) { console.warn("the draft cannot be kept in this browser", error); }
  };
  window.interviewer.objection = () => JSON.stringify(sending);
  window.interviewer.objected = (question) => {
    if (!question) return;
    keep(question, "");
    const box = [...document.querySelectorAll("textarea[data-question]")].find((one) => one.dataset.question === question);
    if (box) box.value = "";
    box?.closest("details:not(.object)")?.scrollIntoView({ block: "end" }); // the notice sticks at the top meanwhile
  };
  // the last key point of a question was marked: totals are drawn anew, and the focus comes back to where it was
  window.interviewer.marked = (form) => {
    const name = form.getAttribute("name"), at = document.activeElement?.closest("fieldset")?.name;
    window.interviewer.markedQuestion = name;
    document.querySelector("#remark, #remark button")?.click();
    let tries = 100;
    const back = setInterval(() => {
      const now = [...document.querySelectorAll("form.own-marks")].find((one) => one.getAttribute("name") === name);
      if (!--tries) clearInterval(back);
      if (!now || now === form) return;
      clearInterval(back);
      now.closest("details.own-done")?.setAttribute("open", "");
      const group = [...now.querySelectorAll("fieldset")].find((one) => one.name === at);
      (group?.querySelector("input[type=radio]:checked") || now.querySelector("h4")).focus({ preventScroll: true });
      now.querySelector(".own-foot").scrollIntoView({ block: "nearest" });
    }, 100);
  };
  // an explanation is there, or why it is not: the button works again, and the eye and the keyboard are where it was asked
  const site = window.interviewer;
  site.explained = () => setTimeout(() => {
    for (const one of document.querySelectorAll("button.why")) {
      one.disabled = false;
      if (one.getAttribute("aria-busy")) { one.removeAttribute("aria-busy"); one.textContent = one.textContent.replace(" …", ""); }
    }
    const failed = document.querySelector("#notice p");
    if (failed?.textContent && failed.offsetParent) { failed.scrollIntoView({ block: "center" }); return; }
    const now = [...document.querySelectorAll("[data-explained]")].find((one) => one.dataset.explained === site.whyAt?.point);
    if (now) { now.tabIndex = -1; now.focus({ preventScroll: true }); now.scrollIntoView({ block: "center" }); }
  }, 60);
  const open = (hash) => {
    const target = /^#ir-q\d+$/.test(hash) ? document.querySelector(hash) : null;
    const card = target?.closest("details");
    if (!card) return;
    card.open = true;
    card.scrollIntoView({ block: "start" });
    card.querySelector("summary")?.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    const inside = event.target.closest?.('.ir a[href^="#ir-q"]');
    if (inside) { event.preventDefault(); open(inside.getAttribute("href")); return; }
    if (event.target.closest?.("[data-print]")) { window.print(); return; }
    const menu = document.querySelector(".actions .menu[open]");
    if (menu && !event.target.closest(".menu summary")) menu.open = false;
    const why = event.target.closest?.("button.why");
    if (why && !why.disabled) {
      for (const one of document.querySelectorAll("button.why")) one.disabled = true; // one at a time
      why.setAttribute("aria-busy", "true");
      why.textContent += " …";
      site.whyAt = { point: why.dataset.point };
      site.why = JSON.stringify({ question: why.dataset.question, point: why.dataset.point });
      document.querySelector("#explain, #explain button")?.click();
      return;
    }
    const send = event.target.closest?.("[data-object]");
    const box = send && document.getElementById(send.dataset.object);
    if (!box) return;
    sending = { question: box.dataset.question, text: box.value };
    document.querySelector("#object, #object button")?.click();
  });
  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector(".actions .menu[open]");
    if (event.key === "Escape" && menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  document.addEventListener("input", (event) => { if (event.target.dataset?.question) keep(event.target.dataset.question, event.target.value); });
  document.addEventListener("toggle", (event) => {
    const box = event.target.matches?.("details.object[open]") && event.target.querySelector("textarea");
    if (box && !box.value) box.value = kept(box.dataset.question);
  }, true);
  // on paper every question is open, and the address, which is the interview's key, stands in no header
  let address = "";
  window.addEventListener("beforeprint", () => {
    document.querySelectorAll(".ir details").forEach((one) => { one.dataset.was = one.open; one.open = true; });
    address = window.location.href;
    window.history.replaceState(window.history.state, "", window.location.pathname);
  });
  window.addEventListener("afterprint", () => {
    document.querySelectorAll(".ir details").forEach((one) => { one.open = one.dataset.was === "true"; });
    if (address) window.history.replaceState(window.history.state, "", address);
    address = "";
  });
})();
