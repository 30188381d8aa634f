"""What a reorganisation does, in full: the trees before and after, people and committees, files under way."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.errors import Refused
from portal.core.fields import sentences
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.vietnamese.figures import grouped
from portal.core.vietnamese.text import search_key
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import refuse, typed, whole_numbers, worded

from .. import reforms, services
from ..enums import LEVELS, OpenFiles, ReformStatus, UnitKind
from ..files.keys import OWN_KEY
from ..forms import PlaceAnewForm
from ..models import Committee, Placement, Reorganisation, Unit
from ..permissions import may_carry_through
from .reforms import PER_PAGE, draft_of, visible_reform

PEOPLE_PAGE = "units/reform_people.html"
FILES_PAGE = "units/reform_files.html"
NAMESAKES_PAGE = "units/reform_namesakes.html"
PEOPLE = (
    ListColumn("Chức danh", "user"),
    ListColumn("Vai trò", "get_role_display"),
    ListColumn("Khoá đơn vị", lambda placement: f"{OWN_KEY}{placement.unit_id}"),
    ListColumn("Tại", "unit.dated_name"),
    ListColumn("Đơn vị kế thừa", "heir.name"),
    ListColumn("Phân công lại", lambda placement: "Đã có nơi khác" if placement.placed else "Chưa có"),
)
FILES = (
    ListColumn("Đơn vị", "unit"),
    ListColumn("Kỳ đánh giá", "title"),
    ListColumn("Tình trạng", "state"),
    ListColumn("Nơi kế thừa", "heir"),
    ListColumn("Cách xử lý", lambda row: OpenFiles(row.end).label),
)


@require_safe
def reform_trees(request, pk):
    """Levels of government before and after the draft, each with who takes over or whom it took over from."""
    reform = visible_reform(request, pk)
    if reform.status != ReformStatus.DRAFT:
        return redirect("units:reform_detail", pk=reform.pk)
    plan = reforms.plan_of(reform)
    heirs: dict[reforms.Ref, list[str]] = {}
    origins: dict[reforms.Ref, list[str]] = {}
    for one in plan.passings:
        part = "" if one.is_main else " (một phần)"
        heirs.setdefault(one.predecessor, []).append(plan.after[one.successor].name + part)
        origins.setdefault(one.successor, []).append(plan.before[one.predecessor].name + part)
    context = {
        "reform": reform,
        "before": reforms.tree_of(plan.before, heirs),
        "after": reforms.tree_of(plan.after, origins),
    }
    return render(request, "units/reform_trees.html", context)


def reform_people_listed(asked: Asking, pk: int) -> Listed:
    reform = visible_reform(asked, pk)
    is_draft = reform.status == ReformStatus.DRAFT
    plan = reforms.plan_of(reform) if is_draft else None
    rows = _placements(reform, plan)
    dress = partial(_with_heirs, plan=plan)
    return listed("Phân công kết thúc", f"phan-cong-ket-thuc-{reform.pk}", rows, PEOPLE, dress=dress)


@require_http_methods(["GET", "HEAD", "POST"])
@leaves_as(reform_people_listed)
@once
def reform_people(request, pk):
    """People and committees whose unit ends; once it is applied, who has no place yet comes first, and a POST places
    those ticked, or all who wait, with their role at the unit that took over."""
    reform = visible_reform(request, pk)
    if request.method == "POST":
        return _place_anew(request, reform)
    return render(request, PEOPLE_PAGE, _people_context(request, reform))


def _people_context(request, reform: Reorganisation) -> dict:
    is_draft = reform.status == ReformStatus.DRAFT
    plan = reforms.plan_of(reform) if is_draft else None
    if plan:
        committees, delegations = reforms.committees_ended(plan), reforms.delegations_ended(plan)
        without: list = reforms.levels_opened(plan)
    else:
        kept = reform.before or {}
        committees = Committee.objects.filter(pk__in=[pk for pk, _ in kept.get("committees", [])])
        committees = committees.select_related("unit")
        delegations = reforms.delegations_of(kept.get("delegations"))
        without = _without_committee(reform)
    placements = _placements(reform, plan)
    may_place = may_carry_through(request.user, reform)
    page = Paginator(placements, PER_PAGE).get_page(request.GET.get("page"))
    _with_heirs(page, plan=plan)
    return {
        "reform": reform,
        "is_draft": is_draft,
        "page": page,
        "marked": [placement.pk for placement in page],
        "waiting_many": placements.filter(placed=False).values("user").distinct().count(),
        "committees": committees.order_by("unit__sort_key", "pk").annotate(members=Count("seats")),
        "delegations": delegations,
        "without": without,
        "may_place": may_place,
        "form": None if is_draft or not may_place else PlaceAnewForm(),
    }


def _placements(reform: Reorganisation, plan: reforms.Plan | None) -> QuerySet[Any]:
    """Placements the draft's plan ends, or those an applied one ended."""
    if plan:
        return _with_place(reforms.placements_ended(plan), reform, reforms.ends(plan))
    return _with_place(_ended(reform), reform, [])


def _with_heirs(placements: Iterable[Any], *, plan: reforms.Plan | None) -> list[Any]:
    """Some of the placements, each with the unit that takes over, `heir`: by the draft's plan, or as it was applied."""
    shown = list(placements)
    heirs: Mapping[int, Any] = services.heirs_of(shown) if plan is None else reforms.heirs_in(plan, shown)
    for placement in shown:
        placement.heir = heirs.get(placement.pk)
    return shown


def _ended(reform: Reorganisation) -> QuerySet[Placement]:
    """The placements an applied reorganisation ended."""
    kept = reform.before or {}
    ended = [*(pk for pk, _ in kept.get("placements", [])), *kept.get("withdrawn", [])]
    return Placement.objects.filter(pk__in=ended).select_related("user", "unit")


def _without_committee(reform: Reorganisation) -> list[Unit]:
    """Levels of government that took over and have no committee today, level by level."""
    took_over = Unit.objects.open_on().filter(pk__in=reform.lineage.values("successor"), kind__in=LEVELS)
    without = services.lacking(took_over.order_by("sort_key", "pk"), timezone.localdate())
    return sorted(without, key=lambda unit: LEVELS.index(UnitKind(unit.kind)))


def _with_place(placements: QuerySet[Placement], reform: Reorganisation, closing: list[int]) -> QuerySet[Any]:
    """Each with `placed`, whether its person has a place that lasts; those without come first."""
    day = max(timezone.localdate(), reform.effective_on)
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    elsewhere = Placement.objects.filter(lasting, user=OuterRef("user"), withdrawn_at=None, unit__closed_on=None)
    elsewhere = elsewhere.exclude(unit__in=closing)
    return placements.annotate(placed=Exists(elsewhere)).order_by("placed", "unit__sort_key", "user__username")


def _place_anew(request, reform: Reorganisation):
    if not may_carry_through(request.user, reform):
        raise Http404
    form = PlaceAnewForm(request.POST)
    waiting = _with_place(_ended(reform), reform, []).filter(placed=False)
    if "all" not in request.POST:
        waiting = waiting.filter(pk__in=whole_numbers(request.POST.getlist("placement")))
    if reform.status == ReformStatus.DRAFT:
        wrong = "Phương án chưa áp dụng, nên chưa ai cần phân công lại."
        return refuse(request, PEOPLE_PAGE, _people_context(request, reform), Refused(wrong))
    if not form.is_valid() or not waiting.exists():
        wrong = sentences(form) if form.errors else "Chưa chọn ai. Hãy đánh dấu người cần phân công lại."
        given = {"form": form, "marked": whole_numbers(request.POST.getlist("placement"))}
        return refuse(request, PEOPLE_PAGE, _people_context(request, reform) | given, Refused(wrong))
    placed, refused = services.place_anew(waiting, on=form.cleaned_data["on"], by=request.user)
    for sentence in refused[:10]:
        messages.warning(request, sentence)
    if placed:
        messages.success(request, f"Đã phân công lại {grouped(placed)} người vào đơn vị kế thừa.")
    elif not refused:
        messages.info(request, "Chưa phân công lại ai: không tìm thấy đơn vị kế thừa của những người đã đánh dấu.")
    return redirect("units:reform_people", pk=reform.pk)


def reform_files_listed(asked: Asking, pk: int) -> Listed:
    reform = visible_reform(asked, pk)
    return listed("Hồ sơ đang làm", f"ho-so-dang-lam-{reform.pk}", _under_way(asked, reform), FILES)


@require_http_methods(["GET", "HEAD", "POST"])
@leaves_as(reform_files_listed)
def reform_files(request, pk):
    """Files under way at units that end, each with its end; a POST keeps those chosen on the page shown."""
    if request.method != "POST":
        return render(request, FILES_PAGE, _files_context(request, visible_reform(request, pk), {}))
    reform = draft_of(request, pk)
    chosen = {
        int(name[4:]): value
        for name, value in request.POST.items()
        if name.startswith("end_") and name[4:].isdecimal() and len(name) < 24
    }
    try:
        reforms.choose_ends(reform, chosen, by=request.user)
    except Refused as refusal:
        return refuse(request, FILES_PAGE, _files_context(request, visible_reform(request, pk), chosen), refusal)
    messages.success(request, "Đã ghi cách xử lý các hồ sơ trên trang này.")
    return redirect(request.get_full_path())


def _under_way(asked: Asking, reform: Reorganisation) -> list[reforms.UnderWay]:
    """Files under way at units the draft ends, narrowed by the words (`q`); of an applied one none."""
    rows = reforms.waiting(reforms.plan_of(reform)) if reform.status == ReformStatus.DRAFT else []
    key = search_key(asked.GET.get("q", "")[:100].strip())
    return [row for row in rows if key in search_key(row.unit)] if key else rows


def _files_context(request, reform: Reorganisation, chosen: dict[int, str]) -> dict:
    """Each file with its end, or with the one just chosen for it where that was refused."""
    rows = _under_way(request, reform)
    rows = [replace(row, end=chosen[row.pk]) if chosen.get(row.pk) in OpenFiles else row for row in rows]
    return {
        "reform": reform,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "q": request.GET.get("q", "")[:100].strip(),
        "ends": OpenFiles.choices,
        "may_change": reform.status == ReformStatus.DRAFT and may_carry_through(request.user, reform),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def reform_namesakes(request, pk):
    """Units that share a name under one manager once the draft is carried out; a POST takes the new names typed on the
    page shown into its lines."""
    reform = visible_reform(request, pk)
    if request.method != "POST":
        if reform.status != ReformStatus.DRAFT:
            return redirect("units:reform_detail", pk=reform.pk)
        return render(request, NAMESAKES_PAGE, _namesakes_context(request, reform, {}))
    reform = draft_of(request, pk)
    names = {
        unit: typed(request, f"name_{unit}", 1000)
        for unit in whole_numbers(name.removeprefix("name_") for name in request.POST if name.startswith("name_"))
    }
    try:
        named = {unit: worded(name, 1000) for unit, name in names.items()}
        many = reforms.name_apart(reform, named, by=request.user)
    except Refused as refusal:
        context = _namesakes_context(request, visible_reform(request, pk), names)
        return refuse(request, NAMESAKES_PAGE, context, refusal)
    messages.success(request, f"Đã ghi tên mới của {grouped(many)} đơn vị vào các dòng của phương án.")
    return redirect(request.get_full_path())


def _namesakes_context(request, reform: Reorganisation, names: dict[int, str]) -> dict:
    """Each name with its units, and the new names just typed where they were refused."""
    is_draft = reform.status == ReformStatus.DRAFT
    shared = reforms.shared_names(reforms.plan_of(reform)) if is_draft else []
    page = Paginator(shared, PER_PAGE).get_page(request.GET.get("page"))
    return {
        "reform": reform,
        "page": page,
        "rows": [(one, [(unit, names.get(unit.unit_id or 0, "")) for unit in one.units]) for one in page],
        "units_many": sum(len(one.units) for one in shared),
        "may_change": is_draft and may_carry_through(request.user, reform),
    }
