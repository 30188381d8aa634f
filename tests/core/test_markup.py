"""The markup components, as a template calls them."""

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.urls import NoReverseMatch, reverse


def shown(text: str, **context) -> str:
    return Template(text).render(Context(context))


def test_columns_are_heads_of_four_sorts():
    assert shown('{% columns "Xã" "Số"|figures "Mở"|unseen "Rút"|unprinted %}') == (
        '<th scope="col">Xã</th>'
        '<th scope="col" class="num">Số</th>'
        '<th scope="col"><span class="visually-hidden">Mở</span></th>'
        '<th scope="col" class="no-print"><span class="visually-hidden">Rút</span></th>'
    )


@pytest.mark.parametrize("tag", ["{% columns name %}", "{% columns name|figures %}", "{% columns name|unseen %}"])
def test_the_name_of_a_column_is_escaped(tag):
    assert "<b>" not in shown(tag, name="<b>")


def test_a_table_scrolls_by_keyboard_and_has_a_name():
    assert shown('{% table "compact" "grid" label="Lỗi" %}<tbody></tbody>{% endtable %}') == (
        '<div class="table-wrap" tabindex="0" role="region" aria-label="Lỗi">'
        '<table class="table table--compact grid"><tbody></tbody></table></div>'
    )
    assert 'aria-label="Bảng số liệu"><table class="table">' in shown("{% table %}{% endtable %}")


def test_a_form_that_posts_carries_the_token_against_forgery():
    form = shown('{% post_form "sign_in" css="form" id="a" %}<b></b>{% endpost_form %}', csrf_token="t0k3n")
    assert form.startswith(f'<form method="post" action="{reverse("sign_in")}" class="form" id="a">')
    assert 'name="csrfmiddlewaretoken" value="t0k3n"' in form
    assert form.endswith("<b></b></form>")


def test_a_form_without_a_route_posts_to_its_own_page():
    assert shown("{% post_form %}{% endpost_form %}", csrf_token="x").startswith('<form method="post"><input')


def test_a_form_to_no_route_is_an_error():
    with pytest.raises(NoReverseMatch):
        shown('{% post_form "no:where" %}{% endpost_form %}', csrf_token="x")


def test_hidden_fields_are_escaped():
    assert shown('{% hidden action="drop" seen=seen %}', seen='"<') == (
        '<input type="hidden" name="action" value="drop"><input type="hidden" name="seen" value="&quot;&lt;">'
    )


@pytest.mark.parametrize(("chosen", "mark"), [(7, " selected"), ("7", " selected"), (None, ""), ("", ""), (77, "")])
def test_an_option_is_marked_where_it_reads_like_the_chosen_one(chosen, mark):
    assert (
        shown("{% option 7 label chosen %}", label="<i>", chosen=chosen)
        == f'<option value="7"{mark}>&lt;i&gt;</option>'
    )


def test_a_link_is_a_link_for_whom_it_is_open():
    address = reverse("healthz")
    tag = '{% link_if may name "healthz" query="?a=1" %}'
    assert shown(tag, may=True, name="<i>") == f'<a href="{address}?a=1">&lt;i&gt;</a>'
    assert shown(tag, may=False, name="<i>") == "&lt;i&gt;"


def test_a_figure_and_what_it_counts():
    assert shown('{% figure 1862|number "cơ quan" %}') == ('<div class="figure"><b>1.862</b><span>cơ quan</span></div>')


@pytest.mark.parametrize("tag", ['{% post_form look="x" %}{% endpost_form %}', "{% option 1 %}", "{% figure 1 %}"])
def test_a_wrong_argument_is_an_error(tag):
    with pytest.raises(TemplateSyntaxError):
        Template(tag)
