"""What a reorganisation does, in full: the trees before and after, people and committees, files under way."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.errors import Refused

from .. import reforms, services
from ..enums import OpenFiles, ReformStatus
from ..models import Committee, Placement
from ..permissions import may_carry_through
from ..text import search_key
from .reforms import PER_PAGE, draft_of, visible_reform


@require_safe
def reform_trees(request, pk):
    """Levels of government before and after the draft, each with who takes over or whom it took over from."""
    reform = visible_reform(request, pk)
    if reform.status != ReformStatus.DRAFT:
        return redirect("units:reform_detail", pk=reform.pk)
    made = reforms.plan(reform)
    heirs: dict[reforms.Ref, list[str]] = {}
    origins: dict[reforms.Ref, list[str]] = {}
    for one in made.passings:
        part = "" if one.is_main else " (một phần)"
        heirs.setdefault(one.predecessor, []).append(made.after[one.successor].name + part)
        origins.setdefault(one.successor, []).append(made.before[one.predecessor].name + part)
    context = {
        "reform": reform,
        "before": reforms.tree_of(made.before, heirs),
        "after": reforms.tree_of(made.after, origins),
    }
    return render(request, "units/reform_trees.html", context)


@require_safe
def reform_people(request, pk):
    """People and committees whose unit ends; once it is applied, who has no place yet comes first."""
    reform = visible_reform(request, pk)
    if reform.status == ReformStatus.DRAFT:
        made = reforms.plan(reform)
        placements, committees = reforms.placements_ended(made), reforms.committees_ended(made)
        delegations = services.delegations_ended(made)
        closing = reforms.ends(made)
    else:
        kept = reform.before or {}
        ended = [*(pk for pk, _ in kept.get("placements", [])), *kept.get("withdrawn", [])]
        placements = Placement.objects.filter(pk__in=ended)
        closing = []
        committees = Committee.objects.filter(pk__in=[pk for pk, _ in kept.get("committees", [])])
        placements, committees = placements.select_related("user", "unit"), committees.select_related("unit")
        delegations = services.delegations_of(kept.get("delegations"))
    day = max(timezone.localdate(), reform.effective_on)
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    elsewhere = Placement.objects.filter(lasting, user=OuterRef("user"), withdrawn_at=None, unit__closed_on=None)
    elsewhere = elsewhere.exclude(unit__in=closing)
    placements = placements.annotate(placed=Exists(elsewhere)).order_by("placed", "unit__sort_key", "user__username")
    context = {
        "reform": reform,
        "is_draft": reform.status == ReformStatus.DRAFT,
        "page": Paginator(placements, PER_PAGE).get_page(request.GET.get("page")),
        "waiting_many": placements.filter(placed=False).values("user").distinct().count(),
        "committees": committees.order_by("unit__sort_key", "pk").annotate(members=Count("seats")),
        "delegations": delegations,
        "may_place": may_carry_through(request.user, reform),
    }
    return render(request, "units/reform_people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def reform_files(request, pk):
    """Files under way at units that end, each with its end; a POST keeps those chosen on the page shown."""
    if request.method == "POST":
        reform = draft_of(request, pk)
        chosen = {
            int(name[4:]): value
            for name, value in request.POST.items()
            if name.startswith("end_") and name[4:].isdecimal() and len(name) < 24
        }
        try:
            services.choose_ends(reform, chosen, by=request.user)
        except Refused as refusal:
            messages.error(request, refusal.sentence)
        else:
            messages.success(request, "Đã ghi cách xử lý các hồ sơ trên trang này.")
        return redirect(request.get_full_path())
    reform = visible_reform(request, pk)
    is_draft = reform.status == ReformStatus.DRAFT
    rows = services.waiting(reforms.plan(reform)) if is_draft else []
    words = request.GET.get("q", "").replace("\0", "")[:100].strip()
    if key := search_key(words):
        rows = [row for row in rows if key in search_key(row.unit)]
    context = {
        "reform": reform,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "q": words,
        "ends": OpenFiles.choices,
        "may_change": is_draft and may_carry_through(request.user, reform),
    }
    return render(request, "units/reform_files.html", context)
