"""Reorganisations: the list, a draft with its lines and its dry run, carrying it out and undoing it."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.vietnamese.figures import grouped
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import refusals_on, refuse, typed

from .. import reforms
from ..enums import ChangeAction, ReformStatus, Role, UnitKind
from ..files import change_rows
from ..files.keys import OWN_KEY
from ..forms import ApplyForm, ChangeForm, PasswordAgain, ReformForm, ReformHeadingForm, UnitFileForm
from ..models import Change, Reorganisation, Unit
from ..permissions import may_carry_through
from ..reforms import national
from .intake import template_file
from .marked import marked_address

PER_PAGE = 50
SHOWN = 100  # lines of each part of a dry run on the page


def _mine(request):
    """Provinces where the reader may carry reorganisations through."""
    held = [province.pk for province in request.user.provinces_as(Role.ADMIN)]
    return Unit.objects.filter(pk__in=held)


REFORMS = (
    ListColumn("Nghị quyết", "number"),
    ListColumn("Trích yếu", "title"),
    ListColumn("Cơ quan ban hành", "issuer"),
    ListColumn("Ngày ban hành", "signed_on"),
    ListColumn("Có hiệu lực từ", "effective_on"),
    ListColumn("Các tỉnh", lambda reform: ", ".join(province.name for province in reform.provinces.all())),
    ListColumn("Số dòng", "lines"),
    ListColumn("Tình trạng", "get_status_display"),
    ListColumn("Dữ liệu mẫu", "is_demo"),
)
LINEAGE = (
    ListColumn("Khoá đơn vị trước", lambda row: f"{OWN_KEY}{row.predecessor_id}"),
    ListColumn("Đơn vị trước", "predecessor.name"),
    ListColumn("Khoá đơn vị kế thừa", lambda row: f"{OWN_KEY}{row.successor_id}"),
    ListColumn("Đơn vị kế thừa", "successor.name"),
    ListColumn("Phần (%)", "percent"),
    ListColumn("Phần chính", "is_main"),
    ListColumn("Từ ngày", "on"),
)


def _reforms(asked: Asking) -> QuerySet[Reorganisation]:
    visible = Reorganisation.objects.visible_to(asked.user)
    found = visible.annotate(lines=Count("changes", distinct=True)).order_by("-effective_on", "-pk")
    return found.prefetch_related("provinces")


def reforms_listed(asked: Asking) -> Listed:
    return listed("Sắp xếp đơn vị", "sap-xep-don-vi", _reforms(asked), REFORMS)


@require_safe
@leaves_as(reforms_listed)
def reform_list(request):
    page = Paginator(_reforms(request), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "units/reform_list.html", {"page": page, "may_draft": _mine(request).exists()})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def reform_create(request):
    provinces = _mine(request)
    if not provinces.exists():
        raise Http404
    form = ReformForm(request.POST or None, provinces=provinces)
    if request.method != "POST":
        return render(request, "units/reform_form.html", {"form": form})
    if form.is_valid():
        with refusals_on(form):
            made = reforms.new_reform(**form.cleaned_data, by=request.user)
            messages.success(request, "Đã lập phương án. Hãy nhập các thay đổi.")
            return redirect("units:reform_detail", pk=made.pk)
    return render(request, "units/reform_form.html", {"form": form}, status=422)


def visible_reform(asked: Asking, pk: int) -> Reorganisation:
    return get_object_or_404(Reorganisation.objects.visible_to(asked.user).prefetch_related("provinces"), pk=pk)


def draft_of(request, pk) -> Reorganisation:
    """The reorganisation for somebody who may change it; 404 for others."""
    reform = visible_reform(request, pk)
    if not may_carry_through(request.user, reform):
        raise Http404
    return reform


def _rows_of(reform: Reorganisation) -> QuerySet[Any]:
    """The lines of a draft; of an applied one who took over from whom."""
    if reform.status == ReformStatus.DRAFT:
        return reform.changes.select_related("unit__commune", "to_unit")
    return reform.lineage.select_related("predecessor", "successor").order_by("successor__sort_key", "pk")


def reform_rows_listed(asked: Asking, pk: int) -> Listed:
    """The lines as an import reads them; see `_rows_of`."""
    reform = visible_reform(asked, pk)
    name, rows = f"phuong-an-sap-xep-{reform.pk}", _rows_of(reform)
    if reform.status == ReformStatus.DRAFT:
        return Listed("Thay đổi", name, rows, list(change_rows.COLUMNS.values()), change_rows.exported)
    return listed("Kế thừa", name, rows, LINEAGE)


def _context(request, reform: Reorganisation, **more) -> dict:
    may_change = may_carry_through(request.user, reform)
    is_draft = reform.status == ReformStatus.DRAFT
    page = Paginator(_rows_of(reform), PER_PAGE).get_page(request.GET.get("page"))
    if is_draft:
        opening = dict(reform.changes.filter(action=ChangeAction.OPEN).values_list("key", "name"))
        for row in page:
            row.to_name = opening.get(row.to_key, row.to_key)
    context = {
        "reform": reform,
        "page": page,
        "may_change": may_change and is_draft,
        "may_undo": may_change and not is_draft,
        "form": ChangeForm(reform=reform),
        "file_form": UnitFileForm(),
        "file_template": change_rows.TEMPLATE,
        "typed_code": "",
        "seen": reforms.print_of(reform),
    }
    if context["may_undo"]:
        context["why_not_undone"] = reforms.why_not_undone(reform)
        context["undo_form"] = PasswordAgain(user=request.user)
    if is_draft:
        context |= _dry_run(reforms.dry_run(reform))
        context["not_yet"] = reforms.not_yet(reform)
        context["known_provinces"] = national.known_provinces()
        context["apply_form"] = ApplyForm(user=request.user, reform=reform)
    return context | more


def _dry_run(plan: reforms.Plan) -> dict:
    """What the page says of a plan: counts before and after, what opens, ends and changes, what stands in the way."""
    counts = []
    for kind in UnitKind:
        before = sum(node.kind == kind and not node.is_closed for node in plan.before.values())
        after = sum(node.kind == kind and not node.is_closed for node in plan.after.values())
        if before or after:
            counts.append((kind.label, before, after, after - before))
    came_from: dict = {}
    for one in plan.passings:
        came_from.setdefault(one.successor, []).append((plan.before[one.predecessor].name, one.is_main, one.percent))
    kept: Counter[str] = Counter()
    renamed = []
    for node in plan.going_on:
        old = plan.before[node.ref]
        if (node.name, node.subtype, node.code) != (old.name, old.subtype, old.code):
            renamed.append((old, node))
        else:
            kept[UnitKind(node.kind).label] += 1
    shared = reforms.shared_names(plan)
    return {
        "problems": plan.problems[:SHOWN],
        "problems_many": len(plan.problems),
        "warnings": plan.warnings[:SHOWN],
        "warnings_many": len(plan.warnings),
        "counts": counts,
        "opened": [(node, came_from.get(node.ref, [])) for node in plan.opened[:SHOWN]],
        "opened_many": len(plan.opened),
        "closed": [(node, plan.after[node.heir].name if node.heir else "") for node in plan.closed[:SHOWN]],
        "closed_many": len(plan.closed),
        "renamed": renamed[:SHOWN],
        "moved": sorted(kept.items()),
        "people_many": reforms.placements_ended(plan).count(),
        "committees_many": reforms.committees_ended(plan).count(),
        "without_many": len(reforms.levels_opened(plan)),
        "waiting_many": len(reforms.waiting(plan)),
        "shared": shared[:SHOWN],
        "shared_many": len(shared),
        "shared_units": sum(len(one.units) for one in shared),
        "plan": plan,
    }


@require_safe
@leaves_as(reform_rows_listed)
def reform_detail(request, pk):
    """A draft with its dry run, or an applied one with who took over from whom."""
    return render(request, "units/reform_detail.html", _context(request, visible_reform(request, pk)))


@require_http_methods(["GET", "HEAD", "POST"])
def reform_correct(request, pk):
    """The heading of a draft: number, title, issuer and days, its lines untouched."""
    reform = draft_of(request, pk)
    if reform.is_applied:
        raise Http404
    initial = {name: getattr(reform, name) for name in ReformHeadingForm.base_fields}
    form = ReformHeadingForm(request.POST or None, initial=initial)
    context = {"reform": reform, "form": form, "seen": _seen(request) or reforms.print_of(reform)}
    if request.method != "POST":
        return render(request, "units/reform_correct.html", context)
    if form.is_valid():
        with refusals_on(form):
            reforms.correct_heading(reform, **form.cleaned_data, by=request.user, seen=_seen(request))
            messages.success(request, "Đã sửa phần đầu của phương án; các dòng giữ nguyên.")
            return redirect("units:reform_detail", pk=reform.pk)
        context["seen"] = reforms.print_of(reform)
    return render(request, "units/reform_correct.html", context, status=422)


@require_POST
def change_add(request, pk):
    reform = draft_of(request, pk)
    form = ChangeForm(request.POST, reform=reform)
    if form.is_valid():
        with refusals_on(form):
            reforms.add_change(reform, form.change(), by=request.user)
            messages.success(request, "Đã thêm một dòng vào phương án.")
            return redirect("units:reform_detail", pk=reform.pk)
    return render(request, "units/reform_detail.html", _context(request, reform, form=form), status=422)


@require_POST
def change_drop(request, pk):
    change = get_object_or_404(
        Change.objects.filter(reform__in=Reorganisation.objects.visible_to(request.user)).select_related("reform"),
        pk=pk,
    )
    if not may_carry_through(request.user, change.reform):
        raise Http404
    try:
        reforms.drop_change(change, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "Đã bỏ dòng khỏi phương án.")
    return redirect("units:reform_detail", pk=change.reform_id)


def _seen(request) -> str:
    """The print of what the page showed: what replaces, carries out, undoes or drops it was agreed to for that."""
    return request.POST.get("seen", "")


@require_POST
def changes_import(request, pk):
    """Lines from a spreadsheet in place of the draft's: all of them, or none with every problem."""
    reform = draft_of(request, pk)
    form = UnitFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "units/reform_detail.html", _context(request, reform, file_form=form), status=422)
    file = form.cleaned_data["file"]
    data = file.read()
    found = change_rows.read(data, file.name, reform)
    if found.problems:
        page = reverse("units:reform_detail", args=[pk])
        shown = {
            "file_problems": found.problems[:SHOWN],
            "file_many": len(found.problems),
            "file_form": form,
            "marked": marked_address(request, data, file.name, found.problems, change_rows.TEMPLATE, page),
        }
        return render(request, "units/reform_detail.html", _context(request, reform, **shown), status=422)
    try:
        many = reforms.write_changes(reform, found.changes, by=request.user, seen=_seen(request))
    except Refused as refusal:
        return refuse(request, "units/reform_detail.html", _context(request, visible_reform(request, pk)), refusal)
    messages.success(request, f"Đã nạp {grouped(many)} dòng từ tệp, thay cho các dòng trước.")
    return redirect("units:reform_detail", pk=reform.pk)


@require_safe
def changes_export(request, pk):
    """The lines as CSV or, with `dang=xlsx`, in the template, to be worked on in a spreadsheet and brought back."""
    reform = visible_reform(request, pk)
    rows = change_rows.exported(reform.changes.select_related("unit", "to_unit"))
    return template_file(request, change_rows.TEMPLATE, f"phuong-an-sap-xep-{reform.pk}", rows=rows)


@require_POST
def reform_act(request, pk):
    """Load the national lineage, carry out or undo (the password is asked again), or throw away."""
    reform = draft_of(request, pk)
    action = request.POST.get("action", "")
    try:
        if action == "lineage":
            made = national.draft_for(typed(request, "code", 2))
            if not made.changes:
                raise Refused(f"{' '.join(made.gaps)} Các dòng đang có vẫn giữ nguyên. Hãy ghi lại mã.".strip())
            reforms.write_changes(reform, made.changes, by=request.user, gaps=made.gaps, seen=_seen(request))
            gaps = f" {grouped(len(made.gaps))} chỗ chưa có nguồn." if made.gaps else ""
            messages.success(request, f"Đã nạp {grouped(len(made.changes))} dòng.{gaps}")
        elif action == "apply":
            form = ApplyForm(request.POST, user=request.user, reform=reform)
            if not form.is_valid():
                context = _context(request, reform) | {"apply_form": form}
                return render(request, "units/reform_detail.html", context, status=422)
            reforms.apply(reform, by=request.user, seen=_seen(request))
            messages.success(request, "Đã áp dụng phương án. Hãy phân công lại người ở các đơn vị mới.")
            return redirect("units:reform_people", pk=reform.pk)
        elif action == "undo":
            again = PasswordAgain(request.POST, user=request.user)
            if not again.is_valid():
                context = _context(request, reform) | {"undo_form": again}
                return render(request, "units/reform_detail.html", context, status=422)
            reforms.undo(reform, by=request.user, seen=_seen(request))
            messages.success(request, "Đã hoàn tác; phương án trở lại dự thảo.")
        elif action == "drop":
            reforms.drop_reform(reform, by=request.user, seen=_seen(request))
            messages.success(request, "Đã xoá dự thảo phương án.")
            return redirect("units:reform_list")
        else:
            raise Http404
    except Refused as refusal:
        given = {"typed_code": typed(request, "code", 2)}
        return refuse(
            request, "units/reform_detail.html", _context(request, visible_reform(request, pk)) | given, refusal
        )
    return redirect("units:reform_detail", pk=reform.pk)
