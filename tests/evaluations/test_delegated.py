"""Dossiers of delegated organisations: who acts on them, where they count, and what never moves."""

import html
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from evaluations import services, workflow
from evaluations.enums import Action, State
from evaluations.judging.below import counts_below
from evaluations.models import Evaluation
from portal.core.errors import Refused
from reports.datasets import yearly_rollup
from tests.evaluations.totals import counts
from tests.units.factories import make_committee, make_tree, make_units, make_user
from tests.units.reforming import the_reform
from units import reforms
from units import services as units
from units.enums import Role, Subtype, UnitKind
from units.models import Delegation, Unit

from .factories import appraise, dossier_of, hold_sitting, issue, open_year, submit

pytestmark = pytest.mark.django_db
PERIOD = {"valid_from": date(2024, 1, 1), "valid_to": date(2024, 12, 31)}


def delegate(unit, receiver, **changes) -> Delegation:
    told = PERIOD | {"number": "5/QĐ-UBND", "signed_on": date(2024, 1, 1)} | changes
    return units.delegate(Unit.objects.get(pk=unit.pk), receiver, **told, by=None)


def acting(dossier) -> set:
    return {dossier.entry_unit_id, dossier.appraisal_unit_id, dossier.decision_unit_id}


@pytest.fixture
def tree():
    return make_tree()


def test_a_year_opened_meanwhile_goes_to_the_receiver(tree):
    school, district, commune = tree.school, tree.districts[0], tree.communes[0]
    control = dossier_of(open_year(tree, 2023), school)  # before it began
    assert (acting(control), control.delegated_to) == ({district.pk}, None)
    delegate(school, commune)
    dossier = dossier_of(open_year(tree, 2024), school)
    assert acting(dossier) == {commune.pk}
    assert (dossier.route.kind, dossier.route.managed_at) == (UnitKind.SCHOOL, "commune")
    # Where it is managed and counted stays as it is.
    assert (dossier.managed_at, dossier.district_id, dossier.commune_id) == ("district", district.pk, None)
    assert (dossier.delegated_to_id, dossier.stands_in_id) == (commune.pk, commune.pk)
    assert acting(dossier_of(control.cycle, school)) == {district.pk}


def test_the_day_of_the_roster_decides_not_the_day_of_opening(tree):
    delegate(tree.school, tree.communes[0])
    assert dossier_of(open_year(tree, 2024, as_of=date(2023, 12, 31)), tree.school).delegated_to is None
    made = delegate(tree.school, tree.communes[0], valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31))
    Delegation.objects.filter(pk=made.pk).update(withdrawn_at=timezone.now())
    assert dossier_of(open_year(tree, 2025, as_of=date(2025, 1, 2)), tree.school).delegated_to is None


def test_from_the_province_to_a_district_above_the_ground(tree):
    (agency,) = make_units(tree.province, UnitKind.AGENCY, Subtype.STATE_BODY, ["Sở Mẫu"], stands_in=tree.communes[2])
    delegate(agency, tree.districts[1])
    cycle = open_year(tree, 2024)
    dossier = dossier_of(cycle, agency)
    assert (acting(dossier), dossier.managed_at, dossier.province_id) == (
        {tree.districts[1].pk},
        "province",
        tree.province.pk,
    )
    officer = make_user(Role.OFFICER, tree.districts[1])
    assert dossier in Evaluation.objects.visible_to(officer)
    assert dossier not in Evaluation.objects.counted_for(officer)
    assert Evaluation.objects.entrusted_to(officer).get() == dossier
    assert dossier not in Evaluation.objects.visible_to(make_user(Role.OFFICER, tree.districts[0]))
    assert workflow.advance(dossier, Action.REGISTER, by=officer).state == State.REGISTERED


def test_from_the_province_to_the_commune_once_districts_are_gone(tree):
    reforms.apply(the_reform(tree), by=None)
    new = Unit.objects.get(code="07001")
    delegate(tree.school, new, valid_from=date(2025, 7, 1), valid_to=date(2025, 12, 31))
    dossier = dossier_of(open_year(tree, 2025, as_of=date(2025, 7, 15)), tree.school)
    assert (acting(dossier), dossier.managed_at, dossier.delegated_to_id) == ({new.pk}, "province", new.pk)


def test_the_receiver_walks_it_to_its_own_decision(tree, client):
    commune = tree.communes[0]
    delegate(tree.school, commune)
    cycle = open_year(tree, 2024)
    dossier = dossier_of(cycle, tree.school)
    body, officer = make_committee(commune), make_user(Role.OFFICER, commune)
    with pytest.raises(Refused):
        workflow.advance(dossier, Action.REGISTER, by=make_user(Role.OFFICER, tree.districts[0]))
    submit(dossier, by=officer)
    appraise(dossier, by=body.people[1])
    sitting = hold_sitting(body.committee, [dossier], by=body.people[1])
    decision = issue(services.close_sitting(sitting, by=body.people[1]), by=body.people[1])
    dossier.refresh_from_db()
    assert (dossier.state, decision.issuer) == (State.RECOGNISED, commune)
    client.force_login(body.people[1])
    page = client.get(reverse("evaluations:decision_detail", args=[decision.pk])).content.decode()
    assert f"Do {tree.districts[0]} quản lý, uỷ quyền cho {commune}" in html.unescape(page)
    place = yearly_rollup(cycle, place=commune, by="kind")
    assert sum(row.counts.recognised for row in place.rows) == 0  # counted once, at the district
    place = yearly_rollup(cycle, place=tree.districts[0], by="kind")
    assert sum(row.counts.recognised for row in place.rows) == 1


def test_files_already_open_and_places_of_counts_do_not_move(tree):
    cycle = open_year(tree, 2024)
    world = type("World", (), {"tree": tree, "cycle": cycle})
    before = list(cycle.evaluations.order_by("pk").values()), counts(world)
    made = delegate(tree.school, tree.communes[0])
    assert (list(cycle.evaluations.order_by("pk").values()), counts(world)) == before
    later = open_year(tree, 2025, as_of=date(2024, 12, 31))
    kept = list(later.evaluations.order_by("pk").values())
    units.end_delegation(_until(made, timezone.localdate() + timedelta(days=9)), by=None, on=timezone.localdate())
    assert list(later.evaluations.order_by("pk").values()) == kept


def _until(made: Delegation, day: date) -> Delegation:
    Delegation.objects.filter(pk=made.pk).update(valid_to=day)
    return made


# --- criteria 4.1 and 4.2 of the commune (TT 124/2021, Điều 5.4) --------------------------------------------------
def below(cycle, commune) -> tuple[int, int]:
    dossier = dossier_of(cycle, commune)
    found = counts_below([dossier]).get(dossier.pk, {})
    return sum(one.total for one in found.values()), sum(one.registered for one in found.values())


def test_a_commune_answers_for_what_is_delegated_to_it_not_for_what_only_stands_there(tree):
    commune = tree.communes[0]
    hosted = open_year(tree, 2023)
    assert hosted.evaluations.filter(stands_in=commune, commune=None).exists()
    own = hosted.evaluations.filter(commune=commune).exclude(kind=UnitKind.COMMUNE).count()
    assert below(hosted, commune) == (own, 0)
    delegate(tree.school, commune)
    cycle = open_year(tree, 2024)
    assert below(cycle, commune) == (own + 1, 0)
    workflow.advance(dossier_of(cycle, tree.school), Action.REGISTER, by=make_user(Role.OFFICER, commune))
    assert below(cycle, commune) == (own + 1, 1)
    assert below(cycle, tree.communes[1])[1] == 0


# --- pages and API --------------------------------------------------------------------------------------------------
def test_pages_and_the_api_say_to_whom(client, tree):
    delegate(tree.school, tree.communes[0])
    cycle = open_year(tree, 2024)
    dossier = dossier_of(cycle, tree.school)
    words = "Do Huyện A1 quản lý, uỷ quyền cho Xã A1.1"
    for role, place in (
        (Role.OFFICER, tree.communes[0]),
        (Role.OFFICER, tree.districts[0]),
        (Role.STAFF, tree.province),
    ):
        client.force_login(make_user(role, place))
        assert words in html.unescape(client.get(reverse("evaluations:list"), {"kind": "school"}).content.decode())
    officer = make_user(Role.OFFICER, tree.communes[0])
    client.force_login(officer)
    page = client.get(reverse("evaluations:list"), {"relation": "entrusted"})
    assert [row.pk for row in page.context["page"]] == [dossier.pk]
    assert "Trường A" in html.unescape(
        client.get(reverse("evaluations:grid", args=[cycle.pk]), {"bo": dossier.criteria_set_id}).content.decode()
    )
    assert "Được uỷ quyền" in html.unescape(
        client.get(reverse("evaluations:detail", args=[dossier.pk])).content.decode()
    )
    api = APIClient()
    api.force_authenticate(officer)
    told = api.get(reverse("api:evaluation-detail", args=[dossier.pk])).json()
    assert (told["managed_at"], told["delegated_to"]) == ("district", tree.communes[0].pk)
    listed = api.get(reverse("api:delegation-list")).json()["results"]
    assert [(row["unit"], row["giver"], row["receiver"]) for row in listed] == [
        (tree.school.pk, tree.districts[0].pk, tree.communes[0].pk)
    ]


def test_a_link_to_the_unit_leads_only_those_who_may_open_it(client, tree):
    """The receiver goes on with its dossier after the period; the unit's page is no longer its to read."""
    (agency,) = make_units(tree.province, UnitKind.AGENCY, Subtype.STATE_BODY, ["Sở Mẫu"], stands_in=tree.communes[2])
    delegate(agency, tree.districts[1])
    dossier = dossier_of(open_year(tree, 2024), agency)
    link = reverse("units:detail", args=[agency.pk])
    for place, linked in ((tree.districts[1], False), (tree.province, True)):
        client.force_login(make_user(Role.OFFICER, place))
        page = client.get(reverse("evaluations:detail", args=[dossier.pk])).content.decode()
        assert (link in page) == linked
        assert client.get(link).status_code == (200 if linked else 404)


def test_the_statements_of_opening_do_not_grow_with_delegations(tree):
    def asked(year: int) -> int:
        with CaptureQueriesContext(connection) as statements:
            open_year(tree, year, as_of=date(2024, 6, 30))
        return len(statements)

    open_year(tree, 2023)  # reads the criteria once
    delegate(tree.school, tree.communes[0])
    one = asked(2024)
    names = [f"Trường {number}" for number in range(9)]
    for school in make_units(
        tree.districts[0], UnitKind.SCHOOL, Subtype.LOWER_SECONDARY, names, stands_in=tree.communes[0]
    ):
        delegate(school, tree.communes[0])
    assert asked(2025) == one
    assert Evaluation.objects.filter(delegated_to=tree.communes[0]).count() == 11
