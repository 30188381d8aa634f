"""The inbox: what waits for me."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from units.models import Handover

from .. import permissions, queries
from ..enums import CycleStatus
from ..models import Cycle
from ..queries.quotas import with_selection
from ..queries.scopes import opens_years


@require_safe
def home(request):
    """What waits for me: piles of the newest open year, sittings, draft decisions."""
    today = timezone.localdate()
    visible = with_selection(Cycle.objects.visible_to(request.user))
    cycles = visible.filter(status=CycleStatus.OPEN).select_related("programme")
    context = {
        "desks": queries.waiting_for(request.user, cycles, today),
        "sittings": queries.open_sittings(request.user)[:20],
        "fallen": queries.fallen(request.user),
        "decisions": queries.draft_decisions(request.user)[:20],
        "handovers": Handover.objects.waiting_for(request.user).select_related("ended__unit", "ended__user"),
        "may_start": permissions.own_province(request.user) is not None,
        "may_open": opens_years(request.user),
    }
    return render(request, "evaluations/home.html", context)
