"""“Bắt đầu”: what a province that moves in has, and what is next."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from units.enums import Role

from .. import permissions
from ..queries.first_steps import first_steps


@require_safe
def start(request):
    """The steps of moving in with their counts, for the province's administrators and staff."""
    province = permissions.own_province(request.user)
    if province is None:
        raise Http404
    steps = first_steps(province, timezone.localdate())
    context = {
        "province": province,
        "is_admin": request.user.has_role(Role.ADMIN, at=province.pk),
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "tells_merger": any(step.route == "units:reform_list" for step in steps),
        "next": next((step for step in steps if not step.is_done), None),
    }
    return render(request, "evaluations/start.html", context)
