"""Moments as officials read them, on the clock of Việt Nam."""

from datetime import datetime

from django.utils.timezone import localtime


def moment_text(moment: datetime) -> str:
    """Clock, then day: 09:14 ngày 05/11/2024."""
    return f"{localtime(moment):%H:%M ngày %d/%m/%Y}"
