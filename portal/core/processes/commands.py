"""The processes of a running portal, said once: `up` starts these commands and the compose file repeats them."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Process:
    """A long-running command; programs are named as they stand in the virtual environment."""

    name: str
    label: str
    command: tuple[str, ...]


PROCESSES = {
    process.name: process
    for process in (
        Process("web", "trang web", ("gunicorn", "--config", "portal/gunicorn.py", "portal.wsgi")),
        Process("worker", "việc nền", ("celery", "--quiet", "-A", "portal", "worker", "--loglevel", "WARNING")),
        Process(
            "beat", "bộ hẹn giờ", ("celery", "--quiet", "-A", "portal", "beat", "--loglevel", "WARNING", "--pidfile=")
        ),
    )
}
PREPARE = ("python", "manage.py", "up", "--prepare-only")


def native(process: Process) -> list[str]:
    """The command with its program taken from the Python that runs now."""
    program, *rest = process.command
    return [str(Path(sys.executable).parent / program), *rest]


def environment(**more: str) -> dict[str, str]:
    """The environment of a child: ours, with the portal on its path and one known warning of Celery left out."""
    return os.environ | {
        "PYTHONPATH": str(settings.BASE_DIR),
        "PYTHONWARNINGS": "ignore:You're running the worker",  # as root: we take JSON only, never pickle
        **more,
    }
