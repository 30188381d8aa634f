"""Units out as files, and in from files."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.sheets.reading import Unreadable
from portal.core.web.once import once

from ..files.units import COLUMNS, UnitFile, dataset_of, table
from ..filters import UnitFilterSet
from ..forms import UnitFileForm
from ..models import Unit
from ..permissions import may_import_units
from .intake import SHOWN, Intake, confirm, take

TEMPLATE = (
    list(COLUMNS.values()),
    ["T1", "Khu dân cư", "thôn", "", "Thôn Đông", "07201", "", "01/01/2026", ""],
    [
        "T2",
        "Cơ sở giáo dục",
        "trường trung học cơ sở",
        "",
        "Trường Trung học cơ sở mẫu",
        "213",
        "07201",
        "01/01/2026",
        "",
    ],
)


@require_safe
def unit_export(request):
    """The filtered list as CSV or, with `dang=xlsx`, as a workbook."""
    from ..files.unit_resource import as_csv, as_xlsx  # noqa: PLC0415 -- brings in tablib

    found = UnitFilterSet(request.GET, Unit.objects.visible_to(request.user), request=request)
    if not found.is_valid():
        return render(request, "units/unit_list.html", {"filter": found, "is_refused": True}, status=422)
    if request.GET.get("dang") == "xlsx":
        kind, ending, data = (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            as_xlsx(found.qs),
        )
    else:
        kind, ending, data = "text/csv; charset=utf-8", "csv", as_csv(found.qs)
    name = f"don-vi-{timezone.localdate():%Y-%m-%d}.{ending}"
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_safe
def template_file(request):
    """An empty file with the right headings and two rows to write over."""
    _require_importer(request)
    lines = "".join(f"{','.join(row)}\r\n" for row in TEMPLATE)
    return HttpResponse(
        lines.encode("utf-8-sig"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="mau-nhap-don-vi.csv"'},
    )


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
