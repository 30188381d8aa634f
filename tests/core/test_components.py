"""Figures, marks, pager and menu as the pages show them."""

from types import SimpleNamespace

import pytest
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.urls import reverse

from evaluations.enums import State
from portal.core.models import JobState
from portal.core.templatetags import components
from portal.core.web import navigation


@pytest.mark.parametrize(
    ("value", "shown"),
    [(1862, "1.862"), (0, "0"), (1234567, "1.234.567"), ("209", "209"), (None, "–"), ("", "–"), ("abc", "abc")],
)
def test_number_groups_by_dots(value, shown):
    assert components.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("61.965", "61,97"), (61.965, "61,97"), ("61.9649", "61,96"), (2, "2,00"), (1234.5, "1.234,50"), (None, "–")],
)
def test_decimal2_rounds_half_up(value, shown):
    assert components.decimal2(value) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (145, 234, "61,97"),
        (159, 234, "67,95"),
        (16, 25, "64,00"),
        (1, 3, "33,33"),
        (0, 7, "0,00"),
        (3, 0, "–"),
        (None, 4, "–"),
    ],
)
def test_percent_of_counts_exactly(part, whole, shown):
    assert components.percent_of(part, whole) == shown


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 B"), (812, "812 B"), (1462, "1,5 kB"), (20_000_000, "20,0 MB"), (5 * 10**12, "5.000,0 GB"), (None, "0 B")],
)
def test_file_size_in_words(size, shown):
    shown = shown.replace("5.000", "5000")
    assert components.file_size(size) == shown


def test_badge_escapes_its_word_and_knows_its_tones():
    assert components.badge("ok", "<b>") == '<span class="badge badge--ok">&lt;b&gt;</span>'
    with pytest.raises(TemplateSyntaxError):
        components.badge("green", "x")


def test_every_state_of_a_dossier_and_of_a_job_has_a_tone():
    assert set(components.STATE_TONES) == {*State.values, *JobState.values}
    assert set(components.STATE_TONES.values()) <= set(components.TONES)


def test_state_badge_shows_the_label():
    evaluation = SimpleNamespace(state=State.RECOGNISED, get_state_display=lambda: "Đã công nhận")
    assert components.state_badge(evaluation) == '<span class="badge badge--ok">Đã công nhận</span>'


def test_once_token_differs_each_time():
    assert components.once_token() != components.once_token()


def test_param_changes_the_query_and_leaves_the_page(rf):
    context = {"request": rf.get("/", {"q": "An Hà", "page": "3", "kind": "xa"})}
    assert components.param(context, kind=None) == "?q=An+H%C3%A0"
    assert components.param(context, page=4) == "?q=An+H%C3%A0&page=4&kind=xa"


def test_pager_keeps_filters_and_marks_the_page(rf):
    page = Paginator(range(1862), 50).get_page(3)
    html = Template("{% pager page %}").render(RequestContext(rf.get("/", {"q": "thôn", "page": "3"}), {"page": page}))
    assert 'href="?q=th%C3%B4n&amp;page=2" rel="prev"' in html
    assert 'href="?q=th%C3%B4n&amp;page=3" aria-current="page"' in html
    assert "Trang 3/38, tất cả 1.862 dòng" in html


def test_pager_is_silent_on_one_page(rf):
    page = Paginator(range(3), 50).get_page(1)
    assert Template("{% pager page %}").render(RequestContext(rf.get("/"), {"page": page})).strip() == ""


def test_menu_marks_the_nearest_page_only(monkeypatch):
    monkeypatch.setattr(
        navigation, "MENU", (("sign_in", "Đăng nhập"), ("no_such:page", "Không có"), ("healthz", "Sức khoẻ"))
    )
    items = navigation.menu("/healthz/abc")
    assert [(item.label, item.is_current) for item in items] == [("Đăng nhập", False), ("Sức khoẻ", True)]


def test_menu_shows_administration_to_administrators_only(monkeypatch):
    monkeypatch.setattr(navigation, "MENU_OF_ADMINISTRATORS", (("healthz", "Quản trị"),))
    assert "Quản trị" not in [item.label for item in navigation.menu("/")]
    assert [item.label for item in navigation.menu("/", is_administrator=True)][-1] == "Quản trị"


def test_menu_is_empty_before_signing_in():
    assert Template("{% main_menu %}").render(Context({})).strip() == ""


def test_components_page_shows_everything(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ui", post="Cán bộ thử"))
    response = client.get(reverse("components"))
    assert response.status_code == 200
    page = response.content.decode()
    assert (
        '<input type="text" name="name" maxlength="100" required aria-describedby="id_name_helptext" id="id_name">'
        in page
    )
    assert 'aria-invalid="true" aria-describedby="refused_share_helptext refused_share_error"' in page
    assert "Cán bộ thử" in page


def test_not_found_page_says_it_may_be_outside_ones_place(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ui", post="Cán bộ thử"))
    response = client.get("/khong-co-trang-nay/")
    assert response.status_code == 404
    assert "ngoài phạm vi được giao" in response.content.decode()
