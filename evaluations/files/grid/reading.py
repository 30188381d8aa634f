"""The grid's workbook sent back: which of its cells would be written, and which would not and why.

An empty cell, and one that still says what it said when the workbook was taken, change nothing; what somebody saved
meanwhile is never written over.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from criteria.judging.cells import write_cell
from criteria.judging.values import BadValue, CriterionSpec, Value
from criteria.models import CriteriaSet
from portal.core.sheets.reading import Sheet, Unreadable, sheets_of
from portal.core.vietnamese.moments import moment_text
from units.files.lines import Problems, lines_of
from units.models import User
from units.queries import tell_apart

from ... import permissions
from ...enums import EDITABLE
from ...models import Answer, Cycle, Evaluation
from ...services import read_said
from .lines import DOSSIER_KEY, KEY, ORIGIN, UNIT, VERDICT, Place, entry_lines, heading

MOST_DIGITS = 18  # of a key


@dataclass(frozen=True)
class TypedCell:
    """A cell of a file that says something new; `sentence` is why it is not taken, empty where it is."""

    row: int
    dossier: Evaluation
    line: CriterionSpec
    typed: str
    stored: str
    version: int
    sentence: str = ""


@dataclass
class GridFile(Problems):
    """The cells of a file that would be written, and those that would not, each with its reason."""

    criteria_set: CriteriaSet | None = None
    taken: list[TypedCell] = field(default_factory=list)
    left: list[TypedCell] = field(default_factory=list)


def read(cycle: Cycle, data: bytes, file: str, user: User) -> GridFile:
    """Which cells of the file would be written with the rights and the answers of now. Writes nothing."""
    found = GridFile(file)
    origin = _origin(found, cycle, data)
    if found.problems or found.criteria_set is None:
        return found
    lines = entry_lines(found.criteria_set)
    columns = {"key": KEY} | {line.code: heading(line) for line in lines}
    rows = lines_of(found, data, columns, needed=("key",), shown_only=(UNIT, VERDICT), fill=False)
    dossiers = _dossiers(found, cycle, rows, user)
    answers = _answers(dossiers.values())
    for number, cells in rows:
        dossier = dossiers.get(number)
        if dossier is None:
            continue
        closed = "" if _is_open(dossier, user) else f"Hồ sơ đang “{dossier.get_state_display()}” nên không ghi được."
        for line in lines:
            told, version = origin.get((dossier.pk, line.code), ("", 0))
            typed = cells.get(line.code, "")
            if typed and typed != told:
                cell = _sorted(number, dossier, line, typed, version, answers.get((dossier.pk, line.code)), closed)
                if cell is not None:
                    (found.left if cell.sentence else found.taken).append(cell)
    return found


def _is_open(dossier: Evaluation, user: User) -> bool:
    return dossier.state in EDITABLE and permissions.may_enter(user, dossier)


def _origin(found: GridFile, cycle: Cycle, data: bytes) -> dict[Place, tuple[str, int]]:
    """What each cell held when the workbook was taken, and its version; the set is told to `found`."""
    try:
        sheet: Sheet | None = next((one for one in sheets_of(data, found.file) if one.title == ORIGIN), None)
    except Unreadable as refusal:
        found.problems += refusal.problems
        return {}
    rows = [cells for _, cells in sheet.rows] if sheet else []
    told = [cell for cell in rows[0] if cell.isdecimal()] if rows else []
    if len(told) != 2:
        found.refuse(None, "Tệp không phải bảng nhập tải từ cổng. Hãy tải bảng nhập về, điền vào rồi gửi lại.")
        return {}
    if told[0] != str(cycle.pk):
        found.refuse(None, f"Tệp là bảng nhập của kỳ khác, không phải {cycle}. Hãy mở đúng kỳ rồi gửi lại.")
        return {}
    used = Evaluation.objects.filter(cycle=cycle).order_by().values("criteria_set")
    found.criteria_set = CriteriaSet.objects.filter(pk__in=used).filter(pk=told[1][:MOST_DIGITS]).first()
    if found.criteria_set is None:
        found.refuse(None, "Tệp là bảng nhập của bộ tiêu chí không dùng trong kỳ này. Hãy tải lại bảng nhập.")
    return {
        (int(key), code): (text, int(version))
        for key, code, version, text in ((*row, "", "", "", "")[:4] for row in rows[1:])
        if key.isdecimal() and version.isdecimal()
    }


def _dossiers(found: GridFile, cycle: Cycle, rows: list, user: User) -> dict[int, Evaluation]:
    """The dossier of each row, of those the reader enters; a row that names none, or one twice, is told."""
    wanted = {cells["key"].removeprefix(DOSSIER_KEY) for _, cells in rows}
    mine = Evaluation.objects.visible_to(user).entered_by(user).filter(cycle=cycle, criteria_set=found.criteria_set)
    known = [key for key in wanted if key.isdecimal() and len(key) < MOST_DIGITS]
    named = mine.filter(pk__in=known).with_namesake().select_related("cycle", "criteria_set")
    here = {str(one.pk): one for one in named}
    tell_apart(here.values())
    dossiers: dict[int, Evaluation] = {}
    seen: dict[str, int] = {}
    for number, cells in rows:
        key = cells["key"].removeprefix(DOSSIER_KEY)
        if key not in here:
            found.refuse(number, f"Không thấy hồ sơ “{cells['key']}” trong bảng nhập này. Hãy giữ nguyên cột “{KEY}”.")
        elif seen.setdefault(key, number) != number:
            found.refuse(number, f"Hồ sơ của {here[key].listed_name} đã có ở dòng {seen[key]}. Hãy bỏ một dòng.")
        else:
            dossiers[number] = here[key]
    return dossiers


def _answers(dossiers: Iterable[Evaluation]) -> dict[Place, Answer]:
    stored = Answer.objects.filter(evaluation__in=list(dossiers)).select_related("criterion", "saved_by")
    return {(one.evaluation_id, one.criterion.code): one for one in stored}


def _sorted(
    row: int, dossier: Evaluation, line: CriterionSpec, typed: str, version: int, answer: Answer | None, closed: str
) -> TypedCell | None:
    """The cell as it would be written or is left with its reason; None where it says what is stored by now."""
    held = answer.own if answer else Value()
    stored = write_cell(line, held)
    try:
        value = read_said(line, typed)
    except BadValue as bad:
        return TypedCell(row, dossier, line, typed, stored, version, bad.sentence)
    if value == held:
        return None
    sentence = closed
    if not sentence and answer is not None and answer.version != version:
        when = moment_text(answer.saved_at)
        sentence = (
            f"{answer.saved_by} đã ghi “{stored or 'để trống'}” lúc {when}, sau khi bảng được tải về; không ghi đè."
        )
    return TypedCell(row, dossier, line, write_cell(line, value), stored, version, sentence)
