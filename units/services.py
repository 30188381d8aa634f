"""The one door for writes about units, people and committees."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from portal.core.errors import Refused

from . import text
from .enums import LEVELS, PARENTS, ROLE_PLACES, Role, Subtype, UnitKind, suits
from .models import Committee, Placement, Seat, Unit, UnitVersion, User
from .permissions import may_end_placement, may_manage_people, may_seat

DEPTHS = (*((kind,) for kind in LEVELS), tuple(kind for kind in UnitKind if kind not in LEVELS))
COLUMNS = {UnitKind.PROVINCE: "province", UnitKind.DISTRICT: "district", UnitKind.COMMUNE: "commune"}
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those a reader takes for one another


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


def lock_tree() -> None:
    """Let one writer of the tree in at a time, until the transaction ends (SQLite's own lock does it there)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('units.tree'))")


@transaction.atomic
def place_units(rows: Iterable[NewUnit], *, on: date, demo: bool = False) -> list[Unit]:
    """Create the units with their ancestor columns and first versions, in the order of the rows.

    `on` is the first day of rows that name none. Statements grow with batches, never with rows.
    Raises Refused when a row stands under nothing, under a kind that may not manage it, or outside its parent's time.
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
    UnitVersion.objects.bulk_create([_first_version(unit) for unit in units])
    return units


def _new_unit(row: NewUnit, by_key: dict[str, Unit], *, on: date, demo: bool) -> Unit:
    """The unit of a row, its parent already saved."""
    name = text.clean(row.name)
    parent, stands_in = _found(row, row.parent, by_key), _found(row, row.stands_in, by_key)
    if (parent.kind if parent else None) not in (PARENTS[UnitKind(row.kind)] or (None,)):
        raise Refused(f"“{name}” ({UnitKind(row.kind).label}) không thể trực thuộc {parent or 'nơi để trống'}.")
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
    column = COLUMNS.get(UnitKind(kind))
    if column is None or not made:
        return
    Unit.objects.filter(kind=kind, **{f"{column}__isnull": True}).update(**{column: F("pk")})
    for unit in made:
        setattr(unit, f"{column}_id", unit.pk)


def _first_version(unit: Unit) -> UnitVersion:
    return UnitVersion(
        unit=unit,
        name=unit.name,
        subtype=unit.subtype,
        code=unit.code,
        parent_id=unit.parent_id,
        **{f"{column}_id": pk for column, pk in unit.ancestor_ids.items()},
        valid_from=unit.opened_on,
        valid_to=unit.closed_on,
    )


# --- people ----------------------------------------------------------------------------------------------------


def one_time_password() -> str:
    """Four groups of four letters that can be read out on the telephone (78 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


@transaction.atomic
def create_person(
    *,
    username: str,
    post: str,
    unit: Unit,
    role: str,
    by: User | None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    email: str = "",
    acting_for: str = "",
) -> tuple[User, str]:
    """A new account with its first placement; returns it with the one-time password, shown once and kept nowhere."""
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"Tên đăng nhập “{username}” đã có người dùng. Hãy chọn tên khác.")
    password = one_time_password()
    person = User(username=username, post=text.clean(post), email=email, must_change_password=True)
    person.password = make_password(password)
    person.save()
    place_person(
        person,
        unit,
        role,
        by=by,
        valid_from=valid_from or timezone.localdate(),
        valid_to=valid_to,
        acting_for=acting_for,
    )
    return person, password


@transaction.atomic
def reset_password(person: User, *, by: User) -> str:
    """A new one-time password, shown once; the person's sessions end at their next request.

    Raises Refused for oneself and for a person who also holds a role outside the giver's place.
    """
    if by.pk == person.pk:
        raise Refused("Hãy đổi mật khẩu của mình ở mục “Đổi mật khẩu” trong danh mục tài khoản.")
    held = Placement.objects.in_force().filter(user=person).select_related("unit")
    if not all(may_manage_people(by, placement.unit) for placement in held):
        raise Refused(f"{person} còn giữ vai trò ngoài phạm vi đồng chí quản trị nên không cấp lại mật khẩu được.")
    password = one_time_password()
    person.password, person.must_change_password = make_password(password), True
    person.save(update_fields=["password", "must_change_password"])
    return password


def _overlapping(valid_from: date, valid_to: date | None) -> Q:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)
    return lasting & Q(valid_from__lte=valid_to) if valid_to else lasting


@transaction.atomic
def place_person(
    user: User,
    unit: Unit,
    role: str,
    *,
    by: User | None,
    valid_from: date,
    valid_to: date | None = None,
    acting_for: str = "",
) -> Placement:
    """Give the person the role at the unit. `by` is None for the command line only.

    Raises Refused outside the giver's place, to oneself, at a kind the role is not for, or twice over one time.
    """
    if by is not None and not may_manage_people(by, unit):
        raise Refused(f"Bạn không quản trị {unit} nên không phân công ở đó được.")
    if by is not None and by.pk == user.pk:
        raise Refused("Không tự phân công cho chính mình. Hãy đề nghị một quản trị viên khác.")
    if unit.kind not in ROLE_PLACES.get(Role(role), UnitKind):
        raise Refused(f"Vai trò “{Role(role).label}” không dùng ở {unit}.")
    if valid_to and valid_to < valid_from:
        raise Refused("Ngày kết thúc trước ngày bắt đầu. Hãy sửa lại hai ngày.")
    User.objects.select_for_update().get(pk=user.pk)  # two givers at once: the second sees the first's placement
    same = Placement.objects.filter(user=user, unit=unit, role=role, withdrawn_at=None)
    if same.filter(_overlapping(valid_from, valid_to)).exists():
        raise Refused(f"{user} đã giữ vai trò “{Role(role).label}” tại {unit} trong thời gian này.")
    placement = Placement.objects.create(
        user=user,
        unit=unit,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
        acting_for=text.clean(acting_for),
        placed_by=by,
    )
    user.__dict__.pop("_placements", None)
    return placement


def _locked(placement: Placement, by: User | None) -> Placement:
    """The placement as it is now, locked; refuses whoever may not end it and one that has ended."""
    placement = Placement.objects.select_for_update(of=("self",)).select_related("unit", "user").get(pk=placement.pk)
    if by is not None and not may_end_placement(by, placement):
        raise Refused("Bạn không kết thúc được phân công này. Hãy đề nghị một quản trị viên khác của nơi đó.")
    if placement.withdrawn_at or (placement.valid_to and placement.valid_to < timezone.localdate()):
        raise Refused("Phân công này đã kết thúc. Hãy tải lại trang để xem.")
    return placement


@transaction.atomic
def end_placement(placement: Placement, *, by: User | None, on: date) -> Placement:
    """Let `on`, today or later, be the last day of the placement; a past day withdraws it at this moment.

    Raises Refused outside the person's place, for oneself, or when it has already ended.
    """
    if on < timezone.localdate():
        return withdraw_placement(placement, by=by)
    placement = _locked(placement, by)
    if on < placement.valid_from:
        raise Refused(
            f"Phân công chỉ bắt đầu từ {placement.valid_from:%d/%m/%Y}. Hãy chọn ngày sau đó hoặc thu hồi ngay."
        )
    placement.valid_to, placement.ended_by = on, by
    placement.save(update_fields=["valid_to", "ended_by"])
    return placement


@transaction.atomic
def withdraw_placement(placement: Placement, *, by: User | None) -> Placement:
    """Take the role away at this moment: the person's next request is without it."""
    placement = _locked(placement, by)
    placement.valid_to = max(placement.valid_from, timezone.localdate() - timedelta(days=1))
    placement.ended_by, placement.withdrawn_at = by, Now()
    placement.save(update_fields=["valid_to", "ended_by", "withdrawn_at"])
    placement.refresh_from_db(fields=["withdrawn_at"])
    return placement


# --- committees ------------------------------------------------------------------------------------------------


@transaction.atomic
def seat(
    committee: Committee,
    user: User,
    post: str,
    *,
    by: User | None,
    valid_from: date,
    valid_to: date | None = None,
    host_post: str = "",
) -> Seat:
    """Give the person a seat on the committee. Raises Refused outside the giver's place or for a second seat."""
    if by is not None and not may_seat(by, committee):
        raise Refused(f"Bạn không quản trị {committee.unit} nên không thay đổi thành viên của Ban được.")
    Committee.objects.select_for_update(of=("self",)).get(pk=committee.pk)
    if committee.seats.filter(_overlapping(valid_from, valid_to), user=user).exists():
        raise Refused(f"{user} đã là thành viên của Ban trong thời gian này.")
    return Seat.objects.create(
        committee=committee,
        user=user,
        post=text.clean(post),
        host_post=text.clean(host_post),
        valid_from=valid_from,
        valid_to=valid_to,
    )


@transaction.atomic
def end_seat(taken: Seat, *, by: User | None, on: date) -> Seat:
    """Let `on` be the last day of the seat."""
    taken = Seat.objects.select_for_update(of=("self",)).select_related("committee__unit").get(pk=taken.pk)
    if by is not None and not may_seat(by, taken.committee):
        raise Refused(f"Bạn không quản trị {taken.committee.unit} nên không thay đổi thành viên của Ban được.")
    if on < taken.valid_from:
        raise Refused(f"Người này vào Ban từ {taken.valid_from:%d/%m/%Y}. Hãy chọn ngày sau đó.")
    taken.valid_to = on
    taken.save(update_fields=["valid_to"])
    return taken


def place_committees(units: Iterable[Unit], *, name: str, on: date, quorum: int = 50, approval: int = 50) -> int:
    """A committee for each unit that has none of that day, named `name` and the unit's; returns how many were made."""
    units = list(units)
    held = set(Committee.objects.in_office(on).filter(unit__in=units).values_list("unit_id", flat=True))
    made = [
        Committee(
            unit=unit,
            name=f"{name} {in_sentence(unit)}",
            quorum_percent=quorum,
            approval_percent=approval,
            valid_from=on,
        )
        for unit in units
        if unit.pk not in held
    ]
    Committee.objects.bulk_create(made)
    return len(made)


def in_sentence(unit: Unit) -> str:
    """The unit's name inside a sentence: "Xã Tân Dĩnh" is written "xã Tân Dĩnh"."""
    label = Subtype(unit.subtype).label
    return f"{label}{unit.name[len(label) :]}" if unit.name.casefold().startswith(label) else unit.name
