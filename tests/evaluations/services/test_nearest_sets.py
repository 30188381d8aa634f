"""Which set judges whom in a year: the nearest place's own before the province's, each kind by its own rule."""

from datetime import date, timedelta

import pytest

from criteria.models import CriteriaSet
from criteria.queries import applied_in, areas_of, place_exists
from evaluations import services
from evaluations.services.cycles import freeze_roster
from portal.core.errors import Refused
from tests.evaluations.town import (
    DAY,
    PROVINCES,
    TOWNS,
    WARD,
    WARDS,
    YEAR,
    code_of,
    make_town,
    publish,
    set_text,
    sets_of,
)
from tests.units.factories import make_province, make_units
from units import services as units
from units.enums import Subtype, UnitKind
from units.models import Unit, UnitVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_town()


def opened(programme, tree):
    return services.open_cycle(programme, tree.province, YEAR, as_of=DAY, by=None)


ALL_BY_THE_PROVINCE = {
    "Phường Đức Chính": "VD-XA",
    "Phường Mạo Khê": "VD-XA",
    "Xã Dực Yên": "VD-XA",
    "Khu 1 (Phường Đức Chính)": "VD-KDC",
    "Khu 1 (Phường Mạo Khê)": "VD-KDC",
    "Khu 1 (Xã Dực Yên)": "VD-KDC",
}


def test_the_set_of_the_nearest_place_judges_and_a_unit_outside_keeps_the_provinces(tree, tmp_path):
    cycle = opened(publish(tmp_path, PROVINCES, TOWNS, WARDS), tree)
    assert sets_of(cycle) == ALL_BY_THE_PROVINCE | {
        "Phường Đức Chính": "VD-THI-XA",
        "Phường Mạo Khê": "VD-THI-XA",
        "Khu 1 (Phường Đức Chính)": "VD-PHUONG-KDC",  # the town has none for areas
    }


def test_without_sets_of_places_the_province_judges_all(tree, tmp_path):
    assert sets_of(opened(publish(tmp_path, PROVINCES), tree)) == ALL_BY_THE_PROVINCE


def test_a_communes_own_set_goes_before_its_towns(tree, tmp_path):
    wards = set_text("VD-PHUONG-XA", UnitKind.COMMUNE, place=WARD, document="VD-PHUONG")
    found = sets_of(opened(publish(tmp_path, PROVINCES, TOWNS, wards), tree))
    assert (found["Phường Đức Chính"], found["Phường Mạo Khê"]) == ("VD-PHUONG-XA", "VD-THI-XA")


def test_what_a_places_own_set_leaves_out_no_wider_set_judges(tree, tmp_path):
    only_communes = TOWNS.replace("    outcome:", "    excluded_subtypes: [phuong]\n    outcome:", 1)
    found = sets_of(opened(publish(tmp_path, PROVINCES, only_communes), tree))
    assert "Phường Đức Chính" not in found and found["Xã Dực Yên"] == "VD-XA"


def test_two_sets_of_one_place_for_one_kind_are_refused_and_of_two_places_not(tree, tmp_path):
    """The packs refuse it already; the year asks once more, whatever way the sets came."""
    programme = publish(tmp_path, PROVINCES, TOWNS)
    cycle = opened(programme, tree)
    uses = applied_in(programme, YEAR, tree.province)
    cycle.evaluations.all().delete()
    with pytest.raises(Refused, match="Hai bộ tiêu chí cùng áp dụng cho xã, phường, thị trấn"):
        freeze_roster(cycle, [*uses, next(use for use in uses if use.place)])
    freeze_roster(cycle, uses)
    assert cycle.evaluations.count() == 6


def test_a_code_that_passed_to_another_place_does_not_take_the_set_along(tree, tmp_path):
    """As in 7/2025, when a new ward took the code of an old one: the set was the old one's."""
    programme = publish(tmp_path, PROVINCES, WARDS)
    old, young = tree.wards
    code_of(young, "07071")
    young.versions.update(code=WARD, valid_from=DAY)
    found = {use.criteria_set.code: use.place for use in applied_in(programme, YEAR, tree.province)}
    assert found["VD-PHUONG-KDC"] == old
    old.versions.update(code="")  # the control: nobody bore it before, so it was written for who bore it first
    assert applied_in(programme, YEAR, tree.province)[0].place == young


def test_a_set_of_a_place_nobody_knows_judges_nobody(tree, tmp_path):
    programme = publish(tmp_path, PROVINCES, TOWNS)
    code_of(tree.town, "999")
    assert sets_of(opened(programme, tree)) == ALL_BY_THE_PROVINCE


def test_a_dossier_keeps_the_set_it_had_and_a_late_unit_gets_the_nearest(tree, tmp_path):
    cycle = opened(publish(tmp_path, PROVINCES), tree)
    before = sets_of(cycle)
    publish(tmp_path, PROVINCES, TOWNS, WARDS)
    assert CriteriaSet.objects.filter(code="VD-PHUONG-KDC").exists() and sets_of(cycle) == before
    late = [
        units.add_unit(
            place,
            units.UnitFacts("Khu Mới", Subtype.VILLAGE),
            kind=UnitKind.RESIDENTIAL_AREA,
            opened_on=DAY,
            ground="QĐ 1",
            by=None,
        )
        for place in tree.wards
    ]
    assert [one.pk for one in services.missing_units(cycle)] == [one.pk for one in late]
    added = [services.add_late_unit(cycle, one, reason="Mới lập", by=None) for one in late]
    assert [one.criteria_set.code for one in added] == ["VD-PHUONG-KDC", "VD-KDC"]


def test_an_organisation_of_the_province_on_the_towns_ground_is_the_provinces(tree, tmp_path):
    """What a place judges is what it manages: the ground alone gives no set."""
    kind = UnitKind.ENTERPRISE
    body = make_units(tree.province, kind, Subtype.LARGE_ENTERPRISE, ["Than Mạo Khê"], stands_in=tree.wards[1])[0]
    theirs = set_text("VD-DN", kind).replace(": commune\n", ": province\n")
    towns = set_text("VD-THI-DN", kind, place="205", document="VD-THI")
    found = sets_of(opened(publish(tmp_path, theirs, towns), tree))
    assert found == {body.name: "VD-DN"}


def areas(programme) -> dict[str, tuple[str, str]]:
    """Place and province of every set, by its code."""
    sets = list(programme.sets.select_related("document"))
    found = areas_of(sets)
    return {one.code: found[one.pk] for one in sets}


def called_since(unit: Unit, day: date, **facts) -> None:
    """Let the unit bear another name or code from the day on, past the doors."""
    UnitVersion.objects.filter(unit=unit).update(valid_to=day - timedelta(1))
    last = unit.versions.values("kind", "subtype", "name", "code", "province", "district", "commune").get()
    last = {
        f"{name}_id" if name in ("province", "district", "commune") else name: value for name, value in last.items()
    }
    UnitVersion.objects.create(unit=unit, valid_from=day, **last | facts)
    Unit.objects.filter(pk=unit.pk).update(**facts)


def test_a_set_names_its_place_and_province_and_a_commune_with_its_district(tree, tmp_path):
    assert areas(publish(tmp_path, PROVINCES, TOWNS, WARDS)) == {
        "VD-XA": ("", "Tỉnh Quảng Ninh"),
        "VD-KDC": ("", "Tỉnh Quảng Ninh"),
        "VD-THI-XA": ("Thị xã Đông Triều", "Tỉnh Quảng Ninh"),
        "VD-PHUONG-KDC": ("Phường Đức Chính, Thị xã Đông Triều", "Tỉnh Quảng Ninh"),
    }


def test_a_place_is_named_as_today_and_its_province_by_who_bore_the_code_then(tree, tmp_path):
    """The town became a city; the province's code changed and another province bears the old one."""
    programme = publish(tmp_path, TOWNS)
    called_since(tree.town, date(2024, 11, 1), name="Thành phố Đông Triều")
    called_since(tree.province, date(2025, 7, 1), code="96")
    heir = make_province("Tỉnh Mới", "97", on=date(2021, 1, 1))
    called_since(heir, date(2025, 7, 1), code="22")
    assert areas(programme) == {"VD-THI-XA": ("Thành phố Đông Triều", "Tỉnh Quảng Ninh")}
    assert place_exists(programme.sets.select_related("document").get())


def test_a_code_that_passed_to_another_place_names_the_place_the_set_was_written_for(tree, tmp_path):
    programme = publish(tmp_path, WARDS)
    old, young = tree.wards
    code_of(young, "07071")
    young.versions.update(code=WARD, valid_from=DAY)
    assert areas(programme)["VD-PHUONG-KDC"][0] == "Phường Đức Chính, Thị xã Đông Triều"
    old.versions.update(code="")  # the control: as nobody bore it before, it names who bore it first
    assert areas(programme)["VD-PHUONG-KDC"][0] == "Phường Mạo Khê, Thị xã Đông Triều"


def test_a_set_of_codes_nobody_bore_names_the_codes(tree, tmp_path):
    programme = publish(tmp_path, TOWNS)
    code_of(tree.town, "999")
    assert areas(programme) == {"VD-THI-XA": ("205", "Tỉnh Quảng Ninh")}
    code_of(tree.province, "98")
    assert areas(programme) == {"VD-THI-XA": ("205", "tỉnh mã 22")}
    assert not place_exists(programme.sets.select_related("document").get())
