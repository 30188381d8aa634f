"""Totals of the years before the portal: the list, one with its log, in by page and by file, out as a workbook."""

from dataclasses import replace
from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.fields import sentences
from portal.core.lists import Asking, Listed
from portal.core.web.list_files import file_of
from portal.core.web.once import once
from portal.core.web.pages import page_of, refusals_on, refuse
from units.enums import LEVELS
from units.forms import RegisterFileForm
from units.models import Unit
from units.queries import placed
from units.views.intake import SHOWN, Intake, confirm, signed, take

from .. import permissions, services
from ..files import past_totals
from ..files.past_cells import programme_choices
from ..filters import PastTotalFilterSet
from ..forms import LockForm
from ..forms.past_totals import PastTotalForm, PlaceSearchForm, TotalCorrectionForm
from ..models import PastTotal

DETAIL, EDIT = "evaluations/past_totals_detail.html", "evaluations/past_totals_edit.html"
REPEATED = ("programme", "kind", "total", "paper", "paper_on", "source")  # the next year mostly has the same


def _province(request) -> Unit:
    """The province whose totals the reader enters; 404 for everybody else."""
    province = permissions.own_province(request.user)
    if province is None:
        raise Http404
    return province


def _visible(asked: Asking):
    return PastTotal.objects.visible_to(asked.user).select_related("programme", "place__province", "entered_by")


def _may_enter(request, total: PastTotal) -> bool:
    return permissions.may_open_cycle(request.user, total.corrected_from)


def _own(request, pk: int) -> PastTotal:
    """A total the reader may correct; 404 for everybody else."""
    total = get_object_or_404(_visible(request), pk=pk)
    if not _may_enter(request, total):
        raise Http404
    return total


# --- what is there -----------------------------------------------------------------------------------------------
def _filtered(asked: Asking) -> PastTotalFilterSet:
    return PastTotalFilterSet(asked.GET, _visible(asked), request=asked)


@require_safe
def past_totals_list(request):
    """The totals of the reader's places, newest year first."""
    filters = _filtered(request)
    context = {
        "filters": filters,
        "page": page_of(filters.qs, request),
        "is_filtered": any(request.GET.values()),
        "may_enter": permissions.own_province(request.user) is not None,
    }
    return render(request, "evaluations/past_totals_list.html", context)


def totals_listed(asked: Asking) -> Listed:
    """The totals asked for; the file can be imported again."""
    filters = _filtered(asked)
    rows = filters.qs.order_by("year", "place__sort_key", "kind", "pk")
    title, name = "Số tổng năm trước", "so-tong-nam-truoc"
    return Listed(title, name, rows, past_totals.HEADINGS, past_totals.exported, filters.form)


past_totals_export = file_of(totals_listed, "evaluations:past_totals_list")


def _detail_context(request, total: PastTotal, form: LockForm | None = None) -> dict:
    asked = services.Total(total.place, total.programme, total.year, total.kind, services.Figures.of(total), total)
    return {
        "total": total,
        "events": total.events.order_by("-at", "-pk"),
        "unused": services.in_the_way([asked]).get(asked.key, ""),
        "may_enter": _may_enter(request, total),
        "form": form or LockForm(),
        "seen": _last_line(total),
    }


@require_safe
def past_totals_detail(request, pk):
    """One total: its paper, who entered it, what was done to it."""
    return render(request, DETAIL, _detail_context(request, get_object_or_404(_visible(request), pk=pk)))


# --- one total by page -------------------------------------------------------------------------------------------
@require_safe
def past_totals_find(request):
    """The place a total is to be typed for: any level of the province, ended ones too."""
    province = _province(request)
    form = PlaceSearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    levels = Unit.objects.visible_to(request.user).filter(province=province, kind__in=LEVELS)
    found = levels.search(words).order_by("sort_key", "pk") if words else levels.none()
    page = page_of(found.select_related("district", "province"), request)
    names = placed(page)
    context = {"form": form, "words": words, "page": page, "rows": [(place, names[place.pk]) for place in page]}
    return render(request, "evaluations/past_totals_find.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def past_totals_add(request, place):
    """Type what a paper says of the place in one year."""
    province = _province(request)
    levels = Unit.objects.visible_to(request.user).filter(province=province, kind__in=LEVELS)
    found = get_object_or_404(levels, pk=place)
    held = _visible(request).standing().filter(place=found)
    last = held.order_by("-entered_at", "-pk").first()
    initial = {name: getattr(last, name) for name in REPEATED} if last else {}
    form = PastTotalForm(request.POST or None, initial=initial, province=province)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            row = past_totals.read_row(form.cells(found), province)
            if not row.is_new:
                raise Refused(f"Đã có số tổng này của năm {row.year}. Hãy sửa số ấy ở bảng bên dưới.")
            services.record_totals([row], province, by=request.user, reason="Nhập ở trang.")
            messages.success(request, f"Đã ghi số tổng năm {row.year} của {found}.")
            return redirect("evaluations:past_totals_add", place=found.pk)
    context = {"form": form, "place": found, "page": page_of(held, request)}
    return render(request, "evaluations/past_totals_add.html", context, status=422 if form.errors else 200)


def _last_line(total: PastTotal) -> str:
    """What a page was made from: the newest line of the log."""
    return str(total.events.order_by("-pk").values_list("pk", flat=True).first())


def _refuse_unless_seen(request, total: PastTotal) -> None:
    if request.POST.get("seen", "") != _last_line(total):
        raise Refused("Số tổng vừa được người khác ghi. Hãy mở lại trang để xem số mới rồi làm lại.")


def _edit_context(total: PastTotal, form: TotalCorrectionForm, seen: str) -> dict:
    return {"total": total, "form": form, "seen": seen}


@require_http_methods(["GET", "HEAD", "POST"])
@once
def past_totals_edit(request, pk):
    """Mend one total, or enter again one that was taken away; what was before stays in its log."""
    total = _own(request, pk)
    if request.method != "POST":
        return render(request, EDIT, _edit_context(total, TotalCorrectionForm(stored=total), _last_line(total)))
    form, seen = TotalCorrectionForm(request.POST, stored=total), request.POST.get("seen", "")
    if form.is_valid():
        with refusals_on(form):
            row = past_totals.read_row(form.cells(total.place), total.corrected_from)
            _refuse_unless_seen(request, total)
            if not row.differs:
                raise Refused("Các ô giống số đang có nên không có gì để sửa.")
            reason = form.cleaned_data["reason"]
            services.record_totals([row], total.corrected_from, by=request.user, reason=reason)
            messages.success(request, f"Đã ghi số tổng năm {total.year} của {total.place_name}.")
            return redirect("evaluations:past_totals_detail", pk=pk)
    return refuse(request, EDIT, _edit_context(total, form, seen))


@require_POST
@once
def past_totals_drop(request, pk):
    """Take one total away, with a reason."""
    total = _own(request, pk)
    form = LockForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(sentences(form))
        _refuse_unless_seen(request, total)
        services.take_total_away(total, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        return refuse(request, DETAIL, _detail_context(request, _own(request, pk), form), refusal)
    messages.success(request, f"Đã bỏ số tổng năm {total.year} của {total.place_name}.")
    return redirect("evaluations:past_totals_detail", pk=pk)


# --- many by file ------------------------------------------------------------------------------------------------
def _shown(found: past_totals.PastTotalFile) -> dict:
    rows = [(number, row) for number, row in found.rows.items() if row.differs]
    new, changed = len(found.new), len(found.changed)
    return {
        "rows": rows[:SHOWN],
        "many": len(rows),
        "new": new,
        "changed": changed,
        "same": len(found.rows) - len(rows),
    }


TOTALS = Intake(
    job="import_past_totals",
    form=RegisterFileForm,
    upload="evaluations:past_totals_import",
    preview="evaluations:past_totals_preview",
    page="evaluations/past_totals_import.html",
    preview_page="evaluations/past_totals_preview.html",
    read=past_totals.read,
    shown=_shown,
    template=past_totals.TEMPLATE,
)


@require_http_methods(["GET", "HEAD", "POST"])
def past_totals_import(request):
    return take(request, _intake(request, _province(request).pk))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def past_totals_preview(request, token):
    _province(request)
    return confirm(request, _intake(request, signed(TOTALS, token).get("province")), token)


def _intake(request, province: int | None) -> Intake:
    """The intake of one province: the job reads the file for the same, whatever is at hand by then."""
    return replace(
        TOTALS,
        read=partial(past_totals.read, province=province),
        named={"province": province},
        choices=lambda: {
            "programme": programme_choices(filter(None, [permissions.own_province(request.user, province)]))
        },
    )
