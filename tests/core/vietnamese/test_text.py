"""Keys of Vietnamese words."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.vietnamese import text

WORDS = st.text(alphabet="aàảãáạăằâầbcdđeêềhioôơờuưừy ĐÂ", max_size=20)


@pytest.mark.parametrize(
    "written", ["hoa binh", "HOÀ BÌNH", "Hòa Bình", unicodedata.normalize("NFD", "Hòa  Bình "), "hoà\u200b bình"]
)
def test_one_search_key_for_every_way_of_writing(written):
    assert text.search_key(written) == "hoa binh"


FOUND_BY = [
    ("Xã Ea H'leo", "Ea H’leo"), ("Xã Ea H’leo", "ea hleo"), ("Huyện Đắk R'lấp", "Dak Rlap"), ("Xã M'Đrắk", "MDrak"),
    ("Xã K'Dang", "Kdang"), ("Phan Rang - Tháp Chàm", "phan rang thap cham"), ("Bà Rịa – Vũng Tàu", "ba ria vung tau"),
    ("Đinh Văn, Lâm Hà", "Dinh Van Lam Ha"), ("Phường 05", "phuong 5"), ("Phường 5", "Phường 05"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "typed"), FOUND_BY)
def test_a_name_is_found_without_its_punctuation(name, typed):
    assert text.search_key(typed) in text.search_key(name)


def test_punctuation_and_first_zeros_make_no_second_name():
    for one, other in [("Ea H'leo", "Ea H’leo"), ("Tổ dân phố 2", "Tổ dân phố 02"), ("A – B", "A-B")]:
        assert text.match_key(one) == text.match_key(other)
    assert text.match_key("Tổ 20") != text.match_key("Tổ 2")
    assert text.search_key("Tổ 105") == "to 105"


def test_numbers_stand_by_their_value():
    names = ["Phường 01", "Phường 2", "Phường 03", "Phường 10"]
    assert sorted({*names}, key=text.sort_key) == names


@pytest.mark.parametrize("letter", "ĐÐƉđð")
def test_every_barred_d_is_found(letter):
    assert text.search_key(f"{letter}ông Triều") == "dong trieu"


@pytest.mark.parametrize(
    "written",
    [
        "QĐ-BCĐÔ",
        unicodedata.normalize("NFD", "QĐ-BCĐÔ"),
        "  QĐ\u00a0–\u00a0BCĐÔ ",
        "QĐ\u2011BCĐÔ",
        "QĐ\u2212BCĐÔ",
        "QÐ-BCÐÔ",
        "QĐ\u200b-BCĐÔ",
    ],
)
def test_a_symbol_is_stored_one_way(written):
    assert text.clean_symbol(written) == "QĐ-BCĐÔ"


def test_what_no_database_stores_is_left_out():
    assert text.storable("a\0b\ud800c\x1b\x7f Hoà\tBình\n") == "abc Hoà\tBình\n"
    assert text.clean("Hoà\0 Bình\udc00") == "Hoà Bình"


def test_marks_that_would_reach_beyond_their_place_are_left_out():
    zalgo = "a" + "\u0308" * 40 + "b"
    assert text.clean(f"Thôn \u202eMột\u2066 {zalgo}") == "Thôn Một \u00e4\u0308\u0308\u0308b"
    assert text.clean("Thôn Xuâ\u200b\u0301n") == "Thôn Xuấn"  # one letter again, as it is typed
    assert text.clean("Y Ƀĩ Č̆ Ê̆ban") == "Y Ƀĩ Č̆ Ê̆ban"  # the control: what the Ê Đê and Gia Rai write
    assert text.printable(f"<p>\u202eMột\x1b\ufffe {zalgo}</p>") == "<p>Một a\u0308\u0308\u0308b</p>"


def test_symbols_that_differ_stay_apart():
    apart = ["QĐ-UBND", "QĐ-BCĐ", "QD-UBND", "QĐ/UBND", "QĐUBND"]
    assert [text.clean_symbol(symbol) for symbol in apart] == apart


def test_a_match_key_joins_tone_places_and_keeps_tones_apart():
    assert text.match_key("HOÀ BÌNH") == text.match_key("Hòa  bình")
    assert text.match_key("Hoa Bình") != text.match_key("Hòa Bình")
    assert text.match_key("Tân An") != text.match_key("Tan An")


def test_names_stand_in_the_order_of_the_vietnamese_alphabet():
    ordered = [
        "An",
        "Ăn",
        "Ân",
        "Bà",
        "Bà Hạ",
        "Dân",
        "Đàn",
        "Thôn 2",
        "Thôn 10",
        "Tổ",
        "Xa",
        "Xà",
        "Xả",
        "Xã",
        "Xá",
        "Xạ",
    ]
    assert sorted(ordered[7:] + ordered[:7], key=text.sort_key) == ordered


@given(WORDS, WORDS)
def test_letters_decide_before_tones(one, other):
    def bare(word):
        parts = unicodedata.normalize("NFD", text.clean(word).casefold())
        return unicodedata.normalize("NFC", "".join(part for part in parts if part not in text.TONES))

    def letters(word):
        return [text.RANK.get(letter, " ") for letter in bare(word)]

    if letters(one) < letters(other):
        assert text.sort_key(one) < text.sort_key(other)


@given(WORDS)
def test_keys_do_not_change_when_made_again(word):
    assert text.search_key(text.search_key(word)) == text.search_key(word)
    assert text.keys(word) == text.keys(text.clean(word))


def test_the_invisible_marks_are_unicode_s_format_characters():
    """Written out so that a name is cleaned in one pass; a new Unicode would be noticed here."""
    points = [chr(point) for point in range(sys.maxunicode + 1)]
    assert [mark for mark in points if text.INVISIBLE.fullmatch(mark)] == [
        mark for mark in points if unicodedata.category(mark) == "Cf"
    ]
