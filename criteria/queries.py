"""Criteria as plain values for judging, and the sets found by words."""

import functools

from django.db.models import QuerySet

from units.enums import Role, UnitKind
from units.models import User

from .enums import SetStatus
from .models import CriteriaSet, Criterion, Programme
from .rules import Ceiling, Grading, Required, Rule
from .values import Asked


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
        derived_from=tuple(criterion.derived_from),
    )


def rule_of(criteria_set: CriteriaSet) -> Rule:
    """How the set comes to its outcome; no query for a published set asked before."""
    if criteria_set.status == SetStatus.DRAFT or not criteria_set.sha256:
        return _rule(criteria_set)
    return _rule_of_published(criteria_set.pk, criteria_set.sha256)


@functools.lru_cache(maxsize=256)
def _rule_of_published(set_id: int, sha256: str) -> Rule:
    return _rule(CriteriaSet.objects.get(pk=set_id))


def _rule(criteria_set: CriteriaSet) -> Rule:
    return Rule(
        outcome=criteria_set.outcome,
        cite=criteria_set.document.cite or criteria_set.document.number,
        needed_met=criteria_set.needed_met,
        points_total=criteria_set.points_total,
        not_applicable=criteria_set.not_applicable_rule,
        grades=tuple(
            Grading(one.rank, one.label, one.lower_bound, one.article) for one in criteria_set.grades.order_by("rank")
        ),
        ceilings=tuple(
            Ceiling(one.criterion.code, one.best_rank, one.article)
            for one in criteria_set.caps.select_related("criterion").order_by("criterion__order")
        ),
        required=tuple(
            Required(one.programme.code, one.years_back, one.label, one.worst_rank, one.best_rank, one.article)
            for one in criteria_set.preconditions.select_related("programme").order_by("programme", "years_back")
        ),
    )


def sets_for(programme: Programme, year: int, province_code: str) -> list[tuple[CriteriaSet, tuple[str, ...]]]:
    """The published sets that judge the province's units in the year, each with the unit kinds it judges there.

    The newest version of a code takes over from the ones before; the province's own set stands in for the whole
    country's, kind by kind. Two sets may still judge one kind: opening a year refuses that.
    """
    newest: dict[str, CriteriaSet] = {}
    published = programme.sets.published().for_year(year).for_province(province_code)
    for found in published.select_related("document").order_by("version"):
        newest[found.code] = found
    own = {kind for one in newest.values() if one.province_code for kind in one.unit_kinds}
    told = [
        (one, tuple(kind for kind in one.unit_kinds if one.province_code or kind not in own)) for one in newest.values()
    ]
    return [(one, kinds) for one, kinds in told if kinds]


def graded_programmes(province_code: str) -> QuerySet[Programme]:
    """Programmes that give grades by a published set of the whole country or of the province, by name."""
    sets = CriteriaSet.objects.published().for_province(province_code).filter(grades__isnull=False)
    return Programme.objects.filter(pk__in=sets.values("programme")).order_by("name")


WRITERS = (Role.STAFF, Role.ADMIN)


def provinces_written(user: User) -> set[str]:
    """Official codes of the provinces whose criteria the user writes."""
    return {
        placement.unit.code
        for placement in user.placements_now()
        if placement.role in WRITERS and placement.unit.kind == UnitKind.PROVINCE
    }
