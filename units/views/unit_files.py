"""Units out as files, and in from files."""

from django.http import Http404
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.lists import Asking, Listed, listed
from portal.core.sheets.reading import Unreadable
from portal.core.web.list_files import file_of
from portal.core.web.once import once

from ..files.places import places_page
from ..files.units import OUT, TEMPLATE, UnitFile, dataset_of, read_out, table
from ..filters import UnitFilterSet
from ..forms import UnitFileForm
from ..models import Unit
from ..permissions import may_import_units
from .intake import SHOWN, Intake, confirm, take, template_of


def units_listed(asked: Asking) -> Listed:
    """The units asked for; the file can be imported again."""
    filters = UnitFilterSet(asked.GET, Unit.objects.visible_to(asked.user), request=asked)
    return listed("Đơn vị", "don-vi", read_out(filters.qs), OUT, form=filters.form)


unit_export = file_of(units_listed, "units:list")


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
