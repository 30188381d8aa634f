"""Fixtures of the evaluations tests: rows that last for a module."""

import pytest
from django.db import transaction

from .world import open_world


@pytest.fixture(scope="module")
def module_rows(django_db_setup, django_db_blocker):
    """What a module's fixtures write stays for its tests and is gone after them; each test rolls back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def lasting_world(module_rows):
    return open_world()


@pytest.fixture
def world(lasting_world, db):
    """A safety year open over a small province, its people and committees; as fresh for each test."""
    lasting_world.forget()
    return lasting_world
