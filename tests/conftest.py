"""Fixtures every test may use."""

import pytest
from django.db import transaction


@pytest.fixture(scope="module")
def module_rows(django_db_setup, django_db_blocker):
    """What a module's fixtures write stays for its tests and is gone after them; each test rolls back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
