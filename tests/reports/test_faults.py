"""Real workers on PostgreSQL and Redis: one is killed in the middle of a report, the broker is emptied.

Each guard has its negative control: before the sweeper rings, the work stands still.
"""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
import redis
from django.conf import settings
from django.db import connection

from evaluations.enums import State
from portal.core.files import store
from portal.core.models import Job, JobState
from reports import services
from reports.models import ReportRun
from tests.conftest import REDIS
from tests.reports.factories import YEARLY, make_cycle, make_files
from tests.reports.printed import text_of
from tests.units.factories import make_tree, make_units, make_user
from units.enums import Role, Subtype, UnitKind

pytestmark = [
    *(pytest.mark.postgres, pytest.mark.redis, pytest.mark.django_db(transaction=True)),
    # One module, so one worker: side by side they would take each other's bells from one broker.
]
LEASE = 4  # seconds


class Machine:
    """Processes of the real set-up on the test's own database, broker and files; each ended by its own id."""

    def __init__(self, folder):
        database = connection.settings_dict
        user, host, port = database["USER"] or "postgres", database["HOST"] or "127.0.0.1", database["PORT"] or 5432
        password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "DATABASE_URL": f"postgres://{user}{password}@{host}:{port}/{database['NAME']}",
            "REDIS_URL": REDIS,
            "VAR_DIR": str(folder),
            "TMPDIR": str(folder),  # a killed worker leaves what it was printing
            "FILES_DIR": str(settings.FILES_DIR),
            "SECRET_KEY": settings.SECRET_KEY,
            "JOB_LEASE_SECONDS": str(LEASE),
        }
        self.broker = redis.Redis.from_url(REDIS)
        self.broker.flushdb()
        self.started: list[subprocess.Popen] = []

    def worker(self) -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "-A", "portal.celery", "worker", "-c", "1", "-l", "WARNING"]
        process = subprocess.Popen(command, env=self.environment, cwd=settings.BASE_DIR, start_new_session=True)
        self.started.append(process)
        return process

    def kill(self, process: subprocess.Popen) -> None:
        os.killpg(process.pid, signal.SIGKILL)  # the whole worker, its child too: as when a machine dies
        process.wait()
        self.started.remove(process)

    def sweep(self) -> None:
        """The sweeper as beat runs it, in a process of its own."""
        code = "from portal.core import jobs; jobs.sweep()"
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code]
        subprocess.run(command, env=self.environment, cwd=settings.BASE_DIR, check=True)

    def queued(self) -> int:
        return self.broker.llen("celery")

    def close(self) -> None:
        for process in list(self.started):
            self.kill(process)
        self.broker.flushdb()


@pytest.fixture
def machine(tmp_path, files_dir):
    made = Machine(tmp_path)
    yield made
    made.close()


def until(true, seconds: float = 60, what: str = "") -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, what or f"not within {seconds} s: {list(Job.objects.values())}"
        time.sleep(0.2)


def make_world(areas: int):
    tree = make_tree("A")
    names = [f"Thôn số {number}" for number in range(1, areas + 1)]
    cycle = make_cycle(tree.province)
    make_files(cycle, make_units(tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, names), State.RECOGNISED)
    return tree, make_user(Role.STAFF, tree.province)


def test_a_report_whose_worker_is_killed_appears_once_and_whole(machine):
    tree, staff = make_world(1500)
    run = services.ask_report("list", YEARLY | {"state": ""}, "pdf", tree.province, staff)
    machine.sweep()
    first = machine.worker()
    until(lambda: Job.objects.get().done_parts > 300)
    machine.kill(first)
    cut = Job.objects.get()
    assert (cut.state, cut.attempt, cut.output_sha256) == (JobState.RUNNING, 1, "")

    machine.worker()
    time.sleep(LEASE + 3)
    assert Job.objects.get().attempt == 1  # negative control: without the sweeper nobody takes it up
    machine.sweep()
    until(lambda: Job.objects.get().is_finished)
    machine.sweep()
    time.sleep(2)

    job = Job.objects.get()
    assert (job.state, job.attempt, job.error, ReportRun.objects.get()) == (JobState.DONE, 2, "", run)
    path = store.take(job.output_sha256)
    text = text_of(path, "-layout")
    printed = [int(number) for number in re.findall(r"^\s*\d+\s+Thôn số (\d+)\s", text, re.MULTILINE)]
    assert printed == list(range(1, 1501))
    assert "tỉnh A có 1.500 đơn vị" in " ".join(text.split())  # the place, not the last row's name
    kept = [file for file in settings.FILES_DIR.rglob("*") if file.is_file()]
    assert kept == [path]


def test_reports_queued_in_a_wiped_broker_all_appear(machine):
    tree, staff = make_world(5)
    for _ in range(8):
        services.ask_report("yearly", YEARLY, "xlsx", tree.province, staff)
    machine.sweep()
    rung = machine.queued()
    machine.broker.flushdb()
    machine.worker()
    until(lambda: machine.broker.keys("_kombu*") != [])  # the worker listens
    time.sleep(3)
    assert (rung, list(Job.objects.values_list("state", flat=True))) == (8, [JobState.QUEUED] * 8)  # negative control
    machine.sweep()
    machine.sweep()  # every bell twice: still one run each
    until(lambda: Job.objects.filter(state=JobState.DONE).count() == 8)
    until(lambda: machine.queued() == 0)
    assert (set(Job.objects.values_list("attempt", flat=True)), ReportRun.objects.count()) == ({1}, 8)
