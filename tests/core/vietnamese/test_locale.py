"""What Django and the packages beside it say to a reader is said in Vietnamese."""

import ast
import gettext
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.core.validators import ProhibitNullCharactersValidator
from django.forms import formset_factory
from django.test import override_settings
from django.utils.translation import trans_real

from units.models import Unit

# Modules whose sentences reach a page, a file's report or an answer of the API.
SPEAKING = (
    "django.forms",
    "django.core.validators",
    "django.core.paginator",
    "django.contrib.auth.forms",
    "django.contrib.auth.validators",
    "django.contrib.auth.password_validation",
    "django.db.models.constraints",
    "django.utils.timesince",
    "django_filters",
    "axes.conf",
    "rest_framework.exceptions",
    "rest_framework.fields",
    "rest_framework.filters",
    "rest_framework.pagination",
    "rest_framework.relations",
    "rest_framework.serializers",
    "rest_framework.validators",
)
SAME = {"IPv4", "IPv6", "Token"}  # names
ONE, MANY = {"_", "gettext", "gettext_lazy"}, {"ngettext", "ngettext_lazy"}
WORDS = Path(settings.BASE_DIR) / "portal/locale/vi/LC_MESSAGES"


def calls(module: str) -> Iterator[tuple[str, list[str]]]:
    """The translating calls of the module and below it: the function's name and the words it is given."""
    spec = find_spec(module)
    assert spec is not None and spec.origin is not None
    whole = Path(spec.origin)
    files = sorted(whole.parent.rglob("*.py")) if spec.submodule_search_locations else [whole]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call):
                words = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
                yield getattr(node.func, "id", getattr(node.func, "attr", "")), words


def english(module: str) -> list[str]:
    """The sentences of the module that a reader would meet in English."""
    words = trans_real.translation("vi")
    found = []
    for name, said in calls(module):
        if not said or said[0] in SAME or not re.search(r"[A-Za-z]{2}", said[0]):
            continue
        if name in ONE and words.gettext(said[0]) == said[0]:
            found.append(said[0])
        if name in MANY and words.ngettext(said[0], said[1], 2) == said[1]:
            found.append(said[1])
    return found


@pytest.fixture
def without_ours():
    """Django's own Vietnamese alone, as before ours were added."""
    kept = dict(trans_real._translations)
    trans_real._translations.clear()
    with override_settings(LOCALE_PATHS=[]):
        yield
    trans_real._translations.clear()
    trans_real._translations.update(kept)


@pytest.mark.parametrize("module", SPEAKING)
def test_no_sentence_of_a_package_is_english(module):
    assert english(module) == []


def test_without_our_words_there_is_english(without_ours):
    assert "Null characters are not allowed." in english("django.core.validators")
    assert "Please submit at most %(num)d forms." in english("django.forms")


def test_forms_say_it_in_vietnamese():
    class Named(forms.Form):
        name = forms.CharField()

    form = Named({"name": "An\x00ninh"})
    assert form.errors["name"] == [str(ProhibitNullCharactersValidator.message)]
    assert form.errors["name"][0].startswith("Có ký tự không lưu được")
    rows = formset_factory(Named, max_num=2, validate_max=True)
    sent = {"form-TOTAL_FORMS": "3", "form-INITIAL_FORMS": "0"} | {f"form-{at}-name": "a" for at in range(3)}
    assert rows(sent).non_form_errors() == ["Mỗi lần chỉ gửi được nhiều nhất 2 dòng. Hãy lưu thành nhiều lần."]


def test_the_compiled_words_are_those_of_the_source():
    """`msgfmt` was run after the last change, and no placeholder was lost on the way."""
    with (WORDS / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog
    blocks = (WORDS / "django.po").read_text().split("\n\n")[1:]
    said = [re.findall(r'^msg(?:id|id_plural|str|str\[0\]) (".*")$', block, re.M) for block in blocks]
    told = [[ast.literal_eval(words) for words in one] for one in said if one]
    assert {one[0]: one[-1] for one in told} == {
        key[0] if isinstance(key, tuple) else key: words for key, words in compiled.items() if key
    }
    marks = re.compile(r"%\([a-z_0-9]+\)[sdr]|%[sd]|\{[^}]*\}")
    for one in told:
        assert set(marks.findall(one[-1])) <= set(marks.findall(one[-2])), one


@pytest.mark.django_db
def test_a_choice_that_is_not_there_is_told_with_what_to_do():
    """Django's own Vietnamese has no remedy in it; a page that is out of date offers what has gone since."""
    remedy = "không có, hoặc không còn, trong danh sách; hãy xem lại danh sách rồi chọn lại."
    for field, named in (
        (forms.ChoiceField(choices=[("a", "A")]), "“đã bỏ”"),
        (forms.ModelChoiceField(Unit.objects.none()), "Lựa chọn vừa gửi"),
    ):
        with pytest.raises(forms.ValidationError) as error:
            field.clean("đã bỏ")
        assert error.value.messages == [f"Hãy chọn một lựa chọn hợp lệ. {named} {remedy}"]
