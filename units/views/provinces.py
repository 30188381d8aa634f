"""Which of several provinces the reader works for in this session."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from portal.core.web.middleware import PROVINCE_AT_HAND
from portal.core.web.pages import whole_number


@require_POST
def province_at_hand(request):
    """Choose one of the reader's provinces, and go on where they were; 404 for a province that is not theirs."""
    roles = {placement.role for placement in request.user.placements_now()}
    chosen = whole_number(request.POST.get("province", ""))
    found = next((one for one in request.user.provinces_as(*roles) if one.pk == chosen), None)
    if found is None:
        raise Http404
    request.session[PROVINCE_AT_HAND] = found.pk
    messages.success(request, f"Đang làm việc cho {found}.")
    here = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(here, {request.get_host()}, require_https=request.is_secure())
    return redirect(here if safe else "home")
