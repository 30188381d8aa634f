"""Grid entry: a commune's dossiers down, criteria across, every cell saved on its own with a live verdict."""

from dataclasses import dataclass

from django.contrib import messages
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
from portal.core.web.pages import page_of, typed, whole_number, whole_numbers
from units.enums import JUDGED
from units.queries import tell_apart

from .. import permissions, services, workflow
from ..enums import EDITABLE, Action, Side, State
from ..forms import STALE
from ..judging.dossiers import JudgedDossier, judged_dossiers
from ..models import UNSELECTED, Cycle, Evaluation
from ..queries import tell_dossiers_apart

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


@require_safe
def grid(request, cycle):
    """The grid of the dossiers the user enters in a cycle, one criteria set at a time."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme"), pk=cycle)
    mine = Evaluation.objects.visible_to(request.user).entered_by(request.user).filter(cycle=cycle)
    used = set(mine.order_by().values_list("criteria_set", flat=True).distinct())
    sets = sorted(CriteriaSet.objects.filter(pk__in=used), key=lambda item: JUDGED.index(item.unit_kinds[0]))
    chosen = next((item for item in sets if str(item.pk) == request.GET.get("bo")), sets[0] if sets else None)
    context = {"cycle": cycle, "sets": sets, "chosen": chosen, "q": request.GET.get("q", "")}
    if chosen is None:
        return render(request, "evaluations/grid.html", context)
    dossiers = mine.filter(criteria_set=chosen).select_related("cycle", "criteria_set__document", "commune", "district")
    if words := search_key(context["q"]):
        dossiers = dossiers.filter(unit_search_key__contains=words)
    page = page_of(dossiers.with_namesake(), request, ROWS)
    tell_apart(page)
    lines = shown_lines(chosen)
    own = mine.filter(criteria_set=chosen, entry_unit__in=permissions.ENTERING.places(request.user))
    context |= {
        "page": page,
        "lines": lines,
        "rows": rows_of(list(page), lines, request.user),
        "expected": own.filter(state=State.EXPECTED).exclude(UNSELECTED).count(),
        "ready": own.filter(state__in=EDITABLE).count(),
    }
    return render(request, "evaluations/grid.html", context)


def verdict_data(verdict: Verdict) -> dict:
    """A verdict for the page's script."""
    return {
        "outcome": verdict.outcome,
        "label": verdict.label,
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
    note = typed(request, "note", 2000) if "note" in request.POST else None
    try:
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


BULK = (Action.REGISTER, Action.SUBMIT)


@require_POST
def grid_act(request, cycle):
    """Register or submit all of the user's dossiers of a cycle's set at once; says which could not go and why."""
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
        label = step.label.lower()
        messages.success(request, f"Đã {label}: {len(moved.done)} hồ sơ.")
        tell_dossiers_apart([dossier for dossier, _ in moved.refused[:10]])
        for dossier, sentence in moved.refused[:10]:
            messages.warning(request, f"{dossier.listed_name}: {sentence}")
        if len(moved.refused) > 10:
            messages.warning(request, f"… và {len(moved.refused) - 10} hồ sơ khác chưa thực hiện được.")
    query = f"?{urlencode({'bo': chosen})}" if chosen else ""
    return redirect(reverse("evaluations:grid", args=[cycle.pk]) + query)
