"""A set, or a province's rules, as a workbook people read and fill in.

Headings are the labels of the editor's forms and choices are shown by their labels; `sheet_source` takes it in again.
"""

import io
from collections.abc import Iterable
from datetime import date

from portal.core.sheets.cells import safe_cell
from portal.core.sheets.writing import save_without_clock

from ..models import AwardBar, CriteriaSet, StreakRule
from .columns import (
    BARS,
    CRITERIA,
    DATES,
    DAYS_OF_YEAR,
    DOCUMENTS,
    DUE,
    PART_SHEETS,
    PROGRAMMES,
    ROUTES,
    SETS,
    SHEETS,
    STREAKS,
    TEXTS,
    TITLES,
    PackColumn,
)
from .writing import as_pack, rules_pack

WIDEST, NARROWEST, HEADING = 60, 10, 22  # characters


def as_xlsx(criteria_set: CriteriaSet) -> bytes:
    """The set as a workbook: a sheet a part, headings and values as the pages call them, ready to be typed over."""
    return _book(as_pack(criteria_set))


def rules_as_xlsx(rules: Iterable[StreakRule], bars: Iterable[AwardBar]) -> bytes:
    """Rules of years running and bars from awards as a workbook of the same sheets, those of a set empty."""
    return _book(rules_pack(rules, bars))


def _book(pack: dict) -> bytes:
    from openpyxl import Workbook  # noqa: PLC0415 -- heavy

    one: dict = next(iter(pack["sets"]), {})
    window = {f"window_{end}": one.get("window", {}).get(end, "") for end in ("from", "to", "article")}
    streaks = pack.get("streaks", [])
    rows: dict[str, list[dict]] = {
        SETS: [{**row, **window} for row in pack["sets"]],
        DOCUMENTS: pack["documents"],
        PROGRAMMES: pack["programmes"],
        CRITERIA: list(_flat(one.get("criteria", []), "")),
        ROUTES: [{**row, **{name: _due(row, step) for name, step in DUE.items()}} for row in one.get("routes", [])],
        **{
            sheet: [{"order": order, **row} for order, row in enumerate(one.get(part, []), 1)]
            for sheet, part in PART_SHEETS.items()
        },
        STREAKS: streaks,
        TITLES: [{"code": rule["code"], **row} for rule in streaks for row in rule["titles"]],
        BARS: pack.get("bars", []),
    }
    book = Workbook()
    book.remove(book.active)
    for name, columns in SHEETS.items():
        _write(book.create_sheet(name), columns.values(), rows[name])
    held = io.BytesIO()
    save_without_clock(book, held)
    return held.getvalue()


def _write(sheet, columns: Iterable[PackColumn], rows: list[dict]) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- heavy

    sheet.append([column.heading for column in columns])
    for row in rows:
        sheet.append([_typed(column, row.get(column.key)) for column in columns])
    sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = "landscape", 9, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for column, cells in zip(columns, sheet.columns, strict=True):
        lines = [line for cell in cells[1:] for line in str(cell.value or "").splitlines()]
        widest = max([min(len(column.heading), HEADING), *map(len, lines)])
        sheet.column_dimensions[cells[0].column_letter].width = min(WIDEST, max(NARROWEST, widest + 2))
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if cell.is_date:
                cell.number_format = "dd/mm/yyyy"
            elif column.key in (*DAYS_OF_YEAR, *TEXTS):
                cell.number_format = "@"  # or a spreadsheet makes a date of 16/11


def _flat(rows: list[dict], parent: str):
    for row in rows:
        yield {**row, "parent": parent}
        yield from _flat(row.get("children", []), row["code"])


def _due(row: dict, step: str) -> str:
    one = row.get("deadlines", {}).get(step)
    if not one:
        return ""
    how = "hết" if one["inclusive"] else "trước"
    return f"{how} {one['day']:02d}/{one['month']:02d}; {one['article']}"


def _typed(column: PackColumn, value):
    """A cell's value, a list one item a line; an apostrophe keeps a spreadsheet from running it as a formula."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "x" if value else None
    if column.key in DATES:
        return date.fromisoformat(value)
    if column.key in DAYS_OF_YEAR:
        return "/".join(reversed(value.split("-")))
    if isinstance(value, list):
        value = "\n".join(
            f"{one['short']}: {one['label']} [{one['code']}]" if isinstance(one, dict) else str(column.shown(one))
            for one in value
        )
    value = column.shown(value)
    return safe_cell(value) if isinstance(value, str) else value
