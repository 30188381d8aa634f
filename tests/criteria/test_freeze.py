"""Published sets in the database: refused by the models, by bulk queries and by plain SQL; drafts stay free."""

import threading
import time

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction

from criteria import freeze
from criteria.enums import SetStatus
from criteria.models import CriteriaSet, Criterion, Deadline, Route
from criteria.services import publish
from portal.core.errors import Refused

from .factories import load_small

SENTENCE = "đã ban hành nên không sửa, không xoá được. Hãy lập phiên bản mới."


def by_sql(sql):
    def run(draft):
        with connection.cursor() as cursor:
            cursor.execute(sql.format(id=draft.pk))

    return run


def add_a_criterion(draft):
    Criterion.objects.bulk_create([Criterion(criteria_set=draft, code="N", order=99, number="9", measure="must")])


def add_a_deadline(draft):
    Deadline.objects.bulk_create([Deadline(route=draft.routes.get(), step="submit", month=1, day=1, inclusive=True)])


CHANGES = {
    "rename the set": lambda draft: CriteriaSet.objects.filter(pk=draft.pk).update(name="Tên khác"),
    "publish anew": lambda draft: CriteriaSet.objects.filter(pk=draft.pk).update(sha256="0" * 64),
    "reword a criterion": lambda draft: Criterion.objects.filter(criteria_set=draft).update(label="Khác"),
    "reword in bulk": lambda draft: Criterion.objects.bulk_update(
        [Criterion(pk=row.pk, label="Khác") for row in draft.criteria.all()], ["label"]
    ),
    "add a criterion": add_a_criterion,
    "drop a criterion": lambda draft: draft.criteria.filter(code="C").delete(),
    "move a route": lambda draft: Route.objects.filter(criteria_set=draft).update(decide_level="district"),
    "move a deadline": lambda draft: Deadline.objects.filter(route__criteria_set=draft).update(day=30),
    "add a deadline": add_a_deadline,
    "drop a deadline": lambda draft: Deadline.objects.filter(route__criteria_set=draft).delete(),
    "drop the set": lambda draft: CriteriaSet.objects.filter(pk=draft.pk).delete(),
    "plain SQL": by_sql("UPDATE criteria_criterion SET threshold = 1 WHERE criteria_set_id = {id}"),
    "plain SQL on the set": by_sql("UPDATE criteria_criteriaset SET status = 'draft' WHERE id = {id}"),
    "retire and rename": by_sql("UPDATE criteria_criteriaset SET status = 'retired', name = 'x' WHERE id = {id}"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_published_set_stands(draft, change):
    publish(draft)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change(draft)
    assert SENTENCE in str(error.value)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_draft_may_change(draft, change):
    change(draft)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_is_the_triggers_that_hold(draft, change):
    publish(draft)
    connection.check_constraints()  # PostgreSQL drops no trigger while checks of the transaction are pending
    freeze.remove(connection)
    change(draft)


def test_a_published_set_may_only_be_retired(draft):
    publish(draft)
    assert CriteriaSet.objects.filter(pk=draft.pk).update(status=SetStatus.RETIRED) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        CriteriaSet.objects.filter(pk=draft.pk).update(status=SetStatus.PUBLISHED)


def test_the_models_say_it_in_words(draft):
    publish(draft)
    draft.refresh_from_db()
    for row in (draft, draft.criteria.first(), draft.routes.get(), draft.routes.get().deadlines.get()):
        for act in (row.save, row.delete):
            with pytest.raises(Refused) as refusal:
                act()
            assert refusal.value.sentence == f"Bộ tiêu chí “Bộ thử” (phiên bản 1) {SENTENCE}"


@pytest.mark.django_db
def test_every_trigger_is_there_after_all_migrations():
    tables = [freeze.SET, *freeze.PARTS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'criteria%'")
            expected = {f"{table}_frozen" for table in tables}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'criteria%'")
            expected = {f"{table}_frozen_{event}" for table in tables for event in ("insert", "update", "delete")}
            expected.remove(f"{freeze.SET}_frozen_insert")
        assert {name for (name,) in cursor.fetchall()} == expected


@pytest.mark.django_db(transaction=True)
def test_flush_empties_the_tables_and_leaves_the_triggers(tmp_path):
    publish(load_small(tmp_path))
    call_command("flush", interactive=False, verbosity=0)
    assert CriteriaSet.objects.count() == 0
    published = publish(load_small(tmp_path))
    with pytest.raises(IntegrityError):
        CriteriaSet.objects.filter(pk=published.pk).update(name="Tên khác")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False], ids=["with the triggers", "without"])
def test_no_criterion_slips_in_beside_a_publishing(tmp_path, guarded):
    """A row added while a publishing is under way waits for it and is refused; without the triggers it gets in."""
    if connection.vendor != "postgresql":
        pytest.skip("needs row locks")
    draft = load_small(tmp_path)
    if not guarded:
        freeze.remove(connection)
    refused = []

    def add():
        try:
            add_a_criterion(draft)
        except IntegrityError as error:
            refused.append(SENTENCE in str(error))
        finally:
            connections.close_all()

    adding = threading.Thread(target=add)
    try:
        with transaction.atomic():
            publish(draft)
            adding.start()
            time.sleep(0.5)
            assert adding.is_alive()  # it waits for the publishing to end
        adding.join(10)
    finally:
        if not guarded:
            freeze.install(connection)
    assert refused == ([True] if guarded else [])
    assert draft.criteria.filter(code="N").exists() is not guarded
