"""What other apps do when the tree changes."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ..models import User
from .facts import Plan, Ref, UnderWay


class Follower(Protocol):
    """What another app does when the tree changes, in the same transaction; `name` keys what it needs to undo it."""

    name: str

    def problems(self, made: Plan) -> Iterable[str]: ...
    def waiting(self, made: Plan) -> list[UnderWay]: ...
    def apply(self, made: Plan, ids: Mapping[Ref, int], by: User | None) -> Any: ...
    def undo(self, kept: Any) -> None: ...


FOLLOWERS: list[Follower] = []  # apps above register theirs when they are ready
