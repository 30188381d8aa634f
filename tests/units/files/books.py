"""Workbooks as people might make them, drawn by chance, each with what a reader must take from it."""

import io
from dataclasses import dataclass, field
from datetime import datetime

from hypothesis import strategies as st
from openpyxl import Workbook

from units.registers import REGISTERS

COUNTS = {name: REGISTERS["so-ho"].label(name) for name in REGISTERS["so-ho"].sums}
HEADS = {"unit": "Khoá đơn vị", "year": "Năm"} | COUNTS
KEEP, REFUSE = "keep", "refuse"
DECOYS = ("Hướng dẫn", "Trang ẩn", "Ghi chú")


@dataclass
class Line:
    """One row: the unit's place among those offered, the year, what each cell of a count holds, what it must give: a
    number, KEEP or REFUSE."""

    unit: int
    year: int
    cells: dict[str, tuple[object, object]]


@dataclass
class Drawn:
    """The bytes of a workbook, its lines by the row they stand in, and whether something else of it must be refused."""

    data: bytes = field(repr=False)
    lines: dict[int, Line] = field(default_factory=dict)
    is_refused: bool = False


@st.composite
def cells(draw, most: int):
    """(what stands in the cell, what it means)."""
    value = draw(st.integers(0, most))
    grouped = f"{value:,}".replace(",", ".")
    forms = [
        (value, value),
        (float(value), value),
        (str(value), value),
        (grouped, value),
        (grouped.replace(".", "\u00a0"), value),
        (f"  {value} ", value),
        (None, KEEP),
        ("", KEEP),
        (" \u00a0", KEEP),
        ("#N/A", REFUSE),
        ("=1+1", REFUSE),
        (value + 0.5, REFUSE),
        (-value - 1, REFUSE),
        (f"{value} hộ", REFUSE),
        ("12,345", REFUSE),
        ("mười", REFUSE),
        (datetime(2024, 5, 1), REFUSE),
    ]
    likely = [*forms[:8]] * 8 + forms[8:]
    return draw(st.sampled_from(likely))


@st.composite
def books(draw, keys: list[str], years: tuple[int, ...] = (2023, 2024)) -> Drawn:
    """A workbook of counts of households about the units of the keys, no unit and year twice."""
    asked = draw(st.lists(st.sampled_from(list(COUNTS)), min_size=1, unique=True))
    columns = draw(st.permutations(["unit", "year", *asked]))
    book = Workbook()
    page = book.active
    page.title = "Nhập liệu"
    if draw(st.booleans()):
        _decoy(draw, book, columns, keys)
    first, left = _heading(draw, page, columns)
    drawn = Drawn(b"")
    pairs = [(unit, year) for unit in range(len(keys)) for year in years]
    row = first
    for number, (unit, year) in enumerate(draw(st.lists(st.sampled_from(pairs), min_size=1, unique=True)), 1):
        row += 1 + draw(st.sampled_from([0, 0, 0, 1, 40]))
        told = {name: draw(cells(9 if name == "camera_households" else 3000)) for name in asked}
        drawn.lines[row] = Line(unit, year, told)
        if left > 1:
            page.cell(row, 1, number)
        shown = {"unit": keys[unit], "year": draw(st.sampled_from([year, str(year)]))}
        for place, name in enumerate(columns, left):
            page.cell(row, place, shown.get(name, told.get(name, ("",))[0]))
    if len(drawn.lines) > 1 and draw(st.integers(0, 9)) == 0:
        place = left + columns.index(asked[0])
        page.merge_cells(start_row=first + 1, end_row=row, start_column=place, end_column=place)
        drawn.is_refused = True
    _beside(draw, page, row, left + len(columns) - 1)
    stream = io.BytesIO()
    book.save(stream)
    drawn.data = stream.getvalue()
    return drawn


def _decoy(draw, book: Workbook, columns: list[str], keys: list[str]) -> None:
    """A sheet before the rows that is not to be read: a guide, or a hidden one that looks like the rows."""
    decoy = book.create_sheet(draw(st.sampled_from(DECOYS)), 0)
    decoy.append(["Cách ghi", "xem từng cột"])
    if draw(st.booleans()):
        decoy.sheet_state = "hidden"
        decoy.append([HEADS[name] for name in columns])
        decoy.append([keys[0] if name == "unit" else 2024 if name == "year" else 7 for name in columns])


def _heading(draw, page, columns: list[str]) -> tuple[int, int]:
    """Write the heading below a title of some rows; its row, and the column of its first name."""
    first = 1 + draw(st.integers(0, 4))
    if first > 1:
        page.cell(1, 1, "BIỂU SỐ HỘ, NGƯỜI LAO ĐỘNG, NGƯỜI HỌC")
    left = 1
    if draw(st.booleans()):
        page.cell(first, 1, "STT")
        left = 2
    for place, name in enumerate(columns, left):
        head = HEADS[name]
        page.cell(first, place, draw(st.sampled_from([head, head.upper(), f" {head}\u00a0"])))
    return first, left


def _beside(draw, page, row: int, last: int) -> None:
    """What stands in such files beside the rows, of which the last is `row` and `last` their last column."""
    if draw(st.booleans()):
        page.cell(row, last + 2, "hỏi lại")
    if draw(st.booleans()):
        page.cell(row + 1, 1, "Cộng")
        page.cell(row + 1, last, 99_999)
    if draw(st.booleans()):
        page.row_dimensions[row].hidden = True
    if draw(st.booleans()):
        page.cell(30_000, 1).number_format = "0.00"
