"""The table of moves against one written by hand, its door, its log that only grows, and walks that never leave it."""

from datetime import datetime

import pytest
from django.conf import settings as portal_settings
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from criteria.judging.values import Value
from evaluations import queries, services, workflow
from evaluations.enums import Action, CycleStatus, Side, State
from evaluations.judging.dossiers import judged_dossier
from evaluations.models import Cycle, Evaluation, Event, triggers
from evaluations.workflow.diagram import diagram
from portal.core.errors import Refused
from portal.core.vietnamese.moments import moment_text
from tests.conftest import depth
from units.enums import ROLE_PLACES, Role, UnitKind
from units.models import User

from ..units.factories import make_user
from .factories import attach, dossier_of, read_criteria, register, submit
from .world import fill, more_dossiers, put

pytestmark = pytest.mark.both  # triggers keep the log

# The hand-written table: who (role at which of the dossier's places), from where, to where, whether a reason is asked.
ENTRY, APPRAISAL, DECISION, PROVINCE = "entry", "appraisal", "decision", "province"
CLERKS = {(Role.OFFICER, ENTRY), (Role.LEADER, ENTRY)}
EXCUSERS = {(Role.LEADER, ENTRY), (Role.STAFF, PROVINCE)}
ABOVE = {(role, place) for role in (Role.STAFF, Role.STANDING, Role.CHAIR) for place in (APPRAISAL, PROVINCE)}
APPRAISERS = {(Role.STANDING, APPRAISAL)}
SECRETARIES = {(Role.STANDING, DECISION)}
DECIDERS = {(Role.STANDING, DECISION), (Role.CHAIR, DECISION)}
HAND = {
    "register": (CLERKS, {State.EXPECTED}, State.REGISTERED, False),
    "submit": (CLERKS, {State.REGISTERED, State.RETURNED}, State.SUBMITTED, False),
    "recall": (CLERKS, {State.SUBMITTED}, State.REGISTERED, True),
    "withdraw": (EXCUSERS, {State.EXPECTED, State.REGISTERED}, State.WITHDRAWN, True),
    "exclude": (ABOVE, {State.WITHDRAWN}, State.EXCLUDED, True),
    "restore": (EXCUSERS, {State.WITHDRAWN, State.EXCLUDED}, State.EXPECTED, True),
    "return": (APPRAISERS, {State.SUBMITTED, State.APPRAISED}, State.RETURNED, True),
    "appraise": (APPRAISERS, {State.SUBMITTED}, State.APPRAISED, False),
    "table": (SECRETARIES, {State.APPRAISED}, State.TABLED, False),
    "untable": (SECRETARIES, {State.TABLED}, State.APPRAISED, False),
    "propose": (DECIDERS, {State.TABLED}, State.PROPOSED, False),
    "decline": (DECIDERS, {State.TABLED}, State.DECLINED, True),
    "defer": (DECIDERS, {State.TABLED}, State.APPRAISED, True),
    "recognise": (DECIDERS, {State.PROPOSED}, State.RECOGNISED, False),
    "reconsider": (SECRETARIES, {State.DECLINED}, State.APPRAISED, True),
    "revoke": ({(Role.CHAIR, DECISION)}, {State.RECOGNISED}, State.REVOKED, True),
}
# Moves of a reorganisation: its own door has asked who may, so this one asks nobody and no page offers them.
OTHER_DOORS = {
    "reform": (
        {*State} - {State.RECOGNISED, State.DECLINED, State.REVOKED, State.WITHDRAWN, State.EXCLUDED},
        State.EXCLUDED,
    ),
    "reform_undone": ({State.EXCLUDED}, None),
}
BUTTONS = {"register", "submit", "recall", "withdraw", "exclude", "restore", "return", "appraise", "reconsider"}
CELL = "TT124-KDC-2"
NOT_BY_THE_SENDER = {"return", "appraise", "propose", "decline", "defer", "recognise", "revoke"}


def entitled(action: str, holds: set[tuple[str, str]]) -> bool:
    return bool(HAND[action][0] & holds)


# --- the table -------------------------------------------------------------------------------------------------


def test_the_table_is_the_hand_written_one():
    written = {
        action: (set(step.sources), step.target, step.needs_reason, step.has_button)
        for action, step in workflow.TRANSITIONS.items()
    }
    assert written == {
        action: (sources, target, reason, action in BUTTONS) for action, (_, sources, target, reason) in HAND.items()
    } | {action: (sources, target, False, False) for action, (sources, target) in OTHER_DOORS.items()}
    assert {step.action for step in workflow.TRANSITIONS.values() if step.who is None} == set(OTHER_DOORS)


def test_every_button_says_what_it_has_done():
    told = {action for action, step in workflow.TRANSITIONS.items() if step.done}
    assert told == BUTTONS
    for action in told:
        said = workflow.TRANSITIONS[action].done.format("Thôn 1")
        assert said.startswith("Đã ") and said.endswith(".") and said.count("Thôn 1") == 1


@pytest.fixture(scope="module")
def product(lasting_world):
    """A dossier in each state, entered, appraised and decided at three different places, and every role everywhere."""
    world = lasting_world
    tree = world.tree
    places = {ENTRY: world.commune, APPRAISAL: world.district, DECISION: tree.province}
    strangers = [tree.communes[1], tree.communes[2], tree.districts[1], tree.areas[0]]
    made = more_dossiers(
        world,
        [f"Thôn {state.label}" for state in State],
        **{f"{name}_unit": place for name, place in places.items()},
        submitted_by=world.officer,
    )
    dossiers = dict(zip(State, made, strict=True))
    for state, dossier in dossiers.items():
        put([dossier], state)
    fill(list(dossiers.values()), world.officer)
    people = {}
    for role in Role:
        for unit in [*places.values(), *strangers]:
            if unit.kind in ROLE_PLACES.get(role, UnitKind):
                holds = {(role, name) for name, place in places.items() if place.pk == unit.pk}
                holds |= {(role, PROVINCE)} if unit.pk == tree.province.pk else set()
                people[make_user(role, unit)] = holds
    people[make_user()] = set()  # placed nowhere
    return dossiers, people


def outcomes(dossiers, user, action, comment="Lý do rõ ràng") -> dict[str, str]:
    """Where each of the dossiers is after the user asked for the move; everything is put back."""
    with transaction.atomic():
        workflow.advance_many([dossier.pk for dossier in dossiers.values()], action, by=user, comment=comment)
        after = dict(
            Evaluation.objects.filter(pk__in=[dossier.pk for dossier in dossiers.values()]).values_list("pk", "state")
        )
        transaction.set_rollback(True)
    return {state: after[dossier.pk] for state, dossier in dossiers.items()}


@pytest.mark.parametrize("action", HAND)
def test_every_state_and_role_against_the_hand_table(product, world, action):
    dossiers, people = product
    _, sources, target, _ = HAND[action]
    for user, holds in people.items():
        expected = {state: target if entitled(action, holds) and state in sources else state for state in State}
        assert outcomes(dossiers, user, action) == expected, (action, user.post)


@pytest.mark.parametrize("action", [action for action, row in HAND.items() if row[3]])
@pytest.mark.parametrize("comment", ["", "  \n\t "])
def test_a_move_that_needs_a_reason_is_refused_without_one(product, world, action, comment):
    dossiers, people = product
    user = next(user for user, holds in people.items() if entitled(action, holds))
    assert outcomes(dossiers, user, action, comment) == {state: state for state in State}
    source = next(iter(HAND[action][1]))
    with pytest.raises(Refused) as refusal:
        workflow.advance(dossiers[source], action, by=user, comment=comment)
    assert refusal.value.sentence == f"“{workflow.TRANSITIONS[action].label}” phải ghi rõ lý do."


def test_buttons_are_the_door(product, world):
    """A button stands on the page exactly where the door would let the move through, a reason given."""
    dossiers, people = product
    for user, holds in people.items():
        moves = {
            action: {state for state, after in outcomes(dossiers, user, action).items() if after != state}
            for action in BUTTONS
            if entitled(action, holds)
        }
        for state, dossier in dossiers.items():
            dossier.cycle = world.cycle
            shown = {step.action for step in workflow.available(dossier, user)}
            assert shown == {action for action, states in moves.items() if state in states}, (state, user.post)


@pytest.mark.parametrize("action", NOT_BY_THE_SENDER)
def test_who_sent_a_file_neither_appraises_nor_decides_it(product, world, action):
    dossiers, people = product
    user = next(user for user, holds in people.items() if entitled(action, holds))
    source = next(iter(HAND[action][1]))
    with transaction.atomic():
        put([dossiers[source]], source, submitted_by=user)
        with pytest.raises(Refused) as refusal:
            workflow.advance(dossiers[source], action, by=user, comment="Lý do")
        transaction.set_rollback(True)
    dossiers[source].refresh_from_db()
    assert refusal.value.sentence == "Người gửi hồ sơ không được thẩm định hoặc quyết định hồ sơ của chính mình."
    # the negative control: it is the sending that stands in the way
    assert outcomes(dossiers, user, action)[source] == HAND[action][2]


def test_a_closed_year_refuses_everything_but_revoking(product, world):
    """A title wrongly given is often found out the year after: taking it back stays possible, nothing else does."""
    dossiers, people = product
    Cycle.objects.filter(pk=world.cycle.pk).update(status=CycleStatus.CLOSED)
    for user, holds in people.items():
        for action in HAND:
            if entitled(action, holds) and action != "revoke":
                assert outcomes(dossiers, user, action) == {state: state for state in State}
            elif entitled(action, holds):
                assert outcomes(dossiers, user, action)[State.RECOGNISED] == State.REVOKED
        for dossier in dossiers.values():
            assert workflow.available(Evaluation.objects.select_related("cycle").get(pk=dossier.pk), user) == []
    with pytest.raises(Refused) as refusal:
        workflow.advance(dossiers[State.EXPECTED], Action.REGISTER, by=world.officer)
    assert refusal.value.sentence == "Kỳ đánh giá năm 2024 đã khoá sổ."


# --- the door --------------------------------------------------------------------------------------------------


def test_a_file_that_moved_on_tells_who_and_when(world):
    dossier = world.area
    register(dossier, by=world.officer)
    with pytest.raises(Refused) as refusal:
        workflow.advance(dossier, Action.REGISTER, by=world.leader)
    at = moment_text(Event.objects.get(evaluation=dossier).at)
    assert refusal.value.sentence == (
        f"Không thể “Đăng ký”: hồ sơ {dossier.unit_name} đang ở tình trạng “Đã đăng ký” "
        f"(đăng ký lúc {at}, {world.officer.post}). Hãy tải lại trang để xem."
    )
    assert datetime.strptime(at, "%H:%M ngày %d/%m/%Y").year >= 2026


def test_a_file_in_a_wrong_state_without_a_past_is_named_too(world):
    with pytest.raises(Refused) as refusal:
        workflow.advance(world.area, Action.SUBMIT, by=world.officer)
    assert refusal.value.sentence == (
        f"Không thể “Gửi thẩm định”: hồ sơ {world.area.unit_name} đang ở tình trạng “Chưa đăng ký”. "
        "Hãy tải lại trang để xem."
    )


def test_gaps_stand_in_the_way_of_sending(world):
    dossier = world.area
    register(dossier, by=world.officer)

    def told():
        with pytest.raises(Refused) as refusal:
            workflow.advance(dossier, Action.SUBMIT, by=world.officer)
        return refusal.value.sentence

    assert told() == (
        "Còn 17 tiêu chí chưa có số liệu: 1.1, 1.2, 1.3, 2, 3a, 3b, 3c, 3d, 3đ, 3e, 3g, 4a, 4b, 4c, 4d, 5.1, 5.2. "
        "Hãy nhập đủ rồi gửi."
    )
    fill([dossier], world.officer, appraised=False)
    dossier.evidence.all().delete()
    assert told() == "Còn thiếu minh chứng cho tiêu chí 1.1, 1.2, 2, 4c, 5.1. Hãy đính kèm rồi gửi."
    attach(dossier, world.officer)
    assert workflow.advance(dossier, Action.SUBMIT, by=world.officer).state == State.SUBMITTED


def test_a_criterion_owned_as_not_met_asks_for_no_paper(world):
    """The law asks for proof of what is met; a unit that says it failed may send its dossier."""
    submit(dossier := world.area, by=world.officer, failing={"TT124-KDC-2"})
    assert (dossier_of(world.cycle, dossier.unit).state, dossier.evidence.count()) == (State.SUBMITTED, 1)


def test_appraisal_must_be_whole(world):
    submit(dossier := world.area, by=world.officer)
    with pytest.raises(Refused) as refusal:
        workflow.advance(dossier, Action.APPRAISE, by=world.standing)
    assert refusal.value.sentence.startswith("Còn 17 tiêu chí chưa thẩm định: 1.1, 1.2,")
    assert services.accept_answers(dossier, by=world.standing) == 17
    assert workflow.advance(dossier, Action.APPRAISE, by=world.standing).state == State.APPRAISED


def told_of(dossier, by) -> str:
    """Why the sender may not have the dossier back; empty when it comes back, which is undone."""
    with transaction.atomic():
        try:
            workflow.advance(dossier, Action.RECALL, by=by, comment="Nhập nhầm số hộ")
        except Refused as refusal:
            return refusal.sentence
        transaction.set_rollback(True)
        return ""


@pytest.mark.parametrize(
    "begin",
    [
        lambda dossier, by: services.accept_answers(dossier, by=by),
        lambda dossier, by: services.save_answer(dossier, CELL, Value(met=True), version=1, by=by, side=Side.APPRAISED),
        lambda dossier, by: services.save_answer(
            dossier, CELL, Value(), version=1, by=by, side=Side.APPRAISED, note="Chưa rõ số hộ"
        ),
        lambda dossier, by: services.save_remark(dossier, CELL, "Chưa rõ số hộ", seen="", by=by),
    ],
)
def test_nobody_takes_back_what_is_being_appraised(world, begin):
    submit(dossier := world.area, by=world.officer)
    offered = [step.action for step in workflow.available(dossier_of(world.cycle, dossier.unit), world.leader)]
    assert (offered, told_of(dossier, world.leader)) == (["recall"], "")
    begin(dossier, world.standing)
    assert told_of(dossier, world.leader) == (
        f"Nơi thẩm định đã ghi kết quả vào hồ sơ {dossier.unit_name} nên không rút lại được. "
        "Cần sửa, hãy đề nghị nơi thẩm định trả lại hồ sơ."
    )
    dossier = dossier_of(world.cycle, dossier.unit)
    assert workflow.available(dossier, world.leader, judged_dossier(dossier)) == []


def test_after_a_return_it_is_taken_back_until_this_round_is_begun(world):
    """What the first round wrote stays beside the answers; it comes back as what it was sent from, with its reason."""
    submit(dossier := world.area, by=world.officer)
    services.accept_answers(dossier, by=world.standing)
    workflow.advance(dossier, Action.RETURN, by=world.standing, comment="Thiếu biên bản")
    workflow.advance(dossier, Action.SUBMIT, by=world.officer)
    workflow.advance(dossier, Action.RECALL, by=world.leader, comment="Gửi nhầm")
    dossier = dossier_of(world.cycle, dossier.unit)
    assert dossier.state == State.RETURNED and not dossier.answers.get(criterion__code=CELL).appraised.is_empty
    assert queries.returns_of([dossier])[dossier.pk].comment == "Thiếu biên bản"
    workflow.advance(dossier, Action.SUBMIT, by=world.officer)
    services.save_answer(dossier, CELL, Value(met=True), version=2, by=world.standing, side=Side.APPRAISED, note="Rõ")
    assert told_of(dossier, world.leader).startswith("Nơi thẩm định đã ghi kết quả")


def test_what_the_appraiser_was_refused_is_no_beginning(world):
    submit(dossier := world.area, by=world.officer)
    with pytest.raises(services.Conflict):
        services.save_answer(dossier, CELL, Value(met=True), version=9, by=world.standing, side=Side.APPRAISED)
    assert workflow.advance(dossier, Action.RECALL, by=world.leader, comment="Nhập nhầm").state == State.REGISTERED


def test_a_dossier_taken_back_is_written_to_and_sent_again(world):
    submit(dossier := world.area, by=world.officer)
    workflow.advance(dossier, Action.RECALL, by=world.leader, comment="Nhập nhầm số hộ")
    event = Event.objects.filter(evaluation=dossier).latest("pk")
    assert (event.action, event.source, event.target, event.by, event.comment) == (
        *("recall", "submitted", "registered"),
        world.leader,
        "Nhập nhầm số hộ",
    )
    services.save_answer(dossier, CELL, Value(met=False), version=1, by=world.officer)
    assert workflow.advance(dossier, Action.SUBMIT, by=world.officer).state == State.SUBMITTED


def test_each_file_gets_its_own_reason(world):
    dossiers = world.areas
    fill(dossiers, world.officer)
    put(dossiers, State.TABLED)
    moved = workflow.advance_many(
        [dossier.pk for dossier in dossiers],
        Action.DECLINE,
        by=world.chair,
        comment={dossiers[0].pk: "Không đạt tiêu chí 2"},
    )
    assert [dossier.pk for dossier in moved.done] == [dossiers[0].pk]
    assert [(dossier.pk, told) for dossier, told in moved.refused] == [
        (dossiers[1].pk, "“Phiên họp kết luận chưa đạt” phải ghi rõ lý do.")
    ]


def test_the_stamps_say_who_and_when(world):
    submit(dossier := world.area, by=world.officer)
    fill_in = services.accept_answers(dossier, by=world.standing)
    workflow.advance(dossier, Action.APPRAISE, by=world.standing)
    dossier = dossier_of(world.cycle, dossier.unit)
    log = list(dossier.events.exclude(action="attach").values_list("action", "source", "target", "by", "by_post"))
    assert (fill_in, dossier.submitted_by, dossier.appraised_by) == (17, world.officer, world.standing)
    assert dossier.registered_on is not None and dossier.submitted_at <= dossier.appraised_at
    assert log == [
        ("register", "expected", "registered", world.officer.pk, world.officer.post),
        ("submit", "registered", "submitted", world.officer.pk, world.officer.post),
        ("appraise", "submitted", "appraised", world.standing.pk, world.standing.post),
    ]


def test_no_such_file_is_a_sentence(world):
    dossier = world.area
    dossier.pk = 10**9
    with pytest.raises(Refused) as refusal:
        workflow.advance(dossier, Action.REGISTER, by=world.officer)
    assert refusal.value.sentence == "Không tìm thấy hồ sơ. Hãy tải lại trang."


@pytest.mark.parametrize(("action", "state"), [("register", State.EXPECTED), ("submit", State.REGISTERED)])
@pytest.mark.parametrize("able", [True, False])
def test_statements_do_not_grow_with_the_files(world, action, state, able):
    dossiers = [world.area, *more_dossiers(world, [f"Thôn đông {number}" for number in range(99)])]
    fill(dossiers, world.officer)
    put(dossiers, state if able else State.SUBMITTED)
    read_criteria(world.area)
    officer = User.objects.get(pk=world.officer.pk)
    officer.placements_now()

    def statements(some: list[Evaluation]) -> int:
        with CaptureQueriesContext(connection) as captured:
            moved = workflow.advance_many([dossier.pk for dossier in some], action, by=officer)
        assert len(moved.done if able else moved.refused) == len(some)
        return len(captured)

    assert statements(dossiers[:1]) == statements(dossiers[1:])


# --- the log ---------------------------------------------------------------------------------------------------

MEDDLINGS = {
    "reword in bulk": lambda event: Event.objects.filter(pk=event.pk).update(comment="Khác"),
    "drop in bulk": lambda event: Event.objects.filter(pk=event.pk).delete(),
    "bulk_update": lambda event: Event.objects.bulk_update([Event(pk=event.pk, comment="Khác")], ["comment"]),
    "raw delete": lambda event: Event.objects.filter(pk=event.pk)._raw_delete("default"),
    "plain SQL": lambda event: by_sql("UPDATE evaluations_event SET by_id = NULL"),
    "plain SQL delete": lambda event: by_sql("DELETE FROM evaluations_event"),
}


def by_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.fixture
def event(world):
    register(world.area, by=world.officer)
    connection.check_constraints()  # PostgreSQL drops no trigger while checks of the transaction are pending
    return Event.objects.get(evaluation=world.area)


@pytest.mark.parametrize("meddle", MEDDLINGS.values(), ids=MEDDLINGS)
def test_an_event_is_neither_changed_nor_dropped(event, meddle):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        meddle(event)
    assert triggers.SENTENCE in str(error.value)
    assert list(Event.objects.values_list("pk", "comment", "by")) == [(event.pk, "", event.by_id)]


@pytest.mark.parametrize("meddle", MEDDLINGS.values(), ids=MEDDLINGS)
def test_it_is_the_triggers_that_keep_events(event, meddle):
    triggers.remove(connection)
    meddle(event)
    assert list(Event.objects.values_list("pk", "comment", "by")) != [(event.pk, "", event.by_id)]


def test_the_model_refuses_before_the_database(event):
    for act in (event.save, event.delete):
        with pytest.raises(TypeError):
            act()


@pytest.mark.django_db
def test_the_triggers_are_there_after_all_migrations():
    logs = (triggers.EVENTS, triggers.CYCLE_EVENTS, triggers.TOTAL_EVENTS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'evaluations%'")
            expected = {f"{table}_kept" for table in logs}
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'evaluations%'")
            expected = {f"{table}_kept_{change}" for table in logs for change in ("update", "delete")}
        assert {name for (name,) in cursor.fetchall()} == expected


# --- random walks ----------------------------------------------------------------------------------------------


def led_by(events) -> str:
    """Where the lines of a log lead, each as the hand table has it; what is taken back goes where it was sent from."""
    here = sent_from = State.EXPECTED
    for action, source, target in events:
        sent_from = source if action == "submit" else sent_from
        goes_to = sent_from if action == "recall" else HAND[action][2]
        assert (source, target) == (here, goes_to) and source in HAND[action][1]
        here = target
    return here


def test_no_walk_leaves_the_table(product, world):
    """Anybody may try anything at any time: the dossier is only ever where the hand table leads, each step logged."""
    dossiers, people = product
    everybody = list(people.items())

    class Walk(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            self.savepoint = transaction.savepoint()
            self.dossier = dossiers[State.EXPECTED]
            self.state, self.sender, self.steps = State.EXPECTED, world.officer, 0
            self.sent_from = State.REGISTERED

        @rule(who=st.integers(0, len(everybody) - 1), action=st.sampled_from(sorted(HAND)), reason=st.booleans())
        def anybody_asks(self, who, action, reason):
            user, holds = everybody[who]
            self.ask(user, holds, action, reason)

        @rule(action=st.sampled_from(sorted(HAND)), own=st.booleans())
        def somebody_entitled_asks(self, action, own):
            able = [item for item in everybody if entitled(action, item[1])]
            self.ask(*able[-1 if own else 0], action, True)

        @rule(at=st.integers(0, 10))
        def the_next_step_is_taken(self, at):
            onward = sorted(action for action, row in HAND.items() if self.state in row[1])
            if onward:
                action = onward[at % len(onward)]
                self.ask(*next(item for item in everybody if entitled(action, item[1])), action, True)

        def ask(self, user, holds, action, reason):
            _, sources, target, needs_reason = HAND[action]
            goes = (
                entitled(action, holds)
                and self.state in sources
                and (reason or not needs_reason)
                and not (action in NOT_BY_THE_SENDER and user == self.sender)
            )
            try:
                workflow.advance(self.dossier, action, by=user, comment="Lý do" if reason else "")
                went = True
            except Refused as refusal:
                went = False
                assert refusal.sentence.endswith(".")
            assert went == goes, (action, self.state, user.post)
            if goes:
                if action == "submit":
                    self.sender, self.sent_from = user, self.state
                self.state, self.steps = self.sent_from if action == "recall" else target, self.steps + 1

        @invariant()
        def the_file_is_where_its_log_leads(self):
            events = list(self.dossier.events.values_list("action", "source", "target"))
            assert Evaluation.objects.get(pk=self.dossier.pk).state == self.state
            assert len(events) == self.steps
            assert led_by(events) == self.state

        def teardown(self):
            transaction.savepoint_rollback(self.savepoint)

    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=depth(25),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )


def test_the_diagram_of_states_is_that_of_the_table():
    page = (portal_settings.BASE_DIR / "docs" / "architecture.md").read_text()
    assert f"```mermaid\n{diagram()}\n```" in page, "chạy manage.py workflow_diagram và chép vào docs/architecture.md"
