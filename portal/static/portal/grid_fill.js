// The bar above the entry grid: one value stated for a column, a row or what is selected, and filled cells confirmed once
// they were seen. A filled cell looks different from a typed one until then (docs/decisions/0037).
(() => {
  "use strict";

  const bar = document.querySelector("[data-fill-bar]");
  const grid = document.querySelector("[data-grid][data-confirm-at]");
  if (!bar || !grid || !window.portalBlock) return;
  const { say, token, mark, settled, answered, whyNot } = window.portalGrid;
  const { rows, columns, input, chosen, isRange, fill, columnOf, rowOf, at } = window.portalBlock;
  const value = bar.querySelector("[data-fill-value]");
  const left = bar.querySelector("[data-fill-left]");
  const send = document.querySelector("form [name=action][value=submit]");
  const ask = send && send.form.querySelector("[data-confirm]");
  const atLoad = grid.querySelectorAll("input.cell.filled").length;
  const inAll = Number(left.dataset.unconfirmed);

  // --- what the buttons speak of: the column, row and range at hand -----------------------------------------------
  const hand = () => at() || { y: 0, x: 0 };
  const areas = {
    column: () => columnOf(hand()),
    row: () => rowOf(hand()),
    range: () => chosen(),
    page: () => ({ top: 0, bottom: rows.length - 1, left: 0, right: columns.length - 1 }),
  };
  const numberOf = ({ x }) => columns[x].querySelector("[data-number]").textContent;
  const nameOf = ({ y }) => rows[y].querySelector("th a").textContent;
  const names = () => ({ column: `cột ${numberOf(hand())}`, row: `dòng ${nameOf(hand())}`, page: "cả trang" });
  const rename = () => {
    const named = names();
    bar.querySelectorAll("[data-fill-area]").forEach((button) => {
      const { fillArea } = button.dataset;
      if (fillArea === "range") button.hidden = !isRange();
      else button.textContent = `Điền ${named[fillArea]}`;
    });
    bar.querySelectorAll("[data-confirm-area]").forEach((button) => {
      const range = areas[button.dataset.confirmArea]();
      const many = marked(range).length;
      button.textContent = `Xác nhận ${named[button.dataset.confirmArea]} (${many})`;
      button.disabled = !many;
    });
  };
  const marked = ({ top, left: from, bottom, right }) => {
    const found = [];
    for (let y = top; y <= bottom; y += 1) {
      for (let x = from; x <= right; x += 1) {
        const cell = input(y, x);
        if (cell && cell.classList.contains("filled")) found.push(cell);
      }
    }
    return found;
  };

  const count = () => {
    const many = marked(areas.page()).length;
    const cell = grid.contains(document.activeElement) ? document.activeElement : null;
    const was = cell && cell.getBoundingClientRect().top;
    left.hidden = !many;
    if (cell) { // what opens above the grid moves the cell at hand under the bar at the foot of the page
      scrollBy(0, cell.getBoundingClientRect().top - was);
      cell.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    left.querySelector("[data-fill-count]").textContent = many;
    const all = inAll - atLoad + many; // those of other pages are as they were when this one came
    if (ask) {
      const warning = all ? `Còn ${all} giá trị điền sẵn chưa được xác nhận; nơi thẩm định sẽ thấy từng ô. ` : "";
      ask.dataset.confirm = warning + ask.dataset.question;
    }
    rename();
  };
  let counting = 0;
  grid.addEventListener("portal:marked", () => {
    cancelAnimationFrame(counting);
    counting = requestAnimationFrame(count);
  });
  grid.addEventListener("portal:chosen", rename);

  // --- filling and confirming -------------------------------------------------------------------------------------
  bar.querySelectorAll("[data-fill-area]").forEach((button) => {
    button.addEventListener("click", () => fill(value.value, areas[button.dataset.fillArea]()));
  });
  value.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    fill(value.value, isRange() ? chosen() : areas.column());
  });

  const confirm = async (range) => {
    await settled([...grid.querySelectorAll("input.cell")]);
    const cells = marked(range);
    const asked = new Set(cells);
    const body = new URLSearchParams();
    columns.forEach((head) => body.append("code", head.dataset.code));
    rows.forEach((row, y) => {
      const versions = columns.map((_, x) => (asked.has(input(y, x)) ? input(y, x).dataset.version : 0));
      body.append("row", [row.dataset.dossier, ...versions].join(" "));
    });
    say("Đang xác nhận…");
    try {
      const answer = await answered(async () => {
        body.set("csrfmiddlewaretoken", token());
        const told = await fetch(grid.dataset.confirmAt, { method: "POST", body, headers: { Accept: "application/json" } });
        return (told.headers.get("Content-Type") || "").includes("json") ? told : null;
      });
      const told = await answer.json();
      const done = told.cells || [];
      done.forEach(({ dossier, code }) => {
        const y = rows.findIndex((row) => row.dataset.dossier === String(dossier));
        mark(input(y, columns.findIndex((head) => head.dataset.code === code)), "");
      });
      say(told.sentence, done.length === cells.length ? "" : "bad");
    } catch (error) {
      say(`Chưa xác nhận được: ${whyNot(error)}. Hãy bấm lại.`, "bad");
    }
  };
  bar.querySelectorAll("[data-confirm-area]").forEach((button) => {
    button.addEventListener("click", () => confirm(areas[button.dataset.confirmArea]()));
  });
  bar.querySelector("[data-fill-next]").addEventListener("click", () => {
    const cells = marked(areas.page());
    const now = at() ? input(at().y, at().x) : null;
    const after = now && cells.find((cell) => now.compareDocumentPosition(cell) & Node.DOCUMENT_POSITION_FOLLOWING);
    (after || cells[0]).focus();
  });

  bar.hidden = false;
  count();
})();
