"""Whose decision a recognition is: the People's Committee's or a steering committee's, as the routes of its set say."""

from portal.core.vietnamese.text import plain_key

from ..enums import SIGNED_AS, Body, Capacity
from ..models import Decision, Evaluation

# How a route's words name a body, as `plain_key` has them; who is named by neither signs for the People's Committee.
NAMED = {Body.BOARD: ("ban chi dao", "truong ban"), Body.PEOPLE: ("uy ban nhan dan", "ubnd", "chu tich")}


def bodies_of(decision: Decision) -> list[Body]:
    """The bodies that the routes of what is decided name as signing, the People's Committee first. One query.

    A decision that takes back is of the body that recognised.
    """
    if decision.sitting_id is None:
        return [body_of(decision.capacity)]
    dossiers = Evaluation.objects.filter(agenda_items__sitting=decision.sitting_id).order_by()
    told = {plain_key(words) for words in dossiers.values_list("route__authority", flat=True).distinct() if words}
    return [body for body in Body if any(name in words for words in told for name in NAMED[body])] or [Body.PEOPLE]


def body_of(capacity: str) -> Body:
    """Whose decision is signed so."""
    return next(body for body in Body if capacity in SIGNED_AS[body])


def capacities_of(decision: Decision) -> list[Capacity]:
    """How the decision may be signed, the usual first."""
    return [capacity for body in bodies_of(decision) for capacity in SIGNED_AS[body]]
