"""Files through a reorganisation: no past row changes, heirs act and read, each of the three ends, and undoing."""

from datetime import date

import pytest
from django.db.models import Q
from django.urls import reverse

from evaluations import workflow
from evaluations.enums import State
from evaluations.models import Evaluation
from evaluations.permissions import may_revoke
from portal.core.errors import Refused
from tests.units.factories import make_committee, make_tree, make_user
from tests.units.test_reforms import draft, line
from units import services
from units.enums import OpenFiles, Role, Subtype, UnitKind
from units.models import Placement, Unit, User

from .factories import appraise, file_of, hold_sitting, open_year, register, submit

pytestmark = pytest.mark.django_db
DAY = date(2024, 9, 1)
SNAPSHOT = (
    *("pk", "unit_id", "unit_name", "kind", "subtype", "managed_at"),
    *("province_id", "district_id", "commune_id", "stands_in_id"),
    *("state", "criteria_set_id", "route_id", "submitted_at", "appraised_at"),
)


def snapshots(files):
    return list(files.order_by("pk").values_list(*SNAPSHOT))


def the_reform(tree, **fields):
    """The first two communes become one new ward; the districts end."""
    one, two, *_ = tree.communes
    return draft(
        tree,
        line(
            "open",
            kind="commune",
            subtype=Subtype.WARD,
            code="07001",
            name="Phường Mới",
            key="M",
            to_unit=tree.province,
        ),
        line("merge", one, to_key="M"),
        line("merge", two, to_key="M"),
        line("close_level", tree.province, kind=UnitKind.DISTRICT),
        day=DAY,
        **fields,
    )


def new_ward():
    return Unit.objects.get(code="07001")


def test_no_past_row_changes_and_the_heirs_read_it():
    tree = make_tree()
    past, now = open_year(tree, 2023, as_of=date(2023, 6, 30)), open_year(tree, 2024)
    before = {cycle: snapshots(cycle.evaluations.all()) for cycle in (past, now)}
    services.apply(the_reform(tree), by=None)
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
    services.apply(the_reform(tree), by=None)
    ward = new_ward()
    area = file_of(cycle, tree.areas[0])
    assert {area.entry_unit_id, area.appraisal_unit_id, area.decision_unit_id} == {ward.pk}
    commune = file_of(cycle, tree.communes[3])
    assert (commune.entry_unit_id, commune.decision_unit_id) == (tree.communes[3].pk, tree.province.pk)
    own = file_of(cycle, tree.communes[0])
    assert (own.state, own.entry_unit_id, own.decision_unit_id) == (State.EXPECTED, ward.pk, tree.province.pk)
    officer = make_user(Role.OFFICER, ward, valid_from=DAY)
    workflow.advance(area, "register", by=officer)
    with pytest.raises(Refused):
        workflow.advance(file_of(cycle, tree.areas[1]), "register", by=make_user(Role.OFFICER, tree.communes[0]))


@pytest.mark.parametrize(
    ("end", "state", "carried"),
    [
        (OpenFiles.FINISH, State.EXPECTED, 0),
        (OpenFiles.CARRY, State.WITHDRAWN, 1),
        (OpenFiles.CLOSE, State.WITHDRAWN, 0),
    ],
)
def test_the_three_ends(end, state, carried):
    tree = make_tree()
    cycle = open_year(tree, 2024)
    services.apply(the_reform(tree, open_files=end), by=None)
    assert {file_of(cycle, unit).state for unit in tree.communes[:2]} == {state}
    new = cycle.evaluations.filter(unit=new_ward())
    assert new.count() == carried
    for file in new:
        assert (file.unit_name, file.province_id, file.district_id, file.commune_id, file.entry_unit_id) == (
            "Phường Mới",
            tree.province.pk,
            None,
            new_ward().pk,
            new_ward().pk,
        )
    if state == State.WITHDRAWN:
        event = file_of(cycle, tree.communes[0]).events.last()
        assert (event.source, event.target) == (State.EXPECTED, State.WITHDRAWN)
        assert event.comment.startswith("Đơn vị kết thúc hoạt động theo 1658/NQ-UBTVQH15.")


@pytest.mark.parametrize("end", OpenFiles.values)
def test_undoing_gives_every_file_back(end):
    tree = make_tree()
    cycle = open_year(tree, 2024)
    officer = make_user(Role.OFFICER, tree.communes[0])
    register(file_of(cycle, tree.communes[0]), by=officer)
    columns = (*SNAPSHOT, "entry_unit_id", "appraisal_unit_id", "decision_unit_id")
    before = list(cycle.evaluations.order_by("pk").values_list(*columns))
    reform = the_reform(tree, open_files=end)
    services.apply(reform, by=None)
    assert list(cycle.evaluations.order_by("pk").values_list(*columns)) != before
    services.undo(reform, by=None)
    assert list(cycle.evaluations.order_by("pk").values_list(*columns)) == before


def test_a_sitting_under_way_must_end_first():
    tree = make_tree()
    cycle = open_year(tree, 2024)
    body = make_committee(tree.communes[0])
    file = file_of(cycle, tree.areas[0])
    submit(file, by=make_user(Role.OFFICER, tree.communes[0]))
    appraise(file, by=body.people[1])
    hold_sitting(body.committee, [file], by=body.people[1])
    with pytest.raises(Refused) as refusal:
        services.apply(the_reform(tree), by=None)
    assert "Còn 1 hồ sơ đang ở phiên họp hoặc chờ quyết định" in refusal.value.sentence


def test_a_file_may_take_an_end_of_its_own(client):
    tree = make_tree()
    cycle = open_year(tree, 2024)
    reform = the_reform(tree, open_files=OpenFiles.FINISH)
    client.force_login(make_user(Role.ADMIN, tree.province))
    address = reverse("units:reform_files", args=[reform.pk])
    one, two = (file_of(cycle, unit) for unit in tree.communes[:2])
    page = client.get(address)
    assert {(row.pk, row.heir, row.end) for row in page.context["page"]} >= {
        (file.pk, "Phường Mới", OpenFiles.FINISH) for file in (one, two)
    }
    client.post(address, {f"end_{one.pk}": OpenFiles.CLOSE, f"end_{two.pk}": OpenFiles.FINISH})
    reform.refresh_from_db()
    assert reform.ends == {str(one.pk): OpenFiles.CLOSE}
    for pk, end in ((one.pk, "bay"), (file_of(cycle, tree.communes[3]).pk, OpenFiles.CLOSE)):
        refused = client.post(address, {f"end_{pk}": end}, follow=True)
        assert "Có hồ sơ không thuộc phương án" in refused.content.decode()
    services.apply(reform, by=None)
    assert [file_of(cycle, unit).state for unit in tree.communes[:2]] == [State.WITHDRAWN, State.EXPECTED]


def test_the_heirs_revoke_and_lock_what_the_ended_left():
    """Rights at a place that ended are its heir's; nobody else's, and none while it is open."""
    tree, other = make_tree(), make_tree("B")
    cycle = open_year(tree, 2024)
    Evaluation.objects.filter(pk=file_of(cycle, tree.areas[0]).pk).update(state=State.RECOGNISED)
    file = file_of(cycle, tree.areas[0])
    chair, province_chair, stranger = (
        make_user(Role.CHAIR, unit) for unit in (tree.communes[0], tree.province, other.province)
    )
    assert [may_revoke(one, file) for one in (chair, province_chair, stranger)] == [True, False, False]
    services.apply(the_reform(tree), by=None)
    file = file_of(cycle, tree.areas[0])
    assert file.decision_unit == tree.communes[0]  # what is decided keeps the place it had
    heir = make_user(Role.CHAIR, new_ward(), valid_from=DAY)
    people = [User.objects.get(pk=one.pk) for one in (chair, province_chair, stranger, heir)]
    assert [may_revoke(one, file) for one in people] == [False, False, False, True]


@pytest.mark.parametrize(("end", "told"), [(OpenFiles.FINISH, True), (OpenFiles.CARRY, True), (OpenFiles.CLOSE, False)])
def test_files_nobody_could_go_on_with_stand_in_the_way(end, told):
    tree = make_tree()
    cycle = open_year(tree, 2024)
    closing = tree.areas[7].parent
    lines = [line("close", unit) for unit in (closing, *closing.children.all())]
    sentences = [str(one) for one in services.dry_run(draft(tree, *lines, day=DAY, open_files=end)).problems]
    assert any("không có nơi kế thừa" in one for one in sentences) == told, sentences
    assert cycle.evaluations.filter(unit=closing).exists()


def test_a_year_opened_on_the_new_tree_stops_the_undoing():
    tree = make_tree()
    first, second = tree.communes[:2]
    reform = draft(tree, line("merge", first, to_unit=second), day=DAY)
    services.apply(reform, by=None)
    open_year(tree, 2023, as_of=date(2023, 6, 30))  # a year of the tree before it leans on nothing
    services.undo(reform, by=None)
    services.apply(reform, by=None)
    open_year(tree, 2025, as_of=date(2025, 1, 2))
    with pytest.raises(Refused, match="năm 2025” được mở sau khi áp dụng phương án"):
        services.undo(reform, by=None)


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
