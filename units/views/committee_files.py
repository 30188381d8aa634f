"""Committees and their seats out and in by file."""

from django.http import Http404
from django.views.decorators.http import require_http_methods

from portal.core.lists import Asking, Listed
from portal.core.web.list_files import file_of
from portal.core.web.once import once

from ..files import committee_rows, seat_rows
from ..files.places import places_page
from ..forms import RegisterFileForm
from ..models import Seat, on
from ..permissions import may_administer
from .as_of import OnDayForm
from .committees import asked_committees
from .intake import SHOWN, Intake, confirm, take


def _day(asked: Asking) -> OnDayForm | None:
    """The day the address asks for; None where it asks for every day."""
    return OnDayForm(asked.GET) if asked.GET.get("ngay") else None


def committees_listed(asked: Asking) -> Listed:
    """The committees asked for: in office on the day, of today and before without one; the file can be imported
    again."""
    form = _day(asked)
    day = form.cleaned_data["ngay"] if form and form.is_valid() else None
    committees = asked_committees(asked, day)
    committees = committees.in_office(day) if day else committees
    rows = committees.select_related("unit").order_by("unit__sort_key", "valid_from", "pk")
    return Listed("Ban Chỉ đạo", "ban-chi-dao", rows, committee_rows.HEADINGS, committee_rows.exported, form)


def seats_listed(asked: Asking) -> Listed:
    """The seats of the committees asked for: held on the day, of today and before without one; the file can be
    imported again."""
    form = _day(asked)
    day = form.cleaned_data["ngay"] if form and form.is_valid() else None
    seats = Seat.objects.filter(committee__in=asked_committees(asked, day))
    seats = seats.filter(on(day)) if day else seats
    rows = seats.select_related("committee__unit", "user").order_by(
        "committee__unit__sort_key", "committee", "valid_from", "pk"
    )
    title, name = "Thành viên Ban Chỉ đạo", "thanh-vien-ban-chi-dao"
    return Listed(title, name, rows, seat_rows.HEADINGS, seat_rows.exported, form)


committee_export = file_of(committees_listed, "units:committee_list")
seat_export = file_of(seats_listed, "units:committee_list")


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
