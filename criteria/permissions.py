"""Who may write criteria: predicates `(user, object) -> bool`."""

from units.models import User

from .models import CriteriaSet, StreakRule
from .queries import provinces_written


def may_write(user: User, row: CriteriaSet | StreakRule) -> bool:
    """Staff and administrators of the province a set or rule is for; the whole country's come with packs alone."""
    return bool(row.province_code) and row.province_code in provinces_written(user)
