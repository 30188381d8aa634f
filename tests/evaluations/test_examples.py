"""A year opened with an example set says so on every screen and paper that shows it; one opened with law does not."""

import html
import subprocess
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluations import services, workflow
from evaluations.enums import Action
from evaluations.models import Decision, Evidence, Recognition, Sitting
from portal.core.enums import EXAMPLE_WORDS
from reports.catalogue.entries import REPORTS, build_list, build_yearly, build_years
from reports.papers import pdf, xlsx
from reports.services import ask_report
from tests.evaluations.page_list import PAGES, make_bar, person
from units.enums import Subtype, UnitKind

from ..units.factories import make_units
from .factories import appraise, attach, dossier_of, hold_sitting, recognise
from .graded import ALONE, answer, open_graded

NAMES = ("Thôn Được", "Thôn Mất", "Thôn Chờ", "Thôn Họp")
# Pages that show nothing of this year: a paper's own bytes, a year not open yet, years running under no rule of it,
# switches of the province, and units barred by a switch nobody turned on here.
SHOWS_NO_CYCLE = {
    "practice",
    "start",
    "past_list",
    "past_find",
    "past_add",
    "past_edit",
    "past_import",
    "evidence_file",
    "cycle_open",
    "streak_list",
    "award_bars",
    "award_bar_edit",
    "award_barred",
    "past_totals_list",
    "past_totals_find",
    "past_totals_add",
    "past_totals_detail",
    "past_totals_edit",
    "past_totals_import",
}


@pytest.fixture(params=[True, False], ids=["example", "law"])
def walked(request, world, settings, tmp_path):
    """The graded year with a dossier at each place of the walk; as an example, and the same as law."""
    settings.FILES_DIR = tmp_path / "dossiers"
    areas = make_units(world.commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, list(NAMES))
    pack = ALONE if request.param else ALONE.replace("is_example: true", "is_example: false")
    cycle = world.graded = open_graded(world, tmp_path, pack)
    dossiers = {area.name: dossier_of(cycle, area) for area in areas}
    for dossier in dossiers.values():
        workflow.advance(dossier, Action.REGISTER, by=world.officer)
        answer(dossier, world)
        workflow.advance(dossier, Action.SUBMIT, by=world.officer)
        appraise(dossier, by=world.standing)
    committee = world.council.committee
    recognise(committee, [dossiers["Thôn Được"], dossiers["Thôn Mất"]], by=world.standing)
    services.revoke(
        Recognition.objects.get(evaluation=dossiers["Thôn Mất"]),
        number=2,
        symbol="QĐ-UBND",
        signed_on=date(2024, 12, 2),
        signer="Nguyễn Văn Mẫu",
        reason="Có sai phạm",
        by=world.chair,
    )
    services.close_sitting(hold_sitting(committee, [dossiers["Thôn Chờ"]], by=world.standing), by=world.chair)
    hold_sitting(committee, [dossiers["Thôn Họp"]], by=world.standing)
    area = dossier_of(cycle, world.tree.areas[0])
    workflow.advance(area, Action.REGISTER, by=world.officer)
    attach(area, world.officer, ["VD-1"])
    world.is_example = request.param
    world.things = dossiers | {
        "area": area,
        "cycle": cycle,
        "set": area.criteria_set,
        "paper": Evidence.objects.get(evaluation=area),
        "open": Sitting.objects.get(closed_at=None),
        "closed": Sitting.objects.exclude(closed_at=None).latest("pk"),
        "draft": Decision.objects.get(issued_at=None),
        "issued": Decision.objects.get(number=1),
        "revoking": Decision.objects.get(kind="revoke"),
        "bar": make_bar(world),
        "recognition": Recognition.objects.get(evaluation=dossiers["Thôn Được"]),
    }
    return world


def said(response) -> str:
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_every_page_of_the_walk_says_it(client, walked):
    seen = {}
    for name, rows in PAGES.items():
        for who, args, _ in rows:
            if name in SHOWS_NO_CYCLE:
                continue
            client.force_login(person(walked, who))
            address = reverse(f"evaluations:{name}", args=[walked.things[arg].pk for arg in args])
            query = {"cycle": walked.graded.pk} if name == "list" else {}
            seen[name, who, args] = EXAMPLE_WORDS in said(client.get(address, query))
    assert {key for key, marked in seen.items() if marked != walked.is_example} == set()


def test_the_inbox_the_unit_and_the_reports_say_it(client, walked):
    client.force_login(walked.staff)
    run = ask_report("yearly", asked(walked), "pdf", walked.tree.province, walked.staff)
    place = {"don_vi": walked.commune.pk}
    pages = {
        "inbox": (walked.officer, reverse("home"), {}),
        "inbox of the standing body": (walked.standing, reverse("home"), {}),
        "every dossier": (walked.officer, reverse("evaluations:list"), {"cycle": ""}),
        "unit": (walked.officer, reverse("units:detail", args=[walked.things["Thôn Được"].unit_id]), {}),
        "overview": (walked.staff, reverse("reports:overview"), {"ky": walked.graded.pk} | place),
        "roll-up": (walked.staff, reverse("reports:rollup", args=[walked.graded.pk]), place),
        "run": (walked.staff, reverse("reports:run_detail", args=[run.pk]), {}),
        **{
            f"ask {slug}": (walked.staff, reverse("reports:ask", args=[slug]), {})
            for slug in ("yearly", "years", "list")
        },
        "schedule": (walked.staff, reverse("reports:schedule_create", args=["yearly"]), {}),
    }
    marked = {}
    for name, (user, address, query) in pages.items():
        client.force_login(user)
        marked[name] = EXAMPLE_WORDS in said(client.get(address, query))
    assert {name for name, found in marked.items() if found != walked.is_example} == set()


def asked(world) -> dict:
    return {"programme": "trial-grades", "year": 2024, "kind": ""}


def papers(world) -> dict:
    province = world.tree.province
    years = {"programmes": ["trial-grades"], "kind": "", "last_year": None, "years": 10}
    return {
        "yearly": build_yearly(asked(world), province),
        "list": build_list(asked(world) | {"state": ""}, province),
        "years": build_years(years, province),
    }


@pytest.mark.usefixtures("printed_here")
def test_every_page_of_every_pdf_says_it(walked):
    found = {}
    for slug, paper in papers(walked).items():
        path = pdf.render(paper)
        text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
        for number, page in enumerate(text.rstrip("\f").split("\f"), 1):
            found[slug, number] = EXAMPLE_WORDS in " ".join(page.split())
    assert {slug for slug, _ in found} == {slug for slug, one in REPORTS.items() if one.listed} - {"criteria"}
    assert {key for key, marked in found.items() if marked != walked.is_example} == set()


@pytest.mark.usefixtures("printed_here")
def test_every_sheet_says_it(walked):
    found = {}
    for slug, paper in papers(walked).items():
        for sheet in load_workbook(xlsx.render(paper)).worksheets:
            cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell]
            found[slug, sheet.title] = any(EXAMPLE_WORDS in cell for cell in cells)
    assert len(found) >= 6
    assert {key for key, marked in found.items() if marked != walked.is_example} == set()


def test_the_api_says_it(client, walked):
    client.force_login(walked.officer)
    for route, args in (
        ("evaluation-detail", [walked.things["area"].pk]),
        ("recognition-detail", [walked.things["recognition"].pk]),
    ):
        assert client.get(reverse(f"api:{route}", args=args)).json()["is_example"] == walked.is_example
    client.force_login(walked.staff)
    query = {"cycle": walked.graded.pk, "place": walked.tree.province.pk}
    assert client.get(reverse("api:rollup"), query).json()["is_example"] == walked.is_example
