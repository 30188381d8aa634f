"""Database triggers that let events only be added, whoever writes: raw SQL and bulk updates included.

SQLite loses a table's triggers when a migration rebuilds the table: such a migration calls `install` again
(a test looks for them after all migrations).
"""

TABLE = "evaluations_event"
SENTENCE = "Diễn biến của hồ sơ chỉ được ghi thêm, không sửa, không xoá được."
CHANGES = ("UPDATE", "DELETE")


def install(connection) -> None:
    """(Re)make the triggers for the table as it is now."""
    remove(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE FUNCTION {TABLE}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER {TABLE}_kept BEFORE UPDATE OR DELETE ON {TABLE} "
                f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_kept()"
            )
        else:
            for change in CHANGES:
                cursor.execute(
                    f"CREATE TRIGGER {TABLE}_kept_{change.lower()} BEFORE {change} ON {TABLE} "
                    f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
                )


def remove(connection) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_kept ON {TABLE}")
            cursor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_kept()")
        else:
            for change in CHANGES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_kept_{change.lower()}")
