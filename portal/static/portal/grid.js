// Grid entry: each cell is saved on its own when it is left; the server reads, judges and answers.
(() => {
  "use strict";

  const status = document.querySelector("[data-grid-status]");
  const say = (text, tone) => {
    if (!status) return;
    status.textContent = text;
    status.className = tone === "bad" ? "grid-status grid-status--bad" : "grid-status";
  };
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;
  let waiting = 0;

  const showVerdict = (row, verdict) => {
    const place = row && row.querySelector(".verdict");
    if (!place) return;
    const mark = document.createElement("span");
    mark.className = `badge badge--${verdict.tone}`;
    mark.textContent = verdict.label;
    const list = document.createElement("ul");
    verdict.sentences.forEach((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      list.append(item);
    });
    const brief = document.createElement("span");
    brief.className = "brief";
    brief.textContent = verdict.brief;
    place.dataset.verdict = verdict.outcome;
    place.replaceChildren(mark, " ", brief, list);
    row.dispatchEvent(new CustomEvent("portal:judged", { bubbles: true }));
    row.querySelectorAll("input.cell").forEach((cell) => {
      cell.parentElement.classList.toggle("wrong", verdict.unmet.includes(cell.name));
    });
  };

  // A dossier's own page says what it comes to above its table, in the server's markup.
  const showPanel = (markup) => {
    const place = document.querySelector("[data-judgement]");
    if (place && markup) place.innerHTML = markup;
  };

  const showDiffers = (row, differs) => {
    const place = row && row.querySelector("[data-differs]");
    if (!place) return;
    place.hidden = !differs;
    row.classList.toggle("differs", Boolean(differs));
  };

  // A quiet note is one of many: it shows while its cell is at hand.
  const note = (cell, text, actions = [], quiet = false) => {
    clear(cell);
    if (!text) return;
    const box = document.createElement("div");
    box.className = quiet ? "cell-note cell-note--quiet" : "cell-note";
    box.id = `note-${Math.random().toString(36).slice(2)}`;
    const words = document.createElement("p");
    words.textContent = text;
    box.append(words);
    actions.forEach(([label, act]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn--small";
      button.textContent = label;
      button.addEventListener("click", act);
      box.append(button);
    });
    cell.setAttribute("aria-describedby", box.id);
    cell.after(box);
    place(cell, box);
  };
  // A note floats beside its cell, over whatever scrolls, and stays on the screen: above it, where what was entered before
  // stands, for whoever walks on down is not to be covered; below it where the cell at hand is up there.
  const place = (cell, box) => {
    const at = cell.getBoundingClientRect();
    const isAnswered = box.contains(document.activeElement); // pressed: a note that moves from under the pointer is not
    const hand = document.activeElement === cell || isAnswered ? null : document.activeElement.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8));
    const covers = (top) =>
      hand && hand.top < top + box.offsetHeight && hand.bottom > top && hand.left < left + box.offsetWidth && hand.right > left;
    const tops = [at.top - box.offsetHeight - 4, at.bottom + 4];
    const shown = tops.filter((top) => top >= 0 && top + box.offsetHeight <= innerHeight);
    const top = isAnswered ? tops[box.dataset.at] : (shown.find((one) => !covers(one)) ?? shown[0] ?? tops[1]);
    box.dataset.at = tops.indexOf(top);
    box.style.left = `${left}px`;
    box.style.top = `${Math.max(8, top)}px`;
    box.style.visibility = at.bottom < 0 || at.top > innerHeight ? "hidden" : ""; // its cell is off the screen
  };
  const replace = () => document.querySelectorAll(".cell-note").forEach((box) => place(box.previousElementSibling, box));
  addEventListener("scroll", replace, { capture: true, passive: true });
  addEventListener("resize", replace, { passive: true });
  new ResizeObserver(replace).observe(document.body); // what opens above the grid moves its cells
  document.addEventListener("focusin", replace);
  const clear = (cell) => {
    const box = cell.nextElementSibling;
    if (box && box.classList.contains("cell-note")) box.remove();
    cell.removeAttribute("aria-describedby");
    cell.removeAttribute("aria-invalid");
  };

  // One file's cells are sent one after another, so that the last verdict shown is the last one judged.
  const queues = new WeakMap();
  const save = (cell) => {
    const holder = cell.closest("[data-save]");
    if (cell.dataset.sending === cell.value) return queues.get(holder); // it is on its way
    cell.dataset.sending = cell.value;
    const next = (queues.get(holder) || Promise.resolve()).then(() => send(cell));
    queues.set(holder, next);
    return next;
  };

  // One act on cells of several files waits for what is being sent of each; what is typed next waits for it.
  const together = (cells, act) => {
    const holders = [...new Set(cells.map((cell) => cell.closest("[data-save]")))];
    const run = Promise.all(holders.map((holder) => queues.get(holder))).then(async () => {
      waiting += 1;
      try {
        await act();
      } finally {
        waiting -= 1;
      }
    });
    holders.forEach((holder) => queues.set(holder, run));
    return run;
  };

  // What is typed is kept until the server has it: a reload, a browser closed, a line that is down lose nothing.
  const { keep, drop, held, ready } = window.portalKept;
  const nameOf = (cell) =>
    `cell ${cell.closest("[data-save]").dataset.save} ${cell.closest("[data-grid]").dataset.side} ${cell.name}`;
  // What was sent and not answered may stand on the server by now: a cell put back to what it held is not as stored then.
  const isAsStored = ({ value, dataset }) =>
    value === dataset.saved && (dataset.tried === undefined || dataset.tried === value);
  const keepCell = (cell) => {
    const { version, tried, act } = cell.dataset;
    if (isAsStored(cell) && !act) return drop(nameOf(cell));
    const label = cell.getAttribute("aria-label");
    keep(nameOf(cell), { text: cell.value, version, tried, act, label, page: location.href });
  };
  // What was written into a cell is a step that can be taken back (grid_block.js), also while it waits for the line: `counted`
  // is the text there is a step for, and no second one is made when it is stored.
  const heldOf = ({ dataset }) => dataset.counted ?? dataset.saved;
  const count = (cell, text) => {
    const before = heldOf(cell);
    cell.dataset.counted = text;
    if (before !== text) tell(cell, "portal:written", { before, after: text });
  };
  const tell = (cell, what, detail) => cell.dispatchEvent(new CustomEvent(what, { bubbles: true, detail }));

  // What a cell shows once the server has answered: stored, refused with the reason, or saved by somebody else meanwhile.
  // A value nobody typed is marked until it is confirmed; the mark is told with the cell.
  const mark = (cell, unconfirmed) => {
    if (unconfirmed) cell.title = unconfirmed;
    else cell.removeAttribute("title");
    cell.classList.toggle("filled", Boolean(unconfirmed));
    cell.dispatchEvent(new CustomEvent("portal:marked", { bubbles: true }));
  };
  const stored = (cell, told, isTypedSince = false) => {
    clear(cell);
    drop(nameOf(cell));
    delete cell.dataset.unsent;
    delete cell.dataset.act;
    delete cell.dataset.tried;
    delete cell.dataset.counted;
    mark(cell, told.unconfirmed);
    if (!isTypedSince && cell.value !== told.text) cell.value = told.text;
    cell.dataset.saved = told.text;
    cell.dataset.version = told.version;
    if (isTypedSince) keepCell(cell); // saved when it is left
  };
  const refused = (cell, told, quiet) => {
    note(cell, told.sentence, [], quiet);
    delete cell.dataset.counted;
    keepCell(cell);
    cell.setAttribute("aria-invalid", "true");
  };
  const taken = (cell, told, quiet) => {
    const typed = cell.value;
    note(cell, told.sentence, [
      [`Giữ “${told.theirs || "để trống"}”`, () => {
        stored(cell, { text: told.theirs, version: told.version, unconfirmed: told.unconfirmed });
        cell.focus();
      }],
      [`Ghi “${typed || "để trống"}”`, () => {
        cell.dataset.version = told.version;
        cell.value = typed;
        save(cell);
      }],
    ], quiet);
    delete cell.dataset.counted;
    keepCell(cell);
    cell.setAttribute("aria-invalid", "true");
  };

  // Signing in again in another tab changes the form's token: it is asked for anew. Where nobody is signed in, whoever sits
  // here signs in where they are. Throws where the line is down, gives false where they would not.
  const { ask, signIn, heard } = window.portalSession;
  const renew = async () => {
    const told = await ask();
    if (told === undefined) throw new TypeError("no line");
    return told ? true : signIn();
  };
  const post = async (holder, fields) => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token(), ...fields });
    const answer = await fetch(holder.dataset.save, { method: "POST", body, headers: { Accept: "application/json" } });
    if (answer.status >= 500) throw new TypeError("no answer"); // as good as no line: it comes again
    if (!(answer.headers.get("Content-Type") || "").includes("json")) return null;
    heard();
    return answer;
  };

  // The answer to what is sent, sent once more where the session had ended; throws with the reason where there is none.
  const answered = async (sending) => {
    const first = await sending();
    if (first) return first;
    if (!(await renew())) throw new Error(SIGNED_OUT);
    const second = await sending();
    if (!second) throw new Error("hồ sơ không còn mở cho đồng chí, hãy tải lại trang");
    return second;
  };
  const SIGNED_OUT = "phiên làm việc đã hết";
  const whyNot = (error) => (error instanceof TypeError ? "mất kết nối" : error.message);

  // No answer came: the text stays in its cell, is kept, and is sent again.
  const unanswered = (cell, error, quiet) => {
    note(cell, `Chưa lưu được: ${whyNot(error)}. Giá trị vẫn ở trong ô.`, [
      [error.message === SIGNED_OUT ? "Đăng nhập lại" : "Lưu lại", unsent],
    ], quiet);
    cell.setAttribute("aria-invalid", "true");
    cell.dataset.unsent = error instanceof TypeError ? LINE : "yes";
    if (error instanceof TypeError) tryLater();
  };
  // A text laid into a cell by an act that got no answer and is a step already: as if it had been typed there and sent.
  const typedHere = (cell, text, error, act) => {
    cell.value = text;
    cell.dataset.tried ??= text;
    cell.dataset.counted = text;
    if (act) cell.dataset.act = act;
    else delete cell.dataset.act;
    keepCell(cell);
    unanswered(cell, error, true);
  };
  const giveUp = (cell) => {
    cell.value = cell.dataset.saved;
    delete cell.dataset.act;
    delete cell.dataset.unsent;
    delete cell.dataset.counted;
    drop(nameOf(cell));
    clear(cell);
  };

  const send = async (cell) => {
    if (isAsStored(cell) && !cell.hasAttribute("aria-invalid") && !cell.dataset.act) {
      delete cell.dataset.sending;
      return;
    }
    const row = cell.closest("tr");
    const holder = cell.closest("[data-save]");
    const side = cell.closest("[data-grid]").dataset.side;
    const fields = { code: cell.name, text: cell.value, version: cell.dataset.version, side };
    if (cell.dataset.act === TAKE && !cell.value) fields.suggested = "yes";
    if (cell.dataset.act === FILL && cell.value) fields.filled = "yes";
    const { tried } = cell.dataset; // sent before, and no answer came
    cell.dataset.tried = cell.value;
    keepCell(cell);
    waiting += 1;
    say("Đang lưu…");
    cell.classList.add("saving");
    try {
      const answer = await answered(() => post(holder, fields));
      const told = await answer.json();
      if (answer.ok) {
        const isOwn = !fields.filled || told.unconfirmed; // a filling that came late shows what stood there
        if (cell.dataset.counted !== fields.text) count(cell, told.text);
        else if (isOwn) tell(cell, "portal:read", { typed: fields.text, as: told.text });
        stored(cell, told, cell.value !== fields.text);
        showVerdict(row, told.verdict);
        showPanel(told.panel);
        showDiffers(row, told.differs);
        lineIsBack();
        sayLeft();
      } else if (answer.status === 409 && tried !== undefined && tried === told.theirs) {
        cell.dataset.version = told.version; // what stands there is this page's own
        delete cell.dataset.sending;
        setTimeout(() => save(cell));
      } else if (answer.status === 409) {
        taken(cell, told);
        say("Có người vừa ghi ô này.", "bad");
      } else {
        refused(cell, told);
        say("Chưa lưu: xem chỗ báo đỏ.", "bad");
      }
    } catch (error) {
      if (cell.value === fields.text && !fields.suggested) count(cell, fields.text);
      unanswered(cell, error);
      sayLeft();
    } finally {
      waiting -= 1;
      delete cell.dataset.sending;
      cell.classList.remove("saving");
    }
  };

  // What a cell is sent for beside its text: a marked value typed again is confirmed, last year's taken over, one value stated
  // for many marked.
  const CONFIRM = "confirm";
  const TAKE = "take";
  const FILL = "fill";
  const take = (cell) => {
    cell.dataset.act = TAKE;
    save(cell);
  };

  const goTo = (target) => {
    if (!target) return false;
    target.focus();
    target.select();
    return true;
  };
  const cellsOf = (row) => [...row.querySelectorAll("input.cell")];
  const across = (cell, right) => {
    const cells = cellsOf(cell.closest("tr"));
    return goTo(cells[cells.indexOf(cell) + right]);
  };
  const down = (cell, by) => {
    const row = cell.closest("tr");
    const rows = [...row.parentElement.querySelectorAll("tr")];
    const column = cell.closest("td").cellIndex;
    for (let at = rows.indexOf(row) + by; rows[at]; at += by) {
      if (goTo(rows[at].cells[column] && rows[at].cells[column].querySelector("input.cell"))) return true;
    }
    return false;
  };
  const toEnd = (cells, last) => goTo(cells[last ? cells.length - 1 : 0]);

  // Keys as in a spreadsheet: while a cell is only stood on (its whole text selected), arrows and Home, End walk the grid;
  // F2, a second click or typing turn to its text.
  const walks = (cell, event) => {
    const control = event.ctrlKey || event.metaKey;
    const isStoodOn = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    const grid = cell.closest("[data-grid]");
    const steps = { ArrowDown: () => down(cell, 1), ArrowUp: () => down(cell, -1) };
    if (control || isStoodOn) {
      steps.ArrowRight = () => across(cell, 1);
      steps.ArrowLeft = () => across(cell, -1);
      steps.Home = () => toEnd(control ? cellsOf(grid) : cellsOf(cell.closest("tr")), false);
      steps.End = () => toEnd(control ? cellsOf(grid) : cellsOf(cell.closest("tr")), true);
    }
    return steps[event.key];
  };

  document.querySelectorAll("[data-grid]").forEach((grid) => {
    grid.querySelectorAll("input.cell").forEach((cell) => {
      cell.dataset.saved = cell.value;
    });
    grid.addEventListener("input", (event) => {
      if (!event.target.matches("input.cell")) return;
      if (event.target.matches(".filled")) event.target.dataset.act = CONFIRM;
      else delete event.target.dataset.act;
      keepCell(event.target);
    });
    grid.addEventListener("focusout", (event) => {
      if (event.target.matches("input.cell") && event.target.dataset.act === CONFIRM) save(event.target);
    });
    grid.addEventListener("change", (event) => {
      if (event.target.matches("input.cell")) save(event.target);
    });
    grid.addEventListener("keydown", (event) => {
      const cell = event.target;
      if (!cell.matches("input.cell")) return;
      if (event.key === "Enter") {
        event.preventDefault();
        if (!down(cell, event.shiftKey ? -1 : 1)) save(cell);
        return;
      }
      if (event.shiftKey || event.altKey) return;
      const step = walks(cell, event);
      if (event.key === "Escape") {
        giveUp(cell);
      } else if (event.key === "F2") {
        cell.setSelectionRange(cell.value.length, cell.value.length);
      } else if (step) {
        event.preventDefault();
        step();
      }
    });
    grid.addEventListener("mousedown", (event) => {
      const cell = event.target;
      if (event.shiftKey || event.button || !cell.matches("input.cell") || cell === document.activeElement) return;
      event.preventDefault();
      goTo(cell);
    });
  });

  const WAITS = "Chưa thực hiện: còn ô chờ gửi. Các ô ấy tự gửi khi có mạng, khi đăng nhập lại; lúc bảng báo “Đã lưu.” thì bấm lại.";
  const MEND = "Chưa thực hiện: còn ô chưa lưu được. Hãy sửa ô đó, hoặc bấm Esc trong ô để lấy lại số đã lưu.";

  // Nothing is decided of a file while one of its cells is refused or not yet saved.
  const isOpen = (cell) => cell.hasAttribute("aria-invalid") || cell.value !== cell.dataset.saved;
  const openCells = () => [...document.querySelectorAll("input.cell")].filter(isOpen);
  const openCell = () => openCells()[0];
  const sayLeft = () => {
    const many = openCells().length;
    say(many ? `Còn ${many} ô chưa lưu.` : "Đã lưu.", many ? "bad" : "ok");
  };
  // What could not be sent is sent again: when the browser or another cell says that the line is back, when somebody asks,
  // and after a while by itself, for a server that was away tells nobody that it is back.
  const LINE = "line";
  const SOONEST = 4000;
  const LATEST = 30000;
  const unsent = () => document.querySelectorAll("input.cell[data-unsent]").forEach(save);
  const waitingForLine = () => document.querySelectorAll(`input.cell[data-unsent=${LINE}]`);
  let pause = SOONEST;
  let later = 0;
  const tryLater = () => {
    if (later) return;
    later = setTimeout(() => {
      later = 0;
      const [first] = waitingForLine(); // one asks for all: a server that comes back is not run down
      if (first) save(first);
    }, pause);
    pause = Math.min(1.5 * pause, LATEST);
  };
  const lineIsBack = () => {
    pause = SOONEST;
    waitingForLine().forEach(save);
  };
  addEventListener("online", unsent);
  document.addEventListener("portal:signed-in", unsent);
  const settled = async (cells) => {
    cells.filter((cell) => cell.value !== cell.dataset.saved && !cell.hasAttribute("aria-invalid")).forEach(save);
    await Promise.all(cells.map((cell) => queues.get(cell.closest("[data-save]"))));
  };
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (form.method !== "post" || !form.closest("main") || !(waiting || openCell())) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await settled([...document.querySelectorAll("input.cell")]);
    const cell = openCell();
    if (!cell) return form.requestSubmit(submitter);
    const sentence = openCells().every((one) => one.dataset.unsent) ? WAITS : MEND;
    cell.focus();
    if (!cell.nextElementSibling || !cell.nextElementSibling.classList.contains("cell-note")) note(cell, sentence);
    cell.setAttribute("aria-invalid", "true");
    say(sentence, "bad");
  }, true);

  window.addEventListener("beforeunload", (event) => {
    if (waiting || openCell()) event.preventDefault();
  });

  // Cells kept from before: those of this page are sent now, with the version they were typed over; others are told.
  const elsewhere = new Map();
  const bringBack = (cell) => {
    const kept = elsewhere.get(nameOf(cell));
    if (!kept) return;
    elsewhere.delete(nameOf(cell));
    if (cell.value !== cell.dataset.saved || cell.dataset.sending) return; // somebody types there already
    if (kept.text === cell.dataset.saved && !kept.act && [undefined, kept.text].includes(kept.tried)) return drop(nameOf(cell));
    cell.value = kept.text;
    cell.dataset.version = kept.version;
    if (kept.act) cell.dataset.act = kept.act;
    if (kept.tried !== undefined) cell.dataset.tried = kept.tried;
    save(cell);
  };
  const box = document.querySelector("[data-kept-cells]");
  const tellElsewhere = () => {
    if (!box) return;
    box.hidden = !elsewhere.size;
    box.querySelector("[data-kept-list]").replaceChildren(
      ...[...elsewhere].map(([name, kept]) => {
        const line = document.createElement("li");
        const link = document.createElement("a");
        link.href = kept.page;
        link.textContent = kept.label || "Một ô";
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn--small";
        button.textContent = "Bỏ";
        button.setAttribute("aria-label", `Bỏ giá trị “${kept.text}” của ${link.textContent}`);
        button.addEventListener("click", () => {
          drop(name);
          elsewhere.delete(name);
          tellElsewhere();
        });
        line.append(link, `: “${kept.text || "để trống"}” `, button);
        return line;
      }),
    );
  };
  ready.then(() => {
    held("cell ").forEach(([name, kept]) => elsewhere.set(name, kept));
    document.querySelectorAll("[data-grid] input.cell").forEach(bringBack);
    tellElsewhere();
  });

  const shown = { say, sayLeft, mark, showVerdict, stored, refused, taken };
  const sent = { take, save, token, settled, together, answered, whyNot, isOpen, openCells, typedHere, giveUp, heldOf, FILL };
  window.portalGrid = { ...shown, ...sent };
})();
