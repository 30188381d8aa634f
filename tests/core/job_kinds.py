"""Kinds of work for the worker tests; a real worker takes them in with `--include tests.core.job_kinds`."""

import os
import tempfile
import time
from pathlib import Path

from django.db import connection, transaction

from portal.core.errors import Refused
from portal.core.jobs import Output, job_kind
from portal.core.models import Heartbeat


@job_kind("test_write")
def write(job, tell):
    """Write a file after `seconds`, leaving a line in `trace` when it begins and when it is through."""
    trace = job.params.get("trace")
    if trace:
        _note(trace, f"begin {os.getpid()} attempt {job.attempt}")
    steps = 10
    for step in range(steps):
        time.sleep(job.params.get("seconds", 0) / steps)
        tell(step + 1, steps, "đang viết")
    handle, name = tempfile.mkstemp()
    os.write(handle, f"output of {job.key}".encode())
    os.close(handle)
    if trace:
        _note(trace, f"end {os.getpid()} attempt {job.attempt}")
    return Output(Path(name), f"{job.key}.txt")


@job_kind("test_beat")
def beat(job, tell):
    """Write a row somebody else may hold, after a first one that must then not stay."""
    with transaction.atomic():
        Heartbeat.objects.create(name="before", at=job.asked_at)
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET LOCAL lock_timeout = 200")  # the portal's own is five seconds
        Heartbeat.objects.filter(name="held").update(at=job.asked_at)


@job_kind("test_refuse")
def refuse(job, tell):
    raise Refused("Không có dữ liệu của năm này.")


@job_kind("test_crash")
def crash(job, tell):
    raise BaseException("like a fatal fetch error")


def _note(trace: str, line: str) -> None:
    with open(trace, "a") as file:
        file.write(f"{line}\n")
