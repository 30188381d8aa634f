"""Papers: attached to one dossier or to many at once, read after the scope check, taken off while they may be."""

from collections.abc import Iterable

from django.conf import settings
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
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import leads_on, refusals_on, refuse
from units.queries import tell_apart

from .. import permissions, services
from ..enums import EDITABLE
from ..forms import FilesForm, KeptPaperForm, SentPapers, SharedFilesForm, ShelfForm
from ..forms.evidence import provable
from ..judging.papers import Window, papers_by_criterion, window_of
from ..models import Cycle, Evaluation, Evidence
from ..queries.shelf import shelf_of
from .dossiers import get_dossier
from .entry import BACK_TO_ENTRY


def _limits() -> dict[str, int]:
    """What the page's script refuses before it is sent."""
    return {"most_files": settings.EVIDENCE_MAX_FILES, "most_bytes": settings.EVIDENCE_MAX_TOTAL_BYTES}


def _remark(request, window: Window | None, papers: Iterable[services.NewPaper | Evidence]) -> None:
    """Say which papers are dated outside the time the year is judged over; they are kept all the same."""
    outside = [one for one in papers if window and window.is_outside(one.issued_on)]
    if window and outside:
        named = ", ".join(f"“{one.title}” ({one.issued_on:%d/%m/%Y})" for one in outside)
        messages.warning(request, f"Có ngày {window.said}: {named}. Tài liệu vẫn được nhận; nơi thẩm định xem xét.")


def _attached(
    request, form: FilesForm, sent: SentPapers, dossiers: list[Evaluation], *, window: Window | None, where: str = ""
) -> bool:
    """Attach the papers to the dossiers, and say so and what of a picture was changed; False with the reasons on the
    forms when they could not be."""
    uploads = form.cleaned_data["file"]
    papers = [services.NewPaper(upload, **sent.facts_at(at, upload)) for at, upload in enumerate(uploads)]
    try:
        kept = services.add_papers(dossiers, papers, by=request.user)
    except services.FaultyPapers as faulty:
        for at, sentence in faulty.faults.items():
            if sent.rows:
                sent.rows[at].add_error(None, sentence)
            else:
                form.add_error("file", sentence)
        return False
    except Refused as refusal:
        form.add_error("file", refusal.sentence)
        return False
    count = f"{len(papers)} minh chứng" if len(papers) > 1 else "minh chứng"
    messages.success(request, f"Đã đính kèm {count}{where}.{_changes(kept[: len(papers)])}")
    _remark(request, window, kept[: len(papers)])
    return True


def _changes(kept: list[Evidence]) -> str:
    """What keeping the pictures changed in them."""
    named = len(kept) > 1
    return "".join(
        f" Ảnh{f' “{one.file_name}”' if named else ''} đã được {one.changes}." for one in kept if one.changes
    )


def _unsaved(request, template: str, context: dict):
    """The page again with what is wrong: nothing was kept, and the browser has let go of the files."""
    return refuse(request, template, context | {"refused": True})


@require_http_methods(["GET", "HEAD", "POST"])
@leads_on
@once
def evidence_add(request, pk):
    """Attach papers to a dossier."""
    dossier = get_dossier(request, pk)
    if dossier.state not in EDITABLE or not permissions.may_enter(request.user, dossier):
        raise Http404
    asked = {"codes": [request.GET.get("tc", "")], "dossier_paper": request.GET.get("thanh-phan", "")[:19]}
    form = FilesForm(request.POST or None, request.FILES or None)
    parts = dossier.criteria_set.papers.order_by("order")
    sent = SentPapers(specs_of(dossier.criteria_set), request.POST or None, papers=parts, initial=asked)
    context = {"dossier": dossier, "form": form, "sent": sent, "matrix": sent.matrix(papers_by_criterion(dossier))}
    window = window_of(dossier.criteria_set, dossier.cycle.year)
    context |= _limits() | {"window": window, "shelf": shelf_of(dossier, request.user)}
    context["back"] = back = _back(request, dossier)
    if request.method != "POST":
        return render(request, "evaluations/evidence_add.html", context)
    if not sent.is_valid(form) or not _attached(request, form, sent, [dossier], window=window):
        return _unsaved(request, "evaluations/evidence_add.html", context)
    return redirect(back or reverse("evaluations:detail", args=[pk]))


def _back(request, dossier: Evaluation) -> str:
    """The criterion's card in the entry form, where the page was asked for there; else nothing."""
    if request.GET.get("ve") != BACK_TO_ENTRY:
        return ""
    code = next((line.code for line in specs_of(dossier.criteria_set) if line.code == request.GET.get("tc")), "")
    return reverse("evaluations:entry", args=[dossier.pk]) + (f"#tc-{code}" if code else "")


SHELF = (
    ListColumn("Trích yếu", "title"),
    ListColumn("Số, ký hiệu", "number"),
    ListColumn("Ngày ban hành", "issued_on"),
    ListColumn("Nơi ban hành", "issuer"),
    ListColumn("Hồ sơ đang giữ", lambda paper: str(paper.evaluation.cycle)),
    ListColumn("Tiêu chí đã chứng minh", lambda paper: ", ".join(one.number for one in paper.criteria.all())),
)


def _filled_dossier(asked: Asking, pk: int) -> Evaluation:
    """A dossier that the reader may give papers now; 404 for another."""
    dossier = get_dossier(asked, pk)
    if dossier.state not in EDITABLE or not permissions.may_enter(asked.user, dossier):
        raise Http404
    return dossier


def shelf_listed(asked: Asking, pk: int) -> Listed:
    papers = shelf_of(_filled_dossier(asked, pk), asked.user)
    return listed("Tài liệu dùng lại được", "tai-lieu-dung-lai", papers, SHELF)


@require_http_methods(["GET", "HEAD", "POST"])
@leaves_as(shelf_listed)
@once
def evidence_shelf(request, pk):
    """Use papers again that other dossiers of the unit hold, of this year's time, without sending them anew."""
    dossier = _filled_dossier(request, pk)
    papers, criteria = shelf_of(dossier, request.user), specs_of(dossier.criteria_set)
    form = ShelfForm(criteria, papers, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            kept = services.reuse_papers(dossier, form.picked, by=request.user)
            messages.success(request, f"Đã dùng lại {len(kept)} tài liệu của đơn vị làm minh chứng.")
            return redirect("evaluations:detail", pk=pk)
    held, ticks = papers_by_criterion(dossier), form.ticks()
    lines = [
        (line, held.get(line.code, 0), [(name, line.code in codes) for name, codes in ticks])
        for line in sorted(provable(criteria), key=lambda line: not line.needs_evidence)
    ]
    context = {"dossier": dossier, "form": form, "papers": papers, "lines": lines}
    context["window"] = window_of(dossier.criteria_set, dossier.cycle.year)
    if request.method == "POST":
        return refuse(request, "evaluations/evidence_shelf.html", context)
    return render(request, "evaluations/evidence_shelf.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@leads_on
@once
def evidence_share(request, cycle, bo):
    """Attach papers to several dossiers of a cycle and criteria set: plans or resolutions that serve them all."""
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
    form = SharedFilesForm(request.POST or None, request.FILES or None, offered=mine)
    sent = SentPapers(specs_of(chosen), request.POST or None, papers=chosen.papers.order_by("order"))
    context = {"cycle": cycle, "chosen": chosen, "form": form, "sent": sent, "matrix": sent.matrix({})} | _limits()
    context["window"] = window = window_of(chosen, cycle.year)
    if request.method != "POST":
        return render(request, "evaluations/evidence_share.html", context)
    if not sent.is_valid(form):
        return _unsaved(request, "evaluations/evidence_share.html", context)
    where = f" cho {len(form.dossiers_chosen)} hồ sơ"
    if not _attached(request, form, sent, form.dossiers_chosen, window=window, where=where):
        return _unsaved(request, "evaluations/evidence_share.html", context)
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


@require_http_methods(["GET", "HEAD", "POST"])
def evidence_edit(request, pk):
    """Change what a kept paper is and which criteria it proves, while its dossier may be edited."""
    papers = Evidence.objects.visible_to(request.user).select_related("dossier_paper")
    paper = get_object_or_404(papers.prefetch_related("criteria"), pk=pk)
    dossier = paper.evaluation = get_dossier(request, paper.evaluation_id)
    if dossier.state not in EDITABLE or not permissions.may_enter(request.user, dossier):
        raise Http404
    form = KeptPaperForm(paper, request.POST or None)
    window = window_of(dossier.criteria_set, dossier.cycle.year)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            seen = request.POST.get("seen")
            changed = services.change_paper(paper, by=request.user, seen=seen, **form.cleaned_data)
            messages.success(request, f"Đã ghi thông tin của “{changed.title}”.")
            _remark(request, window, [changed])
            return redirect("evaluations:detail", pk=dossier.pk)
    seen = services.print_of_paper(paper)
    context = {"dossier": dossier, "paper": paper, "form": form, "window": window, "seen": seen}
    if request.method == "POST":
        return refuse(request, "evaluations/evidence_edit.html", context)
    return render(request, "evaluations/evidence_edit.html", context)


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
