"""A call deep in the stack takes no memory from the system and gives none back, whatever the depth it is made at."""

import resource
import threading

from portal.core.processes.frames import with_room

CALLS = 200


def leaf():
    return None


def pages_taken() -> int:
    """Pages the system handed over while a loop called a small function CALLS times."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        leaf()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def at_depth(depth: int) -> int:
    return at_depth(depth - 1) if depth else pages_taken()


def worst() -> int:
    """The most pages a loop took at any of three hundred depths: several ends of chunks of 16 KB lie among them."""
    return max(at_depth(depth) for depth in range(300))


def bare(answers: list[int]) -> None:
    answers.append(worst())


def test_with_room_no_depth_takes_a_page_a_call_and_without_it_one_does():
    without: list[int] = []
    thread = threading.Thread(target=bare, args=(without,))  # a thread starts without the room the tests run in
    thread.start()
    thread.join()
    assert without[0] >= CALLS
    assert with_room(worst) < CALLS / 4


def test_the_answer_is_the_function_s_own():
    assert with_room(divmod, 7, 2) == (3, 1)
    assert with_room(dict, a=1) == {"a": 1}
