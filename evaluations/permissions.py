"""Who may do what with a file, a sitting, a decision: predicates `(user, object) -> bool`."""

from units.enums import CLERKS, Role
from units.models import Unit, User

from .models import Decision, Evaluation, Sitting

BODY = (Role.STANDING, Role.CHAIR)


def may_look_into(user: User, unit: Unit) -> bool:
    """What a place itself decides (sittings, decisions) is read there and above: links lead nobody else there."""
    return any(place.is_level and place.pk in unit.ancestor_ids.values() for place in user.places())


def may_open_cycle(user: User, province: Unit) -> bool:
    """Provincial staff open and lock the year."""
    return user.has_role(Role.STAFF, Role.ADMIN, at=province.pk)


def may_enter(user: User, evaluation: Evaluation) -> bool:
    """Officers and leaders of the place that writes the self-assessment."""
    return user.has_role(*CLERKS, at=evaluation.entry_unit_id or 0)


def may_excuse(user: User, evaluation: Evaluation) -> bool:
    """Taking a unit out of the year, or back in: its leader, or the province's staff."""
    return user.has_role(Role.LEADER, at=evaluation.entry_unit_id or 0) or user.has_role(
        Role.STAFF, at=evaluation.province_id
    )


def may_appraise(user: User, evaluation: Evaluation) -> bool:
    """The standing body of the appraising level, never the person who sent the file."""
    return user.has_role(Role.STANDING, at=evaluation.appraisal_unit_id or 0) and evaluation.submitted_by_id != user.pk


def may_table(user: User, evaluation: Evaluation) -> bool:
    """The standing body of the deciding level puts files before its committee."""
    return user.has_role(Role.STANDING, at=evaluation.decision_unit_id or 0)


def may_decide(user: User, evaluation: Evaluation) -> bool:
    """Standing body or chair of the deciding level, never the person who sent the file."""
    return user.has_role(*BODY, at=evaluation.decision_unit_id or 0) and evaluation.submitted_by_id != user.pk


def may_hold_sittings(user: User, unit: Unit) -> bool:
    """Preparing a sitting: its agenda, its attendance."""
    return user.has_role(Role.STANDING, at=unit.pk)


def may_prepare(user: User, sitting: Sitting) -> bool:
    return may_hold_sittings(user, sitting.committee.unit) and not sitting.is_closed


def may_close(user: User, sitting: Sitting) -> bool:
    return user.has_role(*BODY, at=sitting.committee.unit_id) and not sitting.is_closed


def may_issue(user: User, decision: Decision) -> bool:
    """Entering number, signer and date of a signed decision, at the issuing place."""
    return user.has_role(*BODY, at=decision.issuer_id) and not decision.is_issued


def may_revoke(user: User, evaluation: Evaluation) -> bool:
    return user.has_role(Role.CHAIR, at=evaluation.decision_unit_id or 0) and evaluation.submitted_by_id != user.pk


def may_bar_awards(user: User, province: Unit) -> bool:
    """Provincial staff and administrators switch on what bars units from awards."""
    return user.has_role(Role.STAFF, Role.ADMIN, at=province.pk)
