"""A reorganisation undone after somebody went on: what they did is never lost without a word."""

from datetime import date

import pytest

from portal.core.errors import Refused
from tests.units.factories import make_committee, make_tree
from tests.units.reforming import LAST, snapshot, the_reform
from units import reforms, services
from units.enums import ReformStatus, Subtype
from units.models import Change, Reorganisation, Unit
from units.services import UnitFacts

pytestmark = [pytest.mark.both, pytest.mark.django_db]
GROUND = "Quyết định số 1"


@pytest.fixture
def tree():
    return make_tree()


def end(unit):
    services.end_unit(unit, on=date(2026, 5, 5), ground=GROUND, by=None)


def correct(unit):
    services.correct_unit(unit, UnitFacts("Thôn Đúng Tên", Subtype.VILLAGE), ground=GROUND, by=None)


@pytest.mark.parametrize(("act", "said"), [(end, "Kết thúc"), (correct, "Sửa")])
def test_a_unit_ended_or_corrected_since_stands_in_the_way(tree, act, said):
    reform = the_reform(tree)
    reforms.apply(reform, by=None)
    act(Unit.objects.get(pk=tree.areas[0].pk))
    before = snapshot()
    told = reforms.why_not_undone(Reorganisation.objects.get(pk=reform.pk))
    assert said in told and told.endswith("sau khi áp dụng phương án, nên không hoàn tác được nữa.")
    with pytest.raises(Refused) as refusal:
        reforms.undo(reform, by=None)
    assert (refusal.value.sentence, snapshot()) == (told, before)


def test_what_was_done_before_it_does_not(tree):
    correct(tree.areas[0])
    reform = the_reform(tree)
    reforms.apply(reform, by=None)
    assert reforms.why_not_undone(Reorganisation.objects.get(pk=reform.pk)) == ""


def test_a_seat_that_was_given_another_end_since_keeps_it(tree):
    board = make_committee(tree.communes[0])
    one, other = board.seats[:2]
    reform = the_reform(tree)
    reforms.apply(reform, by=None)
    services.end_seat(one, by=None, on=date(2024, 5, 5))
    reforms.undo(reform, by=None)
    for seat in (one, other):
        seat.refresh_from_db()
    assert (one.valid_to, other.valid_to) == (date(2024, 5, 5), None)


def test_one_that_keeps_nothing_of_before_is_refused_in_words(tree):
    reform = the_reform(tree)
    reforms.apply(reform, by=None)
    Reorganisation.objects.filter(pk=reform.pk).update(before=None)
    with pytest.raises(Refused, match="không còn lưu tình trạng trước khi áp dụng"):
        reforms.undo(reform, by=None)
    reform.refresh_from_db()
    assert reform.status == ReformStatus.APPLIED and Unit.objects.filter(closed_on=LAST).exists()


def test_a_line_dropped_meanwhile_is_told(tree):
    change = the_reform(tree).changes.first()
    reforms.drop_change(Change.objects.get(pk=change.pk), by=None)
    with pytest.raises(Refused, match="này vừa được xoá. Hãy tải lại trang để xem."):
        reforms.drop_change(change, by=None)
    assert sorted(change.reform.changes.values_list("order", flat=True)) == list(range(1, 7))
