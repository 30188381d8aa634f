"""Real workers killed and real brokers wiped: every job is done, once (reliability F1, F2).

On SQLite this is the embedded set-up (file broker, threads); where PostgreSQL and Redis are set, the real one.
"""

import os
import time

import pytest

from tests import databases
from tests.core.hands import Portal, wait_for

pytestmark = pytest.mark.both  # on SQLite the embedded broker


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """A portal with its own database and its own Redis number."""
    folder = tmp_path_factory.mktemp("portal")
    env, drop = {"DATABASE_URL": f"sqlite:///{folder / 'portal.sqlite3'}", "REDIS_URL": ""}, None
    if os.environ.get("REDIS_URL") and os.environ.get("DATABASE_URL", "").startswith("postgres"):
        env, drop = _real()
    portal = Portal(folder, env)
    portal.wipe_broker()
    yield portal
    portal.close()
    if drop:
        drop()


def _real():
    url, name = os.environ["DATABASE_URL"], f"workers_{os.getpid()}"
    databases.create(url, name)
    env = {
        "DATABASE_URL": databases.beside(url, name),
        "REDIS_URL": f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/14",
    }
    return env, lambda: databases.drop(url, name)


@pytest.fixture(autouse=True)
def clean(portal):
    yield
    for worker in portal.workers:
        portal.kill(worker)
    portal.wipe_broker()
    portal.forget_jobs()


def lines(trace):
    return trace.read_text().splitlines() if trace.exists() else []


def is_done(portal, *keys):
    """The jobs when all the keys are done."""
    found = portal.jobs()
    return found if all(found[key][0] == "done" for key in keys) else None


def test_a_worker_killed_in_mid_job_leaves_it_to_the_next(portal, tmp_path):
    trace = tmp_path / "trace"
    first = portal.worker()
    portal.ask("killed", trace=str(trace), seconds=6)
    wait_for(lambda: lines(trace))
    portal.kill(first)
    second = portal.worker()
    time.sleep(4)  # the lease is over, and nobody rang: the second worker has not heard of it
    assert [line.split()[0] for line in lines(trace)] == ["begin"]  # negative control: without the sweeper nothing runs
    portal.sweep()
    wait_for(lambda: is_done(portal, "killed"), every=0.3)
    assert [line.split()[0] + line.split(" attempt")[1] for line in lines(trace)] == ["begin 1", "begin 2", "end 2"]
    assert portal.jobs() == {"killed": ("done", 2)}
    assert second.poll() is None


def test_a_wiped_broker_loses_no_job(portal, tmp_path):
    trace, keys = tmp_path / "trace", [f"wiped-{number}" for number in range(30)]
    portal.ask(*keys, trace=str(trace))
    assert portal.wipe_broker() == 30
    portal.worker()
    time.sleep(5)
    assert portal.jobs() == dict.fromkeys(keys, ("queued", 0))  # negative control: no bell, no work
    portal.sweep()  # rings for the first; each of them hands on
    portal.sweep()  # twice as many bells make nothing twice
    wait_for(lambda: is_done(portal, *keys), every=0.3)
    assert portal.jobs() == dict.fromkeys(keys, ("done", 1))
    assert sum(line.startswith("end") for line in lines(trace)) == 30


def test_two_workers_do_each_job_once(portal, tmp_path):
    trace, keys = tmp_path / "trace", [f"two-{number}" for number in range(12)]
    portal.worker()
    portal.worker()
    portal.ask(*keys, trace=str(trace), seconds=0.3)
    portal.sweep()
    wait_for(lambda: is_done(portal, *keys), every=0.3)
    assert portal.jobs() == dict.fromkeys(keys, ("done", 1))
    assert sum(line.startswith("end") for line in lines(trace)) == 12
