"""What a handover lists: the dossiers in the hands of one role at one place, and its sittings still open."""

from datetime import date

from evaluations import queries
from evaluations.enums import State
from tests.evaluations.factories import hold_sitting
from tests.evaluations.world import put
from units.services import OPEN_MATTERS


def test_a_handover_asks_here():
    assert queries.under_way in OPEN_MATTERS


def test_an_officer_leaves_what_they_enter_and_the_standing_body_what_it_judges(world):
    put(list(world.cycle.evaluations.all()), State.WITHDRAWN)
    put(world.areas[:1], State.RETURNED)
    put(world.areas[1:2], State.SUBMITTED)
    (mine,) = queries.under_way(world.officer.placements.get())
    assert mine.row == [str(world.areas[0]), "Bị trả lại, cần sửa", mine.row[2]]
    (judged,) = queries.under_way(world.standing.placements.get())
    assert judged.what == str(world.areas[1])


def test_a_due_day_is_that_of_the_next_step(world):
    put(list(world.cycle.evaluations.all()), State.WITHDRAWN)
    put(world.areas[:1], State.EXPECTED)
    (mine,) = queries.under_way(world.officer.placements.get())
    assert (mine.standing, mine.due) == ("Chờ đăng ký", date(2024, 3, 31))


def test_an_open_sitting_is_the_standing_bodys(world):
    put(list(world.cycle.evaluations.all()), State.WITHDRAWN)
    put(world.areas[:1], State.APPRAISED)
    sitting = hold_sitting(world.council.committee, world.areas[:1], by=world.standing)
    assert str(sitting) in [matter.what for matter in queries.under_way(world.standing.placements.get())]
