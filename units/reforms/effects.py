"""What a plan comes to, for the pages that show it: the trees, and whose place ends."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from portal.core.vietnamese import text

from ..enums import LEVELS, UnitKind
from ..models import Committee, Placement
from .facts import Node, Plan, Ref, ends, final_heir


@dataclass
class Branch:
    """A level of government in a tree of the page: its units below by level, and counts of the others."""

    node: Node
    branches: list["Branch"] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    link: list[str] = field(default_factory=list)  # who takes over from it, or whom it took over from

    @property
    def counted(self) -> list[tuple[str, int]]:
        return [(kind.label, self.others[kind]) for kind in UnitKind if kind in self.others]


def tree_of(nodes: Mapping[Ref, Node], links: Mapping[Ref, list[str]]) -> list[Branch]:
    """The open units as trees from their roots down, levels of government one by one, other kinds counted."""
    branches = {
        ref: Branch(node, link=links.get(ref, []))
        for ref, node in nodes.items()
        if node.kind in LEVELS and not node.is_closed
    }
    roots = []
    for node in nodes.values():
        if node.is_closed:
            continue
        above = branches.get(node.parent) if node.parent is not None else None
        if node.kind not in LEVELS:
            if above:
                above.others[node.kind] += 1
        elif above:
            above.branches.append(branches[node.ref])
        else:
            roots.append(branches[node.ref])
    for branch in branches.values():
        branch.branches.sort(key=lambda one: text.sort_key(one.node.name))
    return roots


def levels_opened(plan: Plan) -> list[Node]:
    """Levels of government that open: none has a committee yet."""
    opened = [node for node in plan.opened if node.kind in LEVELS and not node.is_closed]
    return sorted(opened, key=lambda node: (LEVELS.index(UnitKind(node.kind)), text.sort_key(node.name)))


def committees_ended(plan: Plan):
    """Committees that end with their units, or began there since; one query."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=plan.reform.effective_on)
    return (
        Committee.objects.filter(lasting, unit__in=ends(plan)).select_related("unit").order_by("unit__sort_key", "pk")
    )


def heirs_in(plan: Plan, placements: Iterable[Placement]) -> dict[int, Node]:
    """Placement id -> the unit of the same kind that takes over in the plan; as `services.heirs_of` once applied."""
    found = {}
    for one in placements:
        heir = final_heir(plan, one.unit_id)
        if heir is not None and plan.after[heir].kind == plan.before[one.unit_id].kind:
            found[one.pk] = plan.after[heir]
    return found


def placements_ended(plan: Plan):
    """Placements that end with their units, or began there since: these people must be placed anew; two queries."""
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=plan.reform.effective_on)
    return (
        Placement.objects.filter(lasting, unit__in=ends(plan), withdrawn_at=None)
        .select_related("user", "unit")
        .order_by("unit__sort_key", "user__username")
    )
