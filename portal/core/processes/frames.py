"""Room for the frames of deep calls.

CPython 3.11 and 3.12 keep the frames of running functions in chunks of 16 KB. Where a loop deep in the stack calls over
the end of a chunk, each call takes a new chunk from the operating system and gives it back: measured here, a third of
the time of a page on a virtual machine (https://github.com/python/cpython/issues/142183, mended in 3.13). A function
whose own frame asks for more than a chunk is given one of its own size, rounded up to a power of two, and what it calls
lives in the rest of it.
"""

from collections.abc import Callable
from typing import Any

WORDS = 70_000  # of 8 bytes: 547 KB in a chunk of 1 MB, the rest of which holds some thousand frames


def with_room(function: Callable, /, *args: Any, **kwargs: Any) -> Any:
    """The function's answer, called so that the calls below it stay within one chunk."""
    return function(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=WORDS)
