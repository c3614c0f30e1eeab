// Written into the form's page itself, before the form: the first picture shows the first step already, and nothing jumps
// when add.js arrives. Where that never happens, the whole form is shown as without scripts.
(() => {
  const LONGEST_WAIT = 8000;
  const { body } = document;
  if (!("noModule" in HTMLScriptElement.prototype)) return;
  body.classList.add("stepped", ...(isFresh() ? ["at-where"] : []));
  const giveUp = () => body.dataset.started || body.classList.remove("stepped", "at-where");
  addEventListener("error", giveUp, true);
  setTimeout(giveUp, LONGEST_WAIT);

  function isFresh() {
    try {
      return !history.state && !Object.keys(localStorage).some((key) => key.startsWith("draft:"));
    } catch {
      return true;
    }
  }
})();
