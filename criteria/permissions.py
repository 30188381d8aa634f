"""Who may write criteria: predicates `(user, object) -> bool`."""

from units.models import User

from .models import CriteriaSet, StreakRule
from .queries import WRITERS, provinces_written, with_issuers


def may_write(user: User, row: CriteriaSet | StreakRule) -> bool:
    """Staff and administrators of the province a set or rule is for; the whole country's come with packs alone.

    A published rule stays its province's: of the one that bore the code then, whatever code it bears today.
    """
    if isinstance(row, StreakRule) and row.province_code and not row.is_draft:
        issuer = with_issuers([row])[0].issuer
        if issuer is not None:
            return issuer in user.provinces_as(*WRITERS)
    return bool(row.province_code) and row.province_code in provinces_written(user)
