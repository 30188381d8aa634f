"""One unit added, corrected, ended or taken up again without a reorganisation; each act leaves an event."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Greatest

from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.rows.seen import print_of, refuse_unseen
from portal.core.vietnamese import text

from ..enums import LEVELS, ORGANISATIONS, Subtype, UnitAct, UnitKind, suits
from ..locks import lock_tree, lock_units
from ..models import Committee, Delegation, Lineage, Placement, Seat, Unit, UnitEvent, UnitVersion, User
from ..names import code_fault, letters_fault, type_fault
from ..permissions import may_manage_people
from .tree import NewUnit, place_units


@dataclass(frozen=True)
class UnitFacts:
    """What can be typed wrong about a unit."""

    name: str
    subtype: str
    code: str = ""
    stands_in: Unit | None = None
    opened_on: date | None = None  # None: as it is

    def __str__(self) -> str:
        told = f"{self.name} ({Subtype(self.subtype).label})"
        told += f", mã {self.code}" if self.code else ""
        told += f", đứng chân tại {self.stands_in}" if self.stands_in else ""
        return told + (f", từ {self.opened_on:%d/%m/%Y}" if self.opened_on else "")


def facts_of(unit: Unit) -> UnitFacts:
    return UnitFacts(unit.name, unit.subtype, unit.code, unit.stands_in, unit.opened_on)


def print_of_unit(unit: Unit) -> str:
    """What a page that corrects the unit shows of it, in short."""
    return print_of([str(facts_of(unit))])


def _refuse_stranger(place: Unit, by: User | None) -> None:
    if by is not None and not may_manage_people(by, place):
        raise Refused(f"Đồng chí không quản trị {place} nên không thêm, sửa đơn vị ở đó được.")


def _ground(ground: str) -> str:
    if not (told := text.clean(ground)):
        raise Refused("Chưa ghi lý do, căn cứ. Hãy ghi, ví dụ: Quyết định thành lập số 5/QĐ-UBND ngày 01/3/2026.")
    return told[:300]


def _refuse_namesake(name: str, kind: str, parent: Unit | None, *, but: int = 0) -> None:
    """Raises Refused when the manager has an open unit of the kind and name: it would be counted twice."""
    same = Unit.objects.filter(parent=parent, kind=kind, match_key=text.match_key(name), closed_on__isnull=True)
    if other := same.exclude(pk=but).first():
        raise Refused(f"{parent or 'Cả nước'} đã có “{other.name}”. Hãy dùng đơn vị đó, hoặc ghi tên phân biệt.")


def _refuse_code(kind: str, code: str, *, but: int = 0) -> None:
    """Raises Refused for what is no code of the kind, and for one that another open unit of the kind has."""
    if fault := code_fault(kind, code):
        raise Refused(fault)
    same = Unit.objects.filter(kind=kind, code=code, closed_on__isnull=True).exclude(pk=but)
    if code and (other := same.first()):
        raise Refused(f"Mã số {code} đang là của “{other.name}”. Hãy kiểm tra lại mã.")


@transaction.atomic
def add_unit(parent: Unit, facts: UnitFacts, *, kind: str, opened_on: date, ground: str, by: User | None) -> Unit:
    """A new unit managed by `parent` from a day. `by` is None for the command line only.

    Raises Refused outside the adder's place, for a second of one name there, for a code that is another's or none of
    the kind, and for what `place_units` refuses.
    """
    told = _ground(ground)
    lock_tree()
    parent = lock_row(Unit.objects, parent.pk)  # as it is now: it may have ended since it was chosen
    _refuse_stranger(parent, by)
    _refuse_namesake(facts.name, kind, parent)
    _refuse_code(kind, text.clean(facts.code))
    if fault := type_fault(kind, facts.subtype, text.clean(facts.name)) or letters_fault(facts.name):
        raise Refused(fault)
    if parent.is_over or opened_on < parent.opened_on:
        ended = f" đến {parent.closed_on:%d/%m/%Y}" if parent.closed_on else ""
        raise Refused(f"{parent} có từ {parent.opened_on:%d/%m/%Y}{ended}. Hãy sửa lại ngày thành lập.")
    row = NewUnit(
        kind=kind,
        subtype=facts.subtype,
        name=facts.name,
        parent=parent,
        stands_in=facts.stands_in,
        code=text.clean(facts.code),
    )
    (made,) = place_units([row], on=opened_on)
    UnitEvent.objects.create(unit=made, act=UnitAct.ADD, by=by, after=str(facts_of(made))[:500], ground=told)
    return made


def _locked(unit: Unit, by: User | None) -> Unit:
    found = lock_row(Unit.objects.select_related("parent", "stands_in"), unit.pk)
    _refuse_stranger(found.parent or found, by)
    return found


@transaction.atomic
def correct_unit(unit: Unit, facts: UnitFacts, *, ground: str, by: User | None, seen: str | None = None) -> Unit:
    """Mend what was typed wrong about a unit, in its row and in the versions that hold the same mistake.

    A new name given by a resolution is a reorganisation, not a correction. Dossiers already on a roster keep what
    they froze. `seen` is the print of the facts the person's page showed. Raises Refused when they changed since, when
    nothing changes, for a namesake, a subtype of another kind, an ended unit, a first
    day that cannot be.
    """
    told = _ground(ground)
    lock_tree()
    found = _locked(unit, by)
    if found.closed_on:
        raise Refused(f"{found} đã kết thúc ngày {found.closed_on:%d/%m/%Y}, không sửa nữa.")
    before = facts_of(found)
    if seen is not None:
        refuse_unseen(
            print_of_unit(found),
            seen,
            f"Đơn vị vừa được người khác sửa, nay là: {before}. Nếu vẫn sửa như đã gõ, hãy ghi lại lần nữa.",
        )
    name = text.clean(facts.name)
    if not name:
        raise Refused("Chưa ghi tên đơn vị.")
    first_day = facts.opened_on or found.opened_on
    facts = UnitFacts(name, facts.subtype, text.clean(facts.code), facts.stands_in, first_day)
    if facts == before:
        raise Refused("Chưa sửa gì: tên, phân loại, mã số, địa bàn và ngày bắt đầu vẫn như cũ.")
    if not suits(found.kind, facts.subtype):
        raise Refused(f"Phân loại “{Subtype(facts.subtype).label}” không dùng cho {UnitKind(found.kind).label}.")
    if fault := type_fault(found.kind, facts.subtype, name) or letters_fault(name):
        raise Refused(fault)
    if facts.code != before.code:
        _refuse_code(found.kind, facts.code, but=found.pk)
    if facts.stands_in and (found.kind not in ORGANISATIONS or not facts.stands_in.is_level):
        raise Refused(f"“{name}” không thể đứng chân tại {facts.stands_in}.")
    if name != before.name:
        _refuse_namesake(name, found.kind, found.parent, but=found.pk)
    if first_day != found.opened_on:
        _begin_on(found, first_day)
    columns = {"name": name, "subtype": facts.subtype, "code": facts.code, "stands_in": facts.stands_in}
    wrong = {"name": before.name, "subtype": before.subtype, "code": before.code, "stands_in": before.stands_in}
    for column, value in columns.items():
        setattr(found, column, value)
    found.save()
    same = UnitVersion.objects.filter(unit=found, **wrong)
    same.update(**columns, **text.keys(name))
    UnitEvent.objects.create(
        unit=found, act=UnitAct.CORRECT, by=by, before=str(before)[:500], after=str(facts)[:500], ground=told
    )
    return found


def _begin_on(unit: Unit, day: date) -> None:
    """Set the first day of a unit that was entered with a wrong one, in its row and its first version; not saved here.

    Raises Refused for a level of government and what a reorganisation opened, outside the time of what it lies in,
    after its next change, and for a later day once anything leans on the unit.
    """
    first = unit.versions.select_related("parent", "stands_in").order_by("valid_from").first()
    if unit.kind in LEVELS or first is None or Lineage.objects.filter(successor=unit).exists():
        raise Refused(f"Ngày bắt đầu của {unit} do sắp xếp, bảng mã của Nhà nước định; không sửa ở đây.")
    for above in (first.parent, first.stands_in):
        if above and (day < above.opened_on or (above.closed_on and day > above.closed_on)):
            ended = f" đến {above.closed_on:%d/%m/%Y}" if above.closed_on else ""
            raise Refused(f"{above} có từ {above.opened_on:%d/%m/%Y}{ended}. Hãy sửa lại ngày bắt đầu.")
    if first.valid_to and day > first.valid_to:
        raise Refused(f"{unit} đã có thay đổi ghi sau ngày {first.valid_to:%d/%m/%Y}. Hãy chọn ngày bắt đầu trước đó.")
    if day > unit.opened_on and (other := _leaning_on(unit)):
        raise Refused(
            f"Đã có {other} của {unit} từ ngày bắt đầu đang ghi nên không dời sang ngày muộn hơn được. "
            "Nếu đơn vị không còn hoạt động, hãy cho kết thúc."
        )
    unit.opened_on = day
    UnitVersion.objects.filter(pk=first.pk).update(valid_from=day)


def _leaning_on(unit: Unit) -> str:
    """What kind of row names the unit besides its own versions and log; empty for none."""
    every: list[Any] = unit._meta.get_fields(include_hidden=True)
    for relation in every:
        if not relation.auto_created or relation.concrete or not (relation.one_to_many or relation.one_to_one):
            continue
        model = relation.related_model
        rows = model._base_manager.filter(**{relation.field.name: unit.pk})
        if model not in (UnitVersion, UnitEvent) and (rows.exclude(pk=unit.pk) if model is Unit else rows).exists():
            return str(model._meta.verbose_name)
    return ""


@transaction.atomic
def end_unit(unit: Unit, *, on: date, ground: str, by: User | None) -> Unit:
    """Let `on` be the unit's last day, with its people, committees and delegations. What it did stays counted.

    Raises Refused for a level of government (that is a reorganisation), outside the ender's place, before it began.
    """
    told = _ground(ground)
    lock_units()
    found = _locked(unit, by)
    if found.kind in LEVELS:
        raise Refused(f"{found} là một cấp chính quyền: hãy lập hồ sơ sắp xếp để nơi nhận hồ sơ, số liệu được rõ.")
    if found.closed_on:
        raise Refused(f"{found} đã kết thúc ngày {found.closed_on:%d/%m/%Y}.")
    if on < found.opened_on:
        raise Refused(f"{found} có từ {found.opened_on:%d/%m/%Y}. Hãy chọn ngày từ ngày đó.")
    later = UnitVersion.objects.filter(unit=found, valid_from__gt=on).order_by("valid_from").first()
    if later:
        raise Refused(f"{found} còn thay đổi ghi từ ngày {later.valid_from:%d/%m/%Y}. Hãy chọn ngày từ ngày đó.")
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    for rows in (
        UnitVersion.objects.filter(lasting, unit=found),
        Placement.objects.filter(lasting, unit=found),
        Seat.objects.filter(lasting, committee__unit=found),
        Committee.objects.filter(lasting, unit=found),
        Delegation.objects.filter(lasting, unit=found),
    ):
        rows.update(valid_to=Greatest("valid_from", Value(on)))
    found.closed_on = on
    found.save(update_fields=["closed_on"])
    UnitEvent.objects.create(unit=found, act=UnitAct.END, by=by, after=f"Đến hết ngày {on:%d/%m/%Y}", ground=told)
    return found


@transaction.atomic
def resume_unit(unit: Unit, *, ground: str, by: User | None) -> Unit:
    """Take the end of a unit back; people and committees are placed anew.

    Raises Refused for one a reform ended, and for one whose manager, or whose ground, has ended since.
    """
    told = _ground(ground)
    lock_tree()
    found = _locked(unit, by)
    if found.closed_on is None:
        raise Refused(f"{found} đang hoạt động.")
    ended = found.events.filter(act=UnitAct.END).first()
    if ended is None:
        raise Refused(f"{found} kết thúc theo hồ sơ sắp xếp: hãy hoàn tác hồ sơ đó.")
    for above in (found.parent, found.stands_in):
        if above and above.closed_on:
            raise Refused(
                f"{above} đã kết thúc ngày {above.closed_on:%d/%m/%Y} nên {found} không hoạt động tiếp ở đó được. "
                "Hãy thêm một đơn vị mới ở nơi kế thừa."
            )
    _refuse_namesake(found.name, found.kind, found.parent, but=found.pk)
    last = found.closed_on
    UnitVersion.objects.filter(unit=found, valid_to=last).update(valid_to=None)
    found.closed_on = None
    found.save(update_fields=["closed_on"])
    UnitEvent.objects.create(unit=found, act=UnitAct.RESUME, by=by, before=f"Đến hết ngày {last:%d/%m/%Y}", ground=told)
    return found
