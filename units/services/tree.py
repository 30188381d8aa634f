"""Placing units in the tree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import F

from portal.core.errors import Refused
from portal.core.vietnamese import text

from ..enums import LEVELS, ORGANISATIONS, PARENTS, UnitKind, suits
from ..locks import lock_tree
from ..models import FileImport, Unit, UnitVersion, User
from ..permissions import may_manage_people

BATCH = 500
OF_UNIT = {"unit_id": "id", "valid_from": "opened_on", "valid_to": "closed_on"}  # by the version's column, the unit's
DEPTHS = (*((kind,) for kind in LEVELS), tuple(kind for kind in UnitKind if kind not in LEVELS))


@dataclass(kw_only=True)
class NewUnit:
    """A unit to be placed; `parent` and `stands_in` are units, or the `key` of another row of the same call."""

    kind: str
    subtype: str
    name: str
    parent: Unit | str | None = None
    stands_in: Unit | str | None = None
    code: str = ""
    key: str = ""
    opened_on: date | None = None
    closed_on: date | None = None


@transaction.atomic
def place_units(rows: Iterable[NewUnit], *, on: date, demo: bool = False) -> list[Unit]:
    """Create the units with their ancestor columns and versions, in the order of the rows.

    `on` is the first day of rows that name none. A unit opened before its manager last moved lay then where its
    manager lay. Statements grow with batches, never with rows.
    Raises Refused when a row stands under nothing, under a kind that may not manage it, outside its parent's time,
    or on the ground of another though it is no organisation.
    """
    rows = list(rows)
    if stray := next((row for row in rows if row.kind not in UnitKind), None):
        raise Refused(f"“{stray.name}”: không có loại đơn vị “{stray.kind}”.")
    placed: dict[int, Unit] = {}
    by_key: dict[str, Unit] = {}
    lock_tree()
    for kinds in DEPTHS:
        wave = [(place, row) for place, row in enumerate(rows) if row.kind in kinds]
        made = Unit.objects.bulk_create([_new_unit(row, by_key, on=on, demo=demo) for _, row in wave])
        _own_column(made, kinds[0])
        placed |= {place: unit for (place, _), unit in zip(wave, made, strict=True)}
        by_key |= {row.key: unit for (_, row), unit in zip(wave, made, strict=True) if row.key}
    units = [placed[place] for place in range(len(rows))]
    _write_versions(units)
    return units


def _new_unit(row: NewUnit, by_key: dict[str, Unit], *, on: date, demo: bool) -> Unit:
    """The unit of a row, its parent already saved."""
    name = text.clean(row.name)
    parent, stands_in = _found(row, row.parent, by_key), _found(row, row.stands_in, by_key)
    if (parent.kind if parent else None) not in (PARENTS[UnitKind(row.kind)] or (None,)):
        raise Refused(f"“{name}” ({UnitKind(row.kind).label}) không thể trực thuộc {parent or 'nơi để trống'}.")
    if stands_in and (row.kind not in ORGANISATIONS or not stands_in.is_level):
        raise Refused(f"“{name}” ({UnitKind(row.kind).label}) không thể đứng chân tại {stands_in}.")
    if not suits(row.kind, row.subtype):
        raise Refused(f"“{name}”: phân loại “{row.subtype}” không dùng cho {UnitKind(row.kind).label}.")
    unit = Unit(
        kind=row.kind,
        subtype=row.subtype,
        code=row.code,
        name=name,
        **text.keys(name),
        parent=parent,
        stands_in=stands_in,
        opened_on=row.opened_on or on,
        closed_on=row.closed_on,
        is_demo=demo,
    )
    if parent:
        unit.province_id, unit.district_id, unit.commune_id = parent.province_id, parent.district_id, parent.commune_id
    return unit


def _found(row: NewUnit, named: Unit | str | None, by_key: dict[str, Unit]) -> Unit | None:
    if not isinstance(named, str):
        return named
    if named not in by_key:
        raise Refused(f"“{row.name}”: không thấy đơn vị có khoá “{named}” ở cấp trên.")
    return by_key[named]


def _own_column(made: list[Unit], kind: str) -> None:
    """A level of government is its own province, district or commune."""
    column = UnitKind(kind).place_column
    if column == "unit" or not made:
        return
    Unit.objects.filter(kind=kind, **{f"{column}__isnull": True}).update(**{column: F("pk")})
    for unit in made:
        setattr(unit, f"{column}_id", unit.pk)


def _write_versions(units: list[Unit]) -> None:
    """The first versions of new units. Most say what the unit says, for all its time: the database copies those."""
    managers = sorted((unit for unit in units if unit.is_level), key=lambda unit: LEVELS.index(UnitKind(unit.kind)))
    known: dict[int, list[UnitVersion]] = {unit.pk: [] for unit in managers}
    above = {unit.parent_id for unit in units if unit.parent_id} - known.keys()
    for version in UnitVersion.objects.filter(unit__in=above).order_by("valid_from") if above else ():
        known.setdefault(version.unit_id, []).append(version)
    made = _versions(managers, known)
    managed = [unit for unit in units if not unit.is_level]
    alike = [unit for unit in managed if _is_all_its_time(unit, known.get(unit.parent_id or 0, []))]
    copied = {unit.pk for unit in alike}
    made += _versions([unit for unit in managed if unit.pk not in copied], known)
    UnitVersion.objects.bulk_create(made)
    _copy_as_versions(alike)


def _is_all_its_time(unit: Unit, over: list[UnitVersion]) -> bool:
    """Whether the unit lay, from its first day to its last, where it lies now: its manager did not move."""
    if len(over) != 1 or over[0].valid_from > unit.opened_on or over[0].ancestor_ids != unit.ancestor_ids:
        return False
    return over[0].valid_to is None or (unit.closed_on is not None and unit.closed_on <= over[0].valid_to)


def _copy_as_versions(units: list[Unit]) -> None:
    """One version for each unit, as the unit is now and for all its time."""
    names = [field.attname for field in UnitVersion._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(names)
    values = ", ".join(OF_UNIT.get(name, name) for name in names)
    versions, units_table = UnitVersion._meta.db_table, Unit._meta.db_table
    copy = f"INSERT INTO {versions} ({columns}) SELECT {values} FROM {units_table}"  # noqa: S608 -- names of our own columns  # nosec
    with connection.cursor() as cursor:
        for start in range(0, len(units), BATCH):
            pks = [unit.pk for unit in units[start : start + BATCH]]
            places = ", ".join(["%s"] * len(pks))
            cursor.execute(f"{copy} WHERE id IN ({places})", pks)


def _versions(units: list[Unit], known: dict[int, list[UnitVersion]]) -> list[UnitVersion]:
    """The units' versions, of managers before those they manage: a new one each time the manager moved.

    `known` holds the versions of their managers by the manager's key, and gets theirs.
    """
    made = []
    for unit in units:
        mine = known.setdefault(unit.pk, [])
        for over in known.get(unit.parent_id or 0, ()):
            since = max(over.valid_from, unit.opened_on)
            until = min((day for day in (over.valid_to, unit.closed_on) if day), default=None)
            if until and until < since:
                continue
            version = version_of(unit, since=since, until=until)
            for column in LEVELS:
                if unit.ancestor_ids[column] != unit.pk:
                    setattr(version, f"{column}_id", over.ancestor_ids[column])
            if mine and mine[-1].ancestor_ids == version.ancestor_ids:
                mine[-1].valid_to = until  # the manager changed, and stayed where it was
            else:
                mine.append(version)
        if not mine:
            mine.append(version_of(unit, since=unit.opened_on))
        mine[0].valid_from, mine[-1].valid_to = unit.opened_on, unit.closed_on
        made += mine
    return made


def version_of(unit: Unit, *, since: date, until: date | None = None) -> UnitVersion:
    """The unit as it is now, as a version in force from one day to another; not saved."""
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
        valid_from=since,
        valid_to=until,
    )


@transaction.atomic
def take_back_units(made: Sequence[Unit], *, by: User) -> None:
    """Take off units placed by mistake, with their versions, all of them; the caller has locked the tree and knows that
    nothing leans on them. Statements grow with batches.

    Raises Refused for one outside the places the person administers.
    """
    if stranger := next((unit for unit in made if not may_manage_people(by, unit)), None):
        raise Refused(f"Đồng chí không quản trị {stranger} nên không bỏ đơn vị đó được.")
    ids = [unit.pk for unit in made]
    FileImport.objects.filter(place__in=ids).update(place=None)
    for rows, name in ((UnitVersion.objects.all(), "unit__in"), (Unit.objects.all(), "pk__in")):
        for start in range(0, len(ids), BATCH):
            # Units name one another and themselves: the database alone can see that all of them go.
            rows.filter(**{name: ids[start : start + BATCH]})._raw_delete(rows.db)
