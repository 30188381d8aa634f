"""Rules of recurrence (iCalendar RRULE, clock of Asia/Ho_Chi_Minh) and the moments they name."""

from datetime import datetime, time, timedelta

from dateutil.rrule import rrulestr
from django.db.models import TextChoices
from django.utils import timezone

AT_MOST = 24  # periods made up for after a long silence


class Every(TextChoices):
    DAY = "day", "Hằng ngày"
    MONTH = "month", "Hằng tháng"
    QUARTER = "quarter", "Hằng quý"
    YEAR = "year", "Hằng năm"


def rule(every: str, *, month: int, day: int, at: time) -> str:
    """The RRULE of plain answers; a quarter takes the month's place in its quarter (2, 5, 8, 11 are second)."""
    clock = f"BYHOUR={at.hour};BYMINUTE={at.minute};BYSECOND=0"
    if every == Every.DAY:
        return f"FREQ=DAILY;{clock}"
    if every == Every.MONTH:
        return f"FREQ=MONTHLY;BYMONTHDAY={day};{clock}"
    if every == Every.QUARTER:
        months = ",".join(str((month - 1) % 3 + 1 + 3 * quarter) for quarter in range(4))
        return f"FREQ=YEARLY;BYMONTH={months};BYMONTHDAY={day};{clock}"
    return f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day};{clock}"


def _naive(moment: datetime) -> datetime:
    return timezone.localtime(moment).replace(tzinfo=None, microsecond=0)


def _rule(text: str, starts_at: datetime):
    return rrulestr(text, dtstart=_naive(starts_at))


def missing(text: str, *, starts_at: datetime, last: datetime | None, now: datetime) -> list[datetime]:
    """Moments after `last` (or from `starts_at` on) up to `now`, oldest first, the newest AT_MOST of them."""
    after = _naive(last) if last else _naive(starts_at) - timedelta(seconds=1)
    moments = _rule(text, starts_at).between(after, _naive(now) + timedelta(seconds=1))
    return [timezone.make_aware(moment) for moment in moments if moment <= _naive(now)][-AT_MOST:]


def upcoming(text: str, *, starts_at: datetime, now: datetime, number: int = 3) -> list[datetime]:
    """The next moments after `now`."""
    found = _rule(text, starts_at).xafter(max(_naive(now), _naive(starts_at)), count=number)
    return [timezone.make_aware(moment) for moment in found]


def period(moment: datetime) -> str:
    """The name of a period, part of its natural key: local ISO time to the minute."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def in_words(text: str) -> str:
    """The rule in a Vietnamese sentence."""
    parts = dict(part.split("=") for part in text.split(";"))
    at = f"lúc {int(parts['BYHOUR']):02d}:{int(parts['BYMINUTE']):02d}"
    if parts["FREQ"] == "DAILY":
        return f"Hằng ngày {at}"
    day = "ngày cuối tháng" if parts["BYMONTHDAY"] == "-1" else f"ngày {parts['BYMONTHDAY']}"
    if parts["FREQ"] == "MONTHLY":
        return f"Hằng tháng, {day}, {at}"
    months = parts["BYMONTH"].split(",")
    if len(months) > 1:
        return f"Hằng quý, {day} các tháng {', '.join(months)}, {at}"
    return f"Hằng năm, {day} {'tháng ' + months[0]}, {at}"
