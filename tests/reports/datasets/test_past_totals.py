"""Years of which papers give totals alone: Nga Sơn 2009–2017 from file to printed report, and what beats them."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from criteria.models import Programme
from evaluations import services
from evaluations.enums import CycleStatus, State
from evaluations.files import past_totals
from evaluations.models import Cycle, PastTotal
from evaluations.services import Figures, PastResult, Total
from portal.core import jobs
from portal.core.errors import Refused
from portal.core.sheets import writing
from reports.catalogue.entries import build_yearly, build_years, find_years
from reports.datasets import Boundaries, ten_year_table, trend
from reports.datasets.years import spans_of
from reports.models import ReportRun
from reports.papers import pdf, xlsx
from tests.evaluations.factories import published_sets
from tests.reports.factories import YEARLY, once
from tests.reports.printed import in_one_line, text_of
from tests.units.factories import make_province, make_tree, make_units, make_user
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # dossiers beside totals, counted in SQL
AREAS = UnitKind.RESIDENTIAL_AREA
BOTH = ["da375", "safety"]
# As the report has them: 234 areas, of which 234 registered in 2013; other years name no number registered.
SOURCE = "Báo cáo số 55/BC-BCĐ ngày 12/6/2018 của Ban Chỉ đạo 138 huyện Nga Sơn"
MET = {2009: 145, 2010: 159, 2011: 166, 2012: 177, 2013: 178, 2014: 182, 2015: 182, 2016: 189, 2017: 192}
SHARES = ["61,97", "67,95", "70,94", "75,64", "76,07", "77,78", "77,78", "80,77", "82,05"]


@pytest.fixture
def nga_son():
    """The district with the nine years of its report, entered by file."""
    published_sets()
    day = date(2004, 1, 1)
    province = make_province("Tỉnh Thanh Hoá", "38", on=day)
    (district,) = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Nga Sơn"], on=day)
    heads = [past_totals.COLUMNS[name] for name in (*past_totals.NEEDED, "registered")]
    rows = [
        [f"DV{district.pk}", year, BOTH[year >= 2013], "Khu dân cư", 234, met, SOURCE, "234" if year == 2013 else ""]
        for year, met in MET.items()
    ]
    staff = make_user(Role.STAFF, province, valid_from=day)
    found = past_totals.read(writing.as_csv(heads, rows), "nga-son.csv", staff)
    assert found.problems == []
    services.record_totals(found.rows.values(), found.province, by=staff, reason="Theo tệp.")
    return district


def test_nga_son_prints_the_published_years_from_totals(nga_son):
    table = ten_year_table(nga_son, programmes=BOTH, kind=AREAS)
    assert [row.share.text for row in table.rows] == SHARES
    assert [(row.year, row.counts.recognised) for row in table.rows] == list(MET.items())
    assert [row.programme_code for row in table.rows] == ["da375"] * 4 + ["safety"] * 5
    assert {row.counts.roster for row in table.rows} == {234}
    assert table.sources == [f"{SOURCE} (nhập lại)"]
    assert {row.full_note for row in table.rows} == {"số tổng nhập lại"}
    told = f"Số tổng nhập lại từ văn bản, không có kết quả từng đơn vị: khu dân cư năm 2009–2017 (nguồn: {SOURCE})."
    assert (table.totals_note, ten_year_table(nga_son, programmes=BOTH).totals_note) == (told, told)


def test_the_printed_report_says_them(nga_son):
    paper = build_years({"programmes": BOTH, "kind": AREAS, "last_year": None, "years": 10}, nga_son)
    text = in_one_line(text_of(pdf.render(paper)))
    assert all(share in text for share in SHARES)
    assert "từ 145 (61,97% tổng số) thành 192 (82,05% tổng số)" in text
    assert f"không có kết quả từng đơn vị: khu dân cư năm 2009–2017 (nguồn: {SOURCE})." in text
    assert f"Nguồn: {SOURCE} (nhập lại)." in text
    book = "\n".join(str(cell.value) for sheet in load_workbook(xlsx.render(paper)) for line in sheet for cell in line)
    assert f"không có kết quả từng đơn vị: khu dân cư năm 2009–2017 (nguồn: {SOURCE})." in book


@pytest.mark.parametrize(("years", "time"), [(1, "năm 2017"), (2, "giai đoạn 2016–2017")])
def test_one_year_is_no_period(nga_son, years, time):
    paper = build_years({"programmes": BOTH, "kind": AREAS, "last_year": 2017, "years": years}, nga_son)
    assert paper.subject == f"Kết quả công nhận khu dân cư {time}"


def test_a_province_without_any_cycle_asks_for_the_report_by_page(nga_son, client, files_dir):
    client.force_login(make_user(Role.STAFF, nga_son.province))
    address = reverse("reports:ask", args=["years"])
    page = client.get(address).content.decode()
    assert 'value="da375"' in page and '<option value="2009">' in page
    asked = {
        "place": nga_son.pk,
        "programmes": BOTH,
        "last_year": "2012",
        "years": "10",
        "kind": AREAS,
        "format": "xlsx",
    }
    assert client.post(address, asked | once()).status_code == 302
    run = ReportRun.objects.get()
    assert jobs.run(run.job_id) is True
    book = load_workbook(BytesIO(b"".join(client.get(reverse("reports:download", args=[run.pk])).streaming_content)))
    cells = [line[:4] for line in book["Nhiều năm"].iter_rows(min_row=6, values_only=True)]
    assert cells == [(year, "Đề án 375", 234, MET[year]) for year in range(2009, 2013)]


def test_another_kind_place_or_programme_has_none_of_them(nga_son):
    assert ten_year_table(nga_son, programmes=BOTH, kind=UnitKind.AGENCY).rows == ()
    assert ten_year_table(nga_son.province, programmes=BOTH).rows == ()
    assert [row.year for row in trend("safety", nga_son, 2016).rows] == [2013, 2014, 2015, 2016]


@pytest.fixture
def tree():
    published_sets()
    return make_tree()


def total_of(place, year, kind=AREAS, *, total=10, met=5, code="safety", source="Sổ tay") -> None:
    programme = Programme.objects.get(code=code)
    row = Total(place, programme, year, kind, Figures(total, met, source=source))
    services.record_totals([row], place.province, by=None, reason="Theo sổ.")


def dossiers_of(units, year) -> None:
    programme = Programme.objects.get(code="safety")
    rows = [PastResult(programme, year, unit, State.RECOGNISED, None, "", "Báo cáo") for unit in units]
    services.record_past(rows, units[0].province, by=None, reason="Theo báo cáo.")


def figures(place, **asked) -> list[tuple]:
    rows = ten_year_table(place, programmes=["safety", "da375"], **asked).rows
    return [(row.year, row.counts.roster, row.counts.recognised, row.totals_of) for row in rows]


def test_dossiers_beat_a_total_that_was_there_before(tree):
    total_of(tree.province, 2021)
    total_of(tree.province, 2022)
    assert figures(tree.province, kind=AREAS) == [(2021, 10, 5, (AREAS,)), (2022, 10, 5, (AREAS,))]
    dossiers_of(tree.areas[:3], 2022)
    assert figures(tree.province, kind=AREAS) == [(2021, 10, 5, (AREAS,)), (2022, 3, 3, ())]
    assert figures(tree.districts[1], kind=AREAS) == []  # nothing is divided among the places below


def test_a_total_fills_the_kinds_without_dossiers_and_says_which(tree):
    total_of(tree.province, 2022)
    total_of(tree.province, 2022, UnitKind.AGENCY, total=4, met=4)
    dossiers_of(tree.areas[:3], 2022)
    assert figures(tree.province) == [(2022, 7, 7, (UnitKind.AGENCY,))]
    table = ten_year_table(tree.province, programmes=["safety"])
    assert table.rows[0].full_note == "chỉ tính đơn vị đã nhập kết quả; có số tổng nhập lại"
    assert table.totals_note == (
        "Số tổng nhập lại từ văn bản, không có kết quả từng đơn vị: cơ quan năm 2022 (nguồn: Sổ tay). "
        "Loại đơn vị đã có kết quả từng đơn vị thì chỉ tính các kết quả ấy, không lấy số tổng nhập lại từ văn bản: "
        "khu dân cư năm 2022 (nguồn: Sổ tay)."
    )
    assert table.sources == ["Báo cáo (nhập lại)", "Sổ tay (nhập lại)"]


def test_a_year_worked_on_the_portal_takes_no_total_as_the_total_s_page_says(tree):
    total_of(tree.province, 2022, UnitKind.AGENCY, total=30, met=10)
    total = PastTotal.objects.get()
    assert figures(tree.province) == [(2022, 30, 10, (UnitKind.AGENCY,))]
    dossiers_of(tree.areas[:3], 2022)
    Cycle.objects.filter(year=2022).update(source="")
    assert figures(tree.province) == [(2022, 3, 3, ())]
    row = Total(total.place, total.programme, 2022, total.kind, Figures.of(total), total)
    assert "được thực hiện trên cổng" in services.in_the_way([row])[row.key]
    assert "Sổ tay" in ten_year_table(tree.province, programmes=["safety"]).totals_note


def test_the_note_names_each_source_with_its_kind_and_years(tree):
    total_of(tree.province, 2020, source="Báo cáo số 1")
    total_of(tree.province, 2021)
    total_of(tree.province, 2022)
    total_of(tree.province, 2021, UnitKind.AGENCY)
    note = ten_year_table(tree.province, programmes=["safety"]).totals_note
    told = (
        "khu dân cư năm 2020 (nguồn: Báo cáo số 1); khu dân cư năm 2021–2022 (nguồn: Sổ tay); "
        "cơ quan năm 2021 (nguồn: Sổ tay)."
    )
    assert note == f"Số tổng nhập lại từ văn bản, không có kết quả từng đơn vị: {told}"


@pytest.fixture
def both(tree):
    """2023 told by three dossiers of areas beside a total of agencies; 2022 by a total alone."""
    total_of(tree.province, 2022, total=12, met=9)
    total_of(tree.province, 2023, UnitKind.AGENCY, total=799, met=741, source="Báo cáo số 9")
    dossiers_of(tree.areas[:3], 2023)
    return tree


def printed_figures(paper) -> dict[str, tuple]:
    """What each table of the paper says of 2023, by sheet: the units and recognised of its total, or of that year."""
    told = {}
    for table in paper.tables:
        heads = [column.title for column in table.columns]
        at = heads.index("Tổng số"), heads.index("Được công nhận")
        (line,) = [line for line in table.lines if line.mark == "total" or line.cells[0] == 2023]
        told[table.sheet_name] = tuple(line.cells[place] for place in at)
    return told


def test_the_yearly_paper_says_one_figure_of_its_year(both):
    """Its first part, its tables and its chart count dossiers; the totals of that year stand in the note alone."""
    paper = build_yearly(YEARLY | {"year": 2023}, both.province)
    told = printed_figures(paper)
    assert (set(told.values()), len(told)) == ({(3, 3)}, 4)  # by kind, by district, by commune, through the years
    assert "có 3 đơn vị thuộc diện xét" in paper.sections[0].paragraphs[0]
    (years,) = [section for section in paper.sections if section.chart]
    assert [line.cells[0] for line in years.table.lines] == [2022, 2023]  # a year of totals alone stays
    assert years.table.note == (
        "Số tổng nhập lại từ văn bản, không có kết quả từng đơn vị: khu dân cư năm 2022 (nguồn: Sổ tay). "
        "Năm có hồ sơ chỉ tính hồ sơ, không cộng số tổng nhập lại từ văn bản: cơ quan năm 2023 (nguồn: Báo cáo số 9)."
    )
    assert "năm 2023: 100,00%" in years.chart
    text = in_one_line(text_of(pdf.render(paper)))
    assert "cơ quan năm 2023 (nguồn: Báo cáo số 9)." in text and "802" not in text


def test_the_many_years_still_add_them(both):
    """The control: the same year in the table that stands alone holds both, and says so."""
    assert figures(both.province) == [(2022, 12, 9, (AREAS,)), (2023, 802, 744, (UnitKind.AGENCY,))]


def test_of_a_kind_told_by_totals_alone_the_yearly_paper_has_no_row_of_its_year(both):
    """Its first part counts no such dossier; only the note names the total."""
    paper = build_yearly(YEARLY | {"year": 2023, "kind": UnitKind.AGENCY}, both.province)
    (years,) = [section for section in paper.sections if section.chart]
    assert "không có cơ quan thuộc diện xét" in paper.sections[0].paragraphs[0]
    assert (years.table.lines, "cơ quan năm 2023 (nguồn: Báo cáo số 9)" in years.table.note) == ((), True)


def opened(province, year):
    programme = Programme.objects.get(code="safety")
    return services.open_cycle(programme, province, year, as_of=date(year, 1, 2), by=None)


def compared(place, code="safety") -> str:
    asked = {"programmes": [code], "kind": "", "last_year": None, "years": 10}
    return build_years(asked, place).sections[0].paragraphs[0]


def test_the_many_years_compare_finished_years_alone(both):
    """744 of 802 in a finished year against what a year still going on has recognised so far is no comparison."""
    told = compared(both.province)
    assert told == (
        "Từ năm 2022 đến năm 2023, số đơn vị được công nhận tại tỉnh A từ 9 (75,00% tổng số) thành 744 "
        "(92,77% số đơn vị đã nhập)."
    )
    cycle = opened(both.province, 2024)
    assert compared(both.province) == f"{told} Năm 2024 đang thực hiện nên không so sánh."
    cycle.status = CycleStatus.CLOSED
    cycle.save()
    assert "Từ năm 2022 đến năm 2024" in compared(both.province)  # the control


@pytest.mark.parametrize(("year", "ends"), [(2024, " Năm 2024 đang thực hiện nên không so sánh."), (None, "")])
def test_fewer_than_two_finished_years_are_not_compared(tree, year, ends):
    total_of(tree.province, 2023)
    if year:
        opened(tree.province, year)
    assert compared(tree.province) == (
        "Số đơn vị được công nhận tại tỉnh A theo từng năm ở bảng dưới đây; chưa có hai năm đã kết thúc nên chưa so "
        f"sánh.{ends}"
    )


def test_the_overview_says_one_figure_of_its_year(both, client):
    client.force_login(make_user(Role.STAFF, both.province))
    page = client.get(reverse("reports:overview"))
    row = page.context["years"].rows[-1]
    assert (row.year, row.counts.roster, page.context["counts"].roster) == (2023, 3, 3)
    assert "không cộng số tổng nhập lại từ văn bản: cơ quan năm 2023 (nguồn: Báo cáo số 9)." in page.content.decode()


def test_dossiers_of_another_programme_speak_before_totals(tree):
    total_of(tree.province, 2021, code="da375")
    total_of(tree.province, 2022, code="da375")
    dossiers_of(tree.areas[:2], 2021)
    rows = ten_year_table(tree.province, programmes=BOTH, kind=AREAS).rows
    assert [(row.year, row.programme_code, row.counts.roster) for row in rows] == [
        (2021, "safety", 2),
        (2022, "da375", 10),
    ]


def test_a_total_taken_away_is_read_no_more(tree):
    total_of(tree.province, 2021)
    services.take_total_away(PastTotal.objects.get(), by=make_user(Role.STAFF, tree.province), reason="Nhầm năm")
    assert figures(tree.province) == []


def test_a_year_of_entered_results_says_that_no_others_are_counted(tree):
    total_of(tree.province, 2021)
    dossiers_of(tree.areas[:2], 2021)
    for boundaries in (Boundaries.THEN, Boundaries.TODAY):
        table = ten_year_table(tree.province, programmes=["safety"], kind=AREAS, boundaries=boundaries)
        (row,) = table.rows
        assert row.share.sentence.endswith("% số đơn vị đã nhập") and "chỉ tính đơn vị đã nhập kết quả" in row.full_note
        assert "không lấy số tổng nhập lại từ văn bản: khu dân cư năm 2021" in table.totals_note


def test_totals_of_a_place_taken_over_are_named_as_left_out(tree):
    gone = make_province("Tỉnh Yên Bái", "15", on=date(2004, 1, 1))
    total_of(gone, 2018)
    dossiers_of(tree.areas[:2], 2022)
    asked = {"programmes": ["safety"], "boundaries": Boundaries.TODAY}
    assert ten_year_table(tree.province, **asked).totals_note == ""
    Unit.objects.filter(pk=gone.pk).update(province=tree.province, closed_on=date(2025, 6, 30))
    note = ten_year_table(tree.province, **asked).totals_note
    assert "Số tổng nhập lại năm 2018" in note and "Trong đó có khu dân cư của tỉnh Yên Bái năm 2018 (nguồn:" in note


def test_boundaries_of_today_leave_totals_out_and_say_so(tree):
    total_of(tree.province, 2021)
    dossiers_of(tree.areas[:2], 2022)
    table = ten_year_table(tree.province, programmes=["safety"], boundaries=Boundaries.TODAY)
    assert ([row.year for row in table.rows], table.left_out) == ([2022], (2021,))
    assert table.totals_note == "Số tổng nhập lại năm 2021 theo ranh giới của năm đó nên không có trong bảng này."
    params = {"programmes": ["safety"], "last_year": 2021, "ranh_gioi": "today"}
    with pytest.raises(Refused, match="Hãy chọn “Ranh giới của năm đó”"):
        find_years(params, tree.province)
    assert len(find_years(params | {"ranh_gioi": "then"}, tree.province).rows) == 1  # the control


def test_years_are_written_as_spans():
    assert spans_of([2012, 2009, 2010, 2014, 2010]) == "2009–2010, 2012, 2014"
    assert spans_of([]) == ""
