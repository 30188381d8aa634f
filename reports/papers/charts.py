"""Charts as SVG text: presentation attributes only, so a strict CSP and the PDF take the same drawing."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from portal.core.vietnamese.figures import percent

from ..datasets.years import Years

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 46, 20, 26, 52
INK, LINE, SOFT, GRID = "#1f2933", "#a3161a", "#5b6770", "#d5dade"
STEEP = 25
SPOTS = {"above": -10, "below": 20, "beside": 5}
FONT = "Tinos, 'Times New Roman', serif"


def trend_svg(years: Years, name: str = "", *, ident: str = "trend") -> SafeString:
    """The share recognised of the roster by year, as a line; a year still open is drawn hollow and dashed.

    The figures stand in a table beside it wherever it is shown. `name` is what the place is called there
    (today's name when none is given); `ident` keeps ids apart on a page.
    """
    rows = years.rows
    points = [(_x(place, len(rows)), _y(row.counts.recognised, row.counts.roster)) for place, row in enumerate(rows)]
    described = "; ".join(
        f"năm {row.year}: {row.share.text}%" + (f" ({row.full_note})" if row.full_note else "")
        for row in rows
        if row.counts.roster
    )
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'role="img" aria-labelledby="{id}-title {id}-desc" font-family="{font}" font-size="13" fill="{ink}">'
        '<title id="{id}-title">Tỷ lệ đơn vị được công nhận trên tổng số, {place}</title>'
        '<desc id="{id}-desc">{desc}</desc>{grid}{lines}{marks}</svg>',
        w=WIDTH,
        h=HEIGHT,
        id=ident,
        font=FONT,
        ink=INK,
        place=name or years.place.name,
        desc=described or "Chưa có số liệu.",
        grid=_grid(),
        lines=_lines(rows, points),
        marks=_marks(rows, points),
    )


def _x(place: int, number: int) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * (place + 0.5) / max(number, 1), 1)


def _y(part: int, whole: int) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - (part / whole if whole else 0)), 1)


def _grid() -> SafeString:
    return format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"/><text x="{}" y="{}" text-anchor="end" fill="{}">{}%</text>',
        (
            (LEFT, _y(mark, 100), WIDTH - RIGHT, _y(mark, 100), GRID, LEFT - 6, _y(mark, 100) + 4, SOFT, mark)
            for mark in (0, 25, 50, 75, 100)
        ),
    )


def _lines(rows, points) -> SafeString:
    steps = zip(rows, rows[1:], points, points[1:], strict=False)
    return format_html_join(
        "",
        '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}" stroke-width="2" stroke-dasharray="{}"/>',
        (
            (
                *start,
                *end,
                LINE,
                "5 4" if row.in_progress or before.in_progress else "none",
            )
            for before, row, start, end in steps
            if before.counts.roster and row.counts.roster
        ),
    )


def _marks(rows, points) -> SafeString:
    return format_html_join(
        "",
        '<circle cx="{x}" cy="{y}" r="4.5" fill="{fill}" stroke="{line}" stroke-width="2"/>'
        '<text x="{aside}" y="{above}" text-anchor="{anchor}" font-weight="bold">{value}</text>'
        '<text x="{x}" y="{foot}" text-anchor="middle">{year}</text>'
        '<text x="{x}" y="{under}" text-anchor="middle" fill="{soft}" font-size="11">{note}</text>',
        (
            {
                "x": x,
                "y": y,
                "fill": "#ffffff" if row.in_progress else LINE,
                "line": LINE,
                "aside": x + 9 if spot == "beside" else x,
                "above": round(y + SPOTS[spot], 1),
                "anchor": "start" if spot == "beside" else "middle",
                "value": percent(row.counts.recognised, row.counts.roster),
                "foot": HEIGHT - BOTTOM + 20,
                "year": row.year,
                "under": HEIGHT - BOTTOM + 37,
                "soft": SOFT,
                "note": row.note,
            }
            for row, (x, y), spot in zip(rows, points, _spots(points), strict=True)
        ),
    )


def _spots(points) -> list[str]:
    """Where each figure stands, out of the line's way: a line that comes down steeply pushes it below, or beside
    the last point."""
    falls = [False, *(after[1] - before[1] > STEEP for before, after in zip(points, points[1:], strict=False))]
    spots = [
        "below" if fall and y < HEIGHT - BOTTOM - 30 else "above" for fall, (_, y) in zip(falls, points, strict=False)
    ]
    return [*spots[:-1], "beside" if falls[-1] else spots[-1]] if spots else []
