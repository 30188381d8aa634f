"""Criteria as plain values for judging, and the sets found by words."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from units.enums import LEVELS, Role, UnitKind
from units.models import Unit, UnitVersion, User
from units.queries import names_apart

from .enums import SetStatus
from .judging.values import CriterionSpec
from .judging.verdicts import CapSpec, GradeSpec, PreconditionSpec, Rule
from .models import AwardBar, CriteriaSet, Criterion, Grade, Programme, StreakRule
from .models.sets import CriteriaSetQuerySet, bearer, lineage


def criteria_of(criteria_set: CriteriaSet) -> list[Criterion]:
    """The set's criteria in order, groups included; one query."""
    return list(criteria_set.criteria.order_by("order"))


def specs_of(criteria_set: CriteriaSet) -> tuple[CriterionSpec, ...]:
    """The set's criteria in order as plain values, groups included; no query for a published set asked before."""
    if criteria_set.status == SetStatus.DRAFT or not criteria_set.sha256:
        return tuple(map(spec_of, criteria_of(criteria_set)))
    return _specs_of_published(criteria_set.pk, criteria_set.sha256)


@functools.lru_cache(maxsize=256)
def _specs_of_published(set_id: int, sha256: str) -> tuple[CriterionSpec, ...]:
    """Safe to keep for good: the hash is of the content, and a published set never changes."""
    return tuple(map(spec_of, Criterion.objects.filter(criteria_set=set_id).order_by("order")))


def spec_of(criterion: Criterion) -> CriterionSpec:
    return CriterionSpec(
        code=criterion.code,
        number=criterion.number,
        label=criterion.label,
        article=criterion.cited,
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
        due_quarter=criterion.due_quarter,
        guidance=criterion.guidance,
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
            GradeSpec(one.rank, one.label, one.lower_bound, one.cited) for one in criteria_set.grades.order_by("rank")
        ),
        caps=tuple(
            CapSpec(one.criterion.code, one.best_rank, one.cited)
            for one in criteria_set.caps.select_related("criterion").order_by("criterion__order")
        ),
        preconditions=tuple(
            PreconditionSpec(one.programme.code, one.years_back, one.label, one.worst_rank, one.best_rank, one.cited)
            for one in criteria_set.preconditions.select_related("programme").order_by("programme", "years_back")
        ),
    )


Judging = list[tuple[CriteriaSet, tuple[str, ...]]]  # sets, each with the unit kinds it judges


def sets_for(programme: Programme, year: int, province: Unit) -> Judging:
    """The published sets that judge the province's units in the year, each with the unit kinds it judges there.

    The newest version of a code takes over from the ones before; the province's own set stands in for the whole
    country's, kind by kind. A set of one place (`place_code`) stands beside them: it judges there alone, and whoever
    makes a roster gives a unit the nearest. Two sets may still judge one kind: opening a year refuses that.
    """
    return _judging(_published(programme.sets.for_province(province), year))


def sets_by_programme(held: CriteriaSetQuerySet, year: int) -> dict[int, Judging]:
    """`sets_for` of every programme, by its id, among the sets `for_province`; those without are left out.
    One query."""
    of_programme: dict[int, list[CriteriaSet]] = {}
    for one in _published(held, year):
        of_programme.setdefault(one.programme_id, []).append(one)
    found = {programme: _judging(sets) for programme, sets in of_programme.items()}
    return {programme: judging for programme, judging in found.items() if judging}


def _published(held: CriteriaSetQuerySet, year: int) -> QuerySet[CriteriaSet]:
    """The older versions first."""
    return held.published().for_year(year).select_related("document").order_by("version", "pk")


def _judging(published: Iterable[CriteriaSet]) -> Judging:
    """Of one programme's sets, the older versions first."""
    newest = {one.code: one for one in published}
    own = {kind for one in newest.values() if one.province_code and not one.place_code for kind in one.unit_kinds}
    told = [
        (one, tuple(kind for kind in one.unit_kinds if one.province_code or kind not in own)) for one in newest.values()
    ]
    return [(one, kinds) for one, kinds in told if kinds]


@dataclass(frozen=True, slots=True)
class Applied:
    """A published set at work in a province: the kinds it judges, and the place it judges them in."""

    criteria_set: CriteriaSet
    kinds: tuple[str, ...]
    place: Unit | None  # none: the whole province, but where a place has a set of its own


def applied_in(programme: Programme, year: int, province: Unit) -> list[Applied]:
    """`sets_for` with the place of each, the nearest to a unit first: communes' own, districts' own, the rest.

    A set of a place that never bore its code judges nobody and is left out.
    """
    return _placed(sets_for(programme, year, province), province)


def applied_by_programme(province: Unit, year: int) -> dict[int, list[Applied]]:
    """`applied_in` of every programme with a published set, by its id. Two queries a programme with sets of places,
    one for all without."""
    judging = sets_by_programme(CriteriaSet.objects.for_province(province), year)
    return {programme: placed for programme, sets in judging.items() if (placed := _placed(sets, province))}


def _placed(sets: Judging, province: Unit) -> list[Applied]:
    places = own_places([one for one, _ in sets], province)
    found = [Applied(one, kinds, places.get(one.pk)) for one, kinds in sets if not one.place_code or one.pk in places]
    return sorted(found, key=lambda one: PLACES.index(UnitKind(one.place.kind)) if one.place else len(PLACES))


def own_places(sets: Iterable[CriteriaSet], province: Unit) -> dict[int, Unit]:
    """The place that each set of one place is for, by the set's id: who bore the code when its document was issued.

    A code may pass to another place of the province by law, as in 7/2025; what was written before is not its. Two
    queries, none without such sets. The sets come with their documents.
    """
    own = [one for one in sets if one.place_code]
    if not own:
        return {}
    borne = UnitVersion.objects.filter(code__in={one.place_code for one in own}, kind__in=PLACES, province=province.pk)
    bearers: dict[str, list[tuple[int, date]]] = {}
    for code, unit, since in borne.order_by("valid_from", "pk").values_list("code", "unit", "valid_from"):
        bearers.setdefault(code, []).append((unit, since))
    found = {one.pk: bearer(bearers.get(one.place_code), _made_on(one)) for one in own}
    units = Unit.objects.select_related("province").in_bulk({pk for pk in found.values() if pk is not None})
    return {pk: units[place] for pk, place in found.items() if place is not None}


@dataclass(frozen=True, slots=True)
class ProgrammeStanding:
    """How a programme stands in a province and year: what opens, what is being written, what the law left unread."""

    programme: Programme
    opens: list[tuple[CriteriaSet, tuple[str, ...]]]
    own_drafts: list[CriteriaSet]
    unread: list[CriteriaSet]  # the whole country's drafts for kinds that nothing opens: their gaps say why


def published_programmes(provinces: Iterable[Unit]) -> frozenset[int]:
    """Ids of the programmes with a published set that one of the provinces may judge by, of any year."""
    sets = CriteriaSet.objects.published().for_provinces(provinces)
    return frozenset(sets.order_by().values_list("programme", flat=True))


def programmes_of(provinces: Iterable[Unit], *, also: Iterable[str] = ()) -> QuerySet[Programme]:
    """The programmes the provinces may choose: with a set of the whole country, of their own or of a province they took
    over; those one of these has a bar in; and those nobody has a set of yet; `also` names some that
    stay in what is edited. Two queries, made at once."""
    asked = [one.pk for one in provinces]
    grounds = list(Unit.objects.filter(Q(pk__in=asked) | Q(province__in=asked), kind=UnitKind.PROVINCE))
    held = CriteriaSet.objects.for_provinces(grounds)
    some = CriteriaSet.objects.filter(programme=OuterRef("pk"))
    barred = AwardBar.objects.filter(programme=OuterRef("pk"), province__in=[one.pk for one in grounds])
    chosen = Q(pk__in=held.values("programme")) | Q(code__in=list(also))
    return Programme.objects.filter(chosen | Exists(barred) | ~Exists(some))


def standings(province: Unit, year: int) -> list[ProgrammeStanding]:
    """Every programme, by name. A fixed number of queries."""
    drafts: dict[int, list[CriteriaSet]] = {}
    held = CriteriaSet.objects.for_province(province)
    for one in held.filter(status=SetStatus.DRAFT).select_related("document").order_by("code", "version"):
        drafts.setdefault(one.programme_id, []).append(one)
    judging = sets_by_programme(held, year)
    told = []
    for programme in programmes_of([province]).order_by("name"):
        opens = judging.get(programme.pk, [])
        open_kinds = {kind for _, kinds in opens for kind in kinds}
        written = drafts.get(programme.pk, [])
        told.append(
            ProgrammeStanding(
                programme,
                opens,
                [one for one in written if one.province_code],
                [one for one in written if not one.province_code and _may_serve(one, year, open_kinds)],
            )
        )
    return told


@dataclass(frozen=True, slots=True)
class Beside:
    """Drafts of a programme and year beside the published sets that judge the same kinds meanwhile."""

    programme: Programme
    drafts: list[CriteriaSet]
    judging: list[CriteriaSet]


def drafts_beside(province: Unit, year: int) -> list[Beside]:
    """Programmes whose year opens by a published set while another set of the year is still a draft, by name.

    No word on which of them ought to hold: that is for who issues them. Three queries, two without such drafts.
    """
    sets = CriteriaSet.objects.for_province(province)
    rows = sets.filter(status=SetStatus.DRAFT, is_example=False, place_code="").for_year(year)
    rows = rows.select_related("document", "programme").order_by("programme__name", "code")
    drafts: dict[Programme, list[CriteriaSet]] = {}
    for one in rows:
        drafts.setdefault(one.programme, []).append(one)
    published = sets_by_programme(sets, year) if drafts else {}
    found = []
    for programme, held in drafts.items():
        kinds = {kind for one in held for kind in one.unit_kinds}
        judging = [one for one, judged in published.get(programme.pk, []) if kinds & set(judged)]
        if told := [one for one in held if _could_judge(one, judging)]:
            found.append(Beside(programme, told, judging))
    return found


def _could_judge(draft: CriteriaSet, judging: list[CriteriaSet]) -> bool:
    """Published, the draft would judge units in the stead of one of these: the whole country's never those that the
    province's own set judges, for the nearest judges."""
    rivals = [one for one in judging if draft.province_code or not one.province_code]
    return any(set(one.unit_kinds) & set(draft.unit_kinds) for one in rivals)


def _may_serve(draft: CriteriaSet, year: int, open_kinds: set[str]) -> bool:
    """The draft is of the year and of a kind that nothing opens yet."""
    within = draft.first_year <= year <= (draft.last_year or year)
    return within and not set(draft.unit_kinds) <= open_kinds


def unsettled(criteria_set: CriteriaSet) -> list[str]:
    """Gaps of the law's own drafts that a province's set repeats word for word: nobody has said yet what its document
    says of them. What a published set of the whole country leaves open stays a note."""
    if not criteria_set.province_code or not criteria_set.gaps:
        return []
    law = CriteriaSet.objects.filter(programme=criteria_set.programme_id, province_code="", is_example=False)
    held = {SetStatus.DRAFT: set[str](), SetStatus.PUBLISHED: set[str]()}
    for status, gaps in law.values_list("status", "gaps"):
        if status in held:
            held[SetStatus(status)].update(gaps)
    return [one for one in criteria_set.gaps if one in held[SetStatus.DRAFT] - held[SetStatus.PUBLISHED]]


def programme_names() -> dict[str, str]:
    """Names of the programmes by their codes; they are the same for every place."""
    return dict(Programme.objects.values_list("code", "name"))


PLACES = (UnitKind.COMMUNE, UnitKind.DISTRICT)  # that may have a set of their own, the nearest to a unit first


def areas_of(sets: Iterable[CriteriaSet]) -> dict[int, tuple[str, str]]:
    """Names of the one place and of the province each set is for, by its key; whole countries' sets are left out.

    Both are who bore the codes when the set was made (`_made_on`), by the last name they had under them; a commune is
    named with its district. A code nobody bore stands for a name. At most three queries, none where all are the whole
    country's.
    """
    found = [one for one in sets if one.province_code]
    if not found:
        return {}
    provinces = _provinces_then(found)
    borne = UnitVersion.objects.filter(code__in={one.province_code for one in found}, kind=UnitKind.PROVINCE).order_by(
        "valid_from", "pk"
    )
    names = dict(borne.values_list("unit", "name"))
    places = _place_names(found, provinces)
    return {
        one.pk: (
            places.get(one.pk, one.place_code),
            names.get(provinces[one.pk] or 0, f"tỉnh mã {one.province_code}"),
        )
        for one in found
    }


def _made_on(one: CriteriaSet) -> date:
    """The day of its document, else the end of its first year."""
    return one.document.issued_on or date(one.first_year, 12, 31)


def _provinces_then(sets: list[CriteriaSet]) -> dict[int, int | None]:
    """The province that bore each set's code when the set was made, by the set's key; one query."""
    bearers = _bearers(one.province_code for one in sets)
    return {one.pk: bearer(bearers.get(one.province_code), _made_on(one)) for one in sets}


def _place_names(sets: list[CriteriaSet], provinces: dict[int, int | None]) -> dict[int, str]:
    """Names of the places that sets are for, by the set's key; one query, none without such."""
    own = [one for one in sets if one.place_code]
    if not own:
        return {}
    borne = UnitVersion.objects.filter(code__in={one.place_code for one in own}, kind__in=PLACES)
    columns = ("province", "code", "unit", "valid_from", "name", "kind", "district__name")
    bearers: dict[tuple[int | None, str], list[tuple[int, date]]] = {}
    names: dict[tuple[int, str], str] = {}
    for province, code, unit, since, name, kind, district in borne.order_by("valid_from", "pk").values_list(*columns):
        bearers.setdefault((province, code), []).append((unit, since))
        names[unit, code] = f"{name}, {district}" if kind == UnitKind.COMMUNE and district else name
    then = {one.pk: bearer(bearers.get((provinces[one.pk], one.place_code)), _made_on(one)) for one in own}
    return {one.pk: names[unit, one.place_code] for one in own if (unit := then[one.pk]) is not None}


def place_exists(one: CriteriaSet) -> bool:
    """Whether the one place the set is for was ever there under its code."""
    return one.pk in _place_names([one], _provinces_then([one]))


def places_within(province: Unit) -> list[tuple[str, str]]:
    """Code and name of the province's districts and communes of today: hundreds ended, and nobody writes for those."""
    rows = Unit.objects.open_on().filter(province=province, kind__in=PLACES).exclude(code="").select_related(*LEVELS)
    names = names_apart(rows.order_by("-kind", "sort_key", "pk"))
    return [(one.code, names[one.pk]) for one in rows.order_by("-kind", "sort_key", "pk")]


def graded_programmes(province: Unit) -> QuerySet[Programme]:
    """Programmes that give grades by a published set of the whole country or of the province, by name."""
    sets = CriteriaSet.objects.published().for_province(province).filter(grades__isnull=False)
    return Programme.objects.filter(pk__in=sets.values("programme")).order_by("name")


def lowest_grades() -> QuerySet[Grade]:
    """The last grade of each set that asks for no points, or whose bound was not read: to have it is no success."""
    weaker = Grade.objects.filter(criteria_set=OuterRef("criteria_set"), rank__gt=OuterRef("rank"))
    asks_nothing = Q(lower_bound=None) | Q(lower_bound=0)
    return Grade.objects.filter(asks_nothing, rank__gt=1).exclude(Exists(weaker))


WRITERS = (Role.STAFF, Role.ADMIN)


def provinces_written(user: User) -> set[str]:
    """Official codes of the provinces whose criteria the user writes."""
    return {province.code for province in user.provinces_as(*WRITERS)}


def with_issuers(rules: Iterable[StreakRule]) -> list[StreakRule]:
    """The rules, each of a province with the one that wrote it: who bore the code on its first day. Two queries, none
    where all are the whole country's.

    A draft is whose code it is today. The rules come with their documents.
    """
    found = list(rules)
    codes = {one.province_code for one in found} - {""}
    if not codes:
        return found
    bearers = _bearers(codes)
    told = {one.pk: bearer(bearers.get(one.province_code), _first_day(one)) for one in found}
    units = Unit.objects.in_bulk({pk for pk in told.values() if pk is not None})
    for one in found:
        one.issuer = units.get(told[one.pk] or 0)
    return found


def _bearers(codes: Iterable[str]) -> dict[str, list[tuple[int, date]]]:
    """Keys of the provinces that bore each code and since when, oldest first; one query."""
    borne = UnitVersion.objects.filter(code__in=set(codes), kind=UnitKind.PROVINCE).order_by("valid_from", "pk")
    bearers: dict[str, list[tuple[int, date]]] = {}
    for code, unit, since in borne.values_list("code", "unit", "valid_from"):
        bearers.setdefault(code, []).append((unit, since))
    return bearers


def _first_day(rule: StreakRule) -> date:
    return date.max if rule.is_draft else (made_on(rule) or date.max)


def made_on(rule: StreakRule) -> date | None:
    """When a rule of a province was made and held: no earlier than its document."""
    return max(filter(None, (rule.valid_from, rule.document.issued_on)), default=None)


def of_another_province(code: str, day: date | None) -> tuple[str, Unit] | None:
    """Whose what was written under the province's code on the day would be, and the province that has the code today,
    where those are two: a merger may give its heir the code of one that ended. None where it is today's own."""
    today = Unit.objects.filter(kind=UnitKind.PROVINCE, code=code, closed_on=None).first() if code and day else None
    if today is None or day is None:
        return None
    borne = UnitVersion.objects.filter(code=code, kind=UnitKind.PROVINCE).order_by("valid_from", "pk")
    names = dict(borne.values_list("unit", "name"))
    then = bearer(list(borne.values_list("unit", "valid_from")), day)
    return None if then in (None, today.pk) else (names[then], today)


def rules_held(rules: Iterable[StreakRule], province: Unit) -> list[StreakRule]:
    """Those of the rules that count years of the province: the whole country's, its own, and, for the years until they
    ended, those of the provinces it took over, which come last. Three queries."""
    told = with_issuers(rules)
    ours = set(lineage([province.pk]).values_list("pk", flat=True)) if any(one.province_code for one in told) else set()
    held = [one for one in told if one.province_code == "" or (one.issuer and one.issuer.pk in ours)]
    held += [one for one in told if one.province_code and not one.issuer and one.province_code == province.code]
    return sorted(held, key=lambda one: one.is_inherited)


def grade_names(user: User, programmes: QuerySet[Programme] | None = None) -> list[str]:
    """Names of grades in the sets the user may read, of the programmes where they are given, best first, each once.

    Every list of dossiers asks: whether a province's own sets are the user's is looked into only where the user's
    provinces ever bore its code.
    """
    provinces = {place.province_id for place in user.places()}
    borne = UnitVersion.objects.filter(kind=UnitKind.PROVINCE, unit__province__in=provinces).values("code")
    nearby = Q(criteria_set__province_code="") | Q(criteria_set__province_code__in=borne)
    grades = Grade.objects.filter(nearby).order_by("rank", "label")
    if programmes is not None:
        grades = grades.filter(criteria_set__programme__in=programmes)
    found = list(grades.values_list("label", "criteria_set", "criteria_set__province_code"))
    theirs = {of_set for _, of_set, code in found if code}
    if theirs:
        seen = CriteriaSet.objects.visible_to(user).filter(pk__in=theirs)
        theirs -= set(seen.values_list("pk", flat=True))
    return list(dict.fromkeys(label for label, of_set, _ in found if of_set not in theirs))
