"""The printed paper read back: text, fonts, boxes, page numbers; and what it may not fetch."""

import re
import subprocess
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from portal.core.errors import Refused
from portal.core.vietnamese.figures import Share
from reports.datasets.rollup import Counts
from reports.datasets.roster import Roster, RosterGroup, RosterRow
from reports.datasets.years import YearRow, Years
from reports.papers import pdf
from reports.papers.charts import trend_svg
from reports.papers.paper import Column, Kind, Line, Paper, Section, Table
from reports.papers.tables import roster_table
from tests.reports.printed import MARKS, PANGRAM, in_one_line, paper, text_of
from units.enums import UnitKind
from units.models import Unit

COLUMNS = (
    Column("STT", 12, Kind.YEAR),
    Column("Đơn vị", 90),
    Column("Số", 20, Kind.NUMBER),
    Column("%", 20, Kind.PERCENT),
)


def table(rows: int, landscape: bool = False) -> Table:
    lines = []
    for number in range(rows):
        if number % 11 == 0:
            lines.append(Line((f"Xã thứ {number // 11}",), "group"))
        lines.append(Line((number + 1, f"Thôn số {number + 1}", 1862, Share(145, 234, "tổng số"))))
    return Table("Danh sách", "Danh sách", COLUMNS, tuple(lines), landscape=landscape)


def printed(of: Paper, tmp_path):
    path = pdf.render(of)
    return path.rename(tmp_path / "paper.pdf")


def test_header_text_and_signature_by_decree_30(tmp_path):
    path = printed(paper(addressee="Uỷ ban nhân dân tỉnh"), tmp_path)
    text = in_one_line(text_of(path, "-layout").replace("\xa0", " "))
    for words in (
        "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "UỶ BAN NHÂN DÂN",
        "TỈNH BẮC GIANG",
        "/BC-UBND",
        "năm 2020",
        "BÁO CÁO",
        "Kính gửi: Uỷ ban nhân dân tỉnh.",
        PANGRAM,
        MARKS,
        "./.",
        "Nơi nhận:",
        "- Như trên;",
        "- Lưu: VT.",
        "TM. UỶ BAN NHÂN DÂN",
        "CHỦ TỊCH",
    ):
        assert words in text, words


@pytest.mark.parametrize("lines", range(16, 24))
def test_a_signature_has_two_lines_of_the_text_on_its_page(lines, tmp_path):
    """One of these lengths fills the first page to where the signature alone would go over."""
    text = tuple(f"Dòng thứ {number} của văn bản." for number in range(lines))
    path = printed(paper(sections=(Section("", text),), closing="", recipients=("Lưu: VT",)), tmp_path)
    page = next(page for page in text_of(path, "-layout").split("\f") if "Nơi nhận" in page)
    assert page.count("Dòng thứ") >= 2


@pytest.mark.parametrize(
    "given",
    [
        lambda word: {"sections": (Section("", (word,)),)},
        lambda word: {"recipients": (word,)},
        lambda word: {"opening": (word,), "addressee": word, "subject": word},
        lambda word: {"annexes": (Table("Danh sách", "Danh sách", COLUMNS, (Line((1, word, 2, 3)),)),)},
    ],
)
def test_a_long_word_stays_inside_the_margins(given, tmp_path):
    word = "Hoà" * 90
    path = printed(paper(**given(word)), tmp_path)
    boxes = text_of(path, "-bbox")
    right = [float(one) for one in re.findall(r'xMax="([0-9.]+)"', boxes)]
    width = float(re.findall(r'<page width="([0-9.]+)"', boxes)[0])
    assert right and max(right) <= width - 42  # 15 mm


def test_every_font_is_tinos_and_embedded(tmp_path):
    years = Years(Unit(name="Huyện Nga Sơn"), None, (year_row(2016, 189), year_row(2017, 192)))
    section = Section("Qua các năm", chart=trend_svg(years))
    path = printed(paper(sections=(section,), annexes=(table(30),)), tmp_path)
    rows = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    names = {re.sub(r"^[A-Z]{6}\+|[- ].*$", "", row) for row in rows}
    assert (names, {row.split()[-5] for row in rows}) == ({"Tinos"}, {"yes"})


def test_pages_are_a4_and_numbers_are_hidden_on_first_pages(tmp_path):
    import pikepdf

    annexes = (table(200), table(90, landscape=True))
    path = printed(paper(annexes=annexes), tmp_path)
    with pikepdf.open(path) as made:
        sizes = [tuple(round(float(edge) / 72 * 25.4) for edge in page.mediabox[2:]) for page in made.pages]
        title, language = str(made.docinfo["/Title"]), str(made.Root.Lang)
    landscape = sizes.count((297, 210))
    assert (set(sizes), title, language) == ({(210, 297), (297, 210)}, "BÁO CÁO Kết quả năm 2020", "vi")
    portrait = len(sizes) - landscape - 1
    assert portrait > 2 and landscape > 2
    expected = ["", "", *map(str, range(2, portrait + 1)), "", *map(str, range(2, landscape + 1))]
    assert [number_above(path, page) for page in range(1, len(sizes) + 1)] == expected


def number_above(path, page: int) -> str:
    """What stands in the top margin of the page (20 mm; 16 mm here, to stay clear of the body)."""
    box = ["-x", "0", "-y", "0", "-W", "850", "-H", str(int(16 / 25.4 * 72))]
    return text_of(path, "-f", str(page), "-l", str(page), *box).strip()


def test_parts_join_without_losing_doubling_or_gaps(tmp_path):
    """Every line once, in order, under a repeated head; only the last page of the annex may be part full."""
    path = printed(paper(annexes=(table(700),)), tmp_path)
    pages = text_of(path, "-layout").split("\f")[1:-1]
    found = [int(number) for page in pages for number in re.findall(r"Thôn số (\d+)", page)]
    assert found == list(range(1, 701))
    heads = [page.count("Đơn vị") for page in pages]
    assert heads == [1] * len(pages)
    lengths = [len(re.findall(r"Thôn số|Xã thứ", page)) for page in pages]
    assert max(lengths) - min(lengths[1:-1]) <= 1  # a heading is not left alone at the foot of a page


@pytest.mark.parametrize("result", ["", "Loại xuất sắc"])
def test_a_roster_of_tens_of_thousands_numbers_each_on_one_line(tmp_path, result):
    """Digits that do not fit their column go on in a second line and read as two numbers."""

    def words(columns=None) -> set[str]:
        made = roster_table(roster_of(result), title="Danh sách")
        last = Line((98765, *made.lines[-1].cells[1:]))
        made = replace(made, lines=(*made.lines, last), columns=columns or made.columns)
        return set(text_of(printed(paper(annexes=(made,)), tmp_path)).split())

    assert {"98765", "05/11/2024"} <= words()
    first, *others = roster_table(roster_of(result), title="Danh sách").columns
    assert "98765" not in words((replace(first, width=12), *others))  # the control: as it was


def roster_of(result: str) -> Roster:
    row = RosterRow(1, "Thôn Đông Lâm", UnitKind.RESIDENTIAL_AREA, "Được công nhận", date(2024, 11, 5), "", result)
    return Roster(SimpleNamespace(), None, (RosterGroup("Xã Tân Dĩnh, Huyện Lạng Giang", (row,)),))


def test_progress_counts_lines(tmp_path):
    told = []
    path = pdf.render(paper(annexes=(table(400),)), lambda *parts: told.append(parts))
    path.unlink()
    done = [part[0] for part in told]
    assert (done, done[-1], {part[1] for part in told}) == (sorted(done), told[-1][1], {437 + 2})
    assert len(told) > 4


def test_a_stop_in_the_middle_leaves_no_file(tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    class Stop(Exception):
        pass

    def tell(done, total, message):
        if "phụ lục" in message:
            raise Stop

    with pytest.raises(Stop):
        pdf.render(paper(annexes=(table(400),)), tell)
    assert list(tmp_path.iterdir()) == []


# --- what a paper may not reach --------------------------------------------------------------------------------
SECRET = "canary-4711-of-the-machine"
REACHING = [
    '<link rel="attachment" href="{url}">',
    '<img src="{url}">',
    '<object data="{url}"></object>',
    '<link rel="stylesheet" href="{url}">',
    '<style>@import url("{url}");</style>',
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
]


@pytest.fixture
def canary(tmp_path):
    file = tmp_path / "canary.txt"
    file.write_text(SECRET)
    return file


@pytest.mark.parametrize("reaching", REACHING)
def test_nothing_outside_the_paper_is_read(reaching, canary, tmp_path):
    press = pdf.Press(tmp_path)
    with pytest.raises(Refused) as refusal, pdf.outside_refused():
        press.keep(press.lay_out(f"<html><body>{reaching.format(url=canary.as_uri())}<p>x</p></body></html>"))
    assert refusal.value.sentence.startswith("Nội dung báo cáo gọi tới tệp hoặc địa chỉ bên ngoài")


def test_the_default_fetcher_would_have_read_it(canary):
    """Negative control: without our fetcher the same line puts the machine's file inside the PDF."""
    import io

    import pikepdf
    from weasyprint import HTML

    html = f"<html><head>{REACHING[0].format(url=canary.as_uri())}</head><body>x</body></html>"
    with pikepdf.open(io.BytesIO(HTML(string=html).write_pdf())) as leaked:
        held = [leaked.attachments[name].get_file().read_bytes() for name in leaked.attachments]
    assert held == [SECRET.encode()]


def test_text_with_markup_is_printed_as_text(canary, tmp_path):
    nasty = f'<img src="{canary.as_uri()}"> <b>&</b>'
    path = printed(paper(subject=nasty, sections=(Section("", (nasty,)),)), tmp_path)
    text = text_of(path)
    assert (SECRET in text, in_one_line(text).count("<b>&</b>")) == (False, 2)


# --- words and drawing -----------------------------------------------------------------------------------------


def year_row(year: int, recognised: int, **fields) -> YearRow:
    given = {
        "cycle_ids": (year,),
        "programme_code": "safety",
        "programme": "An toàn",
        "in_progress": False,
        "is_demo": False,
        "is_example": False,
        "sources": (),
        "only": (),
    }
    return YearRow(year=year, counts=Counts(roster=234, recognised=recognised), **given | fields)


def test_chart_has_no_style_or_script_and_says_its_figures():
    place = Unit(name="Huyện <script>alert(1)</script>")
    rows = (year_row(2016, 189), year_row(2017, 192, in_progress=True))
    svg = trend_svg(Years(place, None, rows), ident="a")
    assert [mark in svg for mark in ("style=", "<style", "<script", "javascript", "url(")] == [False] * 5
    assert '<title id="a-title">Tỷ lệ đơn vị được công nhận trên tổng số, Huyện &lt;script&gt;' in svg
    assert '<desc id="a-desc">năm 2016: 80,77%; năm 2017: 82,05% (đang thực hiện)</desc>' in svg
    assert (svg.count(">80,77<"), svg.count(">82,05<"), svg.count('stroke-dasharray="5 4"')) == (1, 1, 1)


def test_an_empty_chart_is_still_a_drawing():
    svg = trend_svg(Years(Unit(name="Xã A"), None, ()))
    assert ("Chưa có số liệu." in svg, "<circle" in svg) == (True, False)
