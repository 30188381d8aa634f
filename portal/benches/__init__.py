"""Measuring the portal against plain ways of doing the same: what every bench shares.

A bench is a function `(options) -> list[Row]` registered by `@bench`; it leaves nothing behind in the database.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from django.db import connection, transaction

BENCHES: list[Callable[["Options"], list["Measured"]]] = []


@dataclass(frozen=True)
class Options:
    rounds: int = 7
    provinces: int = 34
    files: int = 4_400  # of one province and year
    pdf_rows: tuple[int, ...] = (209, 2_300)
    evaluations: int = 4_000  # judged; 100.000 for the figure of docs/performance.md
    exported: int = 20_000  # units of a list given out; 50.000 for the figure of docs/performance.md


@dataclass(frozen=True)
class Measured:
    """One thing measured beside its yardstick; `ratio` is ours to theirs unless `higher` says theirs to ours."""

    name: str
    ours: float
    theirs: float
    unit: str
    goal: str
    ratio: float
    met: bool


def at_most(name: str, ours: float, theirs: float, goal: float, *, unit: str = "ms") -> Measured:
    ratio = ours / theirs
    return Measured(name, round(ours, 3), round(theirs, 3), unit, f"≤ {goal} ×", round(ratio, 3), ratio <= goal)


def faster(name: str, ours: float, theirs: float, goal: float, *, unit: str = "ms") -> Measured:
    ratio = theirs / ours
    return Measured(
        name, round(ours, 3), round(theirs, 3), unit, f"≥ {goal} × nhanh hơn", round(ratio, 3), ratio >= goal
    )


def below(name: str, ours: float, theirs: float, goal: float, *, unit: str) -> Measured:
    """A ceiling on our own figure; theirs is shown beside it."""
    return Measured(
        name, round(ours, 1), round(theirs, 1), unit, f"≤ {goal} {unit}", round(ours / theirs, 3), ours <= goal
    )


def at_least(name: str, ours: float, theirs: float, goal: float, *, unit: str) -> Measured:
    """A floor under our own figure; theirs is shown beside it."""
    return Measured(
        name, round(ours, 1), round(theirs, 1), unit, f"≥ {goal} {unit}", round(ours / theirs, 3), ours >= goal
    )


def bench(function):
    BENCHES.append(function)
    return function


def timed(*ways: Callable, rounds: int) -> list[float]:
    """Median milliseconds of each way. The ways take turns, in changing order, so that a slow moment of the machine
    hits all of them; each runs once unmeasured before it is measured, so that none pays for its neighbour's cache."""
    taken: list[list[float]] = [[] for _ in ways]
    for turn in range(rounds):
        places = range(len(ways)) if turn % 2 else reversed(range(len(ways)))
        for place in places:
            ways[place]()
            start = time.perf_counter()
            ways[place]()
            taken[place].append(1000 * (time.perf_counter() - start))
    return [median(times) for times in taken]


def only_on_postgresql(what: str) -> bool:
    """True, and said on the screen, where this database is not the one the bench is for."""
    if connection.vendor == "postgresql":
        return False
    print(f"{what}: bỏ qua, chỉ đo trên PostgreSQL (đặt DATABASE_URL).")  # noqa: T201 -- a command's answer
    return True


def count_the_tables() -> None:
    """Let the planner look at what was just written, as a running database does by itself; none is done on SQLite."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def sweep() -> None:
    """Clear away the dead rows of benches before: they were rolled back, and would be read over by the next."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")


class Undo(Exception):
    pass


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction whose rows never stay."""
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass
