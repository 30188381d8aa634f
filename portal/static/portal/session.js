// The session while a page stays open: work prolongs it, its end is told two minutes before, and whoever comes back after
// it signs in where they were. The server alone decides when it ends (`SessionLimits`).
window.portalSession = (() => {
  "use strict";

  const { person, username, sessionLeft, sessionAddress, signIn: signInAddress, signOut: signOutAddress } = document.body.dataset;
  const HEARD = "portal-session-ends"; // for all tabs: when the server would end the session
  const WARN = 120;
  const PROLONG = 60; // work prolongs at most this often
  const RETRY = 10;
  const PATIENCE = 20000;
  const now = () => Date.now() / 1000;
  let asked = now();
  let worked = false;
  let isOver = false; // the server said so; asked again only when somebody signs in
  let other = null; // who is signed in here instead, in another tab: what the server says of them

  // The browser may keep nothing: then each tab knows of itself alone.
  const memory = { ends: 0 };
  const ends = () => {
    try {
      return Number(localStorage.getItem(HEARD)) || memory.ends;
    } catch {
      return memory.ends;
    }
  };
  const heard = (left) => {
    isOver = false;
    asked = now();
    memory.ends = now() + left;
    try {
      localStorage.setItem(HEARD, memory.ends);
    } catch {
      // kept in this tab alone
    }
  };

  // Asks the server, which prolongs. Gives what it says; null where nobody is signed in, undefined where no answer came.
  const ask = async () => {
    asked = now();
    const request = { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" };
    request.signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(sessionAddress, request).catch(() => undefined);
    if (!answer || answer.status >= 500) return undefined;
    const told = answer.ok ? await answer.json() : {};
    isOver = String(told.person) !== person;
    other = isOver && told.person ? told : null;
    if (isOver) return null;
    heard(told.left);
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((held) => { held.value = told.token; });
    return told;
  };

  const dialog = (words) => {
    const box = document.createElement("dialog");
    box.className = "dialog";
    box.setAttribute("aria-labelledby", "session-words");
    box.innerHTML = '<form method="dialog"><p id="session-words"></p><div class="cluster"></div></form>';
    box.querySelector("p").textContent = words;
    document.body.append(box);
    return box;
  };
  const button = (box, words, act) => {
    const made = document.createElement("button");
    made.className = "btn btn--primary";
    made.textContent = words;
    made.addEventListener("click", act);
    box.querySelector(".cluster").append(made);
  };

  // --- two minutes before the end ------------------------------------------------------------------------------------
  let warning = null;
  const minutes = (left) => `${Math.floor(left / 60)}:${String(Math.floor(left % 60)).padStart(2, "0")}`;
  const warn = (left) => {
    if (!warning) {
      warning = dialog("");
      button(warning, "Tiếp tục làm việc", (event) => {
        event.preventDefault();
        look(true);
      });
      warning.addEventListener("cancel", (event) => {
        event.preventDefault();
        look(true);
      });
      warning.showModal();
    }
    warning.querySelector("p").textContent =
      `Đã lâu đồng chí không thao tác. Phiên làm việc tự kết thúc sau ${minutes(left)}; phần đang nhập vẫn được giữ trên máy này.`;
  };
  const calm = () => {
    if (warning) warning.remove();
    warning = null;
  };

  // --- signing in where one was --------------------------------------------------------------------------------------
  const FIELDS =
    '<div class="field"><label for="again-username">Tên đăng nhập</label>' +
    '<input id="again-username" name="username" autocomplete="username" required></div>' +
    '<div class="field"><label for="again-password">Mật khẩu</label>' +
    '<input id="again-password" name="password" type="password" autocomplete="current-password" required></div>' +
    '<p class="field-error" role="alert"></p>';
  const PASSWORD = "main form input[name=password]"; // the sign-in page has it
  const page = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  const textOf = (found) => [...found].map((one) => one.textContent.trim()).join(" ");

  // Sends the name and password as the sign-in page would. Gives the sentence that refused them, "" where they were taken.
  const send = async (fields) => {
    const shown = await page(await fetch(signInAddress, { cache: "no-store" }));
    if (!shown.querySelector(PASSWORD)) return ""; // signed in meanwhile, in another tab
    const token = shown.querySelector("main form input[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, ...fields });
    const answer = await fetch(signInAddress, { method: "POST", body });
    const refusal = await page(answer);
    if (answer.ok && !refusal.querySelector(PASSWORD)) return "";
    return textOf(refusal.querySelectorAll("main .errorlist li")) || textOf(refusal.querySelectorAll("main .door p"));
  };

  // One browser is signed in as one person: whoever signs in here signs the other one out, and is told so before.
  const ENDED = "Phiên làm việc đã hết. Hãy đăng nhập lại để tiếp tục ngay tại đây; phần đang nhập vẫn còn.";
  const words = () =>
    other
      ? `Ở thẻ khác của trình duyệt này, tài khoản “${other.post}” đang đăng nhập; phần nhập ở đây chưa được ghi và vẫn còn. ` +
        "Đồng chí đăng nhập lại để ghi bằng tài khoản của mình; tài khoản kia khi đó được đăng xuất."
      : ENDED;
  const signOutOther = () => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: other.token });
    return fetch(signOutAddress, { method: "POST", body });
  };

  let waiting = null; // the sign-in at hand, a promise of true once it is done
  const signIn = () => {
    if (waiting) return waiting;
    calm();
    const at = document.activeElement;
    waiting = new Promise((resolve) => {
      const box = dialog(words());
      const form = box.querySelector("form");
      form.querySelector("p").insertAdjacentHTML("afterend", FIELDS);
      form.elements.username.value = username;
      const error = form.querySelector("[role=alert]");
      const say = (words) => {
        error.textContent = words;
        form.elements.password.value = "";
        form.elements.password.focus();
      };
      const close = (done) => {
        box.remove();
        if (at) at.focus();
        waiting = null;
        resolve(done);
      };
      button(box, "Đăng nhập", () => {});
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        event.stopPropagation();
        const fields = { username: form.elements.username.value, password: form.elements.password.value };
        await ask();
        const asked = box.querySelector("p");
        if (asked.textContent !== words()) {
          asked.textContent = words(); // somebody else signed in since, or out
          return say("");
        }
        const refused = await (other ? signOutOther() : Promise.resolve())
          .then(() => send(fields))
          .catch(() => "Không kết nối được với cổng. Hãy thử lại khi có mạng.");
        if (refused) return say(refused);
        const told = await ask();
        if (told) {
          close(true);
          document.dispatchEvent(new CustomEvent("portal:signed-in"));
        } else if (told === undefined) {
          say("Không kết nối được với cổng. Hãy thử lại khi có mạng.");
        } else {
          location.reload(); // another person, or a password to be changed first: this page is not theirs
        }
      });
      box.addEventListener("cancel", () => close(false));
      box.showModal();
      form.elements[username ? "password" : "username"].focus();
    });
    return waiting;
  };

  // --- every few seconds ---------------------------------------------------------------------------------------------
  const look = async (prolong = false) => {
    if (prolong) {
      const told = await ask();
      if (told === null) return signIn();
      if (told) calm();
      return told;
    }
    const left = ends() - now();
    if (worked && left > 0 && now() - asked > PROLONG) {
      worked = false;
      return look(true);
    }
    if (waiting || isOver || document.hidden) return null;
    if (left <= 0) return now() - asked > RETRY ? look(true) : null; // the server knows; without a line, later
    if (left <= WARN) warn(left);
    else calm();
    return null;
  };
  if (person) {
    heard(Number(sessionLeft));
    ["input", "keydown", "pointerdown"].forEach((kind) =>
      addEventListener(kind, () => { worked = worked || !warning; }, { passive: true, capture: true }),
    );
    setInterval(look, 1000);
  }
  return { ask, signIn, heard: () => heard(Number(sessionLeft)) };
})();

// --- a form goes only where it arrives: without a line or a session it stays on its page, with what was typed -----------
(() => {
  "use strict";

  const { ask, signIn } = window.portalSession;
  if (!document.body.dataset.person) return;
  const asking = new Set();
  const NO_LINE = "Chưa gửi: không kết nối được với cổng. Những gì đã nhập vẫn còn trên trang; có mạng thì bấm lại.";
  const SIGNED_OUT = "Chưa gửi: phiên làm việc đã hết. Những gì đã nhập vẫn còn trên trang; bấm lại để đăng nhập tại đây.";

  const calm = (form) => form.querySelectorAll("[data-not-sent]").forEach((old) => old.remove());
  const tell = (form, button, words) => {
    const told = document.createElement("p");
    told.className = "notice notice--bad";
    told.dataset.notSent = "";
    told.setAttribute("role", "alert");
    told.textContent = words;
    if (button && form.contains(button)) (button.closest(".cluster, .entry-bar") || button).before(told);
    else form.append(told);
    told.scrollIntoView({ block: "nearest" });
  };
  const mayGo = async () => {
    const told = await ask();
    if (told) return "";
    if (told === undefined) return NO_LINE;
    return (await signIn()) ? "" : SIGNED_OUT;
  };
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || form.method !== "post" || !form.closest("main")) return;
    if (asking.delete(form)) return; // asked a moment ago: it goes
    event.preventDefault();
    if (form.dataset.asking) return;
    form.dataset.asking = "yes";
    const why = await mayGo();
    delete form.dataset.asking;
    calm(form);
    if (!why) {
      asking.add(form);
      form.requestSubmit(submitter);
      asking.delete(form); // refused by the browser's own checks
    } else {
      form.dispatchEvent(new CustomEvent("portal:stayed", { bubbles: true }));
      tell(form, submitter, why);
    }
  });
})();
