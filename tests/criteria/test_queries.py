"""Criteria as plain values."""

from decimal import Decimal

import pytest

from criteria.queries import asked_of, criteria_of
from criteria.services import publish
from criteria.values import Asked


def test_criteria_come_in_order(draft, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [row.code for row in criteria_of(draft)] == ["G", "A", "B", "C"]


def test_criteria_as_plain_values(draft):
    assert asked_of(draft)[2:] == (
        Asked(
            code="B",
            number="1.2",
            label="Việc B",
            article="TT 1/2030, Điều 1.2",
            measure="event",
            excuses=(("force_majeure", "bất khả kháng", "BKK"),),
        ),
        Asked(
            code="C",
            number="2",
            label="Tỷ lệ C",
            article="TT 1/2030, Điều 2",
            measure="percent",
            comparison="at_least",
            threshold=Decimal("70.00"),
            numerator_label="hộ đạt",
            denominator_label="hộ",
        ),
    )


def test_a_published_set_is_read_once(draft, django_assert_num_queries):
    published = publish(draft)
    first = asked_of(published)
    with django_assert_num_queries(0):
        assert asked_of(published) is first


def test_a_draft_is_read_each_time(draft):
    asked_of(draft)
    draft.criteria.filter(code="A").update(label="Việc khác")
    assert asked_of(draft)[1].label == "Việc khác"


@pytest.mark.parametrize(("code", "count"), [("TT124-KDC", 21), ("TT23-CQDN", 0)])
def test_every_shipped_set_can_be_asked(sets, code, count):
    assert len(asked_of(sets[code])) == count
