"""Two people at once, in real transactions on PostgreSQL; each guard beside what happens without it."""

import threading
import time
from dataclasses import replace
from datetime import date
from functools import partial
from http import HTTPStatus

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse

from criteria.judging.values import Value
from criteria.models import Programme
from evaluations import services, workflow
from evaluations.enums import Action, State
from evaluations.models import Answer, Cycle, Decision, Evaluation, Event, Evidence, Recognition, Sitting
from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.vietnamese.moments import moment_text
from tests.units.reforming import draft, line, the_reform
from units import reforms
from units.models import User

from .factories import dossier_of, hold_sitting, issue, make_total
from .town import PROVINCES, TOWNS, make_town, publish
from .world import fill, more_dossiers, open_world, put

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="cần PostgreSQL: đặt DATABASE_URL"),
]
CELL, SECONDS = "TT124-KDC-1.3", 8


@pytest.fixture
def world(transactional_db):
    return open_world()


def together(*acts) -> list:
    """Each act in a thread and a connection of its own, let go at one moment; what each gave or raised."""
    barrier = threading.Barrier(len(acts))
    outcomes: list = [None] * len(acts)

    def run(at, act):
        try:
            connection.ensure_connection()
            barrier.wait(20)
            outcomes[at] = act()
        except Exception as error:
            outcomes[at] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(at, act)) for at, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def kinds(outcomes) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


# --- one cell --------------------------------------------------------------------------------------------------


def test_of_two_saves_of_one_cell_one_is_told_of_the_other(world):
    """Pair after pair: one is saved, the other is shown both values; no edit that was told "saved" is lost."""
    dossier = world.area
    put([dossier], State.REGISTERED)
    address = reverse("evaluations:cell", args=[dossier.pk])
    clients = [client_of(world.officer), client_of(world.leader)]
    pairs, lost, version, end = 0, 0, 0, time.monotonic() + SECONDS
    while pairs < 200 and time.monotonic() < end:
        texts = [f"{2 * pairs + side}/900" for side in (0, 1)]

        def save(side, texts=texts, version=version):
            return clients[side].post(address, {"code": CELL, "text": texts[side], "version": version})

        answers = together(*[lambda side=side: save(side) for side in (0, 1)])
        assert sorted(answer.status_code for answer in answers) == [HTTPStatus.OK, HTTPStatus.CONFLICT]
        first = 0 if answers[0].status_code == HTTPStatus.OK else 1
        told = answers[1 - first].json()
        assert (told["typed"], told["theirs"], told["version"]) == (texts[1 - first], texts[first], version + 1)
        kept = Answer.objects.get(evaluation=dossier)
        lost += f"{kept.numerator}/900" != texts[first]
        version = kept.version
        pairs += 1
    assert (lost, version) == (0, pairs)
    assert pairs >= 10


def test_without_versions_edits_are_lost(world):
    """The negative control: the last write wins and the first writer never hears of it."""
    dossier = world.area
    put([dossier], State.REGISTERED)
    answer = services.save_answer(dossier, CELL, Value(numerator=0, denominator=9), version=0, by=world.officer)
    lost = 0
    for at in range(1, 11):
        done = together(
            *[
                lambda number=number: Answer.objects.filter(pk=answer.pk).update(numerator=number) and number
                for number in (2 * at, 2 * at + 1)
            ]
        )
        kept = Answer.objects.get(pk=answer.pk).numerator
        lost += len([number for number in done if number != kept])
    assert lost == 10


# --- a block of cells --------------------------------------------------------------------------------------------


def test_of_two_blocks_over_the_same_dossiers_each_cell_is_saved_once(world):
    """Laid in opposite order they wait and never lock each other out; what was told "saved" is what is there."""
    dossiers = more_dossiers(world, [f"Thôn {number}" for number in range(6)])
    put(dossiers, State.REGISTERED)
    address = reverse("evaluations:grid_block", args=[world.cycle.pk])
    clients = [client_of(world.officer), client_of(world.leader)]
    for version in range(8):

        def lay(side, version=version):
            rows = [f"{dossier.pk} {version}" for dossier in (dossiers, dossiers[::-1])[side]]
            block = "\n".join([f"{2 * version + side}/900"] * len(rows))
            return clients[side].post(address, {"block": block, "code": CELL, "row": rows}).json()["cells"]

        answers = together(*[lambda side=side: lay(side) for side in (0, 1)])
        became = [{cell["dossier"]: cell for cell in cells} for cells in answers]
        kept = {answer.evaluation_id: answer for answer in Answer.objects.filter(evaluation__in=dossiers)}
        for dossier in dossiers:
            first = 0 if became[0][dossier.pk]["outcome"] == "saved" else 1
            saved, left = became[first][dossier.pk], became[1 - first][dossier.pk]
            assert (saved["outcome"], left["outcome"]) == ("saved", "conflict")
            assert left["theirs"] == saved["text"] == f"{kept[dossier.pk].numerator}/900"
            assert kept[dossier.pk].version == version + 1


def test_locks_taken_as_cells_are_named_lock_each_other_out(world):
    """The negative control: the same dossiers locked from either end."""
    one, other = world.areas

    def lock(*rows):
        with transaction.atomic():
            for row in rows:
                lock_row(Evaluation.objects, row.pk)
                time.sleep(0.5)

    assert "OperationalError" in kinds(together(lambda: lock(one, other), lambda: lock(other, one)))


# --- moving on while somebody writes ---------------------------------------------------------------------------


def test_a_file_is_never_sent_with_a_cell_emptied_beside_it(world):
    """Either the emptying comes first and the dossier is not sent, or it is sent and the emptying is refused."""
    dossiers = more_dossiers(world, [f"Thôn {number}" for number in range(12)])
    fill(dossiers, world.officer, appraised=False)
    put(dossiers, State.REGISTERED)
    seen = set()
    for dossier in dossiers:
        outcomes = together(
            lambda dossier=dossier: workflow.advance(dossier, Action.SUBMIT, by=User.objects.get(pk=world.officer.pk)),
            lambda dossier=dossier: services.save_answer(
                dossier, CELL, Value(), version=1, by=User.objects.get(pk=world.leader.pk)
            ),
        )
        state = Evaluation.objects.get(pk=dossier.pk).state
        empty = dossier.answers.get(criterion__code=CELL).own.is_empty
        seen.add((state, empty))
        assert kinds(outcomes) in (["Evaluation", "Refused"], ["Answer", "Refused"])
        assert (state == State.SUBMITTED) != empty
    assert seen <= {(State.SUBMITTED, False), (State.REGISTERED, True)}


def test_without_the_lock_a_file_is_sent_with_a_gap(world):
    """The negative control: the state was read before the lock, the write came after the dossier had gone."""
    dossier = world.area
    fill([dossier], world.officer, appraised=False)
    put([dossier], State.REGISTERED)
    read, sent = threading.Event(), threading.Event()

    def write_unlocked():
        assert Evaluation.objects.get(pk=dossier.pk).state == State.REGISTERED
        read.set()
        sent.wait(10)
        return Answer.objects.filter(evaluation=dossier, criterion__code=CELL).update(numerator=None, denominator=None)

    def send():
        read.wait(10)
        workflow.advance(dossier, Action.SUBMIT, by=world.officer)
        sent.set()

    together(write_unlocked, send)
    assert Evaluation.objects.get(pk=dossier.pk).state == State.SUBMITTED
    assert dossier.answers.get(criterion__code=CELL).own.is_empty


def test_a_file_is_never_taken_back_with_an_appraised_cell_written_beside_it(world):
    """Either it comes back and the appraiser is told it is not there, or the cell stands and the recall is refused."""
    dossiers = more_dossiers(world, [f"Thôn {number}" for number in range(12)])
    fill(dossiers, world.officer, appraised=False)
    put(dossiers, State.SUBMITTED, submitted_by=world.officer)
    appraiser = client_of(world.standing)
    seen = set()
    for dossier in dossiers:
        address = reverse("evaluations:cell", args=[dossier.pk])
        cell = {"code": CELL, "text": "99/100", "version": 1, "side": "appraised"}
        back, saved = together(
            lambda dossier=dossier: workflow.advance(
                dossier, Action.RECALL, by=User.objects.get(pk=world.leader.pk), comment="Nhập nhầm"
            ),
            lambda address=address, cell=cell: appraiser.post(address, cell),
        )
        state = Evaluation.objects.get(pk=dossier.pk).state
        begun = not dossier.answers.get(criterion__code=CELL).appraised.is_empty
        seen.add((state, begun))
        assert isinstance(back, Refused) == begun == (saved.status_code == HTTPStatus.OK)
    assert seen <= {(State.SUBMITTED, True), (State.REGISTERED, False)}


def test_without_the_lock_a_file_is_taken_back_under_the_appraisers_hands(world):
    """The negative control: the state was read before the lock, the cell came after the dossier had gone."""
    dossier = world.area
    fill([dossier], world.officer, appraised=False)
    put([dossier], State.SUBMITTED, submitted_by=world.officer)
    read, gone = threading.Event(), threading.Event()

    def write_unlocked():
        assert Evaluation.objects.get(pk=dossier.pk).state == State.SUBMITTED
        read.set()
        gone.wait(10)
        held = Answer.objects.filter(evaluation=dossier, criterion__code=CELL)
        return held.update(appraised_numerator=99, appraised_denominator=100)

    def take_back():
        read.wait(10)
        workflow.advance(dossier, Action.RECALL, by=world.leader, comment="Nhập nhầm")
        gone.set()

    together(write_unlocked, take_back)
    assert Evaluation.objects.get(pk=dossier.pk).state == State.REGISTERED
    assert not dossier.answers.get(criterion__code=CELL).appraised.is_empty


def test_of_two_who_move_one_file_one_is_told(world):
    dossier = world.area
    outcomes = together(
        *[
            lambda user=user: workflow.advance(dossier, Action.REGISTER, by=user)
            for user in (world.officer, world.leader)
        ]
    )
    refusal = next(outcome for outcome in outcomes if isinstance(outcome, Refused))
    event = Event.objects.get(evaluation=dossier)
    assert kinds(outcomes) == ["Evaluation", "Refused"]
    assert f"(đăng ký lúc {moment_text(event.at)}, {event.by_post})" in refusal.sentence


def test_without_the_door_both_believe_they_moved_it(world):
    """The negative control: both saw "expected", both logged."""
    dossier = world.area
    meet = threading.Barrier(2)

    def move(user):
        with transaction.atomic():
            assert Evaluation.objects.get(pk=dossier.pk).state == State.EXPECTED
            meet.wait(10)
            Evaluation.objects.filter(pk=dossier.pk).update(state=State.REGISTERED)
            event = {"action": "register", "label": "Đăng ký", "source": "expected", "target": "registered"}
            return Event.objects.create(evaluation=dossier, by=user, by_post=str(user), **event)

    assert kinds(together(lambda: move(world.officer), lambda: move(world.leader))) == ["Event", "Event"]
    assert Event.objects.filter(evaluation=dossier).count() == 2


# --- a sitting and its decision --------------------------------------------------------------------------------


@pytest.fixture
def sitting(world):
    dossiers = world.areas
    fill(dossiers, world.officer)
    put(dossiers, State.APPRAISED, submitted_by=world.officer)
    return hold_sitting(world.council.committee, dossiers, by=world.standing)


def test_two_who_close_one_sitting_make_one_decision(world, sitting):
    outcomes = together(
        *[lambda user=user: services.close_sitting(sitting, by=user) for user in (world.chair, world.standing)]
    )
    assert kinds(outcomes) == ["Decision", "Refused"]
    sitting.refresh_from_db()
    refusal = next(outcome for outcome in outcomes if isinstance(outcome, Refused))
    assert refusal.sentence.endswith(f"bởi {sitting.closed_by}. Hãy tải lại trang.")
    assert (Decision.objects.count(), Event.objects.filter(action="propose").count()) == (1, 2)


def test_without_the_lock_the_second_runs_into_the_first(world, sitting):
    """The negative control: both saw the sitting open; only the constraint is left, and it answers with an error."""
    meet = threading.Barrier(2)

    def close():
        with transaction.atomic():
            found = Sitting.objects.get(pk=sitting.pk)
            assert not found.is_closed
            meet.wait(10)
            return Decision.objects.create(issuer=world.commune, sitting=found)

    assert kinds(together(close, close)) == ["Decision", "IntegrityError"]


def test_two_clerks_who_issue_one_decision_issue_it_once(world, sitting):
    draft = services.close_sitting(sitting, by=world.chair)
    outcomes = together(
        lambda: issue(draft, by=world.chair, number=1), lambda: issue(draft, by=world.standing, number=2)
    )
    assert kinds(outcomes) == ["Decision", "Refused"]
    issued = Decision.objects.get()
    refusal = next(outcome for outcome in outcomes if isinstance(outcome, Refused))
    assert refusal.sentence == f"Quyết định đã phát hành: số {issued.reference} ngày 08/11/2024."
    assert (issued.number in (1, 2), Recognition.objects.count()) == (True, 2)


def test_two_decisions_do_not_take_one_number(world):
    dossiers = world.areas
    fill(dossiers, world.officer)
    put(dossiers, State.APPRAISED, submitted_by=world.officer)
    drafts = [
        services.close_sitting(hold_sitting(world.council.committee, [dossier], by=world.standing), by=world.chair)
        for dossier in dossiers
    ]
    outcomes = together(*[lambda draft=draft: issue(draft, by=world.chair, number=5) for draft in drafts])
    assert kinds(outcomes) == ["Decision", "Refused"]
    refusal = next(outcome for outcome in outcomes if isinstance(outcome, Refused))
    assert refusal.sentence == "Số 05/QĐ-UBND năm 2024 đã dùng. Số tiếp theo còn trống là 06."
    assert Recognition.objects.count() == 1


def take_back_beside_another(world, sitting) -> list:
    """Two revocations of one recognition: the second begins when the first has written and not committed yet."""
    issue(services.close_sitting(sitting, by=world.chair), by=world.chair)
    recognition = Recognition.objects.first()
    written = threading.Event()
    arguments = {"symbol": "QĐ-UBND", "signed_on": date(2024, 12, 2), "signer": "Ai", "reason": "Sai phạm"}

    def first():
        with transaction.atomic():
            done = services.revoke(recognition, number=2, by=world.chair, **arguments)
            written.set()
            time.sleep(0.5)
        return done

    def second():
        written.wait(10)
        return services.revoke(recognition, number=3, by=world.chair, **arguments)

    return together(first, second)


def test_two_who_take_one_recognition_back(world, sitting):
    outcomes = take_back_beside_another(world, sitting)
    assert kinds(outcomes) == ["Decision", "Refused"]
    assert outcomes[1].sentence == "Công nhận này đã bị thu hồi từ trước."
    assert Decision.objects.filter(kind="revoke").count() == Event.objects.filter(action="revoke").count() == 1


def test_without_the_lock_both_take_it_back(world, sitting, monkeypatch):
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)
    assert kinds(take_back_beside_another(world, sitting)) == ["Decision", "Decision"]
    assert Decision.objects.filter(kind="revoke").count() == Event.objects.filter(action="revoke").count() == 2


def test_of_many_pairs_of_revocations_none_is_doubled(world):
    """Let go at one moment, as two requests are: by whichever door they pass, one decision a recognition."""
    dossiers = more_dossiers(world, [f"Thôn {number}" for number in range(20)])
    fill(dossiers, world.officer)
    put(dossiers, State.APPRAISED, submitted_by=world.officer)
    draft = services.close_sitting(hold_sitting(world.council.committee, dossiers, by=world.standing), by=world.chair)
    issue(draft, by=world.chair)
    world.chair.set_password("mat-khau-cua-truong-ban")
    world.chair.save()
    clients = [client_of(world.chair), client_of(world.chair)]
    typed = {"symbol": "QĐ-UBND", "signed_on": "02/12/2024", "signer": "Ai", "reason": "Sai phạm"}
    for number, recognition in enumerate(Recognition.objects.order_by("pk")):
        address = reverse("evaluations:recognition_revoke", args=[recognition.pk])
        data = [
            typed
            | {"number": 2 * number + side, "password": "mat-khau-cua-truong-ban", "once": f"{'t' * 20}{side}{number}"}
            for side in (10, 11)
        ]
        answers = together(*[partial(client.post, address, one) for client, one in zip(clients, data, strict=True)])
        assert sorted(answer.status_code for answer in answers) == [HTTPStatus.FOUND, HTTPStatus.UNPROCESSABLE_ENTITY]
    assert Decision.objects.filter(kind="revoke").count() == Event.objects.filter(action="revoke").count() == 20


# --- the same form twice ---------------------------------------------------------------------------------------


def test_a_double_click_makes_one_sitting(world):
    data = {
        "cycle": world.cycle.pk,
        "committee": world.council.committee.pk,
        "held_on": "04/11/2024",
        "place": "",
        "once": "t" * 24,
    }
    address = reverse("evaluations:sitting_create")
    clients = [client_of(world.standing), client_of(world.standing)]
    answers = together(*[lambda client=client: client.post(address, data) for client in clients])
    made = Sitting.objects.get()
    place = reverse("evaluations:sitting_detail", args=[made.pk])
    assert [(answer.status_code, answer.url) for answer in answers] == [(302, place), (302, place)]
    # the negative control: without a token each click makes its own
    together(*[lambda client=client: client.post(address, data | {"once": ""}) for client in clients])
    assert Sitting.objects.count() == 3


def test_a_double_click_attaches_one_paper(world, settings, tmp_path):
    from .factories import make_paper

    settings.FILES_DIR = tmp_path
    dossier = world.area
    put([dossier], State.REGISTERED)
    address = reverse("evaluations:evidence_add", args=[dossier.pk])
    clients = [client_of(world.officer), client_of(world.officer)]

    def attach(client, words, once):
        data = {"file": make_paper(words), "title": "Giấy", "codes": [CELL], "once": once}
        return client.post(address, data).status_code

    assert together(*[lambda client=client: attach(client, "một", "t" * 24) for client in clients]) == [302, 302]
    assert Evidence.objects.count() == 1
    # by two tokens the same bytes still come in once; the second is told
    answers = together(
        *[lambda client=client, at=at: attach(client, "hai", f"{at}" * 24) for at, client in enumerate(clients)]
    )
    assert (sorted(answers), Evidence.objects.count()) == ([302, 422], 2)


def test_a_year_opened_twice_at_once_opens_once(world):
    programme = Programme.objects.get(code="safety")

    def open_it():
        return services.open_cycle(programme, world.tree.province, 2023, as_of=date(2023, 6, 30), by=None)

    assert kinds(together(open_it, open_it)) == ["Cycle", "Refused"]
    cycle = Cycle.objects.get(year=2023)
    assert cycle.evaluations.count() == world.cycle.evaluations.count()
    assert dossier_of(cycle, world.tree.areas[0]).state == State.EXPECTED


# --- totals of past years ----------------------------------------------------------------------------------------


def correct_beside_another(total) -> list:
    """Two correct one total, both from the page of 9 met; the first takes half a second to commit."""
    written = threading.Event()

    def row(met: int):
        figures = replace(services.Figures.of(total), met=met)
        return services.Total(total.place, total.programme, total.year, total.kind, figures, total)

    def first():
        with transaction.atomic():
            done = services.record_totals([row(8)], total.place.province, by=None, reason="Gõ nhầm")
            written.set()
            time.sleep(0.5)
        return done

    def second():
        written.wait(10)
        return services.record_totals([row(7)], total.place.province, by=None, reason="Gõ nhầm")

    return together(first, second)


def test_two_who_correct_one_total(world):
    total = make_total(world.commune)
    outcomes = correct_beside_another(total)
    assert kinds(outcomes) == ["Refused", "tuple"]
    assert "vừa được người khác ghi" in outcomes[1].sentence
    total.refresh_from_db()
    assert (total.met, total.events.count()) == (8, 2)


def test_without_the_lock_the_second_correction_hides_the_first(world, monkeypatch):
    total = make_total(world.commune)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)
    assert kinds(correct_beside_another(total)) == ["tuple", "tuple"]
    total.refresh_from_db()
    assert total.met == 7
    assert ["đạt 9" in line.before for line in total.events.all()] == [False, True, True]


@pytest.mark.parametrize("guarded", [True, False])
def test_a_towns_and_its_provinces_year_opened_at_once_share_no_unit(transactional_db, tmp_path, monkeypatch, guarded):
    """The second roster waits for the first and leaves its units off; without the guard the wards stand on both."""
    tree = make_town()
    programme = publish(tmp_path, PROVINCES, TOWNS)
    if not guarded:
        monkeypatch.setattr("evaluations.services.cycles.one_writer", lambda province: None)

    def open_for(place):
        return services.open_cycle(programme, tree.province, 2024, as_of=date(2024, 1, 2), place=place, by=None)

    def other():
        open_for(None)
        connections.close_all()

    second = threading.Thread(target=other)
    with transaction.atomic():
        open_for(tree.town)
        second.start()
        second.join(1.5)
        assert second.is_alive() == guarded
    second.join(20)
    stood = Evaluation.objects.values_list("unit_name", flat=True)
    assert len(stood) - len(set(stood)) == (0 if guarded else len(tree.wards))


# --- closing the year ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["move", "save"])
def test_who_waits_for_a_year_to_close_finds_it_closed(world, what):
    dossier = world.area
    put([dossier], State.REGISTERED if what == "save" else State.EXPECTED)
    outcomes = []

    def act():
        try:
            if what == "move":
                workflow.advance(dossier, Action.REGISTER, by=world.officer)
            else:
                services.save_answer(dossier, CELL, Value(numerator=1, denominator=2), version=0, by=world.officer)
        except Refused as refusal:
            outcomes.append(refusal.sentence)
        finally:
            connections.close_all()

    acting = threading.Thread(target=act)
    with transaction.atomic():
        services.close_cycle(world.cycle, reason="Đã tổng kết năm", by=world.staff)
        acting.start()
        time.sleep(0.5)
        assert acting.is_alive()  # it waits for the closing to end
    acting.join(10)
    assert outcomes == ["Kỳ đánh giá năm 2024 đã khoá sổ."]
    assert (Event.objects.count(), Answer.objects.count()) == (0, 0)


def test_a_year_joined_to_the_file_waited_for_is_an_old_one(world):
    """The negative control: one statement for both sees the dossier of after the wait and the year of before it."""
    seen = []

    def look():
        with transaction.atomic():
            rows = Evaluation.objects.select_for_update(of=("self",)).select_related("cycle")
            dossier = rows.get(pk=world.area.pk)
            seen.extend([dossier.cycle.status, Cycle.objects.get(pk=dossier.cycle_id).status])
        connections.close_all()

    looking = threading.Thread(target=look)
    with transaction.atomic():
        services.close_cycle(world.cycle, reason="Đã tổng kết năm", by=world.staff)
        looking.start()
        time.sleep(0.5)
    looking.join(10)
    assert seen == ["open", "closed"]


# --- a reorganisation applied meanwhile --------------------------------------------------------------------------


def applied_beside(reform, act) -> list:
    """The reform is being applied, and the act begins; what each gave or raised."""
    written = threading.Event()

    def apply():
        with transaction.atomic():
            reforms.apply(reform, by=None)
            written.set()
            time.sleep(0.5)

    def follow():
        written.wait(10)
        return act()

    return together(apply, follow)


def open_beside_a_merger(world) -> list:
    """The year whose roster is of a day after two of the commune's areas became one."""
    programme, (one, other) = Programme.objects.get(code="safety"), world.tree.areas[:2]
    merger = draft(world.tree, line("merge", one, to_unit=other), day=date(2023, 5, 1))
    opened = {"as_of": date(2023, 6, 30), "by": None}
    return applied_beside(merger, lambda: services.open_cycle(programme, world.tree.province, 2023, **opened))


def prepare_sitting(world):
    held = {"held_on": date(2025, 11, 4), "place": "", "chair": None, "secretary": None}
    return lambda: services.create_sitting(world.council.committee, world.cycle, **held, by=world.standing)


@pytest.fixture
def unlocked(monkeypatch):
    monkeypatch.setattr("units.locks.take_lock", lambda name, **options: None)


def on_ended_units(year: int) -> int:
    return Evaluation.objects.filter(cycle__year=year, unit__closed_on__isnull=False).count()


def test_a_year_opened_while_a_reform_is_applied_holds_the_heirs(world):
    assert kinds(open_beside_a_merger(world)) == ["Cycle", "NoneType"]
    assert on_ended_units(2023) == 0


def test_without_the_lock_it_holds_units_that_have_ended(world, unlocked):
    assert kinds(open_beside_a_merger(world)) == ["Cycle", "NoneType"]
    assert on_ended_units(2023) == 1


def test_no_sitting_is_prepared_at_a_place_that_is_ending(world):
    _, refusal = applied_beside(the_reform(world.tree), prepare_sitting(world))
    assert isinstance(refusal, Refused)  # who prepared sittings there holds no role there any more
    assert not Sitting.objects.exists()


def test_without_the_lock_it_is_prepared_there(world, unlocked):
    assert kinds(applied_beside(the_reform(world.tree), prepare_sitting(world))) == ["NoneType", "Sitting"]
