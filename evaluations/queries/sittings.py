"""Sittings and decisions that wait for somebody, and who presides."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from criteria.enums import Step
from criteria.models import Deadline
from units.enums import Role
from units.models import Committee, Placement, Seat, User

from ..enums import State
from ..models import Decision, Evaluation, Sitting
from ..models.dossiers import EvaluationQuerySet
from ..permissions import ISSUING


def open_sittings(user: User) -> QuerySet[Sitting]:
    """Sittings not yet closed in committees the user sits on or serves."""
    serving = user.units_with(Role.STANDING, Role.CHAIR, Role.MEMBER)
    mine = Q(committee__seats__user=user) | Q(committee__unit__in=serving)
    return (
        Sitting.objects.visible_to(user)
        .filter(mine, closed_at__isnull=True)
        .select_related("committee__unit", "cycle__programme")
        .annotate(dossiers=Count("items", distinct=True))
        .distinct()
    )


def waiting_dossiers(sitting: Sitting) -> EvaluationQuerySet:
    """Appraised dossiers of the sitting's own level that no agenda holds yet."""
    return Evaluation.objects.filter(
        cycle=sitting.cycle_id, decision_unit=sitting.committee.unit_id, state=State.APPRAISED
    )


def chair_among(seats: Iterable[Seat], committee: Committee) -> Seat | None:
    """The seat of whoever is placed as chair at the committee's own level today; one query."""
    placed = Placement.objects.in_force().filter(unit=committee.unit_id, role=Role.CHAIR)
    chairs = set(placed.values_list("user_id", flat=True))
    return next((seat for seat in seats if seat.user_id in chairs), None)


def draft_decisions(user: User) -> QuerySet[Decision]:
    """Decisions waiting for number and signature where the user may issue them."""
    return (
        Decision.objects.visible_to(user)
        .filter(issuer__in=ISSUING.places(user), issued_at__isnull=True)
        .select_related("sitting__cycle__programme")
    )


def past_its_term(decision: Decision) -> Deadline | None:
    """The deadline of the rules that an issued decision to recognise was signed after, the earliest where several
    routes name one; None where it is in time or the rules name none. One query.
    """
    if decision.sitting is None or decision.signed_on is None or decision.is_revocation:
        return None
    routes = decision.recognitions.values("evaluation__route")
    found = Deadline.objects.filter(step=Step.DECIDE, route__in=routes)
    year, signed_on = decision.sitting.cycle.year, decision.signed_on
    missed = [one for one in found if one.last_day(year) < signed_on]
    return min(missed, key=lambda one: one.last_day(year), default=None)
