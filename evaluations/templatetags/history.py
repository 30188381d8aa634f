"""A unit's passport as a panel for its page: its years, its rows of years running, what bars it from awards."""

from django import template
from django.utils import timezone

from units.models import Reorganisation, Unit

from ..enums import FINAL, CycleStatus
from ..queries import years_of
from ..queries.award_bars import barred
from ..queries.results_on import results_on
from ..streaks import counting
from ..streaks.succession import joinings_of

register = template.Library()


@register.inclusion_tag("evaluations/_unit_history.html", takes_context=True)
def unit_history(context, unit):
    """What the signed-in user may see: every year's rule book, result and decision; titles; bars.

    Years of units it took over from stand beside its own, under their names, with the resolutions that joined them.
    The number of queries depends on the numbers of rules and of generations alone.
    """
    user = context["request"].user
    joinings = joinings_of(unit, timezone.localdate().year)
    dossiers = list(years_of([unit.pk, *(one.predecessor_id for one in joinings)], user))
    own = [dossier for dossier in dossiers if dossier.unit_id == unit.pk]
    settled = next(
        (dossier.cycle.year for dossier in own if dossier.cycle.status == CycleStatus.CLOSED or dossier.state in FINAL),
        0,
    )
    return {
        "unit": unit,
        "dossiers": dossiers,
        "joinings": by_reform(joinings, user),
        "rows": counting.of_unit(unit, user),
        "settled": settled,
        "bars": barred([unit.pk], settled).get(unit.pk, []) if settled else [],
        "user": user,
    }


@register.inclusion_tag("evaluations/_unit_results_on.html", takes_context=True)
def unit_results_on(context, unit, day):
    """The unit's results as they stood on the day, as far as the signed-in user may see them; two queries."""
    user = context["request"].user
    return {"rows": results_on(unit, user, day), "day": day, "user": user}


def by_reform(joinings, user) -> list[tuple[Reorganisation, Unit, list[Unit], int]]:
    """(resolution, who took over, from whom, from how many more outside the reader's place), the newest first.

    One query where anybody was joined: a divided unit's page is where its main part went.
    """
    wanted = {one.predecessor_id for one in joinings}
    seen = set(Unit.objects.visible_to(user).filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    groups: dict[tuple[int, int], list] = {}
    for one in joinings:
        groups.setdefault((one.reform_id, one.successor_id), []).append(one)
    found = []
    for lines in groups.values():
        origins = [one.predecessor for one in lines if one.predecessor_id in seen]
        found.append((lines[0].reform, lines[0].successor, origins, len(lines) - len(origins)))
    return found
