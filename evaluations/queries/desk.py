"""What waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q

from criteria.enums import Step
from criteria.models import Deadline
from units.models import Placement, User
from units.queries import tell_apart
from units.services import Matter

from .. import permissions
from ..enums import CycleStatus, State
from ..models import UNSELECTED, Cycle, Evaluation, Sitting


@dataclass(frozen=True)
class DeskPile:
    """A pile of work on somebody's desk."""

    label: str
    count: int
    query: str  # the list page's filter that shows the pile
    step: Step | None
    due: date | None
    late: bool
    act: str  # the next step, as its link says it
    in_grid: bool  # the step is taken in the grid; else from the list
    is_returned: bool


class ComingStep(NamedTuple):
    """A step of the year with the last day the rules name for it."""

    label: str
    day: date


class Desk(NamedTuple):
    """One year on somebody's desk."""

    cycle: Cycle
    piles: list[DeskPile]
    coming: ComingStep | None  # the next of the year's last days, where one is still to come

    @property
    def work(self) -> list[DeskPile]:
        """The piles that hold something, due first."""
        return sorted((pile for pile in self.piles if pile.count), key=lambda pile: pile.due or date.max)

    @property
    def enters(self) -> bool:
        return any(pile.in_grid for pile in self.piles)

    @property
    def order(self) -> tuple[bool, date]:
        """What is law before what is an example, then what is due first."""
        return self.cycle.is_example, min((pile.due for pile in self.work if pile.due), default=date.max)


@dataclass(frozen=True)
class Pile:
    """Dossiers in one state that wait for the same hands to take the same step."""

    label: str
    state: State
    hands: permissions.Hands
    step: Step
    act: str
    in_grid: bool = False


PILES = (
    Pile("Chờ đăng ký", State.EXPECTED, permissions.ENTERING, Step.REGISTER, "Đăng ký", in_grid=True),
    Pile("Đang nhập, chưa gửi", State.REGISTERED, permissions.ENTERING, Step.SUBMIT, "Nhập tiếp rồi gửi", in_grid=True),
    Pile("Bị trả lại, cần sửa", State.RETURNED, permissions.ENTERING, Step.SUBMIT, "Sửa rồi gửi lại"),
    Pile("Chờ thẩm định", State.SUBMITTED, permissions.APPRAISING, Step.APPRAISE, "Thẩm định"),
    Pile("Chờ đưa vào phiên họp", State.APPRAISED, permissions.TABLING, Step.DECIDE, "Xem để đưa vào phiên họp"),
)


def waiting_for(user: User, cycles: Iterable[Cycle], today: date) -> list[Desk]:
    """The piles of each cycle that wait for the user's own roles, each with its earliest due day; two queries. Years of
    law come before examples, and of those the one due first.

    A due day comes from the route of the dossiers in the pile; a pile is late when that day has passed.
    """
    cycles = list(cycles)
    mine = [(pile, places) for pile in PILES if (places := pile.hands.places(user))]
    if not mine or not cycles:
        return sorted((Desk(cycle, [], None) for cycle in cycles), key=lambda desk: desk.order)
    counts = {
        f"pile_{index}": Count("pk", filter=Q(state=pile.state, **{f"{pile.hands.column}__in": places}) & ~UNSELECTED)
        for index, (pile, places) in enumerate(mine)
    }
    counted = Evaluation.objects.visible_to(user).filter(cycle__in=cycles).order_by().values("cycle", "route")
    rows: dict[int, list[dict]] = defaultdict(list)
    for row in counted.annotate(**counts):
        rows[row["cycle"]].append(row)
    routes = {row["route"] for of_cycle in rows.values() for row in of_cycle if row["route"]}
    deadlines = {(item.route_id, item.step): item for item in Deadline.objects.filter(route__in=routes)}
    piles = [pile for pile, _ in mine]
    desks = [
        Desk(
            cycle,
            list(_desk_piles(cycle, piles, rows[cycle.pk], deadlines, today)),
            _coming(cycle, {row["route"] for row in rows[cycle.pk]}, deadlines.values(), today),
        )
        for cycle in cycles
    ]
    return sorted(desks, key=lambda desk: desk.order)


def _coming(cycle: Cycle, routes: set[int | None], deadlines: Iterable[Deadline], today: date) -> ComingStep | None:
    days = [(one.last_day(cycle.year), Step(one.step).label) for one in deadlines if one.route_id in routes]
    return next((ComingStep(label, day) for day, label in sorted(days) if day >= today), None)


def _desk_piles(
    cycle: Cycle, piles: list[Pile], rows: list[dict], deadlines: dict[tuple[int, str], Deadline], today: date
) -> Iterator[DeskPile]:
    """The piles out of the cycle's counts by route."""
    for index, pile in enumerate(piles):
        with_work = [row for row in rows if row[f"pile_{index}"]]
        named = [deadlines[row["route"], pile.step] for row in with_work if (row["route"], pile.step) in deadlines]
        days = [deadline.last_day(cycle.year) for deadline in named]
        due = min(days, default=None)
        count = sum(row[f"pile_{index}"] for row in with_work)
        query = f"cycle={cycle.pk}&state={pile.state}&mine={pile.hands.column}"
        late = bool(count and due and due < today)
        yield DeskPile(
            pile.label, count, query, pile.step, due, late, pile.act, pile.in_grid, pile.state == State.RETURNED
        )


def under_way(placement: Placement) -> Iterator[Matter]:
    """The dossiers and sittings that wait for the holder of the placement, with the last day of their next step."""
    piles = {pile.state: pile for pile in PILES if placement.role in pile.hands.roles}
    mine = Q(pk__in=[])
    for state, pile in piles.items():
        mine |= Q(state=state, **{pile.hands.column: placement.unit_id})
    dossiers = list(
        Evaluation.objects.filter(mine, ~UNSELECTED, cycle__status=CycleStatus.OPEN)
        .select_related("cycle__programme")
        .with_namesake()
        .order_by("cycle", "state", "pk")
    )
    tell_apart(dossiers)
    routes = {dossier.route_id for dossier in dossiers if dossier.route_id}
    deadlines = {(item.route_id, item.step): item for item in Deadline.objects.filter(route__in=routes)}
    for dossier in dossiers:
        pile = piles[State(dossier.state)]
        deadline = deadlines.get((dossier.route_id or 0, pile.step))
        yield Matter(
            f"{dossier.listed_name} – {dossier.cycle}",
            pile.label,
            deadline.last_day(dossier.cycle.year) if deadline else None,
        )
    if placement.role in permissions.BODY:
        for sitting in Sitting.objects.filter(committee__unit=placement.unit_id, closed_at=None).order_by("held_on"):
            yield Matter(str(sitting), "Phiên họp chưa kết thúc", sitting.held_on)
