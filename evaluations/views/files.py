"""The inbox, the list of files, one file with its answers, papers and moves."""

import json
from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from criteria.cells import write_cell
from criteria.enums import Measure, Step
from criteria.queries import asked_of
from criteria.values import Asked, Value
from portal.core.errors import Refused
from units.models import Unit
from units.text import clean

from .. import carry, permissions, queries, services, workflow
from ..enums import EDITABLE, CycleStatus, State
from ..filters import EvaluationFilterSet
from ..forms import AnswerForm
from ..models import Answer, Cycle, Evaluation, Evidence
from ..selection import with_selection
from .pages import page_of, refuse, typed


@require_safe
def home(request):
    """What waits for me: piles of the newest open year, sittings, draft decisions."""
    today = timezone.localdate()
    visible = with_selection(Cycle.objects.visible_to(request.user))
    cycles = list(visible.filter(status=CycleStatus.OPEN).select_related("programme"))
    desks = [(cycle, queries.waiting_for(request.user, cycle, today)) for cycle in cycles]
    context = {
        "desks": desks,
        "sittings": queries.open_sittings(request.user)[:20],
        "decisions": queries.draft_decisions(request.user)[:20],
        "may_open": any(
            place.kind == "province" and permissions.may_open_cycle(request.user, place)
            for place in request.user.places()
        ),
    }
    return render(request, "evaluations/home.html", context)


@require_safe
def evaluation_list(request):
    """Files the user may see, filtered; the newest open year unless another is chosen."""
    data = request.GET.copy()
    if "cycle" not in data:
        newest = (
            Cycle.objects.visible_to(request.user).order_by("-status", "-year", "-pk").values_list("pk", flat=True)[:1]
        )
        data.setlist("cycle", [str(pk) for pk in newest])
    filters = EvaluationFilterSet(data, Evaluation.objects.visible_to(request.user), request=request)
    files = filters.qs.with_relation(request.user).select_related(
        "cycle__programme", "criteria_set", "grade", "province", "district", "commune", "stands_in", "delegated_to"
    )
    page = page_of(files, request)
    cycle = filters.form.cleaned_data.get("cycle") if filters.form.is_valid() else None
    context = {"filters": filters, "page": page, "cycle": cycle, "guests": filters.qs.guests_of(request.user).count()}
    return render(request, "evaluations/evaluation_list.html", context)


@dataclass
class Line:
    """One criterion on a file's page, with both sides as officials write them."""

    asked: Asked
    own: str = ""
    own_note: str = ""
    appraised: str = ""
    appraised_note: str = ""
    cell: str = ""  # the appraised answer in the short form typed in a cell
    version: int = 0
    differs: bool = False
    why: str = ""
    papers: list[Evidence] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return self.asked.measure == "group"


def in_words(asked: Asked, value: Value) -> str:
    """An answer as a reader wants it: "Đạt", "Không xảy ra"; figures as they are typed."""
    if asked.measure == Measure.MUST and value.met is not None:
        return "Đạt" if value.met else "Không đạt"
    if asked.measure == Measure.EVENT and value == Value(value=Decimal(0)):
        return "Không xảy ra"
    return "Không áp dụng" if value.not_applicable else write_cell(asked, value)


def lines_of(file: Evaluation) -> tuple[list[Line], dict]:
    """The file's criteria with answers, papers and the sentence of what fails; both verdicts beside them."""
    answers = queries.answers_of([file])
    judged = {side: queries.verdicts([file], side, answers)[file.pk] for side in (queries.OWN, queries.APPRAISED)}
    shown = judged[queries.APPRAISED if file.appraised_by_id else queries.OWN]
    reasons = shown.reasons
    counts = queries.subordinates([file]).get((file.cycle_id, file.commune_id), {})
    derived = queries.derived_values(asked_of(file.criteria_set), counts)
    papers: dict[str, list[Evidence]] = {}
    for paper in file.evidence.prefetch_related("criteria"):
        for criterion in paper.criteria.all():
            papers.setdefault(criterion.code, []).append(paper)
    lines = []
    for asked in asked_of(file.criteria_set):
        line = Line(asked, why=reasons.get(asked.code, ""), papers=papers.get(asked.code, []))
        answer = answers[file.pk].get(asked.code)
        if asked.code in derived:
            line.own = line.appraised = in_words(asked, derived[asked.code])
        elif answer:
            line.own, line.appraised = in_words(asked, answer.own), in_words(asked, answer.appraised)
            line.cell = write_cell(asked, answer.appraised)
            line.own_note, line.appraised_note, line.version = answer.note, answer.appraised_note, answer.version
            line.differs = not answer.appraised.is_empty and answer.own != answer.appraised
        lines.append(line)
    return lines, judged


def get_file(request, pk: int) -> Evaluation:
    return get_object_or_404(
        queries.with_route(Evaluation.objects.visible_to(request.user)).select_related(
            "unit",
            "province",
            "district",
            "commune",
            "stands_in",
            "delegated_to",
            "entry_unit",
            "appraisal_unit",
            "decision_unit",
            "submitted_by",
            "appraised_by",
            "recognition__decision__issuer",
            "criteria_set__document",
        ),
        pk=pk,
    )


def file_context(request, file: Evaluation) -> dict:
    lines, judged = lines_of(file)
    may_appraise = file.state == State.SUBMITTED and permissions.may_appraise(request.user, file)
    steps = [(step, file.last_day(step)) for step in Step]
    return {
        "file": file,
        "opens_unit": Unit.objects.visible_to(request.user).filter(pk=file.unit_id).exists(),
        "lines": lines,
        "judged": judged,
        "verdict": judged[queries.APPRAISED if file.appraised_by_id or may_appraise else queries.OWN],
        "steps": [(Step(step).label, day) for step, day in steps if day],
        "window": file.criteria_set.window(file.cycle.year),
        "moves": workflow.available(file, request.user),
        "may_edit": file.state in EDITABLE and permissions.may_enter(request.user, file),
        "may_appraise": may_appraise,
        "only_differences": request.GET.get("lech") == "1",
        "papers": file.evidence.select_related("uploaded_by"),
        "dossier": queries.dossier_of(file),
        "events": file.events.select_related("by"),
        "agenda": file.agenda_items.select_related("sitting__committee__unit"),
        "typed_action": "",
        "typed_comment": "",
        "may_revoke": file.state == State.RECOGNISED and file.outcome and permissions.may_revoke(request.user, file),
    }


@require_safe
def evaluation_detail(request, pk):
    return render(request, "evaluations/evaluation_detail.html", file_context(request, get_file(request, pk)))


@require_POST
def evaluation_act(request, pk):
    """One move of the workflow, asked for by a button."""
    file = get_file(request, pk)
    action = request.POST.get("action", "")
    step = workflow.TRANSITIONS.get(action)
    if step is None or not step.has_button:
        raise Http404
    comment = typed(request, "comment", 2000)
    try:
        workflow.advance(file, action, by=request.user, comment=comment)
    except Refused as refusal:
        return refuse(
            request,
            "evaluations/evaluation_detail.html",
            file_context(request, get_file(request, pk)) | {"typed_comment": comment, "typed_action": action},
            refusal,
        )
    messages.success(request, f"Đã thực hiện: {step.label.lower()} – {file.unit_name}.")
    return redirect("evaluations:detail", pk=pk)


@require_POST
def accept_answers(request, pk):
    """Appraisers agree with every own answer not judged yet."""
    file = get_file(request, pk)
    try:
        taken = services.accept_answers(file, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, f"Đã nhận {taken} kết quả tự đánh giá. Hãy kiểm tra lại trước khi hoàn thành.")
    return redirect("evaluations:detail", pk=pk)


@dataclass(frozen=True)
class Entry:
    """One criterion of the entry form; groups and derived ones have no form."""

    asked: Asked
    form: AnswerForm | None = None
    year: int | None = None  # of the suggestion
    said: str = ""  # what was answered then, in words
    fill: dict[str, str] = field(default_factory=dict)  # names of the form's inputs and what the button puts there

    @property
    def filled(self) -> str:
        """`fill` for the page's script."""
        return json.dumps(self.fill)


def entries_of(file: Evaluation, answers: dict[str, Answer], user, data=None) -> list[Entry]:
    """The form of each criterion in order, with what last year suggests where this year has no answer."""
    suggested = carry.suggestions(file, user, answers)
    entries = []
    for asked in asked_of(file.criteria_set):
        if asked.measure in ("group", "derived"):
            entries.append(Entry(asked))
            continue
        answer = answers.get(asked.code)
        value, version, note = (answer.own, answer.version, answer.note) if answer else (Value(), 0, "")
        form = AnswerForm(asked, value, version=version, note=note, data=data)
        if one := suggested.get(asked.code):
            entries.append(Entry(asked, form, one.year, in_words(asked, one.then), form.filled_with(one.value)))
        else:
            entries.append(Entry(asked, form))
    return entries


@require_http_methods(["GET", "HEAD", "POST"])
def evaluation_entry(request, pk):
    """The single form: every criterion of one file, saved together or not at all."""
    file = get_file(request, pk)
    may_enter = permissions.may_enter(request.user, file)
    if not may_enter or (file.state not in EDITABLE and request.method != "POST"):
        messages.info(request, "Hồ sơ không ở bước nhập kết quả.")
        return redirect("evaluations:detail", pk=pk)
    answers = queries.answers_of([file])[file.pk]
    entries = entries_of(file, answers, request.user, request.POST if request.method == "POST" else None)
    context = {"file": file, "entries": entries, "verdict": queries.verdicts([file])[file.pk]}
    if request.method != "POST":
        return render(request, "evaluations/evaluation_entry.html", context)
    if file.state not in EDITABLE:  # moved on while the form was being filled in: what was typed is not lost
        return refuse(request, "evaluations/evaluation_entry.html", context, Refused(_too_late(file)))
    wrong = [entry for entry in entries if entry.form and not entry.form.is_valid()]
    if wrong:
        return refuse(request, "evaluations/evaluation_entry.html", context, Refused("Có ô chưa đúng. Xem chỗ báo đỏ."))
    if _save_entry(request, file, entries):
        messages.success(request, "Đã lưu.")
        return redirect("evaluations:entry", pk=pk)
    return refuse(request, "evaluations/evaluation_entry.html", context, Refused("Chưa lưu gì. Xem chỗ báo đỏ."))


def _too_late(file: Evaluation) -> str:
    return (
        f"Chưa lưu gì: hồ sơ đang ở tình trạng “{file.get_state_display()}” nên không sửa được. "
        "Hãy chép lại phần vừa nhập nếu cần, rồi mở hồ sơ để xem."
    )


def _save_entry(request, file, entries: list[Entry]) -> bool:
    """Save the changed criteria in one transaction; False with form errors when any could not be saved."""
    wrong = False
    with transaction.atomic():
        for asked, form in ((entry.asked, entry.form) for entry in entries):
            if form is None or not form.has_changed():
                continue
            try:
                services.save_answer(
                    file,
                    asked.code,
                    form.answer,
                    version=form.cleaned_data["version"],
                    by=request.user,
                    note=clean(form.cleaned_data["note"]),
                )
            except Refused as refusal:
                form.add_error(None, refusal.sentence)
                wrong = True
            except services.Conflict as conflict:
                form.add_error(
                    None, f"{conflict_sentence(asked, conflict.answer)} Hãy tải lại trang để xem rồi quyết định."
                )
                wrong = True
        if wrong:
            transaction.set_rollback(True)
    return not wrong


def conflict_sentence(asked: Asked, answer: Answer, side: str = queries.OWN) -> str:
    """Who saved the cell meanwhile, when, and what it holds now."""
    held = in_words(asked, getattr(answer, side)) or "để trống"
    when = workflow.moment_text(answer.saved_at)
    return f"{answer.saved_by} vừa ghi “{held}” lúc {when}; giá trị của đồng chí chưa được lưu."
