"""Drafting, applying and undoing a reorganisation: whole or not at all, and no past fact is rewritten."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.deletion import ProtectedError
from django.db.models.functions import Now

from portal.core.errors import Refused

from .. import text
from ..enums import OpenFiles, ReformStatus, Role, Streaks
from ..models import Change, Committee, Lineage, Placement, Reorganisation, Seat, Unit, UnitVersion, User
from ..permissions import may_reorganise
from ..reforms import Node, Plan, Problem, Ref, Waiting, ends, plan
from .delegations import end_with_reform, made_after_reform, restore_after_undo
from .tree import lock_tree

BATCH = 1000


class Follower(Protocol):
    """What another app does when the tree changes, in the same transaction; `name` keys what it needs to undo it."""

    name: str

    def problems(self, made: Plan) -> Iterable[str]: ...
    def waiting(self, made: Plan) -> list[Waiting]: ...
    def apply(self, made: Plan, ids: Mapping[Ref, int], by: User | None) -> Any: ...
    def undo(self, kept: Any) -> None: ...


FOLLOWERS: list[Follower] = []  # apps above register theirs when they are ready
MOVED = ("name", "search_key", "match_key", "sort_key", "subtype", "code", "parent", "stands_in")
PLACE = ("province", "district", "commune")
UNIT_COLUMNS = (*MOVED, *PLACE, "closed_on")


@transaction.atomic
def new_reform(
    *,
    number: str,
    title: str,
    issuer: str,
    effective_on: date,
    provinces: Iterable[Unit],
    by: User | None,
    signed_on: date | None = None,
    streaks: Streaks | str = Streaks.CARRY,
    open_files: OpenFiles | str = OpenFiles.FINISH,
    gaps: Iterable[str] = (),
    is_demo: bool = False,
) -> Reorganisation:
    """A draft for the provinces. `by` is None for the command line. Raises Refused outside the person's place."""
    provinces = list(provinces)
    if not provinces:
        raise Refused("Phương án phải thuộc ít nhất một tỉnh. Hãy chọn tỉnh.")
    for province in provinces:
        if by is not None and not may_reorganise(by, province):
            raise Refused(f"Đồng chí không quản trị {province} nên không lập phương án sắp xếp ở đó được.")
    reform = Reorganisation.objects.create(
        number=text.clean(number),
        title=text.clean(title),
        issuer=text.clean(issuer),
        signed_on=signed_on,
        effective_on=effective_on,
        streaks=streaks,
        open_files=open_files,
        gaps=list(gaps),
        is_demo=is_demo,
        created_by=by,
    )
    reform.provinces.set(provinces)
    return reform


def _locked(reform: Reorganisation, by: User | None, status: ReformStatus) -> Reorganisation:
    found = Reorganisation.objects.select_for_update().get(pk=reform.pk)
    for province in found.provinces.all():
        if by is not None and not may_reorganise(by, province):
            raise Refused(f"Đồng chí không quản trị {province} nên không thay đổi phương án này được.")
    if found.status != status:
        raise Refused(f"Phương án đang ở tình trạng “{found.get_status_display()}”. Hãy tải lại trang.")
    return found


@transaction.atomic
def write_changes(
    reform: Reorganisation, changes: Iterable[Change], *, by: User | None, gaps: Iterable[str] | None = None
) -> int:
    """Put these lines in place of the draft's; returns how many. Raises Refused once it is applied.

    `gaps`, when given, takes the place of what the draft says has no source and a person must enter.
    """
    found = _locked(reform, by, ReformStatus.DRAFT)
    found.changes.all().delete()
    rows = list(changes)
    for order, row in enumerate(rows, 1):
        row.reform, row.order, row.pk = found, order, None
    Change.objects.bulk_create(rows, batch_size=BATCH)
    if gaps is not None:
        found.gaps = list(gaps)
        found.save(update_fields=["gaps"])
    return len(rows)


def dry_run(reform: Reorganisation) -> Plan:
    """The plan with the problems of every app that follows the tree. Writes nothing."""
    made = plan(reform)
    if not made.problems:
        made.problems += [Problem(None, sentence) for follow in FOLLOWERS for sentence in follow.problems(made)]
    return made


def waiting(made: Plan) -> list[Waiting]:
    """What is under way at units that end, in every app that follows the tree, with the end each of it takes."""
    return [row for follow in FOLLOWERS for row in follow.waiting(made)]


@transaction.atomic
def choose_ends(reform: Reorganisation, chosen: Mapping[int, str], *, by: User | None) -> None:
    """Let these files take an end of their own; one that is the draft's is no exception any more.

    Raises Refused once it is applied, for an end there is not, or a file it does not concern.
    """
    found = _locked(reform, by, ReformStatus.DRAFT)
    here = {row.pk for row in waiting(plan(found))}
    for pk, end in chosen.items():
        if pk not in here or end not in OpenFiles:
            raise Refused("Có hồ sơ không thuộc phương án, hoặc cách xử lý không có. Hãy tải lại trang rồi chọn lại.")
        found.ends.pop(str(pk), None)
        if end != found.open_files:
            found.ends[str(pk)] = end
    found.save(update_fields=["ends"])


@transaction.atomic
def add_change(reform: Reorganisation, change: Change, *, by: User | None) -> Change:
    """Add a line to the draft, after the others. Raises Refused once it is applied."""
    found = _locked(reform, by, ReformStatus.DRAFT)
    change.reform, change.order = found, (found.changes.aggregate(last=Max("order"))["last"] or 0) + 1
    change.save()
    return change


@transaction.atomic
def drop_change(change: Change, *, by: User | None) -> None:
    """Take a line out of the draft. Raises Refused once it is applied."""
    _locked(change.reform, by, ReformStatus.DRAFT)
    change.delete()


@transaction.atomic
def drop_reform(reform: Reorganisation, *, by: User | None) -> None:
    """Throw a draft away. Raises Refused once it is applied."""
    _locked(reform, by, ReformStatus.DRAFT).delete()


@transaction.atomic
def apply(reform: Reorganisation, *, by: User | None) -> Plan:
    """Carry the draft out: tree lock, plan again, write, remember what was before. Statements grow with batches only.

    Units that end keep their rows and versions; the day before is their last. Placements, committees and seats of
    ended units end that day too, and delegations the tree no longer carries. Raises Refused with the first problems
    when anything stands in the way.
    """
    lock_tree()
    found = _locked(reform, by, ReformStatus.DRAFT)
    made = dry_run(found)
    if made.problems:
        told = " ".join(str(one) for one in made.problems[:5])
        more = f" (và {len(made.problems) - 5} vấn đề khác)" if len(made.problems) > 5 else ""
        raise Refused(f"Chưa áp dụng được phương án: {told}{more}")
    delegations = end_with_reform(made)  # before the columns they are found by change
    ids = _open_units(made)
    kept = _keep(made, ids) | {"delegations": delegations}
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
            for one in made.passings
        ),
        batch_size=BATCH,
    )
    kept |= _end_people(made)
    kept["placed"] = _keep_administrators(made, ids, [*(pk for pk, _ in kept["placements"]), *kept["withdrawn"]])
    for follow in FOLLOWERS:
        kept[follow.name] = follow.apply(made, ids, by)
    kept["opened"] = [ids[node.ref] for node in made.opened]
    found.before, found.status = kept, ReformStatus.APPLIED
    found.applied_by, found.applied_at = by, Now()
    found.save(update_fields=["before", "status", "applied_by", "applied_at"])
    return made


def _open_units(made: Plan) -> dict[Ref, int]:
    """Create the opened units, those that manage others first; returns every ref's id."""
    ids: dict[Ref, int] = {ref: ref for ref in made.before if isinstance(ref, int)}
    waiting = list(made.opened)
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
                    is_demo=made.reform.is_demo,
                )
                for node in wave
            ],
            batch_size=BATCH,
        )
        ids |= {node.ref: row.pk for node, row in zip(wave, rows, strict=True)}
        waiting = [node for node in waiting if node.ref not in ids]
    return ids


def _keep(made: Plan, ids: dict[Ref, int]) -> dict[str, Any]:
    """Write units and versions as they are after; returns what undoing needs."""
    last = made.reform.effective_on - timedelta(days=1)
    stored = {unit.pk: unit for unit in Unit.objects.filter(pk__in=ids.values()).order_by("pk").iterator(BATCH)}
    before: dict[str, list] = {}
    changed, versions, ended = [], [], []
    for ref, node in made.after.items():
        unit = stored[ids[ref]]
        old = [_plain(getattr(unit, f"{name}_id" if name in FOREIGN else name)) for name in UNIT_COLUMNS]
        _set(unit, node, made, ids, last)
        new = [_plain(getattr(unit, f"{name}_id" if name in FOREIGN else name)) for name in UNIT_COLUMNS]
        if old == new:
            continue
        changed.append(unit)
        if ref in made.before:
            before[str(unit.pk)] = old
            ended.append(unit.pk)  # one ended before has no version to end
        if not node.is_closed:
            versions.append(_version(unit, made.reform.effective_on))
    _store(changed, before)
    for start in range(0, len(ended), BATCH):
        UnitVersion.objects.filter(unit__in=ended[start : start + BATCH], valid_to=None).update(valid_to=last)
    UnitVersion.objects.bulk_create(versions, batch_size=BATCH)
    return {"units": before}


def _store(units: list[Unit], before: Mapping[str, list]) -> None:
    """Write the units' columns, each only where it changed: few values for many rows at once, else row by row."""
    by_column: dict[str, list[Unit]] = {}
    by_value: dict[tuple[str, Any], list[int]] = {}
    for unit in units:
        old = before.get(str(unit.pk), [object()] * len(UNIT_COLUMNS))
        for name, value in zip(UNIT_COLUMNS, old, strict=True):
            new = _plain(getattr(unit, f"{name}_id" if name in FOREIGN else name))
            if new == value:
                continue
            if name in FEW:
                by_value.setdefault((name, new), []).append(unit.pk)
            else:
                by_column.setdefault(name, []).append(unit)
    for (name, value), pks in by_value.items():
        for start in range(0, len(pks), BATCH):
            Unit.objects.filter(pk__in=pks[start : start + BATCH]).update(**{name: value})
    for name, rows in by_column.items():
        Unit.objects.bulk_update(rows, [name], batch_size=BATCH)


FEW = ("province", "district", "closed_on")  # columns of few values
FOREIGN = ("parent", "stands_in", *PLACE)


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value


def _set(unit: Unit, node: Node, made: Plan, ids: dict[Ref, int], last: date) -> None:
    """The unit's columns as the plan has them; an ended one keeps its name and manager, and goes under its heir."""
    for column, ref in made.places[node.ref].items():
        setattr(unit, f"{column}_id", ids[ref] if ref is not None else None)
    if node.is_closed:
        unit.closed_on = unit.closed_on or last
        return
    unit.name, unit.subtype, unit.code = node.name, node.subtype, node.code
    for field, key in text.keys(node.name).items():
        setattr(unit, field, key)
    unit.parent_id = ids[node.parent] if node.parent is not None else None
    unit.stands_in_id = ids.get(node.stands_in, unit.stands_in_id) if node.stands_in is not None else None


def _version(unit: Unit, day: date) -> UnitVersion:
    return UnitVersion(
        unit=unit,
        kind=unit.kind,
        name=unit.name,
        subtype=unit.subtype,
        code=unit.code,
        search_key=unit.search_key,
        match_key=unit.match_key,
        sort_key=unit.sort_key,
        parent_id=unit.parent_id,
        stands_in_id=unit.stands_in_id,
        **{f"{column}_id": pk for column, pk in unit.ancestor_ids.items()},
        valid_from=day,
    )


def _end_people(made: Plan) -> dict[str, Any]:
    """End placements, committees and seats of ended units on the last day; returns what each ended on before.

    Placements that began on the day or since are withdrawn: they name a place that was no more.
    """
    day = made.reform.effective_on
    last = day - timedelta(days=1)
    closed = ends(made)
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    kept: dict[str, Any] = {}
    for name, rows in (
        ("placements", Placement.objects.filter(lasting, unit__in=closed, withdrawn_at=None, valid_from__lt=day)),
        ("seats", Seat.objects.filter(lasting, committee__unit__in=closed, valid_from__lt=day)),
        ("committees", Committee.objects.filter(lasting, unit__in=closed, valid_from__lt=day)),
    ):
        kept[name] = [[pk, _plain(valid_to)] for pk, valid_to in rows.values_list("pk", "valid_to")]
        rows.update(valid_to=last)
    late = Placement.objects.filter(unit__in=closed, withdrawn_at=None, valid_from__gte=day)
    kept["withdrawn"] = list(late.values_list("pk", flat=True))
    late.update(withdrawn_at=Now())
    return kept


def _keep_administrators(made: Plan, ids: Mapping[Ref, int], ended: list[int]) -> list[int]:
    """Administrators of a unit that ended go on at its heir: somebody must be there to place the others anew."""
    held = Placement.objects.filter(pk__in=ended, role=Role.ADMIN).select_related("unit").order_by("pk")
    heirs = {node.ref: node.heir for node in made.closed if node.heir and made.after[node.heir].kind == node.kind}
    wanted = {(one.user_id, ids[heir]) for one in held if (heir := heirs.get(one.unit_id))}
    return [
        row.pk
        for row in Placement.objects.bulk_create(
            Placement(user_id=user, unit_id=unit, role=Role.ADMIN, valid_from=made.reform.effective_on)
            for user, unit in sorted(wanted)
        )
    ]


@transaction.atomic
def undo(reform: Reorganisation, *, by: User | None) -> None:
    """Put everything back as it was before the reorganisation was applied.

    Raises Refused when something already leans on it: a later reorganisation, people or files of a unit it opened.
    """
    lock_tree()
    found = _locked(reform, by, ReformStatus.APPLIED)
    kept: dict[str, Any] = found.before or {}
    touched = [*kept["opened"], *(int(pk) for pk in kept["units"])]
    later = UnitVersion.objects.filter(unit__in=touched, valid_from__gt=found.effective_on).first()
    if later:
        raise Refused(f"{later.unit} đã thay đổi tiếp từ {later.valid_from:%d/%m/%Y} nên không hoàn tác được nữa.")
    if newer := made_after_reform(kept.get("delegations"), touched, found.effective_on):
        raise Refused(f"“{newer}” được ghi sau khi áp dụng phương án. Hãy kết thúc uỷ quyền đó rồi hoàn tác.")
    _check_newest(found, kept)
    for follow in FOLLOWERS:
        follow.undo(kept.get(follow.name))
    found.lineage.all().delete()
    UnitVersion.objects.filter(unit__in=touched, valid_from=found.effective_on).delete()
    last = found.effective_on - timedelta(days=1)
    ended = [
        int(pk) for pk, old in kept["units"].items() if dict(zip(UNIT_COLUMNS, old, strict=True))["closed_on"] is None
    ]
    UnitVersion.objects.filter(unit__in=ended, valid_to=last).update(valid_to=None)
    units, now = [], {}
    for unit in Unit.objects.filter(pk__in=[int(pk) for pk in kept["units"]]).iterator(BATCH):
        now[str(unit.pk)] = [_plain(getattr(unit, f"{name}_id" if name in FOREIGN else name)) for name in UNIT_COLUMNS]
        for name, value in zip(UNIT_COLUMNS, kept["units"][str(unit.pk)], strict=True):
            setattr(unit, f"{name}_id" if name in FOREIGN else name, value)
        units.append(unit)
    _store(units, now)
    Placement.objects.filter(pk__in=kept["placed"]).delete()
    Placement.objects.filter(pk__in=kept.get("withdrawn", [])).update(withdrawn_at=None)
    models: dict[str, Any] = {"placements": Placement, "seats": Seat, "committees": Committee}
    for name, model in models.items():
        rows = [model(pk=pk, valid_to=valid_to) for pk, valid_to in kept[name]]
        model.objects.bulk_update(rows, ["valid_to"], batch_size=BATCH)
    restore_after_undo(kept.get("delegations"), last)
    opened = Unit.objects.filter(pk__in=kept["opened"])
    opened.update(**dict.fromkeys(PLACE))
    try:
        for unit_ids in _leaves_first(opened):
            Unit.objects.filter(pk__in=unit_ids).delete()
    except ProtectedError as held:
        named = next(iter(held.protected_objects))
        raise Refused(f"Đã có dữ liệu dựa vào đơn vị mới thành lập ({named}) nên không hoàn tác được nữa.") from held
    found.before, found.status, found.applied_by, found.applied_at = None, ReformStatus.DRAFT, None, None
    found.save(update_fields=["before", "status", "applied_by", "applied_at"])


def _check_newest(found: Reorganisation, kept: Mapping[str, Any]) -> None:
    """Raises Refused when a reorganisation was applied, or a unit entered, on the tree this one made."""
    touched = {int(pk): dict(zip(UNIT_COLUMNS, old, strict=True)) for pk, old in kept["units"].items()}
    places = [*kept["opened"], *found.provinces.values_list("pk", flat=True)]
    others = Reorganisation.objects.filter(status=ReformStatus.APPLIED, provinces__in=places).exclude(pk=found.pk)
    newer = Q(applied_at__gt=found.applied_at) | Q(applied_at=found.applied_at, pk__gt=found.pk)
    if after := others.filter(newer).order_by("applied_at", "pk").last():
        raise Refused(f"Phương án {after.number} được áp dụng sau phương án này. Hãy hoàn tác phương án đó trước.")
    moved = [
        unit.pk
        for unit in Unit.objects.filter(pk__in=touched)
        if any(touched[unit.pk][name] != _plain(getattr(unit, f"{name}_id")) for name in PLACE) or unit.closed_on
    ]
    new = Unit.objects.filter(parent__in=moved, closed_on=None).exclude(pk__in=[*touched, *kept["opened"]]).first()
    if new:
        raise Refused(f"{new} được nhập sau khi sắp xếp, dưới {new.parent}, nên không hoàn tác được nữa.")


def _leaves_first(units) -> list[list[int]]:
    """Ids in waves, those nobody of the others stands under first."""
    left = dict(units.values_list("pk", "parent"))
    waves = []
    while left:
        wave = [pk for pk in left if pk not in set(left.values())]
        waves.append(wave)
        left = {pk: parent for pk, parent in left.items() if pk not in wave}
    return waves
