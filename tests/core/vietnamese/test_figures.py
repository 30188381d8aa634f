"""Percentages as printed: half up, two decimals, decimal comma."""

from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.vietnamese.figures import Share, grouped, percent, ratio, told_counts


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_percent_is_the_exact_quotient_rounded_half_up(part, whole):
    with localcontext() as exact:
        exact.prec = 60
        expected = (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert (ratio(part, whole), percent(part, whole)) == (
        expected,
        f"{expected:,.2f}".translate(str.maketrans(",.", ".,")),
    )


def test_a_printed_figure_may_not_decide_a_threshold():
    """70,00 is printed for what is below 70 %: the reason why rules compare the integers."""
    part, whole = 69_995, 100_000
    assert (percent(part, whole), 100 * part >= 70 * whole) == ("70,00", False)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (1, 8, "12,50"),
        (1, 800, "0,13"),
        (145, 234, "61,97"),
        (0, 5, "0,00"),
        (5, 5, "100,00"),
        (0, 0, "–"),
        (3, 0, "–"),
    ],
)
def test_percent_by_hand(part, whole, shown):
    assert percent(part, whole) == shown


def test_a_share_says_its_base():
    assert (Share(182, 234, "tổng số").sentence, Share(0, 0, "số đăng ký").sentence) == (
        "77,78% tổng số",
        "– (số đăng ký bằng 0)",
    )


@pytest.mark.parametrize(("number", "shown"), [(0, "0"), (999, "999"), (1862, "1.862"), (1234567, "1.234.567")])
def test_grouped(number, shown):
    assert grouped(number) == shown


@pytest.mark.parametrize(
    ("made", "changed", "told"),
    [
        (1200, 1, "Đã lập 1.200 Ban, sửa 1 Ban."),
        (0, 1, "Sửa 1 Ban."),
        (2, 0, "Đã lập 2 Ban."),
        (0, 0, "Không ghi gì."),
    ],
)
def test_what_was_not_done_is_not_counted(made, changed, told):
    assert told_counts(("đã lập {} Ban", made), ("sửa {} Ban", changed), nothing="Không ghi gì.") == told
