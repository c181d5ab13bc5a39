// The reviewers' list: a filter changes the address and the table, not the page; going back undoes it.
(() => {
  if (!/^\/staff\/?$/.test(window.location.pathname)) return;
  const again = () => document.querySelector("#review-again")?.click();
  const go = (query) => {
    const url = new URL(window.location.href);
    url.search = new URLSearchParams([...query].filter(([, value]) => value)).toString();
    if (url.href === window.location.href) return;
    window.history.pushState({}, "", url);
    again();
  };
  const sent = (form) => go(new FormData(form));
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.(".review-filters");
    if (!form) return;
    event.preventDefault();
    sent(form);
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.(".review-filters");
    if (form && !event.target.matches("[type=search]")) sent(form);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-list]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const query = new URL(link.href).searchParams;
    if (link.closest(".review-filters")) for (const one of document.querySelectorAll(".review-filters input:not([type=hidden]), .review-filters select"))
      if (one.type === "checkbox") one.checked = false; else one.value = "";
    go(query);
    document.querySelector("#review-list")?.scrollIntoView({ block: "nearest" });
  });
  window.addEventListener("popstate", () => window.location.reload());
})();
