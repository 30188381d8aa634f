"""Text of the fonts before Unicode is told from ours, with what it says."""

import pytest

from portal.core.vietnamese.old_fonts import TCVN3, unicode_of
from units.reforms.national import read

TYPED = {
    "Th«n §ång T©m": "Thôn Đồng Tâm",
    "TØnh B¾c Giang": "Tỉnh Bắc Giang",
    "Tæ tù qu¶n an ninh trËt tù": "Tổ tự quản an ninh trật tự",
    "Thoân Ñoàng Taâm": "Thôn Đồng Tâm",
    "Phöôøng Bình Thuaän": "Phường Bình Thuận",
    "Xaõ Yeân Baùi": "Xã Yên Bái",
    "QUAÛNG NINH": "QUẢNG NINH",
    "Ph\u00adêng Trung LiÖt": "Phường Trung Liệt",
    "HuyÖn LÖ Thñy": "Huyện Lệ Thủy",
    "Mai ChÝ Cöu": "Mai Chí Cửu",
    "S«ng B»ng": "Sông Bằng",
    "Tænh Bình Döông": "Tỉnh Bình Dương",
    "Xaõ Uy Noã": "Xã Uy Nỗ",
}
OURS = [
    "Khoá hoà thuỷ Huế uý quân",
    "Buôn Ñ",
    "Čư Mĭl Ơ̆",
    "«An toàn» – 5 m²",
    "lễ Noël",
    "Micaël",
    "Aê Diê",
    "§ 5, § 7",
    "Điều 5 § 2",
    "plain",
    "",
]


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


def in_tcvn3(text: str) -> str:
    """The text as a keyboard of TCVN3 typed it: capitals with a mark were small letters in a capital font."""
    typed = {right: left for left, right in reversed(TCVN3.items())}
    return text.translate(typed | {ord(chr(right).upper()): left for right, left in typed.items() if right > 0xFF})


def test_names_of_the_country_typed_in_tcvn3_are_told():
    names = sorted({row["commune"] for row in read("communes.csv") if not row["commune"].isascii()})
    missed = [name for name in names if unicode_of(in_tcvn3(name)) is None]
    assert (len(names) > 2_000, missed) == (True, [])
