"""Years running: counted in SQL as one counts by hand, across programmes, gaps and the year under way."""

import html
import re
from datetime import date
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.enums import MissingYear, SetStatus
from criteria.models import Deadline, StreakRule
from evaluations.enums import State
from evaluations.models import Evaluation
from evaluations.streaks import counting
from portal.demo import building
from tests.evaluations.streaks.results import DECLINED, RECOGNISED, areas, make_rule, record
from tests.evaluations.world import fill, put
from tests.units.factories import make_province, make_units, make_user
from units.enums import Role, Subtype, UnitKind

pytestmark = pytest.mark.both  # years counted in SQL


def lengths(rule, commune, last: int | None = None) -> dict[str, int]:
    """The streak of each unit by its name."""
    years = counting.recorded_years([rule], commune.province_id)[rule.pk]
    span = counting.span_of(rule, years, last or max(years))
    return dict(counting.with_streak(commune.children.all(), span).values_list("name", "streak"))


def run_of(commune, results: str, first: int = 2016, open_years=()):
    """One area's years, a letter each: r recognised, d declined, v revoked, w withdrawn, e expected, - no dossier.

    A second area is recognised throughout, so that every year is there.
    """
    one, other = areas(commune, 2)
    names = {"r": RECOGNISED, "d": DECLINED, "v": State.REVOKED, "w": State.WITHDRAWN, "e": State.EXPECTED}
    for year, letter in enumerate(results, first):
        states = {other: RECOGNISED} | ({one: names[letter]} if letter != "-" else {})
        record(commune, year, states, is_open=year in open_years)
    return one


@pytest.mark.parametrize(
    ("results", "breaks", "skipped"),
    [
        ("rrrr", 4, 4),
        ("rrdr", 1, 1),
        ("rrrd", 0, 0),
        ("rr-r", 1, 3),
        ("rr--", 0, 2),
        ("rrwr", 1, 3),  # taken out of the year: not judged
        ("rrer", 1, 3),
        ("rrvr", 1, 1),  # a revoked recognition is none
        ("drrr", 3, 3),
        ("dddd", 0, 0),
        ("-r-r", 1, 2),
    ],
)
def test_a_row_is_counted_back_from_its_last_year(place, results, breaks, skipped):
    unit = run_of(place, results)
    found = [lengths(make_rule(f"LT-{missing}", missing=missing), place)[unit.name] for missing in MissingYear]
    assert found == [breaks, skipped]


@pytest.mark.parametrize(
    ("results", "length"), [("rrre", 3), ("rrrd", 3), ("rrrr", 4), ("rrr-", 3), ("rrdd", 0), ("rrde", 0)]
)
def test_the_year_under_way_adds_but_never_breaks(place, results, length):
    unit = run_of(place, results, open_years=[2019])
    assert lengths(make_rule(), place)[unit.name] == length


@pytest.mark.parametrize(
    ("results", "newest", "before"),
    [("rrree", 3, 3), ("rrrre", 4, 4), ("rrrer", 4, 3), ("rrdee", 0, 0), ("rrrdd", 3, 3)],
)
def test_a_year_not_yet_locked_breaks_nothing_when_the_next_one_is_opened(place, results, newest, before):
    unit = run_of(place, results, open_years=[2019, 2020])
    assert lengths(make_rule(), place)[unit.name] == newest
    assert lengths(make_rule("LT-TRUOC"), place, 2019)[unit.name] == before


def test_only_the_newest_years_can_be_under_way(place):
    unit = run_of(place, "rrer", open_years=[2018])
    assert lengths(make_rule(), place)[unit.name] == 1


def test_a_rule_counts_from_its_first_year_and_only_its_programmes(place):
    (unit,) = areas(place, 1)
    for year in (2010, 2011, 2012):
        record(place, year, {unit: RECOGNISED}, programme="da375")
    for year in (2013, 2014):
        record(place, year, {unit: RECOGNISED})
    assert lengths(make_rule(), place) == {unit.name: 5}
    assert lengths(make_rule("LT-A", counts=["safety"]), place) == {unit.name: 2}
    assert lengths(make_rule("LT-B", first_year=2012), place) == {unit.name: 3}
    assert lengths(StreakRule.objects.get(code="LT-THU"), place, 2011) == {unit.name: 2}


def test_a_rule_counts_only_while_it_holds(place):
    """The year belongs to the rule in force on its last day; rows reach back before the rule's own days."""
    (unit,) = areas(place, 1)
    for year in (2016, 2017, 2018, 2019):
        record(place, year, {unit: RECOGNISED})
    ended = make_rule("LT-CU", valid_to=date(2018, 6, 30))
    follows = make_rule("LT-MOI", valid_from=date(2018, 7, 1))
    ahead, draft = make_rule("LT-SAU", valid_from=date(2020, 1, 1)), make_rule("LT-NHAP", status=SetStatus.DRAFT)
    recorded = counting.recorded_years([ended, follows, ahead], place.province_id)
    assert [sorted(recorded[one.pk]) for one in (ended, follows, ahead)] == [[2016, 2017], [2016, 2017, 2018, 2019], []]
    assert lengths(ended, place) == {unit.name: 2}
    assert lengths(follows, place) == {unit.name: 4}
    told = {row.span.rule.code for row in counting.of_unit(unit, make_user(Role.STAFF, place.province))}
    assert {"LT-CU", "LT-MOI"} <= told and not told & {ahead.code, draft.code}


def test_two_programmes_in_one_year_are_one_year(place):
    (unit,) = areas(place, 1)
    record(place, 2012, {unit: RECOGNISED}, programme="da375")
    record(place, 2012, {unit: RECOGNISED})
    record(place, 2013, {unit: RECOGNISED}, programme="da375")
    record(place, 2013, {unit: DECLINED})
    assert lengths(make_rule(), place) == {unit.name: 2}


def test_sql_counts_as_one_does_by_hand(place):
    """Three hundred areas of random luck over nine years, each counted by walking back."""
    luck = Random(7)  # noqa: S311 -- the same draw every time
    units = areas(place, 300)
    states = (RECOGNISED, RECOGNISED, RECOGNISED, DECLINED, State.REVOKED, State.WITHDRAWN, State.EXPECTED, None)
    drawn = {year: {unit: luck.choice(states) for unit in units} for year in range(2010, 2019)}
    for year, states_of in drawn.items():
        record(place, year, {unit: state for unit, state in states_of.items() if state}, is_open=year == 2018)

    def by_hand(unit, breaks_on) -> int:
        length = int(drawn[2018][unit] == RECOGNISED)
        for year in range(2017, 2009, -1):
            if drawn[year][unit] == RECOGNISED:
                length += 1
            elif breaks_on is None or drawn[year][unit] in breaks_on:
                return length
        return length

    for missing, breaks_on in (("breaks", None), ("skipped", (DECLINED, State.REVOKED))):
        expected = {unit.name: by_hand(unit, breaks_on) for unit in units if any(drawn[y][unit] for y in drawn)}
        assert lengths(make_rule(f"LT-{missing}", missing=missing), place) == expected
        assert len(set(expected.values())) > 4


# --- Nga Sơn, Báo cáo 55/BC-BCĐ: of the 177 areas of 2012, 150 two years running, 91 three, 51 four ---------------
def test_nga_son_2012_is_rebuilt_from_yearly_results(place):
    units = areas(place, 234)
    for year in range(2009, 2013):
        met = building.nga_son_met(year, building.NGA_SON[year])
        states = {unit: RECOGNISED if at in met else DECLINED for at, unit in enumerate(units)}
        record(place, year, states, programme="da375")
    rule = (
        next((one for one in StreakRule.objects.order_by("is_example") if "da375" in one.counts), None) or make_rule()
    )
    years = counting.recorded_years([rule], place.province_id)[rule.pk]
    rows = counting.with_streak(place.children.all(), counting.span_of(rule, years, 2012))
    assert counting.how_many(rows, rule)[:4] == [(1, 177), (2, 150), (3, 91), (4, 51)]


# --- near a title, in danger -------------------------------------------------------------------------------------


@pytest.fixture
def under_way(place):
    """Twelve areas: two to four years running up to 2023, and 2024 open with dossiers in every state."""
    rule = make_rule()
    units = areas(place, 12)
    for year, least in ((2020, 9), (2021, 6), (2022, 0), (2023, 0)):
        record(place, year, {unit: RECOGNISED if at >= least else DECLINED for at, unit in enumerate(units)})
    states = [State.EXPECTED, State.REGISTERED, State.RETURNED, State.SUBMITTED, DECLINED, State.REVOKED]
    states += [State.WITHDRAWN, RECOGNISED, State.APPRAISED, State.EXPECTED, State.TABLED, RECOGNISED]
    record(place, 2024, dict(zip(units, states, strict=True)), is_open=True)
    years = counting.recorded_years([rule], place.province_id)[rule.pk]
    span = counting.span_of(rule, years, 2024)
    return rule, span, units, counting.with_streak(place.children.order_by("pk"), span)


def places_in(units, rows) -> list[int]:
    order = {unit.pk: at for at, unit in enumerate(units)}
    return sorted(order[row.pk] for row in rows)


def test_one_year_away_from_the_next_title(under_way):
    rule, span, units, rows = under_way
    assert [row.streak for row in rows] == [2] * 6 + [3, 4, 3, 4, 4, 5]
    assert places_in(units, counting.one_year_away(rows, span)) == [0, 1, 2, 3, 4, 5, 7, 9, 10]
    told = counting.standing(rule, 4)
    assert (told.reached.years, told.coming.years, told.missing) == (3, 5, 1)
    assert told.sentence == (
        "Đủ điều kiện đề nghị cấp huyện công nhận “An toàn 3 năm”. "
        "Còn 1 năm nữa để đề nghị cấp tỉnh công nhận “An toàn 5 năm” (5 năm liên tục)."
    )
    assert (counting.standing(rule, 0).reached, counting.standing(rule, 6).coming) == (None, None)


def test_in_danger_is_what_went_wrong_this_year(under_way):
    rule, span, units, rows = under_way
    assert places_in(units, counting.in_danger(rows, span)) == [2, 4, 5, 6]
    assert places_in(units, counting.undecided(rows, span)) == [1, 2, 3, 8, 10]
    Evaluation.objects.filter(unit=units[0], cycle__year=2024).update(route=(route := late_route()))
    late = counting.late_routes(rule, 2024, date(2024, 12, 31))
    assert route.pk in late and counting.late_routes(rule, 2024, date(2024, 1, 1)) == []
    assert places_in(units, counting.in_danger(rows, span, late)) == [0, 2, 4, 5, 6]


def late_route():
    return Deadline.objects.filter(step="register", route__kind="residential_area").first().route


def test_nobody_is_in_danger_in_a_settled_year_or_without_a_row(under_way):
    rule, span, units, rows = under_way
    settled = counting.span_of(rule, dict.fromkeys(range(2020, 2025), False) | {2024: True}, 2023)
    older = counting.with_streak(units[0].parent.children.all(), settled)
    assert list(counting.in_danger(older, settled)) == list(counting.undecided(older, settled)) == []
    Evaluation.objects.filter(unit=units[4], cycle__year__lt=2024).update(state=DECLINED)
    assert places_in(units, counting.in_danger(rows, span)) == [2, 5, 6]


def test_a_year_taken_out_costs_nothing_where_years_may_be_missing(under_way):
    *_, units, _ = under_way
    rule = make_rule("LT-BO", missing=MissingYear.SKIPPED)
    span = counting.span_of(rule, dict.fromkeys(range(2020, 2024), False) | {2024: True}, 2024)
    rows = counting.with_streak(units[0].parent.children.all(), span)
    assert places_in(units, counting.in_danger(rows, span)) == [2, 4, 5]


# --- the page ----------------------------------------------------------------------------------------------------


def page_of(client, user, **query) -> str:
    """The page by this module's rule: packs may bring rules of their own."""
    client.force_login(user)
    rule = StreakRule.objects.filter(code="LT-THU").values_list("pk", flat=True).first() or ""
    response = client.get(reverse("evaluations:streak_list"), {"rule": rule} | query)
    assert response.status_code == 200
    return " ".join(html.unescape(response.content.decode()).split())


def test_the_page_counts_filters_and_warns(client, place, under_way):
    rule, _, units, _ = under_way
    staff = make_user(Role.STAFF, place.province)
    page = page_of(client, staff)
    assert "Khu dân cư an toàn nhiều năm liên tục – Tỉnh Thử, tính đến năm 2024 (năm 2024 đang thực hiện)" in page
    assert re.findall(r'figure"> ?<b>(\d+)</b>', page) == ["12", "12", "6", "4", "1"]
    assert page.count("Có nguy cơ</span>") == 4 and "Bị trả lại (năm 2024)." in page
    danger = page_of(client, staff, near="danger")
    assert re.findall(r">(Thôn \d+)</a>", danger) == ["Thôn 7", "Thôn 3", "Thôn 5", "Thôn 6"]
    assert re.findall(r">(Thôn \d+)</a>", page_of(client, staff, q="thon 12")) == ["Thôn 12"]
    past = page_of(client, staff, year=2021, commune=place.pk)
    assert re.findall(r'figure"> ?<b>(\d+)</b>', past) == ["6", "3", "0", "0", "0"] and "(năm 2021" not in past
    settled = page_of(client, staff, year=2021, near="danger")
    assert "Năm 2021 đã xong nên không còn chuỗi nào có nguy cơ đứt." in settled


def test_an_empty_page_says_why_and_where_to_go(client, place):
    """No rule; a rule and no year; years of a programme no rule counts; years no rule was in force in."""
    staff, officer = make_user(Role.STAFF, place.province), make_user(Role.OFFICER, place)
    StreakRule.objects.all().delete()
    page = page_of(client, staff)
    assert "Tỉnh Thử chưa có quy tắc năm liên tục nào đã ban hành" in page and "Soạn quy tắc của tỉnh" in page
    assert "Soạn quy tắc của tỉnh" not in page_of(client, officer)
    assert "chưa được phân công ở đơn vị nào" in page_of(client, make_user())
    rule = make_rule(counts=("safety",))
    page = page_of(client, staff)
    assert "Đã có 1 quy tắc nhưng Tỉnh Thử chưa có kỳ hay kết quả năm nào của “An toàn về an ninh, trật tự”" in page
    assert reverse("evaluations:past_list") in page and reverse("evaluations:cycle_open") in page
    assert "Cán bộ cấp tỉnh nhập kết quả năm trước hoặc mở kỳ" in page_of(client, officer)
    (unit,) = areas(place, 1)
    record(place, 2012, {unit: RECOGNISED}, programme="da375")
    assert "Các năm đã có thuộc “Đề án 375”, không quy tắc nào tính." in page_of(client, staff)
    record(place, 2014, {unit: RECOGNISED})
    StreakRule.objects.filter(pk=rule.pk).update(valid_from=date(2020, 1, 1))
    assert "nằm ngoài thời gian hiệu lực của 1 quy tắc đã ban hành" in page_of(client, staff)


def test_the_page_is_each_ones_own_place(client, place, under_way):
    (district,) = make_units(place.province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Bên"])
    other = make_user(Role.OFFICER, make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Bên"])[0])
    assert "Không có đơn vị nào khớp bộ lọc." in page_of(client, other)
    foreign = make_user(Role.STAFF, make_province("Tỉnh Xa", code="95"))
    assert "Chưa có quy tắc năm liên tục nào có kết quả để tính." in page_of(client, foreign)
    assert "Chưa có quy tắc" in page_of(client, make_user())
    assert "Thôn 1<" in page_of(client, make_user(Role.OFFICER, place))


def test_answers_that_cannot_be_met_are_told_beside_the_unit(client, world):
    """Two years behind it and a year under way whose answers fail: a warning though nobody has judged yet."""
    area = world.area
    make_rule()
    for year in (2022, 2023):
        record(world.commune, year, {area.unit: RECOGNISED})
    put([area], State.REGISTERED)
    fill([area], world.officer, failing={"TT124-KDC-2"}, appraised=False)
    page = page_of(client, world.officer, near="doing")
    assert area.unit_name in page and page.count("Có nguy cơ</span>") == 1
    area.answers.filter(criterion__code="TT124-KDC-2").delete()
    assert "Có nguy cơ</span>" not in page_of(client, world.officer, near="doing")


def test_the_page_asks_as_often_for_many_as_for_few(client, place, under_way):
    staff = make_user(Role.STAFF, place.province)

    def asked(**query) -> int:
        page_of(client, staff, **query)
        with CaptureQueriesContext(connection) as found:
            page_of(client, staff, **query)
        return len(found)

    few = asked(q="Thôn 1")
    more = make_units(place, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn 1{number:03}" for number in range(60)])
    for year in (2014, 2015):
        record(place, year, dict.fromkeys(more, RECOGNISED))
    assert (asked(q="Thôn 1"), few < 30) == (few, True)


@pytest.mark.parametrize("key", ["q", "rule", "year", "near", "district", "commune", "province", "page"])
def test_junk_in_the_address_shows_the_list_all_the_same(client, place, under_way, key):
    client.force_login(make_user(Role.STAFF, place.province))
    for junk in ("x", "²", "-1", "9" * 40, "\0", "'", "<script>alert(1)</script>"):
        response = client.get(reverse("evaluations:streak_list"), {key: junk})
        assert response.status_code == 200 and b"<script>alert" not in response.content
