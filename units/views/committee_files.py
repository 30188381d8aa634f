"""Committees and their seats out and in by file."""

from django.http import Http404
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.web.once import once

from ..files import committee_rows, seat_rows
from ..files.places import places_page
from ..forms import RegisterFileForm
from ..models import Seat
from ..permissions import may_administer
from .committees import asked_committees
from .intake import SHOWN, Intake, confirm, sheet_file, take


@require_safe
def committee_export(request):
    """Every committee asked for, of today and before; it can be imported again."""
    committees = asked_committees(request).select_related("unit").order_by("unit__sort_key", "valid_from", "pk")
    rows = committee_rows.exported(committees)
    return sheet_file(request, "Ban Chỉ đạo", "ban-chi-dao", committee_rows.HEADINGS, rows)


@require_safe
def seat_export(request):
    """Every seat, of today and before, of the committees asked for, as CSV or workbook; it can be imported again."""
    seats = (
        Seat.objects.filter(committee__in=asked_committees(request))
        .select_related("committee__unit", "user")
        .order_by("committee__unit__sort_key", "committee", "valid_from", "pk")
    )
    rows = seat_rows.exported(seats)
    return sheet_file(request, "Thành viên Ban Chỉ đạo", "thanh-vien-ban-chi-dao", seat_rows.HEADINGS, rows)


def _require_administrator(request) -> None:
    if not may_administer(request.user):
        raise Http404


def _shown(found: seat_rows.SeatFile) -> dict:
    return {"rows": list(found.rows.items())[:SHOWN], "new": len(found.new), "many": len(found.rows)}


SEATS = Intake(
    job="import_seats",
    form=RegisterFileForm,
    upload="units:seat_import",
    preview="units:seat_preview",
    page="units/seat_import.html",
    preview_page="units/seat_preview.html",
    read=seat_rows.read,
    shown=_shown,
    template=seat_rows.TEMPLATE,
    pages=places_page,
)


@require_http_methods(["GET", "HEAD", "POST"])
def seat_import(request):
    _require_administrator(request)
    return take(request, SEATS)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def seat_preview(request, token):
    _require_administrator(request)
    return confirm(request, SEATS, token)


def _shown_committees(found: committee_rows.CommitteeFile) -> dict:
    rows = [(number, row) for number, row in found.rows.items() if row.differs]
    same = len(found.rows) - len(rows)
    return {"rows": rows[:SHOWN], "new": len(found.new), "changed": len(found.changed), "same": same, "many": len(rows)}


COMMITTEES = Intake(
    job="import_committees",
    form=RegisterFileForm,
    upload="units:committee_import",
    preview="units:committee_preview",
    page="units/committee_import.html",
    preview_page="units/committee_preview.html",
    read=committee_rows.read,
    shown=_shown_committees,
    template=committee_rows.TEMPLATE,
    pages=places_page,
)


@require_http_methods(["GET", "HEAD", "POST"])
def committee_import(request):
    _require_administrator(request)
    return take(request, COMMITTEES)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def committee_preview(request, token):
    _require_administrator(request)
    return confirm(request, COMMITTEES, token)
