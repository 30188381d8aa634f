"""Dossiers of one name in one commune, told apart where they were read for something else."""

from collections.abc import Iterable

from units.queries import tell_apart

from ..models import Evaluation


def tell_dossiers_apart(dossiers: Iterable[Evaluation]) -> None:
    """`units.queries.tell_apart` for dossiers not read `with_namesake`: one query more, none for none."""
    rows = list(dossiers)
    if not rows:
        return
    read = Evaluation.objects.filter(pk__in=[one.pk for one in rows]).with_namesake().filter(has_namesake=True)
    alike = set(read.order_by().values_list("pk", flat=True))
    for one in rows:
        one.has_namesake = one.pk in alike
    tell_apart(rows)
