"""Units that a plan leaves with one name under one manager, and the lines that give them names of their own."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from portal.core.errors import Refused
from portal.core.vietnamese import text

from ..enums import ChangeAction, ReformStatus
from ..models import Change, Reorganisation, Unit, User
from ..names import OWN_KEY
from .columns import BATCH
from .drafting import locked
from .facts import Node, Plan
from .planning import plan_of

NAMING = (ChangeAction.RENAME, ChangeAction.RECLASSIFY)
LONGEST = Unit._meta.get_field("name").max_length


@dataclass(frozen=True, slots=True)
class Namesake:
    """A unit as the plan leaves it, and who managed it before; nobody where the plan opens it."""

    node: Node
    before: str

    @property
    def unit_id(self) -> int | None:
        """None for a unit that the plan opens: its own line names it."""
        return self.node.ref if isinstance(self.node.ref, int) else None

    @property
    def key(self) -> str:
        """How a line of the plan names it."""
        return f"{OWN_KEY}{self.unit_id}" if self.unit_id else str(self.node.ref)


@dataclass(frozen=True, slots=True)
class SharedName:
    """A name that several units of a kind bear under one manager once the plan is carried out."""

    place: str
    name: str
    units: tuple[Namesake, ...]


def shared_names(plan: Plan) -> list[SharedName]:
    """Every name several open units of a kind share under one manager where the plan changes one of them, by place.

    Nothing stands in the way of such a plan: only a resolution gives new names. No queries.
    """
    touched = {node.parent for ref, node in plan.after.items() if node != plan.before.get(ref)}
    found: dict[tuple, list[Node]] = defaultdict(list)
    for node in plan.after.values():
        if not node.is_closed and node.parent in touched:
            found[node.parent, node.kind, text.match_key(node.name)].append(node)
    shared = [
        SharedName(_name(plan.after, nodes[0].parent), nodes[0].name, tuple(_namesake(plan, node) for node in nodes))
        for nodes in found.values()
        if len(nodes) > 1 and any(node != plan.before.get(node.ref) for node in nodes)
    ]
    return sorted(shared, key=lambda one: (text.sort_key(one.place), text.sort_key(one.name)))


def _namesake(plan: Plan, node: Node) -> Namesake:
    was = plan.before.get(node.ref)
    return Namesake(node, _name(plan.before, was.parent) if was else "")


def _name(nodes: Mapping, ref) -> str:
    return nodes[ref].name if ref in nodes else ""


@transaction.atomic
def name_apart(reform: Reorganisation, names: Mapping[int, str], *, by: User | None) -> int:
    """Give units of the plan that share a name the names a resolution has for them; returns how many.

    A line of the draft that names the unit already gets the name, else a line to rename it is added after the others.
    Raises Refused once it is applied, without a name, for one that is too long or no other, and for a unit that shares
    its name with none.
    """
    found = locked(reform, by, ReformStatus.DRAFT)
    given = {pk: name for pk, typed in names.items() if (name := text.clean(typed))}
    if not given:
        raise Refused("Chưa ghi tên mới nào. Hãy ghi tên mới theo nghị quyết cho ít nhất một đơn vị.")
    held = {one.unit_id: one.node for shared in shared_names(plan_of(found)) for one in shared.units if one.unit_id}
    for pk, name in given.items():
        if pk not in held:
            raise Refused("Có đơn vị không còn trùng tên trong phương án. Hãy tải lại trang rồi ghi lại.")
        if name == held[pk].name:
            raise Refused(f"Tên mới của {name} vẫn là tên cũ. Hãy ghi tên khác, hoặc để trống.")
        if LONGEST and len(name) > LONGEST:
            raise Refused(f"Tên mới của {held[pk]} dài quá {LONGEST} chữ. Hãy viết gọn lại.")
    naming = found.changes.filter(unit__in=given, action__in=NAMING)
    lines = {line.unit_id or 0: line for line in naming.order_by("action")}  # of both, the one that renames
    for pk, line in lines.items():
        line.name = given[pk]
    Change.objects.bulk_update(lines.values(), ["name"], batch_size=BATCH)
    last = found.changes.aggregate(last=Max("order"))["last"] or 0
    new = [pk for pk in given if pk not in lines]
    Change.objects.bulk_create(
        (
            Change(reform=found, order=order, action=ChangeAction.RENAME, unit_id=pk, name=given[pk])
            for order, pk in enumerate(new, last + 1)
        ),
        batch_size=BATCH,
    )
    return len(given)
