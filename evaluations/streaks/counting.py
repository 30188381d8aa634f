"""Years running: how long a unit's row of recognised years is, what it may claim and what endangers it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from criteria.enums import Level, MissingYear, Step
from criteria.judging.verdicts import NOT_MET as FAILS
from criteria.models import Deadline, StreakRule, StreakTitle
from criteria.queries import rules_held
from units.models import Unit, UnitVersion, User

from ..enums import LEFT_OUT, NOT_MET, CycleStatus, State
from ..judging.dossiers import judged_dossiers
from ..judging.success import weakest_of
from ..models import Cycle, Evaluation
from . import succession
from .breaking import broken, dossiers_where, graded, recognised

WORTH_A_WARNING = 2  # years running, unless the rule's first title asks for fewer
UNDECIDED = (State.REGISTERED, State.SUBMITTED, State.RETURNED, State.APPRAISED, State.TABLED)
MOST_SHOWN = 5  # columns of "so many years running", where no title asks for more


@dataclass(frozen=True)
class Span:
    """The years that count for a rule in a province, up to the one asked about."""

    rule: StreakRule
    first: int
    last: int
    open_from: int | None  # the first of the province's newest years, one after another, that are open
    province: int | None = None  # whose reorganisations count

    @cached_property
    def weakest(self) -> list[int]:
        """Grades of the programmes counted that are no success; asked once."""
        return weakest_of(self.rule.counts)

    @property
    def under_way(self) -> int | None:
        """The span's last year while it is open; it may add to a row."""
        return None if self.is_settled(self.last) else self.last

    @property
    def is_open(self) -> bool:
        return self.under_way is not None

    def is_settled(self, year: int) -> bool:
        """Whether the year may break a row; one still open may not: whoever is undecided in it has failed nothing."""
        return self.open_from is None or year < self.open_from


def rules_for(user: User) -> QuerySet[StreakRule]:
    """The published rules the user may read, with document, programme and titles; three queries."""
    return (
        StreakRule.objects.visible_to(user)
        .published()
        .select_related("document", "programme")
        .prefetch_related("titles")
        .order_by("is_example", "code")
    )


def recorded_years(rules: Iterable[StreakRule], province: int | None) -> dict[int, dict[int, bool]]:
    """By rule id, the province's years that hold results the rule counts, newest first, and whether each is open.

    None for a rule that held in no such year, and none after the last it held in: the next rule counts those. Years of
    the provinces it took over are its own; a year that one place alone had is none. One query for all rules.
    """
    rules = list(rules)
    rows = list(
        Cycle.objects.standing()
        .filter(
            place=None,
            province__province=province,
            programme__code__in={code for rule in rules for code in rule.counts},
        )
        .order_by("-year")
        .values_list("programme__code", "year", "status")
    )
    found: dict[int, dict[int, bool]] = {rule.pk: {} for rule in rules}
    for rule in rules:
        years = found[rule.pk]
        for code, year, status in rows:
            if code in rule.counts and year >= (rule.first_year or 0):
                years[year] = years.get(year, False) or status == CycleStatus.OPEN
        last = max(filter(rule.holds_in, years), default=0)
        found[rule.pk] = {year: is_open for year, is_open in years.items() if year <= last}
    return found


def span_of(rule: StreakRule, years: dict[int, bool], last: int, province: int | None = None) -> Span:
    """The span up to `last` from the rule's recorded years. Open are the newest years alone, one after another: a year
    left open behind one that is locked counts as settled.

    Units of the `province` that took over from others count on by the rules of their reorganisations.
    """
    year, open_from = max(years), None
    while years.get(year):
        open_from, year = year, year - 1
    return Span(rule, min(years), last, open_from, province)


def there_at_the_end(units: QuerySet[Unit], span: Span) -> QuerySet[Unit]:
    """Without those that ended by the span's last day: their rows went over to others."""
    last_day = date(span.last, 12, 31)
    return on_its_ground(units, span).filter(Q(closed_on__isnull=True) | Q(closed_on__gte=last_day))


def on_its_ground(units: QuerySet[Unit], span: Span) -> QuerySet[Unit]:
    """Units the span's rule counts: that of a province which ended, those that lay in it on the span's last day."""
    if not span.rule.is_inherited:
        return units
    lay = UnitVersion.objects.in_force(date(span.last, 12, 31)).filter(province=span.rule.issuer)
    return units.filter(pk__in=lay.order_by().values("unit"))


def with_streak(units: QuerySet[Unit], span: Span) -> QuerySet:
    """Units with a dossier in the span, each with `streak`: its recognised years after the last one that broke the row.

    The years are walked back from the last; the first that breaks decides. By the rule a year breaks when it holds no
    recognition (`breaks`), or only when the unit was judged in it and not recognised (`skipped`). A year still open
    never breaks. A revoked recognition is none. All of it is one statement: pages, counts and filters stay in SQL.
    Units that took over from others, found before in one or two, have the row their reorganisations give them.
    """
    settled = [year for year in range(span.last, span.first - 1, -1) if span.is_settled(year)]
    counted = Q(
        evaluations__cycle__programme__code__in=span.rule.counts,
        evaluations__cycle__year__range=(span.first, span.last),
    )
    took_over = succession.joined(span.province, span) if span.province else {}
    rows = units.filter(counted | Q(pk__in=list(took_over)), kind__in=span.rule.unit_kinds)
    own = Case(
        *(
            When(broken(span.rule, year, span.weakest), then=recognised(span.weakest, year__gt=year))
            for year in settled
        ),
        default=recognised(span.weakest, year__gte=span.first),
        output_field=IntegerField(),
    )
    return rows.annotate(streak=_instead(own, took_over))


def _instead(own: Case, took_over: dict[int, int]) -> Case:
    """The unit's own row, but for those that took over from others: theirs is known."""
    by_length: dict[int, list[int]] = {}
    for pk, length in took_over.items():
        by_length.setdefault(length, []).append(pk)
    if not by_length:
        return own
    known = (When(pk__in=pks, then=Value(length)) for length, pks in by_length.items())
    return Case(*known, default=own, output_field=IntegerField())


# --- who is near a title, whose row is in danger -----------------------------------------------------------------


def titles_of(rule: StreakRule) -> list[StreakTitle]:
    return sorted(rule.titles.all(), key=lambda title: title.years)


def one_year_away(rows: QuerySet, span: Span) -> QuerySet:
    """Units with a row that one more year makes worth a further title."""
    return rows.filter(streak__in=[title.years - 1 for title in titles_of(span.rule) if title.years > 1])


def worth_a_warning(rule: StreakRule) -> int:
    """The shortest row whose loss is told: the rule's first title, at most two years."""
    return min([WORTH_A_WARNING, *(title.years for title in titles_of(rule))])


def in_danger(rows: QuerySet, span: Span, late: Iterable[int] = ()) -> QuerySet:
    """Units with a row worth keeping whose dossier of the year under way went wrong; nobody in a year that is settled.

    Wrong is: not recognised, graded lowest, revoked, taken out of the year, returned, or still not registered on one
    of the `late` routes (see `late_routes`).
    """
    if not span.is_open:
        return rows.none()
    return _running(rows, span, wrong(span, late, "evaluations__"))


def undecided(rows: QuerySet, span: Span) -> QuerySet:
    """Units with a row worth keeping whose dossier of the year under way is being worked on."""
    if not span.is_open:
        return rows.none()
    return _running(rows, span, Q(evaluations__state__in=UNDECIDED))


def _running(rows: QuerySet, span: Span, which: Q) -> QuerySet:
    """Rows worth keeping that the year under way has not prolonged, whose dossier of that year is of the kind meant.

    Counted as annotations: those go over the join the rows already have, a filter would open another.
    """
    which &= Q(
        evaluations__cycle__programme__code__in=span.rule.counts
    )  # those who took over are joined to all of theirs
    prolonged = recognised(span.weakest, span.rule, year=span.under_way)
    told = rows.alias(prolonged=prolonged, meant=dossiers_where(span.under_way, which))
    return told.filter(prolonged=0, meant__gt=0, streak__gte=worth_a_warning(span.rule))


def wrong(span: Span, late: Iterable[int], prefix: str = "") -> Q:
    """Dossiers of the year under way that endanger a row."""
    states = [*NOT_MET, State.RETURNED]
    if span.rule.missing_year == MissingYear.BREAKS:  # a year the unit is not judged in costs the row only then
        states += LEFT_OUT
    waiting = {f"{prefix}state": State.EXPECTED, f"{prefix}route__in": list(late)}
    return Q(**{f"{prefix}state__in": states}) | Q(**waiting) | graded(span.weakest, prefix)


def late_routes(rule: StreakRule, year: int | None, today: date) -> list[int]:
    """Routes by which a dossier of the year had to be registered before today; one query.

    Where units are selected, one that was not is not late.
    """
    if year is None:
        return []
    deadlines = Deadline.objects.filter(
        step=Step.REGISTER,
        route__criteria_set__programme__code__in=rule.counts,
        route__criteria_set__by_selection=False,
    )
    return [item.route_id for item in deadlines if item.last_day(year) < today]


@dataclass(frozen=True)
class Danger:
    """What endangers a unit's row in the year under way, and the dossier that tells."""

    dossier: Evaluation
    sentence: str


def dangers(units: Iterable[Unit], span: Span, late: Iterable[int], user: User) -> dict[int, list[Danger]]:
    """What endangers the rows of the units shown, by unit id: states and, of dossiers under way, what they answer.

    A fixed number of queries whatever the number of units; none in a year that is settled.
    """
    if not span.is_open:
        return {}
    dossiers = list(
        Evaluation.objects.visible_to(user)
        .filter(unit__in=list(units), cycle__year=span.under_way, cycle__programme__code__in=span.rule.counts)
        .select_related("cycle__programme", "criteria_set__document", "grade")
        .order_by("cycle__programme__code")
    )
    kept = {
        dossier.unit_id
        for dossier in dossiers
        if dossier.state == State.RECOGNISED and dossier.grade_id not in span.weakest
    }
    bad = set(
        Evaluation.objects.filter(wrong(span, late), pk__in=[dossier.pk for dossier in dossiers]).values_list("pk")
    )
    working = [dossier for dossier in dossiers if dossier.state in UNDECIDED]
    judged = judged_dossiers(working)
    found: dict[int, list[Danger]] = {}
    for dossier in dossiers:
        if dossier.unit_id in kept:
            continue
        told = []
        if (dossier.pk,) in bad:
            told_state = dossier.result if dossier.state == State.RECOGNISED else dossier.get_state_display()
            overdue = "Quá hạn đăng ký" if dossier.state == State.EXPECTED else told_state
            told.append(Danger(dossier, f"{overdue} (năm {span.under_way})."))
        if one := judged.get(dossier.pk):
            verdict = one.verdict(one.side)
            if verdict.outcome == FAILS:
                told += [Danger(dossier, finding.sentence) for finding in verdict.failed[:1]]
        if told:
            found.setdefault(dossier.unit_id, []).extend(told)
    return found


def how_many(rows: QuerySet, rule: StreakRule) -> list[tuple[int, int]]:
    """(years, units with at least so many running), up to the longest title; one query."""
    most = max([MOST_SHOWN, *(title.years for title in titles_of(rule))])
    counts = {f"of_{years}": Count("pk", filter=Q(streak__gte=years)) for years in range(1, most + 1)}
    told = rows.order_by().aggregate(**counts)
    return [(years, told[f"of_{years}"]) for years in range(1, most + 1)]


# --- titles ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StreakStanding:
    """What a row of so many years is worth, and what comes next."""

    streak: int
    reached: StreakTitle | None
    coming: StreakTitle | None

    @property
    def missing(self) -> int:
        """Years still to go to the coming title."""
        return self.coming.years - self.streak if self.coming else 0

    @property
    def sentence(self) -> str:
        """What the unit may ask for now and what it waits for, as a reader is told it."""
        parts = []
        if self.reached:
            parts.append(f"Đủ điều kiện đề nghị {_level(self.reached)} công nhận “{self.reached.title}”.")
        if self.coming:
            parts.append(
                f"Còn {self.missing} năm nữa để đề nghị {_level(self.coming)} công nhận “{self.coming.title}” "
                f"({self.coming.years} năm liên tục)."
            )
        return " ".join(parts)


def _level(title: StreakTitle) -> str:
    return Level(title.level).label


def standing(rule: StreakRule, streak: int) -> StreakStanding:
    """The highest title the row reaches and the first it does not."""
    titles = titles_of(rule)
    return StreakStanding(
        streak,
        max((one for one in titles if one.years <= streak), key=lambda one: one.years, default=None),
        min((one for one in titles if one.years > streak), key=lambda one: one.years, default=None),
    )


@dataclass(frozen=True)
class UnitStreak:
    """A unit's row of years by one rule."""

    span: Span
    standing: StreakStanding


def of_unit(unit: Unit, user: User) -> list[UnitStreak]:
    """The unit's row by every rule that counts its kind and has results of it, up to the newest recorded year.

    Of an ended unit up to the year it ended in. A query or three a rule besides four.
    """
    read = [rule for rule in rules_for(user) if unit.kind in rule.unit_kinds]
    rules = rules_held(read, unit.province) if unit.province else [rule for rule in read if not rule.province_code]
    recorded = recorded_years(rules, unit.province_id) if rules else {}
    rows = []
    for rule in rules:
        years = {year: is_open for year, is_open in recorded[rule.pk].items() if not _after(unit, year)}
        if years and rule.holds_in(max(years)):
            span = span_of(rule, years, max(years), unit.province_id)
            itself = on_its_ground(Unit.objects.filter(pk=unit.pk), span)
            found = with_streak(itself, span).values_list("streak", flat=True).first()
            if found is not None:
                rows.append(UnitStreak(span, standing(rule, found)))
    return rows


def _after(unit: Unit, year: int) -> bool:
    return unit.closed_on is not None and year > unit.closed_on.year
