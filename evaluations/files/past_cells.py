"""Cells that every file of past years has: its year, its programme, the day of its paper. Each raises ValueError with
its sentence."""

import re
from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from criteria.models import Programme
from criteria.queries import programmes_of
from portal.core.sheets.cells import read_date
from portal.core.vietnamese import text
from units.models import Unit

from ..models import Cycle, PastTotal

FIRST_YEAR = 2008  # the movement's own day was set in 2005; the ten-year schemes the results come from began in 2008


def read_past_year(cell: str) -> int:
    last = timezone.localdate().year - 1  # a year taken from papers is locked: nobody could work in it any more
    if not re.fullmatch("[0-9]{4}", cell) or not FIRST_YEAR <= int(cell) <= last:
        raise ValueError(
            f"Năm “{cell}” không hợp lệ. Hãy ghi một năm từ {FIRST_YEAR} đến {last}; năm đang "
            "diễn ra được thực hiện bằng kỳ đánh giá trên cổng."
        )
    return int(cell)


def not_there(unit: Unit, year: int) -> str:
    """The sentence for a unit that was not there at the end of the year: since when, until when it was."""
    ended = f", kết thúc ngày {unit.closed_on:%d/%m/%Y}" if unit.closed_on else ""
    return f"{unit} có từ ngày {unit.opened_on:%d/%m/%Y}{ended}, không có vào cuối năm {year}. Hãy ghi nơi của năm đó."


def read_paper_day(cell: str, column: str, year: int) -> date | None:
    """The day of a paper about the year: not before it began, not in the future."""
    day = read_date(cell, column, required=False)
    if day and not (date(year, 1, 1) <= day <= timezone.localdate()):
        raise ValueError(f"{column} {day:%d/%m/%Y} ở trước năm {year} hoặc ở tương lai. Hãy ghi lại ngày.")
    return day


def programmes_by_word(province: Unit) -> dict[str, Programme]:
    """The programmes the province may choose, and those it has years of already, by code, name and title."""
    years = Cycle.objects.filter(province=province).values_list("programme__code", flat=True)
    totals = PastTotal.objects.filter(place__province=province).values_list("programme__code", flat=True)
    found: dict[str, Programme] = {}
    for one in programmes_of([province], also={*years, *totals}):
        found |= dict.fromkeys((one.code, text.plain_key(one.name), text.plain_key(one.title)), one)
    return found


def read_programme(cell: str, programmes: dict[str, Programme]) -> Programme:
    found = programmes.get(cell) or programmes.get(text.plain_key(cell))
    if found is None:
        names = "; ".join(sorted({one.name for one in programmes.values()}))
        raise ValueError(f"Không có chương trình “{cell}”. Hãy ghi tên của một trong các chương trình: {names}.")
    return found


def programme_choices(provinces: Iterable[Unit]) -> list[str]:
    """The provinces' programmes by name; by code where a name is that of several."""
    found: dict[str, str] = {}
    for province in provinces:
        words = programmes_by_word(province)
        for one in sorted(set(words.values()), key=lambda programme: programme.code):
            found[one.code] = one.name if words[text.plain_key(one.name)] == one else one.code
    return list(found.values())


def refuse_too_long(columns: dict[str, tuple[str, int]]) -> None:
    """Words by column, each with how many letters it may have."""
    for column, (words, most) in columns.items():
        if len(words) > most:
            raise ValueError(f"“{column}” dài quá {most} chữ. Hãy viết gọn lại.")
