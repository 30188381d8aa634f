"""Grid entry: a commune's dossiers down, criteria across, every cell saved on its own with a live verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count, Q
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from criteria.judging.cells import write_cell
from criteria.judging.values import CriterionSpec
from criteria.judging.verdicts import Verdict
from criteria.models import CriteriaSet
from criteria.queries import specs_of
from portal.core.errors import Refused
from portal.core.vietnamese.figures import grouped
from portal.core.vietnamese.text import search_key
from portal.core.web.pages import MOST_WORDS, page_of, typed, whole_number, whole_numbers, worded
from units.enums import JUDGED
from units.queries import tell_apart

from .. import permissions, services, workflow
from ..enums import EDITABLE, Action, Side, State
from ..forms import STALE
from ..judging.dossiers import JudgedDossier, judged_dossiers
from ..models import UNSELECTED, Cycle, Evaluation, Event
from ..queries import remarks_of, returns_of, unconfirmed_in, with_signals
from ..queries.last_year import Suggestion, suggestions_of
from ..queries.returned import Remark
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
    unconfirmed: str = ""  # how it was filled in, in words, where nobody has confirmed it
    suggestion: Suggestion | None = None  # what last year says, where this year says nothing
    remark: Remark | None = None  # of the appraisers, where the dossier came back

    @property
    def suggested(self) -> str:
        """Last year's answer as it is typed; empty where it is no whole answer."""
        return write_cell(self.line, self.suggestion.value) if self.suggestion else ""

    @property
    def hint(self) -> str:
        """What last year says, in an empty cell: in brackets, for it is no value."""
        if self.suggestion is None:
            return ""
        return f"({self.suggested or f'…/{self.suggestion.value.denominator}'})"

    @property
    def is_wide(self) -> bool:
        """Whether it holds two figures, or one with two digits after the comma."""
        return self.line.measure in (*PAIRS, "points")


@dataclass(frozen=True, slots=True)
class GridRow:
    """One dossier of the grid."""

    dossier: Evaluation
    cells: list[GridCell]
    verdict: Verdict
    editable: bool
    returned: Event | None = None  # the line that says why it came back


def shown_lines(criteria_set: CriteriaSet) -> list[CriterionSpec]:
    """The columns: every criterion that is answered or derived, groups left out."""
    return [line for line in specs_of(criteria_set) if line.measure != "group"]


def rows_of(dossiers: list[Evaluation], lines: list[CriterionSpec], user) -> list[GridRow]:
    """The grid's rows; the number of queries does not depend on the number of dossiers."""
    judged = judged_dossiers(dossiers)
    open_ones = [one for one in dossiers if one.state in EDITABLE and permissions.may_enter(user, one)]
    offered = suggestions_of(open_ones, user, {pk: one.answers for pk, one in judged.items()})
    back = returns_of(dossiers)
    return [
        GridRow(
            dossier,
            _cells(judged[dossier.pk], lines, offered.get(dossier.pk, {})),
            judged[dossier.pk].verdict(Side.OWN),
            editable=dossier in open_ones,
            returned=back.get(dossier.pk),
        )
        for dossier in dossiers
    ]


def _cells(judged: JudgedDossier, lines: list[CriterionSpec], offered: Mapping[str, Suggestion]) -> list[GridCell]:
    wrong, remarks = judged.verdict(Side.OWN).unmet, remarks_of(judged)
    cells = []
    for line in lines:
        code, answer = line.code, judged.answers.get(line.code)
        cell = GridCell(
            line,
            write_cell(line, judged.value(code, Side.OWN)),
            answer.version if answer else 0,
            code in wrong,
            code in judged.derived,
            answer.unconfirmed if answer else "",
            offered.get(code),
            remarks.get(code),
        )
        cells.append(cell)
    return cells


# What of a grid is shown: its word in the address, and its name.
SHOWN = {
    "thieu": "Còn thiếu số liệu",
    "chua-dat": "Có tiêu chí chưa đạt",
    "tra-lai": "Bị trả lại",
    "chua-xac-nhan": "Có ô điền sẵn chưa xác nhận",
}
OPEN, FAILING, RETURNED, UNCONFIRMED = SHOWN


def narrowed(dossiers, shown: str):
    """Those of the dossiers that `shown` asks for; a verdict is of this moment, so all of them are judged for it."""
    if shown == RETURNED:
        return dossiers.filter(state=State.RETURNED)
    if shown == UNCONFIRMED:
        return with_signals(dossiers)
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


QUESTION = (
    "Gửi thẩm định mọi hồ sơ đã đủ số liệu trong bảng này? "
    "Hồ sơ đã gửi không sửa được nữa trừ khi rút lại hoặc bị trả lại."
)
WARNING = "Còn {} giá trị điền sẵn chưa được xác nhận; nơi thẩm định sẽ thấy từng ô. "


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
    many = sum(unconfirmed_in(mine.filter(criteria_set=chosen, state__in=EDITABLE)).values())
    context |= {
        "page": page,
        "lines": lines,
        "rows": rows_of(list(page), lines, request.user),
        "counts": counts[chosen.pk],
        "expected": [(item, counts[item.pk].expected) for item in sets if counts[item.pk].expected],
        "expected_total": sum(one.expected for one in counts.values()),
        "filters": SHOWN,
        "question": QUESTION,
        "warning": WARNING.format(grouped(many)) if many else "",
        "unconfirmed": many,
        "to_mend": counts[chosen.pk].returned if shown != RETURNED else 0,
    }
    return render(request, "evaluations/grid.html", context)


def verdict_data(verdict: Verdict) -> dict:
    """A verdict for the page's script."""
    return {
        "outcome": verdict.outcome,
        "tone": verdict.tone,
        "label": verdict.label,
        "brief": verdict.brief,
        "sentences": [item.sentence for item in (*verdict.failed, *verdict.remarks)],
        "missing": [item.number for item in verdict.missing],
        "unmet": sorted(verdict.unmet),
    }


@require_POST
def cell_save(request, pk):
    """Save one typed cell: 200 with the row's verdict, 409 with both values, 422 with what is wrong.

    Appraised on the dossier's own page, it comes with what stands there above the table.
    """
    dossier = get_object_or_404(Evaluation.objects.visible_to(request.user), pk=pk)
    side = Side.APPRAISED if request.POST.get("side") == Side.APPRAISED else Side.OWN
    text, version = typed(request, "text", 100), whole_number(request.POST.get("version", "0"))
    try:
        note = worded(typed(request, "note", 10 * MOST_WORDS), MOST_WORDS) if "note" in request.POST else None
        if version is None:
            raise Refused(STALE)
        code = typed(request, "code", 40)
        if "suggested" in request.POST:
            cell = services.accept_suggestion(dossier, code, version=version, by=request.user)
        elif "filled" in request.POST and side == Side.OWN:
            cell = services.fill_cell(dossier, code, text, version=version, by=request.user)
        else:
            cell = services.save_cell(dossier, code, text, version=version, by=request.user, note=note, side=side)
    except Refused as refusal:
        return JsonResponse({"sentence": refusal.sentence, "typed": text}, status=422)
    except services.Conflict as conflict:
        return JsonResponse(
            {
                "sentence": conflict.sentence,
                "typed": text,
                "theirs": conflict.theirs,
                "version": conflict.answer.version,
                "unconfirmed": conflict.answer.unconfirmed if side == Side.OWN else "",
            },
            status=409,
        )
    told = {"text": cell.text, "version": cell.version, "unconfirmed": cell.unconfirmed}
    if side == Side.APPRAISED:
        told["differs"] = cell.differs
        told["panel"] = render_to_string("evaluations/_appraised.html", {"verdict": cell.verdict})
    return JsonResponse(told | {"verdict": verdict_data(cell.verdict)})


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
        if step.action == Action.SUBMIT:
            _tell_unconfirmed(request, moved.done, cycle)
    query = f"?{urlencode({'bo': chosen})}" if chosen else ""
    return redirect(reverse("evaluations:grid", args=[cycle.pk]) + query)


def _tell_unconfirmed(request, sent: list[Evaluation], cycle: Cycle) -> None:
    """Say how many of the dossiers just sent hold filled values nobody has confirmed, with where they stand."""
    marked = unconfirmed_in(sent)
    if marked:
        rest = f"{reverse('evaluations:list')}?{urlencode({'cycle': str(cycle.pk), 'check': 'unconfirmed'})}"
        told = {"dossiers": len(marked), "cells": sum(marked.values()), "rest": rest}
        messages.warning(request, render_to_string("evaluations/_sent_unconfirmed.html", told))
