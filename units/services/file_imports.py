"""What a file wrote, kept as it is written; taken back while nothing later depends on it."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import SET_NULL, Model, ProtectedError
from django.db.models.functions import Now

from portal.core.errors import Refused
from portal.core.models import Job
from portal.core.rows.facts import BATCH, Facts, facts_of, print_of_facts, stored_facts, with_facts
from portal.core.rows.locking import hold_rows, lock_row
from portal.core.vietnamese.figures import grouped
from portal.core.vietnamese.moments import moment_text

from ..locks import hold_units
from ..models import FileImport, Unit, User

LISTED = 20  # rows in the way that are told one by one
GONE = "{} {} đã bị xoá sau khi nhập."
LEANING = "{}: đã có {} dựa vào ({})."


# --- kept as it is written ---------------------------------------------------------------------------------------
class Written:
    """What one job writes: told of rows before they change and after they are made, kept at the end."""

    def __init__(self) -> None:
        self._before: dict[type[Model], dict[int, Facts | None]] = {}

    def changes(self, rows: Iterable[Model]) -> None:
        """Rows stored already that are about to be written over; those that stay as they are may be among them."""
        for model, ids in _by_model(rows).items():
            self._before.setdefault(model, {}).update(stored_facts(model, ids))

    def makes(self, rows: Iterable[Model]) -> None:
        """Rows just stored."""
        for model, ids in _by_model(rows).items():
            self._before.setdefault(model, {}).update(dict.fromkeys(ids))

    def keep(self, job: Job, *, told: str, units: Iterable[Unit]) -> FileImport:
        """Store what was written, in the transaction of the writing; `units` are those the rows are about."""
        rows: dict[str, dict[str, list]] = {}
        many = {True: 0, False: 0}  # made, changed
        for model, before in self._before.items():
            after = stored_facts(model, before)
            for pk, facts in before.items():
                if facts != after[pk]:
                    rows.setdefault(model._meta.label, {})[str(pk)] = [facts, print_of_facts(after[pk])]
                    many[facts is None] += 1
        return FileImport.objects.create(
            job=job,
            kind=job.kind,
            slug=str(job.params.get("slug", "")),
            name=job.params["name"],
            told=told,
            place_id=common_place(units, without=self._before.get(Unit, ())),
            rows=rows,
            made=many[True],
            changed=many[False],
        )


def written_before(job: Job) -> str:
    """What the job said at its end, where its worker died after it had written everything; else empty."""
    return FileImport.objects.filter(job=job).values_list("told", flat=True).first() or ""


def _by_model(rows: Iterable[Model]) -> dict[type[Model], set[int]]:
    found: dict[type[Model], set[int]] = {}
    for row in rows:
        found.setdefault(type(row), set()).add(row.pk)
    return found


def common_place(units: Iterable[Unit], *, without: Container[int] = ()) -> int | None:
    """The lowest level of government in which all the units lie, themselves among them; none of those `without`."""
    ancestors = [unit.ancestor_ids for unit in units]
    for level in ("commune", "district", "province"):
        held = {above[level] for above in ancestors}
        if len(held) == 1 and (only := held.pop()) and only not in without:
            return only
    return None


# --- as it stands now --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Back:
    """A row the file changed: as it stands, and as it was before."""

    now: Any
    then: Any


@dataclass
class Standing:
    """What a file wrote, as it stands now, and the sentences on what stands in the way of taking it back."""

    record: FileImport
    made: dict[type[Model], list[Any]] = field(default_factory=dict)
    changed: dict[type[Model], list[Back]] = field(default_factory=dict)
    in_the_way: list[str] = field(default_factory=list)
    more_in_the_way: int = 0
    left: list[str] = field(default_factory=list)  # rows that stay as they are, of a kind taken back in part
    more_left: int = 0
    told: str = ""  # what was done, where it is more than rows

    def made_of(self, model: type[Model]) -> list[Any]:
        return self.made.get(model, [])

    def changed_of(self, model: type[Model]) -> list[Back]:
        return self.changed.get(model, [])

    def refuse(self, sentence: Callable[[], str]) -> None:
        """One more thing in the way; its sentence is made for the first ones only."""
        if len(self.in_the_way) < LISTED:
            self.in_the_way.append(sentence())
        else:
            self.more_in_the_way += 1

    def leave(self, sentence: Callable[[], str]) -> None:
        """One more row that stays as it is; its sentence is made for the first ones only."""
        if len(self.left) < LISTED:
            self.left.append(sentence())
        else:
            self.more_left += 1

    @property
    def all_left(self) -> list[str]:
        return [*self.left, *([f"… và {grouped(self.more_left)} chỗ khác."] if self.more_left else [])]

    @property
    def sentence(self) -> str:
        more = [f"… và {grouped(self.more_in_the_way)} chỗ khác."] if self.more_in_the_way else []
        head = "Không hoàn tác được, chưa đổi gì, vì sau lần nhập đã có thay đổi:"
        remedy = "Nếu vẫn cần, hãy sửa từng dòng ở danh sách, hoặc gửi một tệp ghi đúng các dòng đó."
        return "\n".join([head, *self.in_the_way, *more, remedy])


Undo = Callable[[Standing, User, str], None]


@dataclass(frozen=True)
class WayBack:
    """How a kind of file is taken back. `own`: what is a part of its rows, by model and the field that names the row;
    `lock`: what its writers take before the rows; `asks`: what else stands in the way, told to the standing. A kind
    with `leaves` is taken back in part: a row changed since stays, told by the sentence `leaves` has for it."""

    undo: Undo
    own: frozenset[tuple[str, str]] = frozenset()
    lock: Callable[[FileImport], None] = lambda record: hold_units()
    asks: Callable[[Standing], None] = lambda standing: None
    leaves: Callable[[Any], str] | None = None


TAKEN_BACK: dict[str, WayBack] = {}  # by the kind of job that wrote; apps above add theirs
NEVER: dict[str, str] = {}  # why a kind of file is not taken back


def standing_of(record: FileImport, *, to_write: bool = False) -> Standing:
    """The rows of the file as they stand. `to_write` holds them until the transaction ends."""
    found, kind = Standing(record), TAKEN_BACK[record.kind]
    for label, kept in record.rows.items():
        model = apps.get_model(label)
        rows = _rows(model, map(int, kept), to_write=to_write)
        if gone := len(kept) - len(rows):
            name = model._meta.verbose_name
            found.refuse(partial(GONE.format, grouped(gone), name))
        for row in rows:
            before, after = kept[str(row.pk)]
            if print_of_facts(facts_of(row)) != after:
                if kind.leaves is not None:
                    found.leave(partial(kind.leaves, row))
                    continue
                found.refuse(partial(_changed_since, row))
            if before is None:
                found.made.setdefault(model, []).append(row)
            else:
                found.changed.setdefault(model, []).append(Back(row, with_facts(row, before)))
    for model, rows in found.made.items() if kind.leaves is None else ():  # what is taken back in part stays a row
        _find_leaning(found, kind, model, rows)
    kind.asks(found)
    if found.left and not (found.made or found.changed):
        for sentence in found.all_left:
            found.refuse(partial(str, sentence))
    return found


def _rows(model: type[Model], ids: Iterable[int], *, to_write: bool) -> list[Any]:
    wanted = sorted(ids)
    found: list[Any] = []
    for start in range(0, len(wanted), BATCH):
        rows = model._base_manager.filter(pk__in=wanted[start : start + BATCH]).order_by("pk")
        found += list(hold_rows(rows, to_write=to_write))
    return found


def _named(row: Model) -> str:
    name = str(row._meta.verbose_name)
    return f"{name[:1].upper()}{name[1:]} “{row}”"


def _changed_since(row: Any) -> str:
    by_whom = ""
    if hasattr(row, "saved_at"):
        by_whom = f" ({row.saved_by or 'người khác'} ghi lúc {moment_text(row.saved_at)})"
    return f"{_named(row)}: đã được sửa sau khi nhập{by_whom}."


def _find_leaning(found: Standing, kind: WayBack, model: type[Model], rows: Sequence[Any]) -> None:
    """What names a row the file made, and is neither of the file nor a part of the row."""
    by_pk = {row.pk: row for row in rows}
    for relation in _relations(model):
        other, name = relation.related_model, relation.field.name
        if (other._meta.label, name) in kind.own or relation.on_delete is SET_NULL:
            continue
        ours = {row.pk for row in found.made_of(other)}
        part = next((field for label, field in kind.own if label == other._meta.label), "")
        for start in range(0, len(rows), BATCH):
            some = [row.pk for row in rows[start : start + BATCH]]
            leaning = other._base_manager.filter(**{f"{name}__in": some})
            # a part of a row is known here: all rows named in each statement made the page of 20,000 half a minute
            for pk, named, of in leaning.values_list("pk", name, part or "pk"):
                if pk not in ours and not (part and of in by_pk):
                    found.refuse(partial(_leaning, by_pk[named], other, pk))


def _leaning(row: Model, other: type[Model], pk: int) -> str:
    return LEANING.format(_named(row), other._meta.verbose_name, other._base_manager.get(pk=pk))


def _relations(model: type[Model]) -> list[Any]:
    """Every foreign key to the model, those without a name of the way back included."""
    every = model._meta.get_fields(include_hidden=True)
    return [one for one in every if one.auto_created and not one.concrete and (one.one_to_many or one.one_to_one)]


# --- taken back --------------------------------------------------------------------------------------------------
@transaction.atomic
def undo_import(pk: int, *, by: User, reason: str, job: Job) -> str:
    """Take back what the file wrote, all of it or nothing; returns the sentence on what was done.

    Order: what its writers lock first, then the record and its rows; what is in the way is looked for under these; the
    noun's own door takes back and logs; the record says so. The same job asked a second time finds it done. Raises
    Refused for a kind that is not taken back, one taken back before, and with the rows in the way.
    """
    if (named := FileImport.objects.filter(pk=pk).first()) and named.kind in TAKEN_BACK:
        TAKEN_BACK[named.kind].lock(named)
    record = lock_row(FileImport.objects.select_related("job"), pk)
    made, changed = grouped(record.made), grouped(record.changed)
    told = f"Đã hoàn tác lần nhập: bỏ {made} dòng đã thêm, trả lại {changed} dòng đã sửa."
    if record.undo_job_id == job.pk:
        return told
    if record.undone_at is not None:
        raise Refused(f"Lần nhập này đã được hoàn tác lúc {moment_text(record.undone_at)}.")
    if record.kind not in TAKEN_BACK:
        raise Refused(NEVER.get(record.kind, "Loại tệp này không hoàn tác được."))
    standing = standing_of(record, to_write=True)
    if standing.in_the_way:
        raise Refused(standing.sentence)
    try:
        with transaction.atomic():
            TAKEN_BACK[record.kind].undo(standing, by, reason)
            if connection.vendor == "postgresql":
                connection.check_constraints()  # what came to lean on a row meanwhile is told here, not at the commit
    except (IntegrityError, ProtectedError):
        raise Refused("Có người vừa ghi dữ liệu dựa vào lần nhập này. Chưa đổi gì; hãy xem lại rồi thử lại.") from None
    record.undone_at, record.undo_job, record.undo_reason = Now(), job, reason  # type: ignore[assignment]  # -- an expression
    record.undo_left = "\n".join(standing.all_left)
    record.save(update_fields=["undone_at", "undo_job", "undo_reason", "undo_left"])
    return standing.told or told
