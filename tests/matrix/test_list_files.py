"""Every list leaves as a file: the pages that show one are found by walking, and none is without a file unsaid.

Long lists are found by their pager, short tables in the templates.
"""

import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.conf import settings
from django.core.paginator import Page
from django.urls import resolve, reverse
from openpyxl import load_workbook

from portal.core import lists

from .cells import Row, read_table
from .requests import asked

# Pages whose list leaves by addresses of their own.
FILES = {
    "evaluations:past_totals_list": ["evaluations:past_totals_export"],
    "units:committee_list": ["units:committee_export", "units:seat_export"],
    "units:list": ["units:export"],
    "units:people": ["units:people_export"],
    "units:reform_detail": ["units:changes_export"],  # of a draft, in the template that is sent back
    "units:register_list": ["units:register_export"],
}
# Pages of a list without a file, and why.
NONE = {
    "components": "the sample of the pager among the page components",
    "evaluations:grid": "leaves as the workbook that comes back, evaluations:grid_book",
    "evaluations:past_find": "a search for the unit whose result is to be typed",
    "evaluations:past_totals_find": "a search for the place whose total is to be typed",
    "evaluations:past_totals_add": "what was typed so far of one place; it stands in the list of totals",
    "units:reform_namesakes": "boxes for new names; the lines they become leave with the plan",
}
# Pages whose file holds other rows than those they leaf through, and which.
OTHER_ROWS = {
    "evaluations:cycle_roster": "the whole roster; the page leafs through the units that came late",
    "evaluations:sitting_detail": "the agenda; the page leafs through the dossiers that wait for it",
}
# Templates with a table and no link to its file, and why.
WHAT = "what one thing holds, whole on its own page"
PREVIEW = "what a sent file would write; the file itself holds it"
LOG = "the last things done to one thing"
FEW = "a few chosen choices to click on, no list"
PAPER = "figures that leave as a report, PDF or XLSX"
TABLES = {
    "core/components.html": "the sample among the page components",
    "criteria/criteria_detail.html": "leaves as the workbook of the set, criteria:export",
    "criteria/guide.html": "how a workbook of criteria is filled; the template is beside it",
    "criteria/rule_detail.html": LOG,
    "criteria/set_compare.html": WHAT,
    "criteria/set_edit.html": "a form; leaves as the workbook of the set",
    "criteria/set_import.html": PREVIEW,
    "evaluations/_papers_form.html": "a form of ticks",
    "evaluations/_unit_history.html": WHAT,
    "evaluations/_unit_results_on.html": WHAT,
    "evaluations/cycle_lock.html": FEW,
    "evaluations/evaluation_detail.html": "one dossier, which leaves as its paper",
    "evaluations/grid.html": NONE["evaluations:grid"],
    "evaluations/grid_preview.html": PREVIEW,
    "evaluations/home.html": "piles of work with a way into each; the list behind it leaves",
    "evaluations/past_add.html": "what is kept of one unit; leaves with the list of past results",
    "evaluations/past_find.html": NONE["evaluations:past_find"],
    "evaluations/past_preview.html": PREVIEW,
    "evaluations/past_totals_detail.html": LOG,
    "evaluations/past_totals_find.html": NONE["evaluations:past_totals_find"],
    "evaluations/past_totals_preview.html": PREVIEW,
    "evaluations/start.html": "the steps of a beginning",
    "reports/_grades.html": PAPER,
    "reports/_grades_rows.html": PAPER,
    "reports/_years_table.html": PAPER,
    "reports/criteria_asks.html": PAPER,
    "reports/overview.html": PAPER,
    "reports/pdf/_table.html": PAPER,
    "reports/pdf/paper.html": PAPER,
    "reports/rollup.html": PAPER,
    "units/_handover_matters.html": "the matters of one handover, on its paper",
    "units/_imports.html": "the last ten of a kind, with a way to the list that leaves, units:import_list",
    "units/_problems.html": "leaves as the sent workbook, marked",
    "units/committee_detail.html": "the seats of one committee; leave with units:seat_export",
    "units/committee_preview.html": PREVIEW,
    "units/import_preview.html": PREVIEW,
    "units/people_preview.html": PREVIEW,
    "units/person_detail.html": "the placements of one person; leave with units:people_export",
    "units/reform_namesakes.html": NONE["units:reform_namesakes"],
    "units/register_preview.html": PREVIEW,
    "units/registers.html": "a menu of registers; each leaves by its own page",
    "units/seat_preview.html": PREVIEW,
    "units/unit_as_of.html": WHAT,
    "units/unit_detail.html": WHAT,
}
# Who reads: who sees most, who sits in the committee, who enters.
READERS = ("staff@grand", "admin@grand", "standing@own", "officer@own")
ROWS = [row for row in read_table() if row.method == "GET" and not row.is_api]


def address_of(world, row: Row) -> str:
    return reverse(row.route, kwargs=asked(world, row.route, "GET", row.case)[0])


def pages_in(response) -> list[Page]:
    """The lists a page leafs through, from what its templates were given."""
    told = response.context or []
    layers = [layer for context in (told if isinstance(told, list) else [told]) for layer in context]
    seen = {id(value): value for layer in layers for value in layer.values()}
    return [value for value in seen.values() if isinstance(value, Page)]


def lists_shown(world) -> Iterator[tuple[Row, str, str, Page]]:
    """(row, reader, address, list) of each page of the portal that leafs through a list."""
    for row in ROWS:
        address = address_of(world, row)
        for person in READERS:
            if row.expected(person).status == 200:
                for page in pages_in(world.clients[person].get(address)):
                    yield row, person, address, page


def leaves(address: str) -> bool:
    return getattr(resolve(address).func, "listed", None) is not None


@pytest.fixture(scope="module")
def shown(world):
    return list(lists_shown(world))


def without_file(shown) -> set[str]:
    return {row.route for row, _, address, _ in shown if not leaves(address) and row.route not in FILES}


def test_every_list_has_a_file_or_a_reason(shown, db):
    assert len({row.route for row, *_ in shown}) > 25
    assert without_file(shown) == set(NONE)
    assert {row.route for row, *_ in shown} >= set(FILES) | set(OTHER_ROWS)


def test_a_list_without_a_file_is_noticed(shown, db, monkeypatch):
    """The control."""
    monkeypatch.delattr(resolve(reverse("evaluations:list")).func, "listed")
    assert without_file(shown) == {*NONE, "evaluations:list"}


def templates() -> dict[str, str]:
    """The text of each template, by its name."""
    [folder] = [Path(place) for engine in settings.TEMPLATES for place in engine["DIRS"]]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.html")}


def tables_without_file(text_of: Mapping[str, str]) -> set[str]:
    """Templates that show a table where neither they nor a template that includes them links to a file."""
    links = {name for name, text in text_of.items() if "{% downloads" in text}
    included = {part for name in links for part in re.findall(r'{% include "([^"]+)"', text_of[name])}
    tables = {name for name, text in text_of.items() if re.search("{% table|<table", text)}
    return tables - links - included


def test_every_table_has_a_file_or_a_reason():
    assert tables_without_file(templates()) == set(TABLES)


def test_a_table_without_a_file_is_noticed():
    """The control, for a page and for a part that another page includes."""
    for name, alone in {
        "reports/schedule_list.html": "reports/schedule_list.html",
        "reports/run_list.html": "reports/_runs.html",
    }.items():
        text_of = templates()
        text_of[name] = re.sub("{% downloads[^%]*%}", "", text_of[name])
        assert tables_without_file(text_of) - set(TABLES) == {alone}


def test_each_page_links_to_the_file_of_all_its_rows(world, shown, db):
    wrong = []
    for row, person, address, page in shown:
        if row.route in NONE or not page.paginator.count:
            continue
        client = world.clients[person]
        body = client.get(address).content.decode()
        kwargs = resolve(address).kwargs
        for file in [reverse(name, kwargs=kwargs) for name in FILES.get(row.route, [])] or [""]:
            if f'href="{file}?' not in body or "dang=xlsx" not in body or "dang=csv" not in body:
                wrong.append(f"{row}: no link to {file or 'its file'}")
        if leaves(address):
            answer = client.get(address, {"dang": "xlsx"})
            if answer.status_code != 200 or answer["Content-Type"] != lists.ENDINGS["xlsx"]:
                wrong.append(f"{row}: {answer.status_code} {answer['Content-Type']}")
                continue
            many = load_workbook(io.BytesIO(answer.content)).active.max_row - 1
            if row.route not in OTHER_ROWS and many != page.paginator.count:
                wrong.append(f"{row}: {many} rows in the file, {page.paginator.count} on the page")
    assert wrong == []


def test_whoever_reads_the_page_gets_the_rows_of_the_page(world, shown, db):
    """People of every place: the file holds as many rows as the list has for them, and is theirs where the page is."""
    wrong = []
    for route, address in dict.fromkeys((row.route, address) for row, _, address, _ in shown):
        if not leaves(address) or route in OTHER_ROWS:
            continue
        for person in ("leader@own", "officer@sibling", "inspector@far", "admin@top", "officer@hosting"):
            client = world.clients[person]
            page, answer = client.get(address), client.get(address, {"dang": "csv"})
            many = sum(one.paginator.count for one in pages_in(page))
            rows = answer.content.decode("utf-8-sig").count("\r\n") - 1 if answer.status_code == 200 else 0
            if page.status_code == 404 != answer.status_code or rows != many:
                wrong.append(f"{route} as {person}: {answer.status_code}, {rows} rows, {many} on the page")
    assert wrong == []
