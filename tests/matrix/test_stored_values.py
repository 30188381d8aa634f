"""What a database stores no page may break over: awkward names and sentences in lists, pages, files and a print."""

import re
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import F, TextField
from django.urls import reverse

from portal.core.sheets.books import BadCell, pages_of
from reports.catalogue.entries import REPORTS
from reports.jobs import PRINTERS
from units.models import Unit
from units.registers import REGISTERS

from .cells import crash, undone
from .requests import asked

pytestmark = pytest.mark.both  # what one database cuts or refuses the other keeps
TEXTS = {
    "a very long word": "Đ" * 4000,
    "right to left": "\u202eThôn Một\u200f\u2067ألف",
    "pictures": "Thôn 👩‍👩‍👧‍👦🇻🇳🀄 Một",
    "a formula": '=1+1&cmd|"/c calc"!A0',
    "quotes": "Tổ “'\"\"'” \\' {{ x }} {% if %}",
    "markup": "</td><script>alert(1)</script><![CDATA[&amp;&#0;]]>",
    "a pile of marks": "a" + "\u0301\u0302\u0323" * 60,
    "lines of their own": "Một\u2028Hai\u2029Ba\x85\u000bBốn\r\n\tNăm",
    "nothing to see": "\u200b\u00a0\ufeff",
    "what XML forbids": "Một\x01\x08\x1b\ufffe\uffffHai",
}
# The free text a page shows, by model.
WRITTEN = {
    "units.Unit": ["name"],
    "units.UnitVersion": ["name"],
    "units.User": ["post"],
    "units.Committee": ["name"],
    "units.Seat": ["post", "host_post"],
    "units.SecurityTeam": ["name"],
    "units.MassModel": ["name"],
    "criteria.Criterion": ["label", "guidance", "numerator_label", "denominator_label"],
    "criteria.CriteriaSet": ["name"],
    "evaluations.Answer": ["note", "appraised_note"],
    "evaluations.Evaluation": ["unit_name", "timing_reason"],
    "evaluations.Evidence": ["title", "file_name", "number", "issuer"],
    "evaluations.Sitting": ["place", "minutes", "committee_name"],
    "evaluations.AgendaItem": ["reason"],
    "evaluations.Decision": ["symbol", "signer", "reason"],
}
DRAFTS = {
    "criteria.Criterion": {"criteria_set__status": "draft"},
    "criteria.CriteriaSet": {"status": "draft"},
}  # frozen
PAGES = (
    *("units:list", "units:detail", "units:people", "units:committee_list", "units:committee_detail"),
    *("units:registers", "units:register_list", "evaluations:list", "evaluations:detail", "evaluations:grid"),
    *("evaluations:sitting_list", "evaluations:sitting_detail", "evaluations:decision_list"),
    *("evaluations:decision_detail", "evaluations:recognition_list", "evaluations:evidence_file"),
    *("criteria:list", "criteria:detail the province's", "reports:overview", "reports:rollup"),
    *("units:seat_export", "api:unit-list", "api:committee-list", "api:evaluation-list"),
)
PRINTS = (("decision_draft", "pdf"), ("yearly", "pdf"), ("yearly", "xlsx"))
SHEETS = ("units:export", *(f"units:register_export {slug}" for slug in REGISTERS))
SHEETS += ("evaluations:list", "evaluations:recognition_list", "evaluations:decision_list", "evaluations:sitting_list")
SHEETS += ("evaluations:cycle_list", "evaluations:award_barred", "units:people_export", "units:committee_export")
SHEETS += ("criteria:list", "criteria:documents", "reports:run_list", "units:reform_list", "units:delegation_list")


def addresses(world) -> list[str]:
    found = []
    for page in PAGES:
        name, _, case = page.partition(" ")
        kwargs, data = asked(world, name, "GET", case)
        query = "&".join(f"{key}={value}" for key, value in (data or {}).items())
        found.append(f"{reverse(name, kwargs=kwargs)}?{query}")
    for name in SHEETS:
        route, *slug = name.split()
        found += [f"{reverse(route, args=slug)}?dang={form}&year=" for form in ("csv", "xlsx")]
    return found


def write_everywhere(text: str) -> int:
    """Put the text into every free field, cut to what the column holds; how many rows have it now."""
    written = 0
    for label, names in WRITTEN.items():
        model = apps.get_model(label)
        for name in names:
            column = model._meta.get_field(name)
            fit = text if isinstance(column, TextField) else text[: column.max_length]
            written += model._default_manager.filter(**DRAFTS.get(label, {})).update(**{name: fit})
    return written


def broken(world, person: str) -> list[str]:
    client = world.clients[person]
    client.raise_request_exception = False
    told = []
    for address in addresses(world):
        response = client.get(address)
        if response.streaming:
            b"".join(response.streaming_content)
        if response.status_code >= 400 and not (response.status_code == 410 and "minh-chung" in address):
            told.append(f"{address}: {response.status_code}{crash(response)}")
    return told


def params_of(world, slug: str) -> dict:
    """What every report is asked with, by the year the world is in."""
    asked = world.home.run.params
    given = {
        "yearly": asked,
        "years": {"programmes": [asked["programme"]], "last_year": None, "years": 10, "kind": "", "ranh_gioi": "then"},
        "list": asked | {"state": ""},
        "criteria": {"criteria_set": "", "kind": ""} | asked,
        "decision_draft": {"decision": world.home.draft.pk},
    }
    return given[slug]


def write_a_mix() -> None:
    """Every row says another of the texts, in turn: what one does to its neighbours on a paper is seen."""
    for label, names in WRITTEN.items():
        model = apps.get_model(label)
        for name in names:
            column, rows = model._meta.get_field(name), model._default_manager.filter(**DRAFTS.get(label, {}))
            for place, text in enumerate([*TEXTS.values(), "Thôn bên cạnh"]):
                fit = text if isinstance(column, TextField) else text[: column.max_length]
                with suppress(IntegrityError), transaction.atomic():  # of a name that may stand once alone
                    rows.annotate(turn=F("pk") % (len(TEXTS) + 1)).filter(turn=place).update(**{name: fit})


REACHING = re.compile("tộM nôhT|[\x01-\x08]|[\u0300-\u036f]{4}")  # beyond its own place


def words_of(path: Path) -> str:
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("slug", REPORTS)
def test_every_report_is_printed_over_what_is_stored(world, db, slug):
    with undone():
        write_a_mix()
        places = (world.home.commune, world.home.province) if REPORTS[slug].listed else (world.home.commune,)
        for place in places:
            paper = REPORTS[slug].build(params_of(world, slug), Unit.objects.get(pk=place.pk))
            for form in REPORTS[slug].formats:
                path = PRINTERS[form](paper, lambda *told: None)
                if form == "pdf":
                    assert REACHING.findall(words_of(path)) == []
                else:
                    pages = pages_of(path.read_bytes(), rows=9999)
                    cells = [cell for page in pages for _, row in page.rows for cell in row]
                    assert len(cells) > 10
                    assert BadCell() not in cells  # nothing runs
                path.unlink()


def test_a_direction_turns_its_neighbours_unless_it_is_taken_out(world, db, monkeypatch):
    """The control: without the cleaning, the paper holds what turns the words beside it."""
    monkeypatch.setattr("reports.papers.pdf.printable", lambda text: text)
    with undone():
        write_a_mix()
        paper = REPORTS["list"].build(params_of(world, "list"), Unit.objects.get(pk=world.home.province.pk))
        path = PRINTERS["pdf"](paper, lambda *told: None)
        assert "tộM nôhT" in words_of(path)
        path.unlink()


@pytest.mark.parametrize("case", TEXTS)
def test_no_page_breaks_over_what_is_stored(world, db, case):
    with undone():
        assert write_everywhere(TEXTS[case]) > 200
        assert broken(world, "admin@grand") == []
        for slug, form in PRINTS:
            params = {"decision": world.home.draft.pk} if slug == "decision_draft" else world.home.run.params
            place = Unit.objects.get(pk=world.home.commune.pk)
            path = PRINTERS[form](REPORTS[slug].build(params, place), lambda *told: None)
            begins = path.read_bytes()[:4]
            path.unlink()
            assert begins == {"pdf": b"%PDF", "xlsx": b"PK\x03\x04"}[form]


def test_a_page_that_breaks_is_noticed(world, db, monkeypatch):
    """The control: a unit that cannot be written as text breaks the pages that name it."""
    monkeypatch.setattr(Unit, "__str__", lambda unit: None)
    with undone():
        Unit.objects.update(name=F("name"))
        assert any(": 500" in line for line in broken(world, "admin@grand"))
