// F1 or ? opens the help of the criterion at hand, and closes it again; Esc and the way back to the box are the browser's.
(() => {
  "use strict";

  const cards = () => [...document.querySelectorAll("fieldset:has(.help-panel)")];
  if (!("popover" in HTMLElement.prototype)) return; // an old browser shows the panels on the page
  const isText = (target) => target.matches("textarea, input:not([type=radio], [type=checkbox], [type=button]), select");
  document.addEventListener("keydown", (event) => {
    const asked = event.key === "F1" || (event.key === "?" && !isText(event.target));
    if (!asked || event.ctrlKey || event.altKey || event.metaKey) return;
    const open = document.querySelector(".help-panel:popover-open");
    const card = event.target.closest("fieldset:has(.help-panel)") || cards()[0];
    if (!open && !card) return;
    event.preventDefault();
    if (open) open.hidePopover();
    else card.querySelector(".help-panel").showPopover();
  });
})();
