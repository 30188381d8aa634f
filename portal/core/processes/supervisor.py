"""Several processes as one: started together, stopped together, none left behind."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from .commands import Process, environment, native

GRACE_SECONDS = 12
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """In the child: ask Linux for a TERM when the supervisor dies, be it by KILL."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Starts each process in a group of its own and stops all of them when one ends or a signal comes."""

    def __init__(self, processes: list[Process], cwd: str):
        self.processes = processes
        self.cwd = cwd
        self.children: list[tuple[Process, subprocess.Popen]] = []
        self.asked_to_stop = threading.Event()

    def start(self) -> None:
        """TERM, HUP and Ctrl-C are heard from here on, so a signal during the start stops all too."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.asked_to_stop.set())
        for process in self.processes:
            child = subprocess.Popen(  # noqa: S603 -- our own commands, no outside input  # nosec
                native(process),
                cwd=self.cwd,
                env=environment(),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
            self.children.append((process, child))

    def dead(self) -> tuple[Process, int] | None:
        """The first process that ended by itself, with its exit code."""
        for process, child in self.children:
            if (code := child.poll()) is not None:
                return process, code
        return None

    def wait(
        self, until: Callable[[], bool] = lambda: False, timeout: float | None = None
    ) -> tuple[Process, int] | None:
        """Wait for a stop signal, a death (returned), `until`, or the timeout in seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while not self.asked_to_stop.wait(0.2):
            if fallen := self.dead():
                return fallen
            if until() or (end is not None and time.monotonic() > end):
                break
        return None

    def stop(self) -> None:
        """TERM to every group, then KILL to what is left after the grace; returns when all are gone."""
        for _, child in self.children:
            self._signal(child, signal.SIGTERM, only_leader=True)
        end = time.monotonic() + GRACE_SECONDS
        for _, child in self.children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, end - time.monotonic()))
        for _, child in self.children:
            self._signal(child, signal.SIGKILL)
            child.wait()

    @staticmethod
    def _signal(child: subprocess.Popen, number: int, *, only_leader: bool = False) -> None:
        """A leader passes TERM on to its workers in its own good order; KILL goes to the whole group."""
        with suppress(ProcessLookupError):
            if only_leader:
                os.kill(child.pid, number)
            else:
                os.killpg(child.pid, number)
