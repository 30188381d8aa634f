"""Working a reorganisation out in memory: the tree after it, change by change."""

from collections.abc import Iterable
from dataclasses import replace

from portal.core.vietnamese import text

from ..enums import LEVELS, ChangeAction, UnitKind, suits
from ..models import Change, Lineage, Reorganisation, Unit
from . import checks
from .facts import COLUMNS, FIELDS, Node, Passing, Plan, Ref


def plan_of(reform: Reorganisation) -> Plan:
    """Work the reorganisation out in memory: a fixed number of queries, nothing written.

    Every problem is listed, none stops the others from being found.
    """
    plan = Plan(reform)
    _read(plan)
    plan.after = dict(plan.before)
    changes = list(reform.changes.select_related("unit", "to_unit"))
    if not changes:
        plan.add(None, "Phương án chưa có thay đổi nào. Hãy nhập thay đổi hoặc nạp từ bảng tính.")
    _open(plan, changes)
    for change in changes:
        if change.action != ChangeAction.OPEN:
            _make(plan, change)
    checks.twice(plan, changes)
    checks.shares(plan, changes)
    _pass_down(plan)
    checks.tree(plan)
    checks.words(plan)
    checks.codes(plan)
    plan.places = _places(plan)
    checks.days(plan)
    return plan


def _read(plan: Plan) -> None:
    """Units of the provinces that were there the day before, as they are now, and those ended with their heirs."""
    provinces = [unit.pk for unit in plan.reform.provinces.all()]
    rows = Unit.objects.filter(province__in=provinces, opened_on__lt=plan.reform.effective_on).order_by(
        "sort_key", "pk"
    )
    mains = Lineage.objects.filter(is_main=True, predecessor__province__in=provinces)
    successors: dict[int | str, int] = dict(mains.values_list("predecessor", "successor"))
    for *facts, closed_on, province, district, commune in rows.values_list("pk", *FIELDS, "closed_on", *COLUMNS):
        node = Node(*facts)
        if closed_on is not None:
            # A place entered as ended lies under itself: whoever managed it goes on with its history.
            above = next((place for place in (commune, district, province) if place and place != node.ref), None)
            node = replace(node, is_closed=True, heir=successors.get(node.ref, above))
        plan.before[node.ref] = node
        plan.stood[node.ref] = dict(zip(COLUMNS, (province, district, commune), strict=True))
    while late := [  # what lies under a place of a later day came there after this plan: it is no part of it
        node.ref
        for node in plan.before.values()
        if (above := node.heir or node.parent) is not None and above not in plan.before
    ]:
        for ref in late:
            del plan.before[ref]


def _open(plan: Plan, changes: Iterable[Change]) -> None:
    for change in changes:
        if change.action != ChangeAction.OPEN:
            continue
        name = text.clean(change.name)
        if not change.key or not name or not change.kind:
            plan.add(change.order, "thành lập đơn vị phải có khoá, loại và tên. Hãy bổ sung.")
            continue
        if change.key in plan.after:
            plan.add(change.order, f"khoá “{change.key}” đã dùng cho {plan.after[change.key]}. Hãy đặt khoá khác.")
            continue
        if not suits(change.kind, change.subtype):
            plan.add(change.order, f"“{name}”: phân loại không dùng cho {UnitKind(change.kind).label}.")
        parent: Ref | None = change.to_unit_id or change.to_key or None
        plan.after[change.key] = Node(
            change.key, change.kind, change.subtype, change.code, name, parent, plan.reform.effective_on
        )


def _make(plan: Plan, change: Change) -> None:
    """One change of a unit that is there already."""
    node = plan.after.get(change.unit_id or "")
    if node is None or plan.before[node.ref].is_closed:
        named = f"{change.unit} " if change.unit else ""
        plan.add(change.order, f"đơn vị {named}không có trong các tỉnh của phương án vào ngày sắp xếp. Hãy chọn lại.")
        return
    if node.opened_on >= plan.reform.effective_on:
        plan.add(change.order, f"{node} chỉ có từ {node.opened_on:%d/%m/%Y}, sau ngày phương án có hiệu lực.")
        return
    match change.action:
        case ChangeAction.RENAME:
            _rename(plan, change, node)
        case ChangeAction.RECLASSIFY:
            _reclassify(plan, change, node)
        case ChangeAction.TRANSFER:
            to = _target(plan, change)
            if to is not None:
                plan.after[node.ref] = replace(plan.after[node.ref], parent=to)
        case ChangeAction.MERGE | ChangeAction.SPLIT:
            _pass_on(plan, change, node)
        case ChangeAction.CLOSE:
            plan.after[node.ref] = replace(node, is_closed=True)
        case ChangeAction.CLOSE_LEVEL:
            _close_level(plan, change, node)


def _rename(plan: Plan, change: Change, node: Node) -> None:
    name = text.clean(change.name)
    if not name or name == node.name:
        plan.add(change.order, f"chưa có tên mới của {node}. Hãy ghi tên mới.")
        return
    plan.after[node.ref] = replace(node, name=name, code=change.code or node.code)


def _reclassify(plan: Plan, change: Change, node: Node) -> None:
    if not suits(node.kind, change.subtype):
        plan.add(change.order, f"phân loại mới không dùng cho {UnitKind(node.kind).label} ({node}). Hãy chọn lại.")
        return
    name = text.clean(change.name) or node.name
    plan.after[node.ref] = replace(node, subtype=change.subtype, name=name, code=change.code or node.code)


def _pass_on(plan: Plan, change: Change, node: Node) -> None:
    to = _target(plan, change)
    if to is None:
        return
    if to == node.ref:
        plan.add(change.order, f"{node} không thể nhập vào chính mình. Hãy chọn đơn vị khác.")
        return
    if plan.after[to].kind != node.kind:
        plan.add(change.order, f"{node} và {plan.after[to]} không cùng loại đơn vị nên không kế thừa nhau được.")
        return
    is_main = change.action == ChangeAction.MERGE or change.is_main
    plan.passings.append(Passing(node.ref, to, is_main, change.percent))
    heir = to if is_main else plan.after[node.ref].heir
    plan.after[node.ref] = replace(plan.after[node.ref], is_closed=True, heir=heir)


def _close_level(plan: Plan, change: Change, node: Node) -> None:
    """Every unit of the kind under the named one ends; what they managed goes to the level above."""
    if change.kind not in LEVELS or change.kind == node.kind:
        plan.add(change.order, "chỉ kết thúc được một cấp hành chính nằm dưới đơn vị đã chọn. Hãy chọn lại cấp.")
        return
    ends = [one for one in plan.after.values() if one.kind == change.kind and one.parent == node.ref]
    if not ends:
        plan.add(change.order, f"{node} không có đơn vị {UnitKind(change.kind).label} nào. Hãy kiểm tra lại.")
    for one in ends:
        plan.after[one.ref] = replace(one, is_closed=True, heir=one.heir or node.ref)


def _target(plan: Plan, change: Change) -> Ref | None:
    to: Ref = change.to_unit_id or change.to_key
    if to in plan.after and not (to in plan.before and plan.before[to].is_closed):
        return to
    plan.add(
        change.order,
        f"không có đơn vị đích “{change.to_unit or change.to_key}” trong phương án. Hãy thành lập nó hoặc chọn lại."
        if to
        else "chưa chọn đơn vị đích. Hãy chọn một đơn vị.",
    )
    return None


def _pass_down(plan: Plan) -> None:
    """Units managed by one that ends go to its heir, where that kind may stand there."""
    for ref, node in list(plan.after.items()):
        if node.is_closed or node.parent is None:
            continue
        to, seen = node.parent, set()
        while to in plan.after and plan.after[to].is_closed and to not in seen:
            seen.add(to)
            heir = plan.after[to].heir
            if heir is None:
                break
            to = heir
        ground = plan.after.get(node.stands_in) if node.stands_in is not None else None
        stands_in = ground.heir if ground and ground.is_closed and ground.heir is not None else node.stands_in
        if (to, stands_in) != (node.parent, node.stands_in):
            plan.after[ref] = replace(node, parent=to, stands_in=stands_in)


def _places(plan: Plan) -> dict[Ref, dict[str, Ref | None]]:
    """Ancestor columns after: an open unit's own line; an ended one's is its heir's, whose people read its history."""
    known: dict[Ref, dict[str, Ref | None]] = {}

    def of(ref: Ref) -> dict[str, Ref | None]:
        if ref in known:
            return known[ref]
        known[ref] = {}  # where a line leads back to itself it ends
        node = plan.after[ref]
        above = node.heir if node.is_closed and node.heir is not None else node.parent
        place: dict[str, Ref | None] = dict.fromkeys(COLUMNS)
        if above is not None and above in plan.after:
            place |= of(above)
        if not node.is_closed and node.kind in COLUMNS:
            place[node.kind] = ref
        known[ref] = place
        return place

    return {ref: of(ref) for ref in plan.after}
