"""The lists of a year as files: what stands in them, that the filter holds, and that no line costs a query."""

import io
from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from evaluations.enums import State
from evaluations.models import Decision, Evaluation, Sitting

from .factories import hold_sitting, recognise
from .list_rows import answer, rows_of
from .page_list import make_bar
from .world import decided, fill, more_dossiers, put

pytestmark = pytest.mark.both  # rows are read through a cursor of the database


@pytest.fixture(name="decided")
def _decided(world):
    return decided(world)


def test_dossiers_leave_on_their_filter_with_the_keys_of_their_units(client, world, decided):
    client.force_login(world.officer)
    (row,) = rows_of(client, "list", q="thon duoc")
    dossier = decided[0]
    assert row == {
        "Khoá đơn vị": f"DV{dossier.unit_id}",
        "Đơn vị": "Thôn Được",
        "Loại đơn vị": "Khu dân cư",
        "Xã": "Xã A1.1",
        "Huyện": "Huyện A1",
        "Tỉnh": "Tỉnh A",
        "Năm": "2024",
        "Kỳ đánh giá": str(world.cycle),
        "Tình trạng": "Đã công nhận",
        "Kết quả": "",
        "Ngày đăng ký": "",
        "Quản lý": "",
    }
    assert {row["Tình trạng"] for row in rows_of(client, "list", state="recognised")} == {"Đã công nhận"}
    assert len(rows_of(client, "list")) == Evaluation.objects.visible_to(world.officer).count()
    client.force_login(world.sister)
    assert rows_of(client, "list", q="thon duoc") == []


def test_recognitions_decisions_and_sittings_leave(client, world, decided):
    client.force_login(world.officer)
    found = {row["Đơn vị"]: row for row in rows_of(client, "recognition_list")}
    assert {name: row["Hiệu lực"] for name, row in found.items()} == {"Thôn Được": "Đang có", "Thôn Mất": "Đã thu hồi"}
    assert found["Thôn Được"]["Quyết định"] == "01/QĐ-UBND" and found["Thôn Được"]["Kết quả"] == "Đạt"
    client.force_login(world.chair)
    assert [(row["Số, ký hiệu"], row["Số đơn vị"], row["Tình trạng"]) for row in rows_of(client, "decision_list")] == [
        ("", "", "Chờ phát hành"),
        ("02/QĐ-UBND", "0", "Đã phát hành"),
        ("01/QĐ-UBND", "2", "Đã phát hành"),
    ]
    first = Decision.objects.get(number=1)
    assert [row["Đơn vị"] for row in rows_of(client, "decision_detail", first.pk)] == ["Thôn Được", "Thôn Mất"]
    draft = Decision.objects.get(issued_at=None)
    (row,) = rows_of(client, "decision_detail", draft.pk)
    assert row["Đơn vị"] == "Thôn Chờ" and "Mã giấy công nhận" not in row
    sittings = rows_of(client, "sitting_list")
    assert [(row["Số hồ sơ"], row["Tình trạng"]) for row in sittings] == [("1", "Đã kết thúc"), ("2", "Đã kết thúc")]


def test_days_of_decisions_are_days(client, world, decided):
    client.force_login(world.officer)
    page = load_workbook(io.BytesIO(answer(client, "recognition_list", form="xlsx"))).active
    place = [cell.value for cell in page[1]].index("Ngày ký")
    assert {type(row[place].value) for row in page.iter_rows(min_row=2)} == {datetime}
    assert {row[place].number_format for row in page.iter_rows(min_row=2)} == {"dd/mm/yyyy"}


def test_the_agenda_leaves_as_judged_and_then_as_concluded(client, world, decided):
    (tabled,) = more_dossiers(world, ["Thôn Họp"])
    fill([tabled], world.officer, failing={})
    put([tabled], State.APPRAISED, submitted_by=world.officer, appraised_by=world.standing)
    sitting = hold_sitting(world.council.committee, [tabled], by=world.standing)
    client.force_login(world.chair)
    (row,) = rows_of(client, "sitting_detail", sitting.pk)
    assert (row["Đơn vị"], row["Theo thẩm định"]) == ("Thôn Họp", "Đạt") and "Kết luận" not in row
    closed = Sitting.objects.exclude(closed_at=None).latest("pk")
    (row,) = rows_of(client, "sitting_detail", closed.pk)
    assert (row["Kết luận"], row["Tán thành"]) == ("Đề nghị công nhận", "3")


def test_a_roster_leaves_whole_and_only_to_who_opened_the_year(client, world):
    client.force_login(world.staff)
    rows = rows_of(client, "cycle_roster", world.cycle.pk)
    assert len(rows) == world.cycle.evaluations.count()
    area = next(row for row in rows if row["Khoá đơn vị"] == f"DV{world.area.unit_id}")
    assert (area["Nơi nhập"], area["Nơi công nhận"]) == (world.commune.name, world.commune.name)
    client.force_login(world.officer)
    assert client.get(reverse("evaluations:cycle_roster", args=[world.cycle.pk]), {"dang": "csv"}).status_code == 404


def test_barred_units_leave_with_their_grounds(client, world, decided):
    bar = make_bar(world)
    type(bar).objects.filter(pk=bar.pk).update(status="published")
    client.force_login(world.officer)
    (row,) = rows_of(client, "award_barred")
    assert row["Đơn vị"] == "Thôn Mất" and "Căn cứ: Đề án thử." in row["Lý do"]
    assert rows_of(client, "award_barred", q="khong co ai") == []


def test_where_no_rule_has_results_there_is_no_file_of_years_running(client, world):
    client.force_login(world.officer)
    assert client.get(reverse("evaluations:streak_list"), {"dang": "csv"}).status_code == 404
    assert "dang=csv" not in client.get(reverse("evaluations:streak_list")).content.decode()


@pytest.mark.parametrize("name", ["list", "recognition_list", "award_barred"])
def test_a_longer_list_costs_no_more_queries(client, world, decided, name):
    bar = make_bar(world)
    type(bar).objects.filter(pk=bar.pk).update(status="published")
    client.force_login(world.officer)

    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as seen:
            rows = rows_of(client, name)
        return len(rows), len(seen)

    queries()
    few, before = queries()
    more = more_dossiers(world, [f"Thôn thêm {one}" for one in range(8)])
    fill(more, world.officer)
    put(more, State.APPRAISED, submitted_by=world.officer, appraised_by=world.standing)
    recognise(world.council.committee, more, by=world.standing, number=7)
    put(more[:4], State.REVOKED)
    world.forget()
    many, after = queries()
    assert many > few and after == before


def test_every_file_names_the_province_as_two_bore_one_name(client, world, decided):
    """One that ended in another of its name says its last day; with its control, one of today its name alone."""
    province = world.tree.province
    for told, ended in ((province.name, None), (f"{province.name} (đến 30/06/2025)", date(2025, 6, 30))):
        type(province).objects.filter(pk=province.pk).update(closed_on=ended)
        world.forget()
        for who, name, *args in (
            (world.officer, "list"),
            (world.officer, "recognition_list"),
            (world.chair, "decision_list"),
            (world.chair, "sitting_list"),
            (world.chair, "decision_detail", Decision.objects.get(number=1).pk),
            (world.chair, "sitting_detail", Sitting.objects.exclude(closed_at=None).latest("pk").pk),
            (world.staff, "cycle_list"),
        ):
            client.force_login(who)
            assert {row["Tỉnh"] for row in rows_of(client, name, *args)} == {told}, name
        client.force_login(world.officer)
        page = client.get(reverse("evaluations:detail", args=[world.area.pk])).content.decode()
        assert f"<dt>Tỉnh</dt><dd>{told}</dd>" in page
        client.force_login(world.staff)
        for name in ("cycle_roster", "cycle_close"):
            assert f" · {told}" in client.get(reverse(f"evaluations:{name}", args=[world.cycle.pk])).content.decode()
