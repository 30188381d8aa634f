"""Judging a set of answers: pure functions of plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .looking import look, plainly_met
from .values import Asked, Value, plain_number

MET, NOT_MET, INCOMPLETE = "met", "not_met", "incomplete"


@dataclass(frozen=True, slots=True)
class Grading:
    """A grade as plain values; rank 1 is the best. An unset bound is one nobody has read."""

    rank: int
    label: str
    lower_bound: Decimal | None
    article: str = ""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The best rank left when the criterion is not met."""

    code: str
    best_rank: int
    article: str = ""


@dataclass(frozen=True, slots=True)
class Required:
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
    grades: tuple[Grading, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()
    required: tuple[Required, ...] = ()


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
    grade: Grading | None = None
    points: Decimal | None = None
    points_total: Decimal | None = None
    met_count: int | None = None
    asked_count: int | None = None

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
    def reasons(self) -> dict[str, str]:
        """Sentences by criterion code: what fails, or costs points."""
        return {item.code: item.sentence for item in (*self.remarks, *self.failed) if item.code}

    @property
    def unmet(self) -> set[str]:
        """Codes of the criteria answered and not met; one that only lost some points is not among them."""
        return {item.code for item in (*self.remarks, *self.failed) if item.code and not item.partly}


def judge(
    asked: Sequence[Asked], values: Mapping[str, Value], rule: Rule = ALL_MET, results: Results = NO_RESULTS
) -> Verdict:
    """The verdict on the answers by criterion code, as the set's rule says (TT 124/2021, Điều 8.1: all met).

    Something failed: not met, whatever is still missing. Percentages are compared as whole numbers, never rounded;
    points are added as exact decimals, so their order does not matter. Answers that cannot stand (see check) count as
    missing. `results` are those of other programmes that the rule requires.
    """
    tally = _Tally(rule)
    for one in asked:
        if one.measure == "group":
            continue
        value = values.get(one.code, EMPTY)
        if plainly_met(one, value):
            tally.asked += 1
            tally.met += 1
            if one.max_points:
                tally.points += one.max_points
        else:
            tally.add(one, value)
    return FINISH[rule.outcome](tally, results)


EMPTY = Value()


@dataclass(slots=True)
class _Tally:
    """The criteria looked at so far."""

    rule: Rule
    failed: list[Finding] = field(default_factory=list)
    missing: list[Finding] = field(default_factory=list)
    lost: list[Finding] = field(default_factory=list)  # points lost by criteria that did not fail
    met: int = 0
    asked: int = 0
    points: Decimal = Decimal(0)

    def add(self, one: Asked, value: Value) -> None:
        self.asked += 1
        lacks, why = look(one, value)
        if lacks:
            self.missing.append(_of(one, why))
        elif value.not_applicable:
            self._add_not_applicable(one)
        else:
            self._add_looked(one, value, why)

    def _add_not_applicable(self, one: Asked) -> None:
        most = one.max_points or Decimal(0)
        counted = self.rule.outcome in ("grades", "number_met")
        if not counted or self.rule.not_applicable == "counts":
            self.met += 1
            self.points += most
        elif not self.rule.not_applicable:
            why = f"Tiêu chí {one.number} không áp dụng nhưng chưa đọc được trong văn bản là được tính thế nào"
            self.missing.append(_of(one, why))
        elif most:
            why = f"Tiêu chí {one.number} không áp dụng nên không được tính {plain_number(most)} điểm"
            self.lost.append(_of(one, why, partly=True))

    def _add_looked(self, one: Asked, value: Value, why: str) -> None:
        most = one.max_points or Decimal(0)
        got = (value.value or Decimal(0)) if one.measure == "points" else Decimal(0) if why else most
        self.points += got
        cost = f"mất {plain_number(most - got)} điểm" if self.rule.outcome == "grades" and got < most else ""
        if why:
            self.failed.append(_of(one, f"{why}; {cost}" if cost else why))
            return
        self.met += 1
        if cost:
            sentence = f"Tiêu chí {one.number}: được {plain_number(got)}/{plain_number(most)} điểm, {cost}"
            self.lost.append(_of(one, sentence, partly=True))


def _of(one: Asked, why: str, *, partly: bool = False) -> Finding:
    return Finding(one.code, one.number, one.article, f"{why} ({one.article}).", partly)


def _told(article: str, cite: str, sentence: str) -> Finding:
    """A finding of the whole, with its clause, or the document where the clause is not named."""
    clause = article or cite
    return Finding("", "", clause, f"{sentence} ({clause})." if clause else f"{sentence}.")


@dataclass(slots=True)
class _Asked:
    """The required results: what bars, what is not known, what keeps the grade down (rank, why)."""

    barred: list[Finding]
    unknown: list[Finding]
    kept_down: list[tuple[int, str, str]]


def _required(rule: Rule, results: Results) -> _Asked:
    found = _Asked([], [], [])
    for one in rule.required:
        result = results.get((one.programme, one.years_back))
        if result is None:
            sentence = f"Chưa có kết quả để xét điều kiện “{one.label}”"
            found.unknown.append(_told(one.article, rule.cite, sentence))
        elif not _fulfils(one, result):
            came_to = result.label or ("đạt" if result.recognised else "chưa đạt")
            why = f"chưa đủ điều kiện “{one.label}” (năm {result.year}: {came_to})"
            if one.best_rank is None:
                found.barred.append(_told(one.article, rule.cite, f"C{why[1:]}"))
            else:
                found.kept_down.append((one.best_rank, why, one.article or rule.cite))
    return found


def _fulfils(one: Required, result: Result) -> bool:
    if one.worst_rank is None:
        return result.recognised
    return result.rank is not None and result.rank <= one.worst_rank


def _all_met(tally: _Tally, results: Results) -> Verdict:
    required = _required(tally.rule, results)
    failed = tally.failed + required.barred
    missing = tally.missing + required.unknown
    return Verdict(NOT_MET if failed else INCOMPLETE if missing else MET, tuple(failed), tuple(missing))


def _number_met(tally: _Tally, results: Results) -> Verdict:
    rule, need, required = tally.rule, tally.rule.needed_met, _required(tally.rule, results)
    failed, unknown = required.barred, required.unknown
    remarks = tally.failed
    open_number = len(tally.missing)
    if need is None:
        sentence = "Chưa đọc được trong văn bản số tiêu chí phải đạt nên chưa kết luận được"
        unknown.append(_told("", rule.cite, sentence))
    elif tally.met + open_number < need:
        sentence = (
            f"Mới đạt {tally.met}/{tally.asked} tiêu chí, cần ít nhất {need}; còn thiếu {need - tally.met} tiêu chí"
        )
        if open_number:
            sentence += f", {open_number} tiêu chí chưa có số liệu có đạt hết cũng chưa đủ"
        failed = [_told("", rule.cite, sentence), *failed, *tally.failed]
        remarks = []
    open_still = need is None or tally.met < need or bool(unknown)
    outcome = NOT_MET if failed else INCOMPLETE if open_still else MET
    return Verdict(
        outcome,
        tuple(failed),
        (*tally.missing, *unknown),
        tuple(remarks),
        met_count=tally.met,
        asked_count=tally.asked,
    )


def _graded(tally: _Tally, results: Results) -> Verdict:
    rule, required = tally.rule, _required(tally.rule, results)
    failed, missing = required.barred, list(tally.missing)
    given: Grading | None = None
    remarks: list[Finding] = []
    grades = sorted(rule.grades, key=lambda one: one.rank)
    if not grades or any(one.lower_bound is None for one in grades):
        sentence = "Chưa đọc được trong văn bản mức điểm của các loại nên chưa xếp loại được"
        missing.append(_told("", rule.cite, sentence))
    elif not missing:
        reached = next((one for one in grades if tally.points >= _bound(one)), None)
        if reached is None:
            failed = [_below_all(tally, grades[-1]), *failed]
        else:
            limits = [*_ceilings(tally), *required.kept_down]
            given = _given(grades, reached, limits)
            remarks = _explained(tally, grades, reached, given, limits)
    missing += required.unknown  # also where it would change nothing yet: more points must not undo a grade given
    outcome = NOT_MET if failed else INCOMPLETE if missing else MET
    return Verdict(
        outcome,
        tuple(failed),
        tuple(missing),
        (*remarks, *tally.failed, *tally.lost),
        grade=given if outcome == MET else None,
        points=tally.points,
        points_total=rule.points_total,
    )


def _bound(one: Grading) -> Decimal:
    return one.lower_bound or Decimal(0)


def _below_all(tally: _Tally, lowest: Grading) -> Finding:
    bound = _bound(lowest)
    sentence = (
        f"Được {plain_number(tally.points)} điểm, chưa tới mức thấp nhất để xếp loại (loại {lowest.label} từ "
        f"{plain_number(bound)} điểm); còn thiếu {plain_number(bound - tally.points)} điểm"
    )
    return _told(lowest.article, tally.rule.cite, sentence)


def _ceilings(tally: _Tally) -> list[tuple[int, str, str]]:
    """What keeps the grade down: the best rank left, why, and the clause, for each capped criterion not met."""
    not_met = {item.code: item for item in tally.failed}
    return [
        (one.best_rank, f"tiêu chí {item.number} chưa đạt", one.article or item.article)
        for one in tally.rule.ceilings
        if (item := not_met.get(one.code))
    ]


def _given(grades: Sequence[Grading], reached: Grading, limits: Sequence[tuple[int, str, str]]) -> Grading:
    worst = max([reached.rank, *(rank for rank, _, _ in limits)])
    return next((one for one in grades if one.rank >= worst), grades[-1])


def _explained(
    tally: _Tally,
    grades: Sequence[Grading],
    reached: Grading,
    given: Grading,
    limits: Sequence[tuple[int, str, str]],
) -> list[Finding]:
    """What keeps the grade below the points, or how many points, and what else, the next grade asks."""
    if given.rank > reached.rank:
        start = f"Số điểm đủ loại {reached.label} nhưng chỉ được xếp cao nhất là loại"
        return [
            _told(clause, tally.rule.cite, f"{start} {_given(grades, reached, [(rank, why, clause)]).label} vì {why}")
            for rank, why, clause in limits
            if rank > reached.rank
        ]
    better = next((one for one in reversed(grades) if one.rank < reached.rank), None)
    if better is None:
        return []
    sentence = (
        f"Còn thiếu {plain_number(_bound(better) - tally.points)} điểm để đạt loại {better.label} "
        f"(từ {plain_number(_bound(better))} điểm)"
    )
    held = [why for rank, why, _ in limits if rank > better.rank]
    if held:
        sentence += f"; hiện còn bị khống chế vì {', '.join(held)}"
    return [_told(better.article, tally.rule.cite, sentence)]


FINISH = {"all_met": _all_met, "number_met": _number_met, "grades": _graded, "results_only": _all_met}
