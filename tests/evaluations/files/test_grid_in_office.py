"""The grid's workbook opened and saved by a real spreadsheet program: it says what it said."""

from datetime import date

import pytest
from openpyxl import Workbook

from evaluations.files.grid.book import grid_book
from evaluations.files.grid.lines import entry_lines
from evaluations.files.grid.reading import read
from evaluations.models import Evaluation
from portal.core.sheets.reading import sheets_of
from portal.core.sheets.writing import as_xlsx
from tests.evaluations.factories import register
from tests.evaluations.world import fill
from tests.office import filled, needs_office, saved_again

pytestmark = [pytest.mark.django_db, needs_office]


def told(data: bytes) -> dict[str, list]:
    """The filled cells by sheet and row, without empty cells at the end of a row."""
    return {
        sheet.title: [(number, "\t".join(cells).rstrip("\t")) for number, cells in sheet.rows]
        for sheet in sheets_of(data, "x.xlsx")
    }


@pytest.fixture
def book(world, tmp_path):
    for one in world.areas:
        register(one, by=world.officer)
    fill(world.areas[:1], world.officer, appraised=False)
    rows = Evaluation.objects.filter(pk__in=[one.pk for one in world.areas])
    data = grid_book(world.cycle, world.area.criteria_set, rows.select_related("cycle", "criteria_set__document"))
    path = tmp_path / "bang.xlsx"
    path.write_bytes(data)
    return path


def test_a_saved_grid_says_what_it_said(world, book, tmp_path):
    again = saved_again(book, tmp_path).read_bytes()
    assert again != book.read_bytes()
    assert told(again) == told(book.read_bytes())
    found = read(world.cycle, again, "bang.xlsx", world.officer)
    assert (found.problems, found.taken, found.left) == ([], [], [])


def test_what_is_typed_there_is_read_as_typed(world, book, tmp_path):
    lines = entry_lines(world.area.criteria_set)
    at = {measure: next(n for n, line in enumerate(lines) if line.measure == measure) for measure in ("must", "trend")}
    row = next(number for number, text in told(book.read_bytes())["Nhập liệu"] if f"HS{world.areas[1].pk}\t" in text)
    typed = {"must": "K", "trend": "3/5"}  # 3/5 becomes no day: the cells are of text
    cells = {f"{chr(ord('D') + place)}{row}": typed[measure] for measure, place in at.items()}
    done = filled(book, tmp_path, cells)
    found = read(world.cycle, done.read_bytes(), "bang.xlsx", world.officer)
    assert (found.problems, found.left) == ([], [])
    assert {(one.dossier.pk, one.line.measure, one.typed) for one in found.taken} == {
        (world.areas[1].pk, measure, words) for measure, words in typed.items()
    }


def test_a_cell_that_is_no_text_makes_a_day_of_3_5(tmp_path):
    """What the format of the grid's cells is for."""
    path = tmp_path / "tron.xlsx"
    Workbook().save(path)
    day = told(filled(path, tmp_path, {"A1": "3/5"}).read_bytes())["Sheet"]
    assert len(day) == 1 and day[0][1] != "3/5"


def test_what_an_export_holds_is_read_again(tmp_path):
    rows = [["DV1", "07201", date(2024, 7, 1), 1200, "=1+1"], ["DV2", "1.10", None, 0, "Dòng họ “Nguyễn”"]]
    path = tmp_path / "so.xlsx"
    path.write_bytes(as_xlsx("Sổ", ["Khoá", "Mã", "Ngày", "Số", "Tên"], rows))
    assert told(saved_again(path, tmp_path).read_bytes()) == told(path.read_bytes())
