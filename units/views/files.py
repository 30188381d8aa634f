"""Units out as files, and in from files: check all rows, show what would be, apply after a yes."""

import hashlib

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import jobs, store
from portal.core.models import Job
from portal.core.once import once

from .. import sheet
from ..filters import UnitFilterSet
from ..forms import UnitFileForm
from ..models import Unit
from ..permissions import may_import_units

SHOWN = 200  # problems and preview rows on a page
SALT = "units.import"
TEMPLATE = (
    list(sheet.COLUMNS.values()),
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
    from ..resources import as_csv, as_xlsx  # noqa: PLC0415 -- brings in tablib

    found = UnitFilterSet(request.GET, Unit.objects.visible_to(request.user), request=request)
    if not found.is_valid():
        return render(request, "units/unit_list.html", {"filter": found, "mode": "refused"}, status=422)
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


@require_http_methods(["GET", "HEAD", "POST"])
def import_units(request):
    """Take a file and check all its rows; nothing is written but the file itself."""
    _require_importer(request)
    form = UnitFileForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "units/import.html", {"form": UnitFileForm()})
    context = {"form": form}
    if not form.is_valid():
        return render(request, "units/import.html", context, status=422)
    file = form.cleaned_data["file"]
    data = file.read()
    problems, _, _ = _checked(data, file.name, request.user)
    if problems:
        shown = {"problems": problems[:SHOWN], "many": len(problems), "file": file.name}
        return render(request, "units/import.html", context | shown, status=422)
    kept = store.put([data])
    token = signing.dumps({"sha256": kept.sha256, "name": file.name[:200], "user": request.user.pk}, salt=SALT)
    return redirect("units:import_preview", token=token)


def _checked(data: bytes, name: str, user):
    """(problems, dataset, resource) of the bytes; the last two are None when the file cannot be read at all."""
    from ..resources import UnitResource  # noqa: PLC0415 -- brings in tablib

    try:
        dataset = sheet.read(data, name)
    except sheet.Unreadable as refusal:
        return [refusal.problem], None, None
    resource = UnitResource(name, user=user)
    return resource.check(dataset), dataset, resource


def _kept(request, token: str) -> dict:
    """What the token names; 404 for another person's, a changed or a day-old one."""
    _require_importer(request)
    try:
        kept = signing.loads(token, salt=SALT, max_age=24 * 3600)
    except signing.BadSignature:
        raise Http404 from None
    if kept["user"] != request.user.pk:
        raise Http404
    return kept


@require_http_methods(["GET", "HEAD", "POST"])
@once
def import_preview(request, token):
    """What the checked file would add; a POST asks for the job that adds it."""
    kept = _kept(request, token)
    if request.method == "POST":
        asked = hashlib.sha256(f"{token} {request.POST.get('once', '')}".encode()).hexdigest()
        key = f"import_units:{request.user.pk}:{asked}"
        params = {"sha256": kept["sha256"], "name": kept["name"]}
        job, _ = jobs.ask("import_units", key, params, by=request.user)
        return redirect("units:import_job", pk=job.pk)
    try:
        data = store.take(kept["sha256"]).read_bytes()
    except store.Damaged:
        messages.error(request, "Tệp đã lưu không còn nguyên vẹn. Hãy gửi lại tệp.")
        return redirect("units:import")
    problems, dataset, resource = _checked(data, kept["name"], request.user)
    if problems:  # units changed since the upload
        shown = {"problems": problems[:SHOWN], "many": len(problems), "file": kept["name"]}
        return render(request, "units/import.html", {"form": UnitFileForm(), **shown}, status=422)
    new = resource.sheet.new_rows
    return render(
        request,
        "units/import_preview.html",
        {"file": kept["name"], "rows": new[:SHOWN], "many": len(new), "known": len(dataset) - len(new)},
    )


def _own_job(request, pk) -> Job:
    return get_object_or_404(Job, pk=pk, kind="import_units", asked_by=request.user)


@require_safe
def import_job(request, pk):
    return render(request, "units/import_job.html", {"job": _own_job(request, pk)})


@require_safe
def import_progress(request, pk):
    """The part of the page that is asked for again until the job has ended."""
    return render(request, "units/_import_progress.html", {"job": _own_job(request, pk)})
