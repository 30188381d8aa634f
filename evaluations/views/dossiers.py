"""The list of dossiers, and one of them with its answers, papers and moves."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from criteria.enums import Step
from criteria.judging.cells import in_words, write_cell
from criteria.judging.values import CriterionSpec
from criteria.packs.content import digest
from portal.core.errors import Refused
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.list_files import leaves_as
from portal.core.web.pages import MOST_WORDS, page_of, refuse, typed, whole_number, worded
from units.models import Unit
from units.queries import tell_apart

from .. import permissions, queries, services, workflow
from ..enums import EDITABLE, Action, Side, State
from ..filters import EvaluationFilterSet
from ..forms import KeepForm, TimingForm
from ..judging.below import base_of
from ..judging.dossiers import JudgedDossier, judged_dossier
from ..judging.papers import papers_of, window_of
from ..judging.timing import undated
from ..models import Cycle, Evaluation, Evidence
from .columns import relation, told_apart, unit_columns
from .told import told_confirmed

COLUMNS = (
    *unit_columns(),
    ListColumn("Năm", "cycle.year"),
    ListColumn("Kỳ đánh giá", "cycle"),
    ListColumn("Tình trạng", "get_state_display"),
    ListColumn("Kết quả", "result"),
    ListColumn("Ngày đăng ký", "registered_on"),
    ListColumn("Quản lý", lambda dossier: relation(dossier, is_counted=dossier.is_counted)),
)


def _filtered(asked: Asking) -> EvaluationFilterSet:
    """Dossiers the user may see; the newest open year unless another, or every year, is asked for."""
    data = asked.GET.copy()
    if not data.keys() & {"cycle", "year", "programme"}:
        newest = (
            Cycle.objects.visible_to(asked.user).order_by("-status", "-year", "-pk").values_list("pk", flat=True)[:1]
        )
        data.setlist("cycle", [str(pk) for pk in newest])
    return EvaluationFilterSet(data, Evaluation.objects.visible_to(asked.user), request=asked)


def _rows(filters: EvaluationFilterSet, user):
    rows = queries.returned_first(filters.qs, user).with_relation(user)
    return rows.select_related("cycle__programme", "criteria_set", "grade").with_places()


def dossiers_listed(asked: Asking) -> Listed:
    filters = _filtered(asked)
    rows = _rows(filters, asked.user)
    return listed("Hồ sơ đánh giá", "ho-so-danh-gia", rows, COLUMNS, dress=told_apart, form=filters.form)


@require_safe
@leaves_as(dossiers_listed)
def evaluation_list(request):
    """Dossiers by page; see `_filtered`."""
    filters = _filtered(request)
    many, guests = filters.qs.counted_with_guests(request.user)
    page = page_of(_rows(filters, request.user).with_namesake(), request, count=many)
    tell_apart(page)
    queries.tell_years_apart(dossier.cycle for dossier in page)
    back = queries.returns_of(page)
    marked = queries.unconfirmed_in(page)
    for dossier in page:
        dossier.came_back = back.get(dossier.pk)
        dossier.unconfirmed = marked.get(dossier.pk, 0)
    cycle = filters.form.cleaned_data.get("cycle") if filters.form.is_valid() else None
    context = {"filters": filters, "page": page, "cycle": cycle, "guests": guests}
    return render(request, "evaluations/evaluation_list.html", context)


@dataclass
class DossierLine:
    """One criterion on a dossier's page, with both sides as officials write them."""

    criterion: CriterionSpec
    own: str = ""
    own_note: str = ""
    unconfirmed: str = ""  # how the own answer was filled in, in words, where nobody has confirmed it
    appraised: str = ""
    appraised_note: str = ""
    typed_note: str = ""  # in place of it where it could not be kept
    cell: str = ""  # the appraised answer in the short form typed in a cell
    version: int = 0
    differs: bool = False
    why: str = ""
    base: str = ""  # what a derived percentage is of
    papers: list[Evidence] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        return self.criterion.is_group

    @property
    def seen(self) -> str:
        """The answer as the page shows it, for the form that confirms it."""
        return f"{self.criterion.code} {self.version}"


def lines_of(judged: JudgedDossier, papers: Iterable[Evidence]) -> list[DossierLine]:
    """The dossier's criteria with both sides' answers, papers, and the sentence of what fails on the side shown."""
    reasons = judged.verdict(judged.side).reasons
    evidence: dict[str, list[Evidence]] = {}
    for paper in papers:
        for proved in paper.criteria.all():
            evidence.setdefault(proved.code, []).append(paper)
    lines = []
    for criterion in judged.criteria:
        line = DossierLine(criterion, why=reasons.get(criterion.code, ""), papers=evidence.get(criterion.code, []))
        line.own, line.appraised = (in_words(criterion, judged.value(criterion.code, side)) for side in Side)
        answer = judged.answers.get(criterion.code)
        if answer and criterion.code not in judged.derived:
            line.cell = write_cell(criterion, answer.appraised)
            line.own_note, line.appraised_note, line.version = answer.note, answer.appraised_note, answer.version
            line.unconfirmed = answer.unconfirmed
            line.differs = answer.differs
        if criterion.derivation:
            line.base = base_of(criterion, judged.below)
        lines.append(line)
    return lines


def get_dossier(request, pk: int) -> Evaluation:
    found = get_object_or_404(
        queries.with_route(Evaluation.objects.visible_to(request.user).with_namesake()).select_related(
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
    tell_apart([found])
    return found


def dossier_context(request, dossier: Evaluation, *, keeping: KeepForm | None = None) -> dict:
    judged = judged_dossier(dossier)
    may_appraise = dossier.state == State.SUBMITTED and permissions.may_appraise(request.user, dossier)
    may_edit = dossier.state in EDITABLE and permissions.may_enter(request.user, dossier)
    lost = queries.lost_ground(judged)
    steps = [(step, dossier.last_day(step)) for step in Step]
    signals = queries.signals_of(judged)
    papers = list(dossier.evidence.select_related("uploaded_by").prefetch_related("criteria"))
    window = window_of(dossier.criteria_set, dossier.cycle.year)
    for paper in papers:
        paper.is_out_of_window = window is not None and window.is_outside(paper.issued_on)
    return {
        "dossier": dossier,
        "opens_unit": Unit.objects.visible_to(request.user).filter(pk=dossier.unit_id).exists(),
        "lines": lines_of(judged, papers),
        "judged": {side: judged.verdict(side) for side in Side},
        "returned": queries.returns_of([dossier]).get(dossier.pk),
        "turn": queries.turn_of(dossier),
        "remarks": queries.remarks_of(judged),
        "verdict": judged.verdict(Side.APPRAISED if may_appraise else judged.side),
        "timing": TimingForm() if may_appraise and judged.late else None,
        "undated": undated(dossier, judged.criteria),
        "lost_ground": lost,
        "kept": queries.kept_of(dossier),
        "keeping": _keeping(request, judged, keeping) if lost else None,
        "steps": [(Step(step).label, day) for step, day in steps if day],
        "window": window,
        "moves": _warned(workflow.available(dossier, request.user, judged), signals),
        "signals": signals,
        "may_edit": may_edit,
        "entry_at": reverse("evaluations:entry", args=[dossier.pk]) if may_edit else "",
        "may_appraise": may_appraise,
        "paper_result": workflow.PaperResult.of(dossier) if dossier.is_from_papers else None,
        "may_mend_past": dossier.is_from_papers and permissions.may_open_cycle(request.user, dossier.province),
        "only_differences": request.GET.get("lech") == "1",
        "papers": papers,
        "required_papers": papers_of(dossier),
        "events": dossier.events.select_related("by"),
        "agenda": dossier.agenda_items.select_related("sitting__committee__unit"),
        "typed_action": "",
        "typed_comment": "",
        "may_revoke": dossier.state == State.RECOGNISED
        and dossier.outcome
        and permissions.may_revoke(request.user, dossier),
    }


def _keeping(request, judged: JudgedDossier, typed: KeepForm | None) -> KeepForm | None:
    """The form of who may decide that the recognition stands, of the ground as it is now; what was typed stays."""
    if not permissions.may_revoke(request.user, judged.dossier):
        return None
    seen = digest(queries.ground_lost(judged))
    if typed is None:
        return KeepForm(initial={"seen": seen})
    typed.data = dict(typed.data.items()) | {"seen": seen}
    return typed


def _warned(moves: list[workflow.Transition], signals: list[queries.Signal]) -> list[workflow.Transition]:
    """The moves, the question before sending with what is not confirmed yet."""
    words = " ".join(one.sentence for one in signals)
    if not words:
        return moves
    return [
        replace(move, confirm=f"{words} {move.confirm}") if move.action == Action.SUBMIT else move for move in moves
    ]


@require_safe
def evaluation_detail(request, pk):
    return render(request, "evaluations/evaluation_detail.html", dossier_context(request, get_dossier(request, pk)))


@require_POST
def evaluation_act(request, pk):
    """One move of the workflow, criterion for by a button."""
    dossier = get_dossier(request, pk)
    action = request.POST.get("action", "")
    step = workflow.TRANSITIONS.get(action)
    if step is None or not step.has_button:
        raise Http404
    comment = typed(request, "comment", 10 * MOST_WORDS)
    try:
        workflow.advance(dossier, action, by=request.user, comment=worded(comment, MOST_WORDS))
    except Refused as refusal:
        return refuse(
            request,
            "evaluations/evaluation_detail.html",
            dossier_context(request, get_dossier(request, pk)) | {"typed_comment": comment, "typed_action": action},
            refusal,
        )
    messages.success(request, step.done.format(dossier.listed_name))
    return redirect("evaluations:detail", pk=pk)


@require_POST
def remark(request, pk):
    """An appraiser's words on one criterion; refused with what was typed still in its box."""
    dossier = get_dossier(request, pk)
    code, note = typed(request, "code", 40), typed(request, "note", 10 * MOST_WORDS)
    try:
        said, seen = worded(note, MOST_WORDS), typed(request, "seen", 10 * MOST_WORDS)
        services.save_remark(dossier, code, said, seen=seen, by=request.user)
    except Refused as refusal:
        context = dossier_context(request, dossier)
        for line in context["lines"]:
            line.typed_note = note if line.criterion.code == code else ""
        return refuse(request, "evaluations/evaluation_detail.html", context, refusal)
    messages.success(request, "Đã ghi ý kiến thẩm định." if note.strip() else "Đã bỏ ý kiến thẩm định.")
    return redirect(f"{reverse('evaluations:detail', args=[pk])}#tc-{code}")


@require_POST
def confirm_filled(request, pk):
    """Confirm the filled values of one dossier that its page shows: `cell` names code and version of each."""
    dossier = get_dossier(request, pk)
    seen = [
        services.SeenCell(dossier.pk, code, version)
        for code, _, typed_version in (text.partition(" ") for text in request.POST.getlist("cell"))
        if (version := whole_number(typed_version))
    ]
    found = services.confirm_filled(seen, {dossier.pk: dossier}, by=request.user)
    is_whole = found.done and not (found.changed or found.refused)
    messages.add_message(request, messages.SUCCESS if is_whole else messages.WARNING, told_confirmed(found))
    return redirect("evaluations:detail", pk=pk)


@require_POST
def accept_answers(request, pk):
    """Appraisers agree with every own answer not judged yet."""
    dossier = get_dossier(request, pk)
    try:
        taken = services.accept_answers(dossier, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        if taken:
            messages.success(request, f"Đã nhận {taken} kết quả tự đánh giá. Hãy kiểm tra lại trước khi hoàn thành.")
        if left := queries.filled_not_appraised(judged_dossier(dossier)):
            numbers = "; ".join(line.number for line in left)
            sentence = f"Còn {len(left)} giá trị điền sẵn, chưa xác nhận; hãy thẩm định từng ô: {numbers}."
            messages.warning(request, sentence)
        elif not taken:
            messages.info(request, "Không còn kết quả tự đánh giá nào chưa thẩm định.")
    return redirect("evaluations:detail", pk=pk)
