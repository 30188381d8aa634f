"""At which level each role may be given: the door, the page and the file say the same of every role at every kind."""

import html

import pytest
from django.urls import reverse

from portal.core.errors import Refused
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.units.factories import OPENED, make_tree, make_user
from units import services
from units.enums import LEVELS, Role, UnitKind
from units.files import people_rows
from units.models import Placement, Unit

pytestmark = pytest.mark.django_db
EVERYWHERE = set(UnitKind)
# Roles of a body of government, and of who administers or inspects one: at a level. Provincial staff: the province.
HAND = {
    Role.OFFICER: EVERYWHERE,
    Role.LEADER: EVERYWHERE,
    Role.STANDING: set(LEVELS),
    Role.MEMBER: set(LEVELS),
    Role.CHAIR: set(LEVELS),
    Role.STAFF: {UnitKind.PROVINCE},
    Role.INSPECTOR: set(LEVELS),
    Role.ADMIN: set(LEVELS),
}


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(client, tree):
    user = make_user(Role.ADMIN, tree.province)
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", HAND)
def test_each_door_refuses_a_role_where_it_is_not_for(client, admin, tree, role):
    one_of_each = {unit.kind: unit for unit in Unit.objects.filter(province=tree.province)}
    assert set(one_of_each) == EVERYWHERE
    for kind, unit in one_of_each.items():
        said = f"Vai trò “{role.label}” không dùng ở {unit}. Hãy chọn vai trò khác hoặc nơi khác."
        day = f"{OPENED:%d/%m/%Y}"
        row = [f"tep.{kind}", "Cán bộ", f"DV{unit.pk}", role.label, day, "", "", "", ""]
        read = people_rows.read(writing.as_csv([*people_rows.COLUMNS.values()], [row]), "nguoi.csv", admin)
        typed = {"username": f"trang.{kind}", "post": "Cán bộ", "unit": unit.pk, "role": role, "valid_from": day}
        address = f"{reverse('units:person_add')}?don_vi={unit.pk}"
        answer = client.post(address, typed | {"once": new_token()}, follow=True)
        if kind in HAND[role]:
            assert read.problems == [] and answer.redirect_chain, (role, kind)
            assert Placement.objects.filter(user__username=f"trang.{kind}", unit=unit, role=role).exists()
            continue
        assert [problem.sentence for problem in read.problems] == [said]
        assert answer.status_code == 422 and said in html.unescape(answer.content.decode())
        with pytest.raises(Refused) as refusal:
            services.create_person(username=f"cua.{kind}", post="Cán bộ", unit=unit, role=role, by=None)
        assert refusal.value.sentence == said
        assert not Placement.objects.filter(unit=unit, role=role).exists()
