// The page's own script: the address keeps the session, the clock ticks, and nothing is asked of any other server.
(() => {
  const KEY = "interviewer.sessions";
  const earlier = () => {
    try { return JSON.parse(localStorage.getItem(KEY) || "[]").filter((one) => /^\w+$/.test(one.id)); } catch { return []; }
  };
  const address = () => new URL(window.location.href);
  const go = (change) => { const url = address(); change(url.searchParams); return url; };
  window.interviewer = {
    keep(id) {
      const url = go((query) => query.set("session", id));
      if (url.href !== window.location.href) window.history.replaceState({}, "", url);
      try {
        const kept = earlier().filter((one) => one.id !== id);
        localStorage.setItem(KEY, JSON.stringify([{ id, at: Date.now() }, ...kept].slice(0, 8)));
      } catch (error) { console.warn("interviews of this browser cannot be listed", error); }
    },
    keepLanguage(language) {
      window.history.replaceState({}, "", go((query) => query.set("lang", language)));
      document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    },
    leave() { window.location.assign(go((query) => query.delete("session"))); },
  };
  const list = () => {
    const place = document.querySelector("#earlier ul");
    if (!place || place.childElementCount) return;
    for (const one of earlier()) {
      const link = document.createElement("a");
      link.href = go((query) => query.set("session", one.id));
      link.textContent = new Date(one.at).toLocaleString(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short" });
      place.appendChild(document.createElement("li")).appendChild(link);
    }
    place.closest(".earlier").hidden = !place.childElementCount;
  };
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  setInterval(() => {
    list();
    for (const one of document.querySelectorAll(".clock")) {
      if (one.seen !== one.dataset.used) { one.seen = one.dataset.used; one.since = Date.now(); }
      const running = one.dataset.running === "1";
      one.textContent = clock(Number(one.dataset.used) + (running ? (Date.now() - one.since) / 1000 : 0));
    }
  }, 500);
})();
