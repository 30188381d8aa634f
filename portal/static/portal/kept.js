// What is typed and not yet stored is kept in this browser, for the person who typed it, until the portal has stored it,
// the person throws it away, or a week has passed (docs/decisions/0035).
window.portalKept = (() => {
  "use strict";

  const PREFIX = "portal-kept ";
  const DAYS = 7;
  const { person } = document.body.dataset; // nobody on the sign-in page, and on a page that tells of an error
  const mine = `${PREFIX}${person} `;

  // A browser may refuse to keep anything (no room, a private window): then leaving the page asks, as it always does.
  const attempt = (act, otherwise) => {
    try {
      return act();
    } catch {
      return otherwise;
    }
  };
  const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)), null);
  const keys = (start) => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(start)), []);
  const drop = (name) => attempt(() => localStorage.removeItem(mine + name));
  const keep = (name, what) => {
    if (person) attempt(() => localStorage.setItem(mine + name, JSON.stringify({ ...what, at: Date.now() })));
  };
  const held = (start) =>
    person ? keys(mine + start).map((key) => [key.slice(mine.length), read(key)]).filter(([, what]) => what) : [];

  keys(PREFIX).forEach((key) => {
    const what = read(key);
    if (!what || Date.now() - what.at > DAYS * 86400000) attempt(() => localStorage.removeItem(key));
  });
  return { keep, drop, held };
})();

// --- forms: what was typed into one comes back with its page ---------------------------------------------------------
(() => {
  "use strict";

  const { keep, drop, held } = window.portalKept;
  const NOT_KEPT = ["csrfmiddlewaretoken", "once"]; // of one session, of one sending
  const TYPED = "textarea, select, input:not([type=hidden]):not([type=file]):not([type=password])";
  const SENT = "portal-sent"; // in this tab: the form whose answer is awaited
  const isSwitch = (field) => field.type === "checkbox" || field.type === "radio";

  const fields = (form) =>
    [...form.elements].filter(
      (field) =>
        field.name && !field.matches("button, fieldset, output, .cell, [type=file], [type=password], [type=submit]") &&
        !NOT_KEPT.includes(field.name),
    );
  const values = (form) => fields(form).map((field) => [field.name, isSwitch(field) ? field.checked : field.value]);
  const forms = [...document.querySelectorAll("main form[method=post]")].filter((form) =>
    [...form.querySelectorAll(TYPED)].some((field) => !field.matches(".cell")),
  );
  const nameOf = (form) => `form ${location.pathname} ${form.getAttribute("action") || ""} ${form.id}`;
  const time = (at) => {
    const two = (number) => String(number).padStart(2, "0");
    const day = new Date(at);
    const clock = `${two(day.getHours())}:${two(day.getMinutes())}`;
    if (day.toDateString() === new Date().toDateString()) return clock;
    return `${clock} ngày ${two(day.getDate())}/${two(day.getMonth() + 1)}/${day.getFullYear()}`;
  };

  // What a form was sent with is stored when the page that answers comes from the form's own, and refuses nothing.
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  const answer = performance.getEntriesByType("navigation")[0] || {};
  const isAnswer = answer.type === "navigate" && sent && sent.startsWith(`form ${new URL(document.referrer || location).pathname} `);
  const isRefused = answer.responseStatus >= 400 || document.querySelector("main .errorlist, main .notice--bad");
  if (isAnswer && document.body.dataset.person && !isRefused) drop(sent);

  const putBack = (form, kept, shown) => {
    const lists = new Map();
    kept.values.forEach(([name, value]) => lists.set(name, [...(lists.get(name) || []), value]));
    fields(form).forEach((field) => {
      const value = (lists.get(field.name) || []).shift();
      if (value === undefined) return;
      if (isSwitch(field)) field.checked = value;
      else field.value = value;
    });
    const told = document.createElement("p");
    told.className = "notice notice--info kept-told";
    told.setAttribute("role", "status");
    told.textContent = `Phần đồng chí nhập lúc ${time(kept.at)} mà chưa lưu đã được đưa lại vào đây. `;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--small";
    button.textContent = "Bỏ phần này";
    button.addEventListener("click", () => {
      drop(nameOf(form));
      fields(form).forEach((field, at) => {
        if (isSwitch(field)) field.checked = shown[at][1];
        else [, field.value] = shown[at];
      });
      told.remove();
    });
    told.append(button);
    form.prepend(told);
    for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  };

  forms.forEach((form) => {
    const name = nameOf(form);
    const shown = values(form);
    const [, kept] = held(name).find(([key]) => key === name) || [];
    if (kept && JSON.stringify(kept.values) !== JSON.stringify(shown)) putBack(form, kept, shown);
    const typed = (event) => {
      if (event.target.matches(TYPED) && !event.target.matches(".cell")) keep(name, { values: values(form) });
    };
    form.addEventListener("input", typed);
    form.addEventListener("change", typed);
  });
  window.portalKept.forget = (form) => drop(nameOf(form));
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !forms.includes(event.target)) return;
    sessionStorage.setItem(SENT, nameOf(event.target));
  });
})();
