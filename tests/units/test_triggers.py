"""The logs of people, units and committees, and of a province's rules, kept by the database whoever writes."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from criteria.enums import RuleAct
from criteria.models import AwardBar, Programme, RuleEvent
from portal.core.rows import kept
from tests.units.factories import make_tree, make_user
from units.enums import CommitteeAct, Role, UnitAct
from units.models import Committee, CommitteeEvent, PostCorrection, UnitEvent, triggers

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # the triggers are written twice
WORDS = {PostCorrection: "ground", UnitEvent: "ground", CommitteeEvent: "ground", RuleEvent: "what"}


@pytest.fixture
def lines():
    """A line of each log, the thing it is of beside it."""
    tree = make_tree()
    admin = make_user(Role.ADMIN, tree.province)
    board = Committee.objects.create(unit=tree.communes[0], name="Ban Chỉ đạo xã", valid_from=date(2025, 1, 1))
    programme = Programme.objects.create(code="thu", name="Chương trình thử", title="Đạt")
    bar = AwardBar.objects.create(
        province=tree.province, programme=programme, first_year=2026, ground="QĐ", bar="unmet"
    )
    made = {
        PostCorrection: PostCorrection.objects.create(
            user=admin, by=admin, by_post="QT", before="a", after="b", ground="Lý do"
        ),
        UnitEvent: UnitEvent.objects.create(unit=tree.communes[0], act=UnitAct.CORRECT, by=admin, ground="Lý do"),
        CommitteeEvent: CommitteeEvent.objects.create(
            committee=board, act=CommitteeAct.FOUND, by=admin, ground="Lý do"
        ),
        RuleEvent: RuleEvent.objects.create(bar=bar, act=RuleAct.DRAFTED, by=admin, what="Lý do"),
    }
    connection.check_constraints()  # PostgreSQL drops no trigger while checks of the transaction are pending
    return made


@pytest.mark.parametrize("model", WORDS)
def test_a_line_is_never_reworded(lines, model):
    rows = model.objects.filter(pk=lines[model].pk)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        rows.update(**{WORDS[model]: "Khác"})
    assert kept.SENTENCE in str(error.value)
    assert rows.values_list(WORDS[model], flat=True).get() == "Lý do"
    kept.remove(connection, model._meta.db_table)
    assert rows.update(**{WORDS[model]: "Khác"}) == 1  # the control: it is the trigger that holds


@pytest.mark.parametrize("model", [PostCorrection, UnitEvent])
def test_a_line_of_a_person_or_unit_is_never_dropped(lines, model):
    rows = model.objects.filter(pk=lines[model].pk)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        rows.delete()
    assert kept.SENTENCE in str(error.value) and rows.exists()
    with pytest.raises(ProtectedError):
        (lines[model].user if model is PostCorrection else lines[model].unit).delete()
    kept.remove(connection, model._meta.db_table)
    assert rows.delete()[0] == 1


def test_what_is_thrown_away_takes_its_log_with_it(lines):
    """A draft of a rule, a committee of a file that is undone."""
    lines[CommitteeEvent].committee.delete()
    lines[RuleEvent].bar.delete()
    assert not CommitteeEvent.objects.exists() and not RuleEvent.objects.exists()
    assert not Committee.objects.exists()


def test_every_trigger_is_there_after_all_migrations():
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'units_%_kept'")
            expected = {f"{table}_kept" for table in triggers.LOGS}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'units_%'")
            expected = {f"{table}_kept_{one.lower()}" for table, changes in triggers.LOGS.items() for one in changes}
        assert {name for (name,) in cursor.fetchall()} == expected
