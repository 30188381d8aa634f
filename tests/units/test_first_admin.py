"""The first administrator: made once, from the command line, with a password that must be changed."""

import pytest
from django.core.management import CommandError, call_command

from tests.units.factories import make_province
from units.enums import Role
from units.models import User

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
