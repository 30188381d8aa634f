"""The single form: every criterion of one dossier, saved together or not at all."""

import json
from dataclasses import dataclass, field, replace

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from criteria.judging.cells import in_words
from criteria.judging.values import CriterionSpec, Value
from portal.core.errors import Refused
from portal.core.vietnamese.text import clean
from portal.core.web.pages import refusals_on, refuse, typed

from .. import permissions, services
from ..enums import EDITABLE, Side
from ..forms import AnswerForm, DatesForm
from ..judging.dossiers import JudgedDossier, judged_dossier
from ..judging.papers import papers_by_criterion
from ..judging.timing import asks_for_dates
from ..models import Evaluation
from ..queries import Neighbours, beside, last_year, remarks_of, returns_of
from ..queries.returned import Remark
from .dossiers import get_dossier

SAVE_AGAIN = "Phần của đồng chí vẫn ở trong ô; bấm “Lưu” lần nữa thì phần ấy thay cho các ngày đang lưu."
NEXT_UNIT = "next"  # what the button beside “Lưu” says is to come after
BACK_TO_ENTRY = "nhap"  # in the address of the papers' page: they were asked for from the form


@dataclass(frozen=True)
class EntryLine:
    """One criterion of the entry form; groups and derived ones have no form."""

    criterion: CriterionSpec
    form: AnswerForm | None = None
    year: int | None = None  # of the suggestion
    said: str = ""  # what was answered then, in words
    remark: Remark | None = None  # of the appraisers, where the dossier came back
    fill: dict[str, str] = field(default_factory=dict)  # names of the form's inputs and what the button puts there
    papers: int = 0  # that prove it already
    suggested: Value | None = None
    filled_from: str = ""  # of what is stored, where nobody has confirmed it
    unconfirmed: str = ""  # the same in words

    @property
    def papers_said(self) -> str:
        return f"Đã có {self.papers} minh chứng"

    @property
    def filled(self) -> str:
        """`fill` for the page's script."""
        return json.dumps(self.fill)


def entries_of(judged: JudgedDossier, user, data=None) -> list[EntryLine]:
    """The form of each criterion in order, with what last year suggests where this year has no answer."""
    suggested = last_year.suggestions(judged.dossier, user, judged.answers)
    papers = papers_by_criterion(judged.dossier)
    remarks = remarks_of(judged)
    entries = []
    for criterion in judged.criteria:
        if criterion.measure in ("group", "derived"):
            entries.append(EntryLine(criterion))
            continue
        answer = judged.answers.get(criterion.code)
        value, version, note = (answer.own, answer.version, answer.note) if answer else (Value(), 0, "")
        told, mark = (answer.unconfirmed, answer.filled_from) if answer else ("", "")
        form = AnswerForm(criterion, value, version=version, note=note, data=data, unconfirmed=told)
        code = criterion.code
        line = EntryLine(criterion, form, remark=remarks.get(code), papers=papers.get(code, 0))
        line = replace(line, filled_from=mark, unconfirmed=told)
        if one := suggested.get(code):
            said = in_words(criterion, one.then)
            line = replace(line, year=one.year, said=said, fill=form.filled_with(one.value), suggested=one.value)
        entries.append(line)
    return entries


def dates_form(judged: JudgedDossier, data=None) -> DatesForm | None:
    """The dates the dossier holds; None where its set has nothing to be done by a day."""
    if not asks_for_dates(judged.criteria):
        return None
    return DatesForm(data, initial={name: getattr(judged.dossier, name) for name in DatesForm.base_fields})


@require_http_methods(["GET", "HEAD", "POST"])
def evaluation_entry(request, pk):
    """The single form: every criterion of one dossier and the dates of its papers, saved together or not at all."""
    dossier = get_dossier(request, pk)
    may_enter = permissions.may_enter(request.user, dossier)
    if not may_enter or (dossier.state not in EDITABLE and request.method != "POST"):
        messages.info(request, "Hồ sơ không ở bước nhập kết quả.")
        return redirect("evaluations:detail", pk=pk)
    judged = judged_dossier(dossier)
    data = request.POST if request.method == "POST" else None
    entries, dates = entries_of(judged, request.user, data), dates_form(judged, data)
    context = {"dossier": dossier, "entries": entries, "dates": dates, "typed": data is not None}
    context |= {"verdict": judged.verdict(Side.OWN), "remarks": remarks_of(judged)}
    context["returned"] = returns_of([dossier]).get(dossier.pk)
    context["set_papers"] = dossier.criteria_set.papers.order_by("order")
    context["beside"] = around = beside(dossier, request.user)
    if request.method != "POST":
        return render(request, "evaluations/evaluation_entry.html", context)
    if dossier.state not in EDITABLE:  # moved on while the form was being filled in: what was typed is not lost
        return refuse(request, "evaluations/evaluation_entry.html", context, Refused(_too_late(dossier)))
    if not all(form.is_valid() for form in (dates, *(entry.form for entry in entries)) if form):
        return refuse(request, "evaluations/evaluation_entry.html", context, Refused("Có ô chưa đúng. Xem chỗ báo đỏ."))
    if _save_entry(request, dossier, entries, dates):
        return _went_on(request, dossier, entries, around)
    return refuse(request, "evaluations/evaluation_entry.html", context, Refused("Chưa lưu gì. Xem chỗ báo đỏ."))


def _went_on(request, dossier: Evaluation, entries: list[EntryLine], around: Neighbours):
    """After saving: to the next unit or to the paper of a criterion where that was pressed, else the form again."""
    then = typed(request, "then", 50)
    if then in {entry.criterion.code for entry in entries if entry.form}:
        messages.success(request, "Đã lưu.")
        query = urlencode({"tc": then, "ve": BACK_TO_ENTRY})
        return redirect(f"{reverse('evaluations:evidence_add', args=[dossier.pk])}?{query}")
    if then == NEXT_UNIT and around.after:
        messages.success(request, f"Đã lưu {dossier.listed_name}.")
        return redirect("evaluations:entry", pk=around.after.pk)
    messages.success(request, "Đã lưu. Đây là đơn vị cuối của danh sách." if then == NEXT_UNIT else "Đã lưu.")
    return redirect("evaluations:entry", pk=dossier.pk)


def _too_late(dossier: Evaluation) -> str:
    return (
        f"Chưa lưu gì: hồ sơ đang ở tình trạng “{dossier.get_state_display()}” nên không sửa được. "
        "Hãy chép lại phần vừa nhập nếu cần, rồi mở hồ sơ để xem."
    )


def _save_dates(request, dossier, form: DatesForm | None) -> bool:
    """Keep the dates where they were changed; False with the form's error when they could not be kept."""
    if form is None or not form.has_changed():
        return True
    if not form.saw():
        form.show_stored()
        form.add_error(None, f"Có người vừa ghi lại các ngày này. Đang lưu: {form.stored_said}. {SAVE_AGAIN}")
        return False
    with refusals_on(form):
        services.record_dates(dossier, **form.cleaned_data, by=request.user)
    return form.is_valid()


def _save_entry(request, dossier, entries: list[EntryLine], dates: DatesForm | None) -> bool:
    """Save the dates and the changed criteria in one transaction; False with form errors when any could not be."""
    with transaction.atomic():
        wrong = not _save_dates(request, dossier, dates)
        for entry in entries:
            criterion, form = entry.criterion, entry.form
            if form is None or not form.is_changed:
                continue
            try:
                services.save_answer(
                    dossier,
                    criterion.code,
                    form.answer,
                    version=form.seen_version,
                    by=request.user,
                    note=clean(form.cleaned_data["note"]),
                    filled=form.filled(entry.filled_from, entry.suggested),
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                wrong = True
            except services.Conflict as conflict:
                form.add_error(None, f"{conflict.sentence} Hãy chọn giữ giá trị nào.")
                wrong = True
        if wrong:
            transaction.set_rollback(True)
    return not wrong
