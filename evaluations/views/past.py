"""Results of the years before the portal: what is there, out and in by file, one typed or mended by page."""

from dataclasses import replace
from functools import partial

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.fields import sentences
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.list_files import file_of, leaves_as
from portal.core.web.once import once
from portal.core.web.pages import page_of, refusals_on, refuse
from units.files.places import page_of as page_of_places
from units.forms import RegisterFileForm
from units.models import Unit, UnitQuerySet, User
from units.queries import placed, tell_apart, tell_units_apart
from units.views.intake import SHOWN, Intake, confirm, signed, take

from .. import permissions, services
from ..enums import Origin, State
from ..files import past_results
from ..files.past_cells import programme_choices
from ..forms import PastCorrectionForm, PastResultForm, TakeAwayForm, UnitSearchForm
from ..judging.success import succeeded
from ..models import Cycle, Evaluation


def _require_province(request) -> None:
    """404 for who enters no province's past years."""
    if permissions.own_province(request.user) is None:
        raise Http404


YEARS = (
    ListColumn("Năm", "year"),
    ListColumn("Chương trình", "programme"),
    ListColumn("Tỉnh", "province.dated_name"),
    ListColumn("Số đơn vị", "roster"),
    ListColumn("Có kết quả", "results"),
    ListColumn("Đạt", "met"),
    ListColumn("Nguồn", "source"),
)


def _years(asked: Asking) -> QuerySet:
    """The years taken from papers, with how many units each tells of."""
    cycles = Cycle.objects.visible_to(asked.user).exclude(source="").select_related("programme", "province")
    roster = Count("evaluations", filter=~Q(evaluations__state=State.EXCLUDED))
    results = Count("evaluations", filter=~Q(evaluations__state__in=(State.EXPECTED, State.EXCLUDED)))
    met = Count("evaluations", filter=succeeded("evaluations__"))
    return cycles.annotate(roster=roster, results=results, met=met).order_by("-year", "programme", "pk")


def years_listed(asked: Asking) -> Listed:
    return listed("Các năm trước", "cac-nam-truoc", _years(asked), YEARS)


@require_safe
@leaves_as(years_listed)
def past_list(request):
    context = {
        "page": page_of(_years(request), request),
        "may_import": permissions.own_province(request.user) is not None,
    }
    return render(request, "evaluations/past_list.html", context)


def past_listed(asked: Asking) -> Listed:
    """Every past result counted at the reader's places; the file can be imported again."""
    dossiers = Evaluation.objects.counted_for(asked.user).exclude(cycle__source="").exclude(state=State.EXCLUDED)
    dossiers = dossiers.select_related("cycle__programme", "grade", "commune").order_by(
        "cycle__year", "cycle__programme", "unit_sort_key", "pk"
    )
    title, name = "Kết quả năm trước", "ket-qua-nam-truoc"
    return Listed(title, name, dossiers.with_namesake(), past_results.HEADINGS, past_results.exported)


past_export = file_of(past_listed, "evaluations:past_list")


def _shown(found: past_results.PastResultFile) -> dict:
    rows = [(number, row) for number, row in found.rows.items() if row.differs]
    years = sorted({(row.year, str(row.programme)) for row in found.rows.values()})
    same = len(found.rows) - len(rows)
    tell_units_apart(row.unit for _, row in rows[:SHOWN])
    aside = [services.total_in_words(one) for one in services.put_aside_by(row for _, row in rows)]
    return {
        "rows": rows[:SHOWN],
        "many": len(rows),
        "new": len(found.new),
        "changed": len(found.changed),
        "same": same,
        "years": years,
        "aside": aside[:SHOWN],
        "many_aside": len(aside),
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
    template=past_results.TEMPLATE,
    pages=lambda user: page_of_places(_units_of(user)),
)


@require_http_methods(["GET", "HEAD", "POST"])
def past_import(request):
    _require_province(request)
    return take(request, _intake(request, request.POST.get("province", "")))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def past_preview(request, token):
    _require_province(request)
    return confirm(request, _intake(request, signed(PAST, token).get("province", "")), token)


def _intake(request, chosen: str | int) -> Intake:
    """The intake of the province chosen, for who has several; 404 for one that is not the reader's."""
    provinces = request.user.provinces_as(*permissions.PROVINCIAL)
    intake = replace(PAST, choices=lambda: {"programme": programme_choices(provinces)})
    if len(provinces) == 1:
        return intake
    found = next((one for one in provinces if str(one.pk) == str(chosen)), None)
    if found is None and chosen:
        raise Http404
    pk = (found or provinces[0]).pk
    context = {"provinces": provinces, "chosen": pk}
    return replace(intake, read=partial(past_results.read, province=pk), named={"province": pk}, context=context)


# --- one result by page ------------------------------------------------------------------------------------------
EDIT_PAGE = "evaluations/past_edit.html"


def _ask_over_total(form: PastResultForm, row: past_results.PastResult) -> None:
    """Raises Refused where the result would put a total aside and nobody said yes to that; the form then asks."""
    totals = services.put_aside_by([row])
    if totals and not form.cleaned_data["over_total"]:
        form.asks_over_total = True
        raise Refused(
            f"Đang có số tổng nhập lại: {' / '.join(map(services.total_in_words, totals))}. Khi đã có kết quả từng đơn "
            "vị, báo cáo chỉ tính các kết quả ấy, không lấy số tổng nữa. Nếu vẫn ghi, hãy đánh dấu ô ở cuối."
        )


def _own_dossier(request, pk: int) -> Evaluation:
    """A result taken from papers, for those who may enter its province's past years; 404 for everybody else."""
    dossiers = Evaluation.objects.visible_to(request.user).filter(origin=Origin.HISTORY)
    dossier = get_object_or_404(dossiers.select_related("cycle__programme", "cycle__province", "grade", "unit"), pk=pk)
    if not permissions.may_open_cycle(request.user, dossier.cycle.province):
        raise Http404
    return dossier


def _units_of(user: User) -> UnitQuerySet:
    """The units of the provinces whose past years the user enters."""
    provinces = user.provinces_as(*permissions.PROVINCIAL)
    return Unit.objects.visible_to(user).filter(province__in=[one.pk for one in provinces])


def _named(page) -> list[tuple[Unit, str]]:
    """The units of a page, each with where it lies and what tells it from a namesake there."""
    names = placed(page)
    tell_apart(page)
    return [(unit, f"{names[unit.pk]} · {unit.apart}" if unit.apart else names[unit.pk]) for unit in page]


@require_safe
def past_find(request):
    """The unit whose result is to be typed: any of the province's, ended ones too."""
    _require_province(request)
    form = UnitSearchForm(request.GET or None)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    units = _units_of(request.user)
    found = units.search(words).select_related("commune", "district", "province") if words else units.none()
    page = page_of(found.with_namesake(), request)
    context = {"form": form, "words": words, "page": page, "rows": _named(page)}
    return render(request, "evaluations/past_find.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def past_add(request, unit):
    """Type what a paper says of the unit in one year."""
    _require_province(request)
    found = get_object_or_404(_units_of(request.user).select_related("province"), pk=unit)
    province = found.province_of_today
    form = PastResultForm(request.POST or None, province=province)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            row = past_results.read_row(form.cells(found), province)
            if row.stored is not None and row.stored.state != State.EXCLUDED:
                raise Refused(f"Đã có kết quả năm {row.year} của {found}. Hãy sửa kết quả ấy ở bảng bên dưới.")
            _ask_over_total(form, row)
            services.record_past([row], province, by=request.user, reason="Nhập ở trang.")
            messages.success(request, f"Đã ghi kết quả năm {row.year} của {found}.")
            return redirect("evaluations:past_add", unit=found.pk)
    past = Evaluation.objects.visible_to(request.user).filter(unit=found, origin=Origin.HISTORY)
    past = past.exclude(state=State.EXCLUDED).select_related("cycle__programme", "grade").order_by("-cycle__year", "pk")
    context = {"form": form, "unit": found, "past": past}
    return render(request, "evaluations/past_add.html", context, status=422 if form.errors else 200)


def _last_line(dossier: Evaluation) -> str:
    """What a page was made from: the newest line of the dossier's log."""
    return str(dossier.events.order_by("-pk").values_list("pk", flat=True).first())


def _refuse_unless_seen(request, dossier: Evaluation) -> None:
    if request.POST.get("seen", "") != _last_line(dossier):
        raise Refused(
            f"Kết quả năm {dossier.cycle.year} của {dossier.unit_name} vừa được người khác sửa. Hãy xem lại kết quả "
            "đang có ở nhật ký rồi bấm lại."
        )


def _edit_context(dossier: Evaluation, form: PastCorrectionForm | None = None) -> dict:
    return {
        "dossier": dossier,
        "seen": _last_line(dossier),
        "form": form or PastCorrectionForm(dossier=dossier),
        "take_away_form": TakeAwayForm(auto_id="take_away_%s"),
        "is_taken_away": dossier.state == State.EXCLUDED,
        "events": dossier.events.order_by("-at", "-pk"),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@once
def past_edit(request, pk):
    """Mend one result, or enter again one that was taken away; what was before stays in its log."""
    dossier = _own_dossier(request, pk)
    if request.method != "POST":
        return render(request, EDIT_PAGE, _edit_context(dossier))
    form = PastCorrectionForm(request.POST, dossier=dossier)
    if form.is_valid():
        province = dossier.cycle.province.province_of_today  # the heir's, where that year's has ended
        with refusals_on(form):
            row = past_results.read_row(form.cells(dossier.unit), province, dossier.unit)
            _refuse_unless_seen(request, dossier)  # after the row: what comes now, the door finds changed
            if not row.differs:
                raise Refused("Các ô giống kết quả đang có nên không có gì để sửa.")
            _ask_over_total(form, row)
            services.record_past([row], province, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, f"Đã sửa kết quả năm {dossier.cycle.year} của {dossier.unit_name}.")
            return redirect("evaluations:past_edit", pk=pk)
    return refuse(request, EDIT_PAGE, _edit_context(_own_dossier(request, pk), form))


@require_POST
@once
def past_drop(request, pk):
    """Take one result away, with a reason."""
    dossier = _own_dossier(request, pk)
    form = TakeAwayForm(request.POST, auto_id="take_away_%s")
    try:
        if not form.is_valid():
            raise Refused(sentences(form))
        _refuse_unless_seen(request, dossier)
        services.take_past_away(dossier, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        context = _edit_context(_own_dossier(request, pk)) | {"take_away_form": form}
        return refuse(request, EDIT_PAGE, context, refusal)
    messages.success(request, f"Đã bỏ kết quả năm {dossier.cycle.year} của {dossier.unit_name}.")
    return redirect("evaluations:past_add", unit=dossier.unit_id)
