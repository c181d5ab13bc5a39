// The page's own script: the address keeps the session, the clock ticks, and nothing is asked of any other server.
(() => {
  const KEY = "interviewer.sessions";
  const address = () => new URL(window.location.href);
  const go = (change) => { const url = address(); change(url.searchParams); return url; };
  window.interviewer = {
    keep(id) {
      const url = go((query) => query.set("session", id));
      if (url.href !== window.location.href) window.history.replaceState({}, "", url);
      try {
        const kept = JSON.parse(localStorage.getItem(KEY) || "[]").filter((one) => one !== id);
        localStorage.setItem(KEY, JSON.stringify([id, ...kept].slice(0, 20)));
      } catch (error) { console.warn("interviews of this browser cannot be listed", error); }
    },
    keepLanguage(language) {
      window.history.replaceState({}, "", go((query) => query.set("lang", language)));
      document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    },
    leave() { window.location.assign(go((query) => query.delete("session"))); },
  };
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  setInterval(() => {
    for (const one of document.querySelectorAll(".clock")) {
      if (one.seen !== one.dataset.used) { one.seen = one.dataset.used; one.since = Date.now(); }
      const running = one.dataset.running === "1";
      one.textContent = clock(Number(one.dataset.used) + (running ? (Date.now() - one.since) / 1000 : 0));
    }
  }, 500);
})();
