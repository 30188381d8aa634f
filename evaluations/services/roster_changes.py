"""What may still change about a year's roster: the whole of it before anything is entered, single units after."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from criteria.models import CriteriaSet, routes_on
from criteria.ways import receivers_on
from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from units.locks import hold_units
from units.models import Unit, User
from units.queries import tell_apart

from .. import permissions, workflow
from ..enums import CycleAction, State
from ..models import Cycle, Evaluation
from .cycles import freeze_roster, log_cycle, on_other_rosters, one_writer, sets_of
from .roster import expected_row, judged, without_route

CONFIRM_REMEDY = "Nếu vẫn bổ sung, hãy đánh dấu ô xác nhận và ghi căn cứ ở mục lý do."


def _locked(cycle: Cycle, by: User | None) -> Cycle:
    """The year under lock. Raises Refused for who may not open it, and for one that is locked or from documents."""
    hold_units()
    found = lock_row(Cycle.objects.select_related("programme", "province", "place"), cycle.pk)
    if by is not None and not permissions.may_open_cycle(by, found.scope):
        own = f", quản trị và trưởng ban của {found.place.name}" if found.place else ""
        raise Refused(f"Chỉ cán bộ cấp tỉnh, quản trị của tỉnh{own} được thay đổi kỳ đánh giá.")
    one_writer(found.province)
    if found.source:
        raise Refused(f"Kết quả kỳ này lấy từ tài liệu ({found.source}), không có danh sách để thay đổi.")
    if not found.is_open:
        raise Refused(f"Kỳ đánh giá năm {found.year} đã khoá sổ. Hãy mở lại sổ trước.")
    return found


def _refuse_begun(cycle: Cycle, what: str) -> None:
    begun = (
        cycle.evaluations.exclude(state=State.EXPECTED)
        | cycle.evaluations.filter(answers__isnull=False)
        | cycle.evaluations.filter(events__isnull=False)
    )
    many = begun.distinct().count()
    if many:
        raise Refused(f"Kỳ đã có {many} hồ sơ được đăng ký hoặc nhập số liệu nên không {what} được nữa.")
    if cycle.sittings.exists():
        raise Refused(f"Kỳ đã có phiên họp nên không {what} được nữa.")


@transaction.atomic
def refreeze(cycle: Cycle, *, as_of: date, reason: str, by: User | None) -> Cycle:
    """Freeze the roster anew on another day, before anything is entered; the old roster is dropped.

    Raises Refused once anything was entered, for a day of another year, and for what `open_cycle` refuses.
    """
    found = _locked(cycle, by)
    _refuse_begun(found, "lập lại danh sách")
    if as_of.year not in (found.year - 1, found.year):
        raise Refused(f"Ngày {as_of:%d/%m/%Y} không thuộc năm {found.year} hoặc năm trước. Hãy chọn lại ngày.")
    about = f"Ngày {found.as_of:%d/%m/%Y} thành ngày {as_of:%d/%m/%Y}"
    log_cycle(found, CycleAction.REFREEZE, reason, by, about=about)
    found.evaluations.all().delete()
    found.as_of = as_of
    found.save(update_fields=["as_of"])
    freeze_roster(found, sets_of(found))
    return found


@transaction.atomic
def delete_cycle(cycle: Cycle, *, by: User | None) -> str:
    """Take away a year opened by mistake, while nothing was entered; returns what it was called.

    Raises Refused once anything was entered or noted in its log: what has a trace stays.
    """
    found = _locked(cycle, by)
    _refuse_begun(found, "xoá")
    if found.events.exists():
        raise Refused(
            "Kỳ đã có diễn biến được ghi (khoá sổ, thay đổi danh sách) nên không xoá được. Sai ngày thì lập lại danh "
            "sách; không thực hiện kỳ này thì khoá sổ, ghi lý do."
        )
    name = str(found) if found.place else f"{found} của {found.province.name}"
    found.evaluations.all().delete()
    found.delete()
    return name


def late_day(cycle: Cycle) -> date:
    """The day a unit added late is taken as it stands: today, or the last day of a year gone by."""
    return min(timezone.localdate(), date(cycle.year, 12, 31))


@dataclass(frozen=True, slots=True)
class Missing:
    """A unit that no roster of the year holds, when it was founded, and the last day that its set judges."""

    pk: int
    name: str
    founded_on: date
    period_end: date

    @property
    def is_after(self) -> bool:
        """Founded when the period judged was over: it has no part of the year to be judged by."""
        return self.founded_on > self.period_end

    @property
    def how_late(self) -> str:
        return f"thành lập ngày {self.founded_on:%d/%m/%Y}, sau khi kỳ xét đã hết ngày {self.period_end:%d/%m/%Y}"


def missing_units(cycle: Cycle) -> list[Missing]:
    """Units of the province that the year's sets judge on the `late_day` and that no roster of the year holds."""
    day = late_day(cycle)
    held = set(cycle.evaluations.values_list("unit_id", flat=True)) | on_other_rosters(cycle)
    ends = {
        unit.pk: period_end(criteria_set, cycle.year)
        for criteria_set, units in judged(cycle.province, sets_of(cycle), day)
        if not criteria_set.by_selection
        for unit in units
        if unit.pk not in held
    }
    founded = list(Unit.objects.filter(pk__in=ends).select_related("commune").with_namesake())
    tell_apart(founded)
    return [Missing(one.pk, _where(one), one.opened_on, ends[one.pk]) for one in founded]


def _where(unit: Unit) -> str:
    """The unit among those of a province: its name with what tells it apart, and its commune."""
    commune = unit.commune_above
    return f"{unit.listed_name} ({commune.name})" if commune else unit.listed_name


def period_end(criteria_set: CriteriaSet, year: int) -> date:
    """The last day judged for the year; its last day where the set names none."""
    window = criteria_set.window(year)
    return window[1] if window else date(year, 12, 31)


@transaction.atomic
def add_late_unit(cycle: Cycle, unit: Unit, *, reason: str, by: User | None, though_after: bool = False) -> Evaluation:
    """Put a unit that appeared after the roster was frozen on the year's roster, as it stands on the `late_day`.

    Raises Refused without a reason, for a unit no set of the year judges, one on a roster already, one without a
    route, for a programme that selects its units, and for one founded after the period judged unless it is added
    `though_after`; the log then says so.
    """
    found = _locked(cycle, by)
    day = late_day(found)
    if unit.pk in on_other_rosters(found) or found.evaluations.filter(unit=unit).exists():
        raise Refused(f"{unit} đã có hồ sơ năm {found.year}.")
    for criteria_set, units in judged(found.province, sets_of(found), day):
        able = {one.pk: one for one in units}
        if criteria_set.by_selection or unit.pk not in able:
            continue
        row = expected_row(
            found, criteria_set, routes_on(criteria_set, day), able[unit.pk], receivers_on(day).get(unit.pk)
        )
        if row is None:
            raise Refused(without_route([(criteria_set, able[unit.pk])], day))
        one = Missing(unit.pk, unit.name, unit.opened_on, period_end(criteria_set, found.year))
        if one.is_after and not though_after:
            raise Refused(f"{unit} {one.how_late}. {CONFIRM_REMEDY}")
        row.added_on = timezone.localdate()
        workflow.hand_on([row])
        row.save()
        about = f"{unit.name} ({one.how_late})" if one.is_after else unit.name
        log_cycle(found, CycleAction.ADD_UNIT, reason, by, about=about)
        return row
    raise Refused(
        f"{unit} không thuộc diện xét của kỳ này tính đến ngày {day:%d/%m/%Y}. Hãy kiểm tra loại đơn vị, nơi quản lý."
    )


@transaction.atomic
def drop_late_unit(dossier: Evaluation, *, reason: str, by: User | None) -> None:
    """Take a unit added after the roster was frozen off it again, while nothing was entered.

    Raises Refused for a unit of the frozen roster (it withdraws by its own act) and once anything was entered.
    """
    found = _locked(dossier.cycle, by)
    dossier = lock_row(Evaluation.objects, dossier.pk)
    if dossier.added_on is None:
        raise Refused(f"{dossier.unit_name} có trong danh sách từ khi mở kỳ. Hãy dùng “Đưa ra khỏi diện xét” ở hồ sơ.")
    if dossier.state != State.EXPECTED or dossier.answers.exists() or dossier.events.exists():
        raise Refused(f"Hồ sơ của {dossier.unit_name} đã được đăng ký hoặc nhập số liệu nên không bỏ được nữa.")
    log_cycle(found, CycleAction.DROP_UNIT, reason, by, about=dossier.unit_name)
    dossier.delete()
