"""Published sets in the database: refused by the models, by bulk queries and by plain SQL; drafts stay free."""

import threading
import time

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction

from criteria.enums import SetStatus
from criteria.models import (
    Cap,
    CriteriaSet,
    Criterion,
    Deadline,
    DossierPaper,
    Grade,
    Precondition,
    Programme,
    Quota,
    Route,
    triggers,
)
from criteria.services import publish
from portal.core.errors import Refused
from tests.criteria.factories import load_small

pytestmark = pytest.mark.both  # the triggers are written twice

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


@pytest.fixture
def whole(draft):
    """The draft with one of every part that hangs on a set."""
    programme = Programme.objects.create(code="before", name="Chương trình trước", title="Đạt trước")
    Grade.objects.create(criteria_set=draft, rank=1, label="Tốt", lower_bound=0)
    Cap.objects.create(criteria_set=draft, criterion=draft.criteria.get(code="C"), best_rank=1)
    Precondition.objects.create(criteria_set=draft, programme=programme, years_back=1, label="Đạt năm trước")
    Quota.objects.create(criteria_set=draft, level="district", minimum=1)
    DossierPaper.objects.create(criteria_set=draft, order=1, name="Tờ trình")
    return draft


def publish_at_once(draft):
    """Published whatever its parts: which of them a set may hold is for services.publish, not for the triggers."""
    CriteriaSet.objects.filter(pk=draft.pk).update(status=SetStatus.PUBLISHED)


def another(model, **facts):
    return lambda draft: model.objects.bulk_create([model(criteria_set=draft, **facts)])


PARTS = ("grades", "caps", "preconditions", "quotas", "papers")
PART_CHANGES = {
    "another grade": another(Grade, rank=2, label="Khá", lower_bound=None),
    "another cap": lambda draft: Cap.objects.bulk_create(
        [Cap(criteria_set=draft, criterion=draft.criteria.get(code="B"), best_rank=1)]
    ),
    "another precondition": lambda draft: Precondition.objects.bulk_create(
        [Precondition(criteria_set=draft, programme=draft.programme, years_back=2, label="Đạt")]
    ),
    "another quota": another(Quota, level="province", minimum=1),
    "another paper": another(DossierPaper, order=2, name="Biên bản"),
    "a bound in bulk": lambda draft: draft.grades.update(lower_bound=1),
    "a bound by SQL": by_sql("UPDATE criteria_grade SET lower_bound = 50 WHERE criteria_set_id = {id}"),
    "a grade renamed by SQL": by_sql("UPDATE criteria_grade SET label = 'x' WHERE criteria_set_id = {id}"),
    "a ceiling lifted by SQL": by_sql("UPDATE criteria_cap SET best_rank = 2 WHERE criteria_set_id = {id}"),
    "a condition eased by SQL": by_sql("UPDATE criteria_precondition SET years_back = 3 WHERE criteria_set_id = {id}"),
    "a quota raised by SQL": by_sql("UPDATE criteria_quota SET minimum = 9 WHERE criteria_set_id = {id}"),
    "a paper renamed by SQL": by_sql("UPDATE criteria_dossierpaper SET name = 'x' WHERE criteria_set_id = {id}"),
    **{f"{part} dropped": lambda draft, part=part: getattr(draft, part).all().delete() for part in PARTS},
    "a grade dropped by SQL": by_sql("DELETE FROM criteria_grade WHERE criteria_set_id = {id}"),
    "a cap dropped by SQL": by_sql("DELETE FROM criteria_cap WHERE criteria_set_id = {id}"),
    "a condition dropped by SQL": by_sql("DELETE FROM criteria_precondition WHERE criteria_set_id = {id}"),
    "a quota dropped by SQL": by_sql("DELETE FROM criteria_quota WHERE criteria_set_id = {id}"),
    "a paper dropped by SQL": by_sql("DELETE FROM criteria_dossierpaper WHERE criteria_set_id = {id}"),
}


@pytest.mark.parametrize("change", PART_CHANGES.values(), ids=PART_CHANGES)
def test_every_part_of_a_published_set_stands(whole, change):
    publish_at_once(whole)
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        change(whole)
    assert SENTENCE in str(error.value)


@pytest.mark.parametrize("change", PART_CHANGES.values(), ids=PART_CHANGES)
def test_every_part_of_a_draft_may_change(whole, change):
    change(whole)


@pytest.mark.parametrize("change", PART_CHANGES.values(), ids=PART_CHANGES)
def test_it_is_the_triggers_that_hold_the_parts(whole, change):
    publish_at_once(whole)
    connection.check_constraints()
    triggers.remove(connection)
    change(whole)


def test_the_models_of_the_parts_say_it_in_words(whole):
    publish_at_once(whole)
    for part in PARTS:
        row = getattr(whole, part).get()
        for act in (row.save, row.delete):
            with pytest.raises(Refused) as refusal:
                act()
            assert refusal.value.sentence == f"Bộ tiêu chí “Bộ thử” (phiên bản 1) {SENTENCE}"


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
    triggers.remove(connection)
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
    tables = [triggers.SET, *triggers.PARTS]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'criteria%'")
            expected = {f"{table}_frozen" for table in tables} | {"criteria_ruleevent_kept"}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'criteria%'")
            expected = {f"{table}_frozen_{event}" for table in tables for event in ("insert", "update", "delete")}
            expected ^= {f"{triggers.SET}_frozen_insert", "criteria_ruleevent_kept_update"}
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
        triggers.remove(connection)
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
            triggers.install(connection)
    assert refused == ([True] if guarded else [])
    assert draft.criteria.filter(code="N").exists() is not guarded
