// The page of a second try: the draft survives a reload and goes when the answer is stored.
(() => {
  if (!/\/again\/?$/.test(window.location.pathname)) return;
  const query = new URL(window.location.href).searchParams;
  const key = `interviewer.again.${query.get("session")}.${query.get("question")}`;
  let restored = false, last = "";
  setInterval(() => {
    const box = document.querySelector("#again-answer textarea");
    if (!box || box.offsetParent === null) return;
    try {
      if (!restored) {
        restored = true;
        last = localStorage.getItem(key) || "";
        if (last && !box.value) { box.value = last; box.dispatchEvent(new Event("input", { bubbles: true })); }
        return;
      }
      if (box.value === last) return;
      last = box.value;
      if (last) localStorage.setItem(key, last); else localStorage.removeItem(key);
    } catch (error) { console.warn("the draft cannot be kept in this browser", error); }
  }, 300);
})();
