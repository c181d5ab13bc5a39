// The knowledge page: choosing a question without loading the page again, filters, and what the address keeps.
(() => {
  const HERE = "/staff/knowledge";
  const on = () => window.location.pathname.replace(/\/$/, "") === HERE;
  const query = () => new URL(window.location.href).searchParams;
  const put = (more, push = false) => {
    const url = new URL(window.location.href);
    for (const [key, value] of Object.entries(more)) value ? url.searchParams.set(key, value) : url.searchParams.delete(key);
    if (url.href !== window.location.href) window.history[push ? "pushState" : "replaceState"]({}, "", url);
  };
  const mark = (id) => {
    for (const link of document.querySelectorAll("#kn-tree a[data-question]")) {
      if (link.dataset.question !== id) { link.removeAttribute("aria-current"); continue; }
      link.setAttribute("aria-current", "page");
      for (let part = link.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    }
  };
  const choose = (id) => { mark(id); document.querySelector("#kn-choose")?.click(); };
  let moved = false, sent = "";
  // a tab's parts are only in the page once it was opened
  const announce = () => document.querySelector("#kn-progress")?.setAttribute("aria-live", "polite");
  window.interviewer.knowledge = {
    put,
    opened: (tab) => { put({ tab }); announce(); },
    chosen: () => (sent = query().get("question") || ""),
    // the question is there: whoever chose it goes on reading at its heading
    arrived: () => {
      // Gradio drops a click while one is under way: whoever chose on meanwhile gets the last choice now
      if ((query().get("question") || "") !== sent) { setTimeout(() => choose(query().get("question") || ""), 30); return; }
      const heading = document.querySelector("#kn-question");
      if (!heading || !moved) return;
      moved = false;
      heading.focus({ preventScroll: true });
      const top = heading.closest("article, p").getBoundingClientRect().top;
      if (top < 0 || top > window.innerHeight * 0.5) heading.closest("article, p").scrollIntoView({ block: "start" });
    },
    ready: () => {
      announce();
      mark(query().get("question") || "");
      const current = document.querySelector("#kn-tree li a[aria-current]");
      const box = current?.closest("nav");
      if (box && box.scrollHeight > box.clientHeight) box.scrollTop += current.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
      document.querySelector(".kn-tree")?.setAttribute("data-ready", "");
    },
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-question]");
    if (!link || !on() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    moved = true;
    put({ question: link.dataset.question, tab: "" }, true);
    choose(link.dataset.question);
  });
  window.addEventListener("popstate", () => { if (on()) choose(query().get("question") || ""); });
  const counted = (place, n) => {
    const one = place.querySelector(".kn-count");
    one.textContent = one.dataset.words.replace("{n}", n).replace("{total}", one.dataset.total);
    place.querySelector(".kn-none").hidden = n > 0;
  };
  const filterTree = (box) => {
    const place = box.closest(".kn-tree");
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const item of place.querySelectorAll("li[data-find]")) {
      item.hidden = !words.every((word) => item.dataset.find.includes(word));
      n += item.hidden ? 0 : 1;
    }
    for (const part of place.querySelectorAll(".kn-group, .kn-section, .kn-chapter")) {
      const found = part.querySelector("li[data-find]:not([hidden])") !== null;
      part.hidden = words.length > 0 && !found;
      if (part.tagName !== "DETAILS") continue;
      if (part.before === undefined) part.before = part.open;
      part.open = words.length ? found : part.before || part.querySelector("a[aria-current]") !== null;
      if (!words.length) delete part.before;
    }
    for (const about of place.querySelectorAll(".kn-about")) about.hidden = words.length > 0;
    counted(place, n);
  };
  const filterFindings = (place) => {
    const wanted = Object.fromEntries([...place.querySelectorAll("select[data-filter]")].map((one) => [one.dataset.filter, one.value]));
    let n = 0;
    for (const row of place.querySelectorAll("tbody tr")) {
      row.hidden = Boolean((wanted.severity && row.dataset.severity !== wanted.severity) || (wanted.code && row.dataset.code !== wanted.code));
      n += row.hidden ? 0 : 1;
    }
    place.querySelector("table").hidden = n === 0;
    counted(place, n);
  };
  document.addEventListener("input", (event) => {
    if (event.target.id === "kn-filter") filterTree(event.target);
    else if (event.target.matches?.("select[data-filter]") && event.target.closest(".kn-report")) filterFindings(event.target.closest(".kn-report"));
  });
})();
