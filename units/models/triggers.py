"""The logs of this app the database keeps: what each refuses.

A committee a file founded goes with its log when the file is undone: those lines may be dropped, never reworded.
"""

from portal.core.rows import kept

LOGS = {
    "units_postcorrection": kept.CHANGES,
    "units_unitevent": kept.CHANGES,
    "units_committeeevent": ("UPDATE",),
}


def install(connection) -> None:
    for table, changes in LOGS.items():
        kept.install(connection, table, changes)


def remove(connection) -> None:
    for table in LOGS:
        kept.remove(connection, table)
