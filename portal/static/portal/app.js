// What pages do beyond plain forms: ask before a grave act, show progress, send once.
"use strict";

// --- ask before sending: <button data-confirm="Câu hỏi?" data-confirm-yes="Khoá sổ"> -------------------------
function ask(question, yes) {
  return new Promise((resolve) => {
    const dialog = document.createElement("dialog");
    dialog.className = "dialog";
    dialog.setAttribute("aria-labelledby", "dialog-question");
    dialog.innerHTML =
      '<form method="dialog"><p id="dialog-question"></p><div class="cluster">' +
      '<button class="btn" value="no">Không</button><button class="btn btn--primary" value="yes"></button></div></form>';
    dialog.querySelector("p").textContent = question;
    dialog.querySelector('[value="yes"]').textContent = yes;
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (!button || !button.form) return;
  event.preventDefault();
  const form = button.form;
  if (!button.formNoValidate && !form.reportValidity()) return;
  if (!(await ask(button.dataset.confirm, button.dataset.confirmYes || "Đồng ý"))) return button.focus();
  const question = button.dataset.confirm;
  delete button.dataset.confirm; // answered: the form goes with this very button
  form.requestSubmit(button);
  button.dataset.confirm = question;
});

// --- a number is typed anew, not beside the old one: 0 and a 1 were 10; a second click puts the caret -----------------
document.addEventListener("mousedown", (event) => {
  const field = event.target;
  if (event.button || !field.matches('input[inputmode]:not(.cell, :disabled, [placeholder="dd/mm/yyyy"])')) return;
  if (field === document.activeElement || !field.value) return;
  event.preventDefault();
  field.focus();
  field.select();
});

// --- what is pasted is not cut unasked: a browser drops the end of what is too long for its box, and nobody sees it ----------
const mostOf = new WeakMap();
function tellLength(field) {
  const many = field.value.length - mostOf.get(field);
  const count = (number) => number.toLocaleString("vi-VN");
  const words = `Ô này nhận tối đa ${count(mostOf.get(field))} ký tự, đang thừa ${count(many)} ký tự. Hãy rút gọn rồi gửi.`;
  field.setCustomValidity(many > 0 ? words : "");
  return many > 0;
}
for (const field of document.querySelectorAll("main form[method=post] :is(textarea, input)[maxlength]:not(.cell)")) {
  mostOf.set(field, field.maxLength);
  field.removeAttribute("maxlength");
}
document.addEventListener("input", ({ target }) => {
  if (mostOf.has(target) && tellLength(target)) target.reportValidity();
});

// --- typed and not saved: <form data-unsaved="biên bản">; no other button or link of the page throws it away unasked --
const NOT_TYPED = ["csrfmiddlewaretoken", "once"]; // renewed while the page stands
const typedIn = (form) =>
  JSON.stringify([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_TYPED.includes(name)));
const guarded = new Map([...document.querySelectorAll("form[data-unsaved]")].map((form) => [form, typedIn(form)]));
const leaving = new Set();
const unsavedBut = (sent) =>
  [...guarded].filter(
    ([form, shown]) => form !== sent && !leaving.has(form) && (form.dataset.typed || typedIn(form) !== shown),
  ).map(([form]) => form);

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (event.defaultPrevented || form.method === "dialog") return;
  const lost = unsavedBut(form);
  if (lost.length === 0) return leaving.add(form);
  event.preventDefault();
  event.stopImmediatePropagation();
  const what = [...new Set(lost.map((one) => one.dataset.unsaved))].join("; ");
  const question = `Chưa lưu ${what}. Tiếp tục thì phần vừa nhập bị mất; hãy chọn “Không” để quay lại lưu trước.`;
  if (!(await ask(question, "Bỏ phần chưa lưu"))) return lost[0].scrollIntoView();
  for (const one of lost) {
    leaving.add(one);
    window.portalKept.forget(one);
  }
  form.requestSubmit(submitter);
}, true);

document.addEventListener("portal:stayed", () => leaving.clear());

window.addEventListener("beforeunload", (event) => {
  if (unsavedBut(null).length) event.preventDefault();
});

// --- send once: the buttons of a form rest after it was sent (the form's token is the real guard) ------------
function rest(form, rests) {
  if (rests) form.dataset.sent = "yes";
  else delete form.dataset.sent;
  for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = rests;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("data-keep")) return;
  if (form.dataset.sent) return event.preventDefault();
  setTimeout(() => {
    if (!event.defaultPrevented) rest(form, true);
  });
});

window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  leaving.clear();
  for (const form of document.querySelectorAll("form[data-sent]")) rest(form, false);
});

// --- a file that a form gives: <form data-download>; no new page comes with it, so this one is then shown anew ------
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (event.defaultPrevented || !form.hasAttribute("data-download")) return;
  event.preventDefault();
  rest(form, true);
  try {
    const sent = { method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "manual" };
    const response = await fetch(form.action, sent);
    const name = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "");
    if (name) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = name[1];
      link.click();
    }
    setTimeout(() => location.reload(), name ? 1000 : 0); // the file is handed over before its page goes
  } catch {
    rest(form, false); // the server was not reached: press again
  }
});

// --- watch something that is being made: <div data-poll="/…" data-every="2" aria-live="polite"> --------------
async function poll(place) {
  const every = 1000 * Number(place.dataset.every || 2);
  let wait = every;
  while (place.isConnected && !place.querySelector("[data-finished]")) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden) continue;
    try {
      const response = await fetch(place.dataset.poll, { credentials: "same-origin" });
      if (response.redirected) return location.reload(); // the session ended
      if (!response.ok) throw new Error(response.status);
      place.innerHTML = await response.text();
      wait = every;
    } catch {
      wait = Math.min(wait * 2, 30000); // the server is busy: ask less often
    }
  }
}
for (const place of document.querySelectorAll("[data-poll]")) poll(place);

// --- fill in what is offered: <button type="button" hidden data-fill='{"name": "value"}'>; nothing is sent ------
const FILLS = "button[data-fill], button[data-fill-quietly]"; // quietly: the box is not gone to, which opens a telephone's keyboard
for (const button of document.querySelectorAll(FILLS)) button.hidden = false; // useless without script
document.addEventListener("click", (event) => {
  const button = event.target.closest(FILLS);
  if (!button || !button.form) return;
  let last = null;
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.fill || button.dataset.fillQuietly))) {
    const named = button.form.elements[name];
    if (!named) continue;
    const input = named instanceof RadioNodeList ? [...named].find((one) => one.value === value) : named;
    if (!input) continue;
    if (input.type === "checkbox" || input.type === "radio") input.checked = value !== false;
    else input.value = value;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    last = input;
  }
  if (last && button.dataset.fill) last.focus();
});

// --- folded on a narrow screen: lists' filters, and <div data-folds="Giải trình"> while it holds nothing; the style says
// which width is narrow, so that turning the screen shows all of it again ---------------------------------------------
const holds = (box) =>
  [...box.querySelectorAll("input, select, textarea")].some((one) => (one.type === "checkbox" ? one.checked : one.value)) ||
  box.querySelector(".errorlist");
function fold(box, words, of, at) {
  box.id = box.id || `folded-${at}`;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--small fold-button";
  button.setAttribute("aria-controls", box.id);
  button.append(words);
  if (of) {
    const hidden = document.createElement("span");
    hidden.className = "visually-hidden";
    hidden.textContent = ` của ${of}`;
    button.append(hidden);
  }
  const turn = (folded) => {
    box.classList.toggle("folded", folded);
    button.setAttribute("aria-expanded", !folded);
  };
  button.addEventListener("click", () => turn(!box.classList.contains("folded")));
  box.addEventListener("change", () => turn(false));
  box.addEventListener("portal:back", () => turn(false)); // what was kept of it is back
  box.before(button);
  turn(!box.hasAttribute("data-open") && !(box.dataset.folds && holds(box))); // data-open: choosing is what the page is for
}
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-folds], form.filters").forEach((box, at) => {
    fold(box, box.dataset.folds || box.getAttribute("aria-label") || "Bộ lọc", box.dataset.foldsOf, at);
  });
});

// --- what is wrong, told in one place: each error of a page that was refused leads to its box, and the reader starts there --
const boxOf = (list) => {
  const around = list.closest(".field, fieldset, form");
  return around.querySelector("[aria-invalid=true]") || around.querySelector("input:not([type=hidden]), select, textarea");
};
const labelOf = (list) => {
  const around = list.closest(".field, fieldset");
  const label = around && (around.querySelector(":scope > label, :scope > legend") || around.querySelector("label"));
  return label ? label.textContent.replace("*", "").trim().replace(/\s+/g, " ") : "";
};
document.addEventListener("DOMContentLoaded", () => {
  const wrong = [...document.querySelectorAll("main form[method=post] .errorlist")].filter((list) => list.textContent.trim());
  if (!wrong.length) return;
  const summary = document.createElement("div");
  summary.className = "notice notice--bad error-summary";
  summary.setAttribute("role", "alert");
  summary.tabIndex = -1;
  const head = document.createElement("p");
  head.textContent = `Có ${wrong.length} chỗ chưa đúng. Bấm vào từng dòng để tới chỗ cần sửa:`;
  const list = document.createElement("ul");
  wrong.forEach((one, at) => {
    const box = boxOf(one);
    const line = document.createElement("li");
    const words = [...new Set([labelOf(one), one.textContent.trim().replace(/\s+/g, " ")])].filter(Boolean).join(": ");
    if (box) {
      box.id = box.id || `sai-${at}`;
      const link = document.createElement("a");
      link.href = `#${box.id}`;
      link.textContent = words;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        box.focus();
      });
      line.append(link);
    } else line.textContent = words;
    list.append(line);
  });
  summary.append(head, list);
  wrong[0].closest("form").before(summary);
  summary.focus();
});

// --- the account box closes when the reader goes elsewhere ----------------------------------------------------
document.addEventListener("click", (event) => {
  for (const box of document.querySelectorAll("details.account[open]")) if (!box.contains(event.target)) box.open = false;
});
document.addEventListener("keydown", (event) => {
  const box = event.key === "Escape" && document.querySelector("details.account[open]");
  if (box) {
    box.open = false;
    box.querySelector("summary").focus();
  }
});

// --- a long list to choose from is narrowed by typing, without tone marks; what is chosen stays until one choice is left --
const LONG_LIST = 20;
const bare = (text) =>
  text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[đð]/g, "d").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
function narrowable(select, at) {
  const all = [...select.options].map((option) => ({ option, key: ` ${bare(option.text)}` }));
  const label = select.labels[0] ? select.labels[0].firstChild.textContent.replace("*", "").trim() : select.getAttribute("aria-label");
  const box = document.createElement("input");
  box.type = "search";
  box.id = `narrow-${at}`;
  box.className = "narrow";
  box.autocomplete = "off";
  box.placeholder = "Gõ để tìm, không cần dấu";
  box.setAttribute("aria-label", `Tìm trong danh sách: ${label}`);
  const told = document.createElement("output");
  told.className = "narrow-told";
  told.htmlFor = box.id;
  const choose = ({ option }) => {
    if (option.selected) return;
    select.value = option.value;
    select.dispatchEvent(new Event("input", { bubbles: true }));
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const found = (words) => all.filter(({ option, key }) => option.value && words.every((word) => key.includes(` ${word}`)));
  box.addEventListener("input", (event) => {
    event.stopPropagation(); // the form is not touched by a search
    const words = bare(box.value).split(" ").filter(Boolean);
    const fit = found(words);
    const shown = new Set(words.length ? fit : all);
    for (const one of all) one.option.hidden = !shown.has(one) && Boolean(one.option.value);
    if (words.length && fit.length === 1) choose(fit[0]);
    told.textContent = !words.length ? "" : fit.length === 0 ? "Không có dòng nào khớp." :
      fit.length === 1 ? `Đã chọn: ${fit[0].option.text}` : `${fit.length} dòng khớp, chọn trong danh sách.`;
  });
  box.addEventListener("change", (event) => event.stopPropagation());
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault(); // Enter leads to the list; it does not send the form
    select.focus();
  });
  (select.closest("label") || select).before(box);
  select.after(told);
}
document.addEventListener("DOMContentLoaded", () => {
  const long = [...document.querySelectorAll("main select:not([multiple])")].filter((one) => one.options.length > LONG_LIST);
  long.forEach(narrowable);
});

// --- many boxes of one field are ticked, or let go, in one act ---------------------------------------------------
const MANY_BOXES = 5;
function tickable(set) {
  const boxes = [...set.querySelectorAll("input[type=checkbox]")];
  const isOneField = boxes.length > MANY_BOXES && boxes.every((box) => box.name === boxes[0].name);
  if (!isOneField || !set.querySelector(":scope > legend")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--small";
  const name = () => { button.textContent = boxes.every((box) => box.checked) ? "Bỏ chọn tất cả" : "Chọn tất cả"; };
  button.addEventListener("click", () => {
    const isWanted = !boxes.every((box) => box.checked);
    boxes.filter((box) => box.checked !== isWanted).forEach((box) => {
      box.checked = isWanted;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
  set.addEventListener("change", name);
  name();
  set.querySelector(":scope > legend").after(button);
}
const tickables = (place) => place.querySelectorAll("fieldset").forEach(tickable);
document.querySelectorAll("main form").forEach(tickables);
document.addEventListener("portal:shown", ({ target }) => tickables(target)); // a form whose answer took its place
