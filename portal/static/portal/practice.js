// The practice dossier is judged after each box, by the door its button knocks at; what was typed stays in this browser.
(() => {
  "use strict";

  const form = document.querySelector("form[data-practice]");
  if (!form) return;
  const PLACES = ["[data-practice-verdict]", "[data-practice-brief]"];
  const place = document.querySelector(PLACES[0]);
  let asked = 0;
  const judge = async () => {
    asked += 1;
    const mine = asked;
    const answer = await fetch(location.href, { method: "POST", body: new FormData(form) }).catch(() => null);
    if (!answer || mine !== asked) return; // no line, or a later box was asked of meanwhile
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked || !page.querySelector(PLACES[0])) return;
    for (const name of PLACES) {
      const [shown, told] = [document, page].map((one) => one.querySelector(name));
      if (shown.textContent.trim() !== told.textContent.trim()) shown.replaceChildren(...told.childNodes);
    }
    form.querySelectorAll("fieldset.card").forEach((card) => showErrors(card, page.getElementById(card.id)));
  };
  // The errors of a criterion, as the page would show them, in one line over its boxes.
  const showErrors = (card, told) => {
    card.querySelectorAll(".errorlist").forEach((one) => one.remove());
    card.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
    if (!told) return;
    const errors = [...told.querySelectorAll(".errorlist")];
    if (errors.length) card.querySelector(".form-row").before(...errors);
    told.querySelectorAll("[aria-invalid]").forEach((one) => {
      const box = form.elements[one.name];
      if (box instanceof HTMLElement) box.setAttribute("aria-invalid", "true");
    });
  };
  form.addEventListener("change", judge);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    judge().then(() => place.scrollIntoView({ block: "center" }));
  });
  document.addEventListener("portal:signed-in", judge);
  document.querySelector("[data-practice-reset]").addEventListener("click", () => window.portalKept.forget(form));
  window.portalKept.back.then(() => {
    if (document.querySelector(".kept-told")) judge();
  });
})();
