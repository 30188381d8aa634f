"""Random years: reorganisations, cycles and moves in any order, and what stays true on every day that anything changed.

Whatever the order, a dossier is never lost or rewritten, and the tree of any day is a tree. Walks that once went wrong
are kept beside them, and each fails again with its protection taken away.
"""

from collections import Counter
from datetime import date
from types import SimpleNamespace

import pytest
from django.db import IntegrityError
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from criteria.models import CriteriaSet, LegalDocument, Programme
from evaluations import workflow
from evaluations.enums import Action, State
from evaluations.models import Evaluation
from evaluations.services import open_cycle
from evaluations.services.reforms import DossiersFollow
from tests.conftest import depth
from tests.units.reforming import draft, line
from units import reforms
from units.enums import ChangeAction, OpenFiles, Role, Subtype, UnitKind
from units.models import Unit, UnitVersion

from ..units.factories import make_tree, make_units
from .factories import published_sets
from .years import BASE, DAY, START, Years

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def lasting_place(module_rows):
    """Two provinces, one with districts and one without, a place that ended before the portal, a programme of results.

    The second province manages its communes itself, so that moves between the two shapes are tried too.
    """
    published_sets()
    tree = make_tree("A")
    other = make_tree("B")
    for model, key in ((Unit, "pk"), (UnitVersion, "unit")):
        model.objects.filter(**{key: other.province.pk}).update(code="97")
    (gone,) = make_units(
        tree.districts[0],
        UnitKind.COMMUNE,
        Subtype.COMMUNE,
        ["Xã Cũ"],
        on=date(2020, 1, 1),
        closed_on=date(2021, 6, 30),
    )
    make_units(gone, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, ["Thôn Cũ"], closed_on=date(2021, 6, 30))
    reforms.apply(
        draft(
            SimpleNamespace(province=other.province),
            line("close_level", other.province, kind=UnitKind.DISTRICT),
            day=START,
        ),
        by=None,
    )
    document = LegalDocument.objects.create(code="KQ", number="KQ", title="Kết quả", issuer="Tỉnh")
    programme = Programme.objects.create(code="ket-qua", name="Kết quả", title="Kết quả")
    book = CriteriaSet.objects.create(
        programme=programme, document=document, code="KQ", name="Kết quả", unit_kinds=BASE, first_year=2000
    )
    return SimpleNamespace(tree=tree, programme=programme, book=book)


@pytest.fixture
def place(lasting_place, db):
    return lasting_place


def years(place) -> type[Years]:
    return type("YearsHere", (Years,), {"place": place, "happened": Counter()})


def test_history_never_moves(place):
    here = years(place)
    run_state_machine_as_test(
        here,
        settings=settings(
            max_examples=depth(24),
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
            phases=[Phase.generate],  # a walk that fails is read as it is: making it shorter takes minutes
        ),
    )
    made = [action for action in ChangeAction.values if here.happened[action]]  # the walks do get somewhere
    assert len(made) >= 6 and here.happened["undone"] and here.happened["refused"], here.happened


# --- walks of old mistakes, and each protection taken away ------------------------------------------------------------


class NoVersions:
    """Versions that are never written."""

    objects = SimpleNamespace(filter=UnitVersion.objects.filter, bulk_create=lambda rows, **options: [])

    def __new__(cls, **fields):
        return UnitVersion(**fields)


def losing_dossiers(apply):
    def apply_and_lose(follow, plan, ids, by):
        kept = apply(follow, plan, ids, by)
        lost = Evaluation.objects.filter(pk__in=[pk for pk, _ in kept["stopped"]])
        lost._raw_delete(lost.db)
        return kept

    return apply_and_lose


def day(number: int) -> date:
    return START + number * DAY


def moved(walk, tree):
    walk.carry_out([line("transfer", tree.communes[0], to_unit=tree.districts[1])], day(30))
    yield


def under_an_equal(walk, tree):
    walk.carry_out([line("transfer", tree.communes[0], to_unit=tree.communes[1])], day(30))
    yield


def twice_on_a_day(walk, tree):
    walk.carry_out([line("rename", tree.communes[0], name="Xã Mới")], day(30))
    yield from moved(walk, tree)


def undone_below_another(walk, tree):
    """The second brings areas under the moved commune: taking the move back alone would leave them elsewhere."""
    yield from moved(walk, tree)
    walk.carry_out([line("merge", tree.communes[1], to_unit=tree.communes[0])], day(60))
    yield
    walk.undone(1)
    yield


def undone_above_a_new_unit(walk, tree):
    yield from moved(walk, tree)
    commune = Unit.objects.get(pk=tree.communes[0].pk)
    make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, ["Thôn nhập sau"], on=day(60))
    yield
    walk.undone(0)
    yield


def opened(walk, tree) -> Evaluation:
    """The year opened; the dossier of the first commune."""
    walk.begin()
    cycle = open_cycle(Programme.objects.get(code="safety"), tree.province, 2022, as_of=START, by=None)
    return cycle.evaluations.get(unit=tree.communes[0])


def merged(walk, tree, end: str = OpenFiles.FINISH, on: int = 30):
    walk.carry_out([line("merge", tree.communes[0], to_unit=tree.communes[1])], day(on), end)


def ended_with_dossiers(walk, tree):
    opened(walk, tree)
    yield
    merged(walk, tree, OpenFiles.CLOSE)
    yield


def judged_before(walk, tree):
    dossier = opened(walk, tree)
    Evaluation.objects.filter(pk=dossier.pk).update(state=State.RECOGNISED)
    yield
    merged(walk, tree)
    yield


def opened_late(walk, tree):
    """The day of the roster lies before the reorganisation."""
    merged(walk, tree)
    yield
    opened(walk, tree)
    yield


def restored_late(walk, tree):
    dossier = opened(walk, tree)
    workflow.advance(dossier, Action.WITHDRAW, by=walk.person(Role.STAFF, tree.province), comment="Lý do")
    yield
    merged(walk, tree)
    yield
    walk.may_move = {dossier.pk}
    workflow.advance(dossier, Action.RESTORE, by=walk.person(Role.STAFF, tree.province), comment="Lý do")
    yield


def judged_after_and_undone(walk, tree):
    """The heir judged it in its own name: that stays."""
    dossier = opened(walk, tree)
    yield
    merged(walk, tree)
    Evaluation.objects.filter(pk=dossier.pk).update(state=State.RECOGNISED)
    yield
    walk.undone(0)
    yield


def brought_back_by_hand_and_undone(walk, tree):
    """Stopped by the reorganisation, brought back and judged: undoing puts nothing of that aside."""
    dossier = opened(walk, tree)
    yield
    merged(walk, tree, OpenFiles.CLOSE)
    yield
    walk.may_move = {dossier.pk}
    workflow.advance(dossier, Action.RESTORE, by=walk.person(Role.STAFF, tree.province), comment="Lý do")
    Evaluation.objects.filter(pk=dossier.pk).update(state=State.RECOGNISED)
    yield
    walk.undone(0)
    yield
    assert Evaluation.objects.get(pk=dossier.pk).state == State.RECOGNISED


def carried_and_moved_and_undone(walk, tree):
    """A carried dossier with a history of its own is no longer the reorganisation's to take away."""
    dossier = opened(walk, tree)
    dossier.cycle.evaluations.filter(unit=tree.areas[1]).delete()
    walk.carry_out([line("merge", tree.areas[0], to_unit=tree.areas[1])], day(30), OpenFiles.CARRY)
    yield
    (carried,) = dossier.cycle.evaluations.filter(unit=tree.areas[1])
    staff = walk.person(Role.STAFF, tree.province)
    for action in ("withdraw", "restore"):
        walk.may_move = {carried.pk}
        workflow.advance(carried, action, by=staff, comment="Lý do")
        yield
    walk.undone(0)
    yield


def merged_area_follows(walk, tree):
    """An area that became part of another goes where that one goes."""
    walk.carry_out([line("merge", tree.areas[0], to_unit=tree.areas[1])], day(30))
    yield
    walk.carry_out([line("transfer", tree.areas[1], to_unit=tree.communes[3])], day(60))
    yield


def divided_twice_into_one(walk, tree):
    parts = [line("split", tree.communes[0], to_unit=tree.communes[1], is_main=main) for main in (True, False)]
    walk.carry_out(parts, day(30))
    yield
    assert walk.happened["refused"] == 1


def before_the_heir_was_there(walk, tree):
    new = line("open", kind="commune", subtype="xa", name="Xã Mới", key="M", to_unit=tree.province)
    walk.carry_out([new, line("merge", tree.communes[0], to_key="M")], day(60))
    yield
    walk.carry_out([line("rename", tree.communes[3], name="Xã Tên Khác")], day(30))
    yield
    walk.carry_out([line("close_level", tree.province, kind=UnitKind.DISTRICT)], day(40))
    yield
    assert walk.happened["refused"] == 1


DOOR, PLAN, FILES = "units.reforms.", "units.reforms.", "evaluations.services.reforms."
PROTECTED = {  # walk -> (protection, what stands in for it, what is then found)
    "no versions": (moved, DOOR + "applying.UnitVersion", NoVersions, "versions ≠ units"),
    "places stay": (moved, PLAN + "planning._places", lambda made: made.stood, "the place of"),
    "any tree": (under_an_equal, PLAN + "checks.tree", lambda made: None, "Xã A1.1"),
    "any day": (twice_on_a_day, PLAN + "checks.days", lambda made: None, "(?i)unique"),
    "undone in any order": (
        undone_below_another,
        DOOR + "undoing._check_newest",
        lambda found, kept: None,
        "the place of",
    ),
    "units left behind": (
        undone_above_a_new_unit,
        DOOR + "undoing._check_newest",
        lambda found, kept: None,
        "the place of",
    ),
    "dossiers lost": (
        ended_with_dossiers,
        FILES + "DossiersFollow.apply",
        losing_dossiers(DossiersFollow.apply),
        "lost dossiers",
    ),
    "past dossiers moved": (judged_before, FILES + "UNDER_WAY", tuple(State), "past dossier"),
    "a roster of before": (
        opened_late,
        "evaluations.services.cycles.workflow.hand_on",
        lambda rows: [],
        "waits for a place",
    ),
    "brought back": (restored_late, "evaluations.workflow.effects.hand_on", lambda dossiers: [], "waits for a place"),
}
OTHERS = (
    *(judged_after_and_undone, brought_back_by_hand_and_undone, carried_and_moved_and_undone, merged_area_follows),
    *(divided_twice_into_one, before_the_heir_was_there),
)


def go(place, steps) -> None:
    """One walk, everything looked at after each step."""
    walk = years(place)()
    try:
        for _ in steps(walk, place.tree):
            for look in (walk.no_file_is_lost_or_rewritten, walk.every_day_has_its_tree, walk.somebody_may_act):
                look()
            walk.begin()
    finally:
        walk.teardown()


@pytest.mark.parametrize("steps", OTHERS, ids=lambda steps: steps.__name__)
def test_walks_that_once_went_wrong(place, steps):
    go(place, steps)


@pytest.mark.parametrize(("steps", "name", "instead", "told"), PROTECTED.values(), ids=PROTECTED)
def test_each_protection_is_what_keeps_its_walk(place, monkeypatch, steps, name, instead, told):
    go(place, steps)
    monkeypatch.setattr(name, instead)
    with pytest.raises((AssertionError, IntegrityError), match=told):
        go(place, steps)
