"""Who may do what with a dossier, a sitting, a decision: predicates `(user, object) -> bool`."""

from dataclasses import dataclass

from units.enums import CLERKS, Role, UnitKind
from units.models import Unit, User

from .models import Decision, Evaluation, Sitting

BODY = (Role.STANDING, Role.CHAIR)


@dataclass(frozen=True)
class Hands:
    """Whose hands a dossier or a decision is in at a step: roles held at the unit in one of its columns.

    The predicates below and the piles on a desk read the same, so that no page offers what the door refuses.
    """

    column: str
    roles: tuple[Role, ...]

    def hold(self, user: User, held: Evaluation | Decision) -> bool:
        return user.has_role(*self.roles, at=getattr(held, f"{self.column}_id") or 0)

    def places(self, user: User) -> list[int]:
        """Units whose dossiers or decisions are in the user's hands, for a filter on the column."""
        return user.units_with(*self.roles)


ENTERING = Hands("entry_unit", CLERKS)
APPRAISING = Hands("appraisal_unit", (Role.STANDING,))
TABLING = Hands("decision_unit", (Role.STANDING,))
DECIDING = Hands("decision_unit", BODY)
REVOKING = Hands("decision_unit", (Role.CHAIR,))
ISSUING = Hands("issuer", BODY)


def may_look_into(user: User, unit: Unit) -> bool:
    """What a place itself decides (sittings, decisions) is read there and above: links lead nobody else there."""
    return any(place.is_level and place.pk in unit.ancestor_ids.values() for place in user.places())


PROVINCIAL = (Role.STAFF, Role.ADMIN)
OF_A_PLACE = (Role.ADMIN, Role.CHAIR)  # who opens and locks a place's own year beside the province's people


def own_province(user: User, pk: int | None = None) -> Unit | None:
    """The province whose past years the user enters, and whose bars from awards they switch: the first of several, as
    before a merger, unless it is named."""
    return next((one for one in user.provinces_as(*PROVINCIAL) if pk in (None, one.pk)), None)


def may_open_cycle(user: User, scope: Unit) -> bool:
    """Provincial staff open and lock the year of the province and of each place in it; a place's administrator and
    chair its own year alone."""
    if user.has_role(*PROVINCIAL, at=scope.province_id or scope.pk):
        return True
    return scope.kind != UnitKind.PROVINCE and user.has_role(*OF_A_PLACE, at=scope.pk)


def may_enter(user: User, evaluation: Evaluation) -> bool:
    """Officers and leaders of the place that writes the self-assessment."""
    return ENTERING.hold(user, evaluation)


def may_excuse(user: User, evaluation: Evaluation) -> bool:
    """Taking a unit out of the year, or back in: its leader, or the province's staff."""
    return user.has_role(Role.LEADER, at=evaluation.entry_unit_id or 0) or user.has_role(
        Role.STAFF, at=evaluation.province_id
    )


def may_exclude(user: User, evaluation: Evaluation) -> bool:
    """Letting a unit leave the base percentages are of: only a level above the place that takes it out of the year."""
    levels = [place for place in (evaluation.province_id, evaluation.district_id) if place]
    above = [place for place in levels if place != evaluation.entry_unit_id] or levels
    return any(user.has_role(Role.STAFF, *BODY, at=place) for place in above)


def may_appraise(user: User, evaluation: Evaluation) -> bool:
    """The standing body of the appraising level, never the person who sent the dossier."""
    return APPRAISING.hold(user, evaluation) and evaluation.submitted_by_id != user.pk


def may_table(user: User, evaluation: Evaluation) -> bool:
    """The standing body of the deciding level puts dossiers before its committee."""
    return TABLING.hold(user, evaluation)


def may_decide(user: User, evaluation: Evaluation) -> bool:
    """Standing body or chair of the deciding level, never the person who sent the dossier."""
    return DECIDING.hold(user, evaluation) and evaluation.submitted_by_id != user.pk


def may_hold_sittings(user: User, unit: Unit) -> bool:
    """Preparing a sitting: its agenda, its attendance."""
    return user.has_role(Role.STANDING, at=unit.pk)


def may_prepare(user: User, sitting: Sitting) -> bool:
    return may_hold_sittings(user, sitting.committee.unit) and not sitting.is_closed


def may_close(user: User, sitting: Sitting) -> bool:
    return user.has_role(*BODY, at=sitting.committee.unit_id) and not sitting.is_closed


def may_issue(user: User, decision: Decision) -> bool:
    """Entering number, signer and date of a signed decision, at the issuing place."""
    return ISSUING.hold(user, decision) and not decision.is_issued


def may_revoke(user: User, evaluation: Evaluation) -> bool:
    """Taking a recognition back, and deciding that it stands though its ground fell."""
    return REVOKING.hold(user, evaluation) and evaluation.submitted_by_id != user.pk


def may_bar_awards(user: User, province: Unit) -> bool:
    """Provincial staff and administrators switch on what bars units from awards."""
    return user.has_role(*PROVINCIAL, at=province.pk)
