"""Reports through reorganisations: the year's own boundaries print the same for ever, today's count every file once."""

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from evaluations.enums import State
from evaluations.models import Cycle, Evaluation
from portal.core.errors import Refused
from reports import permissions
from reports.catalogue.entries import REPORTS
from reports.datasets import Boundaries, Counts, cycles_at, divided, scope_of, ten_year_table, yearly_rollup
from reports.forms import places_of
from reports.models import ReportRun
from reports.papers import pdf, xlsx
from tests.reports.factories import YEARLY, make_cycle, make_files, once
from tests.reports.printed import in_one_line, text_of
from tests.units.factories import make_tree, make_units, make_user
from tests.units.reforming import draft, line
from units import reforms
from units.enums import Role, Subtype, UnitKind
from units.models import Unit

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # boundaries in SQL
TODAY = Boundaries.TODAY
OLD = YEARLY | {"year": 2020}


@pytest.fixture
def world():
    """Provinces A and B with the year 2020: A has 8 areas (5 recognised), 4 communes, 3 bodies; B has 3 recognised."""
    a, b = make_tree("A"), make_tree("B")
    a.cycle, b.cycle = make_cycle(a.province), make_cycle(b.province)
    make_files(a.cycle, a.areas[:5], State.RECOGNISED)
    make_files(a.cycle, [*a.areas[5:], *a.communes, *a.organisations], State.REGISTERED)
    make_files(b.cycle, b.areas[:3], State.RECOGNISED)
    make_files(b.cycle, b.communes, State.DECLINED)
    make_cycle(a.province, 2019)
    make_files(Cycle.objects.get(province=a.province, year=2019), a.areas[:2], State.RECOGNISED)
    return SimpleNamespace(a=a, b=b)


def merge(world):
    """From 1/7/2025 A and B are one province without districts; two communes of A are one ward, a third is divided."""
    one, two, three, four = world.a.communes
    reform = draft(
        world.a,
        line("open", kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, code="24", name="Tỉnh A", key="T"),
        line("merge", world.a.province, to_key="T"),
        line("merge", world.b.province, to_key="T"),
        line("open", kind="commune", subtype=Subtype.WARD, code="07001", name="Phường Mới", key="M", to_key="T"),
        line("merge", one, to_key="M"),
        line("merge", two, to_key="M"),
        line("split", three, to_unit=four, is_main=True, percent=60),
        line("split", three, to_key="M", percent=40),
        line("rename", four, name="Xã Bốn"),
        *(line("close_level", tree.province, kind=UnitKind.DISTRICT) for tree in (world.a, world.b)),
    )
    reform.provinces.add(world.b.province)
    reforms.apply(reform, by=None)
    world.new = Unit.objects.get(code="24")
    world.ward = Unit.objects.get(code="07001")
    return reform


def fresh(unit: Unit) -> Unit:
    return Unit.objects.select_related("parent").get(pk=unit.pk)


def lines(rollup):
    return [(group.label, row.label, row.counts) for group in rollup.groups for row in group.rows]


def client_of(role, unit) -> Client:
    client = Client()
    client.force_login(make_user(role, unit), backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def page(client, cycle, **query):
    return client.get(reverse("reports:rollup", args=[cycle.pk]), query)


# --- the year's own boundaries -----------------------------------------------------------------------------------
PARAMS = {
    "yearly": OLD,
    "list": OLD | {"state": ""},
    "years": {"programmes": ["safety"], "last_year": 2020, "years": 10, "kind": "", "ranh_gioi": "then"},
}


def paper_of(place, slug: str) -> tuple:
    """A report of 2020 of the place: its tables, its notes and the words of its PDF."""
    paper = REPORTS[slug].build(PARAMS[slug], fresh(place))
    path = pdf.render(paper)
    words = in_one_line(text_of(path))
    path.unlink()
    return paper.tables, paper.notes, words


def printed(world) -> dict:
    """Everything the reports of 2020 say of every level, as rows and as the words of the PDF."""
    tree = world.a
    places = (tree.province, *tree.districts, tree.communes[0], tree.communes[2])
    found = {(place.pk, slug): paper_of(place, slug) for place in places for slug in PARAMS}
    found["renamed"] = paper_of(tree.communes[3], "yearly")  # goes on under another name and manager
    for by in ("kind", "district", "commune"):
        found[by] = lines(yearly_rollup(tree.cycle, place=fresh(tree.province), by=by))
    return found


def test_the_reports_of_2020_are_the_same_before_and_after(world):
    before = printed(world)
    merge(world)
    assert printed(world) == before
    assert "XÃ A2.2" in before["renamed"][2] and "huyện A2" in before["renamed"][2]
    # The control: one dossier moved to where its unit lies today is seen.
    Evaluation.objects.filter(unit=world.a.areas[0], cycle=world.a.cycle).update(commune=world.ward, district=None)
    assert paper_of(world.a.communes[0], "list") != before[world.a.communes[0].pk, "list"]


def test_the_new_provinces_staff_ask_for_the_old_ones(world):
    merge(world)
    staff = make_user(Role.STAFF, world.new)
    old = fresh(world.a.province)
    assert permissions.may_report_on(staff, old)
    labels = [place.dated_name for place in places_of(staff)]
    assert (labels[0], "Tỉnh A (đến 30/06/2025)" in labels, "Huyện A1 (đến 30/06/2025)" in labels) == (
        "Tỉnh A",
        True,
        True,
    )
    client = client_of(Role.STAFF, world.new)
    sent = OLD | {"year": "2020", "place": old.pk, "format": "pdf"} | once()
    answer = client.post(reverse("reports:ask", args=["yearly"]), sent)
    assert answer.status_code == 302
    run = ReportRun.objects.get()
    assert "Tỉnh A (đến 30/06/2025)" in words(client.get(reverse("reports:run_detail", args=[run.pk])))
    assert "Tổng cộng 15 15 5 5 0 0" in words(page(client, world.a.cycle, don_vi=old.pk))
    assert "Tổng quan: Tỉnh A" in words(client.get(reverse("reports:overview"), {"ky": world.a.cycle.pk}))


def test_a_place_that_opened_later_leads_to_those_before_it(world):
    merge(world)
    client = client_of(Role.OFFICER, world.ward)
    shown = words(page(client, world.a.cycle, don_vi=world.ward.pk))
    assert "Phường Mới hiện nay chưa có theo ranh giới năm 2020. Xem đơn vị khi đó: Xã A1.1 (đến 30/06/2025)" in shown
    assert page(client, world.a.cycle, don_vi=world.a.communes[2].pk).status_code == 404  # its main part went elsewhere
    with pytest.raises(Refused) as refusal:
        REPORTS["yearly"].check(OLD, world.new)
    assert "chọn đơn vị cũ hoặc “Ranh giới hiện nay”" in refusal.value.sentence


def test_a_commune_that_goes_on_keeps_its_years(world):
    merge(world)
    four = fresh(world.a.communes[3])
    assert [row.year for row in ten_year_table(four, programmes=["safety"]).rows] == [2020]
    assert scope_of(world.a.cycle, four).name == "Xã A2.2"
    client = client_of(Role.OFFICER, four)
    assert "Tổng hợp năm 2020: Xã A2.2" in words(page(client, world.a.cycle))


# --- today's boundaries ------------------------------------------------------------------------------------------
def test_today_counts_both_provinces_once(world):
    merge(world)
    found = yearly_rollup(world.a.cycle, place=fresh(world.new), by="commune", boundaries=TODAY)
    assert {cycle.pk for cycle in found.scope.cycles} == {world.a.cycle.pk, world.b.cycle.pk}
    # the ward: four areas, two communes, agency, enterprise; Xã Bốn: four areas, itself and the divided one
    assert [(label, counts.roster, counts.recognised) for _, label, counts in lines(found)] == [
        ("Phường Mới", 8, 4),
        ("Xã B1.1", 3, 2),
        ("Xã B1.2", 2, 1),
        ("Xã B2.1", 1, 0),
        ("Xã B2.2", 1, 0),
        ("Xã Bốn", 6, 1),
        ("Khối cấp tỉnh quản lý", 1, 0),
    ]
    assert found.total == Counts(22, 22, 12, 8, 4, 0)
    for by in ("kind", "district"):
        assert yearly_rollup(world.b.cycle, place=world.new, by=by, boundaries=TODAY).total == found.total
    whole = Evaluation.objects.filter(cycle__year=2020)
    assert whole.count() == found.total.roster


def test_the_parts_of_today_sum_to_the_whole(world):
    merge(world)
    communes = Unit.objects.filter(kind=UnitKind.COMMUNE, closed_on=None)
    parts = [yearly_rollup(world.a.cycle, place=one, by="kind", boundaries=TODAY).total for one in communes]
    assert sum(parts, Counts()).roster == 21  # and the school, which the province manages


def test_divided_units_are_told(world):
    merge(world)
    four = fresh(world.a.communes[3])
    files = scope_of(world.a.cycle, four, TODAY).dossiers()
    assert divided(files, four) == 1
    paper = REPORTS["yearly"].build(OLD | {"ranh_gioi": "today"}, four)
    assert any("Có 1 hồ sơ của đơn vị bị chia tách" in note for note in paper.notes)
    assert "tính theo ranh giới hiện nay" in paper.subject
    untouched = fresh(world.b.communes[0])
    assert divided(scope_of(world.b.cycle, untouched, TODAY).dossiers(), untouched) == 0


def test_today_through_two_reorganisations(world):
    """What was merged, then divided, then moved, is counted at the end of its main line; a merged area follows too."""
    merge(world)
    one, two = world.a.areas[:2]
    reforms.apply(
        draft(SimpleNamespace(province=world.new), line("merge", one, to_unit=two), day=date(2025, 9, 1)), by=None
    )
    (target,) = make_units(world.new, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Đích"])
    later = draft(
        SimpleNamespace(province=world.new),
        line("split", world.ward, to_unit=fresh(world.b.communes[0]), is_main=True),
        line("split", world.ward, to_unit=fresh(world.b.communes[1])),
        line("transfer", two, to_unit=target),
        day=date(2026, 1, 1),
    )
    reforms.apply(later, by=None)
    assert {fresh(unit).commune_id for unit in (one, two)} == {target.pk}
    found = yearly_rollup(world.a.cycle, place=fresh(world.new), by="commune", boundaries=TODAY)
    rosters = {label: counts.roster for _, label, counts in lines(found)}
    assert (rosters["Xã Đích"], rosters["Xã B1.1"], rosters.get("Phường Mới")) == (2, 3 + 6, None)
    assert found.total.roster == 22
    main = fresh(world.b.communes[0])  # two communes that became the ward, before it was divided
    assert divided(scope_of(world.a.cycle, main, TODAY).dossiers(), main) == 2


def test_a_file_carried_over_is_counted_at_its_successor(world):
    """A file opened for the successor itself lies there in both boundaries, and beside the stopped one."""
    merge(world)
    make_files(world.a.cycle, [world.ward], State.EXPECTED)
    found = yearly_rollup(world.a.cycle, place=world.ward, by="kind", boundaries=TODAY)
    assert {label: counts.roster for _, label, counts in lines(found)}["Xã, phường, thị trấn"] == 3


def test_a_commune_that_went_to_another_province_is_counted_there(world):
    """Both provinces stay; one commune of A goes to a district of B with all it manages."""
    one = world.a.communes[0]
    Unit.objects.filter(pk=world.b.province.pk).update(code="97")
    reform = draft(world.a, line("transfer", one, to_unit=world.b.districts[0]))
    reform.provinces.add(world.b.province)
    reforms.apply(reform, by=None)
    there = yearly_rollup(world.b.cycle, place=fresh(world.b.province), by="kind", boundaries=TODAY)
    here = yearly_rollup(world.a.cycle, place=fresh(world.a.province), by="kind", boundaries=TODAY)
    assert (there.total.roster, here.total.roster) == (7 + 5, 15 - 5)
    assert yearly_rollup(world.a.cycle, place=fresh(world.a.province), by="kind").total.roster == 15
    assert len(cycles_at(world.b.province, Boundaries.THEN)) == 1


def test_years_of_today_join_the_provinces(world):
    merge(world)
    table = ten_year_table(world.new, programmes=["safety"], boundaries=TODAY)
    assert [(row.year, len(row.cycle_ids), row.counts.roster) for row in table.rows] == [(2019, 1, 2), (2020, 2, 22)]
    assert ten_year_table(world.new, programmes=["safety"]).rows == ()


def test_a_year_of_today_says_whose_figures_alone_it_has(world):
    """B has no year 2021: told beside it. The joined province's own year of 2026 lacks nobody."""
    make_files(make_cycle(world.a.province, 2021), world.a.areas[:2], State.RECOGNISED)
    merge(world)
    make_files(make_cycle(world.new, 2026), world.a.areas[:1], State.RECOGNISED)
    rows = ten_year_table(world.new, programmes=["safety"], boundaries=TODAY).rows
    assert [(row.year, row.only) for row in rows[1:]] == [(2020, ()), (2021, ("tỉnh A",)), (2026, ())]
    assert rows[2].full_note == f"{rows[2].note}; chỉ có số liệu của tỉnh A".removeprefix("; ")
    then = ten_year_table(fresh(world.a.province), programmes=["safety"]).rows
    assert {row.only for row in then} == {()}


def test_an_ended_place_has_no_boundaries_of_today(world):
    merge(world)
    old = fresh(world.a.province)
    for slug in PARAMS:
        with pytest.raises(Refused) as refusal:
            REPORTS[slug].check(PARAMS[slug] | {"ranh_gioi": "today"}, old)
        assert "đã kết thúc hoạt động ngày 30/06/2025" in refusal.value.sentence
    client = client_of(Role.STAFF, world.new)
    shown = words(page(client, world.a.cycle, don_vi=old.pk, ranh_gioi="today"))
    assert "Tổng cộng 22 22 12 8 4 0" in shown
    query = {"cycle": world.a.cycle.pk, "place": old.pk}
    assert client.get(reverse("api:rollup"), query).json()["total"]["roster"] == 15
    assert client.get(reverse("api:rollup"), query | {"ranh_gioi": "today"}).status_code == 404


def test_every_face_prints_the_same_rows(world):
    merge(world)
    client = client_of(Role.STAFF, world.new)
    total = "22 22 12 8 4 0 36,36 36,36"
    assert f"Tổng cộng {total}" in words(page(client, world.a.cycle, don_vi=world.new.pk, ranh_gioi="today"))
    asked = {"cycle": world.a.cycle.pk, "place": world.new.pk, "ranh_gioi": "today", "by": "commune"}
    answer = client.get(reverse("api:rollup"), asked).json()
    assert (answer["ranh_gioi"], sorted(answer["cycles"])) == ("today", sorted([world.a.cycle.pk, world.b.cycle.pk]))
    rows = [(row["label"], row["counts"]["roster"]) for group in answer["groups"] for row in group["rows"]]
    paper = REPORTS["yearly"].build(OLD | {"ranh_gioi": "today"}, fresh(world.new))
    annex = [(line.cells[1], line.cells[2]) for line in paper.annexes[0].lines if not line.mark]
    assert rows == annex
    path = pdf.render(paper)
    text = in_one_line(text_of(path, "-layout"))
    path.unlink()
    assert f"Tổng cộng {total}" in text and "Tính theo ranh giới hiện nay, năm 2020, tỉnh A có 22 đơn vị" in text
    assert "Lấy từ các kỳ đánh giá năm 2020 của" in text
    book = xlsx.render(paper)
    import openpyxl

    sheet = openpyxl.load_workbook(book)["Theo xã"]
    assert [cell.value for cell in list(sheet.rows)[-1]][1:4] == ["Tổng cộng", 22, 22]
    assert "tính theo ranh giới hiện nay" in sheet["A2"].value
    book.unlink()


def test_the_list_of_today_names_where_units_lie_now(world):
    merge(world)
    paper = REPORTS["list"].build(OLD | {"state": "", "ranh_gioi": "today"}, fresh(world.ward))
    groups = [line.cells[0] for line in paper.annexes[0].lines if line.mark == "group"]
    names = [line.cells[1] for line in paper.annexes[0].lines if not line.mark]
    assert groups == ["Phường Mới"]
    assert names[:2] == ["Xã A1.1", "Xã A1.2"] and len(names) == 8


# --- who sees which ----------------------------------------------------------------------------------------------
def test_cycles_of_what_was_taken_over_are_seen_and_no_others(world):
    other = make_tree("C")
    foreign = make_cycle(other.province)
    merge(world)
    for role, unit in ((Role.STAFF, world.new), (Role.OFFICER, world.ward)):
        seen = set(Cycle.objects.visible_to(make_user(role, unit)))
        assert {world.a.cycle, world.b.cycle} <= seen and foreign not in seen
    assert set(Cycle.objects.visible_to(make_user(Role.STAFF, other.province))) == {foreign}
    client = client_of(Role.STAFF, other.province)
    for query in ({}, {"ranh_gioi": "today"}, {"don_vi": world.new.pk}, {"don_vi": world.a.province.pk}):
        assert page(client, world.a.cycle, **query).status_code == 404
    assert page(client, foreign, don_vi=world.new.pk, ranh_gioi="today").status_code == 404


def test_a_cycle_that_cannot_hold_the_place_is_not_found(world):
    other = make_tree("C")
    both = make_user(Role.STAFF, world.a.province)
    both.placements.create(unit=other.province, role=Role.STAFF, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(both, backend="django.contrib.auth.backends.ModelBackend")
    for boundaries in ("then", "today"):
        assert page(client, world.a.cycle, don_vi=other.province.pk, ranh_gioi=boundaries).status_code == 404
    assert not cycles_at(other.province, TODAY).exists()


@pytest.mark.parametrize("boundaries", [Boundaries.THEN, TODAY])
def test_a_place_taken_off_meanwhile_is_called_what_it_was(world, boundaries):
    """A reorganisation is undone while a page of one of its places is made."""
    (mistaken,) = make_units(world.a.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, ["Thôn Nhầm"])
    scope = scope_of(world.a.cycle, mistaken, boundaries)
    mistaken.versions.all().delete()
    Unit.objects.filter(pk=mistaken.pk).delete()
    assert (scope.name, scope.manager) == ("Thôn Nhầm", "Xã A1.1")
