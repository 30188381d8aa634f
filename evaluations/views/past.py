"""Results of the years before the portal: what is there, out and in by file."""

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.sheets import writing
from portal.core.web.once import once
from portal.core.web.pages import page_of
from units.forms import RegisterFileForm
from units.views.intake import SHOWN, Intake, confirm, take

from .. import permissions
from ..enums import State
from ..files import past_results
from ..models import Cycle, Evaluation


def _require_province(request):
    if permissions.own_province(request.user) is None:
        raise Http404


@require_safe
def past_list(request):
    """The years taken from papers, with how many units each tells of."""
    cycles = Cycle.objects.visible_to(request.user).exclude(source="").select_related("programme", "province")
    roster = Count("evaluations", filter=~Q(evaluations__state=State.EXCLUDED))
    told = Count("evaluations", filter=~Q(evaluations__state__in=(State.EXPECTED, State.EXCLUDED)))
    met = Count("evaluations", filter=Q(evaluations__state=State.RECOGNISED))
    cycles = cycles.annotate(roster=roster, told=told, met=met).order_by("-year", "programme", "pk")
    context = {
        "page": page_of(cycles, request),
        "may_import": permissions.own_province(request.user) is not None,
    }
    return render(request, "evaluations/past_list.html", context)


@require_safe
def past_export(request):
    """Every past result the reader may see, as a workbook that can be imported again."""
    dossiers = Evaluation.objects.counted_for(request.user).exclude(cycle__source="").exclude(state=State.EXCLUDED)
    dossiers = dossiers.select_related("cycle__programme", "grade", "commune").order_by(
        "cycle__year", "cycle__programme", "unit_sort_key", "pk"
    )
    rows = past_results.exported(dossiers.iterator(chunk_size=2000))
    data = writing.as_xlsx("Kết quả năm trước", past_results.HEADINGS, rows)
    name = f"ket-qua-nam-truoc-{timezone.localdate():%Y-%m-%d}.xlsx"
    return HttpResponse(
        data, content_type=writing.XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _shown(found: past_results.Read) -> dict:
    rows = [(number, row) for number, row in found.rows.items() if row.differs]
    years = sorted({(row.year, str(row.programme)) for row in found.rows.values()})
    same = len(found.rows) - len(rows)
    return {
        "rows": rows[:SHOWN],
        "many": len(rows),
        "new": len(found.new),
        "changed": len(found.changed),
        "same": same,
        "years": years,
    }


PAST = Intake(
    job="import_past",
    form=RegisterFileForm,
    upload="evaluations:past_import",
    preview="evaluations:past_preview",
    page="evaluations/past_import.html",
    preview_page="evaluations/past_preview.html",
    read=past_results.read,
    shown=_shown,
    context={"heads": past_results.COLUMNS.values(), "results": list(past_results.RESULTS)},
)


@require_http_methods(["GET", "HEAD", "POST"])
def past_import(request):
    _require_province(request)
    return take(request, PAST)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def past_preview(request, token):
    _require_province(request)
    return confirm(request, PAST, token)
