"""Printing long tables against WeasyPrint laying them out at once, each in a process of its own."""

import json
import os
import subprocess
import sys
from statistics import median

from django.conf import settings

from . import Measured, Options, below, bench, faster

CHILD = "portal.benches.children.papers"


@bench
def pdf(options: Options) -> list[Measured]:
    """The list of units as PDF: our parts against WeasyPrint laying out the same table at once, each in a child."""
    rows = []
    for number in options.pdf_rows:
        rounds = options.rounds if number < 1000 else max(3, options.rounds // 2)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(run_child("ours", number))
            theirs.append(run_child("plain", number))
        our_time, plain_time = (median(run["seconds"] for run in runs) for runs in (ours, theirs))
        our_memory, plain_memory = (median(run["megabytes"] for run in runs) for runs in (ours, theirs))
        goal = 2.4 if number >= 2_000 else 1
        rows.append(faster(f"PDF {number} dòng, thời gian", our_time, plain_time, goal, unit="giây"))
        rows.append(below(f"PDF {number} dòng, bộ nhớ cao nhất", our_memory, plain_memory, 250, unit="MB"))
    return rows


def run_child(way: str, number: int) -> dict:
    """Run one printing in a process of its own, so that its peak memory is its own."""
    found = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", CHILD, way, str(number)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "portal.settings")},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(found.stdout.splitlines()[-1])
