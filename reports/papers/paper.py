"""An official paper before it is printed: header, text, tables, annexes; PDF and XLSX are made of the same one."""

from dataclasses import dataclass, field
from enum import Enum

from django.utils import timezone

from portal.core.vietnamese.figures import DASH, Share, grouped
from units.models import Unit
from units.names import in_sentence
from units.queries.history import names_on


class Kind(Enum):
    TEXT = "text"
    NUMBER = "number"
    YEAR = "year"  # a number that is not grouped
    PERCENT = "percent"


@dataclass(frozen=True)
class Column:
    title: str
    width: int  # parts of the table's width
    kind: Kind = Kind.TEXT

    @property
    def is_figure(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.PERCENT)

    def shown(self, cell: "Cell") -> str:
        """The cell as a reader sees it."""
        if isinstance(cell, Share):
            return cell.text
        if cell is None:
            return DASH if self.is_figure else ""
        return grouped(cell) if self.kind is Kind.NUMBER and isinstance(cell, int) else str(cell)


Cell = str | int | Share | None


@dataclass(frozen=True)
class Line:
    """A table row; a "group" line holds one cell that spans the table."""

    cells: tuple[Cell, ...]
    mark: str = ""  # "", "group", "subtotal", "total"

    @property
    def is_group(self) -> bool:
        return self.mark == "group"


@dataclass(frozen=True)
class Table:
    title: str
    sheet_name: str  # the short name of its sheet in the workbook
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    landscape: bool = False
    note: str = ""

    @property
    def widths(self) -> list[str]:
        """Column widths in percent of the table, as CSS."""
        whole = sum(column.width for column in self.columns)
        return [f"{100 * column.width / whole:.3f}%" for column in self.columns]


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None
    chart: str = ""  # SVG made by reports.charts


@dataclass(frozen=True)
class Paper:
    """A draft by NĐ 30/2020: number, day, name and seal are left for the people who sign."""

    organ: tuple[str, ...]  # the issuing organ, in the lines it is printed in
    organ_in_text: str  # the issuing organ inside a sentence
    place_name: str
    year: int  # of the date line
    subject: str
    file_stem: str
    symbol: str = "BC-UBND"
    heading: str = "BÁO CÁO"  # the kind of paper, as its title has it
    closing: str | None = None  # the last sentence; None: as a report ends
    watermark: str = ""  # printed across every page
    addressee: str = ""
    opening: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    annexes: tuple[Table, ...] = ()
    recipients: tuple[str, ...] = ()
    capacity: tuple[str, ...] = ("TM. UỶ BAN NHÂN DÂN", "CHỦ TỊCH")
    authority: str = ""  # who decides, above the grounds of a decision
    ordered: str = ""  # the word that leads from the grounds to the articles
    mark: str = ""  # what every page must say of the whole, e.g. that it follows no law
    notes: tuple[str, ...] = field(default=())  # printed small under the signature: what a reader must know

    @property
    def heading_in_text(self) -> str:
        return self.heading.capitalize()

    @property
    def last_words(self) -> str:
        return f"Trên đây là báo cáo của {self.organ_in_text}./." if self.closing is None else self.closing

    @property
    def tables(self) -> list[Table]:
        return [section.table for section in self.sections if section.table] + list(self.annexes)


def organ_of(place: Unit, name: str) -> tuple[str, ...]:
    """The issuing organ as the header names it; a People's Committee names no organ above itself."""
    return ("UỶ BAN NHÂN DÂN", name.upper()) if place.is_level else (name.upper(),)


def organ_in_text(place: Unit, name: str) -> str:
    return f"Uỷ ban nhân dân {in_sentence(name)}" if place.is_level else name


def manager_of(place: Unit) -> str:
    """What the unit above the place is called on the paper's day: today, or the last day of one that ended, whose own
    column names its heir. Empty for a province."""
    day = place.closed_on if place.closed_on and place.is_over else timezone.localdate()
    version = place.versions.in_force(day).select_related("parent").first()
    above = version.parent if version else place.parent
    return names_on(day, [above.pk]).get(above.pk, above.name) if above else ""


def addressee_of(manager: str) -> str:
    """The committee a place reports to; nobody for the province, whose report goes where its letter says."""
    return f"Uỷ ban nhân dân {in_sentence(manager)}" if manager else ""
