"""Writing the registers: one door for a form's row and for a file's rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, prefetch_related_objects
from django.db.models.functions import Now

from portal.core.errors import Refused
from portal.core.rows.facts import store_again
from portal.core.rows.locking import hold_rows, lock_row
from portal.core.rows.seen import print_of, refuse_unseen
from portal.core.vietnamese.moments import moment_text

from ..locks import hold_units
from ..models import RegisterRow, Unit, User
from ..permissions import may_keep
from .catalogue import Register, time_fault

BATCH = 500
TAKEN = "Có người vừa ghi cùng một dòng. Chưa ghi gì; hãy tải lại trang rồi làm lại."


@dataclass
class Sorted:
    """Rows sorted by what writing them would do; `stored` are those already here, by id."""

    new: list[RegisterRow] = field(default_factory=list)
    changed: list[RegisterRow] = field(default_factory=list)
    same: list[RegisterRow] = field(default_factory=list)
    stored: dict[int, RegisterRow] = field(default_factory=dict)


def _refuse_stranger(by: User | None, row: RegisterRow) -> None:
    if by is not None and not may_keep(by, row.place):
        raise Refused(f"Đồng chí không ghi sổ của {row.place} được. Hãy đề nghị cán bộ nhập liệu của nơi đó.")


def _hold_places(rows: Sequence[RegisterRow]) -> None:
    """Let the rows' units be as they stand now, and stay so until the transaction ends. A query a batch."""
    hold_units()
    places = {row.place.pk: row.place for row in rows}
    ids = sorted(places)
    for start in range(0, len(ids), BATCH):
        for unit in Unit.objects.filter(pk__in=ids[start : start + BATCH]):
            places[unit.pk] = unit
    for row in rows:
        *way, last = row.PLACE.split("__")
        holder = reduce(getattr, way, row)
        setattr(holder, last, places[row.place.pk])


def fault_of(register: Register, row: RegisterRow) -> str:
    """What is wrong with the row by itself and beside its unit; empty when nothing is. No query."""
    unit = row.place
    if unit.kind not in register.kinds:
        kinds = "; ".join(kind.label for kind in register.kinds)
        return f"“{unit}” là {unit.get_kind_display().lower()}; sổ này chỉ ghi: {kinds}. Hãy chọn đơn vị khác."
    try:
        row.clean_fields(exclude=["search_key", "name_key", "saved_by", "saved_at", register.owner])
        row.clean()
    except ValidationError as wrong:
        return " ".join(
            f"{register.label(name)}: {sentence}"
            for name, sentences in wrong.message_dict.items()
            for sentence in sentences
        )
    return time_fault(row, unit)


def stored_by_key(register: Register, rows: Iterable[RegisterRow], *, to_write: bool = False) -> dict:
    """The stored rows of the same places by their key; one query. `to_write` holds them until the transaction ends."""
    owners = {getattr(row, f"{register.owner}_id") for row in rows}
    here = register.model._default_manager.filter(**{f"{register.owner}__in": owners})
    return {register.key_of(row): row for row in hold_rows(here, to_write=to_write)}


def sort_rows(register: Register, rows: Iterable[RegisterRow], stored: dict) -> Sorted:
    """Match rows with the stored ones of the same key, whose id they then take; writes nothing."""
    found = Sorted()
    for row in rows:
        old = stored.get(register.key_of(row))
        if old is None:
            found.new.append(row)
            continue
        row.pk = old.pk
        found.stored[old.pk] = old
        equal = all(getattr(row, name) == getattr(old, name) for name in register.columns)
        (found.same if equal else found.changed).append(row)
    return found


@transaction.atomic
def write_rows(
    register: Register, rows: Iterable[RegisterRow], *, by: User | None, found: Sorted | None = None
) -> Sorted:
    """Add the rows that are new, rewrite those that changed, leave the equal ones: all of them or none.

    `by` is None for the command line only. `found` is how `sort_rows` sorted these rows to be written in this
    transaction: a row that came since is not written over. Statements grow with batches, not with rows. Raises Refused
    with the first thing that is wrong: a unit the writer does not keep, a kind the register is not for, a wrong value.
    """
    rows = list(rows)
    _hold_places(rows)
    for row in rows:
        _refuse_stranger(by, row)
        if sentence := fault_of(register, row):
            raise Refused(sentence)
    if found is None:
        found = sort_rows(register, rows, stored_by_key(register, rows, to_write=True))
    for row in (*found.new, *found.changed):
        row.saved_by, row.saved_at = by, Now()  # type: ignore[assignment]  # -- an expression stands for the value
    names = [name for name in ("search_key", "name_key") if hasattr(register.model, name)]
    try:
        with transaction.atomic():
            register.model._default_manager.bulk_create(found.new, batch_size=BATCH)
            register.model._default_manager.bulk_update(
                found.changed, [*register.columns, *names, "saved_by", "saved_at"], batch_size=BATCH
            )
    except IntegrityError:
        raise Refused(TAKEN) from None
    return found


def print_of_row(register: Register, row: RegisterRow) -> str:
    """A print of a stored row's own values, for its page to say what it showed."""
    return print_of(getattr(row, name) for name in register.columns)


def who_changed(register: Register, row: RegisterRow) -> str:
    """Who wrote a stored row last, when, and what it says: for whoever has an older one before them."""
    said = zip(register.columns, register.values(row), strict=True)
    now = "; ".join(
        f"{register.label(name)}: {f'{value:%d/%m/%Y}' if isinstance(value, date) else value}"
        for name, value in said
        if value not in (None, "")
    )
    return (
        f"{row.saved_by or 'Người khác'} vừa ghi dòng này lúc {moment_text(row.saved_at)}; trong sổ hiện là: {now}. "
        "Phần của đồng chí chưa được lưu. Hãy so hai bên rồi làm lại nếu vẫn cần."
    )


def _refuse_unseen(register: Register, row: RegisterRow, seen: str) -> None:
    """Raises Refused where the stored row, then locked, is no longer the one that was `seen`."""
    stored = lock_row(register.model._default_manager, row.pk)
    refuse_unseen(print_of_row(register, stored), seen, who_changed(register, stored))


@transaction.atomic
def save_row(register: Register, row: RegisterRow, *, by: User, seen: str = "") -> RegisterRow:
    """Write one row of a form, new or changed; `seen` is the print of the stored row the form was made from.

    Raises Refused when another row has its unit, year or name already, or somebody changed the row meanwhile.
    """
    same = register.model._default_manager.filter(**{register.owner: getattr(row, f"{register.owner}_id")})
    clash = next((one for one in same if register.key_of(one) == register.key_of(row) and one.pk != row.pk), None)
    if clash is not None:
        raise Refused(f"Đã có dòng “{clash}” trong sổ. Hãy sửa dòng đó thay cho ghi thêm.")
    if row.pk is None:
        write_rows(register, [row], by=by, found=Sorted(new=[row]))  # one that came since the look is not written over
        return row
    _hold_places([row])
    _refuse_stranger(by, row)
    _refuse_unseen(register, row, seen)
    if sentence := fault_of(register, row):
        raise Refused(sentence)
    row.saved_by, row.saved_at = by, Now()  # type: ignore[assignment]  # -- as above
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Refused(TAKEN) from None
    return row


@transaction.atomic
def drop_row(register: Register, row: RegisterRow, *, by: User, seen: str) -> None:
    """Take a row written by mistake off; raises Refused when yearly rows hang on it, or it changed since `seen`."""
    _refuse_stranger(by, row)
    _refuse_unseen(register, row, seen)
    try:
        row.delete()
    except ProtectedError:
        raise Refused(
            f"“{row}” đã có số liệu hằng năm nên không xoá được. Nếu đã kết thúc, hãy ghi ngày cuối cùng."
        ) from None


@transaction.atomic
def take_back_rows(made: Sequence[RegisterRow], then: Sequence[RegisterRow], *, by: User) -> None:
    """Take off rows a file made and write others as they were before it; statements grow with batches.

    Who wrote a row before, and when, stands again with it. Raises Refused for a unit the writer does not keep.
    """
    rows = [*made, *then]
    if rows:
        prefetch_related_objects(rows, rows[0].PLACE)
    for row in rows:
        _refuse_stranger(by, row)
    store_again(then)
    for start in range(0, len(made), BATCH):
        some = [row.pk for row in made[start : start + BATCH]]
        type(made[0])._default_manager.filter(pk__in=some).delete()
