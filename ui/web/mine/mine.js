// The list of one's own interviews: removing and deleting are buttons within HTML, so they are heard here.
(() => {
  let chosen = "";
  const press = (id) => document.querySelector(`#${id}`)?.click();
  window.interviewer.mine = {
    // the interview whose deletion was just agreed to, for the event of the page
    chosen: () => chosen,
    // it is deleted: this browser forgets it, and whoever reads with the keyboard is taken to the top of the list
    gone: (id) => { window.interviewer.forget(id); document.querySelector("#mine-title")?.focus(); },
  };
  document.addEventListener("click", (event) => {
    const forget = event.target.closest?.("[data-mine-forget]");
    if (forget) {
      window.interviewer.forget(forget.dataset.mineForget);
      press("mine-again");
      document.querySelector("#mine-title")?.focus();
    }
    const remove = event.target.closest?.("[data-mine-delete]");
    if (remove) {
      chosen = remove.dataset.mineDelete;
      remove.disabled = true;
      press("mine-delete");
    }
  });
})();
