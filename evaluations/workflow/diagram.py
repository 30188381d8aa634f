"""The table of transitions as a diagram of states, for docs/architecture.md."""

from collections.abc import Iterator

from ..enums import State
from .transitions import TRANSITIONS


def diagram() -> str:
    """Mermaid text: an arrow a source and move, in the order of the table; several moves on one way share an arrow."""
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.EXPECTED}", *_arrows()])


def _arrows() -> Iterator[str]:
    ways: dict[tuple[str, str], list[str]] = {}
    for step in TRANSITIONS.values():
        for source in step.sources:
            ways.setdefault((source, step.target or "where_it_was"), []).append(step.action)
    for (start, end), actions in ways.items():
        yield f"    {start} --> {end}: {', '.join(actions)}"
