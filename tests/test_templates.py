"""What every template is held to: lines a colleague can read, and no rule of the work inside the markup."""

import re

import pytest

from portal.settings import BASE_DIR

LONGEST = 160
COMPARED = re.compile(r"""[=!]=\s*["']|["']\s*[=!]=""")
# A comparison with a literal that says nothing about the work.
COMPARES = {
    "django/forms/field.html": "the kind of widget, which Django's field knows as a word only",
}


def templates() -> dict[str, str]:
    root = BASE_DIR / "templates"
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*.html"))}


def too_long(text: str) -> list[str]:
    return [line for line in text.splitlines() if len(line) > LONGEST]


def compares_words(text: str) -> bool:
    """Asks inside a tag whether something equals a quoted word: a state, a kind, a mode of the page."""
    return any(COMPARED.search(tag) for tag in re.findall(r"{%.*?%}", text, re.S))


def test_every_line_can_be_read():
    assert {name: found for name, text in templates().items() if (found := too_long(text))} == {}


def test_no_template_compares_a_state():
    assert {name for name, text in templates().items() if compares_words(text)} == set(COMPARES)


def test_a_line_too_long_is_seen():
    assert too_long("a" * LONGEST) == []
    assert too_long("a\n" + "b" * (LONGEST + 1)) == ["b" * (LONGEST + 1)]


@pytest.mark.parametrize(
    "tag",
    [
        '{% if item.state == "recognised" %}',
        "{% elif cycle.status != 'open' %}",
        '{% if may and "history" == dossier.origin %}',
    ],
)
def test_a_state_compared_is_seen(tag):
    assert compares_words(tag)


@pytest.mark.parametrize("tag", ["{% if one.pk == chosen.pk %}", '<a href="?a=b">', '{% option value label "a" %}'])
def test_what_compares_no_words_is_left_alone(tag):
    assert not compares_words(tag)
