"""What waits for whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q

from criteria.enums import Step
from criteria.models import Deadline
from units.enums import UnitKind
from units.models import Placement, User
from units.services import Matter

from .. import permissions
from ..enums import CycleStatus, Side, State
from ..judging.dossiers import JudgedDossier, judged_dossiers
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


@dataclass(frozen=True)
class Pile:
    """Dossiers in one state that wait for the same hands to take the same step."""

    label: str
    state: State
    hands: permissions.Hands
    step: Step


PILES = (
    Pile("Chờ đăng ký", State.EXPECTED, permissions.ENTERING, Step.REGISTER),
    Pile("Đang nhập, chưa gửi", State.REGISTERED, permissions.ENTERING, Step.SUBMIT),
    Pile("Bị trả lại, cần sửa", State.RETURNED, permissions.ENTERING, Step.SUBMIT),
    Pile("Chờ thẩm định", State.SUBMITTED, permissions.APPRAISING, Step.APPRAISE),
    Pile("Chờ đưa vào phiên họp", State.APPRAISED, permissions.TABLING, Step.DECIDE),
)


def waiting_for(user: User, cycles: Iterable[Cycle], today: date) -> list[tuple[Cycle, list[DeskPile]]]:
    """The piles of each cycle that wait for the user's own roles, each with its earliest due day; two queries.

    A due day comes from the route of the dossiers in the pile; a pile is late when that day has passed.
    """
    cycles = list(cycles)
    mine = [(pile, places) for pile in PILES if (places := pile.hands.places(user))]
    if not mine or not cycles:
        return [(cycle, []) for cycle in cycles]
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
    return [(cycle, list(_desk_piles(cycle, piles, rows[cycle.pk], deadlines, today))) for cycle in cycles]


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
        yield DeskPile(pile.label, count, query, pile.step, due, bool(count and due and due < today))


@dataclass(frozen=True)
class Fallen:
    """A recognised dossier whose ground no longer stands, and the sentences that say why."""

    dossier: Evaluation
    reasons: tuple[str, ...]


def lost_ground(judged: JudgedDossier) -> tuple[str, ...]:
    """Why a recognised dossier would not be recognised today: what the portal counts itself has changed since."""
    if judged.dossier.state != State.RECOGNISED:
        return ()
    failed = judged.verdict(Side.APPRAISED).failed
    return tuple(item.sentence for item in failed if item.code in judged.derived)


def fallen(user: User) -> list[Fallen]:
    """Recognised communes the user's places decided on whose units below were revoked since, so that they fall short.

    Only those with a revoked unit are judged: nothing else takes a settled result away.
    """
    here = OuterRef("commune")
    below = Q(commune=here) | Q(delegated_to=here) | Q(unit__commune=here)
    revoked = Evaluation.objects.filter(below, cycle=OuterRef("cycle"), state=State.REVOKED)
    rows = Evaluation.objects.filter(
        Exists(revoked),
        kind=UnitKind.COMMUNE,
        state=State.RECOGNISED,
        decision_unit__in=permissions.DECIDING.places(user),
    ).select_related("cycle__programme", "criteria_set__document")
    judged = judged_dossiers(rows)
    found = ((one.dossier, lost_ground(one)) for one in judged.values())
    return [Fallen(dossier, reasons) for dossier, reasons in found if reasons]


def under_way(placement: Placement) -> Iterator[Matter]:
    """The dossiers and sittings that wait for the holder of the placement, with the last day of their next step."""
    piles = {pile.state: pile for pile in PILES if placement.role in pile.hands.roles}
    mine = Q(pk__in=[])
    for state, pile in piles.items():
        mine |= Q(state=state, **{pile.hands.column: placement.unit_id})
    dossiers = list(
        Evaluation.objects.filter(mine, ~UNSELECTED, cycle__status=CycleStatus.OPEN)
        .select_related("cycle__programme")
        .order_by("cycle", "state", "pk")
    )
    routes = {dossier.route_id for dossier in dossiers if dossier.route_id}
    deadlines = {(item.route_id, item.step): item for item in Deadline.objects.filter(route__in=routes)}
    for dossier in dossiers:
        pile = piles[State(dossier.state)]
        deadline = deadlines.get((dossier.route_id or 0, pile.step))
        yield Matter(str(dossier), pile.label, deadline.last_day(dossier.cycle.year) if deadline else None)
    if placement.role in permissions.BODY:
        for sitting in Sitting.objects.filter(committee__unit=placement.unit_id, closed_at=None).order_by("held_on"):
            yield Matter(str(sitting), "Phiên họp chưa kết thúc", sitting.held_on)
