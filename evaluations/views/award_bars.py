"""What bars units from awards: the province's switches, and the units they bar in a year."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from criteria.enums import Confidence, SetStatus
from criteria.models import AwardBar, LegalDocument, RuleEvent
from criteria.packs.content import digest
from criteria.packs.rules import bar_reads, content_of_bar
from criteria.queries import graded_programmes, programme_names
from portal.core.errors import Refused
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.left import leaves_for, not_judged, typed_before
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import page_of, refusals_on, refuse
from units.files.keys import OWN_KEY
from units.models import Unit

from .. import permissions, services
from ..filters import BarredFilterSet
from ..forms import AwardBarEndForm, AwardBarForm
from ..models import Cycle, Evaluation
from ..queries.award_bars import barred, barring


@dataclass(frozen=True)
class BarredUnit:
    """One barred unit and why."""

    unit: Unit
    sentences: list[str]


BARRED = (
    ListColumn("Khoá đơn vị", lambda row: f"{OWN_KEY}{row.unit.pk}"),
    ListColumn("Đơn vị", "unit.name"),
    ListColumn("Xã", "unit.commune_above.name"),
    ListColumn("Huyện", "unit.district_above.name"),
    ListColumn("Lý do", lambda row: " ".join(row.sentences)),
)
BARS = (
    ListColumn("Không xét khen thưởng khi", str),
    ListColumn("Tỉnh", "province.dated_name"),
    ListColumn("Từ năm", "first_year"),
    ListColumn("Đến hết năm", "last_year"),
    ListColumn("Căn cứ", "ground"),
    ListColumn("Văn bản", "document.number"),
)


@dataclass(frozen=True)
class Barred:
    """The units asked for that the bars of a year bar."""

    filters: BarredFilterSet
    year: int
    bars: list[AwardBar]
    units: QuerySet[Unit]

    def told(self, units: Iterable[Unit]) -> list[BarredUnit]:
        """Some of the units, each with its grounds; two queries."""
        shown = list(units)
        why = barred([unit.pk for unit in shown], self.year)
        return [BarredUnit(unit, why.get(unit.pk, [])) for unit in shown]


def _barred(asked: Asking) -> Barred:
    user = asked.user
    years = sorted(set(Cycle.objects.visible_to(user).order_by().values_list("year", flat=True)), reverse=True)
    filters = BarredFilterSet(asked.GET, Unit.objects.counted_for(user), years=years)
    year = filters.chosen("year") or next(iter(years), timezone.localdate().year)
    bars = list(AwardBar.objects.visible_to(user).in_year(year).select_related("province", "programme"))
    dossiers = barring(Evaluation.objects.counted_for(user), bars, year)
    units = filters.qs.filter(pk__in=dossiers.values("unit")).select_related("district", "commune")
    return Barred(filters, year, bars, units)


def barred_listed(asked: Asking) -> Listed:
    found = _barred(asked)
    title, name = f"Không xét khen thưởng {found.year}", f"khong-xet-khen-thuong-{found.year}"
    return listed(title, name, found.units, BARRED, dress=found.told)


@require_safe
@leaves_as(barred_listed)
def barred_list(request):
    """Units of the reader's places that are not considered for awards for a year, each with its grounds."""
    found = _barred(request)
    page = page_of(found.units, request)
    context = {"form": found.filters.form, "year": found.year, "bars": found.bars, "page": page}
    return render(request, "evaluations/award_barred.html", context | {"rows": found.told(page)})


def _form(request, province: Unit, data=None, initial=None) -> AwardBarForm:
    documents = LegalDocument.objects.visible_to(request.user).filter(province_code=province.code)
    initial = initial or {"first_year": timezone.localdate().year}
    return AwardBarForm(
        data, province=province, graded=list(graded_programmes(province)), documents=documents, initial=initial
    )


def _left_form(request, province: Unit, initial=None) -> AwardBarForm:
    """The form to begin with: as it was left to add a document, else new."""
    form = _form(request, province, typed_before(request, document="pk"), initial)
    not_judged(form)
    return form


def _bars(asked: Asking):
    return AwardBar.objects.visible_to(asked.user).select_related("province", "programme", "document", "set_by")


def _in_force_first(bars):
    return bars.published().order_by(F("last_year").desc(nulls_first=True), "province__sort_key", "programme", "bar")


def bars_listed(asked: Asking) -> Listed:
    rows = _in_force_first(_bars(asked))
    return listed("Điều kiện không xét khen thưởng", "dieu-kien-khong-xet-khen-thuong", rows, BARS)


def _context(request, **more) -> dict:
    province = permissions.own_province(request.user)
    rows = _bars(request)
    drafts = rows.filter(status=SetStatus.DRAFT, province=province) if province else []
    told = [(bar, content_of_bar(bar)) for bar in drafts]
    names = programme_names() if told else {}
    return {
        "bars": _in_force_first(rows),
        "drafts": [(bar, bar_reads(content, names), digest(content)) for bar, content in told],
        "events": RuleEvent.objects.visible_to(request.user)
        .filter(bar__province=province)
        .select_related("bar__programme", "by")
        if province
        else [],
        "province": province,
        "form": more.pop("form", None) or (_left_form(request, province) if province else None),
        "this_year": timezone.localdate().year,
        "doubt": Confidence.INFERRED.label.lower(),
    } | more


@require_http_methods(["GET", "HEAD", "POST"])
@leaves_as(bars_listed)
@leaves_for("criteria:document_add")
@once
def award_bars(request):
    """The switches of the reader's province with their history; staff switch one on."""
    if request.method != "POST":
        return render(request, "evaluations/award_bars.html", _context(request))
    province = permissions.own_province(request.user)
    if province is None:
        raise Http404
    form = _form(request, province, request.POST)
    if not form.is_valid():
        return refuse(request, "evaluations/award_bars.html", _context(request, form=form))
    data = form.cleaned_data
    try:
        bar = services.set_bar(
            province,
            data["bar"],
            data["programme"],
            first_year=data["first_year"],
            last_year=data["last_year"],
            document=data["document"],
            ground=data["ground"],
            by=request.user,
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return refuse(request, "evaluations/award_bars.html", _context(request, form=form))
    messages.success(request, f"Từ năm {bar.first_year} không xét khen thưởng theo điều kiện “{bar}”.")
    return redirect("evaluations:award_bars")


def _own_bar(request, pk) -> AwardBar:
    """A bar of the reader's own province; 404 for any other."""
    province = permissions.own_province(request.user)
    rows = AwardBar.objects.visible_to(request.user).select_related("province", "programme", "document")
    return get_object_or_404(rows.filter(province=province), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@leaves_for("criteria:document_add")
@once
def award_bar_edit(request, pk):
    """Correct a draft, or a bar on which no locked year leans yet."""
    bar = _own_bar(request, pk)
    seen = (request.POST or typed_before(request) or {}).get("seen") or digest(content_of_bar(bar))
    initial = {
        name: getattr(bar, name) for name in ("bar", "programme", "first_year", "last_year", "document", "ground")
    }
    form = (
        _form(request, bar.province, request.POST, initial)
        if request.POST
        else _left_form(request, bar.province, initial)
    )
    context = {"bar": bar, "form": form, "seen": seen, "is_fixed": services.is_leaned_on(bar) and not bar.is_draft}
    if request.method != "POST":
        return render(request, "evaluations/award_bar_edit.html", context)
    if form.is_valid():
        with refusals_on(form):
            services.correct_bar(bar, form.cleaned_data, seen=seen, by=request.user)
            messages.success(request, "Đã sửa điều kiện.")
            return redirect("evaluations:award_bars")
    return refuse(request, "evaluations/award_bar_edit.html", context)


@require_POST
def award_bar_act(request, pk):
    """Let a draft out of a file bar, or throw it away."""
    bar = _own_bar(request, pk)
    acts = {"publish": services.publish_bar, "drop": services.drop_bar}
    act = acts.get(request.POST.get("action", ""))
    if act is None:
        raise Http404
    try:
        act(bar, seen=request.POST.get("seen", ""), by=request.user)
    except Refused as refusal:
        return refuse(request, "evaluations/award_bars.html", _context(request), refusal)
    messages.success(request, f"Đã {'áp dụng' if act is services.publish_bar else 'bỏ bản thảo'} “{bar}”.")
    return redirect("evaluations:award_bars")


@require_POST
def award_bar_end(request, pk):
    """Switch one off after a year."""
    bar = get_object_or_404(AwardBar.objects.visible_to(request.user).published().select_related("programme"), pk=pk)
    form = AwardBarEndForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Năm cuối áp dụng phải là một năm, ví dụ 2025.")
        services.end_bar(bar, last_year=form.cleaned_data["last_year"], by=request.user)
    except Refused as refusal:
        typed = {"typed_pk": pk, "typed_year": request.POST.get("last_year", "")[:4]}
        return refuse(request, "evaluations/award_bars.html", _context(request, **typed), refusal)
    messages.success(request, f"“{bar}” thôi áp dụng sau năm {form.cleaned_data['last_year']}.")
    return redirect("evaluations:award_bars")
