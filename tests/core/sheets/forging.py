"""Workbooks made by hand, and parts of them that no spreadsheet would write."""

import io
import zipfile

from openpyxl import Workbook

HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'

STRINGS_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def book(*rows, title: str = "Trang") -> bytes:
    made, held = Workbook(), io.BytesIO()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    made.save(held)
    return held.getvalue()


def forged(**texts: str) -> bytes:
    """A workbook whose sheet, or table of strings, is the given text."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml"}
    replaced = {names[part]: text for part, text in texts.items()}
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book(["a"]))) as real, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        parts = {name: real.read(name) for name in real.namelist()} | replaced
        types = parts["[Content_Types].xml"].decode()
        parts["[Content_Types].xml"] = types.replace("</Types>", STRINGS_TYPE + "</Types>")
        for name, text in parts.items():
            made.writestr(name, text)
    return held.getvalue()


def many_cells(rows: int, columns: int = 10) -> str:
    row = '<row r="{0}">' + '<c t="s"><v>0</v></c>' * columns + "</row>"
    return HEAD + "".join(row.format(number) for number in range(1, rows + 1)) + "</sheetData></worksheet>"


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="Biểu">{}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def ods_book(rows: str) -> bytes:
    """A workbook of ODS with these rows, written as LibreOffice does."""
    held, kind = io.BytesIO(), "application/vnd.oasis.opendocument.spreadsheet"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("mimetype", kind)
        made.writestr("META-INF/manifest.xml", manifest)
        made.writestr("content.xml", ODS.format(rows))
    return held.getvalue()
