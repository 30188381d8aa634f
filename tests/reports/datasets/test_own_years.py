"""A town's own year in the figures: it counts in the town and below, never in the totals above, and pages say so."""

from datetime import date

import pytest
from django.urls import reverse

from evaluations import services
from evaluations.models import Evaluation
from portal.core.web.once import new_token
from reports.catalogue.entries import find_scope
from reports.datasets import Boundaries, By, cycles_at, rollup_of, scope_of, trend
from reports.forms import YearlyForm
from reports.models import ReportRun
from reports.papers.notes import years_notes
from tests.evaluations.town import PROVINCES, TOWNS, WARDS, YEAR, make_town, publish
from tests.units.factories import make_user
from units.enums import Role

pytestmark = pytest.mark.django_db
CODE = "trial-town"


@pytest.fixture
def tree():
    return make_town()


@pytest.fixture
def years(tree, tmp_path):
    """The town's own year (two wards) and the province's beside it (the commune and all three areas)."""
    programme = publish(tmp_path, PROVINCES, TOWNS, WARDS)
    town, province = (
        services.open_cycle(programme, tree.province, YEAR, as_of=date(YEAR, 1, 2), place=place, by=None)
        for place in (tree.town, None)
    )
    return town, province


def total(cycle, place, boundaries=Boundaries.THEN) -> int:
    return rollup_of(scope_of(cycle, place, boundaries), by=By.KIND).total.roster


def through_years(place, boundaries=Boundaries.THEN) -> list[int]:
    return [row.counts.roster for row in trend(CODE, place, YEAR, boundaries=boundaries).rows]


@pytest.mark.parametrize("boundaries", Boundaries)
def test_every_dossier_counts_once_and_never_in_the_provinces_totals(years, tree, boundaries):
    town, province = years
    assert (total(town, tree.town, boundaries), total(province, tree.province, boundaries)) == (2, 4)
    assert Evaluation.objects.count() == 6
    assert through_years(tree.province, boundaries) == [4]  # the town's two wards are left out
    assert through_years(tree.town, boundaries) == [4]  # its wards and its areas, each in its own year
    assert through_years(tree.wards[0], boundaries) == [2]
    assert through_years(tree.other, boundaries) == [2]


def test_the_totals_without_the_rule_would_hold_the_wards(years, tree):
    """The control: the province's column holds the town's dossiers too, so nothing but the rule keeps them out."""
    assert Evaluation.objects.filter(province=tree.province).count() == 6


@pytest.mark.parametrize("boundaries", Boundaries)
def test_a_table_of_many_years_says_what_it_leaves_out_or_holds_of_both(years, tree, boundaries):
    told = {
        place.name: " ".join(years_notes(trend(CODE, place, YEAR, boundaries=boundaries)))
        for place in (tree.province, tree.town, tree.other)
    }
    left_out, both = "Không gồm kỳ riêng của thị xã Đông Triều (2024).", "gồm cả đơn vị xét trong kỳ riêng"
    assert {name for name, notes in told.items() if left_out in notes} == {"Tỉnh Quảng Ninh"}
    assert {name for name, notes in told.items() if both in notes} == {"Thị xã Đông Triều"}


@pytest.mark.parametrize("boundaries", Boundaries)
def test_which_years_may_hold_dossiers_of_a_place(years, tree, boundaries):
    town, province = years
    found = {
        place.name: set(cycles_at(place, boundaries))
        for place in (tree.province, tree.town, tree.other, *tree.wards, tree.commune)
    }
    assert found == {
        "Tỉnh Quảng Ninh": {province},
        "Thị xã Đông Triều": {town, province},
        "Huyện Đầm Hà": {province},
        "Phường Đức Chính": {town, province},
        "Phường Mạo Khê": {town, province},
        "Xã Dực Yên": {province},
    }


def page(client, user, name, *args, **asked) -> str:
    client.force_login(user)
    response = client.get(reverse(f"reports:{name}", args=args), asked)
    return response.content.decode() if response.status_code == 200 else str(response.status_code)


def test_the_provinces_page_says_what_it_leaves_out_and_the_towns_whose_it_is(client, years, tree):
    town, province = years
    staff = make_user(Role.STAFF, tree.province)
    left_out = "Không gồm 2 đơn vị xét trong kỳ riêng của thị xã Đông Triều."
    for told in (page(client, staff, "rollup", province.pk), page(client, staff, "overview")):
        assert left_out in told
    assert left_out not in page(client, staff, "rollup", province.pk, don_vi=tree.other.pk)
    for told in (page(client, staff, "rollup", town.pk), page(client, staff, "overview", ky=town.pk)):
        assert "Thị xã Đông Triều" in told and "không cộng vào số liệu kỳ của tỉnh" in told
        assert left_out not in told and "Lên Tỉnh Quảng Ninh" not in told
    assert page(client, staff, "rollup", town.pk, don_vi=tree.province.pk) == "404"


def test_who_stands_elsewhere_gets_no_figures_of_the_town(client, years, tree):
    town, _ = years
    officer = make_user(Role.OFFICER, tree.commune)
    assert page(client, officer, "rollup", town.pk) == "404"
    assert "Đông Triều" not in page(client, officer, "overview", ky=town.pk)
    ward = page(client, make_user(Role.OFFICER, tree.wards[0]), "rollup", town.pk)
    assert "Phường Đức Chính" in ward and "kỳ riêng của thị xã Đông Triều" in ward.replace("Kỳ", "kỳ")


def test_a_report_takes_a_places_own_year_unless_the_provinces_is_asked_for(client, years, tree):
    town, province = years
    asked = {"programme": CODE, "year": YEAR}
    assert find_scope(asked, tree.town).cycle == town
    assert find_scope(asked | {"whose": "province"}, tree.town).cycle == province
    assert find_scope(asked, tree.province).cycle == province == find_scope(asked, tree.other).cycle
    staff, other = make_user(Role.STAFF, tree.province), make_user(Role.OFFICER, tree.commune)
    assert "whose" in YearlyForm(user=staff).fields and "whose" not in YearlyForm(user=other).fields


@pytest.mark.parametrize(("which", "whose"), [(0, "own"), (1, "province")])
def test_the_button_prints_the_year_of_its_page(client, years, tree, which, whose):
    client.force_login(make_user(Role.STAFF, tree.province))
    address = reverse("reports:rollup_print", args=[years[which].pk, "xlsx"])
    assert client.post(address, {"don_vi": tree.town.pk, "once": new_token()}).status_code == 302
    run = ReportRun.objects.get()
    assert run.params["whose"] == whose
    assert find_scope(run.params, tree.town).cycle == years[which]
