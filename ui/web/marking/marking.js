// Blind marking by keys: 1 to 4 choose a level, s saves, n takes the next; not while one types.
(() => {
  if (!/\/staff\/marking\/?$/.test(window.location.pathname)) return;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("textarea, select, [role=listbox], input:not([type=radio]):not([type=range])")) return;
    const levels = document.querySelectorAll("#marking-level input[type=radio]");
    const pressed = /^[1-9]$/.test(event.key) ? levels[Number(event.key) - 1] : { s: "#marking-save", n: "#marking-later" }[event.key.toLowerCase()];
    const part = typeof pressed === "string" ? document.querySelector(`${pressed}:not([disabled]), ${pressed} button:not([disabled])`) : pressed;
    if (!part || !document.querySelector("#marking-give")?.offsetParent) return;
    event.preventDefault();
    part.click();
  });
})();
