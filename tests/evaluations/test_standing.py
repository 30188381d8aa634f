"""An organisation managed by one unit that stands in another: both read it, one moves it, totals count it once."""

import html
from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.urls import reverse
from rest_framework.test import APIClient

from evaluations import queries, services, workflow
from evaluations.enums import Action, State
from evaluations.models import Decision, Evaluation, EvaluationQuerySet, Evidence, Recognition
from portal.core.errors import Refused
from reports.datasets import scope_of, unit_roster, yearly_rollup
from tests.evaluations.reforming import the_reform
from tests.evaluations.totals import counts
from tests.units.factories import make_units, make_user
from tests.units.reforming import snapshot
from units import reforms
from units import services as units
from units.enums import Role, Subtype, UnitKind
from units.models import Unit, UnitQuerySet, UnitVersion

from .factories import dossier_of, open_year

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # totals counted in SQL


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


@pytest.fixture
def school(world) -> Evaluation:
    """The dossier of the school the first district manages; it stands in the first commune."""
    return dossier_of(world.cycle, world.tree.school)


# --- who reads, who moves ------------------------------------------------------------------------------------------
def test_both_read_and_only_the_manager_moves(world, school):
    paper = Evidence.objects.create(
        evaluation=school, title="Giấy", file_name="a.pdf", sha256="0" * 64, size=1, uploaded_by=world.staff
    )
    manager = make_user(Role.OFFICER, world.district)
    neighbour = make_user(Role.OFFICER, world.tree.communes[2])
    for reader, sees in ((world.officer, True), (manager, True), (world.sister, False), (neighbour, False)):
        found = [
            model.objects.visible_to(reader).filter(pk=row.pk).exists()
            for model, row in ((Unit, world.tree.school), (Evaluation, school), (Evidence, paper))
        ]
        assert found == [sees] * 3
    for person in (world.officer, world.leader, world.standing, world.chair):
        assert workflow.available(school, person) == []
    with pytest.raises(Refused):
        workflow.advance(school, Action.REGISTER, by=world.officer)
    assert workflow.advance(school, Action.REGISTER, by=manager).state == State.REGISTERED


def test_people_of_a_neighbouring_unit_of_the_ground_read_nothing(world):
    """Standing on a commune's ground is the commune's to know, not every area's in it."""
    here = make_user(Role.OFFICER, world.tree.areas[0])
    assert not Unit.objects.visible_to(here).filter(pk=world.tree.school.pk).exists()


def test_rights_over_people_do_not_follow_the_ground(world):
    """Administrators of the ground place nobody at what only stands there."""
    admin = make_user(Role.ADMIN, world.commune)
    administered = Unit.objects.administered_by(admin)
    assert (world.tree.school in administered, world.tree.agency in administered) == (False, True)
    with pytest.raises(Refused):
        units.place_person(world.sister, world.tree.school, Role.OFFICER, by=admin, valid_from=date(2024, 1, 1))


@pytest.mark.parametrize("kind", [UnitKind.RESIDENTIAL_AREA, UnitKind.AGENCY])
def test_only_organisations_stand_on_the_ground_of_another(world, kind):
    """Else a commune could be read, and reported on, by the one it was said to stand in."""
    subtype = {UnitKind.RESIDENTIAL_AREA: Subtype.VILLAGE, UnitKind.AGENCY: Subtype.STATE_BODY}[kind]
    ground = world.tree.communes[1] if kind == UnitKind.RESIDENTIAL_AREA else world.tree.areas[2]
    with pytest.raises(Refused) as refusal:
        make_units(world.commune, kind, subtype, ["Nơi Mới"], stands_in=ground)
    assert refusal.value.sentence.endswith(f"không thể đứng chân tại {ground}.")
    make_units(world.commune, UnitKind.AGENCY, Subtype.STATE_BODY, ["Nơi Mới"], stands_in=world.tree.communes[1])


# --- counted once --------------------------------------------------------------------------------------------------


def test_totals_count_an_organisation_where_it_is_managed(world, school):
    before = counts(world)
    province = yearly_rollup(world.cycle, place=world.tree.province, by="commune")
    Evaluation.objects.filter(unit=world.tree.school).update(stands_in=world.tree.communes[1])
    assert counts(world) == before
    Evaluation.objects.filter(unit=world.tree.school).update(stands_in=None)
    assert yearly_rollup(world.cycle, place=world.tree.province, by="commune") == province
    # The control: managed there, it counts there.
    Evaluation.objects.filter(unit=world.tree.school).update(commune=world.tree.communes[1], managed_at="commune")
    assert counts(world) != before


def test_pages_count_and_list_what_only_stands_there_apart(client, world, school):
    client.force_login(world.officer)
    page = said(client.get(reverse("evaluations:list")))
    managed = Evaluation.objects.counted_for(world.officer).count()
    assert f"{managed + 1} hồ sơ (gồm 1 của đơn vị nơi khác quản lý, được tính ở nơi đó)" in page
    assert page.count("Đứng chân trên địa bàn, do Huyện A1 quản lý") == 1

    def found(**query) -> int:
        return client.get(reverse("evaluations:list"), query).context["page"].paginator.count

    assert (found(relation="managed"), found(relation="hosted")) == (managed, 1)
    schools = client.get(reverse("units:list"), {"kind": "school"})
    assert schools.context["page"].paginator.count == 1
    assert "Đứng chân trên địa bàn, do Huyện A1 quản lý" in said(schools)
    client.force_login(make_user(Role.OFFICER, world.district))
    page = said(client.get(reverse("evaluations:list")))
    assert "nơi khác quản lý, được tính" not in page and "Đứng chân trên địa bàn, do" not in page


@pytest.mark.parametrize("route", ["evaluations:streak_list", "evaluations:award_barred"])
def test_years_running_and_bars_count_the_managed_alone(client, world, school, route, monkeypatch):
    Evaluation.objects.filter(pk=school.pk).update(state=State.DECLINED)
    services.set_bar(
        world.tree.province, "unmet", world.cycle.programme, first_year=2020, ground="Đề án", by=world.staff
    )

    def names() -> set[str]:
        response = client.get(reverse(route))
        return {row.unit.name for row in response.context.get("rows") or []}

    client.force_login(world.officer)
    assert world.tree.school.name not in names()
    client.force_login(make_user(Role.OFFICER, world.district))
    if route.endswith("barred"):
        assert names() == {world.tree.school.name}
        monkeypatch.setattr(UnitQuerySet, "counted_for", UnitQuerySet.visible_to)  # the control: the page would tell
        monkeypatch.setattr(EvaluationQuerySet, "counted_for", EvaluationQuerySet.visible_to)
        client.force_login(world.officer)
        assert names() == {world.tree.school.name}


def test_the_tree_shows_what_stands_there_beside_its_figures(client, world):
    client.force_login(world.officer)
    page = client.get(reverse("units:list"))
    assert "1 đơn vị đứng chân tại đây, do nơi khác quản lý" in said(page)
    assert dict(page.context["figures"])["Cơ sở giáo dục"] == 0
    link = f"{reverse('units:list')}?hosted_in={world.commune.pk}"
    assert link in said(page)
    listed = client.get(link)
    assert [unit.name for unit in listed.context["page"]] == [world.tree.school.name]
    told = said(client.get(reverse("units:detail", args=[world.tree.school.pk])))
    assert "Đơn vị đứng chân trên địa bàn của đồng chí, do Huyện A1 quản lý" in told


def test_the_inbox_of_the_ground_does_not_wait_for_it(world, school):
    piles = {
        pile.label: pile.count for pile in queries.waiting_for(world.officer, [world.cycle], date(2024, 3, 1))[0][1]
    }
    own = Evaluation.objects.filter(entry_unit=world.commune, cycle=world.cycle).count()
    assert piles["Chờ đăng ký"] == own


def test_recognitions_tell_them_apart(client, world, school):
    Evaluation.objects.filter(pk=school.pk).update(state=State.RECOGNISED)
    decision = Decision.objects.create(
        issuer=world.district,
        year=2024,
        number=3,
        symbol="QĐ-UBND",
        signed_on=date(2024, 11, 20),
        issued_at="2024-11-20T00:00Z",
    )
    Recognition.objects.create(evaluation=school, decision=decision, certificate="MA-1")
    client.force_login(world.officer)

    def found(**query) -> int:
        return client.get(reverse("evaluations:recognition_list"), query).context["page"].paginator.count

    assert (found(), found(relation="hosted"), found(relation="managed")) == (1, 1, 0)


# --- exports and API -----------------------------------------------------------------------------------------------
def test_exports_and_the_api_carry_both_relations(client, world, school):
    client.force_login(world.officer)
    sheet = client.get(reverse("units:export"), {"kind": "school", "dang": "csv"}).content.decode("utf-8-sig")
    head, row = (line.split(",") for line in sheet.strip().splitlines())
    told = dict(zip(head, row, strict=True))
    assert (told["Đơn vị quản lý"], told["Đứng chân trên địa bàn"]) == ("Huyện A1", "Xã A1.1")
    api = APIClient()
    api.force_authenticate(world.officer)
    unit = api.get(reverse("api:unit-detail", args=[world.tree.school.pk])).json()
    assert (unit["parent"], unit["stands_in"]) == (world.district.pk, world.commune.pk)
    dossier = api.get(reverse("api:evaluation-detail", args=[school.pk])).json()
    assert (dossier["managed_at"], dossier["district"], dossier["stands_in"]) == (
        "district",
        world.district.pk,
        world.commune.pk,
    )
    listed = api.get(reverse("api:evaluation-list"), {"relation": "hosted"}).json()
    assert [row["id"] for row in listed["results"]] == [school.pk]
    lines = [
        row.ground
        for group in unit_roster(scope_of(world.cycle, world.district)).groups
        for row in group.rows
        if row.ground
    ]
    assert lines == ["Xã A1.1"]


# --- history -------------------------------------------------------------------------------------------------------
def test_the_ground_is_kept_as_it_was(world, school):
    before = snapshot()
    services.open_cycle(world.cycle.programme, world.tree.province, 2023, as_of=date(2023, 6, 30), by=None)
    reform = the_reform(world.tree)
    reforms.apply(reform, by=None)
    new = Unit.objects.get(code="07001")
    versions = UnitVersion.objects.filter(unit=world.tree.school).order_by("valid_from")
    assert [one.stands_in_id for one in versions] == [world.commune.pk, new.pk]
    assert [dossier.stands_in_id for dossier in Evaluation.objects.filter(unit=world.tree.school)] == [
        world.commune.pk
    ] * 2
    heir = make_user(Role.OFFICER, new, valid_from=date(2024, 9, 1))
    assert Evaluation.objects.visible_to(heir).filter(unit=world.tree.school).count() == 2
    later = open_year(world.tree, 2025, as_of=date(2025, 7, 15))
    assert dossier_of(later, world.tree.school).stands_in_id == new.pk
    later.evaluations.all().delete()
    later.delete()
    heir.placements.all().delete()
    reforms.undo(reform, by=None)
    assert snapshot() == before


def test_results_of_old_and_carried_files_have_their_ground(world, school):
    sets = {unit.kind: school.criteria_set for unit in world.tree.organisations}
    states = {unit.pk: State.RECOGNISED for unit in world.tree.organisations}
    old = services.record_results(
        world.cycle.programme,
        world.tree.province,
        2015,
        as_of=date(2015, 1, 1),
        source="Báo cáo",
        states=states,
        sets=sets,
    )
    assert {dossier.stands_in_id for dossier in old.evaluations.all()} == {world.commune.pk}


def test_the_migrations_fill_what_was_there_before(world, school):
    """Rows without the column, as they were kept before it: filled from reorganisations and versions of the day."""
    reforms.apply(the_reform(world.tree), by=None)
    open_year(world.tree, 2025, as_of=date(2025, 7, 15))
    then = list(UnitVersion.objects.order_by("pk").values_list("pk", "stands_in"))
    dossiers = list(Evaluation.objects.order_by("pk").values_list("pk", "stands_in"))
    UnitVersion.objects.update(stands_in=None)
    Evaluation.objects.update(stands_in=None)
    import_module("units.migrations.0005_standing_filled").fill(apps, None)
    assert list(UnitVersion.objects.order_by("pk").values_list("pk", "stands_in")) == then
    import_module("evaluations.migrations.0006_standing_filled").fill(apps, None)
    assert list(Evaluation.objects.order_by("pk").values_list("pk", "stands_in")) == dossiers
    assert len({ground for _, ground in dossiers if ground}) == 2
