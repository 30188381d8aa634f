"""Grid entry: a commune's dossiers down, criteria across, every cell saved on its own with a live verdict."""

from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Q
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from criteria.judging.cells import write_cell
from criteria.judging.values import CriterionSpec
from criteria.judging.verdicts import Verdict
from criteria.models import CriteriaSet
from criteria.queries import specs_of
from portal.core.errors import Refused
from portal.core.vietnamese.text import search_key
from portal.core.web.pages import page_of, typed, whole_number, whole_numbers, worded
from units.enums import JUDGED
from units.queries import tell_apart

from .. import permissions, services, workflow
from ..enums import EDITABLE, Action, Side, State
from ..forms import STALE
from ..judging.dossiers import JudgedDossier, judged_dossiers
from ..models import UNSELECTED, Cycle, Evaluation
from .told import BulkWords, tell_moved

ROWS = 25
PAIRS = ("trend", "percent")  # measures written as two numbers


@dataclass(frozen=True, slots=True)
class GridCell:
    """One criterion of one dossier as the grid shows it."""

    line: CriterionSpec
    text: str
    version: int
    wrong: bool
    derived: bool

    @property
    def is_wide(self) -> bool:
        return self.line.measure in PAIRS


@dataclass(frozen=True, slots=True)
class GridRow:
    """One dossier of the grid."""

    dossier: Evaluation
    cells: list[GridCell]
    verdict: Verdict
    editable: bool


def shown_lines(criteria_set: CriteriaSet) -> list[CriterionSpec]:
    """The columns: every criterion that is answered or derived, groups left out."""
    return [line for line in specs_of(criteria_set) if line.measure != "group"]


def rows_of(dossiers: list[Evaluation], lines: list[CriterionSpec], user) -> list[GridRow]:
    """The grid's rows; the number of queries does not depend on the number of dossiers."""
    judged = judged_dossiers(dossiers)
    return [_row(judged[dossier.pk], lines, user) for dossier in dossiers]


def _row(judged: JudgedDossier, lines: list[CriterionSpec], user) -> GridRow:
    dossier, verdict = judged.dossier, judged.verdict(Side.OWN)
    wrong = verdict.unmet
    cells = []
    for line in lines:
        answer = judged.answers.get(line.code)
        text = write_cell(line, judged.value(line.code, Side.OWN))
        cells.append(
            GridCell(line, text, answer.version if answer else 0, line.code in wrong, line.code in judged.derived)
        )
    return GridRow(dossier, cells, verdict, dossier.state in EDITABLE and permissions.may_enter(user, dossier))


# What of a grid is shown: its word in the address, and its name.
SHOWN = {"thieu": "Còn thiếu số liệu", "chua-dat": "Có tiêu chí chưa đạt", "tra-lai": "Bị trả lại"}
OPEN, FAILING, RETURNED = SHOWN


def narrowed(dossiers, shown: str):
    """Those of the dossiers that `shown` asks for; a verdict is of this moment, so all of them are judged for it."""
    if shown == RETURNED:
        return dossiers.filter(state=State.RETURNED)
    if shown not in (OPEN, FAILING):
        return dossiers
    judged = judged_dossiers(list(dossiers.filter(state__in=EDITABLE)))
    verdicts = {pk: one.verdict(Side.OWN) for pk, one in judged.items()}
    return dossiers.filter(
        pk__in=[pk for pk, one in verdicts.items() if (one.missing if shown == OPEN else one.failed)]
    )


@dataclass(frozen=True, slots=True)
class GridCounts:
    """The dossiers a person may write in a cycle: of one set, or of all sets beside one another."""

    expected: int = 0  # not registered yet
    ready: int = 0  # open to entry
    returned: int = 0


def counts_by_set(mine, user) -> dict[int, GridCounts]:
    """The counts of each criteria set the user's dossiers are judged by, in one query."""
    own = Q(entry_unit__in=permissions.ENTERING.places(user))
    counted = (
        mine.order_by()
        .values("criteria_set")
        .annotate(
            expected=Count("pk", filter=own & Q(state=State.EXPECTED) & ~UNSELECTED),
            ready=Count("pk", filter=own & Q(state__in=EDITABLE)),
            returned=Count("pk", filter=own & Q(state=State.RETURNED)),
        )
    )
    return {row.pop("criteria_set"): GridCounts(**row) for row in counted}


@require_safe
def grid(request, cycle):
    """The grid of the dossiers the user enters in a cycle, one criteria set at a time."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme"), pk=cycle)
    mine = Evaluation.objects.visible_to(request.user).entered_by(request.user).filter(cycle=cycle)
    counts = counts_by_set(mine, request.user)
    sets = sorted(CriteriaSet.objects.filter(pk__in=counts), key=lambda item: JUDGED.index(item.unit_kinds[0]))
    chosen = next((item for item in sets if str(item.pk) == request.GET.get("bo")), sets[0] if sets else None)
    shown = request.GET.get("loc") if request.GET.get("loc") in SHOWN else ""
    context = {"cycle": cycle, "sets": sets, "chosen": chosen, "q": request.GET.get("q", ""), "shown": shown}
    if chosen is None:
        return render(request, "evaluations/grid.html", context)
    dossiers = mine.filter(criteria_set=chosen).select_related("cycle", "criteria_set__document", "commune", "district")
    if words := search_key(context["q"]):
        dossiers = dossiers.filter(unit_search_key__contains=words)
    page = page_of(narrowed(dossiers, shown).with_namesake(), request, ROWS)
    tell_apart(page)
    lines = shown_lines(chosen)
    context |= {
        "page": page,
        "lines": lines,
        "rows": rows_of(list(page), lines, request.user),
        "counts": counts[chosen.pk],
        "expected": [(item, counts[item.pk].expected) for item in sets if counts[item.pk].expected],
        "expected_total": sum(one.expected for one in counts.values()),
        "filters": SHOWN,
        "to_mend": counts[chosen.pk].returned if shown != RETURNED else 0,
    }
    return render(request, "evaluations/grid.html", context)


def verdict_data(verdict: Verdict) -> dict:
    """A verdict for the page's script."""
    return {
        "outcome": verdict.outcome,
        "label": verdict.label,
        "brief": verdict.brief,
        "sentences": [item.sentence for item in (*verdict.failed, *verdict.remarks)],
        "missing": [item.number for item in verdict.missing],
        "unmet": sorted(verdict.unmet),
    }


@require_POST
def cell_save(request, pk):
    """Save one typed cell: 200 with the row's verdict, 409 with both values, 422 with what is wrong."""
    dossier = get_object_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    side = Side.APPRAISED if request.POST.get("side") == Side.APPRAISED else Side.OWN
    text, version = typed(request, "text", 100), whole_number(request.POST.get("version", "0"))
    try:
        note = worded(typed(request, "note", 2000)) if "note" in request.POST else None
        if version is None:
            raise Refused(STALE)
        cell = services.save_cell(
            dossier, typed(request, "code", 40), text, version=version, by=request.user, note=note, side=side
        )
    except Refused as refusal:
        return JsonResponse({"sentence": refusal.sentence, "typed": text}, status=422)
    except services.Conflict as conflict:
        return JsonResponse(
            {
                "sentence": conflict.sentence,
                "typed": text,
                "theirs": conflict.theirs,
                "version": conflict.answer.version,
            },
            status=409,
        )
    return JsonResponse({"text": cell.text, "version": cell.version, "verdict": verdict_data(cell.verdict)})


BULK = {
    Action.REGISTER: BulkWords(
        "Đã đăng ký {} đơn vị", "Chưa đăng ký được {} đơn vị", "Trong bảng này không còn đơn vị nào chưa đăng ký."
    ),
    Action.SUBMIT: BulkWords(
        "Đã gửi thẩm định {} hồ sơ",
        "Chưa gửi được {} hồ sơ",
        "Trong bảng này không có hồ sơ nào chờ gửi: hồ sơ đã gửi rồi, hoặc đơn vị chưa đăng ký.",
    ),
}


@require_POST
def grid_act(request, cycle):
    """Register or submit all of the user's dossiers of a cycle's set at once; tells which went, which did not, why."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user), pk=cycle)
    action, chosen = typed(request, "action", 20), typed(request, "bo", 20)
    dossiers = Evaluation.objects.visible_to(request.user).entered_by(request.user).filter(cycle=cycle)
    if chosen:
        dossiers = dossiers.filter(criteria_set__in=whole_numbers([chosen]))
    if action not in BULK:
        messages.error(request, "Việc này không làm hàng loạt được.")
    else:
        step = workflow.TRANSITIONS[Action(action)]
        waiting = dossiers.filter(state__in=step.sources).exclude(UNSELECTED)
        moved = workflow.advance_many(waiting.values_list("pk", flat=True), step.action, by=request.user)
        rest = f"{reverse('evaluations:list')}?{urlencode({'cycle': cycle.pk, 'mine': permissions.ENTERING.column})}"
        tell_moved(request, moved, BULK[step.action], rest=rest)
    query = f"?{urlencode({'bo': chosen})}" if chosen else ""
    return redirect(reverse("evaluations:grid", args=[cycle.pk]) + query)
