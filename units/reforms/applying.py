"""Applying a reorganisation: whole or not at all, and no past fact is rewritten."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Greatest, Now
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.vietnamese import text

from ..enums import ReformStatus, Role
from ..locks import lock_units
from ..models import Committee, Lineage, Placement, Reorganisation, Seat, Unit, UnitVersion, User
from ..services.tree import version_of
from .columns import BATCH, plain, store, values
from .delegations import end_with_reform
from .drafting import dry_run, locked, refuse_unseen
from .facts import Node, Plan, Ref, ends
from .followers import FOLLOWERS


def not_yet(reform: Reorganisation) -> str:
    """Why a draft waits for its day: units and lists are those of today, so a tree of tomorrow would leave today
    without one. Empty once the day has come."""
    if reform.effective_on <= timezone.localdate():
        return ""
    day = f"{reform.effective_on:%d/%m/%Y}"
    return f"Phương án có hiệu lực từ {day}, nên áp dụng được từ ngày đó. Bản thảo được giữ nguyên."


@transaction.atomic
def apply(reform: Reorganisation, *, by: User | None, seen: str | None = None) -> Plan:
    """Carry the draft out: tree lock, plan again, write, remember what was before. Statements grow with batches only.

    Units that end keep their rows and versions; the day before is their last. Placements, committees and seats of
    ended units end that day too, and delegations the tree no longer carries. Raises Refused with the first problems
    when anything stands in the way, before its day has come, and where the lines are not those that were `seen`
    (`print_of`).
    """
    lock_units()
    found = locked(reform, by, ReformStatus.DRAFT)
    refuse_unseen(found, seen)
    if sentence := not_yet(found):
        raise Refused(sentence)
    plan = dry_run(found)
    if plan.problems:
        told = " ".join(str(one) for one in plan.problems[:5])
        more = f" (và {len(plan.problems) - 5} vấn đề khác)" if len(plan.problems) > 5 else ""
        raise Refused(f"Chưa áp dụng được phương án: {told}{more}")
    delegations = end_with_reform(plan)  # before the columns they are found by change
    ids = _open_units(plan)
    before = _keep(plan, ids) | {"delegations": delegations}
    Lineage.objects.bulk_create(
        (
            Lineage(
                reform=found,
                predecessor_id=ids[one.predecessor],
                successor_id=ids[one.successor],
                is_main=one.is_main,
                percent=one.percent,
                on=found.effective_on,
            )
            for one in plan.passings
        ),
        batch_size=BATCH,
    )
    before |= _end_people(plan)
    before["placed"] = _keep_administrators(plan, ids, [*(pk for pk, _ in before["placements"]), *before["withdrawn"]])
    for follow in FOLLOWERS:
        before[follow.name] = follow.apply(plan, ids, by)
    before["opened"] = [ids[node.ref] for node in plan.opened]
    found.before, found.status = before, ReformStatus.APPLIED
    found.applied_by, found.applied_at = by, Now()
    found.save(update_fields=["before", "status", "applied_by", "applied_at"])
    return plan


def _open_units(plan: Plan) -> dict[Ref, int]:
    """Create the opened units, those that manage others first; returns every ref's id."""
    ids: dict[Ref, int] = {ref: ref for ref in plan.before if isinstance(ref, int)}
    waiting = list(plan.opened)
    while waiting:
        wave = [node for node in waiting if node.parent is None or node.parent in ids]
        rows = Unit.objects.bulk_create(
            [
                Unit(
                    kind=node.kind,
                    subtype=node.subtype,
                    code=node.code,
                    name=node.name,
                    **text.keys(node.name),
                    parent_id=ids[node.parent] if node.parent is not None else None,
                    opened_on=node.opened_on,
                    is_demo=plan.reform.is_demo,
                )
                for node in wave
            ],
            batch_size=BATCH,
        )
        ids |= {node.ref: row.pk for node, row in zip(wave, rows, strict=True)}
        waiting = [node for node in waiting if node.ref not in ids]
    return ids


def _keep(plan: Plan, ids: dict[Ref, int]) -> dict[str, Any]:
    """Write units and versions as they are after; returns what undoing needs."""
    last = plan.reform.effective_on - timedelta(days=1)
    stored = {unit.pk: unit for unit in Unit.objects.filter(pk__in=ids.values()).order_by("pk").iterator(BATCH)}
    before: dict[str, list] = {}
    changed, versions, ended = [], [], []
    for ref, node in plan.after.items():
        unit = stored[ids[ref]]
        old = values(unit)
        _set(unit, node, plan, ids, last)
        if old == values(unit):
            continue
        changed.append(unit)
        if ref in plan.before:
            before[str(unit.pk)] = old
            ended.append(unit.pk)  # one ended before has no version to end
        if not node.is_closed:
            versions.append(version_of(unit, since=plan.reform.effective_on))
    store(changed, before)
    for start in range(0, len(ended), BATCH):
        UnitVersion.objects.filter(unit__in=ended[start : start + BATCH], valid_to=None).update(valid_to=last)
    UnitVersion.objects.bulk_create(versions, batch_size=BATCH)
    return {"units": before}


def _set(unit: Unit, node: Node, plan: Plan, ids: dict[Ref, int], last: date) -> None:
    """The unit's columns as the plan has them; an ended one keeps its name and manager, and goes under its heir."""
    for column, ref in plan.places[node.ref].items():
        setattr(unit, f"{column}_id", ids[ref] if ref is not None else None)
    if node.is_closed:
        unit.closed_on = unit.closed_on or last
        return
    unit.name, unit.subtype, unit.code = node.name, node.subtype, node.code
    for field, key in text.keys(node.name).items():
        setattr(unit, field, key)
    unit.parent_id = ids[node.parent] if node.parent is not None else None
    unit.stands_in_id = ids.get(node.stands_in, unit.stands_in_id) if node.stands_in is not None else None


def _end_people(plan: Plan) -> dict[str, Any]:
    """End placements, committees and seats of ended units on the last day; returns what each ended on before.

    Those that began on the day or since name a place that was no more: placements are withdrawn, committees and seats
    end on the day they began.
    """
    day = plan.reform.effective_on
    last = day - timedelta(days=1)
    closed = ends(plan)
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    before: dict[str, Any] = {}
    for name, rows in (
        ("placements", Placement.objects.filter(lasting, unit__in=closed, withdrawn_at=None, valid_from__lt=day)),
        ("seats", Seat.objects.filter(lasting, committee__unit__in=closed)),
        ("committees", Committee.objects.filter(lasting, unit__in=closed)),
    ):
        before[name] = [[pk, plain(valid_to)] for pk, valid_to in rows.values_list("pk", "valid_to")]
        rows.update(valid_to=Greatest("valid_from", Value(last)))
    late = Placement.objects.filter(unit__in=closed, withdrawn_at=None, valid_from__gte=day)
    before["withdrawn"] = list(late.values_list("pk", flat=True))
    late.update(withdrawn_at=Now())
    return before


def _keep_administrators(plan: Plan, ids: Mapping[Ref, int], ended: list[int]) -> list[int]:
    """Administrators of a unit that ended go on at its heir: somebody must be there to place the others anew."""
    held = Placement.objects.filter(pk__in=ended, role=Role.ADMIN).select_related("unit").order_by("pk")
    heirs = {node.ref: node.heir for node in plan.closed if node.heir and plan.after[node.heir].kind == node.kind}
    wanted = {(one.user_id, ids[heir]) for one in held if (heir := heirs.get(one.unit_id))}
    return [
        row.pk
        for row in Placement.objects.bulk_create(
            Placement(user_id=user, unit_id=unit, role=Role.ADMIN, valid_from=plan.reform.effective_on)
            for user, unit in sorted(wanted)
        )
    ]
