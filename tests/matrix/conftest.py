"""The world of the matrix, built once a module, and the count of its cells at the end of the run."""

import pytest
from django.test.utils import override_settings

from .cells import Bench
from .world import World, make_world


@pytest.fixture(scope="module")
def world(module_rows, tmp_path_factory) -> World:
    """Built once for the module's tests and rolled back after them; each test works inside it."""
    with override_settings(FILES_DIR=tmp_path_factory.mktemp("dossiers")):
        yield make_world()


@pytest.fixture
def bench(world, db, record_property) -> Bench:
    made = Bench(world)
    yield made
    record_property("cells", (made.tried, made.wrong_cells, made.side_effects))


@pytest.fixture
def spare(world, db) -> Bench:
    """A bench for tests that break things on purpose: its cells are not counted."""
    return Bench(world)


def pytest_terminal_summary(terminalreporter):
    ended = [
        report
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "teardown"
    ]
    kept = [(name, value) for report in ended for name, value in report.user_properties]
    if pages := sum(value for name, value in kept if name == "pages"):
        terminalreporter.write_line(f"canary: {pages} responses read")
    if counts := [value for name, value in kept if name == "cells"]:
        tried, wrong, wrote = map(sum, zip(*counts, strict=True))
        terminalreporter.write_line(f"matrix: {tried} cells run, {wrong} wrong, {wrote} with side effects")
