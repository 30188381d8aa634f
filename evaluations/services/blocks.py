"""Many cells saved at once, as a block pasted or filled down gives them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import transaction

from criteria.judging.cells import read_cell, write_cell
from criteria.judging.values import BadValue, CriterionSpec, Value
from criteria.models import Criterion
from portal.core.errors import Refused
from units.files.lines import clears
from units.models import User

from ..enums import Action, Side
from ..models import Answer, Evaluation, Event
from .answers import UNMARKED, Conflict, changed_answer, columns, find_criterion, locked_dossier

GONE = "Không thấy hồ sơ này trong bảng. Hãy tải lại trang."


class SaveOutcome(StrEnum):
    """What became of a cell."""

    SAVED = "saved"
    SAME = "same"  # holds that value already
    REFUSED = "refused"
    CONFLICT = "conflict"  # saved by somebody else meanwhile
    KEPT = "kept"  # holds something already: what is filled in writes over nothing
    UNFIT = "unfit"  # the value filled in is no answer to this criterion: left as it is


NOT_TAKEN = (SaveOutcome.REFUSED, SaveOutcome.CONFLICT)


@dataclass(frozen=True)
class AskedCell:
    """What a cell is to hold, and the version it had when it was read."""

    dossier: int
    code: str
    typed: str
    version: int


@dataclass(frozen=True)
class CellOutcome:
    """What became of an asked cell. `text` is what it holds, or what was typed where it was not taken; `theirs` what it
    holds where somebody else saved it meanwhile."""

    asked: AskedCell
    outcome: SaveOutcome
    text: str
    version: int
    sentence: str = ""
    theirs: str = ""
    unconfirmed: str = ""  # how what it holds was filled, in words, where nobody has confirmed it


def read_said(criterion: CriterionSpec, typed: str) -> Value:
    """What a filled cell of a file or of a block says: “xoá” takes away what is stored. Raises BadValue."""
    return Value() if clears(typed) else read_cell(criterion, typed)


@transaction.atomic
def save_cells(
    asked: Iterable[AskedCell], dossiers: Mapping[int, Evaluation], *, by: User, why: str = "", filled: str = ""
) -> list[CellOutcome]:
    """Save the cells of the unit's own side in one transaction, and say of each what became of it; none is named twice.

    A cell is taken as `save_cell` takes one: one that cannot be read, may not be written or was saved by somebody else
    meanwhile stays as it is, the others are saved. Dossiers are locked in the order of their ids. With `why` the log
    keeps a line of each saved cell, and in it the reason. With `filled` only empty cells are written, each marked so
    until somebody confirms it.
    """
    cells = list(asked)
    locked: dict[int, Evaluation] = {}
    closed: dict[int, str] = {}
    for pk in sorted({cell.dossier for cell in cells} & set(dossiers)):
        try:
            locked[pk] = locked_dossier(dossiers[pk], by, Side.OWN)
        except Refused as refusal:
            closed[pk] = refusal.sentence
    block = _Block(locked, closed, _answers(dossiers), by, why, filled)
    outcomes = [block.take(cell, dossiers.get(cell.dossier)) for cell in cells]
    _write(block)
    return outcomes


def _answers(dossiers: Iterable[int]) -> dict[tuple[int, str], Answer]:
    stored = Answer.objects.filter(evaluation__in=dossiers).select_related("criterion", "saved_by", "filled_by")
    return {(one.evaluation_id, one.criterion.code): one for one in stored}


@dataclass
class _Block:
    """What is known of the dossiers under their locks; answers by place and lines of the log that are to be written."""

    locked: Mapping[int, Evaluation]
    closed: Mapping[int, str]  # why a dossier is not locked
    answers: Mapping[tuple[int, str], Answer]
    by: User
    why: str
    filled: str = ""
    changed: dict[tuple[int, str], Answer] = field(default_factory=dict)
    lines: list[Event] = field(default_factory=list)

    def take(self, cell: AskedCell, dossier: Evaluation | None) -> CellOutcome:
        if dossier is None:
            return _refused(cell, GONE)
        answer = self.answers.get((dossier.pk, cell.code))
        was = answer.own if answer else Value()
        try:
            criterion = find_criterion(dossier, cell.code)
            if self.filled and not was.is_empty:
                return _held(cell, SaveOutcome.KEPT, criterion, answer)
            value = read_said(criterion, cell.typed)
            if value == was:
                return _held(cell, SaveOutcome.SAME, criterion, answer)
            if dossier.pk not in self.locked:
                return _refused(cell, self.closed[dossier.pk])
            answer, line = changed_answer(
                *(self.locked[dossier.pk], criterion, value, answer),
                version=cell.version,
                by=self.by,
                side=Side.OWN,
                filled=self.filled,
            )
        except BadValue as bad:
            if self.filled:
                return _held(cell, SaveOutcome.UNFIT, criterion, answer)
            return _refused(cell, bad.sentence)
        except Refused as refusal:
            return _refused(cell, refusal.sentence)
        except Conflict as conflict:
            text, now = write_cell(criterion, value), conflict.answer.version
            return CellOutcome(cell, SaveOutcome.CONFLICT, text, now, conflict.sentence, conflict.theirs)
        self.changed[dossier.pk, cell.code] = answer
        if self.why:
            line = line or Event.staying(dossier, Action.AMEND, by=self.by, comment=_filled(criterion, was, value))
            line.comment = f"{line.comment}. {self.why}"
        self.lines += [line] if line else []
        return _held(cell, SaveOutcome.SAVED, criterion, answer)


def _held(cell: AskedCell, outcome: SaveOutcome, criterion: CriterionSpec, answer: Answer | None) -> CellOutcome:
    """An outcome of a cell that shows what is stored there from now on."""
    if answer is None:
        return CellOutcome(cell, outcome, "", 0)
    text = write_cell(criterion, answer.own)
    return CellOutcome(cell, outcome, text, answer.version, unconfirmed=answer.unconfirmed)


def _filled(criterion: CriterionSpec, was: Value, value: Value) -> str:
    """What a line of the log says of a cell, also of one that was empty."""
    before, after = (write_cell(criterion, one) or "để trống" for one in (was, value))
    return f"Tiêu chí {criterion.number}: {before} → {after}"


def _refused(cell: AskedCell, sentence: str) -> CellOutcome:
    return CellOutcome(cell, SaveOutcome.REFUSED, cell.typed, cell.version, sentence)


def _write(block: _Block) -> None:
    """The answers in one upsert, and their lines of the log in one insert."""
    sets = {one.criteria_set_id for one in block.locked.values()}
    rows = Criterion.objects.filter(criteria_set__in=sets).values_list("criteria_set", "code", "pk")
    criteria = {(criteria_set, code): pk for criteria_set, code, pk in rows}
    for (dossier, code), answer in block.changed.items():
        answer.criterion_id = criteria[block.locked[dossier].criteria_set_id, code]
        answer.pk = None  # its place tells the row, a new one or the one that is there
    Answer.objects.bulk_create(
        block.changed.values(),
        update_conflicts=True,
        unique_fields=["evaluation", "criterion"],
        update_fields=[*columns(Value(), Side.OWN), "version", "saved_by", "saved_at", *UNMARKED],
    )
    Event.objects.bulk_create(block.lines)
