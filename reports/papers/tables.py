"""The tables of the papers, made of the datasets' rows."""

from ..datasets import Counts, GradeTable, Rollup, Roster, YearGrade, Years
from .paper import Cell, Column, Kind, Line, Table


def figure_columns() -> tuple[Column, ...]:
    return (
        Column("Tổng số", 13, Kind.NUMBER),
        Column("Đã đăng ký", 13, Kind.NUMBER),
        Column("Đã gửi hồ sơ", 13, Kind.NUMBER),
        Column("Được công nhận", 13, Kind.NUMBER),
        Column("Chưa đạt", 12, Kind.NUMBER),
        Column("Không xét", 12, Kind.NUMBER),
        Column("Công nhận / tổng số (%)", 15, Kind.PERCENT),
        Column("Công nhận / đăng ký (%)", 15, Kind.PERCENT),
    )


def figure_cells(counts: Counts) -> tuple:
    return (
        counts.roster,
        counts.registered,
        counts.submitted,
        counts.recognised,
        counts.not_met,
        counts.withdrawn,
        counts.of_roster,
        counts.of_registered,
    )


def rollup_table(rollup: Rollup, *, title: str, sheet_name: str, first: str, landscape: bool = False) -> Table:
    lines, number = [], 0
    for group in rollup.groups:
        if rollup.has_subtotals and len(group.rows) > 1:
            lines.append(Line((group.label,), "group"))
        for row in group.rows:
            number += 1
            lines.append(Line((number, row.label, *figure_cells(row.counts))))
        if rollup.has_subtotals and len(group.rows) > 1:
            lines.append(Line(("", "Cộng", *figure_cells(group.subtotal)), "subtotal"))
    lines.append(Line(("", "Tổng cộng", *figure_cells(rollup.total)), "total"))
    columns = (Column("STT", 9, Kind.YEAR), Column(first, 42), *figure_columns())
    return Table(title, sheet_name, columns, tuple(lines), landscape=landscape)


def years_table(years: Years, *, title: str, sheet_name: str = "Nhiều năm") -> Table:
    columns = (
        Column("Năm", 14, Kind.YEAR),
        Column("Chương trình", 62),
        Column("Tổng số", 18, Kind.NUMBER),
        Column("Được công nhận", 20, Kind.NUMBER),
        Column("Tỷ lệ trên tổng số (%)", 22, Kind.PERCENT),
        Column("Ghi chú", 28),
    )
    lines = (
        Line((row.year, row.programme, row.counts.roster, row.counts.recognised, row.share, row.full_note))
        for row in years.rows
    )
    return Table(title, sheet_name, columns, tuple(lines), note=years.totals_note)


def grades_table(found: GradeTable, *, title: str) -> Table:
    """The grades of a place in order of rank."""
    columns = (
        Column("Bậc", 12, Kind.YEAR),
        Column("Loại", 70),
        Column("Số đơn vị", 24, Kind.NUMBER),
        Column("Tỷ lệ trên số được xếp loại (%)", 30, Kind.PERCENT),
    )
    lines = [Line((column.rank, column.label, number, share)) for column, number, share in found.grades]
    lines.append(Line(("", "Tổng số có kết quả được công nhận", found.total.recognised, None), "total"))
    return Table(title, "Xếp loại", columns, tuple(lines))


def grades_by_row(found: GradeTable, *, title: str, sheet_name: str, first: str) -> Table:
    """The grades of each place or kind, a number and a share a grade."""
    columns = [Column("STT", 9, Kind.YEAR), Column(first, 42), Column("Có kết quả", 15, Kind.NUMBER)]
    for column in found.columns:
        columns.append(Column(column.label, 12, Kind.NUMBER))
        if column.rank:
            columns.append(Column("%", 11, Kind.PERCENT))
    lines: list[Line] = []
    group, number = "", 0
    for row in (*found.rows, found.total):
        if row.group and row.group != group:
            lines.append(Line((row.group,), "group"))
        group, number = row.group, number + 1
        cells: list[Cell] = []
        for column, count, share in zip(found.columns, row.numbers, row.shares, strict=True):
            cells += [count, share] if column.rank else [count]
        is_total = row is found.total
        lines.append(Line(("" if is_total else number, row.label, row.recognised, *cells), "total" if is_total else ""))
    return Table(title, sheet_name, tuple(columns), tuple(lines), landscape=True)


def year_grades_table(rows: tuple[YearGrade, ...], *, title: str) -> Table:
    columns = (
        Column("Năm", 14, Kind.YEAR),
        Column("Bậc", 12, Kind.YEAR),
        Column("Loại, theo tên gọi của năm đó", 62),
        Column("Số đơn vị", 20, Kind.NUMBER),
        Column("Tỷ lệ trên số được xếp loại (%)", 28, Kind.PERCENT),
    )
    lines = tuple(Line((row.year, row.column.rank, row.column.label, row.number, row.share)) for row in rows)
    return Table(title, "Xếp loại qua các năm", columns, lines)


def roster_table(roster: Roster, *, title: str) -> Table:
    """Every unit under the place it is listed under, numbered through."""
    lines, number = [], 0
    for group in roster.groups:
        lines.append(Line((group.label,), "group"))
        for row in group.rows:
            number += 1
            day = f"{row.registered_on:%d/%m/%Y}" if row.registered_on else ""
            unit = f"{row.name} (đứng chân tại {row.ground})" if row.ground else row.name
            lines.append(Line((number, unit, row.kind.label, day, row.state, row.result)))
    columns: tuple[Column, ...] = (
        Column("STT", 16, Kind.YEAR),  # five digits on one line
        Column("Đơn vị", 66),
        Column("Loại", 36),
        Column("Ngày đăng ký", 25),
        Column("Tình trạng hồ sơ", 36),
        Column("Kết quả", 30),
    )
    if not any(row.result for group in roster.groups for row in group.rows):
        columns = columns[:-1]
    return Table(title, "Danh sách", columns, tuple(lines))
