"""Everything that stands in the way of a plan; nothing found stops the rest from being found."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from ..enums import PARENTS, ChangeAction, UnitKind
from ..models import Change, Lineage, Unit, UnitVersion
from ..names import code_fault, letters_fault
from .facts import ENDING, Node, Plan, Ref, ends


def twice(plan: Plan, changes: Iterable[Change]) -> None:
    """A unit is merged once, named once, and not both ended and changed."""
    by_unit: dict[int, list[Change]] = {}
    for change in changes:
        if change.unit_id and change.action != ChangeAction.CLOSE_LEVEL:
            by_unit.setdefault(change.unit_id, []).append(change)
    for rows in by_unit.values():
        actions = Counter(row.action for row in rows)
        last = rows[-1]
        for action, many in actions.items():
            if many > 1 and action != ChangeAction.SPLIT:
                label = ChangeAction(action).label.lower()
                plan.add(last.order, f"{last.unit} có {many} dòng “{label}”. Hãy giữ một dòng.")
        ends = [action for action in ENDING if actions[action]]
        if len(ends) > 1 or (ends and len(actions) > 1):
            plan.add(last.order, f"{last.unit} vừa kết thúc vừa thay đổi. Hãy giữ một trong các dòng.")


def shares(plan: Plan, changes: Iterable[Change]) -> None:
    """The parts of a divided unit: exactly one main part, and percentages that make the whole where they are given."""
    parts: dict[int, list[Change]] = {}
    for change in changes:
        if change.action == ChangeAction.SPLIT and change.unit_id:
            parts.setdefault(change.unit_id, []).append(change)
    for rows in parts.values():
        first = rows[0]
        twice = len(rows) - len({row.to_unit_id or row.to_key for row in rows})
        if twice:
            plan.add(rows[-1].order, f"{first.unit} có hai phần vào cùng một nơi. Hãy gộp các phần đó làm một.")
        elif len(rows) < 2:
            plan.add(first.order, f"{first.unit} chỉ tách vào một nơi. Hãy dùng “Nhập toàn bộ vào” hoặc thêm nơi khác.")
        if sum(row.is_main for row in rows) != 1:
            plan.add(first.order, f"{first.unit} phải có đúng một phần chính. Hãy đánh dấu nơi nhận phần chính.")
        given = [row.percent for row in rows if row.percent is not None]
        if given and (len(given) < len(rows) or sum(given) != 100):
            total = f"{Decimal(sum(given)).normalize():f}".replace(".", ",")
            plan.add(first.order, f"các phần của {first.unit} cộng lại là {total}%, phải đủ 100%. Hãy sửa lại.")


def tree(plan: Plan) -> None:
    """Every open unit stands under an open one that may manage it, and no line leads back to itself."""
    orphans: Counter[Ref] = Counter()
    for node in plan.after.values():
        if node.is_closed:
            heir = plan.after[node.heir] if node.heir is not None else None
            if heir and heir.is_closed and heir.kind == node.kind and not plan.before[node.ref].is_closed:
                plan.add(None, f"{node} nhập vào {heir}, nơi cũng kết thúc hoạt động. Hãy sửa lại.")
            continue
        allowed = PARENTS[UnitKind(node.kind)]
        parent = plan.after.get(node.parent) if node.parent is not None else None
        if node.parent is None and not allowed:
            continue
        if parent is None:
            plan.add(None, f"{node} chưa có đơn vị quản lý trong phương án. Hãy chọn nơi quản lý.")
        elif parent.is_closed:
            orphans[parent.ref] += 1
        elif parent.kind not in allowed:
            kind = UnitKind(node.kind).label.lower()
            plan.add(None, f"{node} ({kind}) không thể trực thuộc {parent}. Hãy chuyển về nơi khác.")
        if _goes_round(plan.after, node):
            plan.add(None, f"{node} trở thành cấp trên của chính mình. Hãy sửa dòng chuyển đơn vị quản lý.")
    for ref, many in orphans.items():
        plan.add(None, f"{plan.after[ref]} kết thúc nhưng còn {many} đơn vị trực thuộc chưa có nơi chuyển về.")


def _goes_round(nodes: Mapping[Ref, Node], node: Node) -> bool:
    to, seen = node.parent, {node.ref}
    while to is not None and to in nodes:
        if to in seen:
            return True
        seen.add(to)
        to = nodes[to].parent
    return False


def words(plan: Plan) -> None:
    """Names and codes the plan gives are such as a unit may have; what it leaves alone is not asked."""
    for ref, node in plan.after.items():
        was = plan.before.get(ref)
        if node.is_closed or (was and (was.name, was.code) == (node.name, node.code)):
            continue
        for fault in filter(None, (letters_fault(node.name), code_fault(node.kind, node.code))):
            plan.add(None, f"{node}: {fault}")


def codes(plan: Plan) -> None:
    """A State code belongs to one open unit of a kind in its province."""
    codes = Counter((node.kind, node.code) for node in plan.after.values() if node.code and not node.is_closed)
    for (kind, code), many in codes.items():
        if many > 1:
            names = ", ".join(
                str(node)
                for node in plan.after.values()
                if (node.kind, node.code) == (kind, code) and not node.is_closed
            )
            plan.add(None, f"mã {code} dùng cho {many} đơn vị: {names}. Hãy sửa mã.")


def days(plan: Plan) -> None:
    """Nothing the plan leans on has changed on its day or since: it was made on the tree as it is now."""
    day = plan.reform.effective_on
    moved = {
        ref
        for ref, node in plan.after.items()
        if ref in plan.before
        and not plan.before[ref].is_closed
        and (node != plan.before[ref] or plan.places[ref] != plan.stood[ref])
    }
    provinces = [unit.pk for unit in plan.reform.provinces.all()]
    here = UnitVersion.objects.filter(unit__province__in=provinces, valid_from__gte=day, unit__opened_on__lt=day)
    since = dict(here.order_by("valid_from").values_list("unit", "valid_from"))
    late: dict[str, date] = {}
    for ref in moved:
        line, node = [ref, *(above for above in plan.places[ref].values() if above is not None)], plan.before[ref]
        changed = max((since[one] for one in line if one in since), default=None)
        if changed is not None and (changed > day or ref in since):
            late[node.name] = changed
    units = Unit.objects.filter(province__in=provinces)
    for name, closed_on, parent in units.filter(closed_on__gte=day).values_list("name", "closed_on", "parent"):
        if closed_on and parent in moved:
            late[name] = closed_on
    rows = units.filter(opened_on__gte=day).values_list("name", "opened_on", "parent", "stands_in")
    late |= {name: opened_on for name, opened_on, *places in rows if moved.intersection(places)}
    closed = set(ends(plan))
    origins = Lineage.objects.filter(successor__province__in=provinces, on__gte=day)
    for name, pk, on in origins.values_list("successor__name", "successor", "on"):
        if pk in closed:
            late[name] = on
    if late:
        name, on = max(late.items(), key=lambda one: one[1])
        more = f" (và {len(late) - 1} đơn vị khác)" if len(late) > 1 else ""
        plan.add(
            None,
            f"{name}{more} thay đổi ngày {on:%d/%m/%Y}, trong hoặc sau ngày phương án có hiệu lực. "
            "Hãy đặt ngày có hiệu lực muộn hơn, hoặc đưa mọi thay đổi của ngày đó vào một phương án. "
            "Nếu ngày bắt đầu của đơn vị ghi nhầm, hãy sửa ở trang của đơn vị.",
        )
