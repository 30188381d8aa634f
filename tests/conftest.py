"""Fixtures every test may use, how deep hypothesis looks, and what is skipped where a service does not answer."""

import gc
import os
import socket
import tempfile

import pytest
from _pytest import runner
from django.db import connection, transaction
from hypothesis import HealthCheck, settings

from portal.core.processes.frames import with_room

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/8")

# HYPOTHESIS_PROFILE=deep looks ten times as long. A slow machine is no fault of the code: neither has a deadline.
settings.register_profile("ci", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)
settings.register_profile("deep", settings.get_profile("ci"), max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def depth(examples: int) -> int:
    """That many examples, or as many times more as the profile looks deeper."""
    return examples * settings.default.max_examples // settings.get_profile("ci").max_examples


def answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def pytest_make_parametrize_id(val):
    """A file's bytes are no name of a test: a workbook made at import holds the second it was made in, and two workers
    that collect in different seconds would disagree on what there is to run."""
    return "bytes" if isinstance(val, bytes) else None


# Modules that take longest, which begin first: one begun last keeps a single core busy while the other waits.
LONGEST = (
    "matrix/test_matrix",
    "matrix/test_canary",
    "core/test_up",
    "demo/test_demo",
    "evaluations/test_pages",
    "core/test_workers",
    "reports/test_faults",
    "matrix/test_unstorable",
    "evaluations/test_races",
    "criteria/packs/test_workbook",
    "core/sheets/test_books",
    "criteria/test_draft_pages",
    "benches/test_benchmark",
    "reports/datasets/test_boundaries",
    "units/test_registers",
    "evaluations/test_through_time",
    "units/test_migrations",
    "units/files/test_intake_races",
    "evaluations/test_examples",
    "test_moving_in",
)
RANKS = {f"tests.{name.replace('/', '.')}": rank for rank, name in enumerate(LONGEST)}


@pytest.hookimpl(trylast=True)  # after the shuffle
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: RANKS.get(item.module.__name__, len(RANKS)))


def pytest_collection_finish():
    """What is loaded by now stays to the end: looking for garbage in it took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Run a test as pytest does, but with room for its frames: a test stands deep in calls, and a page deeper."""
    return with_room(runner.pytest_runtest_protocol, item, nextitem)


@pytest.fixture(autouse=True)
def real_services(request):
    """Skip, with the reason, what needs PostgreSQL or Redis where they do not answer."""
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("cần PostgreSQL: đặt DATABASE_URL")
    if request.node.get_closest_marker("redis") and not answers("127.0.0.1", 6379):
        pytest.skip("cần Redis ở 127.0.0.1:6379")


@pytest.fixture(scope="module")
def module_rows(django_db_setup, django_db_blocker):
    """What a module's fixtures write stays for its tests and is gone after them; each test rolls back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    """Check the keys of a module's rows once, when they are written.

    Keys are checked at the end of a transaction; Django asks for it after each test, and rolls the test back. What the
    module wrote before would be checked again each time: seconds a test over the demo's rows on PostgreSQL.
    """
    made = yield
    if fixturedef.scope == "module" and "module_rows" in request.fixturenames and connection.vendor == "postgresql":
        connection.check_constraints()
    return made


@pytest.fixture
def printed_here(monkeypatch, tmp_path_factory):
    """Whoever prints a paper owns its temporary file; a test's goes with the test's folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("printed")))
