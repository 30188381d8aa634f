"""What a province that moves in has done already and what is next, counted from its own rows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from criteria.models import Programme
from criteria.ways import obstacles
from portal.core.vietnamese.figures import grouped
from units.enums import CLERKS, LEVELS, ORGANISATIONS, ReformStatus, Role, UnitKind
from units.models import Committee, Placement, Reorganisation, Seat, Unit, on

from ..models import Cycle, PastTotal


@dataclass(frozen=True)
class FirstStep:
    """One step of moving in: what is there, what is missing, and where it is done."""

    title: str
    there: str
    route: str  # name of the page
    label: str  # of the link
    lack: str = ""  # what is missing still; empty when the step is done
    by_admin: bool = False  # the page opens for the province's administrators alone

    @property
    def is_done(self) -> bool:
        return not self.lack


def first_steps(province: Unit, day: date) -> list[FirstStep]:
    """The steps in the order in which a province takes them. A fixed number of statements."""
    units = Unit.objects.filter(province=province).open_on(day)
    levels = units.filter(kind__in=LEVELS)
    return [
        *_units(units),
        *_reforms(province),
        _committees(levels, day),
        _accounts(levels, day),
        _seats(levels, day),
        *_criteria(province, day),
        _past_years(province),
        _year(province, day.year),
    ]


def _units(units: QuerySet[Unit]) -> Iterator[FirstStep]:
    held = dict(units.order_by().values_list("kind").annotate(number=Count("pk")))
    many, areas = held.get(UnitKind.COMMUNE, 0), held.get(UnitKind.RESIDENTIAL_AREA, 0)
    organisations = sum(held.get(kind, 0) for kind in ORGANISATIONS)
    lack = "" if many else "Chưa có xã, phường nào."
    yield FirstStep("Đơn vị hành chính", f"{grouped(many)} xã, phường", "units:list", "Xem đơn vị", lack)
    area = Unit.objects.filter(parent=OuterRef("pk"), kind=UnitKind.RESIDENTIAL_AREA, closed_on=None)
    empty = units.filter(kind=UnitKind.COMMUNE).exclude(Exists(area)).count()
    yield FirstStep(
        "Khu dân cư và cơ quan, doanh nghiệp, trường",
        f"{grouped(areas)} khu dân cư, {grouped(organisations)} cơ quan, doanh nghiệp, cơ sở giáo dục",
        "units:import",
        "Nhập đơn vị từ tệp",
        f"{grouped(empty)} xã, phường chưa có khu dân cư nào." if empty or not many else "",
        by_admin=True,
    )


def _reforms(province: Unit) -> Iterator[FirstStep]:
    """Reorganisations of the province, told where one is drafted or applied, or where its tree is the one of before
    7/2025, districts and all: committees and accounts of the new places come after it."""
    drafts = Reorganisation.objects.filter(provinces=province, status=ReformStatus.DRAFT).count()
    applied = Reorganisation.objects.filter(
        Q(provinces=province) | Q(lineage__successor=province), status=ReformStatus.APPLIED
    )
    many = applied.distinct().count()
    is_old = Unit.objects.filter(province=province, kind=UnitKind.DISTRICT, closed_on=None).exists()
    if not (drafts or many or is_old):
        return
    lack = ""
    if drafts:
        lack = f"{grouped(drafts)} phương án chưa áp dụng: áp dụng trước khi lập Ban và tài khoản của nơi mới."
    elif is_old:
        lack = "Cây đơn vị còn cấp huyện của trước 01/7/2025: lập phương án sắp xếp rồi áp dụng."
    yield FirstStep(
        "Sắp xếp đơn vị hành chính",
        f"{grouped(many)} phương án đã áp dụng, {grouped(drafts)} bản thảo",
        "units:reform_list",
        "Các phương án sắp xếp",
        lack,
    )


def _accounts(levels: QuerySet[Unit], day: date) -> FirstStep:
    clerk = Placement.objects.in_force(day).filter(unit=OuterRef("pk"), role__in=CLERKS)
    communes = levels.filter(kind=UnitKind.COMMUNE)
    without = communes.exclude(Exists(clerk)).count()
    people = Placement.objects.in_force(day).filter(unit__in=levels).values("user").distinct().count()
    return FirstStep(
        "Tài khoản",
        f"{grouped(people)} người được phân công",
        "units:people",
        "Quản trị tài khoản",
        f"{grouped(without)} xã, phường chưa có cán bộ nhập liệu." if without or not people else "",
        by_admin=True,
    )


def _committees(levels: QuerySet[Unit], day: date) -> FirstStep:
    boards = Committee.objects.in_office(day).filter(unit__in=levels)
    held = Committee.objects.in_office(day).filter(unit=OuterRef("pk"))
    without = levels.exclude(Exists(held)).count()
    return FirstStep(
        "Ban Chỉ đạo",
        f"{grouped(boards.count())} Ban đang hoạt động",
        "units:committees_add" if without else "units:committee_list",
        "Lập Ban còn thiếu" if without else "Xem các Ban",
        f"{grouped(without)} đơn vị chưa có Ban: chưa họp, chưa công nhận được." if without else "",
        by_admin=bool(without),
    )


def _seats(levels: QuerySet[Unit], day: date) -> FirstStep:
    boards = Committee.objects.in_office(day).filter(unit__in=levels)
    seat = Seat.objects.filter(on(day), committee=OuterRef("pk"))
    chair = Placement.objects.in_force(day).filter(unit=OuterRef("unit"), role=Role.CHAIR)
    counted = boards.aggregate(
        many=Count("pk"), empty=Count("pk", filter=~Exists(seat)), headless=Count("pk", filter=~Exists(chair))
    )
    empty, headless = counted["empty"], counted["headless"]
    lacks = [] if counted["many"] else ["Chưa có Ban nào để ghi thành viên"]
    lacks += [f"{grouped(empty)} Ban chưa có thành viên"] if empty else []
    lacks += [f"{grouped(headless)} Ban chưa có tài khoản Trưởng ban"] if headless else []
    return FirstStep(
        "Thành viên Ban Chỉ đạo",
        f"{grouped(Seat.objects.filter(on(day), committee__in=boards).count())} thành viên",
        "units:seat_import",
        "Nhập thành viên từ tệp",
        ("; ".join(lacks) + ".") if lacks else "",
        by_admin=True,
    )


def _criteria(province: Unit, day: date) -> Iterator[FirstStep]:
    """A province needs one programme whose year opens; the others are told, none of them is asked for."""
    programmes = list(Programme.objects.order_by("pk"))
    stopped = obstacles(province, day.year, day)
    ready = [one for one in programmes if stopped.get(one.pk) == ""]
    published = [one for one in programmes if stopped.get(one.pk)]
    bare = "; ".join(one.name for one in programmes if one.pk not in stopped)
    there = f"{grouped(len(ready))}/{grouped(len(programmes))} chương trình mở kỳ được"
    there += f"; đã ban hành bộ tiêu chí nhưng chưa mở kỳ được: {'; '.join(map(str, published))}" if published else ""
    there += f"; chưa có bộ tiêu chí, không bắt buộc: {bare}" if ready and bare else ""
    lack = "Chưa chương trình nào có bộ tiêu chí đã ban hành cho năm nay."
    if published:
        lack = f"Chưa mở được kỳ nào. “{published[0].name}”: {stopped[published[0].pk]}"
    yield FirstStep(
        f"Bộ tiêu chí năm {day.year}",
        there,
        "criteria:programmes",
        "Chương trình của tỉnh",
        "" if ready else lack,
    )


def _past_years(province: Unit) -> FirstStep:
    past = Cycle.objects.standing().filter(province__province=province).exclude(source="").count()
    totals = PastTotal.objects.standing().filter(place__province=province).count()
    return FirstStep(
        "Kết quả các năm trước",
        f"{grouped(past)} kỳ nhập từ tài liệu" + (f"; {grouped(totals)} số tổng" if totals else ""),
        "evaluations:past_list",
        "Kết quả năm trước",
        "" if totals or past else "Chưa nhập kết quả năm trước: chuỗi năm liên tục chưa tính được.",
    )


def _year(province: Unit, year: int) -> FirstStep:
    opened = Cycle.objects.filter(province__province=province, year=year, source="")
    many = opened.count()
    return FirstStep(
        f"Kỳ đánh giá năm {year}",
        f"{grouped(many)} chương trình đã mở kỳ",
        "evaluations:cycle_list" if many else "evaluations:cycle_open",
        "Các kỳ đánh giá" if many else "Mở kỳ đánh giá",
        "" if many else "Chưa mở kỳ nào: cán bộ xã chưa nhập được.",
    )
