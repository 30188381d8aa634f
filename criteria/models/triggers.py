"""Database triggers that keep published sets as they are, whoever writes: raw SQL and bulk updates included.

SQLite loses a table's triggers when a migration rebuilds the table: such a migration calls `install` again
(a test looks for every trigger after all migrations).
"""

SENTENCE = "Bộ tiêu chí đã ban hành nên không sửa, không xoá được. Hãy lập phiên bản mới."
FROZEN = "('published', 'retired')"
SET = "criteria_criteriaset"
# Table -> how a row's set is found, {row} being OLD or NEW.
PARTS = {
    "criteria_criterion": "FROM criteria_criteriaset s WHERE s.id = {row}.criteria_set_id",
    "criteria_route": "FROM criteria_criteriaset s WHERE s.id = {row}.criteria_set_id",
    **{
        f"criteria_{part}": "FROM criteria_criteriaset s WHERE s.id = {row}.criteria_set_id"
        for part in ("grade", "cap", "precondition", "quota", "dossierpaper")
    },
    "criteria_deadline": (
        "FROM criteria_criteriaset s JOIN criteria_route r ON r.criteria_set_id = s.id WHERE r.id = {row}.route_id"
    ),
}
ROWS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def install(connection) -> None:
    """(Re)make the triggers for the tables there are now: earlier migrations know fewer."""
    remove(connection)
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    with connection.cursor() as cursor:
        for sql in make(cursor, connection):
            cursor.execute(sql)


def _parts(cursor, connection) -> dict[str, str]:
    there = set(connection.introspection.table_names(cursor))
    return {table: its_set for table, its_set in PARTS.items() if table in there}


def remove(connection) -> None:
    with connection.cursor() as cursor:
        for table in (SET, *_parts(cursor, connection)):
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen ON {table}")
                cursor.execute(f"DROP FUNCTION IF EXISTS {table}_frozen()")
            else:
                for event in ROWS:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_frozen_{event.lower()}")


def _sqlite(cursor, connection):
    columns = [column.name for column in connection.introspection.get_table_description(cursor, SET)]
    retiring = "OLD.status = 'published' AND NEW.status = 'retired' AND " + " AND ".join(
        f'NEW."{name}" IS OLD."{name}"' for name in columns if name != "status"
    )
    refuse = f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
    yield (
        f"CREATE TRIGGER {SET}_frozen_update BEFORE UPDATE ON {SET} "
        f"WHEN OLD.status IN {FROZEN} AND NOT ({retiring}) {refuse}"
    )
    yield f"CREATE TRIGGER {SET}_frozen_delete BEFORE DELETE ON {SET} WHEN OLD.status IN {FROZEN} {refuse}"
    for table, its_set in _parts(cursor, connection).items():
        for event, rows in ROWS.items():
            frozen = " OR ".join(f"(SELECT s.status {its_set.format(row=row)}) IN {FROZEN}" for row in rows)
            yield f"CREATE TRIGGER {table}_frozen_{event.lower()} BEFORE {event} ON {table} WHEN {frozen} {refuse}"


def _postgresql(cursor, connection):
    refuse = f"RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'check_violation';"
    yield f"""
        CREATE FUNCTION {SET}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF OLD.status IN {FROZEN} THEN
            IF TG_OP = 'DELETE' THEN {refuse} END IF;
            IF NOT (OLD.status = 'published' AND NEW.status = 'retired'
                    AND to_jsonb(NEW) - 'status' = to_jsonb(OLD) - 'status') THEN {refuse} END IF;
          END IF;
          IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
          RETURN NEW;
        END $$"""
    yield f"CREATE TRIGGER {SET}_frozen BEFORE UPDATE OR DELETE ON {SET} FOR EACH ROW EXECUTE FUNCTION {SET}_frozen()"
    for table, its_set in _parts(cursor, connection).items():
        # FOR SHARE waits for a publishing under way, so that no row slips in beside it.
        looks = "".join(
            f"""
              IF TG_OP <> '{other_event}' THEN
                SELECT s.status INTO found {its_set.format(row=row)} FOR SHARE OF s;
                IF found IN {FROZEN} THEN {refuse} END IF;
              END IF;"""
            for row, other_event in (("OLD", "INSERT"), ("NEW", "DELETE"))
        )
        yield f"""
            CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE found text;
            BEGIN{looks}
              IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
              RETURN NEW;
            END $$"""
        yield (
            f"CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_frozen()"
        )
