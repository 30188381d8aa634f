"""A real portal beside the tests: its own database, its own broker, real worker processes."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import psycopg2

from portal.settings import BASE_DIR

PROGRAMS = Path(sys.executable).parent
ASK = """
import json
from portal.core import jobs
for key, params in json.loads({items!r}):
    jobs.ask("test_write", key, params)
"""


class Portal:
    """`env` names a database of its own; `worker()` starts a real one, `wipe_broker()` loses every bell."""

    def __init__(self, folder: Path, env: dict[str, str]):
        self.folder = folder
        self.env = os.environ | {"VAR_DIR": str(folder), "SECRET_KEY": "k" * 50, "JOB_LEASE_SECONDS": "2"} | env
        self.workers: list[subprocess.Popen] = []
        self.manage("migrate", "-v0")

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.env,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        return self.manage("shell", "-v0", "-c", code)

    def ask(self, *keys: str, **params) -> None:
        """Insert the jobs; their bells go to the broker."""
        self.shell(ASK.format(items=json.dumps([(key, params) for key in keys])))

    def sweep(self) -> None:
        self.shell("from portal.core import jobs; jobs.sweep()")

    def jobs(self) -> dict[str, tuple[str, int]]:
        """Key -> (state, attempt), read straight from the database."""
        with closing(self._link()) as link:
            cursor = link.cursor()
            cursor.execute("SELECT key, state, attempt FROM core_job")
            return {key: (state, attempt) for key, state, attempt in cursor.fetchall()}

    def forget_jobs(self) -> None:
        with closing(self._link()) as link:
            link.cursor().execute("DELETE FROM core_job")
            link.commit()

    def _link(self):
        url = self.env["DATABASE_URL"]
        if url.startswith("sqlite"):
            return sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)
        return psycopg2.connect(url)

    def worker(self) -> subprocess.Popen:
        command = [PROGRAMS / "celery", "--quiet", "-A", "portal", "worker", "--loglevel", "WARNING"]
        command += ["--include", "tests.core.job_kinds", "--without-gossip", "--without-mingle"]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command, cwd=BASE_DIR, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen) -> None:
        """SIGKILL to the whole group: no chance to say goodbye."""
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def wipe_broker(self) -> int:
        """Lose every bell; returns how many there were."""
        if url := self.env.get("REDIS_URL"):
            import redis

            client = redis.Redis.from_url(url)
            lost = client.llen("celery")
            client.flushdb()
            return lost
        bells = list((self.folder / "broker").glob("*.msg"))
        for bell in bells:
            bell.unlink()
        return len(bells)

    def close(self) -> None:
        for worker in self.workers:
            self.kill(worker)
        self.wipe_broker()


def wait_for(condition, seconds: float = 40.0, every: float = 0.2):
    """The first true value of the condition; fails after the seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(every)
    raise AssertionError("it did not come about in time")
