"""Papers: attached to one file or to many at once, read after the scope check, taken off while they may be."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from criteria.models import CriteriaSet
from criteria.queries import asked_of
from portal.core import store
from portal.core.errors import Refused
from portal.core.once import once

from .. import permissions, queries, services
from ..enums import EDITABLE
from ..forms import EvidenceForm, SharedEvidenceForm
from ..models import Cycle, Evaluation, Evidence
from .files import get_file
from .pages import refuse


def _attached(request, form: EvidenceForm, files: list[Evaluation]) -> bool:
    """Attach the form's paper to the files; False with the reason on the form when it could not be."""
    data = {name: value for name, value in form.cleaned_data.items() if name not in ("file", "files")}
    try:
        services.add_evidence(files, form.cleaned_data["file"], by=request.user, **data)
    except Refused as refusal:
        form.add_error("file", refusal.sentence)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@once
def evidence_add(request, pk):
    """Attach a paper to a file."""
    file = get_file(request, pk)
    if file.state not in EDITABLE or not permissions.may_enter(request.user, file):
        raise Http404
    papers = file.criteria_set.papers.order_by("order")
    form = EvidenceForm(asked_of(file.criteria_set), request.POST or None, request.FILES or None, papers=papers)
    context = {"file": file, "form": form}
    if request.method != "POST":
        if code := request.GET.get("tc"):
            form.fields["codes"].initial = [code]
        if "dossier_paper" in form.fields:
            form.fields["dossier_paper"].initial = request.GET.get("thanh-phan", "")[:19]
        return render(request, "evaluations/evidence_add.html", context)
    if not form.is_valid() or not _attached(request, form, [file]):
        return refuse(request, "evaluations/evidence_add.html", context)
    messages.success(request, "Đã đính kèm minh chứng.")
    return redirect("evaluations:detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def evidence_share(request, cycle, bo):
    """Attach one paper to several files of a cycle and criteria set: a plan or resolution that serves them all."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme"), pk=cycle)
    files = Evaluation.objects.visible_to(request.user).filter(entry_unit__in=queries.entry_places(request.user))
    mine = list(files.filter(cycle=cycle, criteria_set=bo, state__in=EDITABLE).select_related("criteria_set"))
    if not mine:
        raise Http404
    chosen = get_object_or_404(CriteriaSet.objects.visible_to(request.user), pk=bo)
    papers = chosen.papers.order_by("order")
    form = SharedEvidenceForm(
        asked_of(chosen), request.POST or None, request.FILES or None, papers=papers, offered=mine
    )
    context = {"cycle": cycle, "chosen": chosen, "form": form}
    if request.method != "POST":
        return render(request, "evaluations/evidence_share.html", context)
    if not form.is_valid() or not _attached(request, form, form.files_chosen):
        return refuse(request, "evaluations/evidence_share.html", context)
    messages.success(request, f"Đã đính kèm minh chứng cho {len(form.files_chosen)} hồ sơ.")
    return redirect(f"{reverse('evaluations:grid', args=[cycle.pk])}?{urlencode({'bo': bo})}")


@require_safe
def evidence_file(request, pk):
    """The paper's bytes, only after the scope check and the check of its content."""
    paper = get_object_or_404(Evidence.objects.visible_to(request.user), pk=pk)
    try:
        path = store.take(paper.sha256)
    except store.Damaged:
        return render(request, "evaluations/evidence_damaged.html", {"paper": paper}, status=410)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=paper.file_name, content_type=paper.content_type
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def evidence_remove(request, pk):
    paper = get_object_or_404(Evidence.objects.visible_to(request.user).select_related("evaluation"), pk=pk)
    try:
        services.remove_evidence(paper, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Đã gỡ minh chứng khỏi hồ sơ.")
    return redirect("evaluations:detail", pk=paper.evaluation_id)
