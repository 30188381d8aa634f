"""What criteria sets ask: their criteria, how the outcome is reached, dates, papers, gaps; as rows of words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from criteria.enums import Confidence, Outcome, SetStatus
from criteria.models import CriteriaSet, Programme
from criteria.packs.content import name_of, split_name
from criteria.packs.gaps import not_typed
from criteria.queries import sets_for
from criteria.wording import set_page
from portal.core.enums import EXAMPLE_WORDS
from portal.core.vietnamese.figures import plain_number
from units.enums import JUDGED, UnitKind
from units.models import Unit

NOT_READ = "chưa đọc được trong văn bản"


@dataclass(frozen=True)
class CriterionInWords:
    """One criterion, or the heading of a group."""

    number: str
    label: str
    is_group: bool
    measured: str  # how it is measured and what must be reached
    notes: tuple[str, ...]  # evidence, excuses, not applicable, due quarter, guidance
    article: str


@dataclass(frozen=True)
class Part:
    """What the set says beside its criteria, e.g. its grades: titles of columns and rows of words."""

    title: str
    sheet_name: str
    columns: tuple[tuple[str, int], ...]  # title, share of the width
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class SetInWords:
    """Everything a set asks of the units it judges."""

    key: str  # "TT124-KDC/1"
    name: str
    is_example: bool
    facts: tuple[tuple[str, str], ...]
    gaps: tuple[str, ...]
    criteria: tuple[CriterionInWords, ...]
    parts: tuple[Part, ...]


def sets_by_key(key: str, sets: QuerySet[CriteriaSet]) -> list[CriteriaSet]:
    """The set "CODE/VERSION" among those given; without a version, the newest of the code."""
    code, version = split_name(key)
    found = sets.filter(code=code).select_related("programme", "document", "base").order_by("-version")
    if "/" in key:
        found = found.filter(version=version)
    return list(found[:1])


def sets_in_force(programme: Programme, year: int, province: Unit, kind: str = "") -> list[CriteriaSet]:
    """The published sets that judge the province's units in the year, in the order of the kinds they judge."""

    def order(pair: tuple[tuple[str, ...], CriteriaSet]) -> tuple[int, str]:
        return min(JUDGED.index(UnitKind(one)) for one in pair[0]), pair[1].code

    found = [(kinds, one) for one, kinds in sets_for(programme, year, province) if not kind or kind in kinds]
    return [one for _, one in sorted(found, key=order)]


def province_of(place: Unit) -> Unit:
    return place if place.kind == UnitKind.PROVINCE or place.province is None else place.province


def set_in_words(criteria_set: CriteriaSet) -> SetInWords:
    """The set as rows of words; a fixed number of queries whatever its length."""
    return SetInWords(
        key=name_of(criteria_set),
        name=criteria_set.name,
        is_example=criteria_set.is_example,
        facts=tuple(_facts(criteria_set)),
        gaps=tuple(not_typed(criteria_set.gaps)),
        criteria=tuple(
            CriterionInWords(
                line.criterion.number,
                line.criterion.label,
                line.is_group,
                line.asks,
                line.notes,
                _clause(line.article, line.criterion.confidence),
            )
            for line in set_page.lines(criteria_set)
        ),
        parts=tuple(part for part in _parts(criteria_set) if part.rows),
    )


def _clause(article: str, confidence: str) -> str:
    """The clause; how it was read is told where it was not read in the text itself."""
    words = "" if confidence == Confidence.TEXT else Confidence(confidence).label.lower()
    return f"{article} ({words})" if article and words else article or words


def _facts(one: CriteriaSet) -> Iterator[tuple[str, str]]:
    status = one.get_status_display()
    if one.is_example:
        yield "Lưu ý", EXAMPLE_WORDS
    yield "Mã, phiên bản", f"{one.code}, phiên bản {one.version} ({status.lower()})"
    yield "Căn cứ", f"{one.document.number}, {one.document.title}"
    yield "Chương trình", one.programme.name
    yield "Áp dụng cho", "; ".join(one.kind_labels)
    if one.excluded_subtypes:
        yield "Không áp dụng cho", set_page.excluded(one)
    yield "Năm áp dụng", set_page.years(one)
    yield "Kỳ đánh giá", set_page.window(one) or "văn bản không ấn định"
    yield "Cách kết luận", _outcome(one)
    if one.not_applicable_rule:
        yield "Tiêu chí không áp dụng", one.get_not_applicable_rule_display()
    if one.base:
        yield "Bổ sung cho bộ", f"{one.base.name} ({name_of(one.base)})"
    if one.by_selection:
        yield "Đối tượng xét", "chỉ đơn vị được chọn từ đầu năm"
    if one.status == SetStatus.DRAFT:
        yield "Tình trạng", "bản thảo, chưa dùng để chấm"


def _outcome(one: CriteriaSet) -> str:
    if one.outcome == Outcome.NUMBER_MET:
        return f"{one.get_outcome_display()}: ít nhất {one.needed_met or NOT_READ}"
    if one.outcome == Outcome.GRADES:
        total = f"{plain_number(one.points_total)} điểm" if one.points_total is not None else NOT_READ
        return f"{one.get_outcome_display()}; tổng điểm chuẩn: {total}"
    return one.get_outcome_display()


def _parts(one: CriteriaSet) -> Iterator[Part]:
    grades = {grade.rank: grade for grade in one.grades.order_by("rank")}
    yield Part(
        "Các loại và mức điểm",
        "Loại",
        (("Bậc", 10), ("Loại", 40), ("Từ số điểm", 40), ("Căn cứ", 40)),
        tuple(
            (
                str(grade.rank),
                grade.label,
                NOT_READ if grade.lower_bound is None else plain_number(grade.lower_bound),
                _clause(grade.article, grade.confidence),
            )
            for grade in grades.values()
        ),
    )
    yield Part(
        "Mức khống chế",
        "Khống chế",
        (("Khi không đạt tiêu chí", 90), ("Chỉ xếp cao nhất", 35), ("Căn cứ", 35)),
        tuple(
            (f"{cap.criterion.number}. {cap.criterion.label}", _named(grades, cap.best_rank), _clause(*_read(cap)))
            for cap in one.caps.select_related("criterion").order_by("criterion__order")
        ),
    )
    yield Part(
        "Điều kiện về kết quả khác",
        "Điều kiện",
        (("Điều kiện", 80), ("Xét kết quả", 60), ("Khi không có", 40), ("Căn cứ", 35)),
        tuple(
            (
                found.label,
                f"{found.programme.name}, {f'{found.years_back} năm trước' if found.years_back else 'cùng năm'}",
                "không được công nhận" if found.best_rank is None else f"cao nhất {_named(grades, found.best_rank)}",
                _clause(*_read(found)),
            )
            for found in one.preconditions.select_related("programme").order_by("programme", "years_back")
        ),
    )
    yield Part(
        "Chỉ tiêu lựa chọn",
        "Chỉ tiêu",
        (("Chỉ tiêu", 100), ("Căn cứ", 60)),
        tuple((str(quota), _clause(*_read(quota))) for quota in one.quotas.all()),
    )
    yield Part(
        "Thành phần hồ sơ",
        "Hồ sơ",
        (("STT", 10), ("Thành phần hồ sơ", 100), ("Căn cứ", 50)),
        tuple(
            (str(place), paper.name, _clause(*_read(paper)))
            for place, paper in enumerate(one.papers.order_by("order"), start=1)
        ),
    )
    yield Part(
        "Tuyến xét duyệt và thời hạn",
        "Tuyến, thời hạn",
        (("Đơn vị", 34), ("Hiệu lực", 22), ("Nhập, thẩm định, công nhận", 44), ("Thời hạn", 40), ("Căn cứ", 28)),
        tuple(_way(way) for way in set_page.ways(one, date.min)),
    )


def _read(row: Any) -> tuple[str, str]:
    return row.article, row.confidence


def _named(grades: dict, rank: int) -> str:
    return f"loại {grades[rank]}" if rank in grades else f"bậc {rank}"


def _way(way: set_page.Way) -> tuple[str, ...]:
    route = way.route
    until = f" đến hết {route.valid_to:%d/%m/%Y}" if route.valid_to else ""
    levels = (
        f"nhập: {route.get_enter_level_display()}; thẩm định: {route.get_appraise_level_display()}; "
        f"công nhận: {route.get_decide_level_display()} ({route.authority})"
    )
    return (
        f"{way.kinds} do {route.get_managed_at_display()} quản lý",
        f"từ {route.valid_from:%d/%m/%Y}{until}",
        levels,
        "; ".join(way.deadlines) or "văn bản không ấn định",
        _clause(way.article, route.confidence),
    )
