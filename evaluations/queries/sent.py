"""Dossiers that were sent and are not settled: in whose hands they are, and since when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Window
from django.db.models.functions import RowNumber

from units.models import User
from units.names import in_sentence

from .. import permissions
from ..enums import State
from ..models import Cycle, Evaluation

NAMED = 5  # dossiers named of those that wait for the same; the list has the others
# By state: the column of the place whose turn it is, and what it is to do.
TURNS = {
    State.SUBMITTED: ("appraisal_unit", "Thường trực Ban Chỉ đạo {} thẩm định"),
    State.APPRAISED: ("decision_unit", "Thường trực Ban Chỉ đạo {} đưa vào phiên họp"),
    State.TABLED: ("decision_unit", "Ban Chỉ đạo {} họp, biểu quyết"),
    State.PROPOSED: ("decision_unit", "Ban Chỉ đạo {} ban hành quyết định"),
}


@dataclass(frozen=True)
class SentGroup:
    """Dossiers of a year that wait for one place to take one step."""

    cycle: Cycle
    turn: str  # whose, to do what
    since: datetime  # the earliest was sent
    count: int
    named: list[Evaluation]
    query: str  # the list page's filter that shows them

    @property
    def unnamed(self) -> int:
        return self.count - len(self.named)


def turn_of(dossier: Evaluation) -> str:
    """Whose turn it is and to do what: "Thường trực Ban Chỉ đạo xã Tân Dĩnh thẩm định"; empty where nobody's is.

    Reads the acting place.
    """
    column, words = TURNS.get(State(dossier.state), ("", ""))
    place = getattr(dossier, column) if column else None
    return words.format(in_sentence(place.name)) if place else ""


def sent_by(user: User, cycles: Iterable[int]) -> list[SentGroup]:
    """What the user's places sent in these years and is not settled, the longest waiting first; one query."""
    places = permissions.ENTERING.places(user)
    if not places:
        return []
    alike = [F("cycle"), F("state"), F("appraisal_unit"), F("decision_unit")]
    rows = (
        Evaluation.objects.visible_to(user)
        .filter(entry_unit__in=places, state__in=TURNS, cycle__in=cycles, submitted_at__isnull=False)
        .annotate(
            place_in_group=Window(RowNumber(), partition_by=alike, order_by=[F("submitted_at"), F("pk")]),
            many=Window(Count("pk"), partition_by=alike),
            since=Window(Min("submitted_at"), partition_by=alike),
        )
        .filter(place_in_group__lte=NAMED)
        .select_related("cycle__programme", "appraisal_unit", "decision_unit", "commune")
        .with_namesake()
        .order_by("since", "cycle", "state", "appraisal_unit", "decision_unit", "unit_sort_key", "pk")
    )
    groups: dict[tuple, list[Evaluation]] = {}
    for one in rows:
        key = (one.cycle_id, one.state, one.appraisal_unit_id, one.decision_unit_id)
        groups.setdefault(key, []).append(one)
    return [_group(dossiers) for dossiers in groups.values()]


def _group(dossiers: list[Evaluation]) -> SentGroup:
    first = dossiers[0]
    query = f"cycle={first.cycle_id}&state={first.state}&mine={permissions.ENTERING.column}"
    since, many = first.since, first.many  # type: ignore[attr-defined]  # -- columns of the windows
    return SentGroup(first.cycle, turn_of(first), since, many, dossiers, query)
