// What is typed and not yet stored is kept in this browser, for the person who typed it, until the portal has stored it,
// the person throws it away, or a week has passed (docs/decisions/0035).
window.portalKept = (() => {
  "use strict";

  const STORE = "kept";
  const DAYS = 7;
  const { person } = document.body.dataset; // nobody on the sign-in page, and on a page that tells of an error
  const mine = `${person} `;
  const known = new Map(); // this person's, by name
  const changed = new Map(); // not yet handed over, by the whole key: what is kept, or null where it was dropped
  let store = null;

  // A browser may refuse to keep anything (no room, a private window): then leaving the page asks, as it always does.
  const open = () =>
    new Promise((done) => {
      const asked = indexedDB.open("portal", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => done(null);
    }).catch(() => null);
  const read = (all) =>
    new Promise((done) => {
      if (!all) return done([]);
      const act = all.transaction(STORE);
      const [keys, values] = [act.objectStore(STORE).getAllKeys(), act.objectStore(STORE).getAll()];
      act.oncomplete = () => done(keys.result.map((key, at) => [key, values.result[at]]));
      act.onabort = () => done([]);
    }).catch(() => []);

  // Strict: on the disk when it is done, so that a browser that dies or a machine without power loses nothing. Committed in
  // one go: a page that goes away takes back only what was left open.
  const write = () => {
    if (!store || !changed.size) return;
    try {
      const isKept = [...changed.values()].some(Boolean);
      const act = store.transaction(STORE, "readwrite", { durability: isKept ? "strict" : "default" });
      changed.forEach((what, key) => (what ? act.objectStore(STORE).put(what, key) : act.objectStore(STORE).delete(key)));
      act.commit();
    } catch {
      store = null;
    }
    changed.clear();
  };
  const change = (key, what) => {
    if (!changed.size) queueMicrotask(write); // many cells of one act are written together
    changed.set(key, what);
  };
  const drop = (name) => {
    known.delete(name);
    change(mine + name, null);
  };
  const keep = (name, what) => {
    if (!person) return;
    const kept = { ...what, at: Date.now() };
    known.set(name, kept);
    change(mine + name, kept);
  };
  const held = (start) => [...known].filter(([name]) => name.startsWith(start));

  const ready = open().then(async (all) => {
    const found = await read(all);
    store = all;
    found.forEach(([key, what]) => {
      if (changed.has(key)) return; // typed or stored since
      if (Date.now() - what.at > DAYS * 86400000) change(key, null);
      else if (person && key.startsWith(mine)) known.set(key.slice(mine.length), what);
    });
    write();
  });
  return { keep, drop, held, ready };
})();

// --- forms: what was typed into one comes back with its page ---------------------------------------------------------
(() => {
  "use strict";

  const { keep, drop, held, ready } = window.portalKept;
  const NOT_KEPT = ["csrfmiddlewaretoken", "once"]; // of one session, of one sending
  const TYPED = "textarea, select, input:not([type=hidden]):not([type=file]):not([type=password])";
  const TELLING = ["bo", "cap", "don_vi", "duoi", "ky", "loai", "nam", "tu"];
  const SENT = "portal-sent"; // in this tab: the form whose answer is awaited, and the name of its sending
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
  // The same form of another unit, set or year (`?don_vi=`) is another one; of another page of a list it is not.
  const where = () => {
    const asked = [...new URLSearchParams(location.search)].filter(([name]) => TELLING.includes(name));
    return [location.pathname, ...asked.map(([name, value]) => `${name}=${value}`)].join("&");
  };
  // Each page that is open keeps its own, so that two tabs with the same form neither write over one another nor throw away
  // what the other still holds. A page opened later shows the newest; `taken` says which it was, and what that one had taken.
  const VISIT = `#${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
  const formOf = (form) => `form ${where()} ${form.getAttribute("action") || ""} ${form.id}`;
  const nameOf = (form) => `${formOf(form)} ${VISIT}`;
  const taken = new Map();
  const takenBy = (form) => taken.get(form) || [];
  const isOf = (form, name) => name === formOf(form) || name.startsWith(`${formOf(form)} #`);
  const forget = (form) => [nameOf(form), ...takenBy(form).map(([name]) => name)].forEach(drop);
  const time = (at) => {
    const two = (number) => String(number).padStart(2, "0");
    const day = new Date(at);
    const clock = `${two(day.getHours())}:${two(day.getMinutes())}`;
    if (day.toDateString() === new Date().toDateString()) return clock;
    return `${clock} ngày ${two(day.getDate())}/${two(day.getMonth() + 1)}/${day.getFullYear()}`;
  };

  // What a form was sent with is stored when the portal has answered that very sending (`ToldAnswered` hands its name back) and
  // the page refuses nothing. A line that was cut, a server that was away, a sending called off answer nothing.
  const { name: sent, takenThere, sending } = JSON.parse(sessionStorage.getItem(SENT) || "{}");
  sessionStorage.removeItem(SENT);
  const cookie = `sent_${sending}`;
  const isAnswered = document.cookie.split("; ").some((one) => one.startsWith(`${cookie}=`));
  if (isAnswered) document.cookie = `${cookie}=; max-age=0; path=/`;
  const isRefused = document.querySelector("main .errorlist, main .notice--bad");
  const isStored = isAnswered && document.body.dataset.person && !isRefused;
  if (isStored) drop(sent);
  // What it had taken from another page goes with it, unless that page is still open and was typed into since.
  const isSame = ([name, at]) => held(name).some(([one, kept]) => one === name && kept.at === at);
  if (isStored) ready.then(() => takenThere.filter(isSame).forEach(([name]) => drop(name)));

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
  // Hidden fields that say over what was typed: another one on the page says that somebody has written there since.
  const GUARDS = /^(seen|version|initial-.*)$|-(version|shown)$/;
  const isStale = ({ field, shown, value }) => field.type === "hidden" && GUARDS.test(field.name) && shown !== value;
  const labelOf = (field) => {
    const set = field.closest("fieldset");
    const label = (field.labels && field.labels[0]) || (set && set.querySelector("legend"));
    return label ? label.textContent.replace("*", "").trim().replace(/\s+/g, " ").slice(0, 80) : field.name;
  };
  const heldOf = ({ field, shown }) => {
    const text = field.tagName === "SELECT" ? ([...field.options].find((one) => one.value === shown) || { text: "" }).text : shown;
    return `${labelOf(field)}: ${String(text).trim() ? `“${text}”` : "để trống"}`;
  };
  const add = (told, words, act) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn--small";
    button.textContent = words;
    button.addEventListener("click", act);
    told.append(button, " ");
    return button;
  };
  const putBack = (form, kept, changes) => {
    changes.forEach(({ field, value }) => {
      put(field, value);
      field.dispatchEvent(new CustomEvent("portal:back", { bubbles: true }));
    });
    const told = document.createElement("p");
    told.className = "notice notice--info kept-told";
    told.setAttribute("role", "status");
    told.textContent = `Phần đồng chí nhập lúc ${time(kept.at)} mà chưa lưu đã được đưa lại vào đây. `;
    const stale = changes.filter(isStale);
    if (stale.length) {
      const held = changes.filter((change) => isSeen(change) && !isSwitch(change.field)).map(heldOf);
      told.append("Từ lúc đó nội dung này đã được ghi lại ở nơi khác");
      told.append(held.length ? `; đang lưu: ${held.join("; ")}. ` : ". ");
      const over = add(told, "Ghi phần của đồng chí thay vào", () => {
        stale.forEach(({ field, shown }) => put(field, shown));
        keepForm(form);
        over.replaceWith("Bấm nút lưu để ghi. ");
      });
    }
    add(told, "Bỏ phần này", () => {
      forget(form);
      changes.forEach(({ field, shown }) => put(field, shown));
      told.remove();
    });
    form.prepend(told);
    for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  };

  const touchedIn = new Map(forms.map((form) => [form, new Set()]));
  const keepForm = (form) => {
    const values = valuesOf(form, touchedIn.get(form));
    const isKept = held(nameOf(form)).some(([, kept]) => JSON.stringify(kept.values) === JSON.stringify(values));
    if (!isKept) keep(nameOf(form), { values, taken: takenBy(form) }); // a box that is left was not typed into
  };
  forms.forEach((form) => {
    const touched = touchedIn.get(form);
    const typed = ({ target }) => {
      if (!target.matches(TYPED) || target.matches(".cell")) return;
      touched.add(target);
      keepForm(form);
    };
    form.addEventListener("input", typed);
    form.addEventListener("change", typed);
  });
  const bring = (form) => {
    const touched = touchedIn.get(form);
    const found = held("form ").filter(([name]) => isOf(form, name));
    if (touched.size) { // somebody types already: that is kept now, in place of what was sent and refused
      taken.set(form, found.filter(([name]) => name === sent).map(([name, { at }]) => [name, at]));
      return;
    }
    const told = found.map(([name, kept]) => ({ name, kept, changes: changesOf(form, kept) }));
    const open = told.filter(({ name, changes }) => name === sent || changes.some(isSeen)); // the portal has the others by now
    const [newest] = open.sort((one, next) => next.kept.at - one.kept.at);
    if (!newest) return;
    const { name, kept, changes } = newest;
    taken.set(form, [[name, kept.at], ...(kept.taken || [])]);
    changes.filter(({ field }) => field.type !== "hidden").forEach(({ field }) => touched.add(field));
    if (changes.some(isSeen)) putBack(form, kept, changes);
  };
  window.portalKept.back = ready.then(() => forms.forEach(bring));
  window.portalKept.forget = forget;
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !forms.includes(form)) return;
    const sending = crypto.getRandomValues(new Uint32Array(3)).join("-");
    sessionStorage.setItem(SENT, JSON.stringify({ name: nameOf(form), takenThere: takenBy(form), sending }));
    const add = ({ formData }) => formData.set("sending", sending);
    form.addEventListener("formdata", add);
    setTimeout(() => form.removeEventListener("formdata", add)); // it has gone by then, or stays
  });
})();
