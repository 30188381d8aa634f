"""Who may change units while others write what leans on them: locks until the transaction ends. Each raises Busy."""

from portal.core.errors import Refused
from portal.core.rows.locking import take_lock

from .models import Unit

TREE, UNITS = "units.tree", "units.units"  # of who writes the tree, of who leans on units as they stand
BUSY = "Có người đang ghi hoặc sắp xếp đơn vị. Chưa ghi gì; hãy chờ ít phút rồi làm lại."


def lock_tree() -> None:
    """Let one writer of the tree in at a time."""
    take_lock(TREE, busy=BUSY)


def lock_units() -> None:
    """`lock_tree` for whoever ends, moves or takes off units: waits besides for all who `hold_units`."""
    lock_tree()
    take_lock(UNITS, busy=BUSY)


def hold_units() -> None:
    """Let no unit end, move or go; any number may hold them at once.

    Asked before anything else is locked, and before the units are read: a reorganisation writes units, people and
    committees in one transaction of seconds, and what was read before it is no longer so.
    """
    take_lock(UNITS, shared=True, busy=BUSY)


def held_unit(unit: Unit) -> Unit:
    """The unit as it stands, held (`hold_units`). Raises Refused where it is gone."""
    hold_units()
    if found := Unit.objects.filter(pk=unit.pk).first():
        return found
    raise Refused(f"{unit} vừa được bỏ khỏi danh sách đơn vị. Hãy tải lại trang để xem.")
