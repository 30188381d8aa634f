// Papers sent in one act: each file chosen or dropped becomes a row and a column to tick; sent without leaving the page,
// so that what was typed and the files are still there when the line is down or the server says no.
(() => {
  "use strict";

  const form = document.querySelector("form[data-papers]");
  if (!form) return;
  try {
    new DataTransfer(); // a browser without it sends the plain form
  } catch {
    return;
  }

  const MOST_FILES = Number(form.dataset.mostFiles);
  const MOST_BYTES = Number(form.dataset.mostBytes);
  const files = new Map(); // of each row, by its element
  let next = 0;
  let sending = false;
  let leaving = false;

  const find = (what) => form.querySelector(what);
  const rows = () => [...form.querySelectorAll("[data-paper-rows] > [data-row]")];
  const lines = () => [...form.querySelectorAll("tr[data-code]")];
  const box = () => find("input[type=file]");
  const size = (bytes) =>
    bytes < 1048576
      ? `${Math.ceil(bytes / 1024)} KB`
      : `${(bytes / 1048576).toLocaleString("vi-VN", { maximumFractionDigits: 1 })} MB`;
  const total = () => [...files.values()].reduce((sum, file) => sum + file.size, 0);
  const say = (text, bad) => {
    const told = find("[data-paper-told]");
    told.textContent = text;
    told.classList.toggle("paper-told--bad", Boolean(bad));
  };

  // --- what a file's name says: its title, and a criterion it begins with: "1.1 Nghị quyết.pdf", "4c.jpg", "TC2 Biên bản" --
  // A bare "2" may be the second of somebody's files.
  const SAYS_NOTHING = /^((img|image|dsc[a-z]?|pxl|photo|picture|scan|screenshot|ảnh|anh|wp|mvimg)?[^\p{L}]*|z\d{6,}.*)$/iu;
  const titleOf = (fileName) => {
    const spaced = (text) => text.replace(/\s+/g, " ").trim();
    let name = spaced(fileName.normalize("NFC").replace(/\.[^.]*$/, "").replace(/[_+]/g, " ")).replace(/\s*\(\d+\)$/, "");
    if (!name.includes(" ")) name = spaced(name.replace(/-/g, " "));
    return SAYS_NOTHING.test(name) ? "" : name.charAt(0).toUpperCase() + name.slice(1, 300);
  };
  const SAYS_CRITERION = /^(?:(?:tc|tiêu chí)[\s_-]*(\d+(?:\.\d+)*\p{L}?)|(\d+(?:(?:\.\d+)+\p{L}?|\p{L})))(?!\p{L}|\.?\d)/iu;
  const numberOf = (fileName) => {
    const [, worded, bare] = SAYS_CRITERION.exec(fileName.normalize("NFC")) || [];
    return (worded || bare || "").toLowerCase();
  };

  // A picture taken for one criterion is called after it, since its name says nothing; whoever knows better writes over it.
  const titleOfPicture = (file) => {
    const asked = lines().filter((line) => line.hasAttribute("data-ticked"));
    return asked.length === 1 && file.type.startsWith("image/") ? `Ảnh chụp cho tiêu chí ${asked[0].dataset.number}` : "";
  };

  // --- rows and columns ----------------------------------------------------------------------------------------------
  const cellOf = (row, line) => {
    const cell = document.createElement("td");
    cell.dataset.column = row.dataset.row;
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.name = `r${row.dataset.row}-codes`;
    tick.value = line.dataset.code;
    cell.append(tick);
    return cell;
  };
  const add = (file) => {
    next += 1;
    const holder = document.createElement("div");
    holder.innerHTML = find("[data-new-row]").innerHTML.replaceAll("NEW", String(next));
    const row = holder.firstElementChild;
    find("[data-paper-rows]").append(row);
    row.querySelector("[name$='-title']").value = titleOf(file.name) || titleOfPicture(file);
    const head = document.createElement("th");
    head.scope = "col";
    head.dataset.column = row.dataset.row;
    find("[data-paper-matrix] thead tr").append(head);
    const named = numberOf(file.name);
    for (const line of lines()) {
      const cell = cellOf(row, line);
      cell.firstElementChild.checked = line.hasAttribute("data-ticked") || line.dataset.number.toLowerCase() === named;
      line.append(cell);
    }
    return row;
  };
  const drop = (row) => {
    files.delete(row);
    form.querySelectorAll(`[data-column="${row.dataset.row}"]`).forEach((cell) => cell.remove());
    row.remove();
  };

  const ticksOf = (line) => [...line.querySelectorAll("td[data-column] input")];
  const followTicks = (line) => {
    const ticks = ticksOf(line);
    line.querySelector("[data-to-all] input").checked = ticks.length > 0 && ticks.every((tick) => tick.checked);
  };
  const copyDown = (from) => {
    for (const name of ["issued_on", "issuer"]) {
      const value = from.querySelector(`[name$='-${name}']`).value;
      rows().forEach((row) => {
        const below = row.querySelector(`[name$='-${name}']`);
        if (!below.value) below.value = value;
      });
    }
  };

  // The page follows the rows: their numbers, what each lacks, and the files in the box in the order of the rows.
  const refresh = () => {
    const held = new DataTransfer();
    rows().forEach((row, at) => {
      const file = files.get(row);
      if (file) held.items.add(file);
      row.querySelector("[data-row-number]").textContent = at + 1;
      if (file) row.querySelector("[name$='-name']").value = file.name;
      const name = row.querySelector("[name$='-name']").value;
      row.querySelectorAll("[data-row-name]").forEach((place) => { place.textContent = name; });
      row.querySelector("[data-row-size]").textContent = file ? size(file.size) : "";
      row.querySelector("[data-row-again]").hidden = Boolean(file);
      row.querySelector("[data-row-drop]").hidden = false;
      row.querySelector("[name$='-title']").required = true;
      const head = find(`thead [data-column="${row.dataset.row}"]`);
      head.textContent = at + 1;
      head.title = name;
      form.querySelectorAll(`td[data-column="${row.dataset.row}"] input`).forEach((tick) => {
        tick.setAttribute("aria-label", `Tiêu chí ${tick.closest("tr").dataset.number}, tệp ${at + 1} ${name}`);
      });
    });
    box().files = held.files;
    find("[data-paper-matrix]").hidden = rows().length === 0;
    form.querySelectorAll("[data-to-all]").forEach((cell) => { cell.hidden = rows().length < 2; });
    rows().forEach((row, at) => { row.querySelector("[data-copy-down]").hidden = at > 0 || rows().length < 2; });
    lines().forEach(followTicks);
    const rest = lines().filter((line) => line.hasAttribute("data-rest"));
    const open = rest.some((line) => line.querySelector("input:checked")) || rest.length === lines().length;
    if (open) rest.forEach((line) => line.removeAttribute("data-rest"));
    else rest.forEach((line) => { line.hidden = true; });
    find("[data-show-rest]").hidden = open || rest.length === 0;
  };
  const choose = (chosen) => {
    let refused = "";
    for (const file of chosen) {
      const same = [...files.values()].some(
        (one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified,
      );
      if (same) continue;
      const waiting = rows().find((row) => !files.has(row) && row.querySelector("[name$='-name']").value === file.name);
      if (!waiting && rows().length >= MOST_FILES) {
        refused = `Mỗi lần gửi tối đa ${MOST_FILES} tệp; “${file.name}” và các tệp sau chưa được chọn. Hãy gửi chúng ở lần sau.`;
        break;
      }
      if (files.size && total() + file.size > MOST_BYTES) {
        refused = `Mỗi lần gửi tối đa ${size(MOST_BYTES)}; “${file.name}” và các tệp sau chưa được chọn. Hãy gửi chúng ở lần sau.`;
        break;
      }
      files.set(waiting || add(file), file);
    }
    refresh();
    say(refused || (files.size ? `Đã chọn ${files.size} tệp, ${size(total())}.` : ""), refused);
  };

  // --- sending -------------------------------------------------------------------------------------------------------
  // Signed in meanwhile in another tab, or in this page now.
  const { ask, signIn } = window.portalSession;
  const renew = async () => {
    const told = await ask();
    return told ? true : told === null && signIn();
  };
  const post = () => new Promise((resolve) => {
    const asked = new XMLHttpRequest(); // says how far it is, which fetch does not
    asked.open("POST", form.action);
    asked.setRequestHeader("Accept", "application/json");
    asked.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) say(`Đang gửi… ${Math.round((100 * event.loaded) / event.total)} %`);
    });
    asked.addEventListener("load", () => resolve(asked));
    asked.addEventListener("error", () => resolve(null));
    asked.send(new FormData(form));
  });
  const isSignedOut = (answer) => answer.status === 403 || answer.responseURL.includes("/dang-nhap/");
  const SAID = {
    404: "Hồ sơ không còn nhận minh chứng: đã gửi đi hoặc kỳ đã khoá. Hãy mở lại hồ sơ để xem.",
    413: "Các tệp cộng lại quá lớn nên máy chủ không nhận. Hãy bỏ bớt tệp rồi gửi làm nhiều lần.",
  };
  const show = (text) => {
    const held = rows().map((row) => files.get(row));
    const page = new DOMParser().parseFromString(text, "text/html").querySelector("form[data-papers]");
    if (!page) {
      say("Chưa gửi được. Tệp và chữ vẫn còn trên trang; hãy bấm “Đính kèm” lại.", true);
      return;
    }
    form.replaceChildren(...page.childNodes);
    form.dispatchEvent(new CustomEvent("portal:shown", { bubbles: true }));
    files.clear();
    start(held);
    form.querySelectorAll("[data-let-go], [data-paper-drop] .errorlist").forEach((said) => {
      if (said.matches("[data-let-go]") || said.textContent.trim() === "Hãy chọn lại tệp.") said.remove(); // still here
    });
    say("");
    const refused = find("[data-refused]");
    if (refused) refused.focus();
  };
  const send = async () => {
    let answer = await post();
    if (answer && isSignedOut(answer) && (await renew())) answer = await post();
    if (!answer) return say("Chưa gửi được: mất kết nối. Tệp và chữ vẫn còn trên trang; có mạng thì bấm “Đính kèm” lại.", true);
    if (isSignedOut(answer)) {
      return say("Chưa gửi được: phiên làm việc đã hết. Tệp và chữ vẫn còn trên trang; bấm “Đính kèm” lại để đăng nhập tại đây.", true);
    }
    if (answer.status === 422) return show(answer.responseText);
    if (answer.status !== 200) return say(SAID[answer.status] || "Chưa gửi được: máy chủ bận. Hãy bấm “Đính kèm” lại sau ít phút.", true);
    leaving = true;
    return location.assign(JSON.parse(answer.responseText).next);
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    const lacking = rows().filter((row) => !files.has(row)).length;
    if (lacking) {
      say(`Còn ${lacking} dòng chưa có tệp. Hãy chọn lại tệp, hoặc bấm “Bỏ tệp” ở dòng đó.`, true);
      box().focus();
      return;
    }
    sending = true;
    const button = find("button.btn--primary");
    button.disabled = true;
    say("Đang gửi…");
    try {
      await send();
    } finally {
      sending = false;
      if (!leaving && find("button.btn--primary")) find("button.btn--primary").disabled = false;
    }
  });

  // --- at the page -----------------------------------------------------------------------------------------------------
  form.addEventListener("change", (event) => {
    if (event.target === box()) choose([...box().files]);
    if (event.target.matches("[data-camera]")) {
      choose([...event.target.files]);
      event.target.value = ""; // another picture may be taken
    }
    const line = event.target.closest("tr[data-code]");
    if (!line) return;
    if (event.target.closest("[data-to-all]")) ticksOf(line).forEach((tick) => { tick.checked = event.target.checked; });
    followTicks(line);
  });
  form.addEventListener("click", (event) => {
    const off = event.target.closest("[data-row-drop]");
    if (off) {
      drop(off.closest("[data-row]"));
      refresh();
      say(`Còn ${rows().length} tệp.`);
      box().focus();
    }
    if (event.target.closest("[data-copy-down]")) copyDown(event.target.closest("[data-row]"));
    if (event.target.closest("[data-show-rest]")) {
      lines().forEach((line) => { line.removeAttribute("data-rest"); line.hidden = false; });
      refresh();
    }
  });
  const carriesFiles = (event) => event.dataTransfer && [...event.dataTransfer.types].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // a file let go beside the frame would replace the page
    find("[data-paper-drop]").classList.add("paper-drop--over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) find("[data-paper-drop]").classList.remove("paper-drop--over");
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    find("[data-paper-drop]").classList.remove("paper-drop--over");
    choose([...event.dataTransfer.files]);
  });
  window.addEventListener("beforeunload", (event) => {
    if (files.size && !leaving) event.preventDefault();
  });

  const start = (held) => {
    rows().forEach((row, at) => {
      next = Math.max(next, Number(row.dataset.row));
      if (row.dataset.row === "") drop(row); // the one that speaks for every file
      else if (held[at]) files.set(row, held[at]);
    });
    form.querySelectorAll("[data-scripted]").forEach((one) => { one.hidden = false; });
    refresh();
  };
  start([]);
})();
