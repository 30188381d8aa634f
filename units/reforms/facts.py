"""What a plan is made of: units as it sees them, who takes over from whom, what stands in the way. No writes."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..enums import ChangeAction, UnitKind
from ..models import Reorganisation

Ref = int | str  # a unit's id, or the key of one the reorganisation opens
PASSING = (ChangeAction.MERGE, ChangeAction.SPLIT)
ENDING = (*PASSING, ChangeAction.CLOSE)
FIELDS = ("kind", "subtype", "code", "name", "parent", "opened_on", "stands_in")
COLUMNS = (UnitKind.PROVINCE, UnitKind.DISTRICT, UnitKind.COMMUNE)  # the ancestor columns carry the kinds' names


@dataclass(frozen=True, slots=True)
class Node:
    """A unit as the plan sees it."""

    ref: Ref
    kind: str
    subtype: str
    code: str
    name: str
    parent: Ref | None
    opened_on: date
    stands_in: Ref | None = None
    is_closed: bool = False
    heir: Ref | None = None  # takes over what a closed one managed, and its history

    def __str__(self):
        return self.name


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One thing that stands in the way: the change it lies in (None for the whole) and what to do about it."""

    order: int | None
    sentence: str

    def __str__(self):
        return f"Dòng {self.order}: {self.sentence}" if self.order else self.sentence


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Something under way at a unit that ends, and which of the three ends it takes (`enums.OpenFiles`)."""

    pk: int
    title: str
    unit: str
    state: str
    heir: str
    end: str


@dataclass(frozen=True, slots=True)
class Passing:
    """A predecessor and one of its successors."""

    predecessor: Ref
    successor: Ref
    is_main: bool
    percent: Decimal | None


@dataclass
class Plan:
    """A dry run: nodes by ref before and after, ancestor columns after, and what stands in the way."""

    reform: Reorganisation
    before: dict[Ref, Node] = field(default_factory=dict)
    after: dict[Ref, Node] = field(default_factory=dict)
    places: dict[Ref, dict[str, Ref | None]] = field(default_factory=dict)
    stood: dict[Ref, dict[str, Ref | None]] = field(default_factory=dict)  # ancestor columns before
    passings: list[Passing] = field(default_factory=list)
    problems: list[PlanProblem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # to be known before it is applied; they stand in nobody's way

    @property
    def opened(self) -> list[Node]:
        return [node for ref, node in self.after.items() if ref not in self.before]

    @property
    def closed(self) -> list[Node]:
        """Units that end now; those ended before go on under their heirs' heirs."""
        return [node for ref, node in self.after.items() if node.is_closed and not self._was_closed(ref)]

    def _was_closed(self, ref: Ref) -> bool:
        return ref in self.before and self.before[ref].is_closed

    @property
    def going_on(self) -> list[Node]:
        """Units that go on under the same id with another name, type, code or manager."""
        return [
            node
            for ref, node in self.after.items()
            if ref in self.before and not node.is_closed and node != self.before[ref]
        ]

    def add(self, order: int | None, sentence: str) -> None:
        self.problems.append(PlanProblem(order, sentence))


def final_heir(plan: Plan, ref: Ref) -> Ref | None:
    """The open unit at the end of the line of heirs; None when the line ends with nobody."""
    seen: set[Ref] = set()
    node = plan.after[ref]
    while node.is_closed:
        if node.heir is None or node.heir in seen:
            return None
        seen.add(node.ref)
        node = plan.after[node.heir]
    return node.ref


def ends(plan: Plan) -> list[int]:
    """Ids of the units that end."""
    return [node.ref for node in plan.closed if isinstance(node.ref, int)]
