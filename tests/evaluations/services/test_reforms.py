"""Dossiers through a reorganisation: no past row changes, heirs act and read, each of the three ends, and undoing."""

from datetime import date

import pytest
from django.db.models import Q
from django.urls import reverse

from criteria.models import CriteriaSet, Precondition
from evaluations import services, workflow
from evaluations.enums import Action, Side, State
from evaluations.judging.below import CountsBelow, counts_below
from evaluations.judging.dossiers import judged_dossier
from evaluations.judging.results import results_required
from evaluations.models import Cycle, Evaluation
from evaluations.permissions import may_revoke
from evaluations.services import cycles
from evaluations.services.roster import eligible, roster_row
from portal.core.errors import Refused
from tests.evaluations.factories import appraise, dossier_of, hold_sitting, open_year, register, submit
from tests.evaluations.reforming import DAY, the_reform
from tests.units.factories import make_committee, make_tree, make_user
from tests.units.reforming import draft, line
from units import reforms
from units.enums import OpenFiles, Role
from units.models import Placement, Unit, User

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # snapshots moved in bulk
SNAPSHOT = (
    *("pk", "unit_id", "unit_name", "kind", "subtype", "managed_at"),
    *("province_id", "district_id", "commune_id", "stands_in_id"),
    *("state", "criteria_set_id", "route_id", "submitted_at", "appraised_at"),
)


def snapshots(dossiers):
    return list(dossiers.order_by("pk").values_list(*SNAPSHOT))


def new_ward():
    return Unit.objects.get(code="07001")


def test_no_past_row_changes_and_the_heirs_read_it():
    tree = make_tree()
    past, now = open_year(tree, 2023, as_of=date(2023, 6, 30)), open_year(tree, 2024)
    before = {cycle: snapshots(cycle.evaluations.all()) for cycle in (past, now)}
    reforms.apply(the_reform(tree), by=None)
    assert {cycle: snapshots(cycle.evaluations.all()) for cycle in (past, now)} == before
    officer = make_user(Role.OFFICER, new_ward(), valid_from=DAY)
    theirs = Evaluation.objects.visible_to(officer).filter(cycle=past)
    ended = tree.communes[:2]
    assert set(theirs) == set(past.evaluations.filter(Q(commune__in=ended) | Q(stands_in__in=ended)))
    stranger = make_user(Role.OFFICER, tree.communes[3])
    assert not Evaluation.objects.visible_to(stranger).filter(commune__in=tree.communes[:2]).exists()


def test_the_heirs_go_on_with_what_is_under_way():
    tree = make_tree()
    cycle = open_year(tree, 2024)
    reforms.apply(the_reform(tree), by=None)
    ward = new_ward()
    area = dossier_of(cycle, tree.areas[0])
    assert {area.entry_unit_id, area.appraisal_unit_id, area.decision_unit_id} == {ward.pk}
    commune = dossier_of(cycle, tree.communes[3])
    assert (commune.entry_unit_id, commune.decision_unit_id) == (tree.communes[3].pk, tree.province.pk)
    own = dossier_of(cycle, tree.communes[0])
    assert (own.state, own.entry_unit_id, own.decision_unit_id) == (State.EXPECTED, ward.pk, tree.province.pk)
    officer = make_user(Role.OFFICER, ward, valid_from=DAY)
    workflow.advance(area, Action.REGISTER, by=officer)
    with pytest.raises(Refused):
        workflow.advance(
            dossier_of(cycle, tree.areas[1]), Action.REGISTER, by=make_user(Role.OFFICER, tree.communes[0])
        )


@pytest.mark.parametrize(
    ("end", "state", "carried"),
    [
        (OpenFiles.FINISH, State.EXPECTED, 0),
        (OpenFiles.CARRY, State.EXCLUDED, 1),
        (OpenFiles.CLOSE, State.EXCLUDED, 0),
    ],
)
def test_the_three_ends(end, state, carried):
    tree = make_tree()
    cycle = open_year(tree, 2024)
    reforms.apply(the_reform(tree, open_files=end), by=None)
    assert {dossier_of(cycle, unit).state for unit in tree.communes[:2]} == {state}
    new = cycle.evaluations.filter(unit=new_ward())
    assert new.count() == carried
    for dossier in new:
        assert (
            dossier.unit_name,
            dossier.province_id,
            dossier.district_id,
            dossier.commune_id,
            dossier.entry_unit_id,
        ) == (
            "Phường Mới",
            tree.province.pk,
            None,
            new_ward().pk,
            new_ward().pk,
        )
    if state == State.EXCLUDED:
        event = dossier_of(cycle, tree.communes[0]).events.last()
        assert (event.source, event.target) == (State.EXPECTED, State.EXCLUDED)
        assert event.comment.startswith("Đơn vị kết thúc hoạt động theo 1658/NQ-UBTVQH15.")


def held(dossier) -> tuple[int, int, int]:
    """What the commune's criteria 4.1 and 4.2 count: units below, registered, recognised."""
    found = sum(counts_below([dossier])[dossier.pk].values(), CountsBelow())
    return found.total, found.registered, found.recognised


def test_a_carried_commune_counts_what_came_to_it():
    """Two communes of two areas and one agency and enterprise become a ward: six below, not none."""
    tree = make_tree()
    cycle = open_year(tree, 2024)
    cycle.evaluations.filter(unit__in=tree.areas[:3]).update(state=State.RECOGNISED)
    one, other = dossier_of(cycle, tree.communes[0]), dossier_of(cycle, tree.communes[2])
    assert (held(one), held(other)) == ((4, 2, 2), (2, 0, 0))
    reforms.apply(the_reform(tree, open_files=OpenFiles.CARRY), by=None)
    ward = dossier_of(cycle, new_ward())
    assert held(ward) == (6, 3, 3)
    assert (held(one), held(other)) == ((4, 2, 2), (2, 0, 0))  # what the ended one counted still stands
    missing = judged_dossier(ward).verdict(Side.OWN).missing
    assert any("Còn 3 đơn vị thuộc xã chưa có kết quả (đã công nhận 3/6)" in one.sentence for one in missing)


def test_a_commune_counts_nothing_of_a_year_that_was_over():
    """The communes joined to one in 2024 had their own 2023: the count of that year does not move."""
    tree = make_tree()
    past = open_year(tree, 2023, as_of=date(2023, 6, 30))
    open_year(tree, 2024)
    before = held(dossier_of(past, tree.communes[2]))
    joining = draft(
        tree,
        line("merge", tree.communes[0], to_unit=tree.communes[2]),
        day=DAY,
        open_files=OpenFiles.CARRY,
    )
    past.evaluations.filter(unit=tree.communes[0]).update(state=State.DECLINED)
    reforms.apply(joining, by=None)
    assert held(dossier_of(past, tree.communes[2])) == before == (2, 0, 0)
    now = Evaluation.objects.select_related("cycle", "criteria_set").get(cycle__year=2024, unit=tree.communes[2])
    assert held(now) == (6, 0, 0)


def test_candidates_are_looked_for_in_the_heirs_lineage():
    """Exemplar candidates ask last year's result: of the unit where it lay then, or of who passed over to it."""
    tree = make_tree()
    past = open_year(tree, 2024)
    past.evaluations.filter(unit__in=[tree.communes[0], tree.agency]).update(state=State.RECOGNISED)
    old = Unit.objects.create(kind="province", subtype="province", name="Tỉnh Cũ", opened_on=date(2000, 1, 1))
    Unit.objects.filter(pk=old.pk).update(province=old, closed_on=date(2024, 8, 31))
    Evaluation.objects.filter(cycle=past).update(province=old)  # their province of then is not that of today
    reforms.apply(the_reform(tree), by=None)
    like = dossier_of(past, tree.communes[0]).criteria_set
    chosen = CriteriaSet.objects.create(
        code="DH",
        name="Điển hình",
        programme=like.programme,
        document=like.document,
        unit_kinds=["commune", "agency"],
        by_selection=True,
        first_year=2025,
    )
    Precondition.objects.create(criteria_set=chosen, programme=like.programme, years_back=1, label="đạt năm trước")
    there = list(eligible(tree.province, chosen, ["commune", "agency"], date(2025, 1, 1)))
    assert {unit.pk for unit in there} > {new_ward().pk, tree.agency.pk}
    assert {unit.pk for unit in cycles.selectable(there, chosen, 2025)} == {new_ward().pk, tree.agency.pk}
    cycle = Cycle.objects.create(programme=like.programme, province=tree.province, year=2025, as_of=date(2025, 1, 1))
    ward = next(unit for unit in there if unit.pk == new_ward().pk)
    dossier = roster_row(cycle, ward, chosen)
    dossier.save()
    assert [one.recognised for one in results_required([dossier])[dossier.pk].values()] == [True]


@pytest.mark.parametrize("end", OpenFiles.values)
def test_undoing_gives_every_file_back(end):
    tree = make_tree()
    cycle = open_year(tree, 2024)
    officer = make_user(Role.OFFICER, tree.communes[0])
    register(dossier_of(cycle, tree.communes[0]), by=officer)
    columns = (*SNAPSHOT, "entry_unit_id", "appraisal_unit_id", "decision_unit_id")
    before = list(cycle.evaluations.order_by("pk").values_list(*columns))
    reform = the_reform(tree, open_files=end)
    reforms.apply(reform, by=None)
    assert list(cycle.evaluations.order_by("pk").values_list(*columns)) != before
    reforms.undo(reform, by=None)
    assert list(cycle.evaluations.order_by("pk").values_list(*columns)) == before


def test_a_sitting_under_way_must_end_first():
    tree = make_tree()
    cycle = open_year(tree, 2024)
    body = make_committee(tree.communes[0])
    dossier = dossier_of(cycle, tree.areas[0])
    submit(dossier, by=make_user(Role.OFFICER, tree.communes[0]))
    appraise(dossier, by=body.people[1])
    hold_sitting(body.committee, [dossier], by=body.people[1])
    with pytest.raises(Refused) as refusal:
        reforms.apply(the_reform(tree), by=None)
    assert "Còn 1 hồ sơ đang ở phiên họp hoặc chờ quyết định" in refusal.value.sentence


def test_a_file_may_take_an_end_of_its_own(client):
    tree = make_tree()
    cycle = open_year(tree, 2024)
    reform = the_reform(tree, open_files=OpenFiles.FINISH)
    client.force_login(make_user(Role.ADMIN, tree.province))
    address = reverse("units:reform_files", args=[reform.pk])
    one, two = (dossier_of(cycle, unit) for unit in tree.communes[:2])
    page = client.get(address)
    assert {(row.pk, row.heir, row.end) for row in page.context["page"]} >= {
        (dossier.pk, "Phường Mới", OpenFiles.FINISH) for dossier in (one, two)
    }
    client.post(address, {f"end_{one.pk}": OpenFiles.CLOSE, f"end_{two.pk}": OpenFiles.FINISH})
    reform.refresh_from_db()
    assert reform.ends == {str(one.pk): OpenFiles.CLOSE}
    for pk, end in ((one.pk, "bay"), (dossier_of(cycle, tree.communes[3]).pk, OpenFiles.CLOSE)):
        refused = client.post(address, {f"end_{two.pk}": OpenFiles.CARRY, f"end_{pk}": end})
        assert refused.status_code == 422 and "Có hồ sơ không thuộc phương án" in refused.content.decode()
        ends = {row.pk: row.end for row in refused.context["page"]}
        assert (ends[one.pk], ends[two.pk]) == (OpenFiles.CLOSE, OpenFiles.CARRY)  # as stored, as chosen
    reform.refresh_from_db()
    assert reform.ends == {str(one.pk): OpenFiles.CLOSE}
    reforms.apply(reform, by=None)
    assert [dossier_of(cycle, unit).state for unit in tree.communes[:2]] == [State.EXCLUDED, State.EXPECTED]


def test_the_heirs_revoke_and_lock_what_the_ended_left():
    """Rights at a place that ended are its heir's; nobody else's, and none while it is open."""
    tree, other = make_tree(), make_tree("B")
    cycle = open_year(tree, 2024)
    Evaluation.objects.filter(pk=dossier_of(cycle, tree.areas[0]).pk).update(state=State.RECOGNISED)
    dossier = dossier_of(cycle, tree.areas[0])
    chair, province_chair, stranger = (
        make_user(Role.CHAIR, unit) for unit in (tree.communes[0], tree.province, other.province)
    )
    assert [may_revoke(one, dossier) for one in (chair, province_chair, stranger)] == [True, False, False]
    reforms.apply(the_reform(tree), by=None)
    dossier = dossier_of(cycle, tree.areas[0])
    assert dossier.decision_unit == tree.communes[0]  # what is decided keeps the place it had
    heir = make_user(Role.CHAIR, new_ward(), valid_from=DAY)
    people = [User.objects.get(pk=one.pk) for one in (chair, province_chair, stranger, heir)]
    assert [may_revoke(one, dossier) for one in people] == [False, False, False, True]


@pytest.mark.parametrize(("end", "told"), [(OpenFiles.FINISH, True), (OpenFiles.CARRY, True), (OpenFiles.CLOSE, False)])
def test_files_nobody_could_go_on_with_stand_in_the_way(end, told):
    tree = make_tree()
    cycle = open_year(tree, 2024)
    closing = tree.areas[7].parent
    lines = [line("close", unit) for unit in (closing, *closing.children.all())]
    sentences = [str(one) for one in reforms.dry_run(draft(tree, *lines, day=DAY, open_files=end)).problems]
    assert any("không có nơi kế thừa" in one for one in sentences) == told, sentences
    assert cycle.evaluations.filter(unit=closing).exists()


def test_a_year_opened_on_the_new_tree_stops_the_undoing():
    tree = make_tree()
    first, second = tree.communes[:2]
    reform = draft(tree, line("merge", first, to_unit=second), day=DAY)
    reforms.apply(reform, by=None)
    open_year(tree, 2023, as_of=date(2023, 6, 30))  # a year of the tree before it leans on nothing
    reforms.undo(reform, by=None)
    reforms.apply(reform, by=None)
    open_year(tree, 2025, as_of=date(2025, 1, 2))
    with pytest.raises(Refused, match="năm 2025” được mở sau khi áp dụng phương án"):
        reforms.undo(reform, by=None)


def test_cycles_of_one_name_are_told_apart_by_their_province(client):
    tree, other = make_tree(), make_tree("B")
    for one in (tree, other):
        open_year(one, 2024)
    open_year(tree, 2023)
    user = make_user(Role.STAFF, tree.province)

    def choices() -> list[str]:
        client.force_login(User.objects.get(pk=user.pk))
        field = client.get(reverse("evaluations:list")).context["filters"].form.fields["cycle"]
        return [label for value, label in field.choices if value]

    name = "An toàn về an ninh, trật tự năm"
    assert choices() == [f"{name} 2024", f"{name} 2023"]
    Placement.objects.create(user=user, unit=other.province, role=Role.STAFF, valid_from=date(2020, 1, 1))
    assert sorted(choices()) == [f"{name} 2023", f"{name} 2024 – Tỉnh A", f"{name} 2024 – Tỉnh B"]


def test_the_dry_run_names_sittings_still_open_at_places_that_end(client):
    tree = make_tree()
    cycle = open_year(tree)
    ending, staying = (make_committee(tree.communes[number], members=2) for number in (0, 3))
    for council in (ending, staying):
        services.create_sitting(
            council.committee,
            cycle,
            held_on=date(2024, 11, 4),
            place="",
            chair=None,
            secretary=None,
            by=council.people[1],
        )
    made = the_reform(tree)
    plan = reforms.dry_run(made)
    (told,) = plan.warnings
    assert tree.communes[0].name in told and "chưa kết thúc" in told and not plan.problems
    client.force_login(make_user(Role.ADMIN, tree.province))
    page = client.get(reverse("units:reform_detail", args=[made.pk])).content.decode()
    assert "1 điều cần biết trước khi áp dụng" in page and told in page
