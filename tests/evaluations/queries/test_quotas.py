"""Selecting exemplary units: who may be, who chooses, what each place owes, and that nobody unselected is late."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.enums import Level, Outcome
from criteria.models import CriteriaSet, Quota
from evaluations import queries
from evaluations.enums import CycleStatus, State
from evaluations.models import Cycle, Evaluation
from evaluations.queries import quotas
from tests.evaluations.factories import dossier_of
from tests.evaluations.world import more_dossiers, put
from tests.units.factories import make_province, make_units, make_user
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = pytest.mark.both  # shares counted in SQL


def make_set(world, code, quotas) -> CriteriaSet:
    """A set that judges selected units only, with the quotas by level (KH 91/KH-UBND: districts 1, the province 1)."""
    like = world.area.criteria_set
    made = CriteriaSet.objects.create(
        code=code,
        name=f"Bộ {code}",
        programme=like.programme,
        document=like.document,
        unit_kinds=like.unit_kinds,
        outcome=Outcome.NUMBER_MET,
        by_selection=True,
        first_year=2030,
    )
    for level, minimum in quotas.items():
        Quota.objects.create(criteria_set=made, level=level, minimum=minimum, article="mục II.2")
    return made


@pytest.fixture
def sets(world):
    """Communes of the open year are candidates of one set, organisations of another; a body of the province too."""
    communes = make_set(world, "DH-XA", {Level.DISTRICT: 1})
    bodies = make_set(world, "DH-CQ", {Level.DISTRICT: 1, Level.PROVINCE: 1})
    dossiers = world.cycle.evaluations
    dossiers.filter(kind="commune").update(criteria_set=communes)
    dossiers.filter(kind__in=("agency", "enterprise", "school")).update(criteria_set=bodies)
    more_dossiers(world, ["Sở Thử"], criteria_set=bodies, managed_at=Level.PROVINCE, entry_unit=world.tree.province)
    Evaluation.objects.filter(unit_name="Sở Thử").update(district=None, commune=None)
    return communes, bodies


def owed(world, places=None) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(chosen, owed, able) by place and set."""
    places = Unit.objects.all() if places is None else places
    found = quotas.shares(world.cycle, places)
    return {(one.place.name, one.criteria_set.code): (one.chosen, one.minimum, one.able) for one in found}


def test_each_unit_counts_for_the_nearest_level_with_a_quota(world, sets):
    """The commune's agency and enterprise and the district's school count for the district; the body of the province
    for the province alone; the second district owes though it has no such unit."""
    assert owed(world) == {
        ("Huyện A1", "DH-XA"): (0, 1, 2),
        ("Huyện A1", "DH-CQ"): (0, 1, 3),
        ("Huyện A2", "DH-XA"): (0, 1, 2),
        ("Huyện A2", "DH-CQ"): (0, 1, 0),
        ("Tỉnh A", "DH-CQ"): (0, 1, 1),
    }
    put([dossier_of(world.cycle, world.commune)], State.REGISTERED)
    put([dossier_of(world.cycle, world.tree.agency)], State.SUBMITTED)
    put([dossier_of(world.cycle, world.tree.school)], State.WITHDRAWN)
    assert owed(world)["Huyện A1", "DH-XA"] == owed(world)["Huyện A1", "DH-CQ"][:2] + (2,) == (1, 1, 2)
    assert owed(world)["Tỉnh A", "DH-CQ"] == (0, 1, 1)  # what districts chose does not pay the province's share
    put([Evaluation.objects.get(unit_name="Sở Thử")], State.REGISTERED)
    assert owed(world)["Tỉnh A", "DH-CQ"] == (1, 1, 1)


def test_a_year_of_everybody_owes_nothing(world):
    assert owed(world) == {}


def test_shares_cost_the_same_for_many(world, sets):
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            owed(world)
        return len(found)

    before = asked()
    more_dossiers(world, [f"Cơ quan {number}" for number in range(40)], criteria_set=sets[1], managed_at=Level.DISTRICT)
    assert (asked(), before) == (4, 4)


# --- the page ----------------------------------------------------------------------------------------------------


def address(world) -> str:
    return reverse("evaluations:selection", args=[world.cycle.pk])


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def plain(response) -> str:
    """What the page says, links and stress left out."""
    return re.sub(r"<[^>]+>", "", said(response))


def names(page: str) -> list[str]:
    return re.findall(r'aria-label="Chọn ([^"]+)"', page)


def test_choosing_is_registering_by_those_who_may(client, world, sets):
    commune = dossier_of(world.cycle, world.commune)
    sister = dossier_of(world.cycle, world.tree.communes[1])
    client.force_login(world.officer)
    page = said(client.get(address(world)))
    assert names(page) == ["Cơ quan A", "Doanh nghiệp A", "Xã A1.1"] and "Thôn" not in page
    sent = {"dossier": [commune.pk, sister.pk, world.area.pk, "x", "9" * 30]}
    assert "Đã chọn 1 đơn vị: Xã A1.1." in plain(client.post(address(world), sent, follow=True))
    assert [dossier_of(world.cycle, one.unit).state for one in (commune, sister)] == [State.REGISTERED, State.EXPECTED]
    assert dossier_of(world.cycle, world.area.unit).state == State.EXPECTED  # not of a set that selects
    event = commune.events.get()
    assert (event.action, event.by) == ("register", world.officer)
    again = said(client.post(address(world), {"dossier": [commune.pk]}, follow=True))
    assert "đang ở tình trạng “Đã đăng ký”" in again
    assert "Chưa chọn đơn vị nào." in said(client.post(address(world), {}, follow=True))


def test_those_who_may_not_see_and_cannot_choose(client, world, sets):
    commune = dossier_of(world.cycle, world.commune)
    for user in (world.inspector, world.staff, world.chair):
        client.force_login(user)
        assert names(said(client.get(address(world)))) == []
        client.post(address(world), {"dossier": [commune.pk]})
        assert dossier_of(world.cycle, world.commune).state == State.EXPECTED
    client.force_login(make_user(Role.STAFF, make_province("Tỉnh Xa", code="95")))
    assert client.get(address(world)).status_code == client.post(address(world)).status_code == 404


def test_quotas_are_told_to_the_place_that_owes_them(client, world, sets):
    client.force_login(world.staff)
    page = said(client.get(address(world)))
    assert "Còn 5 chỉ tiêu chưa chọn đủ" in page and page.count("Còn thiếu</span>") == 5
    put([dossier_of(world.cycle, world.commune)], State.REGISTERED)
    client.force_login(world.district_council.people[1])
    page = said(client.get(address(world)))
    assert "Còn 1 chỉ tiêu chưa chọn đủ" in page and "Huyện A2" not in page and page.count("Đủ</span>") == 1
    client.force_login(world.officer)
    assert "Chỉ tiêu lựa chọn" not in said(client.get(address(world)))


def test_the_list_is_filtered_and_says_when_it_is_empty(client, world, sets):
    client.force_login(world.staff)

    def found(**query) -> int:
        return client.get(address(world), query).context["page"].paginator.count

    put([dossier_of(world.cycle, world.commune)], State.REGISTERED)
    assert [found(), found(state="chosen"), found(state="open"), found(q="xa a2")] == [8, 1, 7, 2]
    assert (found(criteria_set=sets[1].pk), found(district=world.tree.districts[1].pk)) == (4, 2)
    assert "Không có đơn vị nào khớp bộ lọc." in said(client.get(address(world), {"q": "zzz"}))
    for key in ("q", "criteria_set", "district", "state", "page"):
        for junk in ("x", "-1", "9" * 40, "\0", "'"):
            assert client.get(address(world), {key: junk}).status_code == 200
    Evaluation.objects.filter(criteria_set__in=sets).update(criteria_set=world.area.criteria_set)
    assert "Kỳ này không có đơn vị nào của đồng chí thuộc diện lựa chọn." in said(client.get(address(world)))


def test_the_filter_offers_the_districts_of_the_year_alone(client, world, sets):
    """One that ended before the year, with its years still read by the province, chooses nobody in it."""
    ended = make_units(world.tree.province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Đã Hết"])[0]
    Unit.objects.filter(pk=ended.pk).update(closed_on=date(2020, 6, 30))
    client.force_login(make_user(Role.STAFF, world.tree.province))
    chosen = client.get(reverse("evaluations:selection", args=[world.cycle.pk])).context["form"]["district"]
    assert [label for _, label in chosen.field.choices] == ["Tất cả", "Huyện A1", "Huyện A2"]
    every = client.get(reverse("evaluations:list")).content.decode()
    assert "Huyện Đã Hết" in every  # the control: the list of every year offers it


def test_a_locked_year_chooses_nobody(client, world, sets):
    Cycle.objects.filter(pk=world.cycle.pk).update(status=CycleStatus.CLOSED)
    client.force_login(world.officer)
    assert names(said(client.get(address(world)))) == []
    client.post(address(world), {"dossier": [dossier_of(world.cycle, world.commune).pk]})
    assert dossier_of(world.cycle, world.commune).state == State.EXPECTED


# --- nobody unselected is late -----------------------------------------------------------------------------------


def test_a_candidate_is_on_nobodys_desk(client, world, sets):
    def waiting(day) -> dict[str, tuple[int, bool]]:
        world.forget()
        return {
            pile.label: (pile.count, pile.late) for pile in queries.waiting_for(world.officer, [world.cycle], day)[0][1]
        }

    assert waiting(date(2024, 12, 31))["Chờ đăng ký"] == (2, True)  # its two areas, which everybody must register
    Evaluation.objects.filter(criteria_set__in=sets).update(criteria_set=world.area.criteria_set)
    assert waiting(date(2024, 12, 31))["Chờ đăng ký"] == (5, True)  # the control


def test_registering_all_of_the_grid_leaves_candidates_alone(client, world, sets):
    client.force_login(world.officer)
    client.post(reverse("evaluations:grid_act", args=[world.cycle.pk]), {"action": "register"})
    counted = Evaluation.objects.filter(cycle=world.cycle, state=State.REGISTERED)
    assert (counted.count(), counted.filter(criteria_set__by_selection=True).count()) == (2, 0)


def test_home_and_the_list_of_years_lead_there(client, world, sets):
    client.force_login(world.officer)
    for page in (reverse("home"), reverse("evaluations:cycle_list")):
        assert address(world) in said(client.get(page))
    Evaluation.objects.filter(criteria_set__in=sets).update(criteria_set=world.area.criteria_set)
    for one in sets:
        one.delete()
    for page in (reverse("home"), reverse("evaluations:cycle_list")):
        assert address(world) not in said(client.get(page))
