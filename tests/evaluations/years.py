"""Years of a small tree in which anybody may draft anything on any date: a machine for random walks."""

import random
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from types import SimpleNamespace

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from criteria.models import Programme
from evaluations import workflow
from evaluations.enums import FINAL, CycleStatus, State
from evaluations.models import Cycle, Evaluation
from evaluations.services import close_cycle, open_cycle, record_results
from portal.core.errors import Refused
from tests.units.reforming import line
from units import reforms
from units.enums import PARENTS, SUBTYPES, ChangeAction, OpenFiles, ReformStatus, Role, Subtype, UnitKind
from units.models import Change, Lineage, Placement, Unit, UnitVersion

from ..units.factories import make_units, make_user

START = date(2022, 3, 1)
DAY = timedelta(days=1)
PLACE = ("province_id", "district_id", "commune_id")
BASE = [kind for kind in UnitKind if kind not in (UnitKind.PROVINCE, UnitKind.DISTRICT, UnitKind.COMMUNE)]
MOVING = {  # what the life of a dossier writes; every other column is its snapshot
    *("state", "entry_unit_id", "appraisal_unit_id", "decision_unit_id", "grade_id", "points", "met_count"),
    *("registered_on", "submitted_by_id", "submitted_at", "appraised_by_id", "appraised_at"),
}
FROZEN = [field.attname for field in Evaluation._meta.concrete_fields if field.attname not in MOVING]
NONSENSE = 12  # the shape of lines that mean nothing
picks = st.integers(0, 999)


class Years(RuleBasedStateMachine):
    """Anybody may draft anything on any date; what is refused changes nothing, what is applied keeps history."""

    place: SimpleNamespace  # set on the subclass a test runs
    happened: Counter[str]  # as above: what the walks came to

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.day, self.serial = START, 0
        self.applied: list[SimpleNamespace] = []
        self.tree: list = []  # as it was when it was last looked at
        self.frozen: dict[int, tuple] = {}
        self.past: dict[int, dict] = {}  # whole rows of dossiers that are final or of a closed year
        self.may_move: set[int] = set()  # dossiers the last step may have moved although they were final
        self.may_vanish: set[int] = set()

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    @initialize(pick=picks)
    def a_year_is_open(self, pick):
        self.a_year_opens(pick, 0)
        self.results_are_kept(pick + 1)

    # --- what may happen ------------------------------------------------------------------------------------------

    @rule(
        plans=st.lists(st.tuples(st.integers(0, NONSENSE), picks, picks, picks), min_size=1, max_size=4),
        ahead=st.sampled_from([1, 30, 30, 200, 200, 400, 0, -20]),
        end=st.sampled_from(OpenFiles.values),
    )
    def a_reorganisation(self, plans, ahead, end):
        usual = [plan for plan in plans if plan[0] < NONSENSE] or plans
        changes = [change for plan in usual for change in self.lines(*plan)]
        self.carry_out(changes, self.day + ahead * DAY, end)

    @rule(shape=st.integers(0, NONSENSE - 1), a=picks, b=picks, c=picks, end=st.sampled_from(OpenFiles.values))
    def one_change(self, shape, a, b, c, end):
        """Most of those above are refused for one of their lines; this one more often goes through."""
        self.a_reorganisation([(shape, a, b, c)], 30, end)

    @rule(pick=st.sampled_from([0, 0, 1, 2]))
    def undone(self, pick):
        self.begin()
        if pick >= len(self.applied):
            return
        one = self.applied[-1 - pick]
        before, states = everything(), file_states()
        year_open = set(under_way_cycles().values_list("pk", flat=True))
        touched = set(Evaluation.objects.filter(events__isnull=False).values_list("pk", flat=True))
        try:
            reforms.undo(one.reform, by=None)
        except Refused:
            self.happened["undoing refused"] += 1
            assert everything() == before
            return
        self.happened["undone"] += 1
        if not pick:  # the newest: every row is again what it was (units entered since are more)
            for before, now in zip(one.stood, tree_rows(), strict=True):
                assert [row for row in now if row["id"] in {old["id"] for old in before}] == before
        one.reform.refresh_from_db()
        assert one.reform.status == ReformStatus.DRAFT
        self.applied.remove(one)
        self.may_vanish = {pk for pk in one.carried - touched if states[pk] == State.EXPECTED} & year_open
        self.may_move = {pk for pk in one.stopped if states[pk] == State.EXCLUDED} & year_open

    @rule(pick=picks, back=st.sampled_from([0, 0, 100]))
    def a_year_opens(self, pick, back):
        self.begin()
        province = self.one_of(Unit.objects.filter(kind=UnitKind.PROVINCE, closed_on=None), pick)
        as_of = max(START, self.day - back * DAY)
        with suppress(Refused):  # already open, or no route for a commune without a district before 1/7/2025
            open_cycle(Programme.objects.get(code="safety"), province, as_of.year, as_of=as_of, by=None)

    @rule(pick=picks)
    def results_are_kept(self, pick):
        self.begin()
        self.serial += 1
        province = self.one_of(Unit.objects.filter(kind=UnitKind.PROVINCE, closed_on=None), pick)
        units = Unit.objects.filter(province=province, closed_on=None, kind__in=BASE).values_list("pk", flat=True)
        states = (State.RECOGNISED, State.DECLINED, State.EXPECTED)
        record_results(
            self.place.programme,
            province,
            1900 + self.serial,
            as_of=self.day,
            source="Kết quả",
            states={pk: states[(pk + pick) % 3] for pk in units},
            sets=dict.fromkeys(BASE, self.place.book),
        )

    @rule(pick=picks, action=st.sampled_from(["register", "withdraw", "restore"]))
    def a_file_moves(self, pick, action):
        self.begin()
        step = workflow.TRANSITIONS[action]
        dossier = self.one_of(under_way_cycles().filter(state__in=step.sources), pick)
        if dossier is None:
            return
        role, place = (Role.STAFF, dossier.province) if action == "restore" else (Role.LEADER, dossier.entry_unit)
        if place.closed_on is not None:
            return  # nobody holds a role there any more
        self.may_move = {dossier.pk}
        workflow.advance(dossier, action, by=self.person(role, place), comment="Lý do")

    @rule(pick=picks, state=st.sampled_from([State.APPRAISED, State.RECOGNISED, State.DECLINED, State.TABLED]))
    def a_file_is_judged(self, pick, state):
        """Past its door: how a dossier is judged is another test's walk."""
        self.begin()
        dossier = self.one_of(under_way_cycles().exclude(state__in=FINAL), pick)
        if dossier is not None:
            Evaluation.objects.filter(pk=dossier.pk).update(state=state)

    @rule(pick=picks, ahead=st.sampled_from([0, 0, 20]))
    def a_unit_is_entered(self, pick, ahead):
        self.begin()
        self.serial += 1
        commune = self.one_of(Unit.objects.filter(kind=UnitKind.COMMUNE, closed_on=None), pick)
        names = [f"Thôn {self.serial}"]
        day = max(self.day, commune.opened_on) + ahead * DAY
        make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, names, on=day)

    @rule(pick=picks)
    def a_year_is_locked(self, pick):
        self.begin()
        cycle = self.one_of(Cycle.objects.filter(status=CycleStatus.OPEN), pick)
        if cycle is not None:
            Evaluation.objects.filter(cycle=cycle, state=State.TABLED).update(state=State.DECLINED)
            close_cycle(cycle, reason="Hết năm", by=None)

    # --- what stays true ------------------------------------------------------------------------------------------

    @invariant()
    def no_file_is_lost_or_rewritten(self):
        rows = {row["id"]: row for row in Evaluation.objects.values()}
        lost = self.frozen.keys() - rows.keys() - self.may_vanish
        assert not lost, f"lost dossiers {lost}"
        for pk, kept in self.frozen.items():
            assert pk not in rows or kept == tuple(rows[pk][name] for name in FROZEN), f"dossier {pk} was rewritten"
        for pk, row in self.past.items():
            assert pk in self.may_move or row == rows[pk], f"past dossier {pk} was moved"
        self.frozen = {pk: tuple(row[name] for name in FROZEN) for pk, row in rows.items()}
        closed = set(Cycle.objects.filter(status=CycleStatus.CLOSED).values_list("pk", flat=True))
        self.past = {pk: row for pk, row in rows.items() if row["state"] in FINAL or row["cycle_id"] in closed}

    @invariant()
    def every_day_has_its_tree(self):
        rows = tree_rows()
        if rows != self.tree:
            self.tree = rows
            for day in days_of_change():
                check_day(day)
            self.units_stand_where_their_last_version_says()
            self.successions_lead_on()

    def units_stand_where_their_last_version_says(self):
        units = {unit.pk: unit for unit in Unit.objects.all()}
        last: dict[int, UnitVersion] = {}
        for version in UnitVersion.objects.order_by("valid_from"):
            last[version.unit_id] = version
        running = Counter(UnitVersion.objects.filter(valid_to=None).values_list("unit", flat=True))
        mains = dict(Lineage.objects.filter(is_main=True).values_list("predecessor", "successor"))
        for pk, unit in units.items():
            assert running[pk] == (unit.closed_on is None), f"{unit}: {running[pk]} current versions"
            assert last[pk].valid_to == unit.closed_on, f"{unit}: the last version ends another day"
            if unit.closed_on is None:
                for name in ("kind", "name", "subtype", "code", "parent_id", *PLACE, "search_key", "sort_key"):
                    assert getattr(unit, name) == getattr(last[pk], name), f"{unit}: {name}"
            elif above := units.get(mains.get(pk) or unit.parent_id):
                here = [place if place != pk else None for place in columns_of(unit)]
                assert here == columns_of(above), f"{unit} does not lie under {above}"

    def successions_lead_on(self):
        """One main successor of each, there on that day; the line never comes back."""
        mains = Counter()
        for one in Lineage.objects.select_related("predecessor", "successor"):
            mains[one.predecessor_id] += one.is_main
            assert one.predecessor.closed_on == one.on - DAY
            assert one.successor.opened_on <= one.on
            assert one.successor.closed_on is None or one.successor.closed_on >= one.on
        assert set(mains.values()) <= {1}

    @invariant()
    def somebody_may_act(self):
        """Dossiers under way are never left at a place that ended and has an heir."""
        ended = dict(Lineage.objects.filter(is_main=True).values_list("predecessor", "successor"))
        for dossier in under_way_cycles().exclude(state__in=FINAL):
            for place in (dossier.entry_unit_id, dossier.appraisal_unit_id, dossier.decision_unit_id):
                assert place not in ended, f"{dossier} waits for a place that ended"

    # --- how it is done ------------------------------------------------------------------------------------

    def carry_out(self, changes: list[Change], day: date, end: str = OpenFiles.FINISH) -> None:
        """Draft and apply: as the dry run says, whole or not at all."""
        self.begin()
        self.serial += 1
        provinces = list(Unit.objects.filter(kind=UnitKind.PROVINCE, closed_on=None))
        reform = reforms.new_reform(
            number=f"{self.serial}/NQ",
            title="Sắp xếp",
            issuer="UBTVQH",
            effective_on=day,
            provinces=provinces,
            by=None,
            open_files=end,
        )
        reforms.write_changes(reform, changes, by=None)
        refused = bool(reforms.dry_run(reform).problems)
        before, stood, states = everything(), tree_rows(), file_states()
        try:
            reforms.apply(reform, by=None)
        except Refused:
            self.happened["refused"] += 1
            assert refused
            assert everything() == before
            return
        assert not refused
        self.happened.update(change.action for change in changes)
        self.day = max(day, self.day)
        now = file_states()
        self.applied.append(
            SimpleNamespace(
                reform=reform,
                stood=stood,
                carried=now.keys() - states.keys(),
                stopped={pk for pk, state in states.items() if now.get(pk) != state},
            )
        )

    def begin(self):
        self.may_move, self.may_vanish = set(), set()

    def person(self, role, unit):
        known = Placement.objects.in_force().filter(unit=unit, role=role).select_related("user").first()
        return known.user if known else make_user(role, unit)

    def one_of(self, rows, pick):
        rows = list(rows.order_by("pk"))
        return rows[pick % len(rows)] if rows else None

    def lines(self, shape: int, a: int, b: int, c: int) -> list[Change]:  # noqa: C901 -- one shape a case
        """Changes of one shape about units picked by number; now and then nonsense."""
        open_now = Unit.objects.filter(closed_on=None)
        pick = partial(self.one_of, open_now.filter(kind=UnitKind.COMMUNE))
        one, two, three = pick(a), pick(b), pick(c)
        province = self.one_of(open_now.filter(kind=UnitKind.PROVINCE), b)
        key = f"K{shape}{a}{b}{c}"[:40]
        new = line("open", kind="commune", subtype="xa", name=f"Xã {key} {self.serial}", key=key, to_unit=province)
        match shape:
            case 0:
                return [line("merge", one, to_unit=two)]
            case 1:
                return [new, line("merge", one, to_key=key), line("merge", two, to_key=key)]
            case 2:
                return [
                    line("split", one, to_unit=two, is_main=True, percent=60),
                    line("split", one, to_unit=three, percent=40),
                ]
            case 3:
                areas = open_now.filter(parent=one, kind=UnitKind.RESIDENTIAL_AREA).order_by("pk")[:1]
                return [new, *(line("transfer", area, to_key=key) for area in areas)]
            case 4:
                districts = open_now.filter(kind__in=(UnitKind.DISTRICT, UnitKind.PROVINCE))
                return [line("transfer", one, to_unit=self.one_of(districts, b))]
            case 5:
                return [line("rename", one, name=f"Xã Mới {self.serial}.{b}")]
            case 6:
                unit = self.one_of(open_now, a)
                return [line("reclassify", unit, subtype=SUBTYPES[UnitKind(unit.kind)][b % 2])]
            case 7:
                return [line("close", self.one_of(open_now.filter(kind__in=BASE), a))]
            case 8:
                return [line("close_level", province, kind=UnitKind.DISTRICT)]
            case 9:
                rows = open_now.filter(kind=UnitKind.PROVINCE)
                return [line("merge", self.one_of(rows, a), to_unit=self.one_of(rows, b))] if c % 3 == 0 else []
            case 10:
                rows = open_now.filter(kind=UnitKind.DISTRICT)
                first, second = self.one_of(rows, a), self.one_of(rows, b)
                return [line("merge", first, to_unit=second)] if first and second else []
            case 11:
                area = self.one_of(open_now.filter(kind=UnitKind.RESIDENTIAL_AREA), a)
                return [line("merge", area, to_unit=self.one_of(open_now.filter(kind=area.kind), b))] if area else []
            case _:
                chance = random.Random(a)  # noqa: S311 -- the same nonsense for the same number
                anything = partial(self.one_of, Unit.objects.all())
                return [
                    Change(
                        action=chance.choice(ChangeAction.values),
                        unit=anything(b),
                        to_unit=anything(c) if c % 2 else None,
                        kind=chance.choice([*UnitKind.values, ""]),
                        subtype=chance.choice(Subtype.values),
                        name=chance.choice(["", "Tên"]),
                        key=chance.choice(["", "K"]),
                        to_key=chance.choice(["", "K", "Z"]),
                    )
                ]


def under_way_cycles():
    return Evaluation.objects.filter(cycle__status=CycleStatus.OPEN).select_related("cycle", "entry_unit", "province")


def columns_of(row) -> list[int | None]:
    return [getattr(row, name) for name in PLACE]


def tree_rows() -> list:
    return [list(model.objects.order_by("pk").values()) for model in (Unit, UnitVersion, Lineage)]


def everything() -> list:
    return [*tree_rows(), *(list(model.objects.order_by("pk").values()) for model in (Evaluation, Placement))]


def file_states() -> dict[int, str]:
    return dict(Evaluation.objects.values_list("pk", "state"))


def days_of_change() -> list[date]:
    edges = set()
    for start, end in UnitVersion.objects.values_list("valid_from", "valid_to"):
        edges |= {start, start - DAY, *((end, end + DAY) if end else ())}
    return sorted(edges)


def check_day(day: date) -> None:
    """The versions of a day are one tree: each open unit once, under a manager of that day, columns as one walks up."""
    rows = list(
        UnitVersion.objects.in_force(day).values_list("unit_id", "kind", "name", "parent_id", *PLACE, named=True)
    )
    by_unit = {row.unit_id: row for row in rows}
    assert len(by_unit) == len(rows), f"{day}: a unit has two versions"
    assert by_unit.keys() == set(Unit.objects.open_on(day).values_list("pk", flat=True)), f"{day}: versions ≠ units"
    below: Counter[int | None] = Counter()
    managed: Counter[int | None] = Counter()
    for row in rows:
        place: dict[str, int | None] = dict.fromkeys(PLACE)
        seen, above = set(), row
        while above is not None:
            assert above.unit_id not in seen, f"{day}: {row.name} is above itself"
            seen.add(above.unit_id)
            if f"{above.kind}_id" in place:
                place[f"{above.kind}_id"] = above.unit_id
            parent = by_unit.get(above.parent_id)
            assert above.parent_id is None or parent, f"{day}: {above.name} stands under nobody of that day"
            assert (parent.kind if parent else None) in (PARENTS[UnitKind(above.kind)] or (None,)), (
                f"{day}: {above.name}"
            )
            above = parent
        assert columns_of(row) == list(place.values()), f"{day}: the place of {row.name}"
        if row.kind in BASE:
            below[row.province_id] += 1
            managed[row.commune_id or row.district_id or row.province_id] += 1
    for province, many in below.items():
        children = [row.unit_id for row in rows if row.province_id == province and row.kind not in BASE]
        assert many == sum(managed[pk] for pk in children), f"{day}: parts do not sum to province {province}"
