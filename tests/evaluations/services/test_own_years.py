"""A town's own year of a programme: who stands on its roster, who opens and sees it, and no unit stands twice."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from criteria.models import CriteriaSet
from evaluations import permissions, queries, services
from evaluations.files.past_results import read_row
from evaluations.forms import CycleForm, CycleLabel
from evaluations.judging.below import counts_below
from evaluations.models import Cycle, Evaluation
from evaluations.queries.scopes import scopes_of
from evaluations.streaks.counting import recorded_years
from portal.core.errors import Refused
from portal.core.web.once import new_token
from tests.evaluations.streaks.results import make_rule
from tests.evaluations.town import DAY, PROVINCES, TOWNS, WARDS, YEAR, make_town, publish, sets_of
from tests.units.factories import make_tree, make_units, make_user
from units import services as units
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = pytest.mark.django_db
TOWNS_OWN = {"Phường Đức Chính": "VD-THI-XA", "Phường Mạo Khê": "VD-THI-XA"}


@pytest.fixture
def tree():
    return make_town()


@pytest.fixture
def programme(tree, tmp_path):
    return publish(tmp_path, PROVINCES, TOWNS, WARDS)


def opened(programme, tree, place=None, year=YEAR):
    return services.open_cycle(programme, tree.province, year, as_of=date(year, 1, 2), place=place, by=None)


def refused(*args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal:
        opened(*args, **kwargs)
    return refusal.value.sentence


def doubled() -> set[str]:
    """Units that stand on two rosters of one programme and year."""
    seen, twice = set(), set()
    for key in Evaluation.objects.values_list("unit_name", "cycle__programme", "cycle__year"):
        (twice if key in seen else seen).add(key)
    return {name for name, *_ in twice}


# --- the roster ---------------------------------------------------------------------------------------------------
def test_a_towns_own_year_holds_its_units_by_its_own_set_and_names_it(programme, tree):
    own = opened(programme, tree, tree.town)
    assert sets_of(own) == TOWNS_OWN
    assert str(own) == "Mô hình An ninh cơ sở năm 2024 – Thị xã Đông Triều (ví dụ, không phải luật)"
    assert (own.scope, own.scope_name, own.province) == (tree.town, "Thị xã Đông Triều", tree.province)


@pytest.mark.parametrize("towns_first", [True, False])
def test_no_unit_stands_on_two_rosters_of_a_programme_and_year(programme, tree, towns_first):
    first, second = (tree.town, None) if towns_first else (None, tree.town)
    one = opened(programme, tree, first)
    if towns_first:
        other = opened(programme, tree, second)
        assert set(sets_of(other)) == {"Xã Dực Yên", *(area.name for area in tree.areas)}
    else:
        assert "đã có hồ sơ ở kỳ của tỉnh" in refused(programme, tree, second)
        assert set(TOWNS_OWN) <= set(sets_of(one))
    assert doubled() == set()


def test_the_guard_is_what_keeps_a_unit_off_a_second_roster(programme, tree, monkeypatch):
    """The control: with the guard off the same two years hold the wards twice."""
    monkeypatch.setattr("evaluations.services.cycles.on_other_rosters", lambda cycle: set())
    opened(programme, tree, tree.town)
    opened(programme, tree)
    assert doubled() == set(TOWNS_OWN)


def test_a_late_unit_of_the_town_is_missing_in_one_year_alone(programme, tree):
    own, provinces = opened(programme, tree, tree.town), opened(programme, tree)
    ward = units.add_unit(
        tree.town,
        units.UnitFacts("Phường Hưng Đạo", Subtype.WARD, "07099"),
        kind=UnitKind.COMMUNE,
        opened_on=DAY,
        ground="NQ 1",
        by=None,
    )
    assert [[one.pk for one in services.missing_units(year)] for year in (own, provinces)] == [[ward.pk], [ward.pk]]
    services.add_late_unit(own, ward, reason="Mới lập", by=None)
    assert services.missing_units(own) == [] == services.missing_units(provinces)
    with pytest.raises(Refused, match="đã có hồ sơ năm 2024"):
        services.add_late_unit(provinces, ward, reason="Mới lập", by=None)


def test_a_year_exists_once_for_a_programme_and_a_place(programme, tree):
    own = opened(programme, tree, tree.town)
    assert "năm 2024 của Thị xã Đông Triều đã được mở" in refused(programme, tree, tree.town)
    row = {"programme": programme, "province": tree.province, "year": YEAR, "as_of": DAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        Cycle.objects.create(**row, place=tree.town)
    Cycle.objects.create(**row)  # the province's stands beside it, once
    with pytest.raises(IntegrityError), transaction.atomic():
        Cycle.objects.create(**row)
    assert opened(programme, tree, tree.town, YEAR + 1).place == own.place


def test_a_place_without_a_published_set_of_its_own_opens_no_year(programme, tree):
    assert refused(programme, tree, tree.other) == (
        "Chưa có bộ tiêu chí riêng của Huyện Đầm Hà cho “Mô hình An ninh cơ sở” được ban hành cho năm 2024. "
        "Hãy soạn bộ riêng ở trang Bộ tiêu chí → Chương trình của tỉnh."
    )


def test_a_towns_year_is_frozen_anew_and_taken_away_like_any_other(programme, tree):
    own = opened(programme, tree, tree.town)
    services.refreeze(own, as_of=date(YEAR, 2, 1), reason="Chọn nhầm ngày", by=None)
    assert sets_of(own) == TOWNS_OWN
    again = opened(programme, tree, tree.wards[0])
    assert services.delete_cycle(again, by=None).endswith("– Phường Đức Chính (ví dụ, không phải luật)")


# --- who opens it, who sees it --------------------------------------------------------------------------------------
def people(tree):
    return {
        "staff": make_user(Role.STAFF, tree.province),
        "town admin": make_user(Role.ADMIN, tree.town),
        "town chair": make_user(Role.CHAIR, tree.town),
        "town officer": make_user(Role.OFFICER, tree.town),
        "ward officer": make_user(Role.OFFICER, tree.wards[0]),
        "ward admin": make_user(Role.ADMIN, tree.wards[0]),
        "other admin": make_user(Role.ADMIN, tree.other),
        "other commune": make_user(Role.OFFICER, tree.commune),
        "far staff": make_user(Role.STAFF, make_tree("Z").province),
    }


def test_who_opens_a_towns_year(programme, tree):
    found = {name: permissions.may_open_cycle(user, tree.town) for name, user in people(tree).items()}
    assert {name for name, may in found.items() if may} == {"staff", "town admin", "town chair"}
    provinces = {name: permissions.may_open_cycle(user, tree.province) for name, user in people(tree).items()}
    assert {name for name, may in provinces.items() if may} == {"staff"}


def test_the_page_offers_the_scopes_a_person_may_open(programme, tree):
    found = {name: [one.name for one in scopes_of(user)] for name, user in people(tree).items()}
    assert {name: scopes for name, scopes in found.items() if scopes} == {
        "staff": ["Tỉnh Quảng Ninh", "Phường Đức Chính", "Thị xã Đông Triều"],
        "town admin": ["Thị xã Đông Triều"],
        "town chair": ["Thị xã Đông Triều"],
        "ward admin": ["Phường Đức Chính"],
        "far staff": ["Tỉnh Z"],
    }


def test_scopes_of_one_name_are_told_apart_by_where_they_lie(programme, tree):
    make_units(tree.other, UnitKind.COMMUNE, Subtype.WARD, ["Phường Đức Chính"], code="07091")
    alike = list(Unit.objects.filter(name="Phường Đức Chính").order_by("code"))
    assert CycleForm(scopes=[tree.province, tree.town, *alike]).fields["scope"].choices == [
        (tree.province.pk, "Tỉnh Quảng Ninh"),
        (tree.town.pk, "Thị xã Đông Triều"),
        (alike[0].pk, "Phường Đức Chính (thị xã Đông Triều, tỉnh Quảng Ninh)"),
        (alike[1].pk, "Phường Đức Chính (huyện Đầm Hà, tỉnh Quảng Ninh)"),
    ]


def test_a_year_says_its_places_district_where_the_province_has_another_of_the_name(programme, tree):
    ward = tree.wards[0]
    assert str(opened(programme, tree, ward)).startswith("Mô hình An ninh cơ sở năm 2024 – Phường Đức Chính (ví dụ")
    make_units(tree.other, UnitKind.COMMUNE, Subtype.WARD, ["Phường Đức Chính"], code="07091")
    later = opened(programme, tree, ward, YEAR + 1)
    assert str(later).startswith("Mô hình An ninh cơ sở năm 2025 – Phường Đức Chính (thị xã Đông Triều)")
    assert later.scope_name == "Phường Đức Chính (thị xã Đông Triều)"


def test_years_of_two_towns_of_one_name_say_where_each_lies(programme, tree):
    """Towns of provinces that merged, or whose years were opened under one bare name. The year alone stays as it is."""
    own = opened(programme, tree, tree.town)
    row = {"programme": programme, "year": YEAR, "as_of": DAY, "place_name": "Thị xã Đông Triều"}
    elsewhere = make_units(tree.province, UnitKind.DISTRICT, Subtype.TOWN, ["Thị xã Đông Triều"], code="206")[0]
    twin = Cycle.objects.create(**row, province=tree.province, place=elsewhere)
    far = make_tree("Z")
    third = Cycle.objects.create(**row, province=far.province, place=far.districts[0])
    queries.tell_years_apart(alone := [Cycle.objects.get(pk=own.pk)])
    assert "(tỉnh" not in str(alone[0])
    rows = list(Cycle.objects.filter(pk__in=[own.pk, twin.pk, third.pk]).order_by("pk"))
    queries.tell_years_apart(rows)
    assert [str(one).removeprefix("Mô hình An ninh cơ sở năm 2024 – ") for one in rows] == [
        "Thị xã Đông Triều (tỉnh Quảng Ninh) (ví dụ, không phải luật)",
        "Thị xã Đông Triều (tỉnh Quảng Ninh)",
        "Thị xã Đông Triều (tỉnh Z)",
    ]
    labels = [CycleLabel().label_from_instance(one) for one in Cycle.objects.to_choose().order_by("pk")]
    assert labels[1:] == [
        f"{programme} năm 2024 – Thị xã Đông Triều – {name}" for name in ("Tỉnh Quảng Ninh", "Tỉnh Z")
    ]


def test_without_a_published_set_a_place_is_not_offered(tree, tmp_path):
    publish(tmp_path, PROVINCES)
    found = {name: [one.name for one in scopes_of(user)] for name, user in people(tree).items()}
    assert {name: scopes for name, scopes in found.items() if scopes} == {
        "staff": ["Tỉnh Quảng Ninh"],
        "far staff": ["Tỉnh Z"],
    }


def test_who_sees_a_towns_year_is_who_reads_a_dossier_of_it(programme, tree):
    own, provinces = opened(programme, tree, tree.town), opened(programme, tree)
    seen = {name: set(Cycle.objects.visible_to(user)) for name, user in people(tree).items()}
    both, alone = {own, provinces}, {provinces}
    assert seen == {
        **dict.fromkeys(["staff", "town admin", "town chair", "town officer", "ward officer", "ward admin"], both),
        **dict.fromkeys(["other admin", "other commune"], alone),
        "far staff": set(),
    }


# --- the pages ------------------------------------------------------------------------------------------------------
def post(client, data):
    return client.post(reverse("evaluations:cycle_open"), data | {"once": new_token()})


def asked(programme, **more):
    return {"programme": programme.pk, "year": YEAR, "as_of": f"{DAY:%d/%m/%Y}", **more}


def test_the_towns_administrator_opens_its_year_on_the_page(client, programme, tree):
    client.force_login(make_user(Role.ADMIN, tree.town))
    page = client.get(reverse("evaluations:cycle_open")).content.decode()
    assert "Thị xã Đông Triều" in page and 'name="scope"' not in page
    post(client, asked(programme, scope=tree.province.pk))  # what is not offered is not read
    assert [cycle.place for cycle in Cycle.objects.all()] == [tree.town]
    page = client.get(reverse("evaluations:cycle_list")).content.decode()
    assert "kỳ riêng, Tỉnh Quảng Ninh" in page and "Khoá sổ" in page


def test_the_provinces_staff_choose_the_scope_on_the_page(client, programme, tree):
    client.force_login(make_user(Role.STAFF, tree.province))
    assert 'name="scope"' in client.get(reverse("evaluations:cycle_open")).content.decode()
    assert post(client, asked(programme, scope=tree.other.pk)).status_code == 422
    assert post(client, asked(programme, scope=tree.town.pk)).status_code == 302
    response = client.post(
        reverse("evaluations:cycle_open"), asked(programme, scope=tree.province.pk, once=new_token()), follow=True
    )
    assert (
        "Đơn vị đã có hồ sơ trong kỳ riêng của Thị xã Đông Triều không vào danh sách này." in response.content.decode()
    )
    assert [cycle.place for cycle in Cycle.objects.order_by("pk")] == [tree.town, None]


@pytest.mark.parametrize(("who", "status"), [("town admin", 200), ("other admin", 404), ("ward admin", 404)])
def test_a_towns_year_is_locked_by_those_who_open_it(client, programme, tree, who, status):
    own = opened(programme, tree, tree.town)
    client.force_login(people(tree)[who])
    for name in ("cycle_close", "cycle_roster"):
        assert client.get(reverse(f"evaluations:{name}", args=[own.pk])).status_code == status
    provinces = opened(programme, tree)
    assert client.get(reverse("evaluations:cycle_close", args=[provinces.pk])).status_code == 404


def test_a_person_of_another_place_finds_nothing_of_a_towns_year(client, programme, tree):
    own = opened(programme, tree, tree.town)
    client.force_login(make_user(Role.OFFICER, tree.commune))
    for address in (
        reverse("evaluations:grid", args=[own.pk]),
        reverse("reports:rollup", args=[own.pk]),
        reverse("evaluations:selection", args=[own.pk]),
    ):
        assert client.get(address).status_code == 404
    assert "Đông Triều" not in client.get(reverse("evaluations:cycle_list")).content.decode()


def test_a_dossier_of_a_draft_set_is_left_to_the_province(tree, tmp_path):
    programme = publish(tmp_path, PROVINCES, TOWNS.replace("    publish: true\n", ""))
    assert CriteriaSet.objects.filter(code="VD-THI-XA").exists()
    assert set(sets_of(opened(programme, tree)).values()) == {"VD-XA", "VD-KDC"}


def test_a_commune_counts_the_units_below_it_in_whichever_year_they_stand(tree, tmp_path):
    """The ward stands on its town's roster, its area on the province's; the commune beside on the province's alone."""
    derived = (
        '      - {{code: {0}-2, number: "2", article: Mục 2, label: Từ 70% khu dân cư đăng ký, measure: derived,\n'
        "         comparison: at_least, threshold: 70, derivation: subordinates_registered,\n"
        "         numerator_label: đã đăng ký, denominator_label: tổng số}}\n    routes:"
    )
    provinces, towns = (
        text.replace("    routes:", derived.format(code), 1)
        for text, code in ((PROVINCES, "VD-XA"), (TOWNS, "VD-THI-XA"))
    )
    programme = publish(tmp_path, provinces, towns)
    own, rest = opened(programme, tree, tree.town), opened(programme, tree)
    for cycle, unit in ((own, tree.wards[0]), (rest, tree.commune)):
        dossier = cycle.evaluations.select_related("cycle", "criteria_set").get(unit=unit)
        assert {kind: counts.total for kind, counts in counts_below([dossier])[dossier.pk].items()} == {
            "residential_area": 1
        }
    assert own.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA).count() == 0


def test_a_past_result_is_not_entered_beside_a_dossier_of_an_own_year(tree, programme):
    """The commune beside, which stands on no roster of that year, is entered as ever."""
    opened(programme, tree, tree.town)
    sets = CriteriaSet.objects.filter(programme=programme)
    CriteriaSet.objects.bulk_create(
        [
            CriteriaSet(
                code="LUAT",
                name="Luật",
                programme=programme,
                document=sets[0].document,
                unit_kinds=["commune"],
                first_year=2020,
                province_code="22",
            )
        ]
    )
    known = {"year": str(YEAR), "programme": "trial-town", "result": "Đạt", "source": "Báo cáo 1"}
    with pytest.raises(Refused, match="có hồ sơ năm 2024 trong một kỳ khác"):
        read_row(known | {"unit": f"DV{tree.wards[0].pk}"}, tree.province)
    row = read_row(known | {"unit": f"DV{tree.commune.pk}"}, tree.province)
    assert services.record_past([row], tree.province, by=None, reason="Theo báo cáo.") == (1, 0)
    with pytest.raises(Refused, match="có hồ sơ năm 2024 trong một kỳ khác"):
        services.record_past([replace(row, unit=tree.wards[0])], tree.province, by=None, reason="Theo báo cáo.")


def test_a_year_that_a_town_alone_had_breaks_nobodys_years_running(tree, programme):
    rule = make_rule(counts=("trial-town",))
    opened(programme, tree, tree.town)
    assert recorded_years([rule], tree.province.pk)[rule.pk] == {}
    opened(programme, tree)
    assert recorded_years([rule], tree.province.pk)[rule.pk] == {YEAR: True}
