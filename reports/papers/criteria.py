"""The paper of what criteria sets ask, and the same as plain text."""

from collections.abc import Iterator, Sequence

from criteria.models import CriteriaSet, Programme
from portal.core.enums import EXAMPLE_WORDS
from portal.core.errors import Refused
from units.models import Unit

from ..datasets.criteria_sets import Part, SetInWords, province_of, set_in_words, sets_by_key, sets_in_force
from .paper import Column, Line, Section, Table

COLUMNS = (
    Column("Mục", 14),
    Column("Nội dung", 84),
    Column("Cách đo, mức phải đạt", 56),
    Column("Minh chứng, loại trừ, thời hạn, hướng dẫn", 66),
    Column("Căn cứ", 36),
)


def find_sets(params: dict, place: Unit) -> list[CriteriaSet]:
    """The sets asked for: one by its key, or all in force for a programme and year; Refused when there is none.

    Only those of the whole country and of the place's own province.
    """
    province = province_of(place)
    if key := params.get("criteria_set"):
        found = sets_by_key(key, CriteriaSet.objects.for_province(province))
        told = f"bộ tiêu chí “{key}”"
    else:
        programme = Programme.objects.filter(code=params.get("programme") or "").first()
        year = params.get("year")
        if programme is None or not year:
            raise Refused("Hãy chọn một bộ tiêu chí, hoặc chọn chương trình và ghi năm.")
        found = sets_in_force(programme, year, province, params.get("kind") or "")
        told = f"bộ tiêu chí nào của “{programme.name}” được ban hành cho năm {year} và loại đơn vị đã chọn"
    if not found:
        raise Refused(f"Không có {told}. Hãy chọn lại.")
    return found


def sections_of(worded: SetInWords) -> Iterator[Section]:
    """What the set says of itself, and a table for each thing it says beside its criteria."""
    facts = tuple(f"{label}: {value}." for label, value in worded.facts)
    yield Section(worded.name, facts)
    for part in worded.parts:
        yield Section("", table=table_of(part, worded))


def gaps_of(worded: SetInWords) -> tuple[str, ...]:
    """What the portal could not read of the set: its own remark, so never above a signature."""
    return tuple(f"Ghi chú của hệ thống, {worded.key}: chỗ chưa rõ trong văn bản: {gap}" for gap in worded.gaps)


def table_of(part: Part, worded: SetInWords) -> Table:
    columns = tuple(Column(title, width) for title, width in part.columns)
    lines = tuple(Line(row) for row in part.rows)
    return Table(f"{part.title} ({worded.key})", f"{part.sheet_name} {worded.key}", columns, lines)


def criteria_table(worded: SetInWords, *, marked: bool) -> Table:
    """The criteria under their groups, as a wide annex; `marked`: its title says whether the set is an example."""
    lines = tuple(
        Line((f"{one.number}. {one.label} ({one.article})",), "group")
        if one.is_group
        else Line((one.number, one.label, one.measured, "; ".join(one.notes), one.article))
        for one in worded.criteria
    )
    mark = f" ({EXAMPLE_WORDS})" if worded.is_example and marked else ""
    return Table(f"{worded.name}{mark}", f"Tiêu chí {worded.key}", COLUMNS, lines, landscape=True)


def as_text(sets: Sequence[CriteriaSet]) -> Iterator[str]:
    """The same rows, line by line, for a terminal."""
    for place, criteria_set in enumerate(sets):
        worded = set_in_words(criteria_set)
        if place:
            yield ""
        yield f"{worded.name.upper()}{f' ({EXAMPLE_WORDS})' if worded.is_example else ''}"
        yield from (f"{label}: {value}" for label, value in worded.facts)
        yield from (f"Chỗ chưa rõ: {gap}" for gap in worded.gaps)
        yield ""
        for one in worded.criteria:
            if one.is_group:
                yield f"{one.number}. {one.label.upper()} ({one.article})"
                continue
            yield f"  {one.number}. {one.label} ({one.article})"
            yield f"      {one.measured}"
            yield from (f"      {note}" for note in one.notes)
        for part in worded.parts:
            yield ""
            yield part.title.upper()
            titles = [title for title, _ in part.columns]
            for row in part.rows:
                yield "  - " + "; ".join(f"{title}: {cell}" for title, cell in zip(titles, row, strict=True) if cell)
