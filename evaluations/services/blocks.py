"""Many cells saved at once, as a block pasted or filled down gives them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from criteria.judging.cells import read_cell, write_cell
from criteria.judging.values import BadValue, CriterionSpec, Value
from portal.core.errors import Refused
from units.files.lines import clears
from units.models import User

from ..enums import Side
from ..judging.dossiers import answers_of
from ..models import Answer, Evaluation
from .answers import Conflict, find_criterion, locked_dossier, store_answer

GONE = "Không thấy hồ sơ này trong bảng. Hãy tải lại trang."


class SaveOutcome(StrEnum):
    """What became of a cell."""

    SAVED = "saved"
    SAME = "same"  # holds that value already
    REFUSED = "refused"
    CONFLICT = "conflict"  # saved by somebody else meanwhile


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


def read_said(criterion: CriterionSpec, typed: str) -> Value:
    """What a filled cell of a file or of a block says: “xoá” takes away what is stored. Raises BadValue."""
    return Value() if clears(typed) else read_cell(criterion, typed)


@transaction.atomic
def save_cells(asked: Iterable[AskedCell], dossiers: Mapping[int, Evaluation], *, by: User) -> list[CellOutcome]:
    """Save the cells of the unit's own side in one transaction, and say of each what became of it.

    A cell is taken as `save_cell` takes one: one that cannot be read, may not be written or was saved by somebody else
    meanwhile stays as it is, the others are saved. Dossiers are locked in the order of their ids.
    """
    cells = list(asked)
    locked: dict[int, Evaluation] = {}
    closed: dict[int, str] = dict.fromkeys({cell.dossier for cell in cells} - set(dossiers), GONE)
    for pk in sorted({cell.dossier for cell in cells} & set(dossiers)):
        try:
            locked[pk] = locked_dossier(dossiers[pk], by, Side.OWN)
        except Refused as refusal:
            closed[pk] = refusal.sentence
    answers = answers_of(dossiers.values())
    return [
        _save(cell, dossiers.get(cell.dossier), locked.get(cell.dossier), answers, closed.get(cell.dossier, ""), by)
        for cell in cells
    ]


def _save(
    cell: AskedCell,
    dossier: Evaluation | None,
    locked: Evaluation | None,
    answers: Mapping[int, Mapping[str, Answer]],
    closed: str,
    by: User,
) -> CellOutcome:
    """One cell; `locked` is the dossier where it may be written, `closed` says why where it may not."""
    if dossier is None:
        return _refused(cell, closed)
    answer = answers[dossier.pk].get(cell.code)
    try:
        criterion = find_criterion(dossier, cell.code)
        value = read_said(criterion, cell.typed)
        if answer is not None and answer.own == value or answer is None and value.is_empty:
            text, version = write_cell(criterion, value), answer.version if answer else 0
            return CellOutcome(cell, SaveOutcome.SAME, text, version)
        if locked is None:
            return _refused(cell, closed)
        stored = store_answer(locked, criterion, value, version=cell.version, by=by, note=None, side=Side.OWN)
    except BadValue as bad:
        return _refused(cell, bad.sentence)
    except Refused as refusal:
        return _refused(cell, refusal.sentence)
    except Conflict as conflict:
        text, now = write_cell(criterion, value), conflict.answer.version
        return CellOutcome(cell, SaveOutcome.CONFLICT, text, now, conflict.sentence, conflict.theirs)
    return CellOutcome(cell, SaveOutcome.SAVED, write_cell(criterion, stored.own), stored.version)


def _refused(cell: AskedCell, sentence: str) -> CellOutcome:
    return CellOutcome(cell, SaveOutcome.REFUSED, cell.typed, cell.version, sentence)
