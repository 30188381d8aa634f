"""Totals of a world from every place that counts."""

from evaluations.judging.below import counts_below
from reports.datasets import scope_of, unit_roster, yearly_rollup
from tests.evaluations.factories import dossier_of


def counts(world) -> dict:
    """Totals of the commune and of the next one, from every place that counts."""
    told = {}
    for commune in world.tree.communes[:2]:
        rolled = yearly_rollup(world.cycle, place=commune, by="kind")
        told[commune.name] = (
            sum(row.counts.roster for row in rolled.rows),
            unit_roster(scope_of(world.cycle, commune)).size,
            {kind: many.total for kind, many in _below(world, commune).items()},
        )
    return told


def _below(world, commune):
    dossier = dossier_of(world.cycle, commune)
    return counts_below([dossier]).get(dossier.pk, {})
