"""The logs of this app whose lines the database lets nobody change or drop."""

from portal.core.rows import kept
from portal.core.rows.kept import SENTENCE

__all__ = ["CYCLE_EVENTS", "EVENTS", "SENTENCE", "TOTAL_EVENTS", "install", "remove"]

EVENTS, CYCLE_EVENTS = "evaluations_event", "evaluations_cycleevent"
TOTAL_EVENTS = "evaluations_pasttotalevent"


def install(connection, table: str = EVENTS) -> None:
    """(Re)make the triggers for the table as it is now."""
    kept.install(connection, table)


def remove(connection, table: str = EVENTS) -> None:
    kept.remove(connection, table)
