"""Reorganisations: the dry run with every problem, applying it whole, undoing it, and dates that stay true."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Refused
from tests.units.factories import make_committee, make_tree, make_units, make_user
from tests.units.reforming import DAY, LAST, draft, line, snapshot, the_reform
from units import reforms
from units.enums import ReformStatus, Role, Subtype, UnitKind
from units.models import Committee, Lineage, Seat, Unit, UnitVersion, on

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # versions and keys through a reorganisation


def places_on(day: date) -> dict[int, tuple]:
    rows = UnitVersion.objects.filter(on(day)).filter(on(day, start="unit__opened_on", end="unit__closed_on"))
    return {
        row[0]: row[1:] for row in rows.values_list("unit_id", "parent_id", "province_id", "district_id", "commune_id")
    }


def test_the_reform_as_it_is_applied():
    tree = make_tree()
    one, two, three, four = tree.communes
    before = places_on(LAST)
    reforms.apply(the_reform(tree), by=None)
    new = Unit.objects.get(code="07001")
    assert (new.province_id, new.district_id, new.commune_id) == (tree.province.pk, None, new.pk)
    ended = Unit.objects.filter(closed_on=LAST)
    assert set(ended) == {one, two, three, *tree.districts}
    # What the merged ones managed stands under the new one; the divided one's under its main part.
    assert {unit.parent_id for unit in Unit.objects.filter(pk__in=[area.pk for area in tree.areas[:4]])} == {new.pk}
    assert {unit.parent_id for unit in Unit.objects.filter(pk__in=[area.pk for area in tree.areas[4:]])} == {four.pk}
    agency = Unit.objects.get(pk=tree.agency.pk)
    assert (agency.parent_id, agency.stands_in_id, agency.district_id) == (new.pk, new.pk, None)
    school = Unit.objects.get(pk=tree.school.pk)
    assert (school.parent_id, school.stands_in_id, school.commune_id) == (tree.province.pk, new.pk, None)
    four.refresh_from_db()
    assert (four.name, four.search_key, four.parent_id, four.district_id) == (
        "Xã Bốn",
        "xa bon",
        tree.province.pk,
        None,
    )
    # The ended ones are read at their heir's place; their own history is as it was.
    one.refresh_from_db()
    assert (one.commune_id, one.parent_id, one.name) == (new.pk, tree.districts[0].pk, "Xã A1.1")
    assert places_on(LAST) == before
    assert set(Lineage.objects.values_list("predecessor", "successor", "is_main", "percent")) == {
        (one.pk, new.pk, True, None),
        (two.pk, new.pk, True, None),
        (three.pk, four.pk, True, 60),
        (three.pk, new.pk, False, 40),
    }


def test_undoing_puts_every_row_back():
    tree = make_tree()
    officer = make_user(Role.OFFICER, tree.communes[0])
    make_committee(tree.communes[0])
    committee = Committee.objects.get()
    before = snapshot()
    reform = the_reform(tree)
    reforms.apply(reform, by=None)
    assert officer.placements.get().valid_to == LAST
    committee.refresh_from_db()
    assert committee.valid_to == LAST
    assert snapshot() != before
    reforms.undo(reform, by=None)
    assert snapshot() == before
    reform.refresh_from_db()
    assert reform.status == ReformStatus.DRAFT
    reforms.apply(reform, by=None)  # and it can be carried out again


def test_a_committee_seated_since_the_day_does_not_outlive_its_unit():
    tree = make_tree()
    late = DAY + timedelta(days=20)
    officer = make_user(Role.OFFICER, tree.communes[0], valid_from=late)
    made = make_committee(tree.communes[0], members=1, on=late)
    before, seats = snapshot(), list(Seat.objects.values())
    reform = the_reform(tree)
    assert [row.unit for row in reforms.committees_ended(reforms.dry_run(reform))] == [tree.communes[0]]
    reforms.apply(reform, by=None)
    assert (Committee.objects.get().valid_to, Seat.objects.get(pk=made.seats[0].pk).valid_to) == (late, late)
    assert officer.placements.get().withdrawn_at is not None
    reforms.undo(reform, by=None)
    assert (snapshot(), list(Seat.objects.values())) == (before, seats)


def test_what_ended_before_follows_its_heir():
    tree = make_tree()
    one, two, three, _ = tree.communes
    reforms.apply(draft(tree, line("merge", one, to_unit=two)), by=None)
    reforms.apply(draft(tree, line("merge", two, to_unit=three), day=date(2026, 1, 1)), by=None)
    one.refresh_from_db()
    assert (one.commune_id, one.closed_on) == (three.pk, LAST)
    assert set(make_user(Role.OFFICER, three).grounds()) == {one, two, three}
    assert set(make_user(Role.OFFICER, tree.communes[3]).grounds()) == {tree.communes[3]}


def test_undoing_stops_where_something_leans_on_it():
    tree = make_tree()
    reform = the_reform(tree)
    reforms.apply(reform, by=None)
    new = Unit.objects.get(code="07001")
    make_user(Role.OFFICER, new)
    held = snapshot()
    with pytest.raises(Refused) as refusal:
        reforms.undo(reform, by=None)
    assert "dựa vào đơn vị mới thành lập" in refusal.value.sentence
    assert snapshot() == held
    later = draft(tree, line("rename", tree.communes[3], name="Xã Khác"), day=date(2026, 4, 30))
    reforms.apply(later, by=None)
    with pytest.raises(Refused) as refusal:
        reforms.undo(reform, by=None)
    assert "đã thay đổi tiếp từ 30/04/2026" in refusal.value.sentence


def test_a_ward_keeps_its_code():
    """Đồng Nai, 30/4/2026: communes became wards, every code as before."""
    tree = make_tree()
    (commune,) = make_units(tree.province, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Bình Minh"], code="26206")
    reforms.apply(
        draft(
            tree,
            line("reclassify", commune, subtype=Subtype.WARD, name="Phường Bình Minh"),
            day=date(2026, 4, 30),
        ),
        by=None,
    )
    commune.refresh_from_db()
    assert (commune.code, commune.subtype, commune.name) == ("26206", Subtype.WARD, "Phường Bình Minh")
    versions = list(commune.versions.values_list("name", "valid_to"))
    assert versions == [("Xã Bình Minh", date(2026, 4, 29)), ("Phường Bình Minh", None)]


PROBLEMS = {
    "nothing to do": (lambda tree: [], "chưa có thay đổi nào"),
    "into itself": (
        lambda tree: [line("merge", tree.communes[0], to_unit=tree.communes[0])],
        "Dòng 1: Xã A1.1 không thể nhập vào chính mình",
    ),
    "two successors": (
        lambda tree: [line("merge", tree.communes[0], to_unit=to) for to in tree.communes[1:3]],
        "Xã A1.1 có 2 dòng “nhập toàn bộ vào”",
    ),
    "two names": (
        lambda tree: [line("rename", tree.communes[0], name=name) for name in ("Xã X", "Xã Y")],
        "Xã A1.1 có 2 dòng “đổi tên”",
    ),
    "named and ended": (
        lambda tree: [
            line("rename", tree.communes[0], name="Xã X"),
            line("merge", tree.communes[0], to_unit=tree.communes[1]),
        ],
        "Xã A1.1 vừa kết thúc vừa thay đổi",
    ),
    "shares not summing": (
        lambda tree: [
            line("split", tree.communes[0], to_unit=tree.communes[1], percent=60, is_main=True),
            line("split", tree.communes[0], to_unit=tree.communes[2], percent="30.5"),
        ],
        "các phần của Xã A1.1 cộng lại là 90,5%, phải đủ 100%",
    ),
    "no main part": (
        lambda tree: [line("split", tree.communes[0], to_unit=to) for to in tree.communes[1:3]],
        "Xã A1.1 phải có đúng một phần chính",
    ),
    "children left": (
        lambda tree: [line("close", tree.communes[0])],
        "Xã A1.1 kết thúc nhưng còn 4 đơn vị trực thuộc chưa có nơi chuyển về",
    ),
    "wrong level": (
        lambda tree: [line("transfer", tree.communes[0], to_unit=tree.communes[1])],
        "Xã A1.1 (xã, phường, thị trấn) không thể trực thuộc Xã A1.2",
    ),
    "self-parent": (
        lambda tree: [line("transfer", tree.communes[0], to_unit=tree.communes[0])],
        "Xã A1.1 trở thành cấp trên của chính mình",
    ),
    "no such target": (
        lambda tree: [line("merge", tree.communes[0], to_key="ZZ")],
        "không có đơn vị đích “ZZ” trong phương án",
    ),
    "another kind": (
        lambda tree: [line("merge", tree.communes[0], to_unit=tree.districts[1])],
        "không cùng loại đơn vị",
    ),
    "one code twice": (
        lambda tree: [
            line("open", kind="commune", subtype="xa", code="1", name=f"Xã {key}", key=key, to_unit=tree.province)
            for key in "PQ"
        ],
        "mã 1 dùng cho 2 đơn vị: Xã P, Xã Q",
    ),
    "one key twice": (
        lambda tree: [
            line("open", kind="commune", subtype="xa", name=f"Xã {name}", key="P", to_unit=tree.province)
            for name in "PQ"
        ],
        "khoá “P” đã dùng cho Xã P",
    ),
    "into one that ends": (
        lambda tree: [
            line("merge", tree.communes[0], to_unit=tree.communes[1]),
            line("merge", tree.communes[1], to_unit=tree.communes[0]),
        ],
        "nơi cũng kết thúc hoạt động",
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), PROBLEMS.values(), ids=PROBLEMS)
def test_every_problem_is_listed_and_nothing_is_applied(changes, sentence):
    tree = make_tree()
    reform = draft(tree, *changes(tree))
    told = [str(one) for one in reforms.plan_of(reform).problems]
    assert any(sentence in one for one in told), told
    before = snapshot()
    with pytest.raises(Refused):
        reforms.apply(reform, by=None)
    assert snapshot() == before


def test_a_change_dated_before_the_unit_opened():
    tree = make_tree()
    (young,) = make_units(tree.province, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Trẻ"], on=DAY)
    told = [str(one) for one in reforms.plan_of(draft(tree, line("rename", young, name="Xã Già"))).problems]
    assert told == ["Dòng 1: đơn vị Xã Trẻ không có trong các tỉnh của phương án vào ngày sắp xếp. Hãy chọn lại."]


def test_who_may_reorganise():
    tree, other = make_tree("A"), make_tree("B")
    for person in (make_user(Role.STAFF, tree.province), make_user(Role.ADMIN, other.province)):
        with pytest.raises(Refused):
            reforms.apply(the_reform(tree), by=person)
    reforms.apply(the_reform(tree), by=make_user(Role.ADMIN, tree.province))


def test_statements_grow_with_batches_not_with_units():
    """300 units more cost the batches they fill (SQLite takes few parameters at once; PostgreSQL needs none more)."""
    counts = []
    for letter, more in (("A", 0), ("B", 300)):
        tree = make_tree(letter)
        make_units(
            tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn {i}" for i in range(3, 3 + more)]
        )
        reform = the_reform(tree)
        with CaptureQueriesContext(connection) as ran:
            reforms.apply(reform, by=None)
        counts.append(len(ran))
    assert counts[1] - counts[0] <= (300 // 25 if connection.vendor == "sqlite" else 1)


def test_dates_stay_true_over_random_reorganisations():
    """After any sequence, on any day: the tree has no rounds and the communes' areas sum to the province's."""
    tree = make_tree()
    chance = random.Random(138)  # noqa: S311 -- the same sequence every time
    days = [date(2025, 7, 1) + timedelta(days=30 * step) for step in range(12)]
    applied = 0
    for day in days:
        communes = list(Unit.objects.filter(kind=UnitKind.COMMUNE, closed_on=None).order_by("pk"))
        chance.shuffle(communes)
        actions = [line("rename", communes[0], name=f"Xã {day:%d%m%Y}")]
        if len(communes) > 2 and chance.random() < 0.5:
            actions.append(line("merge", communes[1], to_unit=communes[2]))
        if chance.random() < 0.6:
            actions.append(
                line("open", kind="commune", subtype="xa", name=f"Xã M{day:%d%m%Y}", key="M", to_unit=tree.province)
            )
            areas = Unit.objects.filter(parent=communes[0], kind=UnitKind.RESIDENTIAL_AREA)
            actions += [line("transfer", area, to_key="M") for area in areas[:1]]
        reform = draft(tree, *actions, day=day)
        reforms.apply(reform, by=None)
        applied += 1
        if chance.random() < 0.3:
            reforms.undo(reform, by=None)
            applied -= 1
    assert applied > 5
    areas = Unit.objects.filter(kind=UnitKind.RESIDENTIAL_AREA).count()
    for day in (tree.province.opened_on, *(day + timedelta(days=shift) for day in days for shift in (-1, 0))):
        rows = places_on(day)
        kinds = dict(Unit.objects.filter(pk__in=rows).values_list("pk", "kind"))
        parents = {pk: row[0] for pk, row in rows.items()}
        for pk in parents:
            seen = set()
            while pk is not None:
                assert pk not in seen
                seen.add(pk)
                pk = parents[pk]
        by_commune = Counter(row[3] for pk, row in rows.items() if kinds[pk] == UnitKind.RESIDENTIAL_AREA)
        assert sum(by_commune.values()) == areas
        assert set(by_commune) <= {pk for pk, kind in kinds.items() if kind == UnitKind.COMMUNE}


def test_a_plan_waits_for_its_day(client):
    tree = make_tree()
    today = timezone.localdate()
    first, second = tree.communes[:2]
    early = draft(tree, line("merge", first, to_unit=second), day=today + timedelta(days=1))
    before = snapshot()
    with pytest.raises(Refused, match="áp dụng được từ ngày đó"):
        reforms.apply(early, by=None)
    assert snapshot() == before
    client.force_login(make_user(Role.ADMIN, tree.province))
    page = client.get(reverse("units:reform_detail", args=[early.pk]))
    assert "áp dụng được từ ngày đó" in page.content.decode()
    reforms.drop_reform(early, by=None)
    reforms.apply(draft(tree, line("merge", first, to_unit=second), day=today), by=None)
    assert Unit.objects.get(pk=first.pk).closed_on == today - timedelta(days=1)


def test_names_and_codes_the_plan_gives_are_such_as_a_unit_may_have():
    tree = make_tree()
    one = tree.communes[0]
    opened = {"kind": "commune", "subtype": Subtype.WARD, "key": "M", "to_unit": tree.province}
    plan = reforms.dry_run(
        draft(
            tree,
            line("open", code="7001", name="Phường Mới", **opened),
            line("rename", one, name="Xã Ðông"),
        )
    )
    assert {str(problem) for problem in plan.problems} == {
        "Phường Mới: Mã số “7001” của Xã, phường, thị trấn phải đủ 5 chữ số.",
        "Xã Ðông: Chữ “Ð” trong “Xã Ðông” không phải chữ Đ tiếng Việt. Hãy gõ lại chữ Đ.",
    }
