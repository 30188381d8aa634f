// A remark beside a paper's date outside the time its year is judged over (nothing is refused for it), or that is no day.
(() => {
  "use strict";

  const form = document.querySelector("form[data-window-first]");
  if (!form) return;
  // A day as the server reads one: 31/01/2020, 31-01-2020, 31.01.2020 or 2020-01-31; "" where it is none.
  const WRITTEN = [/^(?<d>\d{1,2})([/.-])(?<m>\d{1,2})\2(?<y>\d{4})$/, /^(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})$/];
  const dayOf = (typed) => {
    const found = WRITTEN.map((pattern) => pattern.exec(typed.trim())).find(Boolean);
    if (!found) return "";
    const { d, m, y } = found.groups;
    const isReal = Number(m) >= 1 && Number(m) <= 12 && Number(d) >= 1 && Number(d) <= new Date(y, m, 0).getDate();
    return isReal ? `${y}-${m.padStart(2, "0")}-${d.padStart(2, "0")}` : "";
  };
  const HOW = "Hãy nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/09/2026."; // as portal/core/fields.py
  const remark = (input, isLeft) => {
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
    const isOut = day && (day < windowFirst || day > windowLast);
    said.textContent = isOut ? windowSaid : isLeft && !day && input.value.trim() ? HOW : "";
  };
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, (event) => {
      if (/issued_on$/.test(event.target.name || "")) remark(event.target, kind === "change");
    });
  }
  form.querySelectorAll("[name$='issued_on']").forEach((input) => remark(input, false));
})();
