"""Templates as their pages give them, filled as a person would."""

import io

from openpyxl import load_workbook

from portal.core.sheets.templates import Template


def headings_of(data: bytes) -> list[str]:
    return [cell.value for cell in load_workbook(io.BytesIO(data))["Nhập liệu"][1]]


def filled(data: bytes, template: Template, **instead) -> bytes:
    """The template with the example of each of its columns, `instead` in the columns of these names."""
    book, out = load_workbook(io.BytesIO(data)), io.BytesIO()
    page = book["Nhập liệu"]
    for place, (name, column) in enumerate(template.columns.items(), 1):
        value = instead.get(name, column.example)
        page.cell(2, place).value = None if value == "" else value
    book.save(out)
    return out.getvalue()
