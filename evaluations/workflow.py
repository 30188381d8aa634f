"""The life of a file: one table of transitions and the one door that moves files along it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now, TruncDate
from django.utils import timezone

from criteria.enums import Measure
from criteria.models import Grade
from criteria.queries import asked_of
from criteria.rules import Verdict
from portal.core.errors import Refused
from units.models import Unit, User

from . import permissions, queries
from .enums import FINAL, CycleStatus, State
from .models import ACTING, Evaluation, Event


@dataclass(frozen=True)
class Facts:
    """What an obstacle is judged on."""

    verdict: Verdict = Verdict("incomplete", (), ())
    papers_missing: tuple[str, ...] = ()  # numbers of the criteria a paper must show
    dossier_missing: tuple[str, ...] = ()  # papers the dossier itself must hold


def nothing(file: Evaluation, facts: Facts) -> str:
    return ""


def _unanswered(file: Evaluation, verdict: Verdict) -> list[str]:
    """Numbers of the criteria without an answer; what the portal derives is nobody's to give."""
    derived = {line.code for line in asked_of(file.criteria_set) if line.measure == Measure.DERIVED}
    return [item.number for item in verdict.missing if item.code and item.code not in derived]


def gaps_in_answers(file: Evaluation, facts: Facts) -> str:
    if open_numbers := _unanswered(file, facts.verdict):
        return f"Còn {len(open_numbers)} tiêu chí chưa có số liệu: {', '.join(open_numbers)}. Hãy nhập đủ rồi gửi."
    if facts.papers_missing:
        return f"Còn thiếu minh chứng cho tiêu chí {', '.join(facts.papers_missing)}. Hãy đính kèm rồi gửi."
    if facts.dossier_missing:
        return f"Hồ sơ còn thiếu: {'; '.join(facts.dossier_missing)}. Hãy đính kèm rồi gửi."
    return ""


def gaps_in_appraisal(file: Evaluation, facts: Facts) -> str:
    if open_numbers := _unanswered(file, facts.verdict):
        return f"Còn {len(open_numbers)} tiêu chí chưa thẩm định: {', '.join(open_numbers)}."
    return ""


def not_met(file: Evaluation, facts: Facts) -> str:
    """Only a file whose appraised answers come to an outcome worth recognising may be proposed (see rules.judge)."""
    if facts.verdict.outcome == "met":
        return ""
    reasons = [item.sentence for item in (*facts.verdict.failed, *facts.verdict.missing)]
    return f"{file.unit_name} chưa đủ điều kiện công nhận: {' '.join(reasons)}"


@dataclass(frozen=True)
class Transition:
    """One permitted move; `side` names the answers its obstacle is judged on."""

    action: str
    label: str
    sources: tuple[State, ...]
    target: State
    who: Callable[[User, Evaluation], bool]
    obstacle: Callable[[Evaluation, Facts], str] = nothing
    side: str = ""
    needs_reason: bool = False
    has_button: bool = True
    after_closing: bool = False  # may still be done once the year is locked
    style: str = ""
    confirm: str = ""


TRANSITIONS = {
    item.action: item
    for item in (
        Transition("register", "Đăng ký", (State.EXPECTED,), State.REGISTERED, permissions.may_enter, style="primary"),
        Transition(
            "submit",
            "Gửi thẩm định",
            (State.REGISTERED, State.RETURNED),
            State.SUBMITTED,
            permissions.may_enter,
            gaps_in_answers,
            queries.OWN,
            style="primary",
            confirm="Sau khi gửi, hồ sơ không sửa được nữa trừ khi bị trả lại. Gửi thẩm định?",
        ),
        Transition(
            "withdraw",
            "Đưa ra khỏi diện xét",
            (State.EXPECTED, State.REGISTERED),
            State.WITHDRAWN,
            permissions.may_excuse,
            needs_reason=True,
            style="danger",
            confirm="Đơn vị sẽ không được xét trong năm nay. Tiếp tục?",
        ),
        Transition(
            "restore",
            "Đưa lại vào diện xét",
            (State.WITHDRAWN,),
            State.EXPECTED,
            permissions.may_excuse,
            needs_reason=True,
        ),
        Transition(
            "return",
            "Trả lại",
            (State.SUBMITTED, State.APPRAISED),
            State.RETURNED,
            permissions.may_appraise,
            needs_reason=True,
            style="danger",
        ),
        Transition(
            "appraise",
            "Hoàn thành thẩm định",
            (State.SUBMITTED,),
            State.APPRAISED,
            permissions.may_appraise,
            gaps_in_appraisal,
            queries.APPRAISED,
            style="primary",
        ),
        Transition(
            "table", "Đưa vào phiên họp", (State.APPRAISED,), State.TABLED, permissions.may_table, has_button=False
        ),
        Transition(
            "untable", "Rút khỏi phiên họp", (State.TABLED,), State.APPRAISED, permissions.may_table, has_button=False
        ),
        Transition(
            "propose",
            "Phiên họp đề nghị công nhận",
            (State.TABLED,),
            State.PROPOSED,
            permissions.may_decide,
            not_met,
            queries.APPRAISED,
            has_button=False,
        ),
        Transition(
            "decline",
            "Phiên họp kết luận chưa đạt",
            (State.TABLED,),
            State.DECLINED,
            permissions.may_decide,
            needs_reason=True,
            has_button=False,
        ),
        Transition(
            "recognise", "Công nhận", (State.PROPOSED,), State.RECOGNISED, permissions.may_decide, has_button=False
        ),
        Transition(
            "reconsider",
            "Xem xét lại",
            (State.DECLINED,),
            State.APPRAISED,
            permissions.may_table,
            needs_reason=True,
            confirm="Hồ sơ trở lại bước đã thẩm định để đưa vào phiên họp khác. Tiếp tục?",
        ),
        Transition(
            "revoke",
            "Thu hồi công nhận",
            (State.RECOGNISED,),
            State.REVOKED,
            permissions.may_revoke,
            needs_reason=True,
            has_button=False,
            after_closing=True,
            style="danger",
        ),
    )
}


@dataclass
class Moved:
    """What became of the files asked to move."""

    done: list[Evaluation] = field(default_factory=list)
    refused: list[tuple[Evaluation, str]] = field(default_factory=list)


def advance(evaluation: Evaluation, action: str, *, by: User, comment: str = "") -> Evaluation:
    """Move one file; raises Refused with the sentence that says what stands in the way."""
    moved = advance_many([evaluation.pk], action, by=by, comment=comment)
    if moved.refused:
        raise Refused(moved.refused[0][1])
    if not moved.done:
        raise Refused("Không tìm thấy hồ sơ. Hãy tải lại trang.")
    return moved.done[0]


@transaction.atomic
def advance_many(ids: Iterable[int], action: str, *, by: User, comment: str | Mapping[int, str] = "") -> Moved:
    """The one door: lock the files, re-read them, ask who / from where / what stands in the way, move and log.

    `comment` is one for all files or a mapping from file id to its own.

    Files that may not move are returned with their sentence; the others move together, each with its event.
    A fixed number of statements whatever the number of files. Files lock in the order of their ids.
    """
    step = TRANSITIONS[action]
    ids = list(ids)
    comments = defaultdict(str, comment) if isinstance(comment, Mapping) else dict.fromkeys(ids, comment)
    files = list(
        Evaluation.objects.select_for_update(of=("self",))
        .filter(pk__in=ids)
        .select_related("criteria_set__document")
        .prefetch_related("cycle")  # after the wait: a row joined to the ones waited for would be as old as the wait
        .order_by("pk")
    )
    moved = Moved()
    able = []
    stale = []
    for file in files:
        if file.cycle.status != CycleStatus.OPEN and not step.after_closing:
            moved.refused.append((file, f"Kỳ đánh giá năm {file.cycle.year} đã khoá sổ."))
        elif file.state not in step.sources:
            stale.append(file)
        elif not step.who(by, file):
            moved.refused.append((file, _not_yours(by, file, step)))
        elif step.needs_reason and not comments[file.pk].strip():
            moved.refused.append((file, f"“{step.label}” phải ghi rõ lý do."))
        else:
            able.append(file)
    moved.refused += _moved_on(stale, step)
    facts = _facts(able, step)
    going = []
    for file in able:
        if sentence := step.obstacle(file, facts[file.pk]):
            moved.refused.append((file, sentence))
        else:
            going.append(file)
    if step.action == "propose":
        _conclude(going, facts)
    _write(going, step, by, comments)
    moved.done = going
    return moved


@transaction.atomic
def follow_reform(ids: Iterable[int], targets: Mapping[int, str] | State, *, label: str, by: User | None, comment: str):
    """Files whose unit a reorganisation ends, or brings back: the new state and an event, no right asked again.

    The door of the reorganisation has asked; `targets` is one state for all or a mapping from file id to its own.
    Returns the files with the state they had.
    """
    files = list(Evaluation.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)).order_by("pk"))
    by_state: dict[str, list[int]] = defaultdict(list)
    for file in files:
        by_state[targets if isinstance(targets, State) else targets[file.pk]].append(file.pk)
    for state, pks in by_state.items():
        Evaluation.objects.filter(pk__in=pks).update(state=state)
    Event.objects.bulk_create(
        Event(
            evaluation=file,
            action="reform",
            label=label,
            source=file.state,
            target=targets if isinstance(targets, State) else targets[file.pk],
            by=by,
            by_post=str(by) if by else "Quản trị hệ thống (dòng lệnh)",
            comment=comment,
        )
        for file in files
    )
    return files


def available(evaluation: Evaluation, user: User) -> list[Transition]:
    """The moves the user may make now: the page's buttons, read from the door's own table."""
    if evaluation.cycle.status != CycleStatus.OPEN:
        return []
    return [
        step
        for step in TRANSITIONS.values()
        if step.has_button and evaluation.state in step.sources and step.who(user, evaluation)
    ]


def _facts(files: list[Evaluation], step: Transition) -> dict[int, Facts]:
    if not step.side or not files:
        return {file.pk: Facts() for file in files}
    answers = queries.answers_of(files)
    judged = queries.verdicts(files, step.side, answers)
    sending = step.side == queries.OWN
    papers = queries.missing_evidence(files, answers) if sending else {}
    dossiers = queries.missing_papers(files) if sending else {}
    return {
        file.pk: Facts(judged[file.pk], tuple(papers.get(file.pk, ())), tuple(dossiers.get(file.pk, ())))
        for file in files
    }


def _conclude(files: list[Evaluation], facts: Mapping[int, Facts]) -> None:
    """Keep what the verdict came to beside the state: the grade and points, or how many criteria were met."""
    counted = [file for file in files if facts[file.pk].verdict.tally]
    if not counted:
        return
    rows = Grade.objects.filter(criteria_set__in={file.criteria_set_id for file in counted})
    grades = {(one.criteria_set_id, one.rank): one for one in rows}
    for file in counted:
        verdict = facts[file.pk].verdict
        file.grade = grades[file.criteria_set_id, verdict.grade.rank] if verdict.grade else None
        file.points, file.met_count = verdict.points, verdict.met_count
    Evaluation.objects.bulk_update(counted, ["grade", "points", "met_count"], batch_size=500)


def _write(files: list[Evaluation], step: Transition, by: User, comments: Mapping[int, str]) -> None:
    if not files:
        return
    by_action: dict[str, dict[str, Any]] = {
        "register": {"registered_on": TruncDate(Now())},
        "submit": {"submitted_by": by, "submitted_at": Now()},
        "appraise": {"appraised_by": by, "appraised_at": Now()},
    }
    stamps = by_action.get(step.action, {})
    Evaluation.objects.filter(pk__in=[file.pk for file in files]).update(state=step.target, **stamps)
    if step.sources[0] in FINAL and step.target not in FINAL:
        Evaluation.objects.bulk_update(hand_on(files), ACTING, batch_size=500)
    Event.objects.bulk_create(
        Event(
            evaluation=file,
            action=step.action,
            label=step.label,
            source=file.state,
            target=step.target,
            by=by,
            by_post=str(by),
            comment=comments[file.pk].strip(),
        )
        for file in files
    )
    for file in files:
        file.state = step.target
        if step.action == "submit":
            file.submitted_by = by


def hand_on(files: Iterable[Evaluation]) -> list[Evaluation]:
    """Let who took over act where the acting place has ended; returns the files that changed, none saved. One query."""
    files = list(files)
    heirs = Unit.objects.filter(pk__in={getattr(file, f"{column}_id") for file in files for column in ACTING}).heirs()
    moved = [file for file in files if any(getattr(file, f"{column}_id") in heirs for column in ACTING)]
    for file in moved:
        for column in ACTING:
            place = getattr(file, f"{column}_id")
            setattr(file, f"{column}_id", heirs.get(place, place))
    return moved


def _not_yours(by: User, file: Evaluation, step: Transition) -> str:
    unsent = copy(file)
    unsent.submitted_by_id = None
    if file.submitted_by_id == by.pk and step.who(by, unsent):  # having sent it is all that stands in the way
        return "Người gửi hồ sơ không được thẩm định hoặc quyết định hồ sơ của chính mình."
    return f"Tài khoản của đồng chí không có quyền “{step.label}” đối với hồ sơ này."


def _moved_on(files: list[Evaluation], step: Transition) -> list[tuple[Evaluation, str]]:
    """What the files not where the step starts are told: their state, who put them there and when; one query."""
    if not files:
        return []
    moves = Event.objects.filter(evaluation__in=files).exclude(source=F("target")).order_by("at", "pk")
    last = {event.evaluation_id: event for event in moves}
    sentences = []
    for file in files:
        event = last.get(file.pk)
        told = f" ({event.label.lower()} lúc {moment_text(event.at)}, {event.by_post})" if event else ""
        sentences.append(
            f"Không thể “{step.label}”: hồ sơ {file.unit_name} đang ở tình trạng “{file.get_state_display()}”{told}. "
            "Hãy tải lại trang để xem."
        )
    return list(zip(files, sentences, strict=True))


def moment_text(moment) -> str:
    """A moment as officials read it: 09:14 ngày 05/11/2024."""
    return timezone.localtime(moment).strftime("%H:%M ngày %d/%m/%Y")
