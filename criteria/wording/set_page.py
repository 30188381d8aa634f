"""A criteria set as its page shows it: rows whose words are ready to print."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from portal.core.vietnamese.figures import plain_number
from portal.core.vietnamese.text import search_key
from units.enums import Subtype

from ..enums import Comparison, Confidence, Measure, SetStatus
from ..models import CriteriaSet, Criterion, Route
from ..queries import areas_of, criteria_of

# Only what was not read in the text itself carries a mark.
CONFIDENCE_TONES: dict[str, str] = {
    Confidence.SECONDARY: "info",
    Confidence.INFERRED: "warn",
    Confidence.NOT_FOUND: "bad",
}

QUARTERS = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion, or the heading of a group."""

    criterion: Criterion
    is_group: bool
    asks: str  # how it is measured and what must be reached
    notes: tuple[str, ...]  # excuses, not applicable, due quarter, evidence, guidance
    article: str  # without the document's name
    tone: str  # of the mark of confidence; empty for no mark


@dataclass(frozen=True, slots=True)
class Way:
    """One route, told once for all kinds of unit that share it."""

    kinds: str
    route: Route
    deadlines: tuple[str, ...]
    article: str
    tone: str
    is_over: bool


def scopes(sets: Iterable[CriteriaSet]) -> dict[int, str]:
    """Where each set of one place or one province applies, by its key; the whole country's are left out."""
    return {pk: f"{place}, {province}" if place else province for pk, (place, province) in areas_of(sets).items()}


def tell_scopes(sets: Iterable[CriteriaSet]) -> None:
    """Let each say where it applies (`scope`); the whole country's stay without."""
    rows = list(sets)
    told = scopes(rows)
    for one in rows:
        one.scope = told.get(one.pk, "")


def lines(criteria_set: CriteriaSet, words: str = "") -> list[CriterionLine]:
    """The set's lines in order; with words, the criteria that hold them (marks and case aside) under their groups."""
    rows = criteria_of(criteria_set)
    key = search_key(words)
    if key:
        found = {row.pk for row in rows if key in _words(row)}
        found |= {row.pk for row in rows if row.parent_id in found}
        found |= {row.parent_id for row in rows if row.pk in found and row.parent_id}
        rows = [row for row in rows if row.pk in found]
    return [_line(row) for row in rows]


def _words(row: Criterion) -> str:
    return search_key(f"{row.code} {row.number} {row.label} {row.article} {row.guidance}")


def _line(row: Criterion) -> CriterionLine:
    return CriterionLine(
        criterion=row,
        is_group=row.measure == Measure.GROUP,
        asks=asks(row),
        notes=tuple(_notes(row)),
        article=bare(row.article),
        tone=CONFIDENCE_TONES.get(row.confidence, ""),
    )


def bare(article: str) -> str:
    """The clause without the document's name, which the page's head tells: "Điều 5.4"."""
    return article[article.index("Điều") :] if "Điều" in article else article


def asks(row: Criterion) -> str:
    """How the criterion is measured, in words: "Tỷ lệ: từ 70% (đơn vị được công nhận / đơn vị thuộc diện xét)"."""
    if row.measure == Measure.GROUP:
        return ""
    text = row.get_measure_display()
    if row.threshold is not None:
        sign = "%" if row.measure in (Measure.PERCENT, Measure.DERIVED, Measure.TREND) else ""
        text += f": {_how(row)} {plain_number(row.threshold)}{sign}"
    if row.denominator_label:
        text += f" ({row.numerator_label} / {row.denominator_label})"
    elif row.numerator_label:
        text += f" {row.numerator_label}"
    if row.max_points is not None:
        text += f"; tối đa {plain_number(row.max_points)} điểm"
    return text


def _how(row: Criterion) -> str:
    """The word before the threshold; a draft may not say yet how it is compared."""
    if row.measure == Measure.TREND:
        return "giảm ít nhất"
    return str(Comparison(row.comparison).label) if row.comparison else "mức"


def asks_of(row: dict) -> str:
    """`asks` of a criterion as plain content."""
    fields = {name: row[name] for name in ("measure", "comparison", "numerator_label", "denominator_label")}
    numbers = {name: Decimal(row[name]) if row[name] is not None else None for name in ("threshold", "max_points")}
    return asks(Criterion(**fields, **numbers))


def _notes(row: Criterion):
    if row.excuses:
        excuses = "; ".join(f"{one['label']} ({one['short']})" for one in row.excuses)
        yield f"Loại trừ: {excuses}"
    if row.not_applicable_when:
        yield f"Không áp dụng (KAD) khi {row.not_applicable_when}"
    if row.due_quarter:
        yield f"Xong trong quý {QUARTERS[row.due_quarter - 1]}"
    if row.needs_evidence:
        yield "Phải kèm minh chứng"
    if row.reuses:
        yield f"Dùng lại tiêu chí {row.reuses}"
    if row.guidance:
        yield row.guidance


def ways(criteria_set: CriteriaSet, today: date) -> list[Way]:
    """The set's routes in order of time, kinds that share one told together."""
    routes = sorted(criteria_set.routes.prefetch_related("deadlines"), key=_shared)
    return [_way(list(together), today) for _, together in groupby(routes, key=_shared)]


def _shared(route: Route) -> tuple:
    levels = (route.managed_at, route.enter_level, route.appraise_level, route.decide_level)
    last = route.valid_to or date.max
    return (route.valid_from, last, *levels, route.authority, route.article, route.confidence, _deadlines(route))


def _deadlines(route: Route) -> tuple[str, ...]:
    found = sorted(route.deadlines.all(), key=lambda one: (one.month, one.day))
    return tuple(f"{one} ({bare(one.article)})" for one in found)


def _way(together: list[Route], today: date) -> Way:
    route = together[0]
    return Way(
        kinds="; ".join(one.get_kind_display() for one in together),
        route=route,
        deadlines=_deadlines(route),
        article=bare(route.article),
        tone=CONFIDENCE_TONES.get(route.confidence, ""),
        is_over=route.valid_to is not None and route.valid_to < today,
    )


def excluded(criteria_set: CriteriaSet) -> str:
    """The subtypes the set does not judge, in words; empty for none."""
    return "; ".join(Subtype(value).label for value in criteria_set.excluded_subtypes)


def window(criteria_set: CriteriaSet) -> str:
    """The span judged each year, in words; empty when the law gives none."""
    if not (criteria_set.window_from and criteria_set.window_to):
        return ""
    first, last = ("/".join(reversed(text.split("-"))) for text in (criteria_set.window_from, criteria_set.window_to))
    return f"từ {first} năm trước đến hết {last} năm xét ({bare(criteria_set.window_article)})"


def years(criteria_set: CriteriaSet) -> str:
    """The years a set judges; the next published version of its code ends the one before."""
    return years_of([criteria_set])[criteria_set.pk]


def years_of(sets: Iterable[CriteriaSet]) -> dict[int, str]:
    """The years each set judges, by its pk; one query for all."""
    sets = list(sets)
    later = CriteriaSet.objects.published().filter(code__in={one.code for one in sets}).order_by("version")
    newer: dict[str, list[CriteriaSet]] = {}
    for version in later:
        newer.setdefault(version.code, []).append(version)
    return {one.pk: _years(one, newer.get(one.code, [])) for one in sets}


def _years(one: CriteriaSet, versions: list[CriteriaSet]) -> str:
    if one.last_year is not None:
        return f"{one.first_year}–{one.last_year}"
    after = next((version for version in versions if version.version > one.version), None)
    if after is None or one.status != SetStatus.PUBLISHED:
        return f"từ năm {one.first_year}"
    return f"{one.first_year}–{after.first_year - 1}, từ năm {after.first_year} theo phiên bản {after.version}"


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """A row beside the criteria: a grade, a ceiling, a precondition, a quota, a paper; with its clause and mark."""

    text: str
    article: str
    tone: str
    mark: str


def outcomes(criteria_set: CriteriaSet) -> list[tuple[str, list[OutcomeLine]]]:
    """What the set comes to beside its criteria, by heading; empty headings left out."""
    grades = [
        (
            row,
            f"{row.rank}. {row.label}: "
            + (f"từ {plain_number(row.lower_bound)} điểm" if row.lower_bound is not None else "chưa đọc được mức điểm"),
        )
        for row in criteria_set.grades.order_by("rank")
    ]
    caps = [
        (row, f"Tiêu chí {row.criterion.number} chưa đạt thì cao nhất là bậc {row.best_rank}")
        for row in criteria_set.caps.select_related("criterion")
    ]
    wanted = [(row, _required(row)) for row in criteria_set.preconditions.select_related("programme")]
    quotas = [(row, str(row)) for row in criteria_set.quotas.all()]
    papers = [(row, f"{row.order}. {row.name}") for row in criteria_set.papers.order_by("order")]
    told = (
        ("Xếp loại", grades),
        ("Mức khống chế", caps),
        ("Điều kiện", wanted),
        ("Chỉ tiêu lựa chọn đầu năm", quotas),
        ("Thành phần hồ sơ", papers),
    )
    return [
        (
            heading,
            [
                OutcomeLine(text, row.article, CONFIDENCE_TONES.get(row.confidence, ""), row.get_confidence_display())
                for row, text in rows
            ],
        )
        for heading, rows in told
        if rows
    ]


def _required(row) -> str:
    when = f"{row.years_back} năm trước" if row.years_back else "cùng năm"
    what = f"xếp loại từ bậc {row.worst_rank}" if row.worst_rank else "được công nhận"
    otherwise = f"không có thì cao nhất bậc {row.best_rank}" if row.best_rank else "không có thì không được xét"
    return f"{row.label} ({row.programme.name}, {when}: {what}; {otherwise})"
