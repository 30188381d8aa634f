"""Rows taken for writing, and locks that have a name."""

import sqlite3
from collections.abc import Iterable
from typing import TypeVar

from django.db import OperationalError, connection
from django.db.models import Manager, Model, QuerySet

from portal.core.errors import Busy, Refused

Row = TypeVar("Row", bound=Model)
BUSY_STATES = ("55P03", "40P01")  # PostgreSQL: a lock not had in time, a deadlock


def is_busy(error: OperationalError) -> bool:
    """Whether the database gave up waiting for somebody else who writes the same rows."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorname.startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    return getattr(cause, "pgcode", None) in BUSY_STATES


def take_lock(name: str, *, shared: bool = False, busy: str) -> None:
    """The lock of that name until the transaction ends; `shared`, beside any number of others who share it.

    Raises Busy with the sentence where it is not had in time. SQLite lets one writer in at a time anyway.
    """
    if connection.vendor != "postgresql":
        return
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(hashtext(%s))", [name])
    except OperationalError as error:
        if is_busy(error):
            raise Busy(busy) from None
        raise


def lock_row(rows: QuerySet[Row] | Manager[Row], pk: int) -> Row:
    """The row as it is now, nobody else's until the transaction ends.

    Raises Refused when it is gone: two who delete at once, or one who presses twice.
    """
    found = rows.select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        name = str(rows.model._meta.verbose_name)
        raise Refused(f"{name[:1].upper()}{name[1:]} này vừa được xoá. Hãy tải lại trang để xem.")
    return found


def hold_rows(rows: QuerySet[Row], *, to_write: bool) -> QuerySet[Row]:
    """The rows as they are asked for; `to_write`, as they are now and nobody else's until the transaction ends.

    For what is compared before it is written: between the two nobody changes it. Taken in one order by all.
    """
    return rows.select_for_update(of=("self",)).order_by("pk") if to_write else rows


def keep_out_writers(model: type[Model], ids: Iterable[int]) -> None:
    """Let nobody else write what hangs on these rows, where its writer takes them first, until the transaction ends.

    Others may still name the rows.
    """
    rows = model._default_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=set(ids)).order_by("pk")
    list(rows.values_list("pk"))
