"""“Yếu” is recognised as a result and is no success: no list, streak, condition or count below takes it for one."""

import pytest

from criteria.enums import MissingYear
from criteria.models import CriteriaSet, Grade
from evaluations.enums import State
from evaluations.judging.below import counts_below
from evaluations.judging.results import results_required
from evaluations.models import Evaluation
from evaluations.streaks import counting
from tests.evaluations.graded import open_graded
from tests.evaluations.list_rows import rows_of
from tests.evaluations.streaks.results import RECOGNISED, areas, make_rule, record
from tests.evaluations.world import put
from tests.units.factories import make_user
from units.enums import Role

pytestmark = pytest.mark.both  # conditions over grades in SQL

BOUNDS = pytest.mark.parametrize(("bound", "succeeds"), [(0, False), (None, False), (50, True)])


def grade_last(dossiers, bound) -> None:
    """The dossiers with the last grade of a set of two of their programme."""
    model = dossiers[0].criteria_set
    of = {"programme": model.programme, "document": model.document, "unit_kinds": model.unit_kinds}
    graded = CriteriaSet.objects.create(code="VD-LOAI", version=1, name="Hai loại", first_year=2020, **of)
    Grade.objects.create(criteria_set=graded, rank=1, label="Tốt", lower_bound=80)
    last = Grade.objects.create(criteria_set=graded, rank=2, label="Yếu", lower_bound=bound)
    Evaluation.objects.filter(pk__in=[one.pk for one in dossiers]).update(grade=last)


def years_of(place, open_year: int | None = None):
    """Two areas recognised in 2020–2023, and the dossiers of the first."""
    one, other = areas(place, 2)
    for year in range(2020, 2024):
        record(place, year, {one: RECOGNISED, other: RECOGNISED}, is_open=year == open_year)
    return one, list(Evaluation.objects.filter(unit=one).order_by("cycle__year"))


def span(rule, place) -> counting.Span:
    years = counting.recorded_years([rule], place.province_id)[rule.pk]
    return counting.span_of(rule, years, max(years), place.province_id)


@BOUNDS
@pytest.mark.parametrize("missing", MissingYear)
def test_a_row_of_years_ends_with_it(place, missing, bound, succeeds):
    one, dossiers = years_of(place)
    grade_last(dossiers[1:2], bound)
    rule = make_rule(missing=missing)
    lengths = dict(counting.with_streak(place.children.all(), span(rule, place)).values_list("name", "streak"))
    assert lengths == {"Thôn 1": 4 if succeeds else 2, "Thôn 2": 4}


@BOUNDS
def test_it_endangers_a_row_while_the_year_is_open(place, bound, succeeds):
    one, dossiers = years_of(place, open_year=2023)
    grade_last(dossiers[3:], bound)
    meant, staff = span(make_rule(), place), make_user(Role.STAFF, place.province)
    rows = counting.with_streak(place.children.all(), meant)
    told = [danger.sentence for found in counting.dangers([one], meant, [], staff).values() for danger in found]
    assert list(counting.in_danger(rows, meant).values_list("name", flat=True)) == ([] if succeeds else ["Thôn 1"])
    assert told == ([] if succeeds else ["Loại Yếu (năm 2023)."])


@BOUNDS
def test_lists_of_years_do_not_count_it(client, place, bound, succeeds):
    _, dossiers = years_of(place)
    grade_last(dossiers[3:], bound)
    client.force_login(make_user(Role.STAFF, place.province))
    read = [
        [row[column] for row in rows_of(client, name)]
        for name, column in (("cycle_list", "Công nhận"), ("past_list", "Đạt"))
    ]
    assert read == [["2" if succeeds else "1", "2", "2", "2"]] * 2


@BOUNDS
def test_a_condition_asking_for_a_recognition_is_not_met_by_it(world, tmp_path, bound, succeeds):
    graded = open_graded(world, tmp_path)  # its set asks for the safety of the same year
    safety = list(world.cycle.evaluations.filter(unit=world.tree.areas[0]))
    put(safety, State.RECOGNISED)
    grade_last(safety, bound)
    dossier = graded.evaluations.select_related("cycle", "criteria_set").get(unit=world.tree.areas[0])
    [result] = results_required([dossier])[dossier.pk].values()
    assert (result.recognised, result.rank, result.label) == (succeeds, 2, "loại Yếu")


@BOUNDS
def test_the_commune_does_not_count_it_among_its_recognised(world, bound, succeeds):
    areas_of_it = list(world.cycle.evaluations.filter(commune=world.commune, kind="residential_area"))
    put(areas_of_it, State.RECOGNISED)
    grade_last(areas_of_it[:1], bound)
    commune = world.cycle.evaluations.get(unit=world.commune)
    counts = counts_below([commune])[commune.pk]["residential_area"]
    assert (counts.total, counts.recognised) == (len(areas_of_it), len(areas_of_it) - (not succeeds))
