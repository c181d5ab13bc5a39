// One session for reviewers: a form sends itself as one event and says which details stand open, so they stay open.
(() => {
  if (!/^\/staff\/session\/?$/.test(window.location.pathname)) return;
  const site = window.interviewer;
  let asked = "", done = "";
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form[data-act]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("button[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    asked = form.dataset.question;
    done = form.dataset.act;
    const opened = [...document.querySelectorAll(".folds > details[open]")].map((one) => one.id);
    site.act = JSON.stringify({ act: form.dataset.act, question: asked, fields: Object.fromEntries(new FormData(form)), opened });
    document.querySelector("#inspect-send").click();
  });
  // after the event: what was typed can be sent again if it failed; the eye and the keyboard are where the result is
  site.landed = () => setTimeout(() => {
    for (const one of document.querySelectorAll("form[data-act] button[disabled]")) one.disabled = false;
    const failed = document.querySelector("#notice p");
    if (failed && failed.textContent && failed.offsetParent) { failed.scrollIntoView({ block: "center" }); return; }
    // what was sent is stored: a field that outlived the drawing must not offer it again
    for (const one of document.querySelectorAll("form[data-act]")) if (one.dataset.act === done && one.dataset.question === asked) one.reset();
    const whole = document.querySelector("#difference");
    if (whole) { whole.focus({ preventScroll: true }); whole.scrollIntoView({ block: "center" }); return; }
    const section = [...document.querySelectorAll("form[data-act]")].find((one) => one.dataset.question && one.dataset.question === asked)?.closest(".question");
    const heading = section?.querySelector("h2");
    heading?.focus({ preventScroll: true });
    (section?.querySelector(".told, .difference") || heading)?.scrollIntoView({ block: "center" });
  }, 60);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#q-"]');
    const heading = link && document.querySelector(link.getAttribute("href"));
    if (!heading) return;
    event.preventDefault();
    heading.focus({ preventScroll: true });
    heading.closest(".question").scrollIntoView({ block: "start", behavior: "smooth" });
  });
})();
