"""What the grid's workbook holds: a row a dossier, a column a criterion an officer answers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from criteria.judging.cells import write_cell
from criteria.judging.values import HOW_TO_WRITE, CriterionSpec
from criteria.models import CriteriaSet
from criteria.queries import specs_of
from units.queries import tell_apart

from ...enums import Side
from ...judging.dossiers import JudgedDossier, judged_dossiers
from ...models import Evaluation

ENTRY, ORIGIN = "Nhập liệu", "_goc"  # the sheet that is filled, the hidden one that tells what it held
DOSSIER_KEY = "HS"
KEY, UNIT, VERDICT = "Khoá hồ sơ", "Đơn vị", "Kết luận"
LONGEST = 100  # letters of a heading

Place = tuple[int, str]  # a dossier's id and a criterion's code


@dataclass(frozen=True)
class GridLine:
    """A dossier as a row of the workbook: what each of its cells holds, and in which version; of the values nobody has
    confirmed, how they came."""

    dossier: Evaluation
    verdict: str
    cells: Mapping[str, tuple[str, int]]
    unconfirmed: Mapping[str, str]


def entry_lines(criteria_set: CriteriaSet) -> list[CriterionSpec]:
    """The criteria an officer answers, in their order."""
    return [line for line in specs_of(criteria_set) if not line.is_group and not line.is_derived]


def heading(line: CriterionSpec) -> str:
    return f"{line.number} {line.label}"[:LONGEST].strip()


def grid_lines(dossiers: Iterable[Evaluation], lines: list[CriterionSpec]) -> list[GridLine]:
    """What the workbook holds of the dossiers, which come `with_namesake`; the number of queries does not depend on how
    many they are."""
    dossiers = list(dossiers)
    tell_apart(dossiers)
    judged = judged_dossiers(dossiers)
    return [_line(judged[one.pk], lines) for one in dossiers]


def _line(judged: JudgedDossier, lines: list[CriterionSpec]) -> GridLine:
    cells, unconfirmed = {}, {}
    for line in lines:
        answer = judged.answers.get(line.code)
        cells[line.code] = write_cell(line, judged.value(line.code, Side.OWN)), answer.version if answer else 0
        if answer and answer.unconfirmed:
            unconfirmed[line.code] = answer.unconfirmed
    return GridLine(judged.dossier, judged.verdict(Side.OWN).label, cells, unconfirmed)


def how_to_write(line: CriterionSpec) -> str:
    """The words beside a column: its clause, guidance, and how its cells are written."""
    how = HOW_TO_WRITE.get(line.measure, "")
    told = (line.label, line.article, line.guidance, f"{how[:1].upper()}{how[1:]}." if how else "")
    return "\n".join(part for part in told if part)
