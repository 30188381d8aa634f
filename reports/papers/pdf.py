"""A paper as PDF by NĐ 30/2020: laid out part by part so that memory stays flat, joined, then numbered.

WeasyPrint's time and memory grow faster than a table's length; parts of PART_ROWS rows cost the same each. A part
that does not end the table gives its last page back: the next part begins with that page's first row, so the
joined table has no half-empty pages.
"""

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from portal.core.errors import Refused
from portal.core.printing.checks import missing_for_pdf
from portal.core.printing.pages import closed_fetcher, outside_refused
from portal.core.vietnamese.text import printable

from .paper import Line, Paper, Table

PART_ROWS = 300  # measured: 200 costs a tenth more time, 600 a fifth more memory
CSS_FILE = Path(__file__).with_name("paper.css")
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
PORTRAIT, LANDSCAPE = "A4", "A4 landscape"


def render(paper: Paper, tell: Callable = lambda *parts: None) -> Path:
    """Print the paper to a temporary file and return its path; `tell(done, total, message)` after each part.

    Raises Refused where the machine cannot print, or the paper asks for anything outside itself.
    """
    if sentence := missing_for_pdf():
        raise Refused(sentence)
    rows = sum(len(table.lines) for table in paper.annexes)
    with tempfile.TemporaryDirectory(prefix="report-") as folder, calm_collector(), outside_refused():
        press = Press(Path(folder))
        total = len(paper.sections) + rows + 1
        tell(0, total, "Đang dàn trang phần chính")
        pieces = [(press.body(paper), PORTRAIT)]
        done = len(paper.sections)
        for number, table in enumerate(paper.annexes):
            files = []
            for file, upto in press.parts(paper, table, number):
                files.append(file)
                tell(done + upto, total, f"Đang dàn trang phụ lục: {upto}/{len(table.lines)} dòng")
            pieces.append((files, LANDSCAPE if table.landscape else PORTRAIT))
            done += len(table.lines)
        tell(total - 1, total, "Đang ghép và đánh số trang")
        path = press.join(pieces, title=f"{paper.heading} {paper.subject}")
        tell(total, total, "Đã in xong")
        return path


@contextmanager
def calm_collector() -> Iterator[None]:
    """Keep the collector from walking what was there before and from waking for every few boxes."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class Press:
    """One printing: fonts and style read once, finished pieces kept as files in a folder."""

    def __init__(self, folder: Path):
        from weasyprint import CSS  # noqa: PLC0415 -- heavy
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 -- heavy

        self.folder, self.made = folder, 0
        self.fonts = FontConfiguration()
        self.fetcher = closed_fetcher()
        self.css = CSS(string=CSS_FILE.read_text(), font_config=self.fonts, url_fetcher=self.fetcher)

    def lay_out(self, html: str):
        from weasyprint import HTML  # noqa: PLC0415 -- heavy

        page = HTML(string=printable(html), url_fetcher=self.fetcher)
        return page.render(stylesheets=[self.css], font_config=self.fonts)

    def keep(self, document) -> Path:
        self.made += 1
        path = self.folder / f"{self.made:05d}.pdf"
        document.write_pdf(path)
        self.fetcher.check()
        return path

    def body(self, paper: Paper) -> list[Path]:
        html = render_to_string("reports/pdf/paper.html", {"paper": paper, "sections": _numbered(paper)})
        return [self.keep(self.lay_out(html))]

    def parts(self, paper: Paper, table: Table, number: int) -> Iterator[tuple[Path, int]]:
        """Files of the annex in order, each with the number of lines printed so far."""
        numeral = ROMAN[number] if len(paper.annexes) > 1 else ""
        start = 0
        while start < len(table.lines):
            chunk = table.lines[start : start + PART_ROWS]
            document = self.lay_out(_part(paper, table, chunk, numeral=numeral, first=start == 0))
            upto = start + len(chunk)
            if upto < len(table.lines) and len(document.pages) > 1:
                kept = _first_line(document.pages[-1])
                document, upto = document.copy(document.pages[:-1]), start + kept
            yield self.keep(document), upto
            start = upto
            del document
            gc.collect()

    def join(self, pieces: list[tuple[list[Path], str]], *, title: str) -> Path:
        """One file of all pieces; page numbers restart with each, and its first page shows none (NĐ 30/2020)."""
        import pikepdf  # noqa: PLC0415 -- heavy

        handle, path = tempfile.mkstemp(prefix="report-", suffix=".pdf")
        os.close(handle)
        try:
            with pikepdf.new() as whole:
                sources = []
                longest: dict[str, int] = {}
                counted = []
                for files, paper_size in pieces:
                    first = len(whole.pages)
                    for file in files:
                        sources.append(pikepdf.open(file))
                        whole.pages.extend(sources[-1].pages)
                    counted.append((first, len(whole.pages), paper_size))
                    longest[paper_size] = max(longest.get(paper_size, 0), len(whole.pages) - first)
                stamps = {size: pikepdf.open(self.numbers(pages, size)) for size, pages in longest.items() if pages > 1}
                for first, last, paper_size in counted:
                    for page in range(first + 1, last):
                        _stamp(whole.pages[page], stamps[paper_size].pages[page - first], f"/page{page}")
                whole.docinfo["/Title"] = title
                whole.Root.Lang = "vi"
                whole.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
                for source in [*sources, *stamps.values()]:
                    source.close()
        except BaseException:
            Path(path).unlink(missing_ok=True)
            raise
        return Path(path)

    def numbers(self, pages: int, paper_size: str) -> Path:
        """Blank pages with nothing but their number, laid over the finished ones."""
        from weasyprint import CSS, HTML  # noqa: PLC0415 -- heavy

        html = mark_safe("<p>&#160;</p>" * pages)  # noqa: S308 -- our own constant
        css = (
            f"@page {{ size: {paper_size}; margin: 20mm 15mm 20mm 30mm;"
            "  @top-center { content: counter(page); font: 13pt Tinos } }"
            " p { break-after: page; margin: 0 } p:last-child { break-after: auto }"
        )
        document = HTML(string=html, url_fetcher=self.fetcher).render(
            stylesheets=[CSS(string=css, font_config=self.fonts, url_fetcher=self.fetcher)], font_config=self.fonts
        )
        return self.keep(document)


def _stamp(page, number, name: str) -> None:
    """Lay a page's number over it. pikepdf's `add_overlay` draws the name of what it lays by lot, and the file differs
    each time; pages may share their resources, so each has a name of its own."""
    from pikepdf import Name, Rectangle  # noqa: PLC0415 -- heavy

    form = number.as_form_xobject()
    placed = page.add_resource(form, Name.XObject, Name(name))
    page.contents_add(b"q\n", prepend=True)
    page.contents_add(b"Q\n" + page.calc_form_xobject_placement(form, placed, Rectangle(page.trimbox)))
    page.contents_coalesce()


def _numbered(paper: Paper) -> list[dict]:
    """Sections with the Roman number of those that have a heading."""
    numerals = iter(ROMAN)
    return [
        {
            "section": section,
            "numeral": next(numerals) if section.heading else "",
            "chart": mark_safe(section.chart),  # noqa: S308 -- made by reports.charts, which escapes
            "table": section.table and _table(section.table, section.table.lines),
        }
        for section in paper.sections
    ]


def _table(table: Table, lines: tuple[Line, ...]) -> dict:
    """The table as the template wants it: every cell already text, with its class."""
    return {
        "columns": list(zip(table.columns, table.widths, strict=True)),
        "lines": [
            {
                "mark": line.mark,
                "is_group": line.is_group,
                "cells": [
                    (column.shown(cell), "num" if column.is_figure else "")
                    for column, cell in zip(table.columns, line.cells, strict=False)
                ],
            }
            for line in lines
        ],
        "title": table.title,
        "note": table.note,
    }


def _part(paper: Paper, table: Table, lines: tuple[Line, ...], *, numeral: str, first: bool) -> str:
    context = {"paper": paper, "table": _table(table, lines), "numeral": numeral, "first": first, "whole": table}
    return render_to_string("reports/pdf/annex_part.html", context)


def _first_line(page) -> int:
    """The number (in its part) of the first line on the page, read from the rows' anchors."""
    return min(int(anchor.removeprefix("line-")) for anchor in page.anchors if anchor.startswith("line-"))
