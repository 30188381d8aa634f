"""The grid as a file: taken along, and sent back filled."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.files import store
from portal.core.sheets.writing import XLSX
from portal.core.vietnamese.text import search_key
from portal.core.web.once import once
from portal.core.web.pages import whole_number
from units.forms import RegisterFileForm
from units.views.intake import SHOWN, Intake, confirm, kept_file, take

from .. import permissions
from ..files.grid.book import MOST
from ..files.grid.book import grid_book as made_book
from ..files.grid.reading import GridFile, read
from ..models import Cycle, Evaluation


def _cycle(request, pk: int) -> Cycle:
    return get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme"), pk=pk)


def _writers_cycle(request, pk: int) -> Cycle:
    """The cycle for who writes dossiers of it; else 404."""
    cycle = _cycle(request, pk)
    if not _entered(request, cycle).filter(entry_unit__in=permissions.ENTERING.places(request.user)).exists():
        raise Http404
    return cycle


def _entered(request, cycle: Cycle):
    return Evaluation.objects.visible_to(request.user).entered_by(request.user).filter(cycle=cycle)


@require_safe
def grid_book(request, cycle):
    """The dossiers of the grid at hand (set and search as on its page) as a workbook to fill."""
    cycle = _cycle(request, cycle)
    dossiers = _entered(request, cycle).filter(criteria_set=whole_number(request.GET.get("bo", "")) or 0)
    if words := search_key(request.GET.get("q", "")):
        dossiers = dossiers.filter(unit_search_key__contains=words)
    if not 0 < dossiers.count() <= MOST:
        messages.error(request, f"Một tệp có từ 1 đến {MOST} hồ sơ. Hãy tìm theo tên đơn vị để lấy bớt.")
        return redirect(reverse("evaluations:grid", args=[cycle.pk]) + f"?{urlencode(request.GET)}")
    chosen = dossiers.first().criteria_set
    rows = dossiers.with_namesake().select_related("cycle", "criteria_set__document", "commune", "district")
    return _book(made_book(cycle, chosen, rows), f"bang-nhap-{cycle.year}")


def _book(data: bytes, name: str) -> HttpResponse:
    return HttpResponse(data, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'})


def _intake(cycle: Cycle) -> Intake:
    return Intake(
        job="import_grid",
        form=RegisterFileForm,
        upload="evaluations:grid_import",
        preview="evaluations:grid_preview",
        page="evaluations/grid_import.html",
        preview_page="evaluations/grid_preview.html",
        read=partial(read, cycle),
        shown=_shown,
        context={"cycle": cycle},
        args=(cycle.pk,),
    )


def _shown(found: GridFile) -> dict:
    return {
        "taken": found.taken[:SHOWN],
        "many": len(found.taken),
        "left": found.left[:SHOWN],
        "many_left": len(found.left),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def grid_import(request, cycle):
    return take(request, _intake(_writers_cycle(request, cycle)))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def grid_preview(request, cycle, token):
    return confirm(request, _intake(_writers_cycle(request, cycle)), token)


@require_safe
def grid_left(request, cycle, token):
    """The workbook again with the cells that were not taken, marked, each with its reason."""
    cycle = _writers_cycle(request, cycle)
    intake = _intake(cycle)
    kept = kept_file(request, intake, token)
    try:
        found = read(cycle, store.take(kept["sha256"]).read_bytes(), kept["name"], request.user)
    except store.Damaged:
        raise Http404 from None
    if found.problems or found.criteria_set is None or not found.left:
        messages.info(request, "Không còn ô nào chưa ghi.")
        return redirect("evaluations:grid_preview", cycle.pk, token)
    left = {(cell.dossier.pk, cell.line.code): (cell.typed, cell.sentence) for cell in found.left}
    rows = _entered(request, cycle).filter(pk__in={pk for pk, _ in left}).with_namesake()
    data = made_book(cycle, found.criteria_set, rows.select_related("cycle", "criteria_set__document"), left=left)
    return _book(data, f"bang-nhap-{cycle.year}-chua-ghi")
