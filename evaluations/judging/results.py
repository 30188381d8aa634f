"""Results of other programmes that a criteria set requires."""

from collections.abc import Iterable
from dataclasses import replace

from criteria.judging.verdicts import Result
from criteria.queries import rule_of
from units.queries.history import main_origins

from ..enums import FINAL, State
from ..models import Evaluation
from .success import weakest_of


def results_required(dossiers: Iterable[Evaluation]) -> dict[int, dict[tuple[str, int], Result]]:
    """Settled results of other programmes that the dossiers' sets require, by dossier, then (programme, years back).

    No query when no set requires any. The unit's own dossier of that year counts, recognised or not; one still under
    way gives nothing. Where it had none, the best of those that passed their main part on to it, as for years running.
    """
    wanted = {dossier.pk: rule_of(dossier.criteria_set).preconditions for dossier in dossiers}
    if not any(wanted.values()):
        return {}
    years = {dossier.cycle.year - one.years_back for dossier in dossiers for one in wanted[dossier.pk]}
    codes = {one.programme for required in wanted.values() for one in required}
    units = {dossier.unit_id for dossier in dossiers if wanted[dossier.pk]}
    origins = main_origins(units)
    rows = Evaluation.objects.filter(
        unit__in=units.union(*origins.values()),
        cycle__programme__code__in=codes,
        cycle__year__in=years,
        state__in=FINAL,
    ).values_list("unit_id", "cycle__programme__code", "cycle__year", "state", "grade", "grade__rank", "grade__label")
    weakest = weakest_of(codes)
    settled = {
        (unit, code, year): Result(
            year,
            state == State.RECOGNISED and grade not in weakest,
            rank if state == State.RECOGNISED else None,
            label,
        )
        for unit, code, year, state, grade, rank, label in rows.order_by()
    }
    found: dict[int, dict[tuple[str, int], Result]] = {}
    for dossier in dossiers:
        for one in wanted[dossier.pk]:
            result = _of(dossier.unit_id, origins, settled, one.programme, dossier.cycle.year - one.years_back)
            if result:
                told = replace(result, label=f"loại {result.label}" if result.label else "")
                found.setdefault(dossier.pk, {})[one.programme, one.years_back] = told
    return found


def _of(
    unit: int, origins: dict[int, set[int]], settled: dict[tuple[int, str, int], Result], programme: str, year: int
) -> Result | None:
    if own := settled.get((unit, programme, year)):
        return own
    theirs = [found for pk in origins.get(unit, ()) if (found := settled.get((pk, programme, year)))]
    return min(theirs, key=lambda one: (not one.recognised, one.rank or 0), default=None)
