"""People taken in by file, given out by file, and their password slips, given out once."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from portal.core.errors import Refused
from portal.core.lists import Asking, Listed
from portal.core.vietnamese.figures import grouped
from portal.core.web.list_files import file_of
from portal.core.web.once import once

from .. import services
from ..files import people_rows
from ..files.places import places_page
from ..filters import PlacementFilterSet
from ..forms import RegisterFileForm
from ..models import Placement
from ..permissions import may_administer
from .intake import SHOWN, Intake, confirm, take


def _require_administrator(asked: Asking) -> None:
    if not may_administer(asked.user):
        raise Http404


def _shown(found: people_rows.PersonFile) -> dict:
    many, new = len(found.rows), len(found.new)
    rows = list(found.rows.items())[:SHOWN]
    parts = ((new, "tài khoản mới"), (len(found.seats), "ghế trong Ban"))
    asks = ", ".join(f"{grouped(number)} {what}" for number, what in parts if number)
    told = {"asks": asks, "new": new, "same": many - new, "seats": len(found.seats), "posts_kept": found.posts_kept}
    return {"rows": rows, "many": many} | told


PEOPLE = Intake(
    job="import_people",
    form=RegisterFileForm,
    upload="units:people_import",
    preview="units:people_preview",
    page="units/people_import.html",
    preview_page="units/people_preview.html",
    read=people_rows.read,
    shown=_shown,
    template=people_rows.TEMPLATE,
    pages=places_page,
)


def people_listed(asked: Asking) -> Listed:
    """The placements asked for; the headings are those a file of new people needs."""
    _require_administrator(asked)
    filters = PlacementFilterSet(asked.GET, Placement.objects.administered_by(asked.user), request=asked)
    rows = filters.qs.select_related("user", "unit").order_by("unit__sort_key", "role", "pk")
    return Listed("Người dùng", "nguoi-dung", rows, people_rows.HEADINGS, people_rows.exported, filters.form)


people_export = file_of(people_listed, "units:people")


@require_http_methods(["GET", "HEAD", "POST"])
def people_import(request):
    _require_administrator(request)
    return take(request, PEOPLE)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def people_preview(request, token):
    _require_administrator(request)
    return confirm(request, PEOPLE, token)


@require_POST
def slips_take(request, pk):
    """The PDF of password slips, to whoever asked for it, once."""
    _require_administrator(request)
    sheet = get_object_or_404(request.user.slip_sheets, pk=pk)
    try:
        data = services.take_slips(sheet, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("units:people")
    disposition = f'attachment; filename="phieu-mat-khau-{sheet.pk}.pdf"'
    return HttpResponse(
        data,
        content_type="application/pdf",
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )
