"""Reads that several callers share: verdicts, derived counts, what waits for whom, a unit's years."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, F, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce

from criteria.enums import Level, Measure, Step
from criteria.models import Deadline, DossierPaper
from criteria.queries import asked_of, rule_of
from criteria.rules import Result, Verdict, judge
from criteria.values import Asked, Value
from units.enums import Role, UnitKind
from units.models import Committee, Placement, Seat, User

from . import permissions
from .enums import FINAL, NOT_REGISTERED, State
from .models import Answer, Cycle, Decision, Evaluation, Evidence, Sitting

OWN, APPRAISED = "own", "appraised"


def with_route(files: QuerySet[Evaluation]) -> QuerySet[Evaluation]:
    """Files with what their deadlines and labels need, in a bounded number of queries."""
    return files.select_related("cycle__programme", "criteria_set", "route", "grade").prefetch_related(
        Prefetch("route__deadlines", Deadline.objects.all())
    )


@dataclass(frozen=True)
class Subordinates:
    """How the units a commune manages fared in its cycle."""

    total: int = 0
    registered: int = 0
    recognised: int = 0
    pending: int = 0


Below = dict[str, Subordinates]  # by unit kind


def subordinates(files: Iterable[Evaluation]) -> dict[tuple[int, int | None], Below]:
    """Counts of the commune's units by (cycle id, commune id) and kind, one query; withdrawn ones not counted.

    TT 124/2021, Điều 5.4: the base is every residential area, agency, enterprise and school the commune manages or
    has been delegated; one that only stands on its ground is the managing unit's.
    """
    wanted = {(file.cycle_id, file.commune_id) for file in files if file.kind == UnitKind.COMMUNE}
    if not wanted:
        return {}
    communes = {commune for _, commune in wanted}
    rows = (
        Evaluation.objects.filter(
            cycle__in={cycle for cycle, _ in wanted},
        )
        .filter(Q(commune__in=communes, managed_at=Level.COMMUNE) | Q(delegated_to__in=communes))
        .exclude(kind=UnitKind.COMMUNE)
        .exclude(state=State.WITHDRAWN)
        .order_by()
        .annotate(held_by=Coalesce("delegated_to_id", "commune_id"))
        .values_list("cycle_id", "held_by", "kind")
        .annotate(
            total=Count("pk"),
            registered=Count("pk", filter=~Q(state__in=NOT_REGISTERED)),
            recognised=Count("pk", filter=Q(state=State.RECOGNISED)),
            pending=Count("pk", filter=~Q(state__in=FINAL)),
        )
    )
    found: dict[tuple[int, int | None], Below] = {}
    for cycle, commune, kind, *counts in rows:
        found.setdefault((cycle, commune), {})[kind] = Subordinates(*counts)
    return found


def _counted(asked: Asked, below: Below) -> Subordinates:
    """The units the criterion counts: of the kinds it names, or of every kind."""
    kinds = [counts for kind, counts in below.items() if not asked.derived_from or kind in asked.derived_from]
    return Subordinates(
        *(sum(getattr(one, name) for one in kinds) for name in ("total", "registered", "recognised", "pending"))
    )


def _registered(asked: Asked, below: Subordinates) -> Value:
    return Value(numerator=below.registered, denominator=below.total)


def _recognised(asked: Asked, below: Subordinates) -> Value:
    """Known as soon as the undecided units can no longer change it; empty until then."""
    least = Value(numerator=below.recognised, denominator=below.total)
    most = Value(numerator=below.recognised + below.pending, denominator=below.total)
    return least if _passes(asked, least) or not _passes(asked, most) else Value()


def _passes(asked: Asked, value: Value) -> bool:
    return judge([asked], {asked.code: value}).outcome == "met"


DERIVATIONS = {"subordinates_registered": _registered, "subordinates_recognised": _recognised}


def derived_values(asked: Iterable[Asked], below: Below) -> dict[str, Value]:
    """The answers the portal gives itself, by criterion code; empty where the commune manages no such unit yet."""
    told = {}
    for line in asked:
        if line.measure == Measure.DERIVED:
            counts = _counted(line, below)
            told[line.code] = DERIVATIONS[line.derivation](line, counts) if counts.total else Value()
    return told


def answers_of(files: Iterable[Evaluation]) -> dict[int, dict[str, Answer]]:
    """Stored answers of each file by criterion code; one query."""
    found: dict[int, dict[str, Answer]] = {file.pk: {} for file in files}
    for answer in Answer.objects.filter(evaluation__in=found).annotate(code=F("criterion__code")):
        found[answer.evaluation_id][answer.code] = answer
    return found


def verdicts(
    files: Iterable[Evaluation], side: str = OWN, answers: dict[int, dict[str, Answer]] | None = None
) -> dict[int, Verdict]:
    """The judgement of each file by its own criteria set (`side`: the unit's answers or the appraisers').

    A fixed number of queries for any number of files: answers (unless the caller has read them), the commune's units
    where a set derives from them, results of other programmes where a set requires them.
    """
    files = list(files)
    answers = answers_of(files) if answers is None else answers
    below = subordinates(files)
    results = results_required(files)
    judged = {}
    for file in files:
        asked = asked_of(file.criteria_set)
        counts = below.get((file.cycle_id, file.commune_id), {})
        values = {code: getattr(answer, side) for code, answer in answers[file.pk].items()}
        derived = derived_values(asked, counts)
        verdict = judge(asked, values | derived, rule_of(file.criteria_set), results.get(file.pk, {}))
        judged[file.pk] = _told(verdict, asked, counts)
    return judged


def results_required(files: Iterable[Evaluation]) -> dict[int, dict[tuple[str, int], Result]]:
    """Settled results of other programmes that the files' sets require, by file, then (programme, years back).

    One query, none when no set requires any. The unit's own file of that year counts, recognised or not; a file still
    under way gives nothing.
    """
    wanted = {file.pk: rule_of(file.criteria_set).required for file in files}
    if not any(wanted.values()):
        return {}
    years = {file.cycle.year - one.years_back for file in files for one in wanted[file.pk]}
    codes = {one.programme for required in wanted.values() for one in required}
    rows = Evaluation.objects.filter(
        unit__in={file.unit_id for file in files},
        cycle__programme__code__in=codes,
        cycle__year__in=years,
        state__in=FINAL,
    ).values_list("unit_id", "cycle__programme__code", "cycle__year", "state", "grade__rank", "grade__label")
    settled = {
        (unit, code, year): Result(year, state == State.RECOGNISED, rank if state == State.RECOGNISED else None, label)
        for unit, code, year, state, rank, label in rows.order_by()
    }
    found: dict[int, dict[tuple[str, int], Result]] = {}
    for file in files:
        for one in wanted[file.pk]:
            result = settled.get((file.unit_id, one.programme, file.cycle.year - one.years_back))
            if result:
                told = replace(result, label=f"loại {result.label}" if result.label else "")
                found.setdefault(file.pk, {})[one.programme, one.years_back] = told
    return found


def _told(verdict: Verdict, asked: Iterable[Asked], below: Below) -> Verdict:
    """The verdict, saying of a derived criterion that cannot be known yet how many units it waits for."""
    waiting = {line.code: counts for line in asked if line.derivation and (counts := _counted(line, below)).pending}
    if not waiting:
        return verdict
    sentence = "Còn {0} đơn vị thuộc xã chưa có kết quả (đã công nhận {1}/{2}) nên chưa kết luận được ({3})."
    missing = tuple(
        replace(item, sentence=sentence.format(held.pending, held.recognised, held.total, item.article))
        if (held := waiting.get(item.code))
        else item
        for item in verdict.missing
    )
    return replace(verdict, missing=missing)


def missing_papers(files: Iterable[Evaluation]) -> dict[int, list[str]]:
    """Names of the papers a file's set asks of its dossier that it does not hold, by file; two queries."""
    files = list(files)
    asked: dict[int, list[tuple[int, str]]] = defaultdict(list)
    papers = DossierPaper.objects.filter(criteria_set__in={file.criteria_set_id for file in files})
    for pk, criteria_set, name in papers.order_by("order").values_list("pk", "criteria_set", "name"):
        asked[criteria_set].append((pk, name))
    if not asked:
        return {}
    held = set(
        Evidence.objects.filter(evaluation__in=files, dossier_paper__isnull=False).values_list(
            "evaluation", "dossier_paper"
        )
    )
    return {file.pk: [name for pk, name in asked[file.criteria_set_id] if (file.pk, pk) not in held] for file in files}


def dossier_of(file: Evaluation) -> list[tuple[DossierPaper, list[Evidence]]]:
    """Each paper the file's set asks of its dossier, in order, with what is attached as it; two queries at most."""
    papers = list(file.criteria_set.papers.order_by("order"))
    if not papers:
        return []
    held: dict[int | None, list[Evidence]] = defaultdict(list)
    for one in file.evidence.filter(dossier_paper__isnull=False):
        held[one.dossier_paper_id].append(one)
    return [(paper, held[paper.pk]) for paper in papers]


def missing_evidence(files: Iterable[Evaluation], answers: dict[int, dict[str, Answer]]) -> dict[int, list[str]]:
    """Numbers of the criteria that ask for a paper, are answered as met and have none, by file; one query."""
    files = list(files)
    shown: Mapping[int, set[str]] = defaultdict(set)
    rows = Evaluation.objects.filter(pk__in=[file.pk for file in files], evidence__isnull=False)
    for pk, code in rows.values_list("pk", "evidence__criteria__code"):
        shown[pk].add(code)
    return {
        file.pk: [
            line.number
            for line in asked_of(file.criteria_set)
            if line.needs_evidence
            and line.code not in shown[file.pk]
            and _claims(line, answers[file.pk].get(line.code))
        ]
        for file in files
    }


def _claims(asked: Asked, answer: Answer | None) -> bool:
    """The unit says it meets the criterion, which a paper must then show."""
    return answer is not None and not answer.not_applicable and _passes(asked, answer.own)


def entry_places(user: User) -> list[int]:
    """Units whose files the user writes: `permissions.may_enter` as a filter."""
    return [placement.unit_id for placement in user.placements_now() if placement.role in permissions.CLERKS]


# --- what waits for whom ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """A pile of work on somebody's desk."""

    label: str
    count: int
    query: str  # the list page's filter that shows the pile
    step: Step | None
    due: date | None
    late: bool


PILES = (
    ("Chờ đăng ký", (State.EXPECTED,), "entry_unit", (Role.OFFICER, Role.LEADER), Step.REGISTER),
    ("Đang nhập, chưa gửi", (State.REGISTERED,), "entry_unit", (Role.OFFICER, Role.LEADER), Step.SUBMIT),
    ("Bị trả lại, cần sửa", (State.RETURNED,), "entry_unit", (Role.OFFICER, Role.LEADER), Step.SUBMIT),
    ("Chờ thẩm định", (State.SUBMITTED,), "appraisal_unit", (Role.STANDING,), Step.APPRAISE),
    ("Chờ đưa vào phiên họp", (State.APPRAISED,), "decision_unit", (Role.STANDING,), Step.DECIDE),
)


# A candidate that may be selected waits for nobody: the place owes a number of units, not this one.
UNSELECTED = Q(state=State.EXPECTED, criteria_set__by_selection=True)


def waiting_for(user: User, cycle: Cycle, today: date) -> list[Waiting]:
    """The piles of the cycle that wait for the user's own roles, each with its earliest due day; two queries.

    A due day comes from the route of the files in the pile; a pile is late when that day has passed.
    """
    desks = []
    for label, states, column, roles, step in PILES:
        places = [item.unit_id for item in user.placements_now() if item.role in roles]
        if places:
            desks.append((label, states, column, places, step))
    if not desks:
        return []
    counts = {
        f"pile_{index}": Count("pk", filter=Q(state__in=states) & Q(**{f"{column}__in": places}) & ~UNSELECTED)
        for index, (_, states, column, places, _) in enumerate(desks)
    }
    rows = list(Evaluation.objects.visible_to(user).filter(cycle=cycle).order_by().values("route").annotate(**counts))
    deadlines = {
        (item.route_id, item.step): item.last_day(cycle.year)
        for item in Deadline.objects.filter(route__in=[row["route"] for row in rows if row["route"]])
    }
    piles = []
    for index, (label, states, column, _, step) in enumerate(desks):
        with_work = [row for row in rows if row[f"pile_{index}"]]
        days = [deadlines[row["route"], step] for row in with_work if (row["route"], step) in deadlines]
        due = min(days, default=None)
        count = sum(row[f"pile_{index}"] for row in with_work)
        query = f"cycle={cycle.pk}&state={states[0]}&mine={column}"
        piles.append(Waiting(label, count, query, step, due, bool(count and due and due < today)))
    return piles


def open_sittings(user: User) -> QuerySet[Sitting]:
    """Sittings not yet closed in committees the user sits on or serves."""
    mine = Q(committee__seats__user=user) | Q(
        committee__unit__in=[
            item.unit_id for item in user.placements_now() if item.role in (Role.STANDING, Role.CHAIR, Role.MEMBER)
        ]
    )
    return (
        Sitting.objects.visible_to(user)
        .filter(mine, closed_at__isnull=True)
        .select_related("committee__unit", "cycle__programme")
        .annotate(files=Count("items", distinct=True))
        .distinct()
    )


def chair_among(seats: Iterable[Seat], committee: Committee) -> Seat | None:
    """The seat of whoever is placed as chair at the committee's own level today; one query."""
    placed = Placement.objects.in_force().filter(unit=committee.unit_id, role=Role.CHAIR)
    chairs = set(placed.values_list("user_id", flat=True))
    return next((seat for seat in seats if seat.user_id in chairs), None)


def draft_decisions(user: User) -> QuerySet[Decision]:
    """Decisions waiting for number and signature where the user may issue them."""
    places = [item.unit_id for item in user.placements_now() if item.role in (Role.STANDING, Role.CHAIR)]
    return (
        Decision.objects.visible_to(user)
        .filter(issuer__in=places, issued_at__isnull=True)
        .select_related("sitting__cycle__programme")
    )


def years_of(units: Iterable[int], user: User) -> QuerySet[Evaluation]:
    """The units' files of all years that the user may see, newest first, with result and decision."""
    return (
        Evaluation.objects.visible_to(user)
        .filter(unit__in=units)
        .select_related(
            "cycle__programme",
            "criteria_set__document",
            "grade",
            "recognition__decision__issuer",
            "recognition__revoked_by",
        )
        .order_by("-cycle__year", "cycle__programme", "unit_sort_key", "pk")
    )
