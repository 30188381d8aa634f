"""The table of transitions: every move a dossier can make, who may make it, what stands in the way, what it does."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from units.models import User

from .. import permissions
from ..enums import LEFT_OUT, UNDER_WAY, Action, Side, State
from ..judging.dossiers import JudgedDossier
from ..models import Evaluation
from . import effects, obstacles
from .obstacles import Moving

Who = Callable[[User, Evaluation], bool]
Obstacle = Callable[[Moving], str]
Stamps = Callable[[User | None], dict[str, Any]]
Told = Callable[[Moving], str]
Effect = Callable[[Iterable[Evaluation], Mapping[int, Moving]], None]


@dataclass(frozen=True)
class Transition:
    """One permitted move.

    `side` names the answers its obstacle judges; `stamps` are columns written with the state, `effect` runs before it
    is written, `told` stands in the log beside the mover's own words. A move without `who` belongs to another door,
    which has asked for the right (a reorganisation's). One without a target gives each dossier the state the caller
    names; `back_to` names another than the target for some.
    """

    action: Action
    sources: tuple[State, ...]
    target: State | None
    who: Who | None = None
    obstacle: Obstacle | None = None
    side: Side | None = None
    stamps: Stamps | None = None
    effect: Effect | None = None
    told: Told | None = None
    back_to: Callable[[Iterable[Evaluation]], Mapping[int, str]] | None = None
    needs_reason: bool = False
    has_button: bool = False
    after_closing: bool = False  # may still be done once the year is locked
    style: str = ""
    confirm: str = ""
    offered_while_clear: bool = False  # whoever may make it cannot clear its obstacle: no button while it stands
    done: str = ""  # the sentence told after its button, "{}" being the unit

    @property
    def label(self) -> str:
        return str(self.action.label)


TRANSITIONS: dict[Action, Transition] = {
    item.action: item
    for item in (
        Transition(
            Action.REGISTER,
            (State.EXPECTED,),
            State.REGISTERED,
            permissions.may_enter,
            stamps=effects.registered,
            has_button=True,
            done="Đã đăng ký {}.",
            style="primary",
        ),
        Transition(
            Action.SUBMIT,
            (State.REGISTERED, State.RETURNED),
            State.SUBMITTED,
            permissions.may_enter,
            obstacles.gaps_in_answers,
            Side.OWN,
            stamps=effects.submitted,
            told=effects.sent_unconfirmed,
            has_button=True,
            done="Đã gửi thẩm định hồ sơ {}.",
            style="primary",
            confirm="Sau khi gửi, hồ sơ không sửa được nữa trừ khi rút lại hoặc bị trả lại. Gửi thẩm định?",
        ),
        Transition(
            Action.RECALL,
            (State.SUBMITTED,),
            State.REGISTERED,
            permissions.may_enter,
            obstacles.appraisal_begun,
            Side.APPRAISED,
            back_to=effects.sent_from,
            needs_reason=True,
            has_button=True,
            offered_while_clear=True,
            done="Đã rút lại hồ sơ {}. Sửa xong, đồng chí gửi thẩm định lại.",
        ),
        Transition(
            Action.WITHDRAW,
            (State.EXPECTED, State.REGISTERED),
            State.WITHDRAWN,
            permissions.may_excuse,
            needs_reason=True,
            has_button=True,
            done="Đã đưa {} ra khỏi diện xét.",
            style="danger",
            confirm="Đơn vị sẽ không được xét trong năm nay, nhưng vẫn nằm trong tổng số để tính tỷ lệ "
            "cho đến khi cấp trên đồng ý đưa ra khỏi diện tính. Tiếp tục?",
        ),
        Transition(
            Action.EXCLUDE,
            (State.WITHDRAWN,),
            State.EXCLUDED,
            permissions.may_exclude,
            needs_reason=True,
            has_button=True,
            done="Đã đồng ý đưa {} ra khỏi diện tính.",
            confirm="Đơn vị sẽ không còn trong tổng số để tính tỷ lệ của xã và bảng tổng hợp. Tiếp tục?",
        ),
        Transition(
            Action.RESTORE,
            LEFT_OUT,
            State.EXPECTED,
            permissions.may_excuse,
            effect=effects.wake,
            needs_reason=True,
            has_button=True,
            done="Đã đưa {} lại vào diện xét.",
        ),
        Transition(
            Action.RETURN,
            (State.SUBMITTED, State.APPRAISED),
            State.RETURNED,
            permissions.may_appraise,
            needs_reason=True,
            has_button=True,
            done="Đã trả lại hồ sơ {}.",
            style="danger",
        ),
        Transition(
            Action.APPRAISE,
            (State.SUBMITTED,),
            State.APPRAISED,
            permissions.may_appraise,
            obstacles.gaps_in_appraisal,
            Side.APPRAISED,
            stamps=effects.appraised,
            has_button=True,
            done="Đã hoàn thành thẩm định hồ sơ {}.",
            style="primary",
        ),
        Transition(Action.TABLE, (State.APPRAISED,), State.TABLED, permissions.may_table),
        Transition(Action.UNTABLE, (State.TABLED,), State.APPRAISED, permissions.may_table),
        Transition(
            Action.PROPOSE,
            (State.TABLED,),
            State.PROPOSED,
            permissions.may_decide,
            obstacles.not_met,
            Side.APPRAISED,
            effect=effects.conclude,
        ),
        Transition(
            Action.DECLINE,
            (State.TABLED,),
            State.DECLINED,
            permissions.may_decide,
            obstacles.undecided,
            Side.APPRAISED,
            needs_reason=True,
        ),
        Transition(Action.DEFER, (State.TABLED,), State.APPRAISED, permissions.may_decide, needs_reason=True),
        Transition(Action.RECOGNISE, (State.PROPOSED,), State.RECOGNISED, permissions.may_decide),
        Transition(
            Action.RECONSIDER,
            (State.DECLINED,),
            State.APPRAISED,
            permissions.may_table,
            effect=effects.wake,
            needs_reason=True,
            has_button=True,
            done="Đã chuyển hồ sơ {} về bước đã thẩm định để xem xét lại.",
            confirm="Hồ sơ trở lại bước đã thẩm định để đưa vào phiên họp khác. Tiếp tục?",
        ),
        Transition(
            Action.REVOKE,
            (State.RECOGNISED,),
            State.REVOKED,
            permissions.may_revoke,
            needs_reason=True,
            after_closing=True,
            style="danger",
        ),
        # A reorganisation ends the unit, or its undoing brings the dossier back: its own door has asked for the right.
        Transition(Action.REFORM, UNDER_WAY, State.EXCLUDED),
        Transition(Action.REFORM_UNDONE, (State.EXCLUDED,), None),
    )
}


def available(dossier: Evaluation, user: User, judged: JudgedDossier | None = None) -> list[Transition]:
    """The moves the user may make now: the page's buttons, read from the door's own table.

    With the dossier judged, moves whose obstacle the user could not clear are left out.
    """
    if not dossier.cycle.is_open:
        return []
    return [
        step
        for step in TRANSITIONS.values()
        if step.has_button
        and step.who
        and dossier.state in step.sources
        and step.who(user, dossier)
        and not (judged and step.offered_while_clear and step.obstacle and step.obstacle(Moving(judged)))
    ]
