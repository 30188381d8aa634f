"""One printing in a process of its own, as PDF or XLSX, by the portal's way or the plain one; prints JSON."""

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import django


def main() -> None:
    way, number = sys.argv[1], int(sys.argv[2])
    django.setup()
    import openpyxl  # noqa: F401 -- loaded before the clock starts, for both ways
    import weasyprint  # noqa: F401 -- likewise

    paper = _paper(number)
    start = time.perf_counter()
    path = WAYS[way](paper)
    seconds = time.perf_counter() - start
    peak = peak_megabytes()
    size = path.stat().st_size
    path.unlink()
    print(json.dumps({"seconds": seconds, "megabytes": peak, "bytes": size}))  # noqa: T201 -- its answer


def peak_megabytes() -> float:
    """The most memory this program has held; `ru_maxrss` would not do: it survives exec, a child begins with its
    parent's."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _paper(number: int):
    """The list of `number` units of a province, as the catalogue lays it out."""
    from reports.datasets.roster import Roster, RosterGroup, RosterRow
    from reports.papers.paper import Paper, Section
    from reports.papers.tables import roster_table
    from units.enums import UnitKind

    day = date(2020, 3, 12)
    rows = [
        RosterRow(unit, f"Thôn Đồng Nghĩa {unit + 1}", UnitKind.RESIDENTIAL_AREA, "Đã công nhận", day, "", "")
        for unit in range(number)
    ]
    scope: Any = None  # the table reads the groups alone
    groups = tuple(
        RosterGroup(f"Xã thứ {first // 11 + 1}, Huyện Lạng Giang", tuple(rows[first : first + 11]))
        for first in range(0, number, 11)
    )
    return Paper(
        organ=("UỶ BAN NHÂN DÂN", "TỈNH BẮC GIANG"),
        organ_in_text="Uỷ ban nhân dân tỉnh Bắc Giang",
        place_name="Bắc Giang",
        year=2020,
        subject="Danh sách đơn vị",
        file_stem="danh-sach",
        sections=(Section("", ("Danh sách kèm theo.",)),),
        annexes=(roster_table(Roster(scope, None, groups), title="Danh sách đơn vị"),),
        recipients=("Lưu: VT",),
    )


def _ours(paper) -> Path:
    from reports.papers import pdf

    return pdf.render(paper)


def _plain(paper) -> Path:
    """What one writes first: the same paper and its body page, borders on every cell, laid out in one go."""
    from weasyprint import HTML

    table = paper.annexes[0]
    head = "".join(f"<th>{column.title}</th>" for column in table.columns)
    body = "".join(
        f'<tr><td colspan="5"><b>{line.cells[0]}</b></td></tr>'
        if line.mark
        else "<tr>" + "".join(f"<td>{cell}</td>" for cell in line.cells) + "</tr>"
        for line in table.lines
    )
    organ, place = paper.organ
    opening = (
        f"<p><b>{organ}<br>{place}</b></p>"
        f"<p><b>CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM<br>Độc lập - Tự do - Hạnh phúc</b></p>"
        f"<p>Số:      /BC-UBND</p><p><i>{paper.place_name}, ngày     tháng     năm {paper.year}</i></p>"
        f"<h1>BÁO CÁO</h1><p><b>{paper.subject}</b></p>"
        + "".join(f"<p>{words}</p>" for section in paper.sections for words in section.paragraphs)
        + f"<p>Nơi nhận:<br>{'<br>'.join(paper.recipients)}</p>"
    )
    html = (
        "<style>@page { size: A4; margin: 20mm 15mm 20mm 30mm; @top-center { content: counter(page) } }"
        "body { font: 11pt Tinos } table { border-collapse: collapse; width: 100% }"
        "td, th { border: 1px solid #000; padding: 2pt 3pt }</style>"
        f"{opening}<h1 style='break-before: page'>{table.title}</h1>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    handle, name = tempfile.mkstemp(suffix=".pdf")
    path = Path(name)
    with open(handle, "wb") as file:
        HTML(string=html).write_pdf(file)
    return path


def _ours_xlsx(paper) -> Path:
    from reports.papers import xlsx

    return xlsx.render(paper)


def _plain_xlsx(paper) -> Path:
    """What one writes first: rows appended to a sheet, no style, no widths."""
    from openpyxl import Workbook

    book, table = Workbook(), paper.annexes[0]
    book.active.append([column.title for column in table.columns])
    for line in table.lines:
        book.active.append(list(line.cells))
    handle, name = tempfile.mkstemp(suffix=".xlsx")
    with open(handle, "wb") as file:
        book.save(file)
    return Path(name)


WAYS = {"ours": _ours, "plain": _plain, "ours-xlsx": _ours_xlsx, "plain-xlsx": _plain_xlsx}


if __name__ == "__main__":
    main()
