"""Own answers nobody typed: last year's value taken over, and what was filled in confirmed (docs/decisions/0037)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction

from criteria.judging.cells import write_cell
from criteria.judging.values import BadValue, Value
from criteria.queries import specs_of
from portal.core.errors import Refused
from units.models import User

from ..enums import Action, Filled, Side
from ..models import Answer, Evaluation, Event
from ..queries import last_year
from .answers import UNMARKED, SavedCell, confirmed_line, find_criterion, locked_dossier, save_answer, saved_cell
from .blocks import read_said


@dataclass(frozen=True)
class SeenCell:
    """A cell as the page showed it to who confirms it."""

    dossier: int
    code: str
    version: int


@dataclass(frozen=True)
class Confirmed:
    """What became of the cells to confirm: those without a mark from now on, those written since they were seen, and
    why a dossier takes nothing."""

    done: list[SeenCell]
    changed: list[SeenCell]
    refused: dict[int, str]


@transaction.atomic
def confirm_filled(seen: Iterable[SeenCell], dossiers: Mapping[int, Evaluation], *, by: User) -> Confirmed:
    """Take the mark off filled values the officer has seen; the log keeps a line of each dossier.

    A cell without a mark is left alone. The version stays, for no value changed. Dossiers are locked in the order of
    their ids; for many as many queries as for few, but for the locks.
    """
    cells = [cell for cell in seen if cell.dossier in dossiers]
    found = Confirmed([], [], {})
    locked: dict[int, Evaluation] = {}
    for pk in sorted({cell.dossier for cell in cells}):
        try:
            locked[pk] = locked_dossier(dossiers[pk], by, Side.OWN)
        except Refused as refusal:
            found.refused[pk] = refusal.sentence
    rows = Answer.objects.filter(evaluation__in=locked).exclude(filled_from="").select_related("criterion", "filled_by")
    marked = {(one.evaluation_id, one.criterion.code): one for one in rows}
    for cell in cells:
        if answer := marked.get((cell.dossier, cell.code)):
            (found.done if answer.version == cell.version else found.changed).append(cell)
    taken = {(cell.dossier, cell.code): marked[cell.dossier, cell.code] for cell in found.done}
    Event.objects.bulk_create(_lines(locked, taken, by))
    Answer.objects.filter(pk__in=[one.pk for one in taken.values()]).update(**UNMARKED)
    return found


def _lines(locked: Mapping[int, Evaluation], taken: Mapping[tuple[int, str], Answer], by: User) -> Iterator[Event]:
    """A line of the log for each dossier, its criteria in the order of its set."""
    for pk, dossier in locked.items():
        lines = specs_of(dossier.criteria_set)
        cells = [(line, taken[pk, line.code]) for line in lines if (pk, line.code) in taken]
        if cells:
            yield Event.staying(dossier, Action.CONFIRM_FILLED, by=by, comment=confirmed_line(cells))


@transaction.atomic
def fill_cell(evaluation: Evaluation, code: str, typed: str, *, version: int, by: User) -> SavedCell:
    """Store a value stated for many cells in this one, marked so until it is confirmed.

    As a filling of a block does: a cell that holds something keeps it, also what an earlier sending filled in; one this
    value is no answer to stays empty. Raises Refused or Conflict, as `save_answer`.
    """
    dossier = locked_dossier(evaluation, by, Side.OWN)
    criterion = find_criterion(dossier, code)
    answers = dossier.answers.filter(criterion__code=code).select_related("criterion", "filled_by")
    stored = answers.first() or Answer(evaluation=dossier, version=0)
    try:
        value = read_said(criterion, typed)
    except BadValue:
        value = Value()
    if value.is_empty or not stored.own.is_empty:
        return saved_cell(dossier, criterion, stored, Side.OWN)
    answer = save_answer(dossier, code, value, version=version, by=by, filled=Filled.DEFAULT)
    return saved_cell(dossier, criterion, answer, Side.OWN)


@transaction.atomic
def accept_suggestion(evaluation: Evaluation, code: str, *, version: int, by: User) -> SavedCell:
    """Store last year's answer to one criterion, marked so until it is confirmed.

    What is stored is what the portal suggests, whatever the page says. Raises Refused or Conflict, as `save_answer`.
    """
    dossier = locked_dossier(evaluation, by, Side.OWN)
    criterion = find_criterion(dossier, code)
    answers = {one.criterion.code: one for one in dossier.answers.select_related("criterion")}
    found = last_year.suggestions(dossier, by, answers).get(code)
    stored = answers.get(code)
    if stored and stored.filled_from == Filled.LAST_YEAR:
        return saved_cell(dossier, criterion, stored, Side.OWN)  # sent again, the first answer never came
    if found is None or not write_cell(criterion, found.value):
        raise Refused(f"Tiêu chí {criterion.number} không có số liệu năm trước để gợi ý, hoặc ô đã có giá trị.")
    answer = save_answer(dossier, code, found.value, version=version, by=by, filled=Filled.LAST_YEAR)
    return saved_cell(dossier, criterion, answer, Side.OWN)
