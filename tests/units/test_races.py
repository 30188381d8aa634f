"""Two writers at once, on PostgreSQL: one tree, one placement."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.core.errors import Refused
from units import services, sheet
from units.enums import Role
from units.models import Placement, Unit
from units.resources import UnitResource

from .factories import make_tree, make_user

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway"),
]
FILE = (
    "key,kind,subtype,code,name,parent_key,opened_on\n"
    "t,province,tinh,24,Tỉnh A,,2020-01-01\n"
    "h,district,huyen,217,Huyện A,t,2020-01-01\n"
)


def at_once(first, second) -> list:
    """Run both; the second begins while the first has written and not committed. Returns what each raised."""
    written, may_commit, raised = threading.Event(), threading.Event(), []

    def hold():
        with transaction.atomic():
            first()
            written.set()
            may_commit.wait(5)

    def run(act):
        try:
            act()
        except Refused as refusal:
            raised.append(refusal.sentence)
        finally:
            connection.close()

    def follow():
        written.wait(5)
        second()

    threads = [threading.Thread(target=run, args=(act,)) for act in (hold, follow)]
    for thread in threads:
        thread.start()
    written.wait(5)
    time.sleep(0.4)
    may_commit.set()
    for thread in threads:
        thread.join(10)
    return raised


def load():
    assert UnitResource("tep.csv").apply(sheet.read(FILE.encode(), "tep.csv")) == []


def test_two_loads_of_one_file_make_one_tree():
    assert at_once(load, load) == []
    assert Unit.objects.count() == 2


def test_without_the_lock_they_make_two(monkeypatch):
    monkeypatch.setattr(services, "lock_tree", lambda: None)
    assert at_once(load, load) == []
    assert Unit.objects.count() == 4


def give(person, place):
    return lambda: services.place_person(person, place, Role.OFFICER, by=None, valid_from=timezone.localdate())


def test_two_administrators_give_one_role():
    person, place = make_user(), make_tree().communes[0]
    assert len(at_once(give(person, place), give(person, place))) == 1
    assert Placement.objects.filter(user=person).count() == 1


def test_without_the_row_lock_they_give_two(monkeypatch):
    person, place = make_user(), make_tree().communes[0]
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)
    assert at_once(give(person, place), give(person, place)) == []
    assert Placement.objects.filter(user=person).count() == 2
