"""Choosing the year's exemplary units among those whose earlier results allow it; choosing is registering."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.list_files import leaves_as
from portal.core.web.pages import page_of, whole_numbers
from units.models import Unit
from units.queries import tell_apart

from .. import permissions, workflow
from ..enums import NOT_REGISTERED, Action, CycleStatus
from ..filters import SelectionFilterSet
from ..models import Cycle, Evaluation, EvaluationQuerySet
from ..queries import quotas
from .columns import told_apart, unit_columns
from .told import BulkWords, tell_moved

COLUMNS = (
    *unit_columns(),
    ListColumn("Bộ tiêu chí", "criteria_set.name"),
    ListColumn("Tình trạng", lambda dossier: "Chưa chọn" if dossier.is_expected else dossier.get_state_display()),
    ListColumn("Quản lý", lambda dossier: "" if dossier.is_counted else "Do nơi khác quản lý"),
)


CHOSEN = BulkWords(
    "Đã chọn {} đơn vị",
    "Chưa chọn được {} đơn vị",
    "Chưa chọn đơn vị nào. Hãy đánh dấu ít nhất một đơn vị rồi bấm “Chọn”.",
)


def _cycle(asked: Asking, pk: int) -> Cycle:
    return get_object_or_404(Cycle.objects.visible_to(asked.user).select_related("programme", "province"), pk=pk)


def _candidates(asked: Asking, cycle: Cycle) -> EvaluationQuerySet:
    return quotas.candidates(Evaluation.objects.visible_to(asked.user).filter(cycle=cycle))


def _rows(filters: SelectionFilterSet, user) -> EvaluationQuerySet:
    found = filters.qs.with_relation(user).select_related("criteria_set", "province", "district", "commune", "cycle")
    return found.order_by("district__sort_key", "unit_sort_key", "pk")


def selection_listed(asked: Asking, cycle: int) -> Listed:
    year = _cycle(asked, cycle)
    filters = SelectionFilterSet(asked.GET, _candidates(asked, year), request=asked)
    title, name = f"Chọn điển hình {year.year}", f"chon-dien-hinh-{year.year}"
    return listed(title, name, _rows(filters, asked.user), COLUMNS, dress=told_apart, form=filters.form)


@require_http_methods(["GET", "HEAD", "POST"])
@leaves_as(selection_listed)
def selection_page(request, cycle):
    """The candidates the reader may see with each place's quota; the ticked ones are chosen together."""
    cycle = _cycle(request, cycle)
    dossiers = _candidates(request, cycle)
    if request.method == "POST":
        return _choose(request, cycle, dossiers)
    filters = SelectionFilterSet(request.GET, dossiers, request=request)
    page = page_of(_rows(filters, request.user).with_namesake(), request)
    tell_apart(page)
    places = set(permissions.ENTERING.places(request.user)) if cycle.status == CycleStatus.OPEN else set()
    counted = quotas.candidates(Evaluation.objects.counted_for(request.user).filter(cycle=cycle))
    shares = quotas.shares(cycle, Unit.objects.visible_to(request.user))
    due = quotas.last_day(cycle)
    context = {
        "cycle": cycle,
        "form": filters.form,
        "page": page,
        "rows": [(dossier, dossier.is_expected and dossier.entry_unit_id in places) for dossier in page],
        "any_mine": any(dossier.is_expected and dossier.entry_unit_id in places for dossier in page),
        "shares": shares,
        "short": [share for share in shares if share.short],
        "due": due,
        "late": bool(due and due < timezone.localdate()),
        "chosen": counted.exclude(state__in=NOT_REGISTERED).count(),
        "able": counted.count(),
    }
    return render(request, "evaluations/selection.html", context)


def _choose(request, cycle: Cycle, dossiers):
    asked = dossiers.filter(pk__in=whole_numbers(request.POST.getlist("dossier")))
    moved = workflow.advance_many(asked.values_list("pk", flat=True), Action.REGISTER, by=request.user)
    tell_moved(request, moved, CHOSEN, rest=reverse("evaluations:selection", args=[cycle.pk]))
    return redirect("evaluations:selection", cycle=cycle.pk)
