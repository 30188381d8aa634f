"""A file of past years' totals: its columns, what a row means, every problem by row. Writes nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.core.errors import Refused
from portal.core.sheets.cells import read_choice, read_whole, written
from portal.core.sheets.templates import Cells, FileColumn, Template
from portal.core.vietnamese import text
from units.enums import JUDGED, LEVELS, UnitKind
from units.files.keys import OWN_KEY, UNIT_KEY, Here, living, not_one
from units.files.lines import Problems, lines_of, said
from units.models import Unit, User

from .. import permissions
from ..enums import REENTERED
from ..models import PastTotal
from ..services.past_results import past_day
from ..services.past_totals import Figures, Total, in_the_way, out_of_order, out_of_place
from .past_cells import not_there, programmes_by_word, read_paper_day, read_past_year, read_programme, refuse_too_long

KINDS = [kind.label for kind in JUDGED]
TEMPLATE = Template(
    "so-tong-nam-truoc",
    "Số tổng năm trước",
    {
        "place": FileColumn("Khoá địa bàn", Cells.CODE, UNIT_KEY, "07201", is_needed=True),
        "year": FileColumn("Năm", Cells.WHOLE, example=2022, is_needed=True),
        "programme": FileColumn("Chương trình", Cells.CHOICE, "Tên hoặc mã.", is_needed=True),
        "kind": FileColumn("Loại đơn vị", Cells.CHOICE, example=KINDS[0], is_needed=True, choices=tuple(KINDS)),
        "total": FileColumn("Tổng số", Cells.WHOLE, example=12, is_needed=True),
        "registered": FileColumn("Đăng ký", Cells.WHOLE, "Để trống khi văn bản không nêu.", 11),
        "met": FileColumn("Đạt", Cells.WHOLE, example=10, is_needed=True),
        "paper": FileColumn("Quyết định, văn bản", example="Quyết định 45/QĐ-UBND"),
        "paper_on": FileColumn("Ngày văn bản", Cells.DAY, example=date(2022, 12, 20)),
        "source": FileColumn(
            "Nguồn",
            help="Báo cáo, sổ sách mà số tổng được lấy ra; số được đánh dấu “nhập lại”.",
            example="Báo cáo tổng kết năm 2022",
            is_needed=True,
        ),
    },
    empty="Ô để trống, cột không có trong tệp giữ nguyên điều đang ghi; ghi “xoá” để bỏ điều đang ghi.",
)
COLUMNS, NEEDED = TEMPLATE.headings, TEMPLATE.needed
SHOWN_ONLY = ("Địa bàn",)
HEADINGS = [*COLUMNS.values(), *SHOWN_ONLY]
MOST = 9_999_999  # no place ever had ten million units


def exported(totals: Iterable[PastTotal]) -> Iterator[list]:
    """Cells of totals under HEADINGS; they come with their programme selected."""
    for one in totals:
        yield [
            *(f"{OWN_KEY}{one.place_id}", one.year, one.programme.code, one.get_kind_display()),
            *(one.total, "" if one.registered is None else one.registered, one.met),
            *(one.paper, one.paper_on, one.source, one.place_name),
        ]


@dataclass
class PastTotalFile(Problems):
    """What a file says of past years: the rows to write and what is wrong."""

    province: Unit | None = None
    rows: dict[int, Total] = field(default_factory=dict)  # by their number in the file

    @property
    def new(self) -> list[Total]:
        return [row for row in self.rows.values() if row.is_new]

    @property
    def changed(self) -> list[Total]:
        return [row for row in self.rows.values() if row.differs and not row.is_new]


def read(data: bytes, file: str, user: User, province: int | None = None) -> PastTotalFile:
    """Read and check the file with the rights of now; a total of the place, programme, year and kind that is here
    already is changed by its row, an equal row is left alone."""
    found = PastTotalFile(file, province=permissions.own_province(user, province))
    if found.province is None:
        found.refuse(None, "Chỉ cán bộ cấp tỉnh, quản trị của tỉnh được nhập số tổng của các năm trước.")
        return found
    lines = lines_of(found, data, COLUMNS, needed=NEEDED, shown_only=SHOWN_ONLY, template=TEMPLATE, fill=False)
    if found.problems:
        return found
    known = _Known(found.province, {cells["place"] for _, cells in lines} - {""})
    seen: dict[tuple, int] = {}
    for number, cells in lines:
        try:
            row = known.row(said(cells, NEEDED))
        except ValueError as wrong:
            for sentence in dict.fromkeys([str(wrong), *known.faults(cells)]):
                found.refuse(number, sentence)
            continue
        if (first := seen.setdefault(row.key, number)) != number:
            found.refuse(number, f"Trùng với dòng {first}: cùng địa bàn, năm, chương trình, loại. Hãy bỏ một dòng.")
        else:
            found.rows[number] = row
            before = row.figures_before
            found.stands(number, [before] if before else None, writes=row.differs)
    taken = in_the_way(found.rows.values())
    for number, row in found.rows.items():
        if row.differs and row.key in taken:
            found.refuse(number, taken[row.key])
    return found


def read_row(cells: dict[str, str], province: Unit) -> Total:
    """What one row's cells say, as a page has them typed: read and checked like a file's row. Raises Refused with the
    sentence of what is wrong."""
    try:
        return _Known(province, {cells["place"]}).row(cells)
    except ValueError as wrong:
        raise Refused(str(wrong)) from None


class _Known:
    """What the rows may name: the province's levels of government, programmes, and the totals already here."""

    def __init__(self, province: Unit, keys: set[str]):
        self.province = province
        levels = Unit.objects.filter(province=province, kind__in=LEVELS)
        self.places = Here(levels, levels).named(keys)
        self.programmes = programmes_by_word(province)
        ids = [place.pk for ones in self.places.values() for place in ones]
        rows = PastTotal.objects.filter(place__in=ids).select_related("programme")
        self.stored = {(one.place_id, one.programme_id, one.year, one.kind): one for one in rows}

    def row(self, cells: dict[str, str]) -> Total:
        """A column the file does not have changes nothing. Raises ValueError with the sentence of what is wrong."""
        year = read_past_year(cells["year"])
        place = self._place(cells["place"], year)
        programme = read_programme(cells["programme"], self.programmes)
        kind = read_choice(UnitKind, cells["kind"], COLUMNS["kind"], offered=lambda: JUDGED)
        if kind not in JUDGED:
            raise ValueError(f"Loại đơn vị “{cells['kind']}” không được xét. Hãy ghi một trong: {', '.join(KINDS)}.")
        if place.opened_on > past_day(year) or (place.closed_on and place.closed_on < past_day(year)):
            raise ValueError(not_there(place, year))
        stored = self.stored.get((place.pk, programme.pk, year, kind))
        figures = _figures(_unsaid(stored, cells) | cells, year)
        if sentence := out_of_place(place, kind, figures):
            raise ValueError(sentence)
        return Total(place, programme, year, kind, figures, stored)

    def faults(self, cells: dict[str, str]) -> list[str]:
        """What is wrong with each cell by itself, so that a row with three faults is not sent three times."""
        found: list[str] = []

        def tried(read: Callable[..., Any], *asked: Any, **how: Any) -> Any:
            try:
                return read(*asked, **how)
            except ValueError as wrong:
                found.append(str(wrong))
                return None

        year = tried(read_past_year, cells["year"]) if cells["year"] else None
        if year is not None and cells["place"]:
            tried(self._place, cells["place"], year)
        if year is not None and cells.get("paper_on"):
            tried(read_paper_day, cells["paper_on"], COLUMNS["paper_on"], year)
        if cells["programme"]:
            tried(read_programme, cells["programme"], self.programmes)
        if cells["kind"]:
            tried(read_choice, UnitKind, cells["kind"], COLUMNS["kind"], offered=lambda: JUDGED)
        for name in ("total", "met", "registered"):
            if told := cells.get(name, "").strip():
                tried(read_whole, told, COLUMNS[name], most=MOST)
        return found

    def _place(self, key: str, year: int) -> Unit:
        ones = living(self.places.get(key, []), past_day(year))
        if len(ones) != 1:
            raise ValueError(not_one(key, ones, f"trong các tỉnh, huyện, xã của {self.province}"))
        return ones[0]


def _unsaid(stored: PastTotal | None, cells: dict[str, str]) -> dict[str, str]:
    """The columns a file may leave out, as they are stored; the day goes with its paper."""
    if stored is None or stored.is_away:
        return dict.fromkeys(("registered", "paper", "paper_on"), "")
    same_paper = cells.get("paper", stored.paper) == stored.paper
    return {
        "registered": written(stored.registered),
        "paper": stored.paper,
        "paper_on": written(stored.paper_on) if same_paper else "",
    }


def _figures(cells: dict[str, str], year: int) -> Figures:
    source, paper = text.clean(cells["source"]).removesuffix(REENTERED), text.clean(cells["paper"])
    if not source:
        raise ValueError(f"“{COLUMNS['source']}” để trống. Hãy ghi báo cáo, sổ sách mà số tổng được lấy ra.")
    refuse_too_long({COLUMNS["paper"]: (paper, 250), COLUMNS["source"]: (source, 230)})
    total, met = (read_whole(cells[name], COLUMNS[name], most=MOST) for name in ("total", "met"))
    told = cells["registered"].strip()
    registered = read_whole(told, COLUMNS["registered"], most=MOST) if told else None
    paper_on = read_paper_day(cells["paper_on"], COLUMNS["paper_on"], year)
    found = Figures(total, met, registered, paper=paper, paper_on=paper_on, source=source)
    if sentence := out_of_order(found):
        raise ValueError(sentence)
    return found
