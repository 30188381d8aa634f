"""Something given to a unit or a committee while it ends, on PostgreSQL: the second sees what the first did."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.core import jobs
from portal.core.errors import Busy
from portal.core.models import Job, JobState
from units import locks, reforms, services
from units.enums import CommitteeKind, Role, Subtype, UnitKind
from units.models import Committee, GroupCount, Placement, Seat, Unit, User
from units.registers import REGISTERS, save_row
from units.services import CommitteeRules, PersonRow, UnitFacts

from .factories import make_committee, make_tree, make_user
from .racing import at_once
from .reforming import the_reform

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway"),
]
RULES, GROUND = CommitteeRules(50, 50), "Quyết định số 1"


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def unlocked(monkeypatch):
    monkeypatch.setattr("units.locks.take_lock", lambda name, **options: None)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)


def place(unit, today):
    person = make_user()
    return lambda: services.place_person(person, unit, Role.OFFICER, by=None, valid_from=today)


def account(unit, today):
    return lambda: services.create_person(username="moi", post="Cán bộ", unit=unit, role=Role.OFFICER, by=None)


def people_file(unit, today):
    """What the job of a file writes after it has read it and hashed the passwords, minutes later perhaps."""
    admin = make_user(Role.ADMIN, unit.province)
    person = Placement(user=User(username="moi", post="Cán bộ"), unit=unit, role=Role.OFFICER, valid_from=today)
    return lambda: services.write_people([PersonRow(person)], ["!"], by=admin)


def committee(unit, today):
    kind = CommitteeKind.B138 if unit.kind == UnitKind.COMMUNE else CommitteeKind.VILLAGE
    return lambda: services.found_committee(unit, by=None, kind=kind, rules=RULES, valid_from=today)


def committees(unit, today):
    return lambda: services.place_committees([unit], kind=CommitteeKind.B05, rules=RULES, on=today, by=None)


def seat(unit, today):
    board, person = make_committee(unit).committee, make_user()
    return lambda: services.seat(board, person, "Thành viên", by=None, valid_from=today)


def area(unit, today):
    facts, kind = UnitFacts("Thôn Mới", Subtype.VILLAGE), UnitKind.RESIDENTIAL_AREA
    return lambda: services.add_unit(unit, facts, kind=kind, opened_on=today, ground=GROUND, by=None)


def left_open() -> list:
    """What is still open at units and committees that have ended."""
    held = Placement.objects.filter(unit__closed_on__isnull=False, withdrawn_at=None)
    boards = Committee.objects.filter(unit__closed_on__isnull=False)
    units = Unit.objects.filter(parent__closed_on__isnull=False)
    seats = Seat.objects.filter(committee__valid_to__isnull=False)
    return [one for rows in (held, boards, seats) for one in rows.filter(valid_to=None)] + [
        *units.filter(closed_on=None)
    ]


AT_A_COMMUNE = [place, account, people_file, committee, committees, seat, area]


@pytest.mark.parametrize("act", AT_A_COMMUNE, ids=lambda act: act.__name__)
def test_nothing_is_given_to_a_commune_that_a_reform_ends_meanwhile(act, today):
    tree = make_tree()
    given, reform = act(Unit.objects.get(pk=tree.communes[0].pk), today), the_reform(tree)
    (refusal,) = at_once(lambda: reforms.apply(reform, by=None), given)
    assert "30/06/2025" in refusal.sentence
    assert left_open() == []


@pytest.mark.parametrize("act", AT_A_COMMUNE, ids=lambda act: act.__name__)
def test_without_the_locks_it_stays_open_there(act, today, unlocked):
    tree = make_tree()
    given, reform = act(Unit.objects.get(pk=tree.communes[0].pk), today), the_reform(tree)
    assert at_once(lambda: reforms.apply(reform, by=None), given) == []
    assert len(left_open()) == 1


@pytest.mark.parametrize("act", [place, committee, seat, committees], ids=lambda act: act.__name__)
def test_a_reform_waits_for_what_is_being_given_and_ends_it(act, today):
    tree = make_tree()
    given, reform = act(Unit.objects.get(pk=tree.communes[0].pk), today), the_reform(tree)
    assert at_once(given, lambda: reforms.apply(reform, by=None)) == []
    assert left_open() == []


@pytest.mark.parametrize("act", [place, committee], ids=lambda act: act.__name__)
def test_nothing_is_given_to_a_unit_that_ends_meanwhile(act, today):
    village = make_tree().areas[0]
    given, last = act(Unit.objects.get(pk=village.pk), today), today - timedelta(1)
    (refusal,) = at_once(lambda: services.end_unit(village, on=last, ground=GROUND, by=None), given)
    assert f"đã kết thúc ngày {last:%d/%m/%Y}" in refusal.sentence
    assert left_open() == []


def write_beside_the_end(day: date) -> list:
    """A register's row of the year after the one in which its unit ends meanwhile."""
    village, keeper = make_tree().areas[0], make_user()
    Placement.objects.create(user=keeper, unit=village.parent, role=Role.OFFICER, valid_from=village.opened_on)
    row = GroupCount(unit=Unit.objects.get(pk=village.pk), year=day.year + 1, groups=4, members=90)
    return at_once(
        lambda: services.end_unit(village, on=day, ground=GROUND, by=None),
        lambda: save_row(REGISTERS["to-tu-quan"], row, by=keeper),
    )


def test_a_register_takes_no_year_after_the_units_end(transactional_db):
    (refusal,) = write_beside_the_end(date(2024, 5, 5))
    assert "không có năm 2025" in refusal.sentence and not GroupCount.objects.exists()


def test_without_the_locks_the_register_takes_it(transactional_db, unlocked):
    assert write_beside_the_end(date(2024, 5, 5)) == [] and GroupCount.objects.exists()


def test_nobody_sits_on_a_committee_that_ends_meanwhile(today):
    board, person = make_committee(make_tree().communes[0]).committee, make_user()
    stale = Committee.objects.select_related("unit").get(pk=board.pk)
    (refusal,) = at_once(
        lambda: services.end_committee(board, by=None, on=today - timedelta(1), ground=GROUND),
        lambda: services.seat(stale, person, "Thành viên", by=None, valid_from=today),
    )
    assert "Hãy sửa lại ngày vào." in refusal.sentence and left_open() == []


# --- waiting ------------------------------------------------------------------------------------------------------
def hurried(act):
    """The act by somebody whose database waits a tenth of a second for a lock."""

    def run():
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
            act()

    return run


def test_who_waits_too_long_is_told_so(today):
    tree = make_tree()
    reform = the_reform(tree)
    (refusal,) = at_once(lambda: reforms.apply(reform, by=None), hurried(place(tree.communes[0], today)))
    assert isinstance(refusal, Busy) and refusal.sentence == locks.BUSY


def test_a_job_that_waits_too_long_is_tried_again(monkeypatch, today):
    job = Job.objects.create(kind="waits", key="waits", params={})
    monkeypatch.setitem(jobs.KINDS, "waits", lambda job, tell: hurried(locks.hold_units)())
    assert at_once(locks.lock_units, lambda: jobs.run(job.pk)) == []
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.QUEUED, "")
