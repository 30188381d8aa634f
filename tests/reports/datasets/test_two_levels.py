"""Words for levels: districts are spoken of where the boundaries counted have them, and nowhere else."""

import re
from types import SimpleNamespace

import pytest
from django.urls import reverse

from evaluations.enums import State
from reports.catalogue.entries import build_yearly
from reports.datasets import Boundaries, By, scope_of, ways_below
from reports.papers import pdf
from tests.reports.factories import YEARLY, make_cycle, make_files
from tests.reports.printed import in_one_line, text_of
from tests.units.factories import make_tree, make_units, make_user
from tests.units.reforming import draft, line
from units import reforms
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = pytest.mark.django_db
NOT_FOR_TWO = re.compile("huyện|thị trấn", re.IGNORECASE)
KIND_OF_LAW = "Xã, phường, thị trấn"  # how the law calls that kind of units; not a level of the place


@pytest.fixture
def world():
    """A province with 2024 and 2026: its districts ended on 1/7/2025, between the days the two rosters were taken."""
    tree = make_tree("A")
    then = make_cycle(tree.province, 2024)
    make_files(then, [*tree.areas, *tree.communes], State.RECOGNISED)
    reforms.apply(draft(tree, line("close_level", tree.province, kind=UnitKind.DISTRICT)), by=None)
    now = make_cycle(tree.province, 2026)
    college = make_units(tree.province, UnitKind.SCHOOL, Subtype.COLLEGE, ["Trường tỉnh"])
    units = [*Unit.objects.filter(pk__in=[unit.pk for unit in (*tree.areas, *tree.communes)]), *college]
    make_files(now, units, State.RECOGNISED)
    staff = make_user(Role.STAFF, tree.province)
    return SimpleNamespace(tree=tree, province=tree.province, then=then, now=now, staff=staff)


def ways(cycle, place, boundaries=Boundaries.THEN) -> tuple:
    return ways_below(scope_of(cycle, place, boundaries))


def test_districts_are_a_way_of_counting_only_where_the_boundaries_have_them(world):
    both = (By.DISTRICT, By.COMMUNE)
    assert (ways(world.then, world.province), ways(world.now, world.province)) == (both, (By.COMMUNE,))
    assert ways(world.then, world.province, Boundaries.TODAY) == (By.COMMUNE,)
    assert ways(world.then, world.tree.districts[0]) == (By.COMMUNE,)
    assert ways(world.now, world.tree.communes[0]) == ()


def test_a_dossier_in_a_district_is_enough_where_the_history_does_not_reach_back(world):
    before = make_cycle(world.province, 2019)  # the tree's history begins in 2020
    assert ways(before, world.province) == (By.COMMUNE,)
    district = world.tree.districts[0]
    (dossier,) = make_files(before, world.tree.areas[:1])
    dossier.district = district
    dossier.save()
    assert ways(before, world.province) == (By.DISTRICT, By.COMMUNE)


def without_kinds(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace(KIND_OF_LAW, "")


def main_of(response) -> str:
    return without_kinds(response.content.decode().split("<main")[1].split("</main>")[0])


def test_the_overview_and_the_roll_up_begin_with_communes(world, client):
    client.force_login(world.staff)
    overview = client.get(reverse("reports:overview"), {"ky": world.now.pk})
    told = main_of(overview)
    assert "Tiến độ theo xã" in told and "Xã A1.1" in told and "Trường tỉnh" not in told
    page = client.get(reverse("reports:rollup", args=[world.now.pk]))
    assert [label for _, label in page.context["tabs"]] == ["Theo loại đơn vị", "Theo cấp xã"]
    assert (page.context["by"], page.context["table"].total.roster) == (By.COMMUNE, 13)
    assert not [found for found in (told, main_of(page)) if NOT_FOR_TWO.search(found)]
    asked = client.get(reverse("reports:rollup", args=[world.now.pk]), {"theo": "district"})
    assert asked.context["by"] == By.COMMUNE


def test_a_year_with_districts_keeps_its_words(world, client):
    """The control: the same pages of the year before."""
    client.force_login(world.staff)
    told = main_of(client.get(reverse("reports:overview"), {"ky": world.then.pk}))
    assert "Tiến độ theo huyện" in told and "Huyện A1" in told
    page = client.get(reverse("reports:rollup", args=[world.then.pk]))
    assert [label for _, label in page.context["tabs"]] == ["Theo loại đơn vị", "Theo cấp huyện", "Theo cấp xã"]
    assert page.context["by"] == By.DISTRICT
    today = client.get(reverse("reports:rollup", args=[world.then.pk]), {"ranh_gioi": "today"})
    assert today.context["by"] == By.COMMUNE


def test_the_yearly_paper_has_no_sheet_of_districts(world):
    paper = build_yearly(YEARLY | {"year": 2026}, world.province)
    assert [table.sheet_name for table in paper.tables] == ["Theo loại", "Nhiều năm", "Theo xã"]
    assert [table.title for table in paper.tables][1:] == [
        "Bảng 2. Số được công nhận và tỷ lệ trên tổng số theo năm",
        "Kết quả từng xã, phường, đặc khu năm 2026",
    ]
    text = in_one_line(text_of(pdf.render(paper)))
    assert "TỪNG XÃ, PHƯỜNG, ĐẶC KHU" in text and not NOT_FOR_TWO.search(without_kinds(text))
    then = build_yearly(YEARLY | {"year": 2024}, world.province)
    assert [table.sheet_name for table in then.tables] == ["Theo loại", "Theo huyện", "Nhiều năm", "Theo xã"]
    assert then.annexes[0].title == "Kết quả từng xã, phường, thị trấn năm 2024"
    today = build_yearly(YEARLY | {"year": 2024, "ranh_gioi": "today"}, world.province)
    assert today.annexes[0].title == "Kết quả từng xã, phường, đặc khu năm 2024"
