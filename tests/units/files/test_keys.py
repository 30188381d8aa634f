"""Which unit a code of the State means in a file, where one that was merged bears it too."""

from datetime import date

import pytest

from portal.core.sheets import writing
from tests.units.factories import make_committee, make_tree, make_user
from units.enums import Role
from units.files import committee_rows, keys, people_rows, seat_rows
from units.models import Unit

pytestmark = pytest.mark.django_db
ENDED, OPENED = date(2025, 6, 30), date(2025, 7, 1)
CODE = "02683"


@pytest.fixture
def merged():
    """The tree, its first commune ended by a merger and its second set up under the same code."""
    tree = make_tree()
    old, new = tree.communes[:2]
    for unit, days in ((old, {"closed_on": ENDED}), (new, {"opened_on": OPENED})):
        Unit.objects.filter(pk=unit.pk).update(code=CODE, **days)
    old.versions.update(valid_to=ENDED)
    new.versions.update(valid_from=OPENED)
    return tree


@pytest.fixture
def admin(merged):
    return make_user(Role.ADMIN, merged.province)


def read(reader, rows, admin):
    return reader.read(writing.as_csv([*reader.COLUMNS.values()], [list(row) for row in rows]), "tep.csv", admin)


def cells(reader, **told) -> list[str]:
    return [told.get(name, "") for name in reader.COLUMNS]


def test_a_code_means_the_unit_that_lives_on_the_day(merged):
    ones = list(Unit.objects.filter(code=CODE).order_by("pk"))
    old, new = ones
    assert keys.living(ones, ENDED) == [old]
    assert keys.living(ones, OPENED) == [new]
    assert keys.living(ones, None) == [new]
    assert keys.living(ones, date(1950, 1, 1)) == ones
    assert keys.living([], OPENED) == []


@pytest.mark.parametrize(("day", "place"), [("01/08/2025", 1), ("2025-08-01", 1)])
def test_a_committee_is_founded_at_the_unit_of_its_day(merged, admin, day, place):
    told = {"unit": CODE, "kind": "Ban Chỉ đạo 138", "quorum_percent": "50", "approval_percent": "50"}
    found = read(committee_rows, [cells(committee_rows, **told, ground="QĐ 1", valid_from=day)], admin)
    assert not [one for one in found.problems if "của nhiều đơn vị" in one.sentence]
    made = [row.made.unit for row in found.rows.values()]
    assert made == [merged.communes[place]]


def test_a_person_works_at_the_unit_of_the_day(merged, admin):
    told = {"username": "a.1", "post": "Cán bộ", "unit": CODE, "role": Role.OFFICER.label}
    found = read(people_rows, [cells(people_rows, **told, valid_from="01/08/2025")], admin)
    assert found.problems == []
    assert [row.placement.unit for row in found.rows.values()] == [merged.communes[1]]


def test_a_member_sits_at_the_unit_of_the_day(merged, admin):
    for place in merged.communes[:2]:
        make_committee(place)
    told = {"unit": CODE, "post": "Thành viên", "valid_from": "01/08/2025"}
    found = read(seat_rows, [cells(seat_rows, **told)], admin)
    assert not [one for one in found.problems if "của nhiều đơn vị" in one.sentence]
    assert [row.seat.committee.unit for row in found.rows.values()] == [merged.communes[1]]


def test_several_that_live_are_named_by_their_keys(merged, admin):
    Unit.objects.filter(code=CODE).update(closed_on=None, opened_on=date(2000, 1, 1))
    old, new = merged.communes[:2]
    told = {"username": "a.1", "post": "Cán bộ", "unit": CODE, "role": Role.OFFICER.label}
    (problem,) = read(people_rows, [cells(people_rows, **told, valid_from="01/08/2025")], admin).problems
    assert f"Mã “{CODE}” là của nhiều đơn vị: " in problem.sentence
    assert f"(DV{old.pk})" in problem.sentence
    assert f"(DV{new.pk})" in problem.sentence
