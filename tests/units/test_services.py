"""The door for writes: places, rights from and to, seats."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.core.errors import Refused
from units import services
from units.enums import Role, Subtype, UnitKind
from units.models import Placement, Seat, Unit, UnitVersion, User
from units.services import NewUnit

from .factories import OPENED, make_committee, make_province, make_tree, make_user

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # keys and dates that may not overlap
TODAY = timezone.localdate


def commune_with(areas: int, letter: str) -> list[NewUnit]:
    rows = [
        NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name=f"Tỉnh {letter}", key="t"),
        NewUnit(kind=UnitKind.DISTRICT, subtype=Subtype.RURAL_DISTRICT, name="Huyện", key="h", parent="t"),
        NewUnit(kind=UnitKind.COMMUNE, subtype=Subtype.COMMUNE, name="Xã", key="x", parent="h"),
    ]
    village = {"kind": UnitKind.RESIDENTIAL_AREA, "subtype": Subtype.VILLAGE, "parent": "x"}
    return rows + [NewUnit(name=f"Thôn {number}", **village) for number in range(areas)]


def test_each_unit_knows_its_ancestors_and_levels_know_themselves():
    area, commune, district, province = services.place_units(commune_with(1, "A")[::-1], on=OPENED)
    assert (province.kind, district.kind, commune.kind, area.kind) == (
        "province",
        "district",
        "commune",
        "residential_area",
    )
    for unit in (area, commune, district, province):
        stored = Unit.objects.get(pk=unit.pk)
        assert stored.ancestor_ids == unit.ancestor_ids
    assert area.ancestor_ids == {"province": province.pk, "district": district.pk, "commune": commune.pk}
    assert commune.ancestor_ids == area.ancestor_ids
    assert district.ancestor_ids == {"province": province.pk, "district": district.pk, "commune": None}
    assert province.ancestor_ids == {"province": province.pk, "district": None, "commune": None}


def test_each_unit_begins_with_one_version():
    area = services.place_units(commune_with(1, "A"), on=OPENED)[-1]
    version = UnitVersion.objects.get(unit=area)
    assert (version.name, version.valid_from, version.valid_to) == ("Thôn 0", OPENED, None)
    assert (version.parent_id, version.commune_id) == (area.parent_id, area.commune_id)


def test_the_statements_do_not_grow_with_the_rows():
    def statements(areas: int, letter: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            services.place_units(commune_with(areas, letter), on=OPENED)
        return len(captured)

    assert statements(2, "A") == statements(40, "B")


@pytest.mark.parametrize(
    ("kind", "subtype", "named", "sentence"),
    [
        ("district", "huyen", "", "“Lạc” (Cấp huyện) không thể trực thuộc nơi để trống."),
        ("residential_area", "thon", "t", "“Lạc” (Khu dân cư) không thể trực thuộc Tỉnh A."),
        ("commune", "thon", "h", "“Lạc”: phân loại “thon” không dùng cho Xã, phường, thị trấn."),
        ("commune", "xa", "?", "“Lạc”: không thấy đơn vị có khoá “?” ở cấp trên."),
    ],
)
def test_a_row_in_a_wrong_place_is_refused_and_nothing_is_kept(kind, subtype, named, sentence):
    rows = [*commune_with(1, "A"), NewUnit(kind=kind, subtype=subtype, name="Lạc", parent=named or None)]
    with pytest.raises(Refused) as refusal:
        services.place_units(rows, on=OPENED)
    assert refusal.value.sentence == sentence
    assert Unit.objects.count() == 0


@pytest.mark.parametrize(
    ("start", "end", "in_force"),
    [(-1, None, True), (0, 0, True), (-9, -1, False), (1, None, False), (-9, 0, True)],
)
def test_a_placement_gives_rights_from_its_first_to_its_last_day(start, end, in_force):
    place = make_province()
    person = make_user()
    services.place_person(
        person,
        place,
        Role.STAFF,
        by=None,
        valid_from=TODAY() + timedelta(start),
        valid_to=None if end is None else TODAY() + timedelta(end),
    )
    assert User.objects.get(pk=person.pk).has_role(Role.STAFF) == in_force
    assert Unit.objects.visible_to(User.objects.get(pk=person.pk)).exists() == in_force


def test_a_withdrawn_role_is_gone_at_the_next_request(client):
    tree = make_tree()
    admin, officer = make_user(Role.ADMIN, tree.province), make_user(Role.OFFICER, tree.communes[0])
    client.force_login(officer)
    address = f"/don-vi/{tree.areas[0].pk}/"
    assert tree.areas[0].name in client.get(address).content.decode()
    services.withdraw_placement(officer.placements.get(), by=admin)
    assert client.get(address).status_code == 404


def test_a_role_given_and_withdrawn_on_one_day_is_gone_too():
    tree = make_tree()
    person = make_user(Role.OFFICER, tree.communes[0], valid_from=TODAY())
    placement = services.withdraw_placement(person.placements.get(), by=None)
    assert placement.valid_to == TODAY()  # the dates alone would still give the right
    assert User.objects.get(pk=person.pk).placements_now() == []


def test_a_role_ends_after_its_last_day():
    person = make_user(Role.OFFICER, make_tree().communes[0])
    services.end_placement(person.placements.get(), by=None, on=TODAY())
    assert User.objects.get(pk=person.pk).has_role(Role.OFFICER)
    services.end_placement(person.placements.get(), by=None, on=TODAY() - timedelta(1))
    assert not User.objects.get(pk=person.pk).has_role(Role.OFFICER)


def test_what_an_administrator_may_not_give():
    tree, other = make_tree("A"), make_tree("B")
    admin, person = make_user(Role.ADMIN, tree.districts[0]), make_user()

    def refusal(user, unit, role, **dates):
        with pytest.raises(Refused) as refused:
            services.place_person(user, unit, role, by=admin, **({"valid_from": TODAY()} | dates))
        return refused.value.sentence

    assert (
        refusal(person, other.communes[0], Role.OFFICER)
        == "Đồng chí không quản trị Xã B1.1 nên không phân công ở đó được."
    )
    assert refusal(person, tree.province, Role.STAFF) == "Đồng chí không quản trị Tỉnh A nên không phân công ở đó được."
    assert refusal(person, tree.districts[1], Role.OFFICER).startswith("Đồng chí không quản trị")
    assert refusal(admin, tree.communes[0], Role.LEADER).startswith("Không tự phân công")
    wrong_role = "Vai trò “Cán bộ cấp tỉnh” không dùng ở Xã A1.1. Hãy chọn vai trò khác hoặc nơi khác."
    assert refusal(person, tree.communes[0], Role.STAFF) == wrong_role
    assert refusal(person, tree.areas[0], Role.CHAIR).startswith("Vai trò “Trưởng Ban Chỉ đạo” không dùng")
    backwards = refusal(person, tree.communes[0], Role.OFFICER, valid_to=TODAY() - timedelta(1))
    assert backwards.startswith("Ngày kết thúc trước ngày bắt đầu")
    assert person.placements.count() == 0
    services.place_person(person, tree.communes[0], Role.OFFICER, by=admin, valid_from=TODAY())
    assert refusal(person, tree.communes[0], Role.OFFICER).startswith(f"{person} đã giữ vai trò")


def test_who_may_not_end_a_placement():
    tree = make_tree()
    admin, sibling = make_user(Role.ADMIN, tree.districts[0]), make_user(Role.ADMIN, tree.districts[1])
    own, officer = admin.placements.get(), make_user(Role.OFFICER, tree.communes[0]).placements.get()
    for placement, by in ((own, admin), (officer, sibling)):
        with pytest.raises(Refused):
            services.end_placement(placement, by=by, on=TODAY())
    services.withdraw_placement(officer, by=admin)
    with pytest.raises(Refused, match="đã kết thúc"):
        services.withdraw_placement(officer, by=admin)
    assert Placement.objects.get(pk=officer.pk).ended_by == admin


def test_a_new_person_gets_a_password_that_is_kept_nowhere():
    tree = make_tree()
    admin = make_user(Role.ADMIN, tree.province)
    person, password = services.create_person(
        username="canbo.moi", post="Cán bộ Công an xã", unit=tree.communes[0], role=Role.OFFICER, by=admin
    )
    stored = User.objects.get(username="canbo.moi")
    assert stored.check_password(password) and stored.must_change_password
    assert stored.placements.get().placed_by == admin
    assert len(password) == 19 and password not in str(stored.__dict__)
    with pytest.raises(Refused, match="đã có người dùng"):
        services.create_person(username="CANBO.MOI", post="?", unit=tree.communes[0], role=Role.OFFICER, by=admin)


def test_a_person_whose_placement_is_refused_is_not_created():
    tree = make_tree()
    admin = make_user(Role.ADMIN, tree.districts[0])
    with pytest.raises(Refused):
        services.create_person(username="lac", post="?", unit=tree.province, role=Role.STAFF, by=admin)
    assert not User.objects.filter(username="lac").exists()


def test_nobody_sits_twice_and_only_administrators_seat():
    tree = make_tree()
    board = make_committee(tree.districts[0])
    admin = make_user(Role.ADMIN, tree.province)
    with pytest.raises(Refused, match="đã là thành viên"):
        services.seat(board.committee, board.chair, "Uỷ viên", by=admin, valid_from=TODAY())
    with pytest.raises(Refused, match="không quản trị"):
        services.seat(board.committee, make_user(), "Uỷ viên", by=board.chair, valid_from=TODAY())
    ended = services.end_seat(board.seats[0], by=admin, on=date(2021, 1, 31))
    services.seat(board.committee, board.chair, "Uỷ viên", by=admin, valid_from=date(2021, 2, 1))
    assert Seat.objects.get(pk=ended.pk).valid_to == date(2021, 1, 31)
