// A remark beside a paper's date outside the time its year is judged over; nothing is refused for it.
(() => {
  "use strict";

  const form = document.querySelector("form[data-window-first]");
  if (!form) return;
  const dayOf = (typed) => {
    const [, day, month, year] = /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})\s*$/.exec(typed) || [];
    return year ? `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}` : "";
  };
  const remark = (input) => {
    const day = dayOf(input.value);
    const { windowFirst, windowLast, windowSaid } = form.dataset;
    const place = input.closest(".field");
    let said = place.querySelector("[data-window-remark]");
    if (!said) {
      said = document.createElement("p");
      said.className = "help window-remark";
      said.dataset.windowRemark = "";
      said.setAttribute("role", "status");
      place.append(said);
    }
    said.textContent = day && (day < windowFirst || day > windowLast) ? windowSaid : "";
  };
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, (event) => {
      if (/issued_on$/.test(event.target.name || "")) remark(event.target);
    });
  }
  form.querySelectorAll("[name$='issued_on']").forEach(remark);
})();
