"""A unit's name in headers and sentences."""

import pytest

from units.names import bare_name, in_sentence


@pytest.mark.parametrize(
    ("name", "bare", "small"),
    [
        ("Tỉnh Bắc Giang", "Bắc Giang", "tỉnh Bắc Giang"),
        ("Thành phố Bắc Giang", "Bắc Giang", "thành phố Bắc Giang"),
        ("Thị trấn Nga Sơn", "Nga Sơn", "thị trấn Nga Sơn"),
        ("Thành phố Hồ Chí Minh", "Hồ Chí Minh", "Thành phố Hồ Chí Minh"),
        ("Thôn Đông Tiến", "Thôn Đông Tiến", "thôn Đông Tiến"),
        ("Phường 1", "Phường 1", "phường 1"),
        ("Trường THPT Ba Đình", "Trường THPT Ba Đình", "Trường THPT Ba Đình"),
    ],
)
def test_names_in_headers_and_sentences(name, bare, small):
    assert (bare_name(name), in_sentence(name)) == (bare, small)
