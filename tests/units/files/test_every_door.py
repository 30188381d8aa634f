"""Sheets as officials make them, through every page that takes a file: each is read as the plain one, or refused by a
sentence that says what to do."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from tests.evaluations.factories import published_sets
from tests.units.factories import make_committee, make_tree, make_user
from tests.units.files.filling import filled
from tests.units.reforming import draft, line
from units.enums import Role
from units.files import change_rows, committee_rows, people_rows, register_rows, seat_rows, units
from units.models import Unit
from units.registers import REGISTERS

pytestmark = pytest.mark.django_db
Rows = list[list]


@pytest.fixture
def tree():
    made = make_tree()
    Unit.objects.filter(pk=made.communes[0].pk).update(code="07201")  # the one that examples name
    make_committee(made.communes[0])
    published_sets()
    return made


def door(client, tree, name: str) -> tuple[str, Rows]:
    """The address of the page, and the headings with the example below."""
    kind, _, slug = name.partition(" ")
    client.force_login(make_user(Role.STAFF if kind.startswith("past") else Role.ADMIN, tree.province))
    if slug:
        client.force_login(make_user(Role.OFFICER, tree.communes[0]))
        address, template = reverse("units:register_import", args=[slug]), register_rows.template_of(REGISTERS[slug])
        data = client.get(reverse("units:register_template", args=[slug]), {"dang": "xlsx"}).content
    elif kind.startswith("past"):
        address = reverse(f"evaluations:{kind}")
        answer = client.get(address)
        data, template = client.get(address, {"dang": "xlsx"}).content, answer.context["template"]
    else:
        readers = {"import": units, "people_import": people_rows, "committee_import": committee_rows}
        address, template = reverse(f"units:{kind}"), (readers | {"seat_import": seat_rows})[kind].TEMPLATE
        data = client.get(address, {"dang": "xlsx"}).content
    place = {"Khoá đơn vị": f"DV{tree.areas[0].pk}"} if slug == "so-ho" else {}
    page = load_workbook(io.BytesIO(filled(data, template, **place)))["Nhập liệu"]
    heads, row = [list(cells) for cells in page.iter_rows(values_only=True) if any(cells)][:2]
    return address, [heads, row + [None] * (len(heads) - len(row))]


DOORS = ["import", "people_import", "committee_import", "seat_import", "register_import so-ho"]
DOORS += ["register_import mo-hinh", "past_import", "past_totals_import"]


# --- sheets ----------------------------------------------------------------------------------------------------------
def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(rows: Rows, *, merged: tuple[str, ...] = (), before: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    page = book.active
    page.title = "Biểu"
    for row in rows:
        page.append([f"'{cell}" if isinstance(cell, str) and cell.startswith("=") else cell for cell in row])
    for cells in merged:
        page.merge_cells(cells)
    for place, title in enumerate(before):
        book.create_sheet(title, place).append(["Cách ghi biểu này"])
    return saved(book)


def two_rows(rows: Rows) -> bytes:
    heads = rows[0]
    last = len(heads)
    letter = chr(64 + last)
    above = [*heads[: last - 2], "Nhóm cột", None]
    merged = [f"{chr(65 + place)}1:{chr(65 + place)}2" for place in range(last - 2)] + [f"{chr(63 + last)}1:{letter}1"]
    return sheet([above, [None] * (last - 2) + heads[-2:], *rows[1:]], merged=tuple(merged))


def hidden_first(rows: Rows) -> bytes:
    book = load_workbook(io.BytesIO(sheet(rows)))
    hidden = book.create_sheet("Cũ", 0)
    for row in [rows[0], ["x"] * len(rows[0])]:
        hidden.append(row)
    hidden.sheet_state = "hidden"
    book.active = 1
    return saved(book)


def far_below(rows: Rows) -> bytes:
    book = load_workbook(io.BytesIO(sheet(rows)))
    for row in range(4, 3000, 7):
        book.active.cell(row, 2).number_format = "0.00"
    book.active.cell(3001, 1).value = " "
    return saved(book)


def written(cell) -> str:
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else "" if cell is None else str(cell)


def as_text(change: Callable[[str], str] = str) -> Callable[[Rows], bytes]:
    return lambda rows: sheet([[change(written(cell)) or None for cell in row] for row in rows])


def headings(change: Callable[[str], str]) -> Callable[[Rows], bytes]:
    return lambda rows: sheet([[change(head) for head in rows[0]], *rows[1:]])


def with_times(rows: Rows) -> bytes:
    return sheet([[datetime.combine(c, time(7, 30)) if type(c) is date else c for c in row] for row in rows])


def csv(delimiter: str = ",", *, encoding: str = "utf-8-sig", first: str = "", behind: str = "", end: str = "\r\n"):
    def made(rows: Rows) -> bytes:
        lines = [delimiter.join(quoted(written(cell), delimiter) for cell in row) + behind for row in rows]
        text = first + end.join(lines) + end
        if encoding == "cp1258":
            text = in_two_pieces(text)
        return text.encode(encoding)

    return made


def quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in (delimiter, '"', "\n")) else cell


def in_two_pieces(text: str) -> str:
    """As a Vietnamese Windows writes it: a letter, then its tone."""
    tones, letters = "\u0300\u0301\u0303\u0309\u0323", []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        letters.append(unicodedata.normalize("NFC", "".join(part for part in parts if part not in tones)))
        letters += [part for part in parts if part in tones]
    return "".join(letters)


def behind(*rows: list) -> Callable[[Rows], bytes]:
    return lambda given: sheet([*given, *rows])


def numbered(rows: Rows) -> bytes:
    return sheet([["STT", *rows[0]], *([number, *row] for number, row in enumerate(rows[1:], 1))])


def columns_told(mark: Callable[[int], object]) -> Callable[[Rows], bytes]:
    """A row of the columns' numbers right below the headings, as forms of the State have it."""
    return lambda rows: sheet([rows[0], [mark(place) for place in range(1, len(rows[0]) + 1)], *rows[1:]])


TAKEN: dict[str, Callable[[Rows], bytes]] = {
    "two rows of headings": two_rows,
    "rows left empty above": lambda rows: sheet([[], [], [], *rows]),
    "a column left empty before": lambda rows: sheet([[], *([None, *row] for row in rows)]),
    "a title above": lambda rows: sheet([["BIỂU SỐ 1"], ["Tỉnh A"], [], *rows], merged=("A1:C1",)),
    "STT first": numbered,
    "sums and signatures last": behind(["Tổng cộng", None, None], [], [None, "Người lập biểu", "TM. Uỷ ban"]),
    "sums last, spaced letters": behind([None, "CỘNG:"]),
    "a note beside": lambda rows: sheet([[*row, None, "hỏi lại" if at else None] for at, row in enumerate(rows)]),
    "a guide first": lambda rows: sheet(rows, before=("Hướng dẫn", "Bìa")),
    "a hidden sheet first": hidden_first,
    "formatted cells far below": far_below,
    "all of it text": as_text(),
    "in pieces (NFD)": as_text(lambda text: unicodedata.normalize("NFD", text)),
    "spaces that do not break": as_text(lambda text: f"\u00a0{text}\u00a0" if text else ""),
    "nothing to see inside": as_text(lambda text: f"\ufeff{text}\u200b" if text else ""),
    "days with hours": with_times,
    "headings in capitals": headings(str.upper),
    "headings in two lines": headings(lambda head: head.replace(" ", "\n", 1)),
    "headings with a star": headings(lambda head: f"{head} (*)"),
    "headings with a colon": headings(lambda head: f"{head}:"),
    "other order": lambda rows: sheet([row[::-1] for row in rows]),
    "columns numbered": columns_told(lambda place: place),
    "columns numbered in brackets": columns_told(lambda place: f"({place})"),
    "columns lettered": columns_told(lambda place: chr(64 + place)),
    "CSV": csv(),
    "CSV of Excel": csv(";"),
    "CSV, sep= told": csv(";", first="sep=;\r\n"),
    "CSV in sixteen bits": csv("\t", encoding="utf-16"),
    "CSV of Windows": csv(";", encoding="cp1258"),
    "CSV, delimiters behind": csv(";", behind=";;"),
    "CSV of an old Mac": csv(",", end="\r"),
    "CSV, every cell told as text": lambda rows: "\r\n".join(
        ";".join(f'="{cell}"' if at else cell for cell in map(written, row)) for at, row in enumerate(rows)
    ).encode("utf-8-sig"),
    "CSV with empty lines": csv(",", end="\r\n\r\n"),
}


def shown(client, answer) -> list[str]:
    """The words of the preview's tables."""
    assert answer.status_code == 302, [str(problem) for problem in answer.context["problems"]]
    page = client.get(answer.url).content.decode()
    cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page, re.DOTALL)
    words = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]
    return [word for word in words if not word.isdecimal()]  # a row's number is that of its file


def send(client, address: str, data: bytes, name: str = ""):
    name = name or ("tep.xlsx" if data.startswith(b"PK") else "tep.csv")
    return client.post(address, {"file": SimpleUploadedFile(name, data)})


@pytest.mark.parametrize("name", DOORS)
def test_sheets_as_officials_make_them_are_read_as_the_plain_one(client, tree, settings, tmp_path, name):
    settings.FILES_DIR = tmp_path
    address, rows = door(client, tree, name)
    plain = shown(client, send(client, address, sheet(rows)))
    assert any(plain)
    wrong = {}
    for kind, made in TAKEN.items():
        try:
            if (found := shown(client, send(client, address, made(rows)))) != plain:
                wrong[kind] = found
        except AssertionError as told:
            wrong[kind] = str(told)[:300]
    assert wrong == {}, "\n".join(f"{kind}: {told}" for kind, told in wrong.items())


# --- what is refused, and how -----------------------------------------------------------------------------------------
HTML = b"<html><head><meta charset=utf-8></head><body><table><tr><td>Kho\xc3\xa1</td></tr></table></body></html>"
XML = b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:x"></Workbook>'
NO_BOOK = "Không mở được bảng tính. Hãy lưu lại dạng XLSX hoặc CSV UTF-8."
NO_ROWS = "Tệp không có dòng nào dưới dòng tiêu đề. Hãy kiểm tra lại tệp đã chọn."
SAVE_AGAIN = "Tệp là {}, không đọc được thành dòng. Hãy mở bằng bảng tính rồi lưu lại dạng XLSX."
SEND_ANOTHER = "Tệp là {}, không đọc được thành dòng. Hãy gửi bảng tính XLSX hoặc tệp CSV."
REFUSED: dict[str, tuple[Callable[[Rows], bytes], str]] = {
    "sums above the rows": (
        lambda rows: sheet([rows[0], ["Tổng số", *[7] * (len(rows[0]) - 1)], *rows[1:]]),
        "Dưới dòng cộng (“Tổng số”) còn dòng số liệu. Hãy xoá dòng cộng, hoặc chuyển xuống cuối bảng.",
    ),
    "a page of the web called XLS": (lambda rows: HTML, SAVE_AGAIN.format("trang web (HTML)")),
    "an XML table of 2003": (lambda rows: XML, SAVE_AGAIN.format("bảng tính XML 2003")),
    "a PDF": (lambda rows: b"%PDF-1.4\n1 0 obj", SEND_ANOTHER.format("PDF")),
    "a picture": (lambda rows: b"\x89PNG\r\n\x1a\n" + bytes(99), SEND_ANOTHER.format("ảnh")),
    "a text of Word": (lambda rows: word(), SEND_ANOTHER.format("văn bản Word")),
    "a workbook cut short": (lambda rows: sheet(rows)[:3000], NO_BOOK),
    "headings alone": (lambda rows: sheet(rows[:1]), NO_ROWS),
    "a column of their own": (
        lambda rows: sheet([[*row, "" if at else "Ghi chú của xã"] for at, row in enumerate(rows)]),
        "“Ghi chú của xã” không có trong mẫu. ",
    ),
}


def word() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


@pytest.mark.parametrize("name", DOORS)
def test_what_is_no_sheet_of_rows_is_refused_by_what_it_is(client, tree, settings, tmp_path, name):
    settings.FILES_DIR = tmp_path
    address, rows = door(client, tree, name)
    for kind, (made, sentence) in REFUSED.items():
        answer = send(client, address, made(rows), "tep.xls")
        assert answer.status_code == 422, kind
        told = [str(problem) for problem in answer.context["problems"]]
        assert any(sentence in one for one in told), f"{kind}: {told}"


def test_lines_of_a_reorganisation_are_read_as_the_plain_ones(client, tree):
    """Their page takes a file at once, without a preview: what its reader makes of each sheet is compared."""
    client.force_login(make_user(Role.ADMIN, tree.province))
    reform = draft(tree, line("rename", tree.communes[1], name="Xã Mới"))
    data = client.get(reverse("units:changes_export", args=[reform.pk]), {"dang": "xlsx"}).content
    page = load_workbook(io.BytesIO(data))["Nhập liệu"]
    rows = [list(cells) for cells in page.iter_rows(values_only=True) if any(cells)][:2]
    rows[1] += [None] * (len(rows[0]) - len(rows[1]))

    def read(sheet: bytes) -> tuple[list, list[str]]:
        found = change_rows.read(sheet, "tep", reform)
        said = [(change.action, change.unit_id, change.name) for change in found.changes]
        return said, [problem.sentence for problem in found.problems]

    plain = [("rename", tree.communes[1].pk, "Xã Mới")]
    assert {kind: read(made(rows)) for kind, made in TAKEN.items()} == dict.fromkeys(TAKEN, (plain, []))
    for made, sentence in REFUSED.values():
        said, problems = read(made(rows))
        assert said == [] and any(sentence in one for one in problems)
