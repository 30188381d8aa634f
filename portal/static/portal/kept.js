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

  // Kept are the fields somebody typed into, and the hidden ones beside them, which say over what they were typed; a field
  // nobody touched stays as the portal has it. A field is told by its name and its place among those of that name.
  const valueOf = (field) => (isSwitch(field) ? field.checked : field.value);
  const put = (field, value) => {
    if (isSwitch(field)) field.checked = value;
    else field.value = value;
  };
  const placed = (form) => {
    const seen = new Map();
    return fields(form).map((field) => {
      const place = seen.get(field.name) || 0;
      seen.set(field.name, place + 1);
      return { field, key: `${field.name} ${place}` };
    });
  };
  const around = (field) => field.closest("fieldset, section, form");
  const valuesOf = (form, touched) => {
    const boxes = new Set([...touched].map(around));
    return placed(form)
      .filter(({ field }) => touched.has(field) || (field.type === "hidden" && boxes.has(around(field))))
      .map(({ field, key }) => [key, valueOf(field)]);
  };
  const changesOf = (form, kept) => {
    const held = new Map(kept.values);
    return placed(form)
      .filter(({ key }) => held.has(key))
      .map(({ field, key }) => ({ field, shown: valueOf(field), value: held.get(key) }));
  };
  const isSeen = ({ field, shown, value }) => field.type !== "hidden" && shown !== value;
  const putBack = (form, kept, changes) => {
    changes.forEach(({ field, value }) => put(field, value));
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
      changes.forEach(({ field, shown }) => put(field, shown));
      told.remove();
    });
    told.append(button);
    form.prepend(told);
    for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  };

  forms.forEach((form) => {
    const name = nameOf(form);
    const [, kept] = held(name).find(([key]) => key === name) || [];
    const changes = kept ? changesOf(form, kept) : [];
    const touched = new Set(changes.map(({ field }) => field).filter((field) => field.type !== "hidden"));
    if (changes.some(isSeen)) putBack(form, kept, changes);
    const typed = ({ target }) => {
      if (!target.matches(TYPED) || target.matches(".cell")) return;
      touched.add(target);
      keep(name, { values: valuesOf(form, touched) });
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
