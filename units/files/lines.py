"""The rows of a file under known headings, and what is wrong or was left aside in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.core.rows.seen import print_of
from portal.core.sheets.reading import Problem, Unreadable
from portal.core.sheets.tables import table_of
from portal.core.sheets.templates import Template
from portal.core.vietnamese import text

DASHES = {"-", "–", "—"}
CLEARING = {"xoa", "xoa bo"}


def clears(cell: str) -> bool:
    """Whether the cell takes away what is stored, on purpose; an empty one keeps it."""
    return cell in DASHES or text.plain_key(cell) in CLEARING


def said(cells: Mapping[str, str], needed: Iterable[str]) -> dict[str, str]:
    """The cells that say something, and those that must: an empty one is left out, one that clears is empty."""
    always = set(needed)
    return {
        name: "" if name not in always and clears(cell) else cell
        for name, cell in cells.items()
        if cell or name in always
    }


@dataclass
class Problems:
    """What is wrong in one file, by row; what of it was left aside."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)  # a print of what is stored of a row, by its number
    writes: set[int] = field(default_factory=set)  # rows that would add or change something
    notes: list[str] = field(default_factory=list)

    def refuse(self, number: int | None, sentence: str) -> None:
        self.problems.append(Problem(self.file, number, sentence))

    def stands(self, number: int, stored: Iterable[object] | None, *, writes: bool) -> None:
        """Keep what is stored of the row, None for nothing, so that a preview can be told from what came after it."""
        if stored is not None:
            self.held[number] = print_of(stored)
        if writes:
            self.writes.add(number)

    def changed_since(self, seen: Mapping[int, str]) -> list[int]:
        """The rows that would write over something else than was there when `seen` was kept; a row that says what is
        stored by now writes over nothing."""
        return sorted(number for number in self.writes if self.held.get(number, "") != seen.get(number, ""))


def lines_of(
    found: Problems,
    data: bytes,
    columns: Mapping[str, str],
    *,
    needed: Iterable[str],
    shown_only: Iterable[str] = (),
    template: Template | None = None,
    fill: bool = True,
) -> list[tuple[int, dict[str, str]]]:
    """(row number, cell by column name) of each row with anything in it; a column that is absent reads as empty, or
    with `fill` off is left out, for a reader who keeps what is stored where a file says nothing.

    Columns as `table_of` takes them. Nothing where the file cannot be read: `found` then holds why.
    """
    try:
        table = table_of(data, found.file, columns, needed=needed, shown_only=shown_only, template=template)
    except Unreadable as refusal:
        found.problems += refusal.problems
        return []
    found.notes += table.notes
    empty = dict.fromkeys(columns, "") if fill else {}
    return [(number, empty | cells) for number, cells in table.rows]
