"""Who may write criteria: predicates `(user, object) -> bool`."""

from units.models import User

from .models import CriteriaSet
from .queries import provinces_written


def may_write(user: User, criteria_set: CriteriaSet) -> bool:
    """Staff and administrators of the province a set is for; the whole country's sets come with packs alone."""
    return bool(criteria_set.province_code) and criteria_set.province_code in provinces_written(user)
