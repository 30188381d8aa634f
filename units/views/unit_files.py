"""Units out as files, and in from files."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.sheets import writing
from portal.core.sheets.reading import Unreadable
from portal.core.web.once import once

from ..files.places import places_page
from ..files.units import TEMPLATE, UnitFile, dataset_of, table
from ..filters import UnitFilterSet
from ..forms import UnitFileForm
from ..models import Unit
from ..permissions import may_import_units
from .intake import SHOWN, Intake, as_file, confirm, take, template_of


@require_safe
def unit_export(request):
    """The filtered list as CSV or, with `dang=xlsx`, as a workbook."""
    from ..files.unit_resource import as_csv, as_xlsx  # noqa: PLC0415 -- brings in tablib

    found = UnitFilterSet(request.GET, Unit.objects.visible_to(request.user), request=request)
    if not found.is_valid():
        return render(request, "units/unit_list.html", {"filter": found, "is_refused": True}, status=422)
    name = f"don-vi-{timezone.localdate():%Y-%m-%d}"
    if request.GET.get("dang") == "xlsx":
        return as_file(name, writing.XLSX, as_xlsx(found.qs))
    return as_file(name, writing.CSV, as_csv(found.qs))


@require_safe
def template_file(request):
    """An empty file with the right headings, as CSV or, with `dang=xlsx`, as the template workbook."""
    _require_importer(request)
    return template_of(request, UNITS)


def _require_importer(request) -> None:
    if not may_import_units(request.user):
        raise Http404


def _read(data: bytes, name: str, user) -> UnitFile:
    from ..files.unit_resource import UnitResource  # noqa: PLC0415 -- brings in tablib

    try:
        rows = table(data, name)
    except Unreadable as refusal:
        return UnitFile(name, problems=refusal.problems)
    resource = UnitResource(name, user=user)
    resource.check(dataset_of(rows))
    resource.file.notes[:0] = rows.notes
    return resource.file


def _shown(found: UnitFile) -> dict:
    new = found.new_rows
    return {"rows": new[:SHOWN], "many": len(new), "known": len(found.rows) - len(new)}


UNITS = Intake(
    job="import_units",
    form=UnitFileForm,
    upload="units:import",
    preview="units:import_preview",
    page="units/import.html",
    preview_page="units/import_preview.html",
    read=_read,
    shown=_shown,
    template=TEMPLATE,
    template_at="units:import_template",
    pages=places_page,
)


@require_http_methods(["GET", "HEAD", "POST"])
def import_units(request):
    _require_importer(request)
    return take(request, UNITS)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def import_preview(request, token):
    _require_importer(request)
    return confirm(request, UNITS, token)
