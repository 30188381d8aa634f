"""What other apps do when the tree changes."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ..models import User
from .facts import Plan, Ref, UnderWay


class Follower(Protocol):
    """What another app does when the tree changes, in the same transaction; `name` keys what it needs to undo it.
    `check_undo` raises Refused where undoing cannot be, and only reads; `undo` asks it first."""

    name: str

    def problems(self, plan: Plan) -> Iterable[str]: ...
    def warnings(self, plan: Plan) -> Iterable[str]: ...
    def waiting(self, plan: Plan) -> list[UnderWay]: ...
    def apply(self, plan: Plan, ids: Mapping[Ref, int], by: User | None) -> Any: ...
    def check_undo(self, before: Any) -> None: ...
    def undo(self, before: Any) -> None: ...


FOLLOWERS: list[Follower] = []  # apps above register theirs when they are ready
