"""Rules of years running, and results of years to count."""

from datetime import date

from criteria.enums import Level, MissingYear
from criteria.models import CriteriaSet, Programme, StreakRule, StreakTitle
from evaluations import services
from evaluations.enums import CycleStatus, State
from evaluations.models import Cycle
from tests.evaluations.factories import published_sets
from tests.units.factories import make_units
from units.enums import Subtype, UnitKind
from units.models import Unit

RECOGNISED, DECLINED = State.RECOGNISED, State.DECLINED

SETS = {"safety": "TT124-KDC", "da375": "DA375-KDC"}

TITLES = ((1, Level.COMMUNE), (3, Level.DISTRICT), (5, Level.PROVINCE))


def make_rule(code="LT-THU", *, missing=MissingYear.BREAKS, counts=("da375", "safety"), titles=TITLES, **fields):
    """A rule over results of Đề án 375 and the safety programme."""
    published_sets()
    model = CriteriaSet.objects.filter(code="DA375-KDC").latest("version")
    rule = StreakRule.objects.create(
        code=code,
        programme=model.programme,
        document=model.document,
        name="Khu dân cư an toàn nhiều năm liên tục",
        unit_kinds=["residential_area"],
        counts=list(counts),
        missing_year=missing,
        statement="Tính các năm liên tục được công nhận.",
        **fields,
    )
    StreakTitle.objects.bulk_create(
        StreakTitle(rule=rule, years=years, level=level, title=f"An toàn {years} năm") for years, level in titles
    )
    return rule


def areas(commune, many: int) -> list[Unit]:
    names = [f"Thôn {number}" for number in range(1, many + 1)]
    return make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, names)


def record(commune, year: int, states: dict[Unit, str], *, programme="safety", is_open=False) -> Cycle:
    """A year's results as a document gives them; an open one is made open afterwards."""
    sets = {"residential_area": CriteriaSet.objects.filter(code=SETS[programme]).earliest("version")}
    cycle = services.record_results(
        Programme.objects.get(code=programme),
        commune.province,
        year,
        as_of=date(year, 6, 30),
        source="Báo cáo thử",
        states={unit.pk: state for unit, state in states.items()},
        sets=sets,
    )
    if is_open:
        Cycle.objects.filter(pk=cycle.pk).update(status=CycleStatus.OPEN)
    return cycle
