"""Fixtures of the criteria tests."""

import pytest

from .factories import load_examples, load_packs, load_small


@pytest.fixture(scope="module")
def lasting_sets(module_rows):
    """The real packs, loaded once for a module all of whose tests want them."""
    load_packs()


@pytest.fixture
def sets(db):
    return load_packs()


@pytest.fixture
def examples(db):
    return load_examples()


@pytest.fixture
def draft(db, tmp_path):
    return load_small(tmp_path)
