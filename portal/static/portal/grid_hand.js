// The bar under the entry grid: what the criterion at hand asks, and why the unit at hand stands where it stands. F1 or ?
// opens the criterion's whole text. The table itself shows numbers alone, so that its rows stay low.
(() => {
  "use strict";

  const bar = document.querySelector("[data-at-hand]");
  const grid = document.querySelector("[data-grid]");
  if (!bar || !grid) return;
  const about = new Map([...document.querySelectorAll("[data-about]")].map((one) => [one.dataset.about, one]));
  const criterion = bar.querySelector("[data-at-criterion]");
  const unit = bar.querySelector("[data-at-unit]");
  let row = null;
  let cell = null;

  // What is known of the cell at hand beside its criterion: how it was filled, what last year says, what was remarked.
  const line = (words, button) => {
    const made = document.createElement("p");
    made.className = "of-cell";
    made.append(words);
    if (button) made.append(" ", button);
    return made;
  };
  const showCell = () => {
    criterion.querySelectorAll(".of-cell").forEach((old) => old.remove());
    const { remark, suggested, year } = cell.dataset;
    if (remark) criterion.prepend(line(`Ý kiến thẩm định: ${remark}${/[.!?…]$/.test(remark) ? "" : "."}`));
    if (cell.matches(".filled")) criterion.append(line(`${cell.title}. Gõ lại trong ô, hoặc bấm “Xác nhận” ở trên bảng.`));
    if (!suggested || cell.value) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--small";
    button.textContent = `Điền như năm ${year} (Ctrl + Enter)`;
    const here = cell;
    button.addEventListener("click", () => {
      window.portalGrid.take(here);
      here.focus();
    });
    criterion.append(line(`Năm ${year}: ${suggested} – cần minh chứng của năm nay.`, button));
  };

  const showUnit = () => {
    const name = document.createElement("strong");
    name.textContent = row.querySelector("th a").textContent;
    const verdict = row.querySelector(".verdict");
    const stands = document.createElement("p");
    stands.append(name, " ", verdict.querySelector(".badge").cloneNode(true));
    unit.replaceChildren(stands);
    const back = row.querySelector("[data-came-back]");
    if (back) unit.append(line(back.textContent));
    const reasons = verdict.querySelector("ul");
    if (reasons.children.length) unit.append(reasons.cloneNode(true));
  };
  grid.addEventListener("focusin", (event) => {
    if (!event.target.matches("input.cell")) return;
    row = event.target.closest("tr");
    const words = about.get(event.target.name);
    criterion.replaceChildren(...[...words.children].map((part) => part.cloneNode(true)));
    cell = event.target;
    showUnit();
    showCell();
    bar.hidden = false;
  });
  grid.addEventListener("portal:judged", (event) => {
    if (event.target === row) showUnit();
  });
  for (const kind of ["portal:marked", "input"]) {
    grid.addEventListener(kind, (event) => {
      if (event.target === cell) showCell();
    });
  }
  const more = bar.querySelector("[data-at-more]");
  const turn = () => {
    const isWhole = bar.classList.toggle("at-hand--whole");
    more.setAttribute("aria-expanded", isWhole);
    more.textContent = isWhole ? "Thu gọn (F1)" : "Xem đủ (F1)";
    cell.scrollIntoView({ block: "nearest" }); // not under the bar that has grown
  };
  more.addEventListener("click", turn);
  document.addEventListener("keydown", (event) => {
    const asked = event.key === "F1" || (event.key === "?" && event.target.matches("input.cell")); // no answer holds a “?”
    if (!asked || bar.hidden) return;
    event.preventDefault();
    turn();
  });
})();
