"""Committees: founded one by one or wherever one is missing, renamed, ended, resumed; each act leaves an event."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import prefetch_related_objects

from portal.core.errors import Refused
from portal.core.rows.facts import store_again
from portal.core.rows.locking import hold_rows, lock_row
from portal.core.rows.seen import print_of, refuse_unseen
from portal.core.vietnamese import text

from ..enums import LEVELS, CommitteeAct, CommitteeKind, MajorityOf, UnitKind
from ..locks import held_unit, hold_units
from ..models import Committee, CommitteeEvent, Seat, Unit, User
from ..names import in_sentence
from ..permissions import may_manage_people

BATCH = 500
# Apps above say what a committee has still to do on a day: an empty sentence for nothing.
OPEN_WORK: list[Callable[[Committee, date], str]] = []
DAYS = ("valid_from", "valid_to")
FACTS = ("kind", "name", "quorum_percent", "approval_percent", "majority_of", "ground")


@dataclass(frozen=True)
class CommitteeRules:
    """When a committee may decide, by its own rules of work; `ground` names the paper that says so."""

    quorum_percent: int  # more than this share of all members must sit
    approval_percent: int  # more than this share must vote for a proposal
    majority_of: str = MajorityOf.PRESENT
    ground: str = ""

    def __str__(self) -> str:
        base = MajorityOf(self.majority_of).label
        return f"dự họp trên {self.quorum_percent}%, tán thành trên {self.approval_percent}% {base}"


def committee_name(kind: str, unit: Unit, prefix: str = "") -> str:
    """What a committee of the kind is called at the unit: its kind, or the words given instead, and the unit's name."""
    return f"{text.clean(prefix) or CommitteeKind(kind).label} {in_sentence(unit.name)}"


def rules_of(committee: Committee) -> CommitteeRules:
    return CommitteeRules(committee.quorum_percent, committee.approval_percent, committee.majority_of, committee.ground)


def print_of_committee(committee: Committee) -> str:
    """What a page that changes the committee shows of it, in short."""
    return print_of([getattr(committee, name) for name in FACTS])


def committee_fault(committee: Committee) -> str:
    """What keeps the committee from standing at its unit in its time; empty when nothing does. No query."""
    unit = committee.unit
    if not committee.name:
        return "Chưa ghi tên Ban Chỉ đạo. Hãy ghi như trong quyết định thành lập."
    if committee.kind == CommitteeKind.VILLAGE and unit.kind in LEVELS:
        return f"{unit} không phải khu dân cư. Tiểu ban chỉ lập ở khu dân cư; hãy chọn loại Ban khác."
    if committee.kind != CommitteeKind.VILLAGE and unit.kind not in LEVELS:
        remedy = f"Hãy chọn loại “{CommitteeKind.VILLAGE.label}”." if unit.kind == UnitKind.RESIDENTIAL_AREA else ""
        return f"{unit} không phải tỉnh, huyện hay xã nên không lập Ban Chỉ đạo ở đó. {remedy}".strip()
    if committee.valid_to and committee.valid_to < committee.valid_from:
        return (
            f"Ngày cuối cùng {committee.valid_to:%d/%m/%Y} trước ngày bắt đầu {committee.valid_from:%d/%m/%Y}. "
            "Hãy sửa lại."
        )
    if committee.valid_from < unit.opened_on:
        return f"{unit} có từ ngày {unit.opened_on:%d/%m/%Y}. Hãy chọn ngày lập Ban từ ngày đó."
    if unit.closed_on and (committee.valid_to is None or committee.valid_to > unit.closed_on):
        return (
            f"{unit} đã kết thúc ngày {unit.closed_on:%d/%m/%Y}. Ban chỉ hoạt động đến ngày đó; hãy ghi ngày cuối cùng."
        )
    return ""


def same_in_time(one: Committee, other: Committee) -> bool:
    """Whether two committees of a unit bear one name on some day."""
    return (
        text.match_key(one.name) == text.match_key(other.name)
        and (one.valid_to is None or other.valid_from <= one.valid_to)
        and (other.valid_to is None or other.valid_to >= one.valid_from)
    )


def doubled_fault(committee: Committee, others: Iterable[Committee]) -> str:
    """What is told where the unit has another committee of this name in the same time; `others` are all of the unit."""
    if not any(other.pk != committee.pk and same_in_time(committee, other) for other in others):
        return ""
    return f"{committee.unit} đã có “{committee.name}” trong thời gian này. Hãy sửa Ban đã có."


def _refuse_stranger(unit: Unit, by: User | None) -> None:
    if by is not None and not may_manage_people(by, unit):
        raise Refused(f"Đồng chí không quản trị {unit} nên không lập, sửa Ban Chỉ đạo ở đó được.")


def _checked(committee: Committee) -> Committee:
    """Raises Refused for what cannot be stored."""
    committee.name, committee.ground = text.clean(committee.name), text.clean(committee.ground)
    others = Committee.objects.filter(unit=committee.unit_id)
    if sentence := committee_fault(committee) or doubled_fault(committee, others):
        raise Refused(sentence)
    return committee


@transaction.atomic
def found_committee(
    unit: Unit,
    *,
    by: User | None,
    kind: str,
    rules: CommitteeRules,
    valid_from: date,
    valid_to: date | None = None,
    name: str = "",
) -> Committee:
    """A new committee of the unit; without a name it is called after its kind and unit.

    `by` is None for the command line only. Raises Refused outside the giver's place, where no such committee may
    stand, outside the unit's own days, and for a second of one name at one time.
    """
    unit = held_unit(unit)
    lock_row(Unit.objects, unit.pk)  # two founders at once: the second sees the first's
    _refuse_stranger(unit, by)
    made = _checked(
        Committee(
            unit=unit,
            kind=kind,
            name=name or committee_name(kind, unit),
            quorum_percent=rules.quorum_percent,
            approval_percent=rules.approval_percent,
            majority_of=rules.majority_of,
            ground=rules.ground,
            valid_from=valid_from,
            valid_to=valid_to,
        )
    )
    made.save()
    CommitteeEvent.objects.create(
        committee=made, act=CommitteeAct.FOUND, by=by, after=f"{made.name}: {rules}", ground=made.ground
    )
    return made


@dataclass
class CommitteeRow:
    """A committee as a file has it, and the stored one it changes."""

    made: Committee
    stored: Committee | None = None

    @property
    def differs(self) -> bool:
        return self.stored is None or any(
            getattr(self.made, name) != getattr(self.stored, name) for name in (*FACTS, *DAYS)
        )

    @property
    def facts_before(self) -> list:
        return [getattr(self.stored, name) for name in (*FACTS, *DAYS)]

    @property
    def name_before(self) -> str:
        """What the stored one is called, where the file calls it otherwise."""
        return self.stored.name if self.stored and self.stored.name != self.made.name else ""

    @property
    def rules(self) -> CommitteeRules:
        return rules_of(self.made)

    @property
    def rules_before(self) -> CommitteeRules | None:
        return rules_of(self.stored) if self.stored else None


@transaction.atomic
def write_committees(rows: Iterable[CommitteeRow], *, by: User | None) -> tuple[int, int]:
    """Found or change the committees of a file, all of them or none; returns (founded, changed).

    Rows that say what is stored already are left alone. Raises Refused with the first thing wrong.
    """
    rows = list(rows)
    founded = _found_all([row.made for row in rows if row.stored is None], by)
    changed = 0
    for row in rows:
        if row.stored is not None and row.differs:
            _change_all(row.stored, row.made, by)
            changed += 1
    return len(founded), changed


def day_fault(stored: Committee | None, made: Committee) -> str:
    """What is told where a file names another first day for a stored committee."""
    if stored is None or made.valid_from == stored.valid_from:
        return ""
    return f"{stored} hoạt động từ {stored.valid_from:%d/%m/%Y}; tệp không đổi được ngày đó."


def _change_all(stored: Committee, made: Committee, by: User | None) -> None:
    """Bring a stored committee to what a file says of it; the day it began is not changed by file."""
    if sentence := day_fault(stored, made):
        raise Refused(sentence)
    facts = {name: getattr(made, name) for name in FACTS}
    if any(facts[name] != getattr(stored, name) for name in FACTS):
        change_committee(stored, by=by, **facts)
    if made.valid_to and made.valid_to != stored.valid_to:
        end_committee(stored, by=by, on=made.valid_to, ground=made.ground)


def lacking(units: Iterable[Unit], day: date) -> list[Unit]:
    """Those of the units that have no committee in office on the day; sub-committees do not count for a level."""
    units = list(units)
    held = set(Committee.objects.in_office(day).filter(unit__in=units).values_list("unit_id", flat=True))
    return [unit for unit in units if unit.pk not in held]


@transaction.atomic
def place_committees(
    units: Iterable[Unit], *, kind: str, rules: CommitteeRules, on: date, by: User | None, prefix: str = ""
) -> list[Committee]:
    """A committee for each unit that has none in office that day, named by `committee_name`; returns those made.

    Statements grow with batches; the units are locked, so that two founders at once found one. Raises Refused for the
    first unit the giver does not administer or where no such committee may stand that day.
    """
    hold_units()
    wanted = [unit.pk for unit in units]
    stored = {unit.pk: unit for unit in hold_rows(Unit.objects.filter(pk__in=wanted), to_write=True)}
    units = [stored[pk] for pk in wanted if pk in stored]
    made = [
        Committee(
            unit=unit,
            kind=kind,
            name=committee_name(kind, unit, prefix),
            quorum_percent=rules.quorum_percent,
            approval_percent=rules.approval_percent,
            majority_of=rules.majority_of,
            ground=text.clean(rules.ground),
            valid_from=on,
        )
        for unit in lacking(units, on)
    ]
    return _found_all(made, by)


def _found_all(made: list[Committee], by: User | None) -> list[Committee]:
    """Store committees that are known not to be there yet, with their events; statements grow with batches."""
    for committee in made:
        _refuse_stranger(committee.unit, by)
        if sentence := committee_fault(committee):
            raise Refused(sentence)
    Committee.objects.bulk_create(made, batch_size=BATCH)
    _log(made, CommitteeAct.FOUND, by, after=[f"{one.name}: {rules_of(one)}" for one in made])
    return made


def _log(committees: list[Committee], act: CommitteeAct, by: User | None, *, after: list[str]) -> None:
    CommitteeEvent.objects.bulk_create(
        (
            CommitteeEvent(committee=one, act=act, by=by, after=told[:400], ground=one.ground)
            for one, told in zip(committees, after, strict=True)
        ),
        batch_size=BATCH,
    )


def _locked(committee: Committee, by: User | None) -> Committee:
    hold_units()
    found = lock_row(Committee.objects.select_related("unit"), committee.pk)
    _refuse_stranger(found.unit, by)
    return found


@transaction.atomic
def change_committee(
    committee: Committee, *, by: User | None, ground: str, seen: str | None = None, **facts: str | int
) -> Committee:
    """Give the committee another name, kind or rules, of FACTS; a sitting already closed keeps what it was held by.

    `seen` is the print of what the person's page showed. Raises Refused when that changed since, when nothing changes
    and for what `found_committee` refuses.
    """
    found = _locked(committee, by)
    if seen is not None:
        refuse_unseen(
            print_of_committee(found),
            seen,
            f"Ban vừa được người khác sửa, nay là: {found.name}; {rules_of(found)}. "
            "Nếu vẫn sửa như đã gõ, hãy ghi lại lần nữa.",
        )
    before = f"{found.name}: {rules_of(found)}"
    old = {name: getattr(found, name) for name in FACTS}
    for name in FACTS:
        setattr(found, name, facts.get(name, old[name]))
    found.ground = ground
    _checked(found)
    if all(getattr(found, name) == old[name] for name in FACTS):
        raise Refused("Chưa sửa gì: tên, quy chế và căn cứ vẫn như cũ.")
    found.save(update_fields=FACTS)
    CommitteeEvent.objects.create(
        committee=found,
        act=CommitteeAct.CHANGE,
        by=by,
        before=before[:400],
        after=f"{found.name}: {rules_of(found)}"[:400],
        ground=found.ground,
    )
    return found


@transaction.atomic
def end_committee(committee: Committee, *, by: User | None, on: date, ground: str) -> Committee:
    """Let `on` be the committee's last day, and that of the seats still held then; those not begun yet end with it.

    Raises Refused outside the giver's place, before it began, before one of its sittings (`OPEN_WORK`).
    """
    found = _locked(committee, by)
    if found.valid_to and found.valid_to <= on:
        raise Refused(f"{found} đã kết thúc ngày {found.valid_to:%d/%m/%Y}.")
    if on < found.valid_from:
        raise Refused(f"{found} hoạt động từ {found.valid_from:%d/%m/%Y}. Hãy chọn ngày từ ngày đó.")
    for asks in OPEN_WORK:
        if sentence := asks(found, on):
            raise Refused(sentence)
    later = found.seats.filter(valid_from__gt=on)
    if later.exists():
        raise Refused(
            f"{found} còn {later.count()} thành viên vào Ban sau ngày {on:%d/%m/%Y}. Hãy sửa ngày của họ trước."
        )
    found.seats.filter(valid_to__isnull=True).update(valid_to=on)
    found.seats.filter(valid_to__gt=on).update(valid_to=on)
    found.valid_to = on
    found.save(update_fields=["valid_to"])
    CommitteeEvent.objects.create(
        committee=found, act=CommitteeAct.END, by=by, after=f"Đến hết ngày {on:%d/%m/%Y}", ground=text.clean(ground)
    )
    return found


@transaction.atomic
def resume_committee(committee: Committee, *, by: User | None, ground: str) -> Committee:
    """Take the end of a committee back, with the seats that ended with it. Raises Refused when its unit has ended."""
    found = _locked(committee, by)
    if found.valid_to is None:
        raise Refused(f"{found} đang hoạt động.")
    last = found.valid_to
    found.valid_to = None
    _checked(found)
    found.seats.filter(valid_to=last, replaced_by=None).update(valid_to=None)
    found.save(update_fields=["valid_to"])
    CommitteeEvent.objects.create(
        committee=found,
        act=CommitteeAct.RESUME,
        by=by,
        before=f"Đến hết ngày {last:%d/%m/%Y}",
        after=f"Hoạt động tiếp từ ngày {max(last + timedelta(days=1), found.valid_from):%d/%m/%Y}",
        ground=text.clean(ground),
    )
    return found


@transaction.atomic
def take_back_committees(
    made: Sequence[Committee],
    changed: Sequence[tuple[Committee, Committee]],
    seats: Sequence[Seat],
    *,
    by: User,
    ground: str,
) -> None:
    """Take off committees a file founded, with their log, and write others, and the seats that ended with them, as they
    were before it: `changed` are committees as they stand and as they were, each gets a line in its log.

    Raises Refused outside the giver's place.
    """
    rows = [*made, *(one for pair in changed for one in pair)]
    prefetch_related_objects(rows, "unit")
    for one in rows:
        _refuse_stranger(one.unit, by)
    store_again([then for _, then in changed])
    store_again(seats)
    CommitteeEvent.objects.bulk_create(
        (CommitteeEvent(committee=now, by=by, ground=ground[:300], **_told(now, then)) for now, then in changed),
        batch_size=BATCH,
    )
    ids = [one.pk for one in made]
    for start in range(0, len(ids), BATCH):
        Committee.objects.filter(pk__in=ids[start : start + BATCH]).delete()


def _told(now: Committee, then: Committee) -> dict[str, str]:
    """What a line of the log says of a committee that becomes again what it was."""
    if any(getattr(now, name) != getattr(then, name) for name in FACTS):
        act = CommitteeAct.CHANGE
    else:
        act = CommitteeAct.END if then.valid_to else CommitteeAct.RESUME
    words = [f"{one.name}: {rules_of(one)}; {_until(one)}" for one in (now, then)]
    return {"act": act, "before": words[0][:400], "after": words[1][:400]}


def _until(committee: Committee) -> str:
    return f"đến hết ngày {committee.valid_to:%d/%m/%Y}" if committee.valid_to else "chưa ghi ngày cuối cùng"
