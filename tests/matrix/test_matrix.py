"""Who gets what: every route, method, role and relation of the person's place to the object's, cell by cell."""

import pytest

from .cells import read_table, routes

ROWS = read_table()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(bench, row):
    wrong = bench.wrong(row)
    assert not wrong, "\n".join([f"{len(wrong)} cells of {row}:", *wrong])


def test_every_route_has_its_rows():
    named = {(name, method) for name, _ in routes() for method in ("GET", "POST")}
    assert {(row.route, row.method) for row in ROWS} == named
