"""What narrows the lists of streaks, bars and candidates; what cannot be is left out instead of emptying the list."""

import pytest

from evaluations.filters import BarredFilterSet, SelectionFilterSet, StreakFilterSet
from evaluations.models import Evaluation
from units.models import Unit

from .world import put

pytestmark = pytest.mark.django_db


def names(rows) -> list[str]:
    return sorted(str(row) for row in rows)


def test_units_are_narrowed_by_name_and_place(world):
    units = Unit.objects.counted_for(world.inspector)
    area = world.area.unit

    def found(**data) -> list[str]:
        return names(BarredFilterSet(data, units, years=[2024]).qs)

    assert found() == names(units) and len(names(units)) > 5
    assert found(q="THON 1 (a1.1)") == names(units.filter(search_key__contains="thon 1 a1 1")) == [area.name]
    assert found(commune=area.commune_id) == names(units.filter(commune=area.commune_id))
    assert found(district=area.district_id) == names(units.filter(district=area.district_id)) != names(units)
    assert found(commune="x", district=10**12, year="2024x", q="a" * 300) == names(units)


def test_what_is_asked_of_the_units_is_read_by_the_page(world):
    rule = type("Rule", (), {"pk": 7, "name": "Quy tắc"})
    units = Unit.objects.counted_for(world.inspector)

    def chosen(**data) -> tuple:
        filters = StreakFilterSet(data, units, rules=[rule], years=[2024, 2023])
        assert names(filters.qs) == names(units)
        return filters.chosen("rule"), filters.chosen("year"), filters.chosen("near")

    assert chosen(rule="7", year="2023", near="danger") == (7, 2023, "danger")
    assert chosen(rule="8", year="1999", near="far") == chosen() == (None, None, None)


def test_candidates_are_narrowed_by_what_was_chosen(world, rf):
    request = rf.get("/")
    request.user = world.inspector
    dossiers = Evaluation.objects.visible_to(world.inspector).filter(cycle=world.cycle)
    put([world.area], "registered")

    def found(**data) -> set[int]:
        return set(SelectionFilterSet(data, dossiers, request=request).qs.values_list("pk", flat=True))

    every = set(dossiers.values_list("pk", flat=True))
    assert found(state="chosen") == {world.area.pk}
    assert found(state="open") == every - {world.area.pk}
    assert found(criteria_set=world.area.criteria_set_id) == set(
        dossiers.filter(criteria_set=world.area.criteria_set).values_list("pk", flat=True)
    )
    assert found(state="x", criteria_set="y") == every
