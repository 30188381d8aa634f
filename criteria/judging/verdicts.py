"""Judging a set of answers: pure functions of plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from portal.core.vietnamese.figures import plain_number

from .reasons import examine, plainly_met
from .values import CriterionSpec, Value

MET, NOT_MET, INCOMPLETE = "met", "not_met", "incomplete"


@dataclass(frozen=True, slots=True)
class GradeSpec:
    """A grade as plain values; rank 1 is the best. An unset bound is one nobody has read."""

    rank: int
    label: str
    lower_bound: Decimal | None
    article: str = ""


@dataclass(frozen=True, slots=True)
class CapSpec:
    """The best rank left when the criterion is not met."""

    code: str
    best_rank: int
    article: str = ""


@dataclass(frozen=True, slots=True)
class PreconditionSpec:
    """A result of another programme: recognised, or graded `worst_rank` or better; else barred, or kept down."""

    programme: str
    years_back: int
    label: str
    worst_rank: int | None = None
    best_rank: int | None = None
    article: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What another programme's year came to for the unit, once it is settled."""

    year: int
    recognised: bool
    rank: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """How a set's answers come to an outcome; `outcome` and `not_applicable` are values of criteria.enums."""

    outcome: str = "all_met"
    cite: str = ""  # the document, as its clauses are cited
    needed_met: int | None = None
    points_total: Decimal | None = None
    not_applicable: str = ""
    grades: tuple[GradeSpec, ...] = ()
    caps: tuple[CapSpec, ...] = ()
    preconditions: tuple[PreconditionSpec, ...] = ()


ALL_MET = Rule()
Results = Mapping[tuple[str, int], Result]  # by (programme code, years back)
NO_RESULTS: Results = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know of a verdict: a criterion's (its code and number) or the whole's (both empty)."""

    code: str
    number: str
    article: str
    sentence: str
    partly: bool = False  # the criterion only lost some of its points


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a set of answers comes to; `outcome` is "met" (for grades: graded), "not_met" or "incomplete".

    `failed` stands in the way, `missing` is not known yet, `remarks` explain without changing the outcome.
    """

    outcome: str
    failed: tuple[Finding, ...] = ()
    missing: tuple[Finding, ...] = ()
    remarks: tuple[Finding, ...] = ()
    grade: GradeSpec | None = None
    points: Decimal | None = None
    points_total: Decimal | None = None
    met_count: int | None = None
    asked_count: int | None = None
    is_weakest: bool = False  # the grade is the one whoever has no more is given: no success

    @property
    def tone(self) -> str:
        """Of its mark on a page."""
        if self.outcome == MET:
            return "bad" if self.is_weakest else "ok"
        return {NOT_MET: "bad", INCOMPLETE: "muted"}[self.outcome]

    @property
    def is_open(self) -> bool:
        return self.outcome == INCOMPLETE

    @property
    def label(self) -> str:
        """The outcome in a few words: "Đạt", "Chưa đạt (25/34 tiêu chí)", "Loại Khá (82,5/100 điểm)"."""
        tally = self.tally
        if self.outcome == MET and self.grade:
            return f"Loại {self.grade.label} ({tally})"
        word = {MET: "Đạt", NOT_MET: "Chưa đạt", INCOMPLETE: "Chưa đủ số liệu"}[self.outcome]
        return f"{word} ({tally})" if tally else word

    @property
    def tally(self) -> str:
        """Points or met criteria so far, e.g. "82,5/100 điểm", "28/34 tiêu chí"; empty where neither is counted."""
        if self.points is not None:
            total = f"/{plain_number(self.points_total)}" if self.points_total is not None else ""
            return f"{plain_number(self.points)}{total} điểm"
        if self.met_count is not None:
            return f"{self.met_count}/{self.asked_count} tiêu chí"
        return ""

    @property
    def brief(self) -> str:
        """What stands in the way, by number: "1.3, 3b", else "còn 14" for what is not known yet."""
        numbers = [item.number for item in self.failed if item.number]
        if numbers:
            return ", ".join(numbers)
        return f"còn {len(self.missing)}" if self.missing and not self.failed else ""

    @property
    def reasons(self) -> dict[str, str]:
        """Sentences by criterion code: what fails, or costs points."""
        return {item.code: item.sentence for item in (*self.remarks, *self.failed) if item.code}

    @property
    def unmet(self) -> set[str]:
        """Codes of the criteria answered and not met; one that only lost some points is not among them."""
        return {item.code for item in (*self.remarks, *self.failed) if item.code and not item.partly}


def judge(
    criteria: Sequence[CriterionSpec], values: Mapping[str, Value], rule: Rule = ALL_MET, results: Results = NO_RESULTS
) -> Verdict:
    """The verdict on the answers by criterion code, as the set's rule says (TT 124/2021, Điều 8.1: all met).

    Something failed: not met, whatever is still missing. Percentages are compared as whole numbers, never rounded;
    points are added as exact decimals, so their order does not matter. Answers that cannot stand (see check) count as
    missing. `results` are those of other programmes that the rule requires.
    """
    tally = _Tally(rule)
    for criterion in criteria:
        if criterion.measure == "group":
            continue
        value = values.get(criterion.code, EMPTY)
        if plainly_met(criterion, value):
            tally.examined += 1
            tally.met += 1
            if criterion.max_points:
                tally.points += criterion.max_points
        else:
            tally.add(criterion, value)
    return FINISH[rule.outcome](tally, results)


EMPTY = Value()


@dataclass(slots=True)
class _Tally:
    """The criteria examined so far."""

    rule: Rule
    failed: list[Finding] = field(default_factory=list)
    missing: list[Finding] = field(default_factory=list)
    lost: list[Finding] = field(default_factory=list)  # points lost by criteria that did not fail
    met: int = 0
    examined: int = 0
    points: Decimal = Decimal(0)

    def add(self, criterion: CriterionSpec, value: Value) -> None:
        """A criterion of which more has to be said than that it is met."""
        self.examined += 1
        found = examine(criterion, value)
        if found.is_missing:
            self.missing.append(_finding(criterion, found.why))
        elif value.not_applicable:
            self._add_not_applicable(criterion)
        elif found.why:
            self._add_failed(criterion, value, found.why)
        else:
            self._add_scored(criterion, value)

    def _add_not_applicable(self, criterion: CriterionSpec) -> None:
        """Where points or met criteria are counted, the set says what a criterion that does not apply is worth."""
        most = criterion.max_points or Decimal(0)
        is_counted = self.rule.outcome in ("grades", "number_met")
        if not is_counted or self.rule.not_applicable == "counts":
            self.met += 1
            self.points += most
        elif not self.rule.not_applicable:
            why = f"Tiêu chí {criterion.number} không áp dụng nhưng chưa đọc được trong văn bản là được tính thế nào"
            self.missing.append(_finding(criterion, why))
        elif most:
            why = f"Tiêu chí {criterion.number} không áp dụng nên không được tính {plain_number(most)} điểm"
            self.lost.append(_finding(criterion, why, partly=True))

    def _add_failed(self, criterion: CriterionSpec, value: Value, why: str) -> None:
        """Points typed for a criterion that failed still count; any other criterion that fails gets none."""
        got = (value.value or Decimal(0)) if criterion.measure == "points" else Decimal(0)
        self.points += got
        cost = self._cost(criterion, got)
        self.failed.append(_finding(criterion, f"{why}; {cost}" if cost else why))

    def _add_scored(self, criterion: CriterionSpec, value: Value) -> None:
        most = criterion.max_points or Decimal(0)
        got = (value.value or Decimal(0)) if criterion.measure == "points" else most
        self.points += got
        self.met += 1
        if cost := self._cost(criterion, got):
            of_most = f"{plain_number(got)}/{plain_number(most)}"
            why = f"Tiêu chí {criterion.number}: được {of_most} điểm, {cost}"
            self.lost.append(_finding(criterion, why, partly=True))

    def _cost(self, criterion: CriterionSpec, got: Decimal) -> str:
        most = criterion.max_points or Decimal(0)
        return f"mất {plain_number(most - got)} điểm" if self.rule.outcome == "grades" and got < most else ""


def _finding(criterion: CriterionSpec, why: str, *, partly: bool = False) -> Finding:
    return Finding(criterion.code, criterion.number, criterion.article, f"{why} ({criterion.article}).", partly)


def _finding_of_all(article: str, cite: str, sentence: str) -> Finding:
    """A finding of the whole, with its clause, or the document where the clause is not named."""
    clause = article or cite
    return Finding("", "", clause, f"{sentence} ({clause})." if clause else f"{sentence}.")


@dataclass(frozen=True, slots=True)
class _Limit:
    """What keeps the grade down to a rank, in words, and the clause that says so."""

    best_rank: int
    why: str
    clause: str


@dataclass(slots=True)
class _Preconditions:
    """Results of other programmes that bar the outcome, are not known yet, or keep the grade down."""

    barred: list[Finding] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)
    limits: list[_Limit] = field(default_factory=list)


def _preconditions(rule: Rule, results: Results) -> _Preconditions:
    found = _Preconditions()
    for one in rule.preconditions:
        result = results.get((one.programme, one.years_back))
        if result is None:
            sentence = f"Chưa có kết quả để xét điều kiện “{one.label}”"
            found.unknown.append(_finding_of_all(one.article, rule.cite, sentence))
            continue
        if _fulfils(one, result):
            continue
        came_to = result.label or ("đạt" if result.recognised else "chưa đạt")
        why = f"chưa đủ điều kiện “{one.label}” (năm {result.year}: {came_to})"
        if one.best_rank is None:
            found.barred.append(_finding_of_all(one.article, rule.cite, f"C{why[1:]}"))
        else:
            found.limits.append(_Limit(one.best_rank, why, one.article or rule.cite))
    return found


def _fulfils(one: PreconditionSpec, result: Result) -> bool:
    if one.worst_rank is None:
        return result.recognised
    return result.rank is not None and result.rank <= one.worst_rank


def _all_met(tally: _Tally, results: Results) -> Verdict:
    preconditions = _preconditions(tally.rule, results)
    failed = tally.failed + preconditions.barred
    missing = tally.missing + preconditions.unknown
    return Verdict(_outcome(failed, missing), tuple(failed), tuple(missing))


def _outcome(failed: Sequence[Finding], missing: Sequence[Finding]) -> str:
    """Something failed: not met, whatever is still missing."""
    if failed:
        return NOT_MET
    return INCOMPLETE if missing else MET


def _number_met(tally: _Tally, results: Results) -> Verdict:
    """Enough criteria met. Those that failed only explain, unless the number can no longer be reached."""
    rule, need, preconditions = tally.rule, tally.rule.needed_met, _preconditions(tally.rule, results)
    failed, unknown, remarks = preconditions.barred, preconditions.unknown, tally.failed
    if need is None:
        sentence = "Chưa đọc được trong văn bản số tiêu chí phải đạt nên chưa kết luận được"
        unknown.append(_finding_of_all("", rule.cite, sentence))
    elif tally.met + len(tally.missing) < need:
        failed = [_too_few(tally, need), *failed, *tally.failed]
        remarks = []
    is_open = need is None or tally.met < need or bool(unknown)
    return Verdict(
        NOT_MET if failed else INCOMPLETE if is_open else MET,
        tuple(failed),
        (*tally.missing, *unknown),
        tuple(remarks),
        met_count=tally.met,
        asked_count=tally.examined,
    )


def _too_few(tally: _Tally, need: int) -> Finding:
    sentence = (
        f"Mới đạt {tally.met}/{tally.examined} tiêu chí, cần ít nhất {need}; còn thiếu {need - tally.met} tiêu chí"
    )
    if open_number := len(tally.missing):
        sentence += f", {open_number} tiêu chí chưa có số liệu có đạt hết cũng chưa đủ"
    return _finding_of_all("", tally.rule.cite, sentence)


def _graded(tally: _Tally, results: Results) -> Verdict:
    """Points to a grade, kept down by caps and by results of other programmes."""
    rule, preconditions = tally.rule, _preconditions(tally.rule, results)
    failed, missing = preconditions.barred, list(tally.missing)
    given: GradeSpec | None = None
    remarks: list[Finding] = []
    grades = sorted(rule.grades, key=lambda one: one.rank)
    if not grades or any(one.lower_bound is None for one in grades):
        sentence = "Chưa đọc được trong văn bản mức điểm của các loại nên chưa xếp loại được"
        missing.append(_finding_of_all("", rule.cite, sentence))
    elif not missing:
        reached = next((one for one in grades if tally.points >= _bound(one)), None)
        if reached is None:
            failed = [_below_all(tally, grades[-1]), *failed]
        else:
            limits = [*_caps(tally), *preconditions.limits]
            given = _given(grades, reached, limits)
            remarks = _explained(tally, grades, reached, given, limits)
    # Also where it would change nothing yet: more points must not undo a grade given.
    missing += preconditions.unknown
    outcome = _outcome(failed, missing)
    is_given = outcome == MET and given is not None
    return Verdict(
        outcome,
        tuple(failed),
        tuple(missing),
        (*remarks, *tally.failed, *tally.lost),
        grade=given if is_given else None,
        is_weakest=is_given and given is grades[-1] and given.rank > 1 and not _bound(given),
        points=tally.points,
        points_total=rule.points_total,
    )


def _bound(one: GradeSpec) -> Decimal:
    return one.lower_bound or Decimal(0)


def _below_all(tally: _Tally, lowest: GradeSpec) -> Finding:
    bound = _bound(lowest)
    sentence = (
        f"Được {plain_number(tally.points)} điểm, chưa tới mức thấp nhất để xếp loại (loại {lowest.label} từ "
        f"{plain_number(bound)} điểm); còn thiếu {plain_number(bound - tally.points)} điểm"
    )
    return _finding_of_all(lowest.article, tally.rule.cite, sentence)


def _caps(tally: _Tally) -> list[_Limit]:
    """The limit each capped criterion sets that was not met."""
    not_met = {item.code: item for item in tally.failed}
    return [
        _Limit(cap.best_rank, f"tiêu chí {item.number} chưa đạt", cap.article or item.article)
        for cap in tally.rule.caps
        if (item := not_met.get(cap.code))
    ]


def _given(grades: Sequence[GradeSpec], reached: GradeSpec, limits: Sequence[_Limit]) -> GradeSpec:
    """The best grade left by all limits."""
    worst = max([reached.rank, *(limit.best_rank for limit in limits)])
    return next((one for one in grades if one.rank >= worst), grades[-1])


def _explained(
    tally: _Tally, grades: Sequence[GradeSpec], reached: GradeSpec, given: GradeSpec, limits: Sequence[_Limit]
) -> list[Finding]:
    """What keeps the grade below the points, or how many points, and what else, the next grade asks."""
    if given.rank > reached.rank:
        return [_kept_down(tally, grades, reached, limit) for limit in limits if limit.best_rank > reached.rank]
    better = next((one for one in reversed(grades) if one.rank < reached.rank), None)
    if better is None:
        return []
    sentence = (
        f"Còn thiếu {plain_number(_bound(better) - tally.points)} điểm để đạt loại {better.label} "
        f"(từ {plain_number(_bound(better))} điểm)"
    )
    if held := [limit.why for limit in limits if limit.best_rank > better.rank]:
        sentence += f"; hiện còn bị khống chế vì {', '.join(held)}"
    return [_finding_of_all(better.article, tally.rule.cite, sentence)]


def _kept_down(tally: _Tally, grades: Sequence[GradeSpec], reached: GradeSpec, limit: _Limit) -> Finding:
    label = _given(grades, reached, [limit]).label
    sentence = f"Số điểm đủ loại {reached.label} nhưng chỉ được xếp cao nhất là loại {label} vì {limit.why}"
    return _finding_of_all(limit.clause, tally.rule.cite, sentence)


FINISH = {"all_met": _all_met, "number_met": _number_met, "grades": _graded, "results_only": _all_met}
