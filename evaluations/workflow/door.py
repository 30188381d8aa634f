"""The one door that moves dossiers along the table of transitions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from portal.core.errors import Refused
from portal.core.vietnamese.moments import moment_text
from units.models import User

from ..enums import Action
from ..models import Evaluation, Event
from .obstacles import Moving, moving_dossiers
from .transitions import TRANSITIONS, Transition

Comments = str | Mapping[int, str]  # one for all dossiers, or each its own by id
OPERATOR = "Quản trị hệ thống (dòng lệnh)"


@dataclass
class Moved:
    """What became of the dossiers asked to move."""

    done: list[Evaluation] = field(default_factory=list)
    refused: list[tuple[Evaluation, str]] = field(default_factory=list)
    before: dict[int, str] = field(default_factory=dict)  # of those that moved, the state they had


def advance(dossier: Evaluation, action: Action, *, by: User, comment: str = "") -> Evaluation:
    """Move one dossier; raises Refused with the sentence that says what stands in the way."""
    moved = advance_many([dossier.pk], action, by=by, comment=comment)
    if moved.refused:
        raise Refused(moved.refused[0][1])
    if not moved.done:
        raise Refused("Không tìm thấy hồ sơ. Hãy tải lại trang.")
    return moved.done[0]


@transaction.atomic
def advance_many(
    ids: Iterable[int],
    action: Action,
    *,
    by: User | None,
    comment: Comments = "",
    targets: Mapping[int, str] | None = None,
) -> Moved:
    """Lock the dossiers, re-read them, ask who / from where / what stands in the way, move and log.

    Those that may not move are returned with their sentence; the others move together, each with its event. A fixed
    number of statements whatever their number; they lock in the order of their ids. `by` is None for the command line,
    and only where the move belongs to another door; `targets` are the states of a move that has none of its own.
    """
    step = TRANSITIONS[action]
    ids = list(ids)
    comments = defaultdict(str, comment) if isinstance(comment, Mapping) else dict.fromkeys(ids, comment)
    moved = Moved()
    able = _allowed(_locked(ids), step, by, comments, moved)
    moving = moving_dossiers(able, step.side) if step.side else {}
    for dossier in able:
        if step.obstacle and (sentence := step.obstacle(moving[dossier.pk])):
            moved.refused.append((dossier, sentence))
        else:
            moved.done.append(dossier)
    moved.before = {dossier.pk: dossier.state for dossier in moved.done}
    if moved.done:
        _write(moved.done, step, by, comments, moving, targets or {})
    return moved


def _locked(ids: list[int]) -> list[Evaluation]:
    # The year is read after the wait: a row joined to the ones waited for would be as old as the wait.
    return list(
        Evaluation.objects.select_for_update(of=("self",))
        .filter(pk__in=ids)
        .select_related("criteria_set__document")
        .prefetch_related("cycle")
        .order_by("pk")
    )


def _allowed(
    dossiers: list[Evaluation], step: Transition, by: User | None, comments: Mapping[int, str], moved: Moved
) -> list[Evaluation]:
    """Those the person may move from where they stand; the others are told why in `moved`."""
    able, stale = [], []
    for dossier in dossiers:
        if not dossier.cycle.is_open and not step.after_closing:
            moved.refused.append((dossier, f"Kỳ đánh giá năm {dossier.cycle.year} đã khoá sổ."))
        elif dossier.state not in step.sources:
            stale.append(dossier)
        elif step.who and not _may(step, by, dossier):
            moved.refused.append((dossier, _not_yours(by, dossier, step)))
        elif step.needs_reason and not comments[dossier.pk].strip():
            moved.refused.append((dossier, f"“{step.label}” phải ghi rõ lý do."))
        else:
            able.append(dossier)
    moved.refused += _moved_on(stale, step)
    return able


def _may(step: Transition, by: User | None, dossier: Evaluation) -> bool:
    return by is not None and step.who is not None and step.who(by, dossier)


def _write(
    dossiers: list[Evaluation],
    step: Transition,
    by: User | None,
    comments: Mapping[int, str],
    moving: Mapping[int, Moving],
    targets: Mapping[int, str],
) -> None:
    """State, stamps, effect and events together; a statement a target and a few for all of it."""
    if step.effect:
        step.effect(dossiers, moving)
    stamps = step.stamps(by) if step.stamps else {}
    going = {dossier.pk: step.target or targets[dossier.pk] for dossier in dossiers}
    going |= step.back_to(dossiers) if step.back_to else {}
    by_target: dict[str, list[int]] = defaultdict(list)
    for dossier in dossiers:
        by_target[going[dossier.pk]].append(dossier.pk)
    for target, pks in by_target.items():
        Evaluation.objects.filter(pk__in=pks).update(state=target, **stamps)
    Event.objects.bulk_create(
        Event(
            evaluation=dossier,
            action=step.action,
            label=step.label,
            source=dossier.state,
            target=going[dossier.pk],
            by=by,
            by_post=str(by) if by else OPERATOR,
            comment=_said(dossier.pk, step, comments, moving),
        )
        for dossier in dossiers
    )
    for dossier in dossiers:
        dossier.state = going[dossier.pk]
        if "submitted_by" in stamps:
            dossier.submitted_by = by


def _said(pk: int, step: Transition, comments: Mapping[int, str], moving: Mapping[int, Moving]) -> str:
    own = comments[pk].strip()
    beside = step.told(moving[pk]) if step.told else ""
    return f"{own}\n{beside}".strip()


def _not_yours(by: User | None, dossier: Evaluation, step: Transition) -> str:
    unsent = copy(dossier)
    unsent.submitted_by_id = None
    if by and dossier.submitted_by_id == by.pk and _may(step, by, unsent):  # having sent it is all that is in the way
        return "Người gửi hồ sơ không được thẩm định hoặc quyết định hồ sơ của chính mình."
    return f"Tài khoản của đồng chí không có quyền “{step.label}” đối với hồ sơ này."


def _moved_on(dossiers: list[Evaluation], step: Transition) -> list[tuple[Evaluation, str]]:
    """What those not where the step starts are told: their state, who put them there and when; one query."""
    if not dossiers:
        return []
    moves = Event.objects.filter(evaluation__in=dossiers).exclude(source=F("target")).order_by("at", "pk")
    last = {event.evaluation_id: event for event in moves}
    told = []
    for dossier in dossiers:
        event = last.get(dossier.pk)
        how = f" ({event.label.lower()} lúc {moment_text(event.at)}, {event.by_post})" if event else ""
        told.append(
            (
                dossier,
                f"Không thể “{step.label}”: hồ sơ {dossier.unit_name} đang ở tình trạng "
                f"“{dossier.get_state_display()}”{how}. Hãy tải lại trang để xem.",
            )
        )
    return told
