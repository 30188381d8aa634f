"""Who may ask for, schedule and read reports."""

from units.enums import LEVELS, Role
from units.models import Unit, User

from .models import ReportRun


def may_report_on(user: User, place: Unit) -> bool:
    """An active user whose placements of today reach the place."""
    return user.is_active and place.kind in LEVELS and Unit.objects.visible_to(user).filter(pk=place.pk).exists()


def may_schedule(user: User) -> bool:
    """Provincial staff and administrators make, stop and delete schedules."""
    return user.has_role(Role.STAFF, Role.ADMIN)


def may_retry(user: User, run: ReportRun) -> bool:
    return may_report_on(user, run.place)
