"""Results of years before the portal, by file: recorded, corrected with a trace; what is refused."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from criteria.enums import SetStatus
from criteria.models import CriteriaSet, Programme
from evaluations import services
from evaluations.enums import Action, CycleStatus, Origin, State
from evaluations.files import past_results, past_totals
from evaluations.models import Cycle, Evaluation, Event
from evaluations.services.past_results import PastResult, past_sets
from evaluations.streaks import counting
from evaluations.workflow.door import OPERATOR
from portal.core import jobs
from portal.core.errors import Refused
from portal.core.models import Job
from portal.core.sheets import writing
from portal.core.web.once import new_token
from reports.datasets import ten_year_table
from tests.evaluations.factories import open_year, published_sets
from tests.evaluations.streaks.results import make_rule
from tests.units.factories import make_tree, make_user
from units import reforms
from units.enums import ChangeAction, Role
from units.models import Change, Unit, UnitVersion

pytestmark = pytest.mark.django_db
SOURCE = "Báo cáo số 12/BC-BCĐ"
HEADS = ["Khoá đơn vị", "Năm", "Chương trình", "Kết quả", "Quyết định, văn bản", "Nguồn"]


@pytest.fixture
def tree():
    published_sets()
    return make_tree()


@pytest.fixture
def staff(tree):
    return make_user(Role.STAFF, tree.province)


def line(unit, year=2022, result="Đạt", programme="safety", paper="QĐ 5/QĐ-UBND", source=SOURCE) -> list:
    return [f"DV{unit.pk}", str(year), programme, result, paper, source]


def read(rows, user) -> past_results.PastResultFile:
    return past_results.read(writing.as_csv(HEADS, rows), "ket-qua.csv", user)


def record(rows, user) -> tuple[int, int]:
    found = read(rows, user)
    assert found.problems == []
    return services.record_past(found.rows.values(), found.province, by=user, reason="Theo tệp.")


def test_a_file_records_years_through_page_and_worker(client, staff, tree):
    client.force_login(staff)
    rows = [line(area, year) for area in tree.areas[:2] for year in (2021, 2022)]
    data = writing.as_csv(HEADS, rows)
    shown = client.post(reverse("evaluations:past_import"), {"file": SimpleUploadedFile("kq.csv", data)})
    page = client.get(shown.url).content.decode()
    assert tree.areas[0].name in page and not Evaluation.objects.exists()
    asked = client.post(shown.url, {"once": new_token()})
    jobs.run(Job.objects.get(kind="import_past").pk)
    assert "Đã nhập 4 kết quả." in client.get(asked.url).content.decode()
    cycle = Cycle.objects.get(year=2022)
    assert (cycle.status, cycle.source, cycle.opened_by) == (CycleStatus.CLOSED, f"{SOURCE} (nhập lại)", staff)
    dossier = cycle.evaluations.get(unit=tree.areas[0])
    assert (dossier.origin, dossier.state, dossier.paper) == (Origin.HISTORY, State.RECOGNISED, "QĐ 5/QĐ-UBND")
    assert dossier.commune == tree.areas[0].commune
    listed = client.get(reverse("evaluations:past_list")).content.decode()
    assert f"{SOURCE} (nhập lại)" in listed


def test_a_code_two_units_bore_is_of_the_one_that_lived_at_the_end_of_the_year(staff, tree):
    old, new = tree.communes[:2]
    Unit.objects.filter(pk=old.pk).update(code="02683", closed_on=date(2022, 6, 30))
    Unit.objects.filter(pk=new.pk).update(code="02683", opened_on=date(2022, 7, 1))
    found = read([["02683", *line(old, year)[1:]] for year in (2021, 2022)], staff)
    assert found.problems == []
    assert [row.unit for row in found.rows.values()] == [old, new]


def test_a_correction_leaves_what_was_before_in_the_log(staff, tree):
    area = tree.areas[0]
    record([line(area)], staff)
    assert record([line(area)], staff) == (0, 0)
    assert record([line(area, result="Không đạt", paper="QĐ 9/QĐ-UBND")], staff) == (0, 1)
    dossier = Evaluation.objects.get(unit=area)
    first, event = Event.objects.filter(evaluation=dossier)
    assert (first.action, first.by, first.comment) == (Action.RECORD, staff, f"Nguồn: {SOURCE}. Theo tệp.")
    assert (dossier.state, dossier.paper) == (State.DECLINED, "QĐ 9/QĐ-UBND")
    assert (event.action, event.source, event.target, event.by) == (
        Action.CORRECT,
        State.RECOGNISED,
        State.DECLINED,
        staff,
    )
    assert "QĐ 5/QĐ-UBND" in event.comment


def test_more_units_join_a_year_that_is_there(staff, tree):
    record([line(tree.areas[0])], staff)
    assert record([line(tree.areas[0]), line(tree.areas[1], result="Không đăng ký")], staff) == (1, 0)
    cycle = Cycle.objects.get()
    assert dict(cycle.evaluations.values_list("unit", "state")) == {
        tree.areas[0].pk: State.RECOGNISED,
        tree.areas[1].pk: State.EXPECTED,
    }


def test_an_export_comes_back_unchanged(client, staff, tree):
    record([line(tree.areas[0]), line(tree.areas[1], 2021, "Không đạt")], staff)
    client.force_login(staff)
    data = client.get(reverse("evaluations:past_export")).content
    found = past_results.read(data, "kq.xlsx", staff)
    assert (found.problems, [row.differs for row in found.rows.values()]) == ([], [False, False])


def test_re_entered_years_make_a_row_and_a_corrected_one_breaks_it(staff, tree):
    area, rule = tree.areas[0], make_rule()

    def row() -> int:
        years = counting.recorded_years([rule], tree.province.pk)[rule.pk]
        span = counting.span_of(rule, years, max(years), tree.province.pk)
        return counting.with_streak(Unit.objects.filter(pk=area.pk), span).get().streak

    record([line(area, year) for year in range(2020, 2025)], staff)
    assert (row(), counting.standing(rule, row()).reached.years) == (5, 5)
    record([line(area, 2022, "Không đạt")], staff)
    assert row() == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"year": 2007}, "Năm “2007” không hợp lệ"),
        ({"year": 2090}, "Năm “2090” không hợp lệ"),
        ({"year": 2012}, "không có vào cuối năm 2012"),
        ({"programme": "không có"}, "Không có chương trình “không có”"),
        ({"result": "Tốt"}, "Không có kết quả “Tốt”"),
        ({"source": ""}, "“Nguồn” để trống"),
        ({"paper": "x" * 251}, "“Quyết định, văn bản” dài quá 250 chữ"),
        ({"year": timezone.localdate().year}, "năm đang diễn ra được thực hiện bằng kỳ đánh giá trên cổng"),
        ({"year": 2024}, "được thực hiện trên cổng"),
    ],
)
def test_what_cannot_be_is_told_by_its_row(staff, tree, changes, said):
    open_year(tree, 2024)
    Unit.objects.filter(pk=tree.areas[0].pk).update(opened_on=date(2013, 1, 1))
    tree.areas[0].versions.update(valid_from=date(2013, 1, 1))
    found = read([line(tree.areas[1]), line(tree.areas[0], **changes)], staff)
    assert [(problem.row, said in problem.sentence) for problem in found.problems] == [(3, True)]


@pytest.mark.parametrize("code", ["24", "91"])
def test_another_province_s_programme_is_no_past_of_ours(staff, tree, code):
    """One's own is; and one that a paper was entered for stays, whosever its set becomes."""
    safety = CriteriaSet.objects.filter(programme__code="safety").first()
    own = Programme.objects.create(code="rieng", name="Chương trình riêng", title="Đạt")
    made = CriteriaSet.objects.create(
        code="RIENG",
        name="Riêng",
        programme=own,
        document=safety.document,
        unit_kinds=[tree.areas[0].kind],
        first_year=2020,
        province_code=code,
    )
    Unit.objects.filter(pk=tree.province.pk).update(code="24")
    result = read([line(tree.areas[0], programme="rieng")], staff)
    place = {"Khoá địa bàn": f"DV{tree.communes[0].pk}", "Năm": "2022", "Loại đơn vị": "Khu dân cư", "Tổng số": "9"}
    place |= {"Chương trình": "Chương trình riêng", "Đạt": "8", "Nguồn": SOURCE}
    total = past_totals.read(writing.as_csv(list(place), [list(place.values())]), "so-tong.csv", staff)
    told = [problem.sentence for problem in (*result.problems, *total.problems)]
    if code == "24":
        assert told == []
        services.record_past(result.rows.values(), result.province, by=staff, reason="Theo tệp.")
        CriteriaSet.objects.filter(pk=made.pk).update(province_code="91")
        assert read([line(tree.areas[0], programme="rieng")], staff).problems[0].sentence.startswith("“Chương trình")
    else:
        assert [sentence.split(". ")[0] for sentence in told] == [
            "Không có chương trình “rieng”",
            "Không có chương trình “Chương trình riêng”",
        ]
        assert all("rieng" not in sentence.split(". ")[1] for sentence in told)


def test_a_unit_elsewhere_and_a_row_twice_are_told(staff, tree):
    other = make_tree("B").areas[0]
    found = read([line(other), line(tree.areas[0]), line(tree.areas[0])], staff)
    told = {problem.row: problem.sentence for problem in found.problems}
    assert set(told) == {2, 4}
    assert "không có trong Tỉnh A" in told[2] and "Trùng với dòng 3" in told[4]


def test_every_fault_of_a_row_is_told_in_one_turn(staff, tree):
    """A row with five faults was sent five times; a sound one beside it is left alone."""
    heads = [*HEADS, "Ngày văn bản"]
    bad = [*line(tree.areas[0], result="Chắc đạt", programme="lạ", paper="Q" * 251), "31/02/2022"]
    good = [*line(tree.areas[1]), "05/01/2023"]
    found = past_results.read(writing.as_csv(heads, [bad, good]), "kq.csv", staff)
    assert {problem.row for problem in found.problems} == {2} and list(found.rows) == [3]
    told = [problem.sentence for problem in found.problems]
    for words in ("Không có chương trình “lạ”", "Không có kết quả “Chắc đạt”", "“31/02/2022”", "dài quá 250 chữ"):
        assert sum(words in sentence for sentence in told) == 1, (words, told)
    assert len(told) == 4
    nowhere = ["DV0", "2050", *bad[2:]]
    told = [one.sentence for one in past_results.read(writing.as_csv(heads, [nowhere]), "kq.csv", staff).problems]
    assert any("Năm “2050” không hợp lệ" in sentence for sentence in told) and len(told) == 4


def test_a_past_of_the_portal_s_own_is_not_corrected_by_file(staff, tree):
    cycle = open_year(tree, 2024)
    dossier = cycle.evaluations.filter(unit=tree.areas[0]).get()
    programme = Programme.objects.get(code="safety")
    row = services.PastResult(programme, 2024, tree.areas[0], State.RECOGNISED, None, "", SOURCE, dossier)
    with pytest.raises(Refused, match="thực hiện trên cổng"):
        services.record_past([row], tree.province, by=staff, reason="thử")
    dossier.refresh_from_db()
    assert dossier.state == State.EXPECTED


def test_title_and_day_of_the_decision_are_kept_and_come_back(client, staff, tree):
    heads = [*HEADS, "Danh hiệu", "Ngày văn bản"]
    row = [*line(tree.areas[0]), "Khu dân cư tiêu biểu", "05/01/2023"]
    read_in = past_results.read(writing.as_csv(heads, [row]), "kq.csv", staff)
    services.record_past(read_in.rows.values(), read_in.province, by=staff, reason="Theo tệp.")
    dossier = Evaluation.objects.get()
    assert (dossier.paper_title, dossier.paper_on) == ("Khu dân cư tiêu biểu", date(2023, 1, 5))
    client.force_login(staff)
    found = past_results.read(client.get(reverse("evaluations:past_export")).content, "kq.xlsx", staff)
    assert (found.problems, [one.differs for one in found.rows.values()]) == ([], [False])
    row[-1] = "05/01/2021"
    (problem,) = past_results.read(writing.as_csv(heads, [row]), "kq.csv", staff).problems
    assert "ở trước năm 2022" in problem.sentence


def test_a_year_names_every_paper_it_was_taken_from(staff, tree):
    record([line(tree.areas[0])], staff)
    record([line(tree.areas[1], source="Sổ theo dõi của xã")], staff)
    assert Cycle.objects.get().source == f"{SOURCE}; Sổ theo dõi của xã (nhập lại)"
    assert [one.taken_from for one in Evaluation.objects.order_by("pk")] == [SOURCE, "Sổ theo dõi của xã"]
    record([line(tree.areas[2], source="S" * 230)], staff)
    assert Cycle.objects.get().source == f"{SOURCE}; Sổ theo dõi của xã và văn bản khác (nhập lại)"


def test_a_year_names_no_paper_that_none_of_its_results_stands_on(staff, tree):
    """A paper goes with its last result, by taking it away or by another paper in its place, and comes back with it."""
    own, other = tree.areas[:2]
    record([line(own), line(other, source="Sổ theo dõi của xã")], staff)
    services.take_past_away(Evaluation.objects.get(unit=other), by=staff, reason="Nhầm đơn vị")
    assert Cycle.objects.get().source == f"{SOURCE} (nhập lại)"
    record([line(other, source="Sổ theo dõi của xã")], staff)
    assert Cycle.objects.get().source == f"{SOURCE}; Sổ theo dõi của xã (nhập lại)"
    record([line(own, source="Biên bản 3/BB")], staff)
    assert Cycle.objects.get().source == "Biên bản 3/BB; Sổ theo dõi của xã (nhập lại)"


def test_a_year_of_which_nothing_stands_is_nobody_s_and_stands_in_no_way(client, staff, tree):
    """The streaks, the table of years and the lists name it no more; the year may be worked, and then stays worked."""
    area = tree.areas[0]
    record([line(area, 2024)], staff)
    with pytest.raises(Refused, match="đã có kết quả nhập lại từ văn bản"):
        open_year(tree, 2024)
    away = Evaluation.objects.get()
    rule = make_rule()
    assert list(counting.recorded_years([rule], tree.province.pk)[rule.pk]) == [2024]
    assert ten_year_table(tree.province, programmes=["safety"]).sources == [f"{SOURCE} (nhập lại)"]
    services.take_past_away(away, by=staff, reason="Nhầm đơn vị")
    assert counting.recorded_years([rule], tree.province.pk) == {rule.pk: {}}
    assert ten_year_table(tree.province, programmes=["safety"]).rows == ()
    client.force_login(staff)
    assert not Cycle.objects.visible_to(staff).exists()
    assert SOURCE in client.get(reverse("evaluations:past_edit", args=[away.pk])).content.decode()  # its log stays
    away.refresh_from_db()
    worked = open_year(tree, 2024)
    assert worked.evaluations.filter(unit=area).exists()
    with pytest.raises(Refused, match="thực hiện trên cổng"):
        services.record_past(
            [replace(past_of(away), source="Sổ khác")], tree.province, by=staff, reason="Nhập lại sau khi đã mở kỳ."
        )
    assert read([line(area, 2024)], staff).problems[0].sentence.startswith("“")
    away.refresh_from_db()
    assert away.state == State.EXCLUDED
    with pytest.raises(Refused, match="đã được mở từ trước"):
        open_year(tree, 2024)


def test_an_emptied_year_takes_results_again(staff, tree):
    record([line(tree.areas[0])], staff)
    services.take_past_away(Evaluation.objects.get(), by=staff, reason="Nhầm đơn vị")
    assert record([line(tree.areas[1], source="Sổ theo dõi của xã")], staff) == (1, 0)
    assert Cycle.objects.get().source == "Sổ theo dõi của xã (nhập lại)"


def past_of(stored: Evaluation) -> PastResult:
    """What a paper would say of the same unit and year once more: it met the standard."""
    cycle = stored.cycle
    return PastResult(cycle.programme, cycle.year, stored.unit, State.RECOGNISED, None, "QĐ 6", SOURCE, stored)


def test_a_result_taken_away_counts_nowhere_and_may_be_entered_again(client, staff, tree):
    area, other = tree.areas[:2]
    record([line(area), line(other)], staff)
    dossier = Evaluation.objects.get(unit=area)
    with pytest.raises(Refused, match="lý do"):
        services.take_past_away(dossier, by=staff, reason=" ")
    services.take_past_away(dossier, by=staff, reason="Nhầm đơn vị")
    event = dossier.events.latest("pk")
    assert (event.action, event.by, event.comment) == (
        Action.TAKE_AWAY,
        staff,
        "Trước: Đã công nhận (QĐ 5/QĐ-UBND). Nhầm đơn vị",
    )
    with pytest.raises(Refused, match="đã được bỏ"):
        services.take_past_away(dossier, by=staff, reason="lần nữa")
    client.force_login(staff)
    rows = past_results.read(client.get(reverse("evaluations:past_export")).content, "kq.xlsx", staff).rows
    assert [one.unit for one in rows.values()] == [other]
    assert record([line(area)], staff) == (0, 1)
    dossier.refresh_from_db()
    assert dossier.state == State.RECOGNISED


def test_taking_away_asks_for_the_province_and_for_papers(staff, tree):
    record([line(tree.areas[0])], staff)
    with pytest.raises(Refused, match="Chỉ cán bộ cấp tỉnh"):
        services.take_past_away(
            Evaluation.objects.get(), by=make_user(Role.OFFICER, tree.communes[0]), reason="Nhầm đơn vị"
        )
    worked = open_year(tree, 2024).evaluations.first()
    with pytest.raises(Refused, match="thực hiện trên cổng"):
        services.take_past_away(worked, by=staff, reason="Nhầm đơn vị")
    worked.refresh_from_db()
    assert worked.state == State.EXPECTED


def test_who_comes_second_is_told(staff, tree):
    rows = read([line(tree.areas[0])], staff).rows.values()
    services.record_past(rows, tree.province, by=staff, reason="Theo tệp.")
    with pytest.raises(Refused, match="vừa được người khác nhập"):
        services.record_past(rows, tree.province, by=staff, reason="Theo tệp.")


def test_statements_do_not_grow_with_rows(staff, tree):
    def counted(year: int, areas) -> int:
        found = read([line(area, year) for area in areas], staff)
        with CaptureQueriesContext(connection) as queries:
            services.record_past(found.rows.values(), found.province, by=staff, reason="thử")
        return len(queries)

    assert counted(2021, tree.areas[:1]) == counted(2022, tree.areas)


@pytest.mark.both  # the lines are copied in SQL
def test_each_log_begins_with_who_recorded_the_result_and_its_paper(staff, tree):
    began = timezone.now() - timedelta(minutes=1)
    first, second, third = tree.areas[:3]
    record([line(first), line(second, result="Không đạt", source="Sổ 100% của xã")], staff)
    more = read([line(third, result="Không đăng ký")], staff)
    services.record_past(more.rows.values(), tree.province, by=None, reason="")
    told = ("evaluation__unit", "action", "label", "source", "target", "by", "by_post", "comment")
    record_word = (Action.RECORD, Action.RECORD.label)
    assert list(Event.objects.order_by("pk").values_list(*told)) == [
        (first.pk, *record_word, *[State.RECOGNISED] * 2, staff.pk, str(staff), f"Nguồn: {SOURCE}. Theo tệp."),
        (second.pk, *record_word, *[State.DECLINED] * 2, staff.pk, str(staff), "Nguồn: Sổ 100% của xã. Theo tệp."),
        (third.pk, *record_word, *[State.EXPECTED] * 2, None, OPERATOR, f"Nguồn: {SOURCE}."),
    ]
    assert Event.objects.filter(at__range=(began, timezone.now() + timedelta(minutes=1))).count() == 3


def test_a_stranger_finds_no_door(client, tree):
    officer = make_user(Role.OFFICER, tree.communes[0])
    client.force_login(officer)
    assert client.get(reverse("evaluations:past_import")).status_code == 404
    assert "Chỉ cán bộ cấp tỉnh" in read([line(tree.areas[0])], officer).problems[0].sentence


def test_what_a_file_does_not_say_changes_nothing(staff, tree):
    heads = [*HEADS, "Danh hiệu", "Ngày văn bản"]
    full = [*line(tree.areas[0]), "Khu dân cư tiêu biểu", "05/01/2023"]
    first = past_results.read(writing.as_csv(heads, [full]), "kq.csv", staff)
    services.record_past(first.rows.values(), first.province, by=staff, reason="Theo tệp.")
    (again,) = read([line(tree.areas[0])], staff).rows.values()
    assert not again.differs
    (blank,) = past_results.read(writing.as_csv(heads, [[*full[:-2], "", ""]]), "kq.csv", staff).rows.values()
    assert not blank.differs
    (cleared,) = past_results.read(writing.as_csv(heads, [[*full[:-2], "xoá", "-"]]), "kq.csv", staff).rows.values()
    assert cleared.differs and (cleared.title, cleared.paper_on) == ("", None)  # on purpose
    (other,) = read([line(tree.areas[0], paper="QĐ 9/QĐ-UBND")], staff).rows.values()
    assert (other.title, other.paper_on) == ("", None)  # the day and title were of the other decision


def test_the_export_calls_a_commune_as_it_was_called_then(client, staff, tree):
    record([line(tree.areas[0])], staff)
    commune, renamed_on = tree.areas[0].commune, date(2024, 3, 1)
    UnitVersion.objects.filter(unit=commune).update(valid_to=date(2024, 2, 29))
    version = UnitVersion.objects.get(unit=commune)
    version.pk, version.name, version.valid_from, version.valid_to = None, "Phường Tên Mới", renamed_on, None
    version.save()
    Unit.objects.filter(pk=commune.pk).update(name="Phường Tên Mới")
    client.force_login(staff)
    book = load_workbook(BytesIO(client.get(reverse("evaluations:past_export")).content))
    assert [row[-1] for row in book.active.iter_rows(min_row=2, values_only=True)] == [commune.name]


def test_a_set_of_one_place_judges_no_past_of_another(staff, tree):
    safety = Programme.objects.get(code="safety")
    before = past_sets(safety, tree.province, 2022)
    own = CriteriaSet.objects.get(pk=before["residential_area"].pk)
    own.pk, own.code, own.status, own.province_code = None, "XA-RIENG", SetStatus.DRAFT, tree.province.code
    own.save()
    assert past_sets(safety, tree.province, 2022)["residential_area"] == own  # the province's own would judge
    CriteriaSet.objects.filter(pk=own.pk).update(place_code="00001")
    assert past_sets(safety, tree.province, 2022) == before


@pytest.mark.parametrize("year", ["0002022", "20222", "0020201", "002020" + "9" * 5000])
def test_a_year_is_four_figures(staff, tree, year):
    row = line(tree.areas[0])
    row[1] = year
    (problem,) = read([row], staff).problems
    assert f"Năm “{year}” không hợp lệ" in problem.sentence


def test_a_result_corrected_after_the_preview_is_not_written_over(client, staff, tree):
    """The file's other row is not written either; the preview looked at again shows what is stored now."""
    area, other = tree.areas[:2]
    record([line(area, result="Không đạt")], staff)
    client.force_login(staff)
    data = writing.as_csv(HEADS, [line(area), line(other)])
    shown = client.post(reverse("evaluations:past_import"), {"file": SimpleUploadedFile("kq.csv", data)}).url
    record([line(area, result="Không đăng ký")], staff)
    client.post(shown, {"once": new_token()})
    job = Job.objects.latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert "Dòng 2: đã đổi sau khi xem trước." in job.error
    assert list(Evaluation.objects.values_list("unit", "state")) == [(area.pk, State.EXPECTED)]
    again = client.get(shown)
    assert again.status_code == 302
    client.post(again.url, {"once": new_token()})
    jobs.run(Job.objects.latest("pk").pk)
    assert set(Evaluation.objects.values_list("state", flat=True)) == {State.RECOGNISED}


# --- after a merger of provinces -----------------------------------------------------------------------------------
@pytest.fixture
def merged(tree):
    """Two results of 2022 entered, then the province goes into another: the staff of that one."""
    record([line(area) for area in tree.areas[:2]], make_user(Role.STAFF, tree.province))
    heir = make_tree("B").province
    plan = reforms.new_reform(
        number="202/2025/QH15",
        title="Sắp xếp tỉnh",
        issuer="Quốc hội",
        effective_on=date(2025, 7, 1),
        provinces=[tree.province, heir],
        by=None,
    )
    reforms.write_changes(plan, [Change(action=ChangeAction.MERGE, unit=tree.province, to_unit=heir)], by=None)
    reforms.apply(plan, by=None)
    return make_user(Role.STAFF, heir)


def test_a_result_entered_before_a_merger_is_corrected_and_not_entered_twice(tree, merged):
    first, second, third = tree.areas[:3]
    found = read([line(first, result="Không đạt"), line(second), line(third)], merged)
    assert (found.problems, len(found.changed), len(found.new)) == ([], 1, 1)
    assert record([line(first, result="Không đạt"), line(second), line(third)], merged) == (1, 1)
    told = Evaluation.objects.filter(unit__in=tree.areas[:3]).order_by("unit").values_list("unit", "state")
    assert list(told) == [(first.pk, State.DECLINED), (second.pk, State.RECOGNISED), (third.pk, State.RECOGNISED)]
    dossier = Evaluation.objects.get(unit=first)
    assert (dossier.cycle.province_id, dossier.events.latest("pk").by) == (tree.province.pk, merged)


def test_who_looked_before_somebody_else_entered_it_is_told_across_the_merger(tree, merged):
    (row,) = read([line(tree.areas[0])], merged).rows.values()
    with pytest.raises(Refused, match="vừa được người khác nhập"):
        services.record_past([replace(row, stored=None)], merged.places()[0], by=merged, reason="Theo tệp.")


def test_a_year_worked_before_a_merger_takes_no_result_of_papers(tree, merged):
    worked = open_year(tree, 2024)
    (problem,) = read([line(tree.areas[0], year=2024)], merged).problems
    assert "trong một kỳ khác trên cổng" in problem.sentence
    assert worked.evaluations.filter(unit=tree.areas[0]).exists()


def test_years_of_the_ended_and_of_the_new_province_are_told_apart(client, tree, merged):
    record([line(tree.areas[2])], merged)
    client.force_login(merged)
    page = client.get(reverse("evaluations:cycle_list")).content.decode()
    assert "Tỉnh A (đến 30/06/2025)" in page
    assert "Tỉnh B<" in page


def test_a_result_another_province_entered_before_a_unit_came_over_is_its_own_to_correct(tree):
    """Told by its row, not by the job after the preview."""
    moved = tree.communes[0]
    record([line(tree.areas[0])], make_user(Role.STAFF, tree.province))
    here = make_tree("B").province
    Unit.objects.filter(pk=here.pk).update(code="97")
    plan = reforms.new_reform(
        number="1/NQ-UBTVQH15",
        title="Điều chỉnh địa giới",
        issuer="Uỷ ban Thường vụ Quốc hội",
        effective_on=date(2025, 7, 1),
        provinces=[tree.province, here],
        by=None,
    )
    reforms.write_changes(plan, [Change(action=ChangeAction.TRANSFER, unit=moved, to_unit=here)], by=None)
    reforms.apply(plan, by=None)
    (problem,) = read([line(tree.areas[0], result="Không đạt")], make_user(Role.STAFF, here)).problems
    assert problem.sentence.startswith("Kết quả năm 2022 của Thôn 1")
    assert problem.sentence.endswith("do Tỉnh A nhập. Hãy đề nghị nơi đó sửa.")
