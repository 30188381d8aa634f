"""The desk: law before examples, due first, a step a pile; what came back, what others have of mine, what comes."""

import html
import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations import queries, workflow
from evaluations.enums import Action, State
from evaluations.models import Cycle, Evaluation
from evaluations.queries import sent
from tests.evaluations.factories import open_year, submit
from tests.evaluations.world import fill, more_dossiers, put

pytestmark = pytest.mark.both  # windows and the first of each group

SENT = datetime(2024, 11, 3, 8, tzinfo=UTC)


def said(response) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+([.,:;])", r"\1", " ".join(text.split()))


def home(client, user) -> str:
    client.force_login(user)
    return said(client.get(reverse("home")))


def test_law_comes_before_examples_and_then_what_is_due_first(world):
    example = open_year(world.tree, 2022)
    Cycle.objects.filter(pk=example.pk).update(is_example=True)
    later = open_year(world.tree, 2025)
    desks = queries.waiting_for(world.officer, Cycle.objects.all(), date(2024, 3, 1))
    assert [desk.cycle for desk in desks] == [world.cycle, later, example]
    # the negative control: without the mark the oldest is due first
    Cycle.objects.filter(pk=example.pk).update(is_example=False)
    desks = queries.waiting_for(world.officer, Cycle.objects.all(), date(2024, 3, 1))
    assert [desk.cycle for desk in desks] == [example, world.cycle, later]


def test_a_pile_says_its_next_step_and_what_is_empty_is_left_out(client, world):
    put(world.areas[:1], State.REGISTERED)
    (desk,) = queries.waiting_for(world.officer, [world.cycle], date(2024, 3, 1))
    assert [(pile.label, pile.act) for pile in desk.work] == [
        ("Chờ đăng ký", "Đăng ký"),
        ("Đang nhập, chưa gửi", "Nhập tiếp rồi gửi"),
    ]
    page = home(client, world.officer)
    assert "Nhập tiếp rồi gửi" in page and "Bị trả lại, cần sửa" not in page and "Bảng nhập nhanh" in page
    assert "Bảng nhập nhanh" not in home(client, world.standing)


@pytest.mark.parametrize(
    ("today", "coming"),
    [
        (date(2024, 3, 31), ("Đăng ký", date(2024, 3, 31))),
        (date(2024, 4, 1), ("Công nhận", date(2024, 11, 14))),
        (date(2024, 11, 15), ("Công nhận", date(2024, 11, 19))),
        (date(2024, 11, 20), None),
    ],
)
def test_an_empty_desk_says_what_comes(world, today, coming):
    put(list(world.cycle.evaluations.all()), State.RECOGNISED)
    (desk,) = queries.waiting_for(world.officer, [world.cycle], today)
    assert (desk.work, desk.coming) == ([], coming)


def test_what_came_back_stands_first_with_its_reason(client, world):
    submit(dossier := world.area, by=world.officer)
    workflow.advance(dossier, Action.RETURN, by=world.standing, comment="Thiếu chữ ký của trưởng thôn.")
    page = home(client, world.officer)
    assert page.index("Thiếu chữ ký của trưởng thôn.") < page.index("Việc chờ đồng chí")
    assert f"Sửa {dossier.unit_name}" in page
    for user in (world.standing, world.sister, world.inspector):
        assert "Thiếu chữ ký của trưởng thôn." not in home(client, user)


@pytest.mark.parametrize(
    ("state", "turn"),
    [
        (State.SUBMITTED, "Thường trực Ban Chỉ đạo xã A1.1 thẩm định"),
        (State.APPRAISED, "Thường trực Ban Chỉ đạo xã A1.1 đưa vào phiên họp"),
        (State.TABLED, "Ban Chỉ đạo xã A1.1 họp, biểu quyết"),
        (State.PROPOSED, "Ban Chỉ đạo xã A1.1 ban hành quyết định"),
    ],
)
def test_what_was_sent_says_whose_turn_it_is_and_since_when(client, world, state, turn):
    put(world.areas, state, submitted_at=SENT, submitted_by=world.officer)
    (group,) = queries.sent_by(world.officer, [world.cycle.pk])
    assert (group.turn, group.since, group.count, group.unnamed) == (turn, SENT, 2, 0)
    page = home(client, world.officer)
    assert turn in page and "03/11/2024" in page and world.area.unit_name in page
    assert turn in said(client.get(reverse("evaluations:detail", args=[world.area.pk])))
    assert queries.sent_by(world.sister, [world.cycle.pk]) == queries.sent_by(world.inspector, [world.cycle.pk]) == []


@pytest.mark.parametrize("state", [state for state in State if state not in sent.TURNS])
def test_what_is_settled_or_not_sent_waits_for_nobody_else(world, state):
    put(world.areas, state, submitted_at=SENT)
    assert queries.sent_by(world.officer, [world.cycle.pk]) == []
    assert queries.turn_of(world.area) == ""


def test_many_sent_are_counted_five_named_and_asked_for_at_once(client, world):
    client.force_login(world.officer)
    put(world.areas[:1], State.SUBMITTED, submitted_at=SENT)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("home")).status_code == 200
        return len(captured)

    statements()  # the session's first request
    few = statements()
    dossiers = more_dossiers(world, [f"Thôn số {number:02}" for number in range(30)])
    fill(dossiers, world.officer)
    put(dossiers, State.SUBMITTED, submitted_at=datetime(2024, 11, 4, tzinfo=UTC))
    assert statements() == few <= 12
    (group,) = queries.sent_by(world.officer, [world.cycle.pk])
    assert (group.count, len(group.named), group.unnamed, group.since) == (31, 5, 26, SENT)
    assert Evaluation.objects.filter(state=State.SUBMITTED).count() == 31
    page = said(client.get(f"{reverse('evaluations:list')}?{group.query}"))
    assert "31 hồ sơ" in page
