"""Choosing the year's exemplary units among those whose earlier results allow it; choosing is registering."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from units.models import Unit
from units.text import search_key

from .. import queries, selection, workflow
from ..enums import NOT_REGISTERED, CycleStatus, State
from ..forms import SelectionForm
from ..models import Cycle, Evaluation
from .pages import page_of, whole_numbers


@require_http_methods(["GET", "HEAD", "POST"])
def selection_page(request, cycle):
    """The candidates the reader may see with each place's quota; the ticked ones are chosen together."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme", "province"), pk=cycle)
    files = selection.candidates(Evaluation.objects.visible_to(request.user).filter(cycle=cycle))
    if request.method == "POST":
        return _choose(request, cycle, files)
    form = SelectionForm(request.GET, files=files, places=Unit.objects.visible_to(request.user))
    page = page_of(
        _narrowed(files.with_relation(request.user), form).select_related(
            "criteria_set", "district", "commune", "cycle"
        ),
        request,
    )
    places = set(queries.entry_places(request.user)) if cycle.status == CycleStatus.OPEN else set()
    counted = selection.candidates(Evaluation.objects.counted_for(request.user).filter(cycle=cycle))
    shares = selection.shares(cycle, Unit.objects.visible_to(request.user))
    due = selection.last_day(cycle)
    context = {
        "cycle": cycle,
        "form": form,
        "page": page,
        "rows": [(file, file.state == State.EXPECTED and file.entry_unit_id in places) for file in page],
        "any_mine": any(file.state == State.EXPECTED and file.entry_unit_id in places for file in page),
        "shares": shares,
        "short": [share for share in shares if share.short],
        "due": due,
        "late": bool(due and due < timezone.localdate()),
        "chosen": counted.exclude(state__in=NOT_REGISTERED).count(),
        "able": counted.count(),
    }
    return render(request, "evaluations/selection.html", context)


def _narrowed(files, form: SelectionForm):
    for name in ("criteria_set", "district"):
        if value := form.chosen(name):
            files = files.filter(**{name: value})
    match form.chosen("state"):
        case "chosen":
            files = files.exclude(state__in=NOT_REGISTERED)
        case "open":
            files = files.filter(state=State.EXPECTED)
    if words := search_key(form.chosen("q") or ""):
        files = files.filter(unit_search_key__contains=words)
    return files.order_by("district__sort_key", "unit_sort_key", "pk")


def _choose(request, cycle: Cycle, files):
    asked = files.filter(pk__in=whole_numbers(request.POST.getlist("file")))
    moved = workflow.advance_many(asked.values_list("pk", flat=True), "register", by=request.user)
    if not moved.done and not moved.refused:
        messages.error(request, "Chưa chọn đơn vị nào. Hãy đánh dấu ít nhất một đơn vị rồi bấm “Chọn”.")
    if moved.done:
        named = ", ".join(file.unit_name for file in moved.done[:5]) + ("…" if len(moved.done) > 5 else "")
        messages.success(request, f"Đã chọn {len(moved.done)} đơn vị: {named}.")
    for file, sentence in moved.refused[:10]:
        messages.warning(request, f"{file.unit_name}: {sentence}")
    return redirect("evaluations:selection", cycle=cycle.pk)
