"""Criteria as plain values for judging, and the sets found by words."""

import functools

from .enums import SetStatus
from .models import CriteriaSet, Criterion
from .rules import Asked


def criteria_of(criteria_set: CriteriaSet) -> list[Criterion]:
    """The set's criteria in order, groups included; one query."""
    return list(criteria_set.criteria.order_by("order"))


def asked_of(criteria_set: CriteriaSet) -> tuple[Asked, ...]:
    """The set's criteria in order as plain values, groups included; no query for a published set asked before."""
    if criteria_set.status == SetStatus.DRAFT or not criteria_set.sha256:
        return tuple(map(asked, criteria_of(criteria_set)))
    return _asked_of_published(criteria_set.pk, criteria_set.sha256)


@functools.lru_cache(maxsize=256)
def _asked_of_published(set_id: int, sha256: str) -> tuple[Asked, ...]:
    """Safe to keep for good: the hash is of the content, and a published set never changes."""
    return tuple(map(asked, Criterion.objects.filter(criteria_set=set_id).order_by("order")))


def asked(criterion: Criterion) -> Asked:
    return Asked(
        code=criterion.code,
        number=criterion.number,
        label=criterion.label,
        article=criterion.article,
        measure=criterion.measure,
        comparison=criterion.comparison,
        threshold=criterion.threshold,
        max_points=criterion.max_points,
        numerator_label=criterion.numerator_label,
        denominator_label=criterion.denominator_label,
        excuses=tuple((one["code"], one["label"], one["short"]) for one in criterion.excuses),
        not_applicable_when=criterion.not_applicable_when,
        needs_evidence=criterion.needs_evidence,
        derivation=criterion.derivation,
    )
