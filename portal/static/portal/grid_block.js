// Blocks of cells in the entry grid: select, copy, paste, fill down, fill in, undo. The server reads a block and says what became
// of each cell; the page shows no more than that.
(() => {
  "use strict";

  const grid = document.querySelector("[data-grid][data-block]");
  if (!grid) return;
  const { say, token, showVerdict, stored, refused, taken, settled, together, answered, take } = window.portalGrid;
  const { save, isOpen, openCells, typedHere, giveUp, heldOf } = window.portalGrid;
  const status = document.querySelector("[data-grid-status]");
  const panel = document.querySelector("[data-block-told]");
  const rows = [...grid.querySelector("tbody").rows];
  const columns = [...grid.querySelectorAll("thead th")].filter((head) => head.dataset.code);
  const MOST_LETTERS = 200000;
  const LISTED = 20;

  const place = (y, x) => rows[y].cells[columns[x].cellIndex];
  const input = (y, x) => place(y, x).querySelector("input.cell");
  const text = (y, x) => (input(y, x) ? input(y, x).value : place(y, x).textContent.trim());
  const find = (td) => ({
    y: rows.indexOf(td.closest("tr")),
    x: columns.findIndex((head) => head.cellIndex === td.cellIndex),
  });

  // --- what is selected: from the cell at hand to another one; the cell at hand keeps the focus -------------------
  let first = null;
  let last = null;
  const chosen = () => ({
    top: Math.min(first.y, last.y),
    left: Math.min(first.x, last.x),
    bottom: Math.max(first.y, last.y),
    right: Math.max(first.x, last.x),
  });
  const isRange = () => first && (first.y !== last.y || first.x !== last.x);
  const each = ({ top, left, bottom, right }, act) => {
    for (let y = top; y <= bottom; y += 1) for (let x = left; x <= right; x += 1) act(y, x);
  };
  const paint = () => {
    grid.querySelectorAll("td.selected").forEach((td) => td.classList.remove("selected"));
    if (!isRange()) return;
    const range = chosen();
    each(range, (y, x) => place(y, x).classList.add("selected"));
    say(`Đang chọn ${range.bottom - range.top + 1} dòng × ${range.right - range.left + 1} cột.`);
  };
  const choose = (from, to) => {
    if (isRange() && status.textContent.startsWith("Đang chọn")) say("");
    first = from;
    last = to;
    paint();
    grid.dispatchEvent(new CustomEvent("portal:chosen"));
  };
  const reach = (y, x) => {
    if (!rows[y] || !columns[x]) return;
    choose(first, { y, x });
    place(y, x).scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  // --- one block sent, and what became of it -----------------------------------------------------------------------
  // What was written here, step by step: what the step was, and its cells with what they held before and after.
  const undoing = [];
  const redoing = [];
  const PASTE = "lần dán";
  const FILLING = "lần điền mặc định";
  const did = (what, cells, filled = false, left = []) => {
    undoing.push({ what, cells, filled, left });
    redoing.length = 0;
  };
  // The cells a block asks for, as the server lays it (evaluations/files/grid/block.py): repeated where what is selected is so
  // many times the block.
  const askedOf = (block, from, size) => {
    const lines = block.replace(/\r\n?/g, "\n").replace(/\n$/, "").split("\n").map((line) => line.split("\t"));
    const over = (selected, own) => (selected > own && selected % own === 0 ? selected : own);
    const high = lines.length;
    const wide = Math.max(...lines.map((line) => line.length));
    const asked = [];
    for (let down = 0; down < over(size.height, high); down += 1) {
      for (let right = 0; right < over(size.width, wide); right += 1) {
        const typed = (lines[down % high][right % wide] || "").trim();
        if (typed) asked.push({ y: from.y + down, x: from.x + right, typed });
      }
    }
    return asked;
  };
  const hasCell = ({ y, x }) => rows[y] && columns[x] && input(y, x);
  const blockOf = (asked, corner) => {
    const block = [];
    asked.forEach(({ y, x, typed }) => {
      const line = (block[y - corner.y] = block[y - corner.y] || []);
      line[x - corner.x] = typed;
    });
    return Array.from(block, (line) => Array.from(line || [], (cell) => cell || "").join("\t")).join("\n");
  };
  // A filling goes round a cell that shows something not yet saved, though the server holds nothing there.
  const roundOpenCells = (block, from, size) =>
    blockOf(askedOf(block, from, size).filter((one) => hasCell(one) && !isOpen(input(one.y, one.x))), from);

  const send = async (given, from, selected, filled) => {
    const block = filled ? roundOpenCells(given, from, selected) : given;
    const size = filled ? { height: 1, width: 1 } : selected;
    const body = new URLSearchParams({ csrfmiddlewaretoken: token(), block, height: size.height, width: size.width });
    if (filled) body.set("filled", "yes");
    columns.slice(from.x).forEach((head) => body.append("code", head.dataset.code));
    rows.slice(from.y).forEach((row, down) => {
      const versions = columns.slice(from.x).map((_, right) => {
        const cell = input(from.y + down, from.x + right);
        return cell ? cell.dataset.version : 0;
      });
      body.append("row", [row.dataset.dossier, ...versions].join(" "));
    });
    const answer = await answered(async () => {
      body.set("csrfmiddlewaretoken", token());
      const told = await fetch(grid.dataset.block, { method: "POST", body, headers: { Accept: "application/json" } });
      if (told.status >= 500) throw new TypeError("no answer"); // as good as no line
      return (told.headers.get("Content-Type") || "").includes("json") ? told : null;
    });
    return { ok: answer.ok, ...(await answer.json()) };
  };

  // Outcomes after which a cell shows what the server holds there.
  const SHOWN = ["saved", "same", "kept", "unfit"];
  const show = (told, isTyped) => {
    const changed = [];
    const left = [];
    told.cells.forEach((one) => {
      const y = rows.findIndex((row) => row.dataset.dossier === String(one.dossier));
      const x = columns.findIndex((head) => head.dataset.code === one.code);
      const cell = input(y, x);
      if (one.outcome === "refused" || one.outcome === "conflict") left.push({ y, x, typed: one.text, sentence: one.sentence });
      if (!cell) return;
      const isTypedSince = isTyped(cell);
      if (one.outcome === "saved") changed.push({ y, x, before: cell.dataset.saved, after: one.text });
      if (SHOWN.includes(one.outcome)) stored(cell, one, isTypedSince);
      if (isTypedSince) {
        if (cell !== document.activeElement) settled([cell]); // the one at hand is saved when it is left
      } else if (one.outcome === "refused" || one.outcome === "conflict") {
        cell.value = one.text;
        (one.outcome === "refused" ? refused : taken)(cell, one, true);
      }
    });
    Object.entries(told.verdicts).forEach(([dossier, verdict]) => {
      showVerdict(rows.find((row) => row.dataset.dossier === dossier), verdict);
    });
    list(left);
    return { changed, left };
  };

  const list = (left) => {
    const lines = left.slice(0, LISTED).map(({ y, x, sentence }) => {
      const line = document.createElement("li");
      const unit = rows[y].cells[0].querySelector("a").textContent;
      const name = sentence.startsWith("Tiêu chí") ? unit : `${unit}, tiêu chí ${columns[x].querySelector("[data-number]").textContent}`;
      const cell = input(y, x);
      const words = document.createElement(cell ? "button" : "span");
      words.textContent = name;
      if (cell) {
        words.type = "button";
        words.addEventListener("click", () => cell.focus());
      }
      line.append(words, `: ${sentence}`);
      return line;
    });
    if (left.length > LISTED) {
      const more = document.createElement("li");
      more.textContent = `… và ${left.length - LISTED} ô khác.`;
      lines.push(more);
    }
    panel.querySelector("ul").replaceChildren(...lines);
  };

  // Saves the block from that cell on; gives the cells it changed and those it left, or null where no answer came: `lost` says
  // then what became of it. `after` is done before anything is told. It waits behind what was
  // typed before it; what is typed into its cells meanwhile waits behind it and stays, and a filling takes nothing typed away.
  const lay = async (block, from, size, words, { done = "", filled = false, lost, after = () => {} }) => {
    let became = null;
    const cells = [...grid.querySelectorAll("input.cell")];
    const typed = new Set();
    const remember = ({ target }) => typed.add(target);
    const isTyped = (cell) => cell.value !== cell.dataset.saved && (filled || typed.has(cell));
    grid.addEventListener("input", remember);
    settled(cells);
    await together(cells, async () => {
      say(words);
      grid.classList.add("saving");
      try {
        const told = await send(block, from, size, filled);
        became = told.ok ? show(told, isTyped) : { changed: [], left: [] };
        if (told.ok) after();
        const isWhole = told.ok && told.cells.every((one) => SHOWN.includes(one.outcome));
        const open = isWhole ? openCells().length : 0; // of something else than this block
        say(done + told.sentence + (open ? ` Còn ${open} ô chưa lưu.` : ""), isWhole && !open ? "" : "bad");
      } catch (error) {
        say(lost(error, isTyped), "bad");
      } finally {
        grid.removeEventListener("input", remember);
        grid.classList.remove("saving");
      }
    });
    return became;
  };

  // An act that got no answer is kept cell by cell: what is not stored yet goes out as what was typed does, and the act is one
  // step all the same. Gives its cells with what they held before and hold now.
  const queue = (asked, error, filled = false) =>
    asked.map(({ y, x, typed }) => {
      const cell = input(y, x);
      const before = heldOf(cell);
      const text = CLEARS.test(typed) ? "" : typed;
      typedHere(cell, text, error, filled && text ? window.portalGrid.FILL : "");
      return { y, x, before, after: text };
    });
  const CLEARS = /^(xo[aá]|xóa)( b[oỏ])?$|^[-–—]$/i; // as units/files/lines.py
  const left = () => `Còn ${openCells().length} ô chưa lưu.`;

  const paste = async (block, from, size, words) => {
    if (block.length > MOST_LETTERS) {
      say("Khối chép quá lớn, chưa dán. Hãy chỉ chép các ô cần dán.", "bad");
      return;
    }
    const lost = (error, isTyped) => {
      const asked = askedOf(block, from, size);
      const out = asked.filter(({ y, x }) => !rows[y] || !columns[x]).length;
      did(PASTE, queue(asked.filter((one) => hasCell(one) && !isTyped(input(one.y, one.x))), error));
      return left() + (out ? ` ${out} ô nằm ngoài bảng: chưa dán.` : "");
    };
    const became = await lay(block, from, size, words, { lost });
    if (became && (became.changed.length || became.left.length)) did(PASTE, became.changed, false, became.left);
    offer();
  };

  // One value for the empty cells of a range, each marked until it is confirmed; what is typed in the cell at hand is that
  // cell's own. An empty cell at hand takes what last year says.
  const fill = async (value, range) => {
    if (!value.trim()) {
      say("Chưa có giá trị để điền. Hãy gõ giá trị vào ô đang đứng, hoặc vào khung “Điền mặc định”.", "bad");
      return;
    }
    const size = { height: range.bottom - range.top + 1, width: range.right - range.left + 1 };
    const from = { y: range.top, x: range.left };
    const isEmpty = (cell) => !cell.value && !isOpen(cell);
    const lost = (error) => {
      const asked = askedOf(value, from, size).filter((one) => hasCell(one) && isEmpty(input(one.y, one.x)));
      if (asked.length) did(FILLING, queue(asked, error, true), true);
      return left();
    };
    const became = await lay(value, from, size, "Đang điền…", { lost, filled: true });
    if (became && became.changed.length) did(FILLING, became.changed, true);
    offer();
  };
  const columnOf = ({ x }) => ({ top: 0, bottom: rows.length - 1, left: x, right: x });
  const rowOf = ({ y }) => ({ top: y, bottom: y, left: 0, right: columns.length - 1 });
  const fillFrom = (cell, byRow) => {
    const value = cell.value.trim();
    if (value) return fill(value, byRow ? rowOf(first) : isRange() ? chosen() : columnOf(first));
    if (cell.dataset.suggested) return take(cell);
    return fill(value);
  };

  const button = panel.querySelector("[data-block-undo]");
  const latestPaste = () => undoing.map(({ what }) => what).lastIndexOf(PASTE);
  const offer = () => {
    button.hidden = latestPaste() < 0;
    panel.hidden = button.hidden && !panel.querySelector("li");
    if (panel.querySelector("li")) panel.scrollIntoView({ block: "nearest" });
  };

  // Cells the step left unsaved lose what it laid there when it is taken back, and get it again with it.
  const isLaid = ({ y, x, typed }) => input(y, x) && input(y, x).value === typed && isOpen(input(y, x));
  const turnLeft = (step, isUndone) => {
    step.left.filter(isUndone ? isLaid : hasCell).forEach(({ y, x, typed }) => {
      const cell = input(y, x);
      if (isUndone) giveUp(cell);
      else if (!isOpen(cell)) {
        cell.value = typed;
        save(cell);
      }
    });
  };

  // Takes a step of one list back, the latest if none is named, and puts it onto the other list; cells written again since
  // stay as they are.
  const goBack = async (from, to, name, at = from.length - 1) => {
    const [step] = from.splice(at, 1);
    const isUndone = from === undoing;
    const still = step.cells.filter(({ y, x, after }) => input(y, x) && heldOf(input(y, x)) === after);
    if (!still.length && step.cells.length) {
      say(`Các ô của ${step.what} ấy đã được ghi lại sau đó: giữ nguyên.`, "bad");
      return offer();
    }
    const since = step.cells.length - still.length;
    const done = since ? `${name}, trừ ${since} ô đã được ghi lại sau đó. ` : `${name} ${step.what}. `;
    if (!still.length) {
      turnLeft(step, isUndone);
      list([]);
      to.push(step);
      say(done + (openCells().length ? left() : "Đã lưu."));
      return offer();
    }
    const corner = { y: Math.min(...still.map(({ y }) => y)), x: Math.min(...still.map(({ x }) => x)) };
    const asked = still.map(({ y, x, before }) => ({ y, x, typed: before || "xoá" })); // an empty cell asks for nothing
    const filled = step.filled && !isUndone; // empty cells, filled and marked as before
    const lost = (error) => {
      to.push({ ...step, cells: queue(asked, error, filled) });
      turnLeft(step, isUndone);
      return done + left();
    };
    const how = { done, filled, lost, after: () => turnLeft(step, isUndone) };
    const became = await lay(blockOf(asked, corner), corner, { height: 1, width: 1 }, `${name}…`, how);
    if (became && became.changed.length) to.push({ ...step, cells: became.changed });
    return offer();
  };
  // What is on its way to the server is a step as well: the keys wait until it has been told.
  const stepped = async (from, to, name) => {
    await settled([...grid.querySelectorAll("input.cell")]);
    if (from.length) await goBack(from, to, name);
  };
  const undo = () => stepped(undoing, redoing, "Hoàn tác");
  const redo = () => stepped(redoing, undoing, "Làm lại");
  button.addEventListener("click", () => goBack(undoing, redoing, "Hoàn tác", latestPaste()));
  grid.addEventListener("portal:written", ({ target, detail }) => {
    did("lần ghi", [{ ...find(target.closest("td")), ...detail }]);
    offer();
  });

  // The server read what was written while it could not be asked: “d” stands as “Đ”.
  grid.addEventListener("portal:read", ({ target, detail }) => {
    const { y, x } = find(target.closest("td"));
    [...undoing, ...redoing].forEach(({ cells }) =>
      cells.filter((one) => one.y === y && one.x === x && one.after === detail.typed).forEach((one) => { one.after = detail.as; }),
    );
  });

  const fillDown = () => {
    const range = chosen();
    if (range.top === range.bottom) range.top -= 1; // one line: from the line above it
    if (range.top < 0) return;
    const line = [];
    each({ ...range, bottom: range.top }, (y, x) => line.push(text(y, x)));
    const size = { height: range.bottom - range.top, width: 1 };
    paste(line.join("\t"), { y: range.top + 1, x: range.left }, size, "Đang điền xuống…");
  };

  // --- keys, mouse, clipboard --------------------------------------------------------------------------------------
  grid.addEventListener("focusin", (event) => {
    if (!event.target.matches("input.cell")) return;
    const at = find(event.target.closest("td"));
    choose(at, at);
  });
  grid.addEventListener("mousedown", (event) => {
    const td = event.target.closest("td");
    if (!event.shiftKey || !td || !first || find(td).x < 0) return;
    event.preventDefault();
    reach(find(td).y, find(td).x);
  });
  const isOfLatest = (cell) => {
    const latest = undoing.at(-1);
    return Boolean(latest) && latest.left.some((one) => isLaid(one) && input(one.y, one.x) === cell);
  };
  const steppedBy = (event) => {
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) return undoing;
    return key === "y" || key === "z" ? redoing : null;
  };
  grid.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches("input.cell") || !first) return;
    const control = event.ctrlKey || event.metaKey;
    const isWhole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0] };
    if (isWhole || isRange()) Object.assign(steps, { ArrowRight: [0, 1], ArrowLeft: [0, -1] });
    if (event.shiftKey && !control && steps[event.key]) {
      reach(last.y + steps[event.key][0], last.x + steps[event.key][1]);
    } else if (event.key === "Escape" && isRange()) {
      choose(first, first);
      event.stopPropagation();
    } else if (control && event.key === "Enter") {
      fillFrom(cell, event.shiftKey);
      cell.select(); // stood on again: arrows walk on
      event.stopPropagation();
    } else if (control && event.key === ";") {
      say("Bảng này không có ô ngày. Ngày đăng ký, ngày nghị quyết ghi ở trang “Nhập kết quả” của từng hồ sơ.", "bad");
    } else if (control && event.key.toLowerCase() === "d") {
      fillDown();
    } else if (control && (cell.value === heldOf(cell) || isOfLatest(cell)) && steppedBy(event)) {
      (steppedBy(event) === undoing ? undo : redo)();
    } else {
      return;
    }
    event.preventDefault();
  }, true);
  grid.addEventListener("copy", (event) => {
    if (!isRange()) return;
    const { top, left, bottom, right } = chosen();
    const lines = [];
    for (let y = top; y <= bottom; y += 1) {
      const line = [];
      for (let x = left; x <= right; x += 1) line.push(text(y, x));
      lines.push(line);
    }
    const safe = (words) => words.replace(/&/g, "&amp;").replace(/</g, "&lt;");
    const asText = (words) => `<td style="mso-number-format:'\\@'">${safe(words)}</td>`; // 3/5 becomes no day
    const table = lines.map((line) => `<tr>${line.map(asText).join("")}</tr>`).join("");
    event.clipboardData.setData("text/plain", lines.map((line) => line.join("\t")).join("\r\n"));
    event.clipboardData.setData("text/html", `<table>${table}</table>`);
    event.preventDefault();
    say(`Đã chép ${lines.length} dòng × ${lines[0].length} cột.`);
  });
  grid.addEventListener("paste", (event) => {
    const block = event.clipboardData.getData("text/plain");
    const isOne = !/[\t\r\n]/.test(block.replace(/\r?\n$/, ""));
    if (!first || !event.target.matches("input.cell") || (isOne && !isRange())) return;
    event.preventDefault();
    const range = chosen();
    const size = { height: range.bottom - range.top + 1, width: range.right - range.left + 1 };
    paste(block, { y: range.top, x: range.left }, size, "Đang dán…");
  });
  window.portalBlock = { rows, columns, input, place, chosen, isRange, fill, columnOf, rowOf, at: () => first };
})();
