"""The first administrator: made once, from the command line, with a password that must be changed."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Refused
from tests.units.factories import make_province, make_user
from units.enums import Role
from units.models import User
from units.permissions import may_reorganise
from units.services import place_person

ASKED = {"post": "Quản trị hệ thống cấp tỉnh", "province": "98"}


def test_the_first_one_is_made_once(db, capsys):
    province = make_province()
    call_command("first_admin", "quantri", **ASKED)
    made = User.objects.get(username="quantri")
    assert made.has_role(Role.ADMIN, at=province.pk)
    assert made.must_change_password
    assert made.check_password(capsys.readouterr().out.strip().rpartition(": ")[2])
    with pytest.raises(CommandError, match="đã có quản trị viên"):
        call_command("first_admin", "quantri2", **ASKED)
    assert User.objects.count() == 1


def test_a_province_must_be_there(db):
    with pytest.raises(CommandError, match="Không có tỉnh mang mã “98”"):
        call_command("first_admin", "quantri", **ASKED)
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "said"), [("có dấu", "không dùng được"), ("a" * 151, "dài quá 150 chữ"), ("", "không")]
)
def test_a_name_nobody_could_sign_in_with_is_refused(db, name, said):
    make_province()
    with pytest.raises(CommandError, match=said):
        call_command("first_admin", name, **ASKED)
    assert User.objects.count() == 0


def test_a_second_one_needs_a_ground_which_is_kept(db, capsys):
    province = make_province()
    call_command("first_admin", "quantri", **ASKED)
    call_command("first_admin", "quantri2", ground="Quyết định số 12/QĐ-UBND", **ASKED)
    second = User.objects.get(username="quantri2").placements.get()
    assert (second.unit, second.role, second.placed_by) == (province, Role.ADMIN, None)
    assert second.ground == "Quyết định số 12/QĐ-UBND"


def test_one_person_administers_two_provinces_that_merge(db, capsys, client):
    one, other = make_province(), make_province("Tỉnh Kia", "97")
    call_command("first_admin", "quantri", **ASKED)
    person = User.objects.get()
    password = person.password
    asked = {"province": "97"}
    with pytest.raises(CommandError, match="đã có. Để người này quản trị thêm Tỉnh Kia"):
        call_command("first_admin", "quantri", **asked)
    call_command("first_admin", "quantri", ground="Nghị quyết số 202", **asked)
    person = User.objects.get()
    assert [place.pk for place in person.provinces_as(Role.ADMIN)] == [other.pk, one.pk]
    assert person.password == password
    assert all(may_reorganise(person, province) for province in (one, other))
    person.must_change_password = False
    person.save()
    client.force_login(make_user(Role.ADMIN, other))
    page = client.get(reverse("units:person_detail", args=[person.pk])).content.decode()
    assert "căn cứ: Nghị quyết số 202" in page
    with pytest.raises(CommandError, match="đã giữ vai trò"):
        call_command("first_admin", "quantri", ground="Nghị quyết số 202", **asked)


def test_administrators_place_one_person_in_both_provinces(db):
    one, other = make_province(), make_province("Tỉnh Kia", "97")
    person = make_user(Role.ADMIN, one)
    place_person(person, other, Role.ADMIN, by=make_user(Role.ADMIN, other), valid_from=timezone.localdate())
    assert {place.pk for place in User.objects.get(pk=person.pk).provinces_as(Role.ADMIN)} == {one.pk, other.pk}
    with pytest.raises(Refused, match="không quản trị"):
        place_person(make_user(), other, Role.ADMIN, by=make_user(Role.ADMIN, one), valid_from=timezone.localdate())


def test_a_new_account_needs_a_post(db):
    make_province()
    with pytest.raises(CommandError, match="--post"):
        call_command("first_admin", "quantri", province="98")
