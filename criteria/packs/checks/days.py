"""Days of any year, as packs write them."""

from datetime import date


def is_day(text: str) -> bool:
    """Whether "mm-dd" is a day every year has."""
    try:
        date.fromisoformat(f"2023-{text}")
    except ValueError:
        return False
    return True
