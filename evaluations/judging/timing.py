"""Whether a dossier's registration and resolution are dated within the time its criteria set gives for them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from criteria.enums import Step
from criteria.judging.values import CriterionSpec
from criteria.judging.verdicts import INCOMPLETE, MET, NOT_MET, Finding, Verdict
from criteria.models import Deadline
from criteria.queries import specs_of

from ..enums import NOT_REGISTERED, Origin, Side
from ..models import Evaluation


def asks_for_dates(criteria: Iterable[CriterionSpec]) -> bool:
    """Whether the set has something done by a quarter of the year, which dated papers must show."""
    return any(line.due_quarter for line in criteria)


def undated(dossier: Evaluation, criteria: Iterable[CriterionSpec]) -> tuple[str, ...]:
    """Papers whose day a registered dossier does not give, so that nobody can check it was in time."""
    if dossier.state in NOT_REGISTERED or dossier.origin == Origin.HISTORY or not asks_for_dates(criteria):
        return ()
    dated = (("bản đăng ký", dossier.signed_up_on), ("nghị quyết", dossier.resolution_on))
    return tuple(what for what, day in dated if not day)


def registering_days(dossiers: Iterable[Evaluation]) -> dict[int | None, Deadline]:
    """The last day to register by route, of the dossiers that give a date; one query, none where none does."""
    routes = {dossier.route_id for dossier in dossiers if dossier.signed_up_on or dossier.resolution_on}
    if not routes:
        return {}
    return {one.route_id: one for one in Deadline.objects.filter(route__in=routes, step=Step.REGISTER)}


def out_of_time(dossier: Evaluation, deadline: Deadline | None) -> tuple[Finding, ...]:
    """What the dossier dates outside the time: from the first day of the quarter asked for to the last day to register.

    Both are data of the set (TT 124/2021, Điều 4.1: quý I); without them nothing is checked.
    """
    if deadline is None:
        return ()
    quarters = [line.due_quarter for line in specs_of(dossier.criteria_set) if line.due_quarter]
    if not quarters:
        return ()
    year = dossier.cycle.year
    first, last = date(year, 3 * min(quarters) - 2, 1), deadline.last_day(year)
    dated = (("Bản đăng ký", dossier.signed_up_on), ("Nghị quyết", dossier.resolution_on))
    return tuple(
        Finding(
            "",
            "",
            deadline.article,
            f"{what} ghi ngày {day:%d/%m/%Y}, ngoài thời gian từ {first:%d/%m/%Y} đến {last:%d/%m/%Y} "
            f"({deadline.article}).",
        )
        for what, day in dated
        if day and not first <= day <= last
    )


def with_timing(verdict: Verdict, late: Sequence[Finding], dossier: Evaluation, side: str) -> Verdict:
    """The verdict, saying what is out of time; on the appraisers' side it waits for their decision and follows it."""
    if not late:
        return verdict
    if side == Side.OWN:
        told = tuple(replace(one, sentence=f"{one.sentence} Nơi thẩm định quyết định, có lý do.") for one in late)
        return replace(verdict, remarks=(*told, *verdict.remarks))
    if dossier.timing_accepted is None:
        told = tuple(replace(one, sentence=f"{one.sentence} Nơi thẩm định chưa quyết định.") for one in late)
        outcome = INCOMPLETE if verdict.outcome == MET else verdict.outcome
        return replace(verdict, outcome=outcome, missing=(*verdict.missing, *told), grade=None)
    word = "Được chấp nhận" if dossier.timing_accepted else "Không được chấp nhận"
    decided = f"{word}: {dossier.timing_reason.rstrip('. ')}."  # another sentence may follow
    told = tuple(replace(one, sentence=f"{one.sentence} {decided}") for one in late)
    if dossier.timing_accepted:
        return replace(verdict, remarks=(*told, *verdict.remarks))
    return replace(verdict, outcome=NOT_MET, failed=(*told, *verdict.failed), grade=None)
