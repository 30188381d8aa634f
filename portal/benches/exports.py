"""A long list out as a workbook against plain django-import-export of the same columns, each in its own process."""

import json
import os
import subprocess
import sys
from statistics import median

from django.conf import settings
from django.db import connection

from . import Measured, Options, below, bench, faster, only_on_postgresql

CHILD = "portal.benches.children.exports"


@bench
def export_units(options: Options) -> list[Measured]:
    """A province's list of units as XLSX: rows as they come into the sheet, against a data set of them all."""
    if only_on_postgresql("Danh sách tải về"):
        return []
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(_run_child("ours", options.exported))
        theirs.append(_run_child("plain", options.exported))
    few = _run_child("ours", max(1, options.exported // 10))
    our_time, plain_time = (median(run["seconds"] for run in runs) for runs in (ours, theirs))
    our_memory, plain_memory = (median(run["megabytes"] for run in runs) for runs in (ours, theirs))
    name = f"XLSX danh sách {options.exported} đơn vị"
    return [
        faster(f"{name}, thời gian so với django-import-export", our_time, plain_time, 5, unit="giây"),
        below(f"{name}, bộ nhớ thêm so với django-import-export", our_memory, plain_memory, 50, unit="MB"),
        below(f"{name}, bộ nhớ thêm so với một phần mười", our_memory, few["megabytes"], 50, unit="MB"),
    ]


def _run_child(way: str, many: int) -> dict:
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    found = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", CHILD, way, str(many)],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "portal.settings", **os.environ, "DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(found.stdout.splitlines()[-1])
