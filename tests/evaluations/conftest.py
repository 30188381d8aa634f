"""Fixtures of the evaluations tests: rows that last for a module."""

import pytest

from units.enums import Subtype, UnitKind

from ..units.factories import make_province, make_units
from .factories import published_sets
from .world import open_world


@pytest.fixture(scope="module")
def lasting_world(module_rows):
    return open_world()


@pytest.fixture
def world(lasting_world, db):
    """A safety year open over a small province, its people and committees; as fresh for each test."""
    lasting_world.forget()
    return lasting_world


@pytest.fixture
def place(db):
    """A province with one commune."""
    published_sets()
    province = make_province("Tỉnh Thử")
    (district,) = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Thử"])
    (commune,) = make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Thử"])
    return commune
