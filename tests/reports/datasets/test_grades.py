"""Grades counted by place and year: rows that add up to the recognised, the same on page, PDF and workbook."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from criteria.models import CriteriaSet, Grade, LegalDocument, Programme
from evaluations.enums import State
from evaluations.models import Cycle
from evaluations.services import record_results
from reports.catalogue.entries import build_list, build_yearly, build_years
from reports.datasets import By, grades_of, grades_through, trend, yearly_rollup
from reports.papers import pdf, xlsx
from tests.reports.printed import in_one_line, text_of
from tests.units.factories import make_tree, make_user
from units.enums import JUDGED, Role

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # totals counted in SQL
OLD, NEW = ("Tốt", "Khá", "Trung bình", "Yếu"), ("Xuất sắc", "Khá", "Trung bình", "Yếu")


@pytest.fixture
def tree():
    return make_tree("A")


def set_named(year: int, names: tuple[str, ...], code: str = "PL") -> CriteriaSet:
    """A grading set of the year with its own names, best first."""
    programme, _ = Programme.objects.get_or_create(code="pl", defaults={"name": "Phân loại", "title": "Phân loại"})
    fields = {"number": "1/QĐ", "title": "Phân loại", "issuer": "Tỉnh"}
    document, _ = LegalDocument.objects.get_or_create(code="pl", defaults=fields)
    found = CriteriaSet.objects.create(
        programme=programme,
        document=document,
        code=code,
        version=year - 2000,
        name=f"Bộ {year}",
        unit_kinds=list(JUDGED),
        outcome="grades",
        first_year=year,
    )
    Grade.objects.bulk_create(
        Grade(criteria_set=found, rank=rank, label=label) for rank, label in enumerate(names, start=1)
    )
    return found


def keep(tree, year: int, ranks: dict, sets: dict[str, CriteriaSet] | CriteriaSet) -> Cycle:
    """The year's results as a document gives them: a rank for each unit (0: recognised without, None: not met)."""
    sets = sets if isinstance(sets, dict) else {unit.kind: sets for unit in ranks}
    grades = {(one.criteria_set_id, one.rank): one for one in Grade.objects.all()}
    return record_results(
        Programme.objects.get(code="pl"),
        tree.province,
        year,
        as_of=date(year, 6, 30),
        source="Báo cáo thử",
        states={unit.pk: State.DECLINED if rank is None else State.RECOGNISED for unit, rank in ranks.items()},
        sets=sets,
        grades={unit.pk: grades[sets[unit.kind].pk, rank] for unit, rank in ranks.items() if rank},
    )


def eight(tree, *ranks):
    return dict(zip(tree.areas, ranks, strict=True))


@pytest.fixture
def graded(tree):
    """Eight areas: three of the best rank, two of the second, one of the third, one without a grade, one not met."""
    return keep(tree, 2021, eight(tree, 1, 1, 2, None, 1, 2, 3, 0), set_named(2021, NEW))


@pytest.mark.parametrize("by", By)
def test_rows_add_up_to_the_recognised(tree, graded, by):
    rollup = yearly_rollup(graded, place=tree.province, by=by)
    found = grades_of(rollup)
    assert [(column.rank, column.label) for column in found.columns] == [
        (1, "Xuất sắc"),
        (2, "Khá"),
        (3, "Trung bình"),
        (None, "Không xếp loại"),
    ]
    assert (found.total.numbers, found.total.graded, found.total.recognised) == ((3, 2, 1, 1), 6, 7)
    assert found.total.recognised == rollup.total.recognised
    by_label = {(row.group, row.label): row.recognised for row in found.rows}
    counted = {
        (group.label if by == By.COMMUNE else "", row.label): row.counts.recognised
        for group in rollup.groups
        for row in group.rows
        if row.counts.recognised
    }
    assert by_label == counted and sum(counted.values()) == 7
    assert [share and share.text for _, _, share in found.grades] == ["50,00", "33,33", "16,67", None]


def test_a_district_counts_its_own(tree, graded):
    found = grades_of(yearly_rollup(graded, place=tree.districts[0], by=By.COMMUNE))
    assert [(row.label, row.numbers) for row in found.rows] == [("Xã A1.1", (2, 0)), ("Xã A1.2", (0, 1))]
    assert grades_of(yearly_rollup(graded, place=tree.province, by=By.KIND, kind="school")) is None


def test_a_programme_without_grades_has_no_table(tree):
    cycle = keep(tree, 2021, eight(tree, *[0] * 8), set_named(2021, ()))
    assert grades_of(yearly_rollup(cycle, place=tree.province, by=By.KIND)) is None
    with CaptureQueriesContext(connection) as asked:
        grades_of(yearly_rollup(cycle, place=tree.province, by=By.KIND))
    assert len(asked) == 2  # the roll-up, and one look at the sets for grades


def test_two_sets_of_a_year_share_a_rank_under_both_names(tree):
    areas, bodies = set_named(2021, NEW), set_named(2021, OLD, "PL-CQ")
    ranks = eight(tree, *[1] * 8) | {tree.agency: 1, tree.school: 2}
    sets = {"residential_area": areas, "agency": bodies, "school": bodies}
    found = grades_of(yearly_rollup(keep(tree, 2021, ranks, sets), place=tree.province, by=By.KIND))
    assert [(column.label, number) for column, number, _ in found.grades] == [("Tốt / Xuất sắc", 9), ("Khá", 1)]


def test_each_year_keeps_the_names_it_had(tree, graded):
    keep(tree, 2020, eight(tree, 1, 2, 2, None, None, None, None, None), set_named(2020, OLD))
    found = grades_through(trend("pl", tree.province, 2021))
    assert [(row.year, row.column.rank, row.column.label, row.number, row.share.text) for row in found] == [
        (2020, 1, "Tốt", 1, "33,33"),
        (2020, 2, "Khá", 2, "66,67"),
        (2021, 1, "Xuất sắc", 3, "50,00"),
        (2021, 2, "Khá", 2, "33,33"),
        (2021, 3, "Trung bình", 1, "16,67"),
    ]


# --- the faces -------------------------------------------------------------------------------------------------


def words(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def test_the_pages_show_the_table(client, tree, graded):
    client.force_login(make_user(Role.STAFF, tree.province))
    for by in By:
        page = words(client.get(reverse("reports:rollup", args=[graded.pk]), {"theo": by}).content.decode())
        assert "1 Xuất sắc 3 50,00 2 Khá 2 33,33 3 Trung bình 1 16,67 – Không xếp loại 1 –" in page
        assert "Tổng cộng 7 3 (50,00%) 2 (33,33%) 1 (16,67%) 1" in page
    overview = words(client.get(reverse("reports:overview"), {"ky": graded.pk}).content.decode())
    assert "1 Xuất sắc 3 50,00 2 Khá 2 33,33" in overview


def test_pages_ask_the_same_for_few_and_many(client, tree, graded):
    client.force_login(make_user(Role.STAFF, tree.province))
    address = reverse("reports:rollup", args=[graded.pk])
    client.get(address)
    with CaptureQueriesContext(connection) as all_graded:
        client.get(address)
    graded.evaluations.exclude(unit=tree.areas[0]).update(grade=None)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    assert len(one) == len(all_graded)


@pytest.fixture
def paper(tree, graded):
    return build_yearly({"programme": "pl", "year": 2021, "kind": ""}, tree.province)


def test_pdf_and_workbook_print_the_same_rows(tree, graded, paper, tmp_path):
    text = in_one_line(text_of(pdf.render(paper).rename(tmp_path / "a.pdf"), "-layout"))
    assert (
        "1 Xuất sắc 3 50,00 2 Khá 2 33,33 3 Trung bình 1 16,67 Không xếp loại 1 – Tổng số có kết quả được công nhận 7"
        in text
    )
    book = load_workbook(xlsx.render(paper).rename(tmp_path / "a.xlsx"))
    sheet = [tuple(row) for row in book["Xếp loại"].iter_rows(min_row=6, values_only=True)]
    assert [(row[1], row[2]) for row in sheet] == [
        ("Xuất sắc", 3),
        ("Khá", 2),
        ("Trung bình", 1),
        ("Không xếp loại", 1),
        ("Tổng số có kết quả được công nhận", 7),
    ]
    last = list(book["Xếp loại theo xã"].iter_rows(values_only=True))[-1]
    assert [last[place] for place in (1, 2, 3, 5, 7, 9)] == ["Tổng cộng", 7, 3, 2, 1, 1]
    years = [row[:4] for row in book["Xếp loại qua các năm"].iter_rows(min_row=6, values_only=True)]
    assert years == [(2021, 1, "Xuất sắc", 3), (2021, 2, "Khá", 2), (2021, 3, "Trung bình", 1)]


def test_the_list_and_the_many_years_name_the_grades(tree, graded):
    (annex,) = build_list({"programme": "pl", "year": 2021, "kind": "", "state": ""}, tree.province).annexes
    assert annex.columns[-1].title == "Kết quả"
    cells = [line.cells[-2:] for line in annex.lines if not line.mark]
    assert cells.count(("Đã công nhận kết quả phân loại", "Loại Xuất sắc")) == 3
    assert cells.count(("Đã công nhận", "")) == 1 and cells.count(("Chưa đạt", "")) == 1
    paper = build_years({"programmes": ["pl"], "kind": "", "last_year": None, "years": 10}, tree.province)
    assert [table.sheet_name for table in paper.tables] == ["Nhiều năm", "Xếp loại qua các năm"]
