"""What other apps do when the tree changes."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ..models import User
from .facts import Plan, Ref, UnderWay


class Follower(Protocol):
    """What another app does when the tree changes, in the same transaction; `name` keys what it needs to undo it."""

    name: str

    def problems(self, plan: Plan) -> Iterable[str]: ...
    def waiting(self, plan: Plan) -> list[UnderWay]: ...
    def apply(self, plan: Plan, ids: Mapping[Ref, int], by: User | None) -> Any: ...
    def undo(self, before: Any) -> None: ...


FOLLOWERS: list[Follower] = []  # apps above register theirs when they are ready
