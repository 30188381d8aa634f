"""Fixtures of the criteria tests."""

import pytest

from .factories import load_packs, load_small


@pytest.fixture
def sets(db):
    return load_packs()


@pytest.fixture
def draft(db, tmp_path):
    return load_small(tmp_path)
