// The bar under the entry grid: what the criterion at hand asks, and why the unit at hand stands where it stands. F1 opens
// the criterion's whole text. The table itself shows numbers alone, so that its rows stay low.
(() => {
  "use strict";

  const bar = document.querySelector("[data-at-hand]");
  const grid = document.querySelector("[data-grid]");
  if (!bar || !grid) return;
  const about = new Map([...document.querySelectorAll("[data-about]")].map((one) => [one.dataset.about, one]));
  const criterion = bar.querySelector("[data-at-criterion]");
  const unit = bar.querySelector("[data-at-unit]");
  let row = null;

  const showUnit = () => {
    const name = document.createElement("strong");
    name.textContent = row.querySelector("th a").textContent;
    const verdict = row.querySelector(".verdict");
    const line = document.createElement("p");
    line.append(name, " ", verdict.querySelector(".badge").cloneNode(true));
    unit.replaceChildren(line);
    const reasons = verdict.querySelector("ul");
    if (reasons.children.length) unit.append(reasons.cloneNode(true));
  };
  grid.addEventListener("focusin", (event) => {
    if (!event.target.matches("input.cell")) return;
    row = event.target.closest("tr");
    const words = about.get(event.target.name);
    criterion.replaceChildren(...[...words.children].map((part) => part.cloneNode(true)));
    showUnit();
    bar.hidden = false;
  });
  grid.addEventListener("portal:judged", (event) => {
    if (event.target === row) showUnit();
  });
  const more = bar.querySelector("[data-at-more]");
  const turn = () => {
    const isWhole = bar.classList.toggle("at-hand--whole");
    more.setAttribute("aria-expanded", isWhole);
    more.textContent = isWhole ? "Thu gọn (F1)" : "Xem đủ (F1)";
  };
  more.addEventListener("click", turn);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F1" || bar.hidden) return;
    event.preventDefault();
    turn();
  });
})();
