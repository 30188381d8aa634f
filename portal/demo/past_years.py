"""Years before the portal: results as documents give them, or made up and marked so."""

from criteria.models import Grade, Programme
from evaluations import services
from evaluations.enums import State
from evaluations.models import Cycle
from evaluations.services.past_results import past_sets
from units.enums import UnitKind
from units.models import Unit

from .places import DA375, DEMO_SOURCE, FIRST_DAY, GRADING, SAFETY, luck

PAST_SHARES = {2020: 81, 2021: 84, 2022: 88, 2023: 91}  # percent recognised, made up for the demo
GRADED_YEARS = (2020, 2021, 2022, 2023)  # the first two by Bắc Giang's own names of the grades
GRADE_SHARES = {True: (35, 80, 97), False: (0, 0, 60)}  # by being safe: percent up to the first, second, third grade
DONG_NAI_YEAR, DONG_NAI_SHARE = 2022, 88
BAC_NINH_YEAR, BAC_NINH_SHARE = 2023, 90
NGA_SON = {2009: 145, 2010: 159, 2011: 166, 2012: 177, 2013: 178, 2014: 182, 2015: 182, 2016: 189, 2017: 192}
NGA_SON_SOURCE = (
    "Báo cáo số 55/BC-BCĐ ngày 12/6/2018 của Ban Chỉ đạo 138 huyện Nga Sơn; số tổng từng năm theo báo cáo, "
    "thôn nào đạt là dữ liệu mẫu"
)


def graded_year(province: Unit, year: int, share: int) -> None:
    """A closed year of grading: whoever was unsafe that year (see past_year) is graded low; a few have no dossier."""
    programme = Programme.objects.get(code=GRADING)
    if Cycle.objects.filter(programme=programme, province=province, year=year).exists():
        return
    sets = past_sets(programme, province, year)
    named: dict[int, dict[int, Grade]] = {}
    for grade in Grade.objects.filter(criteria_set__in=sets.values()):
        named.setdefault(grade.criteria_set_id, {})[grade.rank] = grade
    units = Unit.objects.filter(province=province, kind__in=sets).values_list("pk", "name", "commune__name", "kind")
    states: dict[int, str] = {}
    grades: dict[int, Grade] = {}
    for pk, name, commune, kind in units:
        seed = (commune, kind, name, year)
        if luck(*seed) >= 97:
            states[pk] = State.EXPECTED
            continue
        states[pk] = State.RECOGNISED
        ends = GRADE_SHARES[luck(*seed) < share]
        rank = 1 + sum(luck(*seed, "grade") >= end for end in ends)
        grades[pk] = named[sets[kind].pk][rank]
    services.record_results(
        programme,
        province,
        year,
        as_of=FIRST_DAY,
        source=DEMO_SOURCE,
        states=states,
        sets=sets,
        grades=grades,
        is_demo=True,
    )


def past_year(province: Unit, year: int, share: int) -> None:
    """A closed safety year in which so many percent were recognised."""
    programme = Programme.objects.get(code=SAFETY)
    if Cycle.objects.filter(programme=programme, province=province, year=year).exists():
        return
    sets = past_sets(programme, province, year)
    units = Unit.objects.filter(province=province, kind__in=sets).values_list("pk", "name", "commune__name", "kind")
    states: dict[int, str] = {}
    for pk, name, commune, kind in units:
        drawn = luck(commune, kind, name, year)
        if drawn < share:
            states[pk] = State.RECOGNISED
        else:
            states[pk] = State.DECLINED if drawn < 97 else State.EXPECTED
    services.record_results(
        programme, province, year, as_of=FIRST_DAY, source=DEMO_SOURCE, states=states, sets=sets, is_demo=True
    )


def nga_son_met(year: int, met: int) -> set[int]:
    """Which of the 234 areas (by place in the list) met the year's standard.

    The totals are the report's; the areas are chosen so that of the 177 of 2012, 150 had two years running, 91
    three and 51 four, as the report counts them.
    """
    four, three, two, one = range(51), range(51, 91), range(91, 150), range(150, 177)
    only_2011, rest = range(177, 193), range(193, 234)
    chosen = {
        2009: [*four, *two, *rest[:35]],
        2010: [*four, *three, *one, *only_2011, *rest[:25]],
        2011: [*four, *three, *two, *only_2011],
        2012: [*four, *three, *two, *one],
    }.get(year, range(met))
    return set(chosen)


def nga_son(province: Unit, year: int, met: int) -> None:
    """A closed year of Nga Sơn with the report's total."""
    programme = Programme.objects.get(code=DA375 if year < 2013 else SAFETY)
    if Cycle.objects.filter(programme=programme, province=province, year=year).exists():
        return
    areas = Unit.objects.filter(province=province, kind=UnitKind.RESIDENTIAL_AREA)
    listed = areas.order_by("commune__sort_key", "sort_key", "pk").values_list("pk", flat=True)
    chosen = nga_son_met(year, met)
    states: dict[int, str] = {pk: State.RECOGNISED if at in chosen else State.DECLINED for at, pk in enumerate(listed)}
    services.record_results(
        programme,
        province,
        year,
        as_of=areas.order_by("-opened_on").values_list("opened_on", flat=True)[0],
        source=NGA_SON_SOURCE,
        states=states,
        sets=past_sets(programme, province, year),
        is_demo=True,
    )
