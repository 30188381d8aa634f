"""A file of past years' results: its columns, which unit and year a row means, every problem by row. Writes nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from criteria.models import Grade, Programme
from portal.core.errors import Refused
from portal.core.lists import chunks
from portal.core.sheets.cells import written
from portal.core.sheets.templates import Cells, FileColumn, Template
from portal.core.vietnamese import text
from units.enums import UnitKind
from units.files.keys import OWN_KEY, UNIT_KEY, Here, living, not_one
from units.files.lines import Problems, lines_of, said
from units.models import Unit, UnitVersion, User, on
from units.queries import tell_apart

from .. import permissions
from ..enums import REENTERED
from ..models import Cycle, Evaluation
from ..services.past_results import (
    RESULT_WORDS,
    PastResult,
    from_papers,
    on_other_rosters,
    past_day,
    past_sets,
)
from .past_cells import not_there, programmes_by_word, read_paper_day, read_past_year, read_programme

RESULTS = {word: state for state, word in RESULT_WORDS.items()}
TEMPLATE = Template(
    "ket-qua-nam-truoc",
    "Kết quả năm trước",
    {
        "unit": FileColumn("Khoá đơn vị", Cells.CODE, UNIT_KEY, "07201", is_needed=True),
        "year": FileColumn("Năm", Cells.WHOLE, example=2022, is_needed=True),
        "programme": FileColumn("Chương trình", Cells.CHOICE, "Tên hoặc mã.", is_needed=True),
        "result": FileColumn(
            "Kết quả", Cells.CHOICE, example=next(iter(RESULTS)), is_needed=True, choices=tuple(RESULTS)
        ),
        "grade": FileColumn("Xếp loại", help="Chỉ với chương trình có xếp loại."),
        "title": FileColumn("Danh hiệu", help="Như ghi trong văn bản."),
        "paper": FileColumn("Quyết định, văn bản", example="Quyết định 45/QĐ-UBND"),
        "paper_on": FileColumn("Ngày văn bản", Cells.DAY, example=date(2022, 12, 20)),
        "source": FileColumn(
            "Nguồn",
            help="Báo cáo, sổ sách mà kết quả được lấy ra; kỳ được đánh dấu “nhập lại”.",
            example="Báo cáo tổng kết năm 2022",
            is_needed=True,
        ),
    },
    empty="Ô để trống, cột không có trong tệp giữ nguyên điều đang ghi; ghi “xoá” để bỏ điều đang ghi.",
)
COLUMNS, NEEDED = TEMPLATE.headings, TEMPLATE.needed
SHOWN_ONLY = ("Đơn vị", "Xã")
HEADINGS = [*COLUMNS.values(), *SHOWN_ONLY]
STATES = {text.plain_key(word): state for word, state in RESULTS.items()}
LONGEST = {"paper": 250, "source": 230, "title": 200}


def exported(dossiers: Iterable[Evaluation]) -> Iterator[list]:
    """Cells of past dossiers under HEADINGS; they come `with_namesake`, and with cycle, programme and grade selected.
    A query a year more, and one a chunk with namesakes."""
    communes: dict[tuple[int, date], dict[int, str]] = {}  # what they were called, by province and day
    for one in _told_apart(dossiers):
        cycle, key = one.cycle, (one.province_id, one.cycle.as_of)
        if key not in communes:
            communes[key] = _communes_on(*key)
        yield [
            *(f"{OWN_KEY}{one.unit_id}", cycle.year, cycle.programme.code, RESULT_WORDS.get(one.state, "")),
            *(str(one.grade or ""), one.paper_title, one.paper, one.paper_on, one.taken_from),
            *(one.listed_name, communes[key].get(one.commune_id or 0, "")),
        ]


def _told_apart(dossiers: Iterable[Evaluation]) -> Iterator[Evaluation]:
    for chunk in chunks(dossiers):
        tell_apart(chunk)
        yield from chunk


def _communes_on(province: int, day: date) -> dict[int, str]:
    """The province's communes by id, as they were called that day."""
    versions = UnitVersion.objects.filter(on(day), unit__kind=UnitKind.COMMUNE, province=province)
    return dict(versions.values_list("unit", "name"))


@dataclass
class PastResultFile(Problems):
    """What a file says of past years: the rows to write and what is wrong."""

    province: Unit | None = None
    rows: dict[int, PastResult] = field(default_factory=dict)  # by their number in the file

    @property
    def new(self) -> list[PastResult]:
        return [row for row in self.rows.values() if row.stored is None]

    @property
    def changed(self) -> list[PastResult]:
        return [row for row in self.rows.values() if row.stored is not None and row.differs]


def read(data: bytes, file: str, user: User, *, province: int | None = None) -> PastResultFile:
    """Read and check the file with the rights of now; a unit's result of a programme and year already here is changed
    by its row, an equal row is left alone. `province` names one of the user's."""
    found = PastResultFile(file, province=permissions.own_province(user, province))
    if found.province is None:
        found.refuse(None, "Chỉ cán bộ cấp tỉnh, quản trị của tỉnh được nhập kết quả các năm trước.")
        return found
    lines = lines_of(found, data, COLUMNS, needed=NEEDED, shown_only=SHOWN_ONLY, template=TEMPLATE, fill=False)
    if found.problems:
        return found
    known = _Known(found.province, {cells["unit"] for _, cells in lines} - {""})
    seen: dict[tuple, int] = {}
    for number, cells in lines:
        try:
            row = known.row(said(cells, NEEDED))
        except ValueError as wrong:
            for sentence in dict.fromkeys([str(wrong), *known.faults(cells)]):
                found.refuse(number, sentence)
            continue
        key = (row.unit.pk, row.programme.pk, row.year)
        if (first := seen.setdefault(key, number)) != number:
            found.refuse(number, f"Trùng với dòng {first}: cùng đơn vị, năm, chương trình. Hãy bỏ một dòng.")
        else:
            found.rows[number] = row
            found.stands(number, row.facts_before, writes=row.differs)
    return found


def read_row(cells: dict[str, str], province: Unit, unit: Unit | None = None) -> PastResult:
    """What one row's cells say, as a page has them typed: read and checked like a file's row. `unit` is the page's own,
    which may have gone over to another province since. Raises Refused with the sentence of what is wrong."""
    try:
        return _Known(province, {cells["unit"]}, [unit] if unit else []).row(cells)
    except ValueError as wrong:
        raise Refused(str(wrong)) from None


def _unsaid(stored: Evaluation | None, state: str, paper: str | None) -> dict[str, str]:
    """The columns a file may leave out: as they are stored while result and paper stay, else empty."""
    if stored is None or stored.state != state or paper not in (None, stored.paper):
        return dict.fromkeys(("grade", "title", "paper", "paper_on"), "")
    return {
        "grade": str(stored.grade or ""),
        "title": stored.paper_title,
        "paper": stored.paper,
        "paper_on": written(stored.paper_on),
    }


def _state(words: str) -> str:
    if state := STATES.get(text.plain_key(words), ""):
        return state
    raise ValueError(f"Không có kết quả “{words}”. Hãy ghi một trong: {', '.join(RESULTS)}.")


def _fit(name: str, words: str) -> None:
    if len(words) > (most := LONGEST[name]):
        raise ValueError(f"“{COLUMNS[name]}” dài quá {most} chữ. Hãy viết gọn lại.")


class _Known:
    """What the rows may name: the province's units, programmes, grades, and the results already here."""

    def __init__(self, province: Unit, keys: set[str], also: Iterable[Unit] = ()):
        self.province = province
        units = Unit.objects.filter(province=province).select_related("commune")
        self.units = Here(units, units).named(keys) | {f"{OWN_KEY}{one.pk}": [one] for one in also}
        self.programmes = programmes_by_word(province)
        cycles = Cycle.objects.filter(province=province, place=None).order_by("-source")  # a worked year's is the last
        self.cycles = {(one.programme_id, one.year): one for one in cycles}
        ids = [unit.pk for ones in self.units.values() for unit in ones]
        self.elsewhere = on_other_rosters(ids, province)
        rows = from_papers(ids).select_related("cycle__province", "criteria_set", "grade")
        self.stored = {(one.unit_id, one.cycle.programme_id, one.cycle.year): one for one in rows}
        self.sets: dict[tuple[int, int], dict] = {}
        self.grades: dict[int, dict[str, Grade]] = {}
        # A file says the same in many of its rows: each is read once, a wrong one every time.
        self.year, self.paper_on, self.words = cache(read_past_year), cache(read_paper_day), cache(text.clean)

    def row(self, cells: dict[str, str]) -> PastResult:
        """A column the file does not have changes nothing (see _unsaid). Raises ValueError with the sentence of what is
        wrong."""
        year = self.year(cells["year"])
        unit, programme = self._unit(cells["unit"], year), read_programme(cells["programme"], self.programmes)
        cycle = self.cycles.get((programme.pk, year))
        if cycle is not None and not cycle.source:
            raise ValueError(
                f"“{programme.name}” năm {year} được thực hiện trên cổng, không nhập lại được. Hãy xử lý ở hồ sơ của "
                "năm đó."
            )
        if (unit.pk, programme.pk, year) in self.elsewhere:
            raise ValueError(f"{unit} có hồ sơ năm {year} trong một kỳ khác trên cổng. Hãy xử lý ở hồ sơ của năm đó.")
        if unit.opened_on > past_day(year) or (unit.closed_on and unit.closed_on < past_day(year)):
            raise ValueError(not_there(unit, year))
        state = _state(cells["result"])
        stored = self.stored.get((unit.pk, programme.pk, year))
        if stored is not None and (other := self._entered_by(stored.cycle.province)):
            raise ValueError(f"Kết quả năm {year} của {unit} do {other} nhập. Hãy đề nghị nơi đó sửa.")
        cells = _unsaid(stored, state, cells.get("paper")) | cells
        source, paper, title = (self.words(cells[name]) for name in ("source", "paper", "title"))
        source = source.removesuffix(REENTERED)  # as our own export of older years has it
        if not source and cycle is None:
            raise ValueError(f"“{COLUMNS['source']}” để trống. Hãy ghi báo cáo, sổ sách mà kết quả được lấy ra.")
        for name, words in (("paper", paper), ("source", source), ("title", title)):
            _fit(name, words)
        paper_on = self.paper_on(cells["paper_on"], COLUMNS["paper_on"], year)
        grade = self._grade(cells["grade"], programme, year, unit, stored)
        return PastResult(programme, year, unit, state, grade, paper, source, stored, paper_on, title)

    def faults(self, cells: dict[str, str]) -> list[str]:
        """What is wrong with each cell by itself, so that a row with three faults is not sent three times."""
        found: list[str] = []

        def tried(read: Callable[..., Any], *asked: Any) -> Any:
            try:
                return read(*asked)
            except ValueError as wrong:
                found.append(str(wrong))
                return None

        year = tried(self.year, cells["year"]) if cells["year"] else None
        if year is not None and cells["unit"]:
            tried(self._unit, cells["unit"], year)
        if year is not None and cells.get("paper_on"):
            tried(self.paper_on, cells["paper_on"], COLUMNS["paper_on"], year)
        if cells["programme"]:
            tried(read_programme, cells["programme"], self.programmes)
        if cells["result"]:
            tried(_state, cells["result"])
        for name in LONGEST:
            tried(_fit, name, self.words(cells.get(name, "")))
        return found

    def _entered_by(self, entered: Unit) -> str:
        """The province that entered a result, where it is neither ours nor one that ours took over."""
        return "" if self.province.pk in (entered.pk, entered.province_id) else entered.name

    def _unit(self, key: str, year: int) -> Unit:
        ones = living(self.units.get(key, []), past_day(year))
        if len(ones) != 1:
            raise ValueError(not_one(key, ones, f"trong {self.province}"))
        return ones[0]

    def _grade(self, cell: str, programme: Programme, year: int, unit: Unit, stored: Evaluation | None) -> Grade | None:
        """A grade of the set of that year; where the result stands in the year of a province before a merger, of that
        one's."""
        key = (programme.pk, year)
        if key not in self.sets:
            self.sets[key] = past_sets(programme, self.province, year)
        criteria_set = self.sets[key].get(unit.kind)
        if stored is not None and stored.cycle.province_id != self.province.pk:
            criteria_set = stored.criteria_set
        if criteria_set is None:
            raise ValueError(f"“{programme.name}” không có bộ tiêu chí cho {unit.get_kind_display().lower()}.")
        if criteria_set.pk not in self.grades:
            ranked = Grade.objects.filter(criteria_set=criteria_set).order_by("rank")
            self.grades[criteria_set.pk] = {text.plain_key(str(one)): one for one in ranked}
        grades = self.grades[criteria_set.pk]
        if not cell:
            return None
        if found := grades.get(text.plain_key(cell)):
            return found
        offered = ", ".join(str(one) for one in grades.values())
        remedy = f"Hãy ghi một trong: {offered}." if grades else "Chương trình này không xếp loại; hãy để trống."
        raise ValueError(f"Không có xếp loại “{cell}”. {remedy}")
