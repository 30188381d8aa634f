"""A row taken for writing."""

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
