"""The inbox: what waits for me."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from units.models import Handover
from units.queries import tell_apart

from .. import permissions, queries
from ..enums import CycleStatus
from ..models import Cycle
from ..queries.quotas import with_selection
from ..queries.scopes import opens_years

MOST_RETURNED = 20  # named on the desk; the list has the others


@require_safe
def home(request):
    """What waits for me: what came back, piles of the open years, sittings, draft decisions; and what I wait for."""
    today = timezone.localdate()
    visible = with_selection(Cycle.objects.visible_to(request.user))
    cycles = visible.filter(status=CycleStatus.OPEN).select_related("programme")
    desks = queries.waiting_for(request.user, cycles, today)
    years = [desk.cycle.pk for desk in desks]
    returned = queries.returned_to(request.user, years, MOST_RETURNED) if _any_returned(desks) else []
    sent = queries.sent_by(request.user, years)
    tell_apart([*(one.dossier for one in returned), *(dossier for group in sent for dossier in group.named)])
    sittings = list(queries.open_sittings(request.user)[:20])
    decisions = list(queries.draft_decisions(request.user)[:20])
    fallen = queries.fallen(request.user)
    queries.tell_years_apart(
        [
            *(desk.cycle for desk in desks),
            *(one.dossier.cycle for one in returned),
            *(one.dossier.cycle for one in fallen),
            *(group.cycle for group in sent),
            *(sitting.cycle for sitting in sittings),
            *(decision.sitting.cycle for decision in decisions if decision.sitting),
        ]
    )
    context = {
        "desks": desks,
        "returned": returned,
        "sent": sent,
        "sittings": sittings,
        "fallen": fallen,
        "decisions": decisions,
        "handovers": Handover.objects.waiting_for(request.user).select_related("ended__unit", "ended__user"),
        "may_start": permissions.own_province(request.user) is not None,
        "may_open": opens_years(request.user),
        "may_practise": any(desk.enters for desk in desks),
    }
    return render(request, "evaluations/home.html", context)


def _any_returned(desks: list[queries.Desk]) -> bool:
    """The piles have counted them already."""
    return any(pile.is_returned for desk in desks for pile in desk.work)
