"""Which reports there are, and how each is built from its parameters and place."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from evaluations.enums import CycleStatus, State
from evaluations.models import Cycle
from portal.core.errors import Refused
from units.enums import UnitKind
from units.models import Unit

from . import forms
from .charts import trend_svg
from .datasets import By, Counts, Rollup, Years, ten_year_table, trend, unit_roster, yearly_rollup
from .datasets.places import names_on
from .figures import grouped
from .paper import Column, Kind, Line, Paper, Section, Table, addressee_of, bare_name, lowered, organ_in_text, organ_of

PDF, XLSX = "pdf", "xlsx"
TREND_YEARS = 5
DEMO_NOTE = "Báo cáo có số liệu mẫu, không dùng để chỉ đạo, điều hành."
KINDS = dict(UnitKind.choices)


@dataclass(frozen=True)
class Report:
    """A report people may ask for: its form, and the function that makes its paper."""

    slug: str
    title: str
    lead: str
    form: type[forms.ReportForm]
    build: Callable[[dict, Unit], Paper]
    check: Callable[[dict, Unit], object]  # raises Refused when there is nothing to report on
    formats: tuple[str, ...] = (PDF, XLSX)


def find_cycle(params: dict, place: Unit) -> Cycle:
    """The cycle the parameters name in the place's province; the newest when no year is given.

    Raises Refused when there is none.
    """
    cycles = Cycle.objects.filter(province=place.province_id, programme__code=params["programme"])
    if year := params.get("year"):
        cycles = cycles.filter(year=year)
    cycle = cycles.select_related("programme", "province").order_by("-year").first()
    if cycle is None:
        named = f"năm {year}" if year else "nào"
        raise Refused(
            f"{place.name} chưa có kỳ đánh giá {named} của chương trình này. "
            "Hãy chọn năm khác hoặc mở kỳ trước khi lập báo cáo."
        )
    return cycle


# --- tables ----------------------------------------------------------------------------------------------------
def figure_columns() -> tuple[Column, ...]:
    return (
        Column("Tổng số", 13, Kind.NUMBER),
        Column("Đã đăng ký", 13, Kind.NUMBER),
        Column("Đã gửi hồ sơ", 13, Kind.NUMBER),
        Column("Được công nhận", 13, Kind.NUMBER),
        Column("Chưa đạt", 12, Kind.NUMBER),
        Column("Không xét", 12, Kind.NUMBER),
        Column("Công nhận / tổng số (%)", 15, Kind.PERCENT),
        Column("Công nhận / đăng ký (%)", 15, Kind.PERCENT),
    )


def figure_cells(counts: Counts) -> tuple:
    return (
        counts.roster,
        counts.registered,
        counts.submitted,
        counts.recognised,
        counts.not_met,
        counts.withdrawn,
        counts.of_roster,
        counts.of_registered,
    )


def rollup_table(rollup: Rollup, *, title: str, sheet: str, first: str, landscape: bool = False) -> Table:
    lines, number = [], 0
    for group in rollup.groups:
        if rollup.has_subtotals and len(group.rows) > 1:
            lines.append(Line((group.label,), "group"))
        for row in group.rows:
            number += 1
            lines.append(Line((number, row.label, *figure_cells(row.counts))))
        if rollup.has_subtotals and len(group.rows) > 1:
            lines.append(Line(("", "Cộng", *figure_cells(group.subtotal)), "subtotal"))
    lines.append(Line(("", "Tổng cộng", *figure_cells(rollup.total)), "total"))
    columns = (Column("STT", 9, Kind.YEAR), Column(first, 42), *figure_columns())
    return Table(title, sheet, columns, tuple(lines), landscape=landscape)


def years_table(years: Years, *, title: str, sheet: str = "Nhiều năm") -> Table:
    columns = (
        Column("Năm", 14, Kind.YEAR),
        Column("Chương trình", 62),
        Column("Tổng số", 18, Kind.NUMBER),
        Column("Được công nhận", 20, Kind.NUMBER),
        Column("Tỷ lệ trên tổng số (%)", 22, Kind.PERCENT),
        Column("Ghi chú", 28),
    )
    lines = (
        Line((row.year, row.programme, row.counts.roster, row.counts.recognised, row.share, row.note))
        for row in years.rows
    )
    return Table(title, sheet, columns, tuple(lines))


# --- sentences -------------------------------------------------------------------------------------------------
def summary(counts: Counts, *, year: int, where: str, what: str) -> str:
    """The paragraph that opens the results; every figure of it stands in the tables too."""
    if not counts.roster:
        return f"Năm {year}, {where} không có {what} thuộc diện xét."
    return (
        f"Năm {year}, {where} có {grouped(counts.roster)} {what} thuộc diện xét; "
        f"{grouped(counts.registered)} đã đăng ký ({counts.registration.sentence}), "
        f"{grouped(counts.submitted)} đã gửi hồ sơ. Có {grouped(counts.recognised)} được công nhận, "
        f"bằng {counts.of_roster.sentence} và {counts.of_registered.sentence}; "
        f"{grouped(counts.not_met)} chưa đạt; {grouped(counts.withdrawn)} không xét trong năm."
    )


def notes_of(cycle: Cycle) -> tuple[str, ...]:
    notes = []
    if cycle.is_demo:
        notes.append(DEMO_NOTE)
    if cycle.status == CycleStatus.OPEN:
        notes.append("Kỳ đánh giá đang thực hiện; số liệu tính đến khi in báo cáo.")
    if cycle.source:
        notes.append(f"Nguồn: {cycle.source}.")
    return tuple(notes)


def header(place: Unit, name: str) -> dict:
    above = addressee_of(place)
    return {
        "organ": organ_of(place, name),
        "organ_in_text": organ_in_text(place, name),
        "place_name": bare_name(name),
        "year": timezone.localdate().year,  # of the day it will be signed, not of the results
        "addressee": above,
        "recipients": ("Như trên", "Thành viên Ban Chỉ đạo", "Lưu: VT")
        if above
        else ("Thành viên Ban Chỉ đạo", "Các sở, ban, ngành, đoàn thể có liên quan", "Lưu: VT"),
    }


# --- the reports -----------------------------------------------------------------------------------------------
def build_yearly(params: dict, place: Unit) -> Paper:
    """The yearly report: by kind, by district, through the years; communes in an annex."""
    cycle, kind = find_cycle(params, place), params.get("kind") or None
    name = names_on(cycle.as_of, {place.pk})[place.pk]
    by_kind = yearly_rollup(cycle, place=place, by=By.KIND, kind=kind)
    years = trend(cycle.programme.code, place, cycle.year, TREND_YEARS, kind)
    what = KINDS[kind].lower() if kind else "đơn vị"
    text = summary(by_kind.total, year=cycle.year, where=lowered(name), what=what)
    sections = [
        Section("Kết quả chung", (text,)),
        Section(
            "Kết quả theo loại đơn vị",
            table=rollup_table(by_kind, title="Bảng 1. Kết quả theo loại đơn vị", sheet="Theo loại", first="Loại"),
        ),
    ]
    annexes = []
    if place.kind == UnitKind.PROVINCE:
        by_district = yearly_rollup(cycle, place=place, by=By.DISTRICT, kind=kind)
        table = rollup_table(
            by_district, title="Bảng 2. Kết quả theo địa bàn", sheet="Theo huyện", first="Địa bàn, khối quản lý"
        )
        sections.append(Section("Kết quả theo địa bàn", table=table))
    if place.kind in (UnitKind.PROVINCE, UnitKind.DISTRICT):
        by_commune = yearly_rollup(cycle, place=place, by=By.COMMUNE, kind=kind)
        title = f"Kết quả từng xã, phường, thị trấn năm {cycle.year}"
        annexes.append(
            rollup_table(by_commune, title=title, sheet="Theo xã", first="Địa bàn, khối quản lý", landscape=True)
        )
    sections.append(_years_section(years, number=len(sections)))
    return Paper(
        **header(place, name),
        subject=f"Kết quả thực hiện “{cycle.programme.name}” năm {cycle.year}",
        file_stem=f"Bao cao tong hop {cycle.year} {bare_name(name)}",
        sections=tuple(sections),
        annexes=tuple(annexes),
        notes=notes_of(cycle),
    )


def _years_section(years: Years, *, number: int) -> Section:
    title = f"Bảng {number}. Số được công nhận và tỷ lệ trên tổng số theo năm"
    return Section("Kết quả qua các năm", table=years_table(years, title=title), chart=trend_svg(years))


def find_years(params: dict, place: Unit) -> Years:
    """The years the parameters name; raises Refused when there is none."""
    years = ten_year_table(
        place,
        programmes=params["programmes"],
        kind=params.get("kind") or None,
        last_year=params.get("last_year"),
        years=params.get("years") or 10,
    )
    if not years.rows:
        raise Refused(f"{place.name} chưa có kết quả năm nào của các chương trình đã chọn. Hãy chọn chương trình khác.")
    return years


def build_years(params: dict, place: Unit) -> Paper:
    """The many-year table with its chart."""
    kind = params.get("kind") or None
    years = find_years(params, place)
    first, last = years.rows[0], years.rows[-1]
    what = KINDS[kind].lower() if kind else "đơn vị"
    text = (
        f"Từ năm {first.year} đến năm {last.year}, số {what} được công nhận tại {lowered(place.name)} từ "
        f"{grouped(first.counts.recognised)} ({first.share.sentence}) thành {grouped(last.counts.recognised)} "
        f"({last.share.sentence})."
    )
    notes = [f"Nguồn: {source}." for source in years.sources]
    if any(row.is_demo for row in years.rows):
        notes.insert(0, DEMO_NOTE)
    span = f"{first.year}–{last.year}"
    return Paper(
        **header(place, place.name),
        subject=f"Kết quả công nhận {what} giai đoạn {span}",
        file_stem=f"Ket qua nhieu nam {span} {bare_name(place.name)}",
        sections=(Section("Kết quả chung", (text,)), _years_section(years, number=1)),
        notes=tuple(notes),
    )


def build_list(params: dict, place: Unit) -> Paper:
    """Every unit of the place with where its file stands, as an annex."""
    cycle, kind, state = find_cycle(params, place), params.get("kind") or None, params.get("state") or None
    name = names_on(cycle.as_of, {place.pk})[place.pk]
    roster = unit_roster(cycle, place=place, kind=kind, state=state)
    lines, number = [], 0
    for group in roster.groups:
        lines.append(Line((group.label,), "group"))
        for row in group.rows:
            number += 1
            day = f"{row.registered_on:%d/%m/%Y}" if row.registered_on else ""
            lines.append(Line((number, row.name, row.kind.label, day, row.state.label)))
    columns = (
        Column("STT", 12, Kind.YEAR),
        Column("Đơn vị", 66),
        Column("Loại", 36),
        Column("Ngày đăng ký", 23),
        Column("Tình trạng hồ sơ", 36),
    )
    about = f" ở tình trạng “{State(state).label}”" if state else ""
    what = KINDS[kind].lower() if kind else "đơn vị"
    text = f"Năm {cycle.year}, {lowered(name)} có {grouped(roster.size)} {what}{about}, theo danh sách kèm theo."
    table = Table(f"Danh sách {what} năm {cycle.year}", "Danh sách", columns, tuple(lines))
    return Paper(
        **header(place, name),
        subject=f"Danh sách {what} và tình trạng hồ sơ “{cycle.programme.name}” năm {cycle.year}",
        file_stem=f"Danh sach {cycle.year} {bare_name(name)}",
        sections=(Section("", (text,)),),
        annexes=(table,) if lines else (),
        notes=notes_of(cycle),
    )


REPORTS = {
    report.slug: report
    for report in (
        Report(
            "yearly",
            "Báo cáo tổng hợp năm",
            "Kết quả đăng ký, công nhận trong năm theo loại đơn vị, theo huyện, theo xã, kèm biểu đồ qua các năm.",
            forms.YearlyForm,
            build_yearly,
            find_cycle,
        ),
        Report(
            "years",
            "Bảng kết quả nhiều năm",
            "Số được công nhận và tỷ lệ từng năm của một địa bàn, nối tiếp qua các chương trình.",
            forms.YearsForm,
            build_years,
            find_years,
        ),
        Report(
            "list",
            "Danh sách đơn vị và tình trạng hồ sơ",
            "Từng đơn vị thuộc diện xét trong năm, theo xã, với ngày đăng ký và tình trạng hồ sơ.",
            forms.ListForm,
            build_list,
            find_cycle,
        ),
    )
}
