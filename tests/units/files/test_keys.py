"""Which unit a code of the State means in a file, where one that was merged bears it too."""

from datetime import date

import pytest

from portal.core.sheets import writing
from tests.units.factories import make_committee, make_tree, make_user
from tests.units.reforming import draft, line
from units.enums import Role
from units.files import change_rows, committee_rows, keys, people_rows, register_rows, seat_rows, units
from units.files.unit_resource import UnitResource
from units.forms.reforms import ChangeForm
from units.models import Committee, Unit
from units.registers import REGISTERS

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
    old, new = merged.communes[:2]
    make_committee(new, on=OPENED)
    Committee.objects.create(unit=old, name="Ban cũ", valid_from=date(2020, 1, 1), valid_to=ENDED)
    told = {"unit": CODE, "post": "Thành viên", "valid_from": "01/08/2025"}
    found = read(seat_rows, [cells(seat_rows, **told)], admin)
    assert not [one for one in found.problems if "của nhiều đơn vị" in one.sentence]
    assert [row.seat.committee.unit for row in found.rows.values()] == [new]


def test_several_that_live_are_named_by_their_keys(merged, admin):
    Unit.objects.filter(code=CODE).update(closed_on=None, opened_on=date(2000, 1, 1))
    old, new = merged.communes[:2]
    told = {"username": "a.1", "post": "Cán bộ", "unit": CODE, "role": Role.OFFICER.label}
    (problem,) = read(people_rows, [cells(people_rows, **told, valid_from="01/08/2025")], admin).problems
    assert f"Mã “{CODE}” là của nhiều đơn vị: " in problem.sentence
    assert f"(DV{old.pk})" in problem.sentence
    assert f"(DV{new.pk})" in problem.sentence


def test_a_row_of_a_register_is_of_the_unit_of_today(merged):
    staff = make_user(Role.STAFF, merged.province)
    register = REGISTERS["to-bao-ve"]
    row = {"Khoá đơn vị": CODE, register.label("name"): "Tổ 1", register.label("founded_on"): "01/08/2025"}
    data = writing.as_csv(list(row), [list(row.values())])
    found = register_rows.read(register, data, "tep.csv", staff)
    assert found.problems == []
    assert [one.unit for one in found.rows.values()] == [merged.communes[1]]


def test_a_new_unit_lies_under_the_one_that_lived_when_it_was_opened(merged, admin):
    head, row = (
        "key,kind,subtype,code,name,parent_key,opened_on",
        f"k,residential_area,thon,,Thôn Mới,{CODE},2025-07-01",
    )
    dataset = units.read(f"{head}\n{row}".encode(), "tep.csv")
    assert UnitResource("tep.csv", user=admin).apply(dataset) == []
    assert Unit.objects.get(name="Thôn Mới").parent == merged.communes[1]


@pytest.fixture
def both_open(merged):
    """Both bear the code and neither has ended: the second opens on the day the reform changes the tree."""
    Unit.objects.filter(pk=merged.communes[0].pk).update(closed_on=None)
    return draft(merged, line("rename", merged.communes[2], name="Xã Giữ"))


def test_a_line_of_a_reform_by_file_means_the_unit_of_the_eve(merged, both_open):
    data = f"Việc,Đơn vị,Tên mới,Về đơn vị\nĐổi tên,{CODE},Xã Tốt,\n".encode()
    found = change_rows.read(data, "tep.csv", both_open)
    assert (found.problems, [one.unit for one in found.changes]) == ([], [merged.communes[0]])


def test_a_line_of_a_reform_by_form_means_the_unit_of_the_eve(merged, both_open):
    form = ChangeForm({"action": "rename", "unit": CODE, "name": "Xã Tốt"}, reform=both_open)
    assert form.is_valid(), form.errors
    assert form.change().unit == merged.communes[0]
    Unit.objects.filter(code=CODE).update(opened_on=date(2000, 1, 1))  # both lived on the eve: nobody can tell
    form = ChangeForm({"action": "rename", "unit": CODE, "name": "Xã Tốt"}, reform=both_open)
    assert "là của nhiều đơn vị" in form.errors["unit"][0]
