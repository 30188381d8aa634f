"""What somebody else writes between two statements of a request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def meanwhile(words: str, act: Callable) -> Iterator[list[str]]:
    """Let `act` be done right after the first statement that has the words; yields a list that then holds it."""
    came: list[str] = []

    def watch(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if words in sql and not came:
            came.append(sql)
            act()
        return result

    with connection.execute_wrapper(watch):
        yield came
