"""A cell of the grid is written without a template: every word in it is escaped, and what there is not is left out."""

from html.parser import HTMLParser

import pytest

from criteria.judging.values import Value
from criteria.queries import specs_of
from evaluations.queries.last_year import Suggestion
from evaluations.queries.returned import Remark
from evaluations.templatetags.cells import entry_cell
from evaluations.views.grid import GridCell

pytestmark = pytest.mark.django_db
WORDS = "\"><script>alert(1)</script> & 'x'"


class Reader(HTMLParser):
    """Keeps the elements that begin, each with its attributes."""

    def __init__(self):
        super().__init__()
        self.begun: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.begun.append((tag, dict(attrs)))


def read(markup: str) -> dict[str, str | None]:
    """The attributes of the one element the markup is."""
    reader = Reader()
    reader.feed(markup)
    ((tag, attributes),) = reader.begun
    assert tag == "input"
    return attributes


def test_every_word_of_a_cell_is_escaped(world):
    line = next(one for one in specs_of(world.area.criteria_set) if one.measure == "must")
    told = Remark(line, WORDS, WORDS)
    cell = GridCell(line, WORDS, 3, False, False, WORDS, Suggestion(2023, Value(met=True), Value(met=True)), told)
    found = read(entry_cell(cell, WORDS))
    assert found == {
        "class": "cell filled",
        "name": line.code,
        "value": WORDS,
        "data-version": "3",
        "aria-label": f"{WORDS}, tiêu chí {line.number}",
        "title": WORDS,
        "data-remark": told.said,
        "placeholder": "(Đ)",
        "data-year": "2023",
        "data-suggested": "Đ",
        "autocomplete": "off",
    }


def test_an_empty_cell_says_nothing_it_has_not(world):
    line = next(one for one in specs_of(world.area.criteria_set) if one.measure == "percent")
    found = read(entry_cell(GridCell(line, "", 0, False, False), "Thôn Đông"))
    assert set(found) == {"class", "name", "data-version", "aria-label", "autocomplete"}
    assert (found["class"], found["data-version"]) == ("cell wide", "0")
