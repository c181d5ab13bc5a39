// The site's own script: the address keeps session and language, this browser remembers its interviews, clocks tick.
(() => {
  const KEY = "interviewer.sessions";
  const query = () => new URL(window.location.href).searchParams;
  let held = []; // what a browser that keeps nothing still knows while the page is open
  const known = () => {
    try { return JSON.parse(localStorage.getItem(KEY) || "[]").filter((one) => /^\w+$/.test(one.id)); } catch { return held; }
  };
  const write = (list) => {
    held = list;
    try { localStorage.setItem(KEY, JSON.stringify(list.slice(0, 50))); }
    catch (error) { console.warn("this browser cannot remember its interviews", error); }
  };
  const site = Object.assign(window.interviewer, {
    // ids of the interviews begun in this browser, newest first, as JSON for an event of the page
    known: () => JSON.stringify(known().map((one) => one.id)),
    keep: (id) => write([{ id, at: Date.now() }, ...known().filter((one) => one.id !== id)]),
    forget: (id) => { write(known().filter((one) => one.id !== id)); try { for (const key of Object.keys(localStorage)) if (key.startsWith("interviewer.") && key.split(".").includes(id)) localStorage.removeItem(key); } catch { /* nothing kept */ } },
    go: (path, more) => {
      const lang = site.language();
      // after the event that called has ended: Gradio reports an error for one that is cut off
      setTimeout(() => window.location.assign(`${path}?${new URLSearchParams(lang ? { ...more, lang } : more)}`), 30);
    },
    // "zh" or "en" as the page is worded, "" while that is not known yet
    language: () => document.querySelector('.masthead [data-language][aria-current="true"]')?.dataset.language || query().get("lang") || "",
  });
  const speak = (code) => {
    document.documentElement.lang = code === "en" ? "en" : "zh-CN";
    document.cookie = `interviewer-language=${code}; path=/; max-age=31536000; samesite=lax`;
  };
  document.cookie = `interviewer-zone=${-new Date().getTimezoneOffset()}; path=/; max-age=31536000; samesite=lax`; // minutes east of UTC
  const cookie = /(?:^|; )interviewer-language=(zh|en)/.exec(document.cookie)?.[1];
  if (/^(zh|en)$/.test(query().get("lang") || "")) speak(query().get("lang"));
  else if (cookie) {
    const url = new URL(window.location.href);
    url.searchParams.set("lang", cookie);
    window.history.replaceState({}, "", url);
    speak(cookie);
  }
  let unkept = /^\w+$/.test(query().get("session") || "") && /^\/(interview|report)/.test(window.location.pathname);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-language]");
    if (!link) return;
    event.preventDefault();
    const url = new URL(window.location.href);
    url.searchParams.set("lang", link.dataset.language);
    window.location.assign(url);
  });
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  // one live region for the whole visit: a message that comes and goes with its component is often not read out
  const region = document.createElement("div");
  region.id = "announcer";
  region.setAttribute("role", "status");
  // half a word of an input method is never sent: Safari says so by key code alone
  for (const kind of ["keydown", "keypress"])
    document.addEventListener(kind, (event) => {
      if (event.key === "Enter" && (event.isComposing || event.keyCode === 229) && event.target.closest?.("textarea, input")) event.stopImmediatePropagation();
    }, true);
  // paper is light, whatever the screen is
  let dark = false;
  const paper = (on) => {
    const classes = document.body?.classList;
    if (!classes || (on && !classes.contains("dark")) || (!on && !dark)) return;
    dark = on;
    classes.toggle("dark", !on);
  };
  window.addEventListener("beforeprint", () => paper(true));
  window.addEventListener("afterprint", () => paper(false));
  window.matchMedia("print").addEventListener("change", (event) => paper(event.matches));
  const blocked = () => { try { localStorage.setItem("interviewer.try", "1"); localStorage.removeItem("interviewer.try"); return !navigator.cookieEnabled; } catch { return true; } };
  if (blocked()) document.addEventListener("DOMContentLoaded", () => {
    const note = document.createElement("p");
    note.id = "blocked";
    note.setAttribute("role", "note");
    note.textContent = site.words?.[document.documentElement.lang === "en" ? "en" : "zh"]?.blocked || "";
    document.body.prepend(note);
  });
  // what Gradio says in English on every page: our words for it, on a page in Chinese
  const THEIRS = [[/^chatbot conversation$/, "chat"], [/^Reset to default value$/, "reset"], [/^More tabs$/, "more"], [/^Loading response$/, "loading"], [/^(?:Close|Dismiss)(?: toast)?$/i, "close"], [/^number input for (.*)$/, "number"], [/^range slider for (.*)$/, "slider"]];
  const ours = () => {
    const words = site.words?.[document.documentElement.lang === "en" ? "en" : "zh"] || {};
    for (const one of document.querySelectorAll(".gradio-container [aria-label]")) {
      const name = one.getAttribute("aria-label");
      if (!/^[A-Za-z]/.test(name)) continue;
      const [pattern, key] = THEIRS.find(([theirs]) => theirs.test(name)) || [];
      const said = key && words[key]?.replace("{of}", pattern.exec(name)[1] || "");
      if (said && said !== name) one.setAttribute("aria-label", said);
    }
    for (const one of document.querySelectorAll(".gradio-container button[title=copy]")) one.title = words.copy || "copy";
    for (const one of document.querySelectorAll("input[type=checkbox][title], input[type=radio][title]")) one.removeAttribute("title"); // a choice's own id
  };
  let told = "";
  const announce = () => {
    if (!document.body) return;
    if (!region.isConnected) document.body.appendChild(region);
    const text = document.querySelector("#notice p")?.textContent || "";
    if (text === told) return;
    told = text;
    region.textContent = text;
  };
  setInterval(() => {
    announce();
    // Gradio names bubbles by their source text, HTML and all: a screen reader is to read what is shown instead
    for (const one of document.querySelectorAll("[role=log] [data-testid][aria-label]")) one.removeAttribute("aria-label");
    ours();
    for (const one of document.querySelectorAll("[data-testid=toast-close]")) { one.click(); site.failed(); }
    for (const log of document.querySelectorAll("[role=log]")) if (log.tabIndex < 0) log.tabIndex = 0; // what scrolls can be scrolled by keyboard
    // an interview is remembered once it is shown: an address that leads nowhere is not
    if (unkept && (Number(document.querySelector("#turn input")?.value) || document.querySelector("#report .ir"))) {
      unkept = false;
      site.keep(query().get("session"));
    }
    const tag = { zh: "zh-CN", en: "en" }[site.language()];
    if (tag && document.documentElement.lang !== tag) document.documentElement.lang = tag;
    for (const one of document.querySelectorAll("time[datetime]:not([data-here])")) {  // the server writes its own time
      one.dataset.here = "1";
      if (/^\d{4}-\d\d-\d\d \d\d:\d\d( UTC)?$/.test(one.textContent)) one.textContent = new Date(one.dateTime).toLocaleString("sv-SE", { dateStyle: "short", timeStyle: "short" });
    }
    for (const one of document.querySelectorAll(".clock")) {
      if (one.seen !== one.dataset.used) { one.seen = one.dataset.used; one.since = Date.now(); }
      const running = one.dataset.running === "1";
      const used = Math.min(Number(one.dataset.used) + (running ? (Date.now() - one.since) / 1000 : 0), Number(one.dataset.most || Infinity));
      one.textContent = clock(one.dataset.of ? Math.max(0, Number(one.dataset.of) - used) : used);
    }
  }, 500);
})();
