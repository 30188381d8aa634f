"""Totals of past years: recorded, corrected and taken away with a trace; what stands in the way."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from criteria.models import Programme
from evaluations import services
from evaluations.enums import State
from evaluations.models import Evaluation, PastTotal, PastTotalEvent, triggers
from evaluations.services import Figures, PastResult, Total
from portal.core.errors import Refused
from tests.evaluations.factories import open_year, published_sets
from tests.evaluations.town import DAY, PROVINCES, TOWNS, WARDS, YEAR, make_town, publish
from tests.units.factories import make_tree, make_units, make_user
from tests.units.reforming import draft, line
from units import reforms
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = pytest.mark.django_db
AREAS = UnitKind.RESIDENTIAL_AREA
SOURCE = "Báo cáo số 55/BC-BCĐ"


@pytest.fixture
def tree():
    published_sets()
    return make_tree()


@pytest.fixture
def staff(tree):
    return make_user(Role.STAFF, tree.province)


def row(place, year=2021, kind=AREAS, *, total=234, met=178, registered=234, source=SOURCE) -> Total:
    figures = Figures(total, met, registered, source=source)
    programme = Programme.objects.get(code="safety")
    stored = PastTotal.objects.filter(place=place, programme=programme, year=year, kind=kind).first()
    return Total(place, programme, year, kind, figures, stored)


def record(tree, staff, *rows) -> tuple[int, int]:
    return services.record_totals(rows, tree.province, by=staff, reason="Theo tệp.")


def test_a_total_is_kept_with_its_paper_and_who_entered_it(tree, staff):
    district = tree.districts[0]
    assert record(tree, staff, row(district), row(district, 2022, registered=None)) == (2, 0)
    total = PastTotal.objects.get(year=2021)
    assert (total.total, total.registered, total.met) == (234, 234, 178)
    assert (total.marked_source, total.entered_by, total.place_name) == (f"{SOURCE} (nhập lại)", staff, "Huyện A1")
    event = total.events.get()
    assert (event.action, event.by, event.by_post, event.before) == ("record", staff, str(staff), "")
    assert event.after == f"tổng số 234, đăng ký 234, đạt 178; nguồn: {SOURCE}"


def test_a_correction_tells_what_was_before_and_an_equal_row_nothing(tree, staff):
    district = tree.districts[0]
    record(tree, staff, row(district))
    assert record(tree, staff, row(district)) == (0, 0)
    assert record(tree, staff, row(district, met=182)) == (0, 1)
    event = PastTotalEvent.objects.last()
    assert (event.action, event.before) == ("correct", f"tổng số 234, đăng ký 234, đạt 178; nguồn: {SOURCE}")
    assert PastTotal.objects.get().met == 182


def test_taken_away_needs_a_reason_and_may_come_again(tree, staff):
    district = tree.districts[0]
    record(tree, staff, row(district))
    total = PastTotal.objects.get()
    with pytest.raises(Refused, match="lý do"):
        services.take_total_away(total, by=staff, reason=" ")
    services.take_total_away(total, by=staff, reason="Nhầm huyện")
    assert not PastTotal.objects.standing().exists()
    with pytest.raises(Refused, match="đã được bỏ"):
        services.take_total_away(total, by=staff, reason="lần nữa")
    other = make_user(Role.ADMIN, tree.province)
    assert record(tree, other, row(district, met=150)) == (1, 0)
    again = PastTotal.objects.standing().get()
    assert (again.pk, again.met, again.entered_by) == (total.pk, 150, other)
    assert list(again.events.values_list("action", "reason")) == [
        ("record", "Theo tệp."),
        ("take_away", "Nhầm huyện"),
        ("record", "Theo tệp."),
    ]


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"total": 10, "registered": 11, "met": 5}, "Số đăng ký 11 lớn hơn tổng số 10"),
        ({"total": 10, "registered": 5, "met": 6}, "Số đạt 6 lớn hơn số đăng ký 5"),
        ({"total": 10, "registered": None, "met": 11}, "Số đạt 11 lớn hơn tổng số 10"),
        ({"total": 0, "registered": None, "met": 0}, "Tổng số phải lớn hơn 0"),
    ],
)
def test_figures_out_of_order_are_refused_by_the_door(tree, staff, figures, said):
    with pytest.raises(Refused, match=said):
        record(tree, staff, row(tree.districts[0], 2022), row(tree.districts[0], **figures))
    assert not PastTotal.objects.exists()


@pytest.mark.both  # the constraint is the database's
@pytest.mark.parametrize("change", [{"met": 235}, {"registered": 235}, {"registered": 177}, {"source": ""}])
def test_the_database_keeps_the_order_too(tree, staff, change):
    record(tree, staff, row(tree.districts[0]))
    with pytest.raises(IntegrityError), transaction.atomic():
        PastTotal.objects.update(**change)
    PastTotal.objects.update(met=234)  # the control


@pytest.mark.both  # triggers
@pytest.mark.parametrize(
    "sql", ["UPDATE evaluations_pasttotalevent SET reason = 'Khác'", "DELETE FROM evaluations_pasttotalevent"]
)
def test_the_log_only_grows(tree, staff, sql):
    record(tree, staff, row(tree.districts[0]))
    connection.check_constraints()  # PostgreSQL drops no trigger while checks of the transaction are pending
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match=triggers.SENTENCE), transaction.atomic():
            cursor.execute(sql)
        triggers.remove(connection, triggers.TOTAL_EVENTS)  # the control
        cursor.execute(sql)
    assert not PastTotalEvent.objects.filter(reason="Theo tệp.").exists()


def test_a_year_worked_on_the_portal_is_refused(tree, staff):
    open_year(tree, 2024)
    with pytest.raises(Refused, match="“An toàn về an ninh, trật tự” năm 2024 được thực hiện trên cổng"):
        record(tree, staff, row(tree.districts[0], 2024))
    assert record(tree, staff, row(tree.districts[0], 2022)) == (1, 0)  # the control: another year


@pytest.fixture
def merged():
    """From 1/7/2025 province A lies in B, which worked 2024 on the portal; A's districts and communes go on."""
    published_sets()
    a, b = make_tree("A"), make_tree("B")
    open_year(b, 2024)
    reform = draft(b, line("merge", a.province, to_unit=b.province))
    reform.provinces.add(a.province)
    reforms.apply(reform, by=None)
    a.province, b.province = (Unit.objects.get(pk=tree.province.pk) for tree in (a, b))
    return a, b


def test_a_year_worked_by_the_province_that_took_over_stands_in_nobody_s_way(merged):
    a, b = merged
    staff = make_user(Role.STAFF, b.province)
    district = Unit.objects.get(pk=a.districts[0].pk)
    assert record(b, staff, row(district, 2024), row(a.province, 2024)) == (2, 0)
    with pytest.raises(Refused, match="được thực hiện trên cổng"):
        record(b, staff, row(Unit.objects.get(pk=b.districts[0].pk), 2024))  # the control
    assert PastTotal.objects.visible_to(staff).count() == 2


def test_a_place_s_own_year_stands_in_the_way_there_alone(tmp_path):
    town = make_town()
    programme = publish(tmp_path, PROVINCES, TOWNS, WARDS)
    services.open_cycle(programme, town.province, YEAR, as_of=DAY, place=town.town, by=None)

    def enter(place) -> tuple[int, int]:
        told = Total(place, programme, YEAR, UnitKind.AGENCY, Figures(3, 2, source=SOURCE))
        return services.record_totals([told], town.province, by=None, reason="Theo tệp.")

    for place in (town.town, town.wards[0]):
        with pytest.raises(Refused, match="được thực hiện trên cổng"):
            enter(place)
    assert enter(town.other) == enter(town.commune) == (1, 0)  # the control


def test_the_province_that_took_over_corrects_what_the_ended_one_entered(merged):
    a, b = merged
    with pytest.raises(Refused, match="không phải tỉnh, huyện, xã của Tỉnh A"):
        services.record_totals([row(a.province)], a.province, by=None, reason="Theo tệp.")
    staff = make_user(Role.STAFF, b.province)
    record(b, staff, row(a.province))
    assert record(b, staff, row(a.province, met=180)) == (0, 1)
    services.take_total_away(PastTotal.objects.get(), by=staff, reason="Nhầm")
    assert PastTotal.objects.get().is_away


def test_what_dossiers_tell_is_refused_for_that_kind_and_place_alone(tree, staff):
    programme = Programme.objects.get(code="safety")
    told = PastResult(programme, 2021, tree.areas[0], State.RECOGNISED, None, "", SOURCE)
    services.record_past([told], tree.province, by=staff, reason="Theo tệp.")
    for place in (tree.communes[0], tree.districts[0], tree.province):
        with pytest.raises(Refused, match="đã có kết quả từng đơn vị loại “Khu dân cư”"):
            record(tree, staff, row(place))
    controls = row(tree.districts[0], kind=UnitKind.AGENCY), row(tree.districts[1]), row(tree.communes[1])
    assert record(tree, staff, *controls) == (3, 0)
    services.take_past_away(Evaluation.objects.get(), by=staff, reason="Nhầm")
    assert record(tree, staff, row(tree.districts[0])) == (1, 0)


def test_who_comes_second_is_told(tree, staff):
    late = row(tree.districts[0])
    record(tree, staff, late)
    with pytest.raises(Refused, match="vừa được người khác ghi"):
        record(tree, staff, replace(late, figures=Figures(234, 1, source=SOURCE)))
    older = row(tree.districts[0], met=180)
    record(tree, staff, row(tree.districts[0], met=190))
    with pytest.raises(Refused, match="vừa được người khác ghi"):
        record(tree, staff, older)
    assert PastTotal.objects.get().met == 190


def test_only_the_province_s_staff_and_only_its_own_levels(tree, staff):
    place, officer = tree.districts[0], make_user(Role.OFFICER, tree.communes[0])
    with pytest.raises(Refused, match="Chỉ cán bộ cấp tỉnh"):
        record(tree, officer, row(place))
    record(tree, staff, row(place))
    with pytest.raises(Refused, match="Chỉ cán bộ cấp tỉnh"):
        services.take_total_away(PastTotal.objects.get(), by=officer, reason="Nhầm")
    other = make_tree("B")
    for stranger in (other.districts[0], tree.areas[0]):
        with pytest.raises(Refused, match="không phải tỉnh, huyện, xã của Tỉnh A"):
            record(tree, staff, row(stranger))


def test_a_place_that_was_not_there_is_refused(tree, staff):
    with pytest.raises(Refused, match="chưa có hoặc đã kết thúc vào cuối năm 2019"):
        record(tree, staff, row(tree.districts[0], 2019))


def test_a_reason_is_asked_for(tree, staff):
    with pytest.raises(Refused, match="lý do"):
        services.record_totals([row(tree.districts[0])], tree.province, by=staff, reason=" ")


def test_statements_do_not_grow_with_rows(tree, staff):
    communes = make_units(
        tree.districts[1], UnitKind.COMMUNE, Subtype.COMMUNE, [f"Xã Thêm {number}" for number in range(30)]
    )

    def counted(year: int, places) -> int:
        rows = [row(place, year) for place in places]
        with CaptureQueriesContext(connection) as queries:
            record(tree, staff, *rows)
        return len(queries)

    staff.placements_now()  # asked once a request
    assert counted(2021, communes[:1]) == counted(2022, communes)


def test_who_sees_the_place_sees_its_totals(tree, staff):
    district, commune = tree.districts[0], tree.communes[0]
    record(tree, staff, row(tree.province), row(district), row(commune))

    def seen(role, place) -> set:
        found = PastTotal.objects.visible_to(make_user(role, place))
        return {one.place for one in found}

    assert seen(Role.STAFF, tree.province) == {tree.province, district, commune}
    assert seen(Role.INSPECTOR, district) == {district, commune}
    assert seen(Role.OFFICER, commune) == {commune}
    assert seen(Role.OFFICER, tree.communes[1]) == set()
    assert seen(Role.STAFF, make_tree("B").province) == set()
