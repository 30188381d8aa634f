"""Rows taken for writing."""

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Manager, Model, QuerySet

from .errors import Refused

Row = TypeVar("Row", bound=Model)


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
