"""The practice dossier: the entry form of a set the officer really enters by, judged at once and stored nowhere."""

from typing import Any

from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from criteria.models import CriteriaSet
from units.enums import JUDGED

from .. import permissions
from ..enums import CycleStatus
from ..models import Evaluation
from .preview import Trial, posted


def sets_entered(user) -> list[CriteriaSet]:
    """The sets of the open years' dossiers the user enters, those of law before examples; one query."""
    dossiers = Evaluation.objects.visible_to(user).filter(
        entry_unit__in=permissions.ENTERING.places(user), cycle__status=CycleStatus.OPEN
    )
    sets = CriteriaSet.objects.visible_to(user).filter(pk__in=dossiers.order_by().values("criteria_set"))
    return sorted(
        sets.select_related("document"), key=lambda one: (one.is_example, JUDGED.index(one.unit_kinds[0]), one.pk)
    )


@require_http_methods(["GET", "HEAD", "POST"])
def practice(request):
    """Enter a dossier that is none; a POST judges what was typed and stores nothing (docs/decisions/0038)."""
    sets = sets_entered(request.user)
    chosen = next((one for one in sets if str(one.pk) == request.GET.get("bo")), sets[0] if sets else None)
    context: dict[str, Any] = {"sets": sets, "chosen": chosen}
    if chosen is None:
        return render(request, "evaluations/practice.html", context)
    trial = Trial(chosen, posted(request))
    context |= {"set_papers": chosen.papers.order_by("order")}
    return render(request, "evaluations/practice.html", context | trial.context, status=trial.status)
