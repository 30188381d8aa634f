"""Totals of past years from papers: recorded in bulk, corrected and taken away with a line in the log."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from criteria.models import Programme
from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.vietnamese.figures import grouped
from units.enums import LEVELS, UnitKind, lies_under
from units.locks import hold_units
from units.models import Unit, UnitVersion, User

from .. import permissions, workflow
from ..enums import State, TotalAction
from ..models import Cycle, Evaluation, PastTotal, PastTotalEvent
from .past_results import BATCH, PastResult, past_day, units_then

COLUMNS = ("total", "registered", "met", "paper", "paper_on", "source")
WRITTEN = (*COLUMNS, "is_away", "entered_by", "entered_at")
# More than any province ever had, far from what a slip of the key makes of a figure: the largest had 27 districts and
# 600 communes, under ten thousand villages, a few hundred thousand enterprises.
MOST_AT_A_PLACE = {UnitKind.DISTRICT: 100, UnitKind.COMMUNE: 2_000, UnitKind.RESIDENTIAL_AREA: 100_000}
MOST_ORGANISATIONS = 1_000_000
JUST_CHANGED = "Số tổng năm {} của {} vừa được người khác ghi. Hãy tải lại trang để xem."
Key = tuple[int, int, int, str]  # of place, programme, year and kind


@dataclass(frozen=True)
class Figures:
    """What a paper says, and which paper."""

    total: int
    met: int
    registered: int | None = None
    paper: str = ""
    paper_on: date | None = None
    source: str = ""

    @classmethod
    def of(cls, stored: PastTotal) -> "Figures":
        return cls(**{name: getattr(stored, name) for name in COLUMNS})

    def __str__(self) -> str:
        """ "tổng số 234, đăng ký 234, đạt 178; QĐ 5 ngày 02/01/2019; nguồn: …"."""
        registered = "" if self.registered is None else f", đăng ký {grouped(self.registered)}"
        day = f" ngày {self.paper_on:%d/%m/%Y}" if self.paper_on else ""
        paper = f"{self.paper}{day}".strip()
        counts = f"tổng số {grouped(self.total)}{registered}, đạt {grouped(self.met)}"
        return "; ".join(filter(None, (counts, paper, f"nguồn: {self.source}" if self.source else "")))


@dataclass(frozen=True)
class Total:
    """A paper's figures of one kind of units at a place in a year; `stored` is what is here already."""

    place: Unit
    programme: Programme
    year: int
    kind: str
    figures: Figures
    stored: PastTotal | None = None

    @property
    def key(self) -> Key:
        return (self.place.pk, self.programme.pk, self.year, self.kind)

    @property
    def is_new(self) -> bool:
        """Nothing is said of it now: never was, or it was taken away."""
        return self.stored is None or self.stored.is_away

    @property
    def differs(self) -> bool:
        return self.stored is None or self.stored.is_away or self.figures != Figures.of(self.stored)

    @property
    def kind_label(self) -> str:
        return dict(PastTotal._meta.get_field("kind").flatchoices)[self.kind]

    @property
    def figures_before(self) -> Figures | None:
        return None if self.stored is None or self.stored.is_away else Figures.of(self.stored)


def out_of_order(figures: Figures) -> str:
    """The sentence of what cannot be among the figures, or nothing."""
    registered = figures.total if figures.registered is None else figures.registered
    if registered > figures.total:
        return f"Số đăng ký {grouped(registered)} lớn hơn tổng số {grouped(figures.total)}. Hãy xem lại văn bản."
    if figures.met > registered:
        most = "tổng số" if figures.registered is None else "số đăng ký"
        return f"Số đạt {grouped(figures.met)} lớn hơn {most} {grouped(registered)}. Hãy xem lại văn bản."
    return "" if figures.total else "Tổng số phải lớn hơn 0. Hãy bỏ dòng nếu không có đơn vị nào."


def out_of_place(place: Unit, kind: str, figures: Figures) -> str:
    """The sentence of why a place cannot have so many units of the kind, or nothing."""
    here, label = UnitKind(place.kind).label.lower(), UnitKind(kind).label.lower()
    if kind == place.kind:
        one = f"{place} là một đơn vị {here}, tổng số chỉ có thể là 1. "
        return "" if figures.total == 1 else f"{one}Hãy ghi số tổng của nhiều {label} cho nơi cấp trên."
    if not lies_under(kind, place.kind):
        return f"{place} là {here}, không thể có {label} bên dưới. Hãy chọn loại đơn vị khác hoặc nơi cấp trên."
    most = MOST_AT_A_PLACE.get(UnitKind(kind), MOST_ORGANISATIONS)
    if figures.total > most:
        return (
            f"Tổng số {grouped(figures.total)} {label} của {place} lớn hơn mức có thể có ở một nơi ({grouped(most)}). "
            "Hãy xem lại văn bản."
        )
    return ""


@transaction.atomic
def record_totals(rows: Iterable[Total], province: Unit, *, by: User | None, reason: str) -> tuple[int, int]:
    """Record what papers say of past years, all rows or none; returns (new, corrected).

    A row equal to what is stored is left alone, one that was taken away stands again. `by` is None for the command
    line only. Statements grow with years and batches. Raises Refused outside the giver's province, without a reason,
    for a year worked on the portal or told by dossiers, for figures out of order, for what somebody has just changed.
    """
    rows = [row for row in rows if row.differs]
    told = _reason(reason)
    hold_units()
    _lock(province, by)
    _refuse_changed(rows)
    for row in rows:
        if not row.place.is_level or row.place.province_id != province.pk:
            raise Refused(f"{row.place} không phải tỉnh, huyện, xã của {province}. Hãy chọn địa bàn khác.")
        if sentence := out_of_order(row.figures) or out_of_place(row.place, row.kind, row.figures):
            raise Refused(sentence)
    if taken := in_the_way(rows):
        raise Refused(next(iter(taken.values())))
    names = _names_then(rows)
    events = []
    for row in rows:
        action = TotalAction.RECORD if row.is_new else TotalAction.CORRECT
        events.append(_line(_written(row, province, names[row.key], by), action, row.figures_before, by, told))
    made = [event.past_total for event in events]
    PastTotal.objects.bulk_create([one for one in made if not one.pk], batch_size=BATCH)
    PastTotal.objects.bulk_update([one for one in made if one.pk], WRITTEN, batch_size=BATCH)
    PastTotalEvent.objects.bulk_create(events, batch_size=BATCH)
    new = sum(row.is_new for row in rows)
    return new, len(rows) - new


def totals_of(rows: Iterable[Total]) -> list[PastTotal]:
    """What is stored of the rows now. Queries grow with batches."""
    rows = list(rows)
    wanted = {row.key for row in rows}
    found: list[PastTotal] = []
    for start in range(0, len(rows), BATCH):
        some = [row.place.pk for row in rows[start : start + BATCH]]
        found += [one for one in PastTotal.objects.filter(place__in=some) if _key_of(one) in wanted]
    return found


@transaction.atomic
def take_total_away(total: PastTotal, *, by: User, reason: str) -> None:
    """Take away a total entered by mistake: no report reads it any more, its log tells what it was, by whom and why.

    It may be entered again. Raises Refused outside the giver's province, without a reason, for one taken away already
    or changed since it was read.
    """
    _lock(total.corrected_from, by)
    found = PastTotal.objects.select_related("programme").get(pk=total.pk)
    if found.is_away:
        raise Refused(f"Số tổng năm {found.year} của {found.place_name} đã được bỏ. Hãy tải lại trang.")
    if Figures.of(found) != Figures.of(total):
        raise Refused(JUST_CHANGED.format(found.year, found.place_name))
    told = _reason(reason)
    found.is_away = True
    found.save(update_fields=["is_away"])
    _line(found, TotalAction.TAKE_AWAY, Figures.of(found), by, told).save()


@transaction.atomic
def take_totals_back(
    made: Sequence[PastTotal], changed: Sequence[tuple[PastTotal, PastTotal]], *, by: User, reason: str
) -> None:
    """Take away the totals a file recorded and give others back what they said before it: `changed` are totals as they
    stand and as they were. Each gets a line in its log; one that had been taken away before is away again.

    Raises Refused outside the giver's province.
    """
    told = _reason(reason)
    rows = [*made, *(now for now, _ in changed)]
    prefetch_related_objects(rows, "place__province")
    prefetch_related_objects([then for _, then in changed], "entered_by")
    for province in {one.corrected_from.pk: one.corrected_from for one in rows}.values():
        _lock(province, by)
    events = []
    for one in made:
        before, one.is_away = Figures.of(one), True
        events.append(_line(one, TotalAction.TAKE_AWAY, before, by, told))
    for now, then in changed:
        before, action = Figures.of(now), TotalAction.TAKE_AWAY if then.is_away else TotalAction.CORRECT
        for column in WRITTEN:
            setattr(now, column, getattr(then, column))
        events.append(_line(now, action, before, by, told))
    PastTotal.objects.bulk_update(rows, WRITTEN, batch_size=BATCH)
    PastTotalEvent.objects.bulk_create(events, batch_size=BATCH)


def in_the_way(rows: Iterable[Total]) -> dict[Key, str]:
    """Why a total cannot be recorded, by its key: its year was worked on the portal there, or dossiers tell it.

    Three queries, whatever the rows.
    """
    rows = list(rows)
    lay_in = _grounds_of(rows)
    worked = {
        (programme, year, own or province)
        for programme, year, province, own in Cycle.objects.filter(
            source="", programme__in={row.programme for row in rows}, year__in={row.year for row in rows}
        ).values_list("programme", "year", "province", "place")
    }
    told = _judged_by_dossiers(rows)
    found = {}
    for row in rows:
        named = f"“{row.programme.name}” năm {row.year}"
        if any((row.programme.pk, row.year, ground) in worked for ground in lay_in[row.place.pk, row.year]):
            found[row.key] = f"{named} được thực hiện trên cổng, không nhập số tổng được. Số liệu lấy từ hồ sơ năm đó."
        elif row.key in told:
            found[row.key] = (
                f"{row.place} đã có kết quả từng đơn vị loại “{row.kind_label}” của {named}, không nhập số tổng được. "
                "Hãy sửa ở kết quả từng đơn vị."
            )
    return found


def put_aside_by(results: Iterable[PastResult]) -> list[PastTotal]:
    """Totals that reports read now and will not once these results stand: of a unit's places, its kind and its year.

    Queries grow with years and batches.
    """
    units: dict[int, set[tuple[int, int]]] = defaultdict(set)  # by year: unit and programme
    for row in results:
        if row.stored is None or row.stored.state == State.EXCLUDED:
            units[row.year].add((row.unit.pk, row.programme.pk))
    keys: set[Key] = set()
    for year, concerned in sorted(units.items()):
        stood = units_then({unit for unit, _ in concerned}, past_day(year))
        for unit, programme in concerned:
            if then := stood.get(unit):
                keys |= {(place, programme, year, then.kind) for place in then.places.values() if place}
    places = sorted({place for place, *_ in keys})
    found: list[PastTotal] = []
    for start in range(0, len(places), BATCH):
        some = PastTotal.objects.standing().filter(place__in=places[start : start + BATCH], year__in=units)
        found += [one for one in some.select_related("place", "programme") if _key_of(one) in keys]
    totals = [Total(one.place, one.programme, one.year, one.kind, Figures.of(one), one) for one in found]
    unread = in_the_way(totals)
    return [one for one in found if _key_of(one) not in unread]


def _key_of(stored: PastTotal) -> Key:
    return stored.place_id, stored.programme_id, stored.year, stored.kind


def total_in_words(stored: PastTotal) -> str:
    """ "Huyện Nga Sơn, khu dân cư năm 2018: tổng số 234, đạt 192; nguồn: …"."""
    where = f"{stored.place_name}, {stored.get_kind_display().lower()} năm {stored.year}"
    return f"{where}: {Figures.of(stored)}"


def _judged_by_dossiers(rows: list[Total]) -> set[Key]:
    dossiers = Evaluation.objects.filter(
        cycle__programme__in={row.programme for row in rows},
        cycle__year__in={row.year for row in rows},
        kind__in={row.kind for row in rows},
    ).exclude(state=State.EXCLUDED)
    places: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        places[row.place.kind].add(row.place.pk)
    if not places:
        return set()
    lies_there = reduce(or_, (Q(**{f"{level}__in": ids}) for level, ids in places.items()))
    told = dossiers.filter(lies_there).order_by()
    columns = ("cycle__programme", "cycle__year", "kind", *(level.value for level in LEVELS))
    return {
        (place, programme, year, kind)
        for programme, year, kind, *held in told.values_list(*columns).distinct()
        for place in held
        if place
    }


def _grounds_of(rows: list[Total]) -> dict[tuple[int, int], set[int | None]]:
    """Each place and those it lay in on some day of its year, by place and year."""
    years: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        years[row.place.pk].add(row.year)
    found: dict[tuple[int, int], set[int | None]] = defaultdict(set)
    versions = UnitVersion.objects.filter(unit__in=years)
    for place, first, last, *grounds in versions.values_list("unit", "valid_from", "valid_to", *LEVELS):
        for year in years[place]:
            if first <= past_day(year) and (last is None or last.year >= year):
                found[place, year].update((place, *grounds))
    return found


def _lock(province: Unit, by: User | None) -> None:
    """One writer of a province's past years at a time, results and totals: the second sees what the first wrote."""
    if by is not None and not permissions.may_open_cycle(by, province):
        raise Refused("Chỉ cán bộ cấp tỉnh, quản trị của tỉnh được nhập số tổng của các năm trước.")
    lock_row(Unit.objects, province.pk)


def _reason(reason: str) -> str:
    if not (told := reason.strip()):
        raise Refused("Hãy ghi rõ lý do.")
    return told


def _refuse_changed(rows: list[Total]) -> None:
    """Raises Refused where what is stored is no longer what the rows were compared with."""
    stored: dict[Key, PastTotal] = {}
    ids = [row.place.pk for row in rows]
    for start in range(0, len(ids), BATCH):
        for one in PastTotal.objects.filter(place__in=ids[start : start + BATCH]):
            stored[_key_of(one)] = one
    for row in rows:
        now = stored.get(row.key)
        before = row.stored and (row.stored.is_away, Figures.of(row.stored))
        if before != (now and (now.is_away, Figures.of(now))):
            raise Refused(JUST_CHANGED.format(row.year, row.place))


def _names_then(rows: list[Total]) -> dict[Key, str]:
    """What each place was called at the end of its year. Raises Refused for one that was not there."""
    by_year: dict[int, list[Total]] = defaultdict(list)
    for row in rows:
        by_year[row.year].append(row)
    found = {}
    for year, told in sorted(by_year.items()):
        stood = units_then({row.place.pk for row in told}, past_day(year))
        for row in told:
            if row.place.pk not in stood:
                raise Refused(f"{row.place} chưa có hoặc đã kết thúc vào cuối năm {year}. Hãy chọn nơi của năm đó.")
            found[row.key] = stood[row.place.pk].name
    return found


def _written(row: Total, province: Unit, name: str, by: User | None) -> PastTotal:
    """The row as it will stand, not saved yet."""
    found = copy(row.stored) or PastTotal(
        province=province, place=row.place, place_name=name, programme=row.programme, year=row.year, kind=row.kind
    )
    if row.is_new:
        found.is_away, found.entered_by, found.entered_at = False, by, timezone.now()
    for column in COLUMNS:
        setattr(found, column, getattr(row.figures, column))
    return found


def _line(
    total: PastTotal, action: TotalAction, before: Figures | None, by: User | None, reason: str
) -> PastTotalEvent:
    return PastTotalEvent(
        past_total=total,
        action=action,
        before=str(before or ""),
        after="" if total.is_away else str(Figures.of(total)),
        reason=reason,
        by=by,
        by_post=str(by) if by else workflow.OPERATOR,
    )
