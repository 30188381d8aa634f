"""Papers: attached to one dossier or to many at once, read after the scope check, taken off while they may be."""

from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from criteria.models import CriteriaSet
from criteria.queries import specs_of
from portal.core.errors import Refused
from portal.core.files import store
from portal.core.web.once import once
from portal.core.web.pages import refuse
from units.queries import tell_apart

from .. import permissions, services
from ..enums import EDITABLE
from ..forms import EvidenceForm, SharedEvidenceForm
from ..models import Cycle, Evaluation, Evidence
from .dossiers import get_dossier


def _attached(request, form: EvidenceForm, dossiers: list[Evaluation], said: str) -> bool:
    """Attach the form's paper to the dossiers, and say so and what of a picture was changed; False with the reason on
    the form when it could not be."""
    data = {name: value for name, value in form.cleaned_data.items() if name not in ("file", "dossiers")}
    try:
        kept = services.add_evidence(dossiers, form.cleaned_data["file"], by=request.user, **data)
    except Refused as refusal:
        form.add_error("file", refusal.sentence)
        return False
    changes = f" Ảnh đã được {kept[0].changes}." if kept[0].changes else ""
    messages.success(request, f"{said}{changes}")
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@once
def evidence_add(request, pk):
    """Attach a paper to a dossier."""
    dossier = get_dossier(request, pk)
    if dossier.state not in EDITABLE or not permissions.may_enter(request.user, dossier):
        raise Http404
    papers = dossier.criteria_set.papers.order_by("order")
    form = EvidenceForm(specs_of(dossier.criteria_set), request.POST or None, request.FILES or None, papers=papers)
    context = {"dossier": dossier, "form": form}
    if request.method != "POST":
        if code := request.GET.get("tc"):
            form.fields["codes"].initial = [code]
        if "dossier_paper" in form.fields:
            form.fields["dossier_paper"].initial = request.GET.get("thanh-phan", "")[:19]
        return render(request, "evaluations/evidence_add.html", context)
    if not form.is_valid() or not _attached(request, form, [dossier], "Đã đính kèm minh chứng."):
        return refuse(request, "evaluations/evidence_add.html", context)
    return redirect("evaluations:detail", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def evidence_share(request, cycle, bo):
    """Attach one paper to several dossiers of a cycle and criteria set: a plan or resolution that serves them all."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme"), pk=cycle)
    dossiers = Evaluation.objects.visible_to(request.user).filter(
        entry_unit__in=permissions.ENTERING.places(request.user)
    )
    open_ones = dossiers.filter(cycle=cycle, criteria_set=bo, state__in=EDITABLE).select_related("criteria_set")
    mine = list(open_ones.with_namesake())
    tell_apart(mine)
    if not mine:
        raise Http404
    chosen = get_object_or_404(CriteriaSet.objects.visible_to(request.user), pk=bo)
    papers = chosen.papers.order_by("order")
    form = SharedEvidenceForm(
        specs_of(chosen), request.POST or None, request.FILES or None, papers=papers, offered=mine
    )
    context = {"cycle": cycle, "chosen": chosen, "form": form}
    if request.method != "POST":
        return render(request, "evaluations/evidence_share.html", context)
    if not form.is_valid():
        return refuse(request, "evaluations/evidence_share.html", context)
    said = f"Đã đính kèm minh chứng cho {len(form.dossiers_chosen)} hồ sơ."
    if not _attached(request, form, form.dossiers_chosen, said):
        return refuse(request, "evaluations/evidence_share.html", context)
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
