"""One printing in a process of its own: `ours` by reports.pdf, `plain` by WeasyPrint at once; prints JSON."""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import django


def main() -> None:
    way, number = sys.argv[1], int(sys.argv[2])
    django.setup()
    import weasyprint  # noqa: F401 -- loaded before the clock starts, for both

    paper = _paper(number)
    start = time.perf_counter()
    path = _ours(paper) if way == "ours" else _plain(paper)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = path.stat().st_size
    path.unlink()
    print(json.dumps({"seconds": seconds, "megabytes": peak, "bytes": size}))  # noqa: T201 -- its answer


def _paper(number: int):
    """The list of `number` units of a province, as the catalogue lays it out."""
    from reports.paper import Column, Kind, Line, Paper, Section, Table

    columns = (
        Column("STT", 12, Kind.YEAR),
        Column("Đơn vị", 66),
        Column("Loại", 36),
        Column("Ngày đăng ký", 23),
        Column("Tình trạng hồ sơ", 36),
    )
    lines = []
    for unit in range(number):
        if unit % 11 == 0:
            lines.append(Line((f"Xã thứ {unit // 11 + 1}, Huyện Lạng Giang",), "group"))
        lines.append(Line((unit + 1, f"Thôn Đồng Nghĩa {unit + 1}", "Khu dân cư", "12/03/2020", "Đã công nhận")))
    return Paper(
        organ=("UỶ BAN NHÂN DÂN", "TỈNH BẮC GIANG"),
        organ_in_text="Uỷ ban nhân dân tỉnh Bắc Giang",
        place_name="Bắc Giang",
        year=2020,
        subject="Danh sách đơn vị",
        file_stem="danh-sach",
        sections=(Section("", ("Danh sách kèm theo.",)),),
        annexes=(Table("Danh sách đơn vị", "Danh sách", columns, tuple(lines)),),
        recipients=("Lưu: VT",),
    )


def _ours(paper) -> Path:
    from reports import pdf

    return pdf.render(paper)


def _plain(paper) -> Path:
    """What one writes first: the whole table as HTML with borders on every cell, laid out in one go."""
    from weasyprint import HTML

    table = paper.annexes[0]
    head = "".join(f"<th>{column.title}</th>" for column in table.columns)
    body = "".join(
        f'<tr><td colspan="5"><b>{line.cells[0]}</b></td></tr>'
        if line.mark
        else "<tr>" + "".join(f"<td>{cell}</td>" for cell in line.cells) + "</tr>"
        for line in table.lines
    )
    html = (
        "<style>@page { size: A4; margin: 20mm 15mm 20mm 30mm; @top-center { content: counter(page) } }"
        "body { font: 11pt Tinos } table { border-collapse: collapse; width: 100% }"
        "td, th { border: 1px solid #000; padding: 2pt 3pt }</style>"
        f"<h1>{paper.subject}</h1><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    handle, name = tempfile.mkstemp(suffix=".pdf")
    path = Path(name)
    with open(handle, "wb") as file:
        HTML(string=html).write_pdf(file)
    return path


if __name__ == "__main__":
    main()
