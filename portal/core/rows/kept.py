"""Database triggers that let lines of a log only be added, whoever writes: raw SQL and bulk updates included.

SQLite loses a table's triggers when a migration rebuilds the table: such a migration calls `install` again
(tests look for them after all migrations).
"""

from collections.abc import Sequence

SENTENCE = "Diễn biến chỉ được ghi thêm, không sửa, không xoá được."
CHANGES = ("UPDATE", "DELETE")


def install(connection, table: str, changes: Sequence[str] = CHANGES) -> None:
    """(Re)make the triggers for the table as it is now; `changes` are the acts refused.

    A log that goes with a draft somebody throws away refuses `UPDATE` alone.
    """
    remove(connection, table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER {table}_kept BEFORE {' OR '.join(changes)} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {table}_kept()"
            )
        else:
            for change in changes:
                cursor.execute(
                    f"CREATE TRIGGER {table}_kept_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
                )


def remove(connection, table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_kept ON {table}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {table}_kept()")
        else:
            for change in CHANGES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_kept_{change.lower()}")
