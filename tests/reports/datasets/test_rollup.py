"""The yearly roll-up against a tree counted by hand, its queries, and the years of Nga Sơn."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.models import Grade
from evaluations.enums import CycleStatus, State
from reports.datasets import Counts, scope_of, ten_year_table, trend, unit_roster, yearly_rollup
from reports.datasets.place_names import DIRECT_COMMUNES, DISTRICT_BLOCK, PROVINCE_BLOCK
from reports.datasets.rollup import count_sql
from tests.reports.factories import make_cycle, make_files
from tests.units.factories import make_province, make_tree, make_units
from units.enums import Subtype, UnitKind
from units.models import UnitVersion

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # totals counted in SQL
NGA_SON = (145, 159, 166, 177, 178, 182, 182, 189, 192)
PRINTED = ["61,97", "67,95", "70,94", "75,64", "76,07", "77,78", "77,78", "80,77", "82,05"]


@pytest.fixture
def world():
    """Eight areas, four communes, an agency and an enterprise in A1.1, a school of district A1, one of the province.

    Areas: 3 recognised (A1.1 both, A1.2 first), 1 declined, 1 revoked, 1 submitted, 1 expected, 1 withdrawn.
    """
    tree = make_tree("A")
    cycle = make_cycle(tree.province)
    states = [
        State.RECOGNISED,
        State.RECOGNISED,
        State.RECOGNISED,
        State.DECLINED,
        State.REVOKED,
        State.SUBMITTED,
        State.EXPECTED,
        State.WITHDRAWN,
    ]
    for area, state in zip(tree.areas, states, strict=True):
        make_files(cycle, [area], state)
    make_files(cycle, tree.communes, State.REGISTERED)
    make_files(cycle, [tree.agency], State.RECOGNISED)
    make_files(cycle, [tree.enterprise], State.RETURNED)
    make_files(cycle, [tree.school], State.PROPOSED)
    college = make_units(tree.province, UnitKind.SCHOOL, Subtype.COLLEGE, ["Trường tỉnh"])
    make_files(cycle, college, State.RECOGNISED)
    tree.cycle = cycle
    return tree


def lines(rollup):
    return [(group.label, row.label, row.counts) for group in rollup.groups for row in group.rows]


def test_by_kind(world):
    rollup = yearly_rollup(world.cycle, place=world.province, by="kind")
    assert lines(rollup) == [
        ("Khu dân cư", "Khu dân cư", Counts(8, 6, 6, 3, 2, 1)),
        ("Xã, phường, thị trấn", "Xã, phường, thị trấn", Counts(4, 4, 0, 0, 0, 0)),
        ("Cơ quan, doanh nghiệp, cơ sở giáo dục", "Cơ quan", Counts(1, 1, 1, 1, 0, 0)),
        ("Cơ quan, doanh nghiệp, cơ sở giáo dục", "Doanh nghiệp", Counts(1, 1, 0, 0, 0, 0)),
        ("Cơ quan, doanh nghiệp, cơ sở giáo dục", "Cơ sở giáo dục", Counts(2, 2, 2, 1, 0, 0)),
    ]
    assert rollup.groups[2].subtotal == Counts(4, 4, 3, 2, 0, 0)
    assert rollup.total == Counts(16, 14, 9, 5, 2, 1)
    shares = (rollup.total.of_roster, rollup.total.of_registered)
    assert [(share.part, share.whole, share.base, share.text) for share in shares] == [
        (5, 16, "tổng số", "31,25"),
        (5, 14, "số đăng ký", "35,71"),
    ]


@pytest.mark.parametrize(("bound", "recognised"), [(0, 4), (None, 4), (50, 5)])
def test_the_lowest_grade_is_no_success(world, bound, recognised):
    """ "Yếu" is given to whoever has no more: in the roll-up, the shares and the years it is not recognised."""
    criteria_set = world.cycle.evaluations.first().criteria_set
    Grade.objects.create(criteria_set=criteria_set, rank=1, label="Tốt", lower_bound=80)
    last = Grade.objects.create(criteria_set=criteria_set, rank=2, label="Yếu", lower_bound=bound)
    world.cycle.evaluations.filter(unit=world.areas[0]).update(grade=last)
    before = yearly_rollup(world.cycle, place=world.province, by="kind").total
    assert (before.recognised, before.roster, before.recognised + before.not_met) == (recognised, 16, 7)
    assert before.of_roster.part == recognised
    for by in ("district", "commune"):
        assert yearly_rollup(world.cycle, place=world.province, by=by).total == before
    today = yearly_rollup(world.cycle, place=world.province, by="kind", boundaries="today").total
    assert today == before
    years = ten_year_table(world.province, programmes=[world.cycle.programme.code])
    assert [row.counts for row in years.rows] == [before]


def test_by_district_gives_the_province_its_own_row(world):
    rollup = yearly_rollup(world.cycle, place=world.province, by="district")
    assert [(row.label, row.unit_id, row.counts) for row in rollup.rows] == [
        ("Huyện A1", world.districts[0].pk, Counts(9, 9, 6, 4, 1, 0)),
        ("Huyện A2", world.districts[1].pk, Counts(6, 4, 2, 0, 1, 1)),
        (PROVINCE_BLOCK, None, Counts(1, 1, 1, 1, 0, 0)),
    ]
    assert rollup.total == Counts(16, 14, 9, 5, 2, 1)


def test_by_commune_gives_the_district_its_own_row(world):
    rollup = yearly_rollup(world.cycle, place=world.province, by="commune")
    assert lines(rollup) == [
        ("Huyện A1", "Xã A1.1", Counts(5, 5, 3, 3, 0, 0)),
        ("Huyện A1", "Xã A1.2", Counts(3, 3, 2, 1, 1, 0)),
        ("Huyện A1", DISTRICT_BLOCK, Counts(1, 1, 1, 0, 0, 0)),
        ("Huyện A2", "Xã A2.1", Counts(3, 3, 2, 0, 1, 0)),
        ("Huyện A2", "Xã A2.2", Counts(3, 1, 0, 0, 0, 1)),
        (PROVINCE_BLOCK, PROVINCE_BLOCK, Counts(1, 1, 1, 1, 0, 0)),
    ]
    assert rollup.groups[0].subtotal == Counts(9, 9, 6, 4, 1, 0)


@pytest.mark.parametrize("by", ["kind", "district", "commune"])
def test_every_way_of_counting_has_the_same_total(world, by):
    for kind in (None, UnitKind.RESIDENTIAL_AREA, UnitKind.SCHOOL):
        total = yearly_rollup(world.cycle, place=world.province, by=by, kind=kind).total
        assert total == yearly_rollup(world.cycle, place=world.province, by="kind", kind=kind).total


def test_a_place_counts_only_its_own(world):
    district = yearly_rollup(world.cycle, place=world.districts[1], by="commune")
    commune = yearly_rollup(world.cycle, place=world.communes[0], by="kind")
    assert (district.total, commune.total) == (Counts(6, 4, 2, 0, 1, 1), Counts(5, 5, 3, 3, 0, 0))


def test_another_province_counts_nothing(world):
    other = make_province("Tỉnh B", "97")
    assert yearly_rollup(world.cycle, place=other, by="kind").total == Counts()


def test_two_tier_years_have_communes_right_under_the_province():
    province = make_province("Tỉnh C", "96")
    ward = make_units(province, UnitKind.COMMUNE, Subtype.WARD, ["Phường C1"])[0]
    areas = make_units(ward, UnitKind.RESIDENTIAL_AREA, Subtype.QUARTER, ["Khu phố 1", "Khu phố 2"])
    cycle = make_cycle(province, 2026)
    make_files(cycle, [ward, *areas], State.RECOGNISED)
    by_commune = yearly_rollup(cycle, place=province, by="commune")
    by_district = yearly_rollup(cycle, place=province, by="district")
    assert [(group.label, [row.label for row in group.rows]) for group in by_commune.groups] == [
        (DIRECT_COMMUNES, ["Phường C1"])
    ]
    assert [(row.label, row.counts.roster) for row in by_district.rows] == [(DIRECT_COMMUNES, 3)]


def test_names_are_those_of_the_cycles_day(world):
    commune = world.communes[0]
    UnitVersion.objects.filter(unit=commune).update(valid_to=date(2020, 12, 31))
    UnitVersion.objects.create(
        unit=commune,
        name="Phường A1.1",
        subtype=Subtype.WARD,
        parent=commune.parent,
        province=commune.province,
        district=commune.district,
        commune=commune,
        valid_from=date(2021, 1, 1),
    )
    old = yearly_rollup(world.cycle, place=world.districts[0], by="commune")
    later = make_cycle(world.province, 2021)
    make_files(later, [world.areas[0]], State.EXPECTED)
    new = yearly_rollup(later, place=world.districts[0], by="commune")
    assert (old.rows[0].label, new.rows[0].label) == ("Xã A1.1", "Phường A1.1")


@pytest.mark.parametrize("place", ["province", "districts", "communes", "areas"])
def test_the_kept_sql_binds_each_place_and_kind_to_its_own_column(world, place):
    """The SQL is written once a shape and filled in again: every place, with and without a kind, counts its own."""
    units = [world.province] if place == "province" else getattr(world, place)
    column = {"province": "province", "districts": "district", "communes": "commune", "areas": "unit"}[place]
    for unit in units:
        for kind in (None, "residential_area", "school"):
            files = world.cycle.evaluations.filter(**{column: unit.pk} | ({"kind": kind} if kind else {}))
            counted = yearly_rollup(world.cycle, place=unit, by="commune", kind=kind).total
            assert (counted.roster, counted.recognised) == (files.count(), files.filter(state="recognised").count())


@pytest.mark.parametrize("by", ["kind", "district", "commune"])
def test_queries_do_not_grow_with_rows(world, by):
    with CaptureQueriesContext(
        connection,
    ) as few:
        yearly_rollup(world.cycle, place=world.province, by=by)
    many = make_units(
        world.communes[1], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn {number}" for number in range(4000)]
    )
    make_files(world.cycle, many, State.REGISTERED)
    with CaptureQueriesContext(connection) as lots:
        assert yearly_rollup(world.cycle, place=world.province, by=by).total.roster == 4016
    assert (len(few), len(lots)) == ((2, 2) if by == "kind" else (3, 3))


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("columns", "kind"),
    [(["kind"], None), (["district_id", "commune_id"], None), (["district_id", "commune_id"], "school")],
)
def test_the_index_alone_answers(world, columns, kind):
    asked = {"cycle": world.cycle.pk} | ({"kind": kind} if kind else {})
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # what is left is the covering index alone, or nothing
        cursor.execute(f"EXPLAIN {count_sql(tuple(asked), tuple(columns))}", list(asked.values()))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan" in plan


# --- years -----------------------------------------------------------------------------------------------------
@pytest.fixture
def nga_son():
    province = make_province("Tỉnh Thanh Hoá", "38", on=date(2004, 1, 1))
    district = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Nga Sơn"], on=date(2004, 1, 1))[
        0
    ]
    commune = make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Ba Đình"], on=date(2004, 1, 1))[0]
    names = [f"Khu dân cư {number}" for number in range(1, 235)]
    areas = make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, names, on=date(2004, 1, 1))
    for year, recognised in zip(range(2009, 2018), NGA_SON, strict=True):
        code = "da375" if year <= 2012 else "safety"
        cycle = make_cycle(province, year, code, source="Báo cáo số 55/BC-BCĐ")
        make_files(cycle, areas[:recognised], State.RECOGNISED)
        make_files(cycle, areas[recognised:], State.DECLINED)
    return district


def test_nga_son_prints_the_published_years(nga_son):
    table = ten_year_table(nga_son, programmes=["da375", "safety"], kind=UnitKind.RESIDENTIAL_AREA)
    assert [row.share.text for row in table.rows] == PRINTED
    assert [row.year for row in table.rows] == list(range(2009, 2018))
    assert [row.programme_code for row in table.rows] == ["da375"] * 4 + ["safety"] * 5
    assert {row.counts.roster for row in table.rows} == {234}
    assert table.sources == ["Báo cáo số 55/BC-BCĐ"]


def test_trend_is_the_last_years_of_one_programme(nga_son):
    table = trend("safety", nga_son, 2016)
    assert [(row.year, row.share.text) for row in table.rows] == [
        (2013, "76,07"),
        (2014, "77,78"),
        (2015, "77,78"),
        (2016, "80,77"),
    ]


def test_the_first_programme_named_speaks_for_a_year_of_two(nga_son):
    cycle = make_cycle(nga_son.province, 2012, "safety")
    areas = list(nga_son.province.__class__.objects.filter(kind=UnitKind.RESIDENTIAL_AREA))
    make_files(cycle, areas[:2], State.RECOGNISED)
    older = ten_year_table(nga_son, programmes=["da375", "safety"]).rows[3]
    newer = ten_year_table(nga_son, programmes=["safety", "da375"]).rows[3]
    assert (older.programme_code, older.share.text) == ("da375", "75,64")
    assert (newer.programme_code, newer.share.text) == ("safety", "100,00")


def test_a_year_still_open_is_marked(nga_son):
    cycle = make_cycle(nga_son.province, 2018, status=CycleStatus.OPEN)
    make_files(cycle, [nga_son.children.get()], State.REGISTERED)
    row = ten_year_table(nga_son, programmes=["safety"]).rows[-1]
    assert (row.year, row.note, row.share.text) == (2018, "đang thực hiện", "0,00")


def test_years_take_three_queries(nga_son, django_assert_num_queries):
    with django_assert_num_queries(3):
        ten_year_table(nga_son, programmes=["da375", "safety"])


# --- the list --------------------------------------------------------------------------------------------------
def test_roster_groups_by_commune_in_two_queries(world, django_assert_num_queries):
    with django_assert_num_queries(2):
        roster = unit_roster(scope_of(world.cycle, world.province))
    assert [(group.label, [row.name for row in group.rows]) for group in roster.groups] == [
        ("Xã A1.1, Huyện A1", ["Xã A1.1", "Thôn 1 (A1.1)", "Thôn 2 (A1.1)", "Cơ quan A", "Doanh nghiệp A"]),
        ("Xã A1.2, Huyện A1", ["Xã A1.2", "Thôn 1 (A1.2)", "Thôn 2 (A1.2)"]),
        ("Huyện A1 – khối cấp huyện quản lý", ["Trường A"]),
        ("Xã A2.1, Huyện A2", ["Xã A2.1", "Thôn 1 (A2.1)", "Thôn 2 (A2.1)"]),
        ("Xã A2.2, Huyện A2", ["Xã A2.2", "Thôn 1 (A2.2)", "Thôn 2 (A2.2)"]),
        (PROVINCE_BLOCK, ["Trường tỉnh"]),
    ]


def test_roster_by_kind_and_state(world):
    roster = unit_roster(scope_of(world.cycle, world.province), kind="residential_area", state=State.RECOGNISED)
    assert [row.name for group in roster.groups for row in group.rows] == [
        "Thôn 1 (A1.1)",
        "Thôn 2 (A1.1)",
        "Thôn 1 (A1.2)",
    ]
