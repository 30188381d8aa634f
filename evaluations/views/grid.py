"""Grid entry: a commune's files down, criteria across, every cell saved on its own with a live verdict."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from criteria.cells import read_cell, write_cell
from criteria.models import CriteriaSet
from criteria.queries import asked_of
from criteria.rules import Verdict
from criteria.values import Asked, BadValue
from portal.core.errors import Refused
from units.enums import JUDGED
from units.text import search_key

from .. import permissions, queries, services, workflow
from ..enums import EDITABLE, State
from ..models import Cycle, Evaluation
from .files import conflict_sentence, get_file
from .pages import page_of, typed, whole_numbers

ROWS = 25
PAIRS = ("trend", "percent")  # measures written as two numbers


@dataclass(frozen=True, slots=True)
class Cell:
    """One criterion of one file as the grid shows it."""

    line: Asked
    text: str
    version: int
    wrong: bool
    derived: bool

    @property
    def is_wide(self) -> bool:
        return self.line.measure in PAIRS


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the grid."""

    file: Evaluation
    cells: list[Cell]
    verdict: Verdict
    editable: bool


def shown_lines(criteria_set: CriteriaSet) -> list[Asked]:
    """The columns: every criterion that is answered or derived, groups left out."""
    return [line for line in asked_of(criteria_set) if line.measure != "group"]


def rows_of(files: list[Evaluation], lines: list[Asked], user) -> list[Row]:
    """The grid's rows; the number of queries does not depend on the number of files."""
    answers = queries.answers_of(files)
    judged = queries.verdicts(files, answers=answers)
    below = queries.subordinates(files)
    rows = []
    for file in files:
        verdict = judged[file.pk]
        wrong = verdict.unmet
        derived = queries.derived_values(lines, below.get((file.cycle_id, file.commune_id), {}))
        cells = []
        for line in lines:
            answer = answers[file.pk].get(line.code)
            value = derived.get(line.code, answer and answer.own)
            text = write_cell(line, value) if value else ""
            version = answer.version if answer else 0
            cells.append(Cell(line, text, version, line.code in wrong, line.code in derived))
        rows.append(Row(file, cells, verdict, file.state in EDITABLE and permissions.may_enter(user, file)))
    return rows


@require_safe
def grid(request, cycle):
    """The grid of the files the user enters in a cycle, one criteria set at a time."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme"), pk=cycle)
    mine = Evaluation.objects.visible_to(request.user).entered_by(request.user).filter(cycle=cycle)
    used = set(mine.order_by().values_list("criteria_set", flat=True).distinct())
    sets = sorted(CriteriaSet.objects.filter(pk__in=used), key=lambda item: JUDGED.index(item.unit_kinds[0]))
    chosen = next((item for item in sets if str(item.pk) == request.GET.get("bo")), sets[0] if sets else None)
    context = {"cycle": cycle, "sets": sets, "chosen": chosen, "q": request.GET.get("q", "").replace("\0", "")}
    if chosen is None:
        return render(request, "evaluations/grid.html", context)
    files = mine.filter(criteria_set=chosen).select_related("cycle", "criteria_set__document", "commune", "district")
    if words := search_key(context["q"]):
        files = files.filter(unit_search_key__contains=words)
    page = page_of(files, request, ROWS)
    lines = shown_lines(chosen)
    own = mine.filter(criteria_set=chosen, entry_unit__in=queries.entry_places(request.user))
    context |= {
        "page": page,
        "lines": lines,
        "rows": rows_of(list(page), lines, request.user),
        "expected": own.filter(state=State.EXPECTED).exclude(queries.UNSELECTED).count(),
        "ready": own.filter(state__in=EDITABLE).count(),
    }
    return render(request, "evaluations/grid.html", context)


def told(verdict: Verdict) -> dict:
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
    file = get_file(request, pk)
    side = queries.APPRAISED if request.POST.get("side") == queries.APPRAISED else queries.OWN
    code, text = typed(request, "code", 40), typed(request, "text", 100)
    note = typed(request, "note", 2000) if "note" in request.POST else None
    try:
        asked = services.find_asked(file, code)
        version = int(request.POST.get("version", "0"))
        answer = services.save_answer(
            file, code, read_cell(asked, text), version=version, by=request.user, side=side, note=note
        )
    except BadValue as bad:
        return JsonResponse({"sentence": bad.sentence, "typed": text}, status=422)
    except ValueError:
        return JsonResponse({"sentence": "Phiên bản ô không hợp lệ. Hãy tải lại trang.", "typed": text}, status=422)
    except Refused as refusal:
        return JsonResponse({"sentence": refusal.sentence, "typed": text}, status=422)
    except services.Conflict as conflict:
        return JsonResponse(
            {
                "sentence": conflict_sentence(asked, conflict.answer, side),
                "typed": text,
                "theirs": write_cell(asked, getattr(conflict.answer, side)),
                "version": conflict.answer.version,
            },
            status=409,
        )
    verdict = queries.verdicts([file], side)[file.pk]
    return JsonResponse(
        {"text": write_cell(asked, getattr(answer, side)), "version": answer.version, "verdict": told(verdict)}
    )


BULK = {"register": (State.EXPECTED,), "submit": EDITABLE}


@require_POST
def grid_act(request, cycle):
    """Register or submit all of the user's files of a cycle's set at once; says which could not go and why."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user), pk=cycle)
    action, chosen = typed(request, "action", 20), typed(request, "bo", 20)
    files = Evaluation.objects.visible_to(request.user).entered_by(request.user).filter(cycle=cycle)
    if chosen:
        files = files.filter(criteria_set__in=whole_numbers([chosen]))
    files = files.filter(state__in=BULK.get(action, ())).exclude(queries.UNSELECTED)
    moved = (
        workflow.advance_many(files.values_list("pk", flat=True), action, by=request.user) if action in BULK else None
    )
    if moved is None:
        messages.error(request, "Việc này không làm hàng loạt được.")
    else:
        label = workflow.TRANSITIONS[action].label.lower()
        messages.success(request, f"Đã {label}: {len(moved.done)} hồ sơ.")
        for file, sentence in moved.refused[:10]:
            messages.warning(request, f"{file.unit_name}: {sentence}")
        if len(moved.refused) > 10:
            messages.warning(request, f"… và {len(moved.refused) - 10} hồ sơ khác chưa thực hiện được.")
    query = f"?{urlencode({'bo': chosen})}" if chosen else ""
    return redirect(reverse("evaluations:grid", args=[cycle.pk]) + query)
