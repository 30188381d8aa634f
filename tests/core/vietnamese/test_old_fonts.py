"""Text of the fonts before Unicode is told from ours, with what it says."""

import pytest

from portal.core.vietnamese.old_fonts import unicode_of
from units.reforms.national import read

TYPED = {
    "Th«n §ång T©m": "Thôn Đồng Tâm",
    "TØnh B¾c Giang": "Tỉnh Bắc Giang",
    "Tæ tù qu¶n an ninh trËt tù": "Tổ tự quản an ninh trật tự",
    "Thoân Ñoàng Taâm": "Thôn Đồng Tâm",
    "Phöôøng Bình Thuaän": "Phường Bình Thuận",
    "Xaõ Yeân Baùi": "Xã Yên Bái",
    "QUAÛNG NINH": "QUẢNG NINH",
}
OURS = ["Khoá hoà thuỷ Huế uý quân", "Buôn Ñ", "Čư Mĭl Ơ̆", "«An toàn» – 5 m²", "Điều 5 § 2", "plain", ""]


@pytest.mark.parametrize("typed", TYPED)
def test_text_of_an_old_font_is_told(typed):
    assert unicode_of(typed) == TYPED[typed]


@pytest.mark.parametrize("text", OURS)
def test_our_text_is_none(text):
    assert unicode_of(text) is None


def test_no_name_of_the_country_is_taken_for_one():
    rows = [*read("before.csv"), *read("communes.csv")]
    names = {cell for row in rows for cell in row.values()}
    assert len(names) > 10_000
    assert {name: old for name in names if (old := unicode_of(name))} == {}
