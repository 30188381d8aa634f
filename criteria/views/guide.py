"""The guided way to a province's own set: how its programmes stand, how a set begins, the page that is filled in."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.errors import Refused
from portal.core.web.once import once
from portal.core.web.pages import refusals_on, whole_number

from .. import services, ways
from ..enums import Outcome
from ..forms.guide import BeginForm, GuideForms
from ..models import CriteriaSet, LegalDocument, Programme
from ..packs.content import content_of, digest
from ..queries import places_within, standings
from ..services import drafts, guiding
from ..wording import set_page
from .editing import draft_of, visible_set, written_province

BLANK = 8  # blank lines under the known ones
YEARS = range(2000, 2101)


@require_safe
def programme_list(request):
    """The province's programmes in a year (`nam`): which open, and what to do where one does not."""
    province = written_province(request)
    asked = whole_number(request.GET.get("nam", ""))
    year = asked if asked is not None and asked in YEARS else timezone.localdate().year
    obstacles = ways.obstacles(province, year, ways.day_to_ask(year, timezone.localdate()))
    held = standings(province, year)
    set_page.tell_scopes(
        criteria_set for one in held for criteria_set in (*(opening for opening, _ in one.opens), *one.own_drafts)
    )
    told = [(one, obstacles.get(one.programme.pk, "")) for one in held]
    context = {"standings": told, "year": year, "province": province}
    return render(request, "criteria/programme_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def guide_begin(request, pk):
    """A draft of the province for a programme, out of the known lines of a set (`tu`) or out of nothing."""
    province = written_province(request).code
    programme = get_object_or_404(Programme, pk=pk)
    asked = whole_number(request.GET.get("tu", ""))
    source = visible_set(request, asked) if asked is not None else None
    if source is not None and source.programme_id != programme.pk:
        raise Http404
    kinds = source.unit_kinds if source else request.GET.getlist("loai")
    initial = {
        "name": source.name if source else programme.name,
        "first_year": timezone.localdate().year,
        "unit_kinds": kinds,
        "outcome": source.outcome if source else Outcome.ALL_MET,
    }
    form = BeginForm(
        request.POST or None,
        request.FILES or None,
        documents=LegalDocument.objects.visible_to(request.user).filter(province_code=province),
        places=places_within(written_province(request)),
        kinds=source.unit_kinds if source else (),
        initial=initial,
    )
    context = {"form": form, "source": source, "programme": programme, "paper": BeginForm.PAPER}
    if request.method != "POST":
        return render(request, "criteria/guide_begin.html", context)
    if form.is_valid():
        with refusals_on(form):
            made = _begin(programme, source, form.cleaned_data, province, request.user)
            messages.success(request, "Đã lập bản thảo. Hãy điền những chỗ còn trống theo văn bản.")
            return redirect("criteria:guide", pk=made.pk)
    return render(request, "criteria/guide_begin.html", context, status=422)


def _begin(programme, source, data: dict, province: str, user) -> CriteriaSet:
    fields = {name: data[name] for name in ("name", "code", "first_year", "place_code", "unit_kinds", "outcome")}
    paper = data["document"] or {name: data[name] for name in BeginForm.PAPER}
    return guiding.begin(programme, source, fields | {"province_code": province}, paper, by=user, scan=data["scan"])


@require_http_methods(["GET", "HEAD", "POST"])
def guide(request, pk):
    """All known lines and every gap of the draft on one page; `dong` asks for more blank lines."""
    criteria_set = draft_of(request, pk)
    if criteria_set.base:  # an overlay keeps every line of its base: it has nothing to be filled in
        return redirect("criteria:edit", pk=pk)
    content = content_of(criteria_set)
    seen = request.POST.get("seen") or digest(content)
    found = GuideForms(
        content,
        gaps=guiding.asked_gaps(criteria_set),
        levels=guiding.levels_of(written_province(request), criteria_set.first_year),
        blank=whole_number(request.GET.get("dong", "")) or BLANK,
        data=request.POST or None,
    )
    set_page.tell_scopes([criteria_set])
    context = {
        "criteria_set": criteria_set,
        "found": found,
        "seen": seen,
        "lacks": services.lacks(criteria_set, content),
        "more": BLANK * 4,
    }
    if request.method != "POST":
        return render(request, "criteria/guide.html", context)
    try:
        if found.is_valid():
            drafts.edit(criteria_set, guiding.fill(found.filled), seen=seen, by=request.user)
            messages.success(request, "Đã lưu bản thảo.")
            return redirect("criteria:guide", pk=pk)
        messages.error(request, "Chưa lưu gì: có chỗ ghi chưa đúng, xem câu báo ở từng ô.")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return render(request, "criteria/guide.html", context, status=422)
