"""Which reports there are, and how each is built from its parameters and place."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from evaluations.enums import State
from portal.core.enums import EXAMPLE_WORDS
from portal.core.errors import Refused
from portal.core.vietnamese.figures import grouped
from units.enums import UnitKind
from units.models import Unit
from units.names import bare_name, in_sentence

from .. import forms
from ..datasets import (
    Boundaries,
    By,
    Counts,
    GradeTable,
    Scope,
    Years,
    cycles_at,
    grades_of,
    grades_through,
    rollup_of,
    scope_of,
    ten_year_table,
    trend,
    unit_roster,
    ways_below,
)
from ..datasets.criteria_sets import set_in_words
from ..datasets.years import spans_of
from ..papers.charts import trend_svg
from ..papers.criteria import criteria_table, find_sets, gaps_of, sections_of
from ..papers.decision import build_draft, find_draft
from ..papers.notes import DEMO_NOTE, EXAMPLE_YEARS, TODAY_SUBJECT, mark_of, notes_of, years_notes
from ..papers.paper import (
    Paper,
    Section,
    Table,
    addressee_of,
    manager_of,
    organ_in_text,
    organ_of,
)
from ..papers.tables import grades_by_row, grades_table, rollup_table, roster_table, year_grades_table, years_table

PDF, XLSX = "pdf", "xlsx"
TREND_YEARS = 5
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
    page: str = ""  # the route that shows the same on the screen
    listed: bool = True  # one may ask for it at Báo cáo; else only from the page of what it prints


def boundaries_in(params: dict, place: Unit) -> Boundaries:
    """The boundaries the parameters ask for; raises Refused where today's are asked of a place that ended."""
    boundaries = Boundaries(params.get("ranh_gioi") or Boundaries.THEN)
    if boundaries == Boundaries.TODAY and place.is_over:
        raise Refused(
            f"{place.name} đã kết thúc hoạt động ngày {place.closed_on:%d/%m/%Y} nên không có ranh giới hiện nay. "
            "Hãy chọn nơi kế thừa ở mục Phạm vi, hoặc chọn “Ranh giới của năm đó”."
        )
    return boundaries


def find_scope(params: dict, place: Unit) -> Scope:
    """The place's dossiers in the year the parameters name; in the newest when no year is given. A year of its own
    goes before the province's unless that one is asked for.

    Raises Refused when there is no such year.
    """
    boundaries = boundaries_in(params, place)
    cycles = cycles_at(place, boundaries).filter(programme__code=params["programme"])
    if year := params.get("year"):
        cycles = cycles.filter(year=year)
    if params.get("whose") == forms.Whose.PROVINCE:
        cycles = cycles.filter(place=None)
    own_first = F("place").asc(nulls_last=True)
    cycle = cycles.select_related("programme", "province").order_by("-year", own_first, "-pk").first()
    if cycle is None:
        named = f"năm {year}" if year else "nào"
        older = ", chọn đơn vị cũ hoặc “Ranh giới hiện nay”" if place.origins.exists() else ""
        raise Refused(
            f"{place.name} chưa có kỳ đánh giá {named} của chương trình này. "
            f"Hãy chọn năm khác{older} hoặc mở kỳ trước khi lập báo cáo."
        )
    return scope_of(cycle, place, boundaries)


# --- sentences -------------------------------------------------------------------------------------------------
def summary(counts: Counts, *, year: int, where: str, what: str, today: bool = False) -> str:
    """The paragraph that opens the results; every figure of it stands in the tables too."""
    begins = f"Tính theo ranh giới hiện nay, năm {year}" if today else f"Năm {year}"
    if not counts.roster:
        return f"{begins}, {where} không có {what} thuộc diện xét."
    return (
        f"{begins}, {where} có {grouped(counts.roster)} {what} thuộc diện xét; "
        f"{grouped(counts.registered)} đã đăng ký ({counts.registration.sentence}), "
        f"{grouped(counts.submitted)} đã gửi hồ sơ. Có {grouped(counts.recognised)} được công nhận, "
        f"bằng {counts.of_roster.sentence} và {counts.of_registered.sentence}; "
        f"{grouped(counts.not_met)} chưa đạt; {grouped(counts.withdrawn)} không xét trong năm."
    )


def comparison(years: Years, *, where: str, what: str) -> str:
    """The first and last finished year of the table, one against the other; a year still going on is no measure."""
    finished = [row for row in years.rows if not row.in_progress]
    going_on = [row.year for row in years.rows if row.in_progress]
    left_out = f" Năm {spans_of(going_on)} đang thực hiện nên không so sánh." if going_on else ""
    if len(finished) < 2:
        return (
            f"Số {what} được công nhận tại {where} theo từng năm ở bảng dưới đây; chưa có hai năm đã kết thúc "
            f"nên chưa so sánh.{left_out}"
        )
    first, last = finished[0], finished[-1]
    return (
        f"Từ năm {first.year} đến năm {last.year}, số {what} được công nhận tại {where} từ "
        f"{grouped(first.counts.recognised)} ({first.share.sentence}) thành {grouped(last.counts.recognised)} "
        f"({last.share.sentence}).{left_out}"
    )


def header(place: Unit, name: str, manager: str) -> dict:
    """Organ, place and addressee; `manager` is what the unit above is called in the paper's boundaries."""
    above = addressee_of(manager)
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
    """The yearly report: by kind, by district where there are districts, through the years; communes in an annex."""
    scope, kind = find_scope(params, place), params.get("kind") or None
    cycle, name = scope.cycle, scope.name
    by_kind = rollup_of(scope, by=By.KIND, kind=kind)
    years = trend(cycle.programme.code, place, cycle.year, TREND_YEARS, kind, scope.boundaries)
    what = KINDS[kind].lower() if kind else "đơn vị"
    text = summary(by_kind.total, year=cycle.year, where=in_sentence(name), what=what, today=scope.is_today)
    sections = [
        Section("Kết quả chung", (text,)),
        Section(
            "Kết quả theo loại đơn vị",
            table=rollup_table(by_kind, title="Bảng 1. Kết quả theo loại đơn vị", sheet_name="Theo loại", first="Loại"),
        ),
    ]
    if graded := grades_of(by_kind):
        table = grades_table(graded, title="Bảng 2. Số đơn vị theo loại")
        sections.append(Section("Kết quả xếp loại", table=table))
    annexes = []
    ways = ways_below(scope)
    if By.DISTRICT in ways:
        by_district = rollup_of(scope, by=By.DISTRICT, kind=kind)
        table = rollup_table(
            by_district,
            title=f"Bảng {len(sections)}. Kết quả theo địa bàn",
            sheet_name="Theo huyện",
            first="Địa bàn, khối quản lý",
        )
        sections.append(Section("Kết quả theo địa bàn", table=table))
    if By.COMMUNE in ways:
        by_commune = rollup_of(scope, by=By.COMMUNE, kind=kind)
        title = f"Kết quả từng xã, phường, {'thị trấn' if scope.has_districts else 'đặc khu'} năm {cycle.year}"
        annexes.append(
            rollup_table(by_commune, title=title, sheet_name="Theo xã", first="Địa bàn, khối quản lý", landscape=True)
        )
    if graded:
        annexes += graded_annexes(scope, kind, graded)
    sections.append(_years_section(years, name, number=len(sections)))
    if graded:
        sections.append(_year_grades_section(years, number=len(sections)))
    return Paper(
        **header(place, name, scope.manager),
        mark=mark_of(scope),
        subject=f"Kết quả thực hiện “{cycle.programme.name}” năm {cycle.year}{TODAY_SUBJECT * scope.is_today}",
        file_stem=f"Bao cao tong hop {cycle.year} {bare_name(name)}{TODAY_SUBJECT * scope.is_today}",
        sections=tuple(sections),
        annexes=tuple(annexes),
        notes=notes_of(scope, kind),
    )


def graded_annexes(scope: Scope, kind: str | None, by_kind: GradeTable) -> list[Table]:
    """The grades by kind of unit, and by each level below the place."""
    found = [by_kind, *(grades_of(rollup_of(scope, by=way, kind=kind)) for way in ways_below(scope))]
    sheets = {By.KIND: ("theo loại đơn vị", "Xếp loại theo loại", "Loại đơn vị")}
    sheets |= {
        way: (f"theo cấp {name}", f"Xếp loại theo {name}", "Địa bàn, khối quản lý")
        for way, name in ((By.DISTRICT, "huyện"), (By.COMMUNE, "xã"))
    }
    return [
        grades_by_row(
            table, title=f"Kết quả xếp loại năm {scope.cycle.year} {words}", sheet_name=sheet_name, first=first
        )
        for table in found
        if table
        for words, sheet_name, first in (sheets[table.by],)
    ]


def _years_section(years: Years, name: str, *, number: int) -> Section:
    title = f"Bảng {number}. Số được công nhận và tỷ lệ trên tổng số theo năm"
    return Section("Kết quả qua các năm", table=years_table(years, title=title), chart=trend_svg(years, name))


def _year_grades_section(years: Years, *, number: int) -> Section:
    table = year_grades_table(grades_through(years), title=f"Bảng {number}. Số đơn vị theo loại qua các năm")
    return Section("Xếp loại qua các năm", table=table)


def find_years(params: dict, place: Unit) -> Years:
    """The years the parameters name; raises Refused when there is none."""
    years = ten_year_table(
        place,
        programmes=params["programmes"],
        kind=params.get("kind") or None,
        last_year=params.get("last_year"),
        years=params.get("years") or 10,
        boundaries=boundaries_in(params, place),
    )
    if not years.rows and years.left_out:
        raise Refused(f"{years.totals_note} Hãy chọn “{Boundaries.THEN.label}”.")
    if not years.rows:
        raise Refused(f"{place.name} chưa có kết quả năm nào của các chương trình đã chọn. Hãy chọn chương trình khác.")
    return years


def build_years(params: dict, place: Unit) -> Paper:
    """The many-year table with its chart."""
    kind = params.get("kind") or None
    years = find_years(params, place)
    what = KINDS[kind].lower() if kind else "đơn vị"
    text = comparison(years, where=in_sentence(place.name), what=what)
    notes = [*(f"Nguồn: {source}." for source in years.sources), *years_notes(years)]
    if any(row.is_demo for row in years.rows):
        notes.insert(0, DEMO_NOTE)
    first, last = years.rows[0].year, years.rows[-1].year
    span, time = (f"{first}", f"năm {first}") if first == last else (f"{first}–{last}", f"giai đoạn {first}–{last}")
    today = TODAY_SUBJECT * (years.boundaries == Boundaries.TODAY)
    return Paper(
        **header(place, place.name, manager_of(place)),
        subject=f"Kết quả công nhận {what} {time}{today}",
        file_stem=f"Ket qua nhieu nam {span} {bare_name(place.name)}{today}",
        mark=EXAMPLE_YEARS if any(row.is_example for row in years.rows) else "",
        sections=(
            Section("Kết quả chung", (text,)),
            _years_section(years, place.name, number=1),
            *((_year_grades_section(years, number=2),) if grades_through(years) else ()),
        ),
        notes=tuple(notes),
    )


def build_list(params: dict, place: Unit) -> Paper:
    """Every unit of the place with where its dossier stands, as an annex."""
    scope, kind, state = find_scope(params, place), params.get("kind") or None, params.get("state") or None
    cycle, name = scope.cycle, scope.name
    roster = unit_roster(scope, kind=kind, state=state)
    about = f" ở tình trạng “{State(state).label}”" if state else ""
    what = KINDS[kind].lower() if kind else "đơn vị"
    begins = f"Tính theo ranh giới hiện nay, năm {cycle.year}" if scope.is_today else f"Năm {cycle.year}"
    text = f"{begins}, {in_sentence(name)} có {grouped(roster.size)} {what}{about}, theo danh sách kèm theo."
    table = roster_table(roster, title=f"Danh sách {what} năm {cycle.year}")
    return Paper(
        **header(place, name, scope.manager),
        mark=mark_of(scope),
        subject=f"Danh sách {what} và tình trạng hồ sơ “{cycle.programme.name}” năm {cycle.year}"
        + TODAY_SUBJECT * scope.is_today,
        file_stem=f"Danh sach {cycle.year} {bare_name(name)}{TODAY_SUBJECT * scope.is_today}",
        sections=(Section("", (text,)),),
        annexes=(table,) if table.lines else (),
        notes=notes_of(scope, kind),
    )


def build_criteria(params: dict, place: Unit) -> Paper:
    """What criteria sets ask: each set's own words and tables, its criteria in an annex."""
    sets = [set_in_words(one) for one in find_sets(params, place)]
    several = len(sets) > 1
    subject = "Yêu cầu của các bộ tiêu chí" if several else f"Yêu cầu của bộ tiêu chí: {sets[0].name}"
    if year := not params.get("criteria_set") and params.get("year"):
        subject += f" năm {year}"
    examples = [one for one in sets if one.is_example]
    mixed = examples and len(examples) < len(sets)
    mark = f"Có bộ tiêu chí {EXAMPLE_WORDS}" if mixed else f"Bộ tiêu chí {EXAMPLE_WORDS}"
    return Paper(
        **header(place, place.name, manager_of(place)),
        mark=mark if examples else "",
        subject=subject,
        file_stem=f"Yeu cau tieu chi {'-'.join(one.key for one in sets)}".replace("/", "-"),
        sections=tuple(section for one in sets for section in sections_of(one)),
        annexes=tuple(criteria_table(one, marked=bool(mixed)) for one in sets if one.criteria),
        notes=tuple(note for one in sets for note in gaps_of(one)),
    )


# What can be asked for, by the word in its address; a schedule and a run name the same word.
REPORTS = {
    report.slug: report
    for report in (
        Report(
            "yearly",
            "Báo cáo tổng hợp năm",
            "Kết quả đăng ký, công nhận trong năm theo loại đơn vị, theo địa bàn, kèm biểu đồ qua các năm.",
            forms.YearlyForm,
            build_yearly,
            find_scope,
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
            find_scope,
        ),
        Report(
            "criteria",
            "Bộ tiêu chí yêu cầu gì",
            "Từng tiêu chí, cách đo, căn cứ, minh chứng, loại trừ, thời hạn, xếp loại, điều kiện, hồ sơ phải có.",
            forms.CriteriaForm,
            build_criteria,
            find_sets,
            page="reports:criteria_asks",
        ),
        Report(
            "decision_draft",
            "Dự thảo quyết định công nhận",
            "Dự thảo do phiên họp lập, để trình ký: chưa có số, ngày.",
            forms.ReportForm,
            build_draft,
            find_draft,
            formats=(PDF,),
            listed=False,
        ),
    )
}
