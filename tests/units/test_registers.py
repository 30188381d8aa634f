"""Registers on units: rows through one door, lists with totals, forms, files out and in; who reads and writes."""

import csv
import html
import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from portal.core import jobs
from portal.core.errors import Refused
from portal.core.models import Job, JobState
from portal.core.sheets import reading
from portal.core.vietnamese.moments import moment_text
from portal.core.web.once import new_token
from tests.units.reforming import the_reform
from units import queries, reforms, registers, services
from units.enums import Force, ModelRating, Role, Subtype, UnitKind
from units.models import (
    AreaClass,
    ForceStrength,
    GroupCount,
    Headcount,
    MassModel,
    ModelYear,
    Placement,
    SecurityTeam,
    TeamYear,
    Unit,
)
from units.permissions import may_keep
from units.registers import REGISTERS

from .factories import make_tree, make_units, make_user

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # totals, search and order
BY_MODEL = {register.model: register for register in REGISTERS.values()}
YEAR = 2024


@pytest.fixture
def tree():
    return make_tree("A")


@pytest.fixture
def officer(tree):
    return make_user(Role.OFFICER, tree.communes[0])


@pytest.fixture
def staff(tree):
    return make_user(Role.STAFF, tree.province)


def put(*rows, by=None):
    """Write rows of one register through its door."""
    return registers.write_rows(BY_MODEL[type(rows[0])], rows, by=by)


def one_of_each(tree) -> dict[str, object]:
    """A row in every register, all about the first commune's places."""
    area, home, agency = tree.areas[0], tree.communes[0], tree.agency
    team = SecurityTeam(unit=area, name="Tổ bảo vệ thôn 1", founded_on=date(2021, 5, 2))
    model = MassModel(unit=home, name="Nông dân với ANTT", field="self_rule", founded_on=date(2021, 1, 5))
    put(team)
    put(model)
    rows = {
        "quan-so-to-bao-ve": TeamYear(team=team, year=YEAR, members=3, trained=2),
        "to-tu-quan": GroupCount(unit=area, year=YEAR, groups=5, leaders=5, deputies=5, members=160),
        "luc-luong": ForceStrength(unit=agency, year=YEAR, force=Force.OWN_GUARD, planned=4, present=3, trained=3),
        "danh-gia-mo-hinh": ModelYear(model=model, year=YEAR, members=80, sites=2, teams=4, rating="effective"),
        "loai-dia-ban": AreaClass(unit=home, year=YEAR, standing="low"),
        "so-ho": Headcount(unit=area, year=YEAR, households=170, camera_households=40),
    }
    for row in rows.values():
        put(row)
    return {"to-bao-ve": team, "mo-hinh": model} | rows


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as told, transaction.atomic():
        act(*args, **kwargs)
    return told.value.sentence


def page_of(client, name: str, *args, **query):
    return client.get(reverse(f"units:{name}", args=args), query)


# --- one door ----------------------------------------------------------------------------------------------------
def test_rows_of_every_register_are_written_and_found_again(tree):
    made = one_of_each(tree)
    assert set(made) == set(REGISTERS)
    for slug, row in made.items():
        register = REGISTERS[slug]
        again = register.model(**{name: getattr(row, name) for name in (register.owner, *register.columns)})
        done = registers.write_rows(register, [again], by=None)
        assert (len(done.new), len(done.changed), len(done.same)) == (0, 0, 1)
        assert register.model.objects.count() == 1


def test_a_changed_row_keeps_its_place_and_says_who_wrote_it(tree, officer):
    row = GroupCount(unit=tree.areas[0], year=YEAR, groups=5, members=160)
    put(row)
    done = put(GroupCount(unit=tree.areas[0], year=YEAR, groups=6, members=170), by=officer)
    kept = GroupCount.objects.get()
    assert (len(done.changed), kept.pk, kept.groups, kept.members, kept.saved_by) == (1, row.pk, 6, 170, officer)


def test_units_of_one_name_are_offered_with_their_communes(client, tree):
    """“Tổ dân phố 1” stands in more than one commune."""
    Unit.objects.filter(pk__in=[area.pk for area in tree.areas[:4]]).update(name="Tổ dân phố 1")
    client.force_login(make_user(Role.STAFF, tree.province))
    page = html.unescape(client.get(reverse("units:register_add", args=["so-ho"])).content.decode())
    offered = re.findall(r"<option[^>]*>(Tổ dân phố 1 [^<]*)</option>", page)
    told = {f"Tổ dân phố 1 (khu dân cư, {area.commune.name})" for area in tree.areas[:4]}
    assert set(offered) == told


def test_a_name_is_one_however_its_tone_marks_are_placed(tree):
    put(SecurityTeam(unit=tree.areas[0], name="Tổ Hoà Bình", founded_on=date(2021, 1, 1)))
    put(SecurityTeam(unit=tree.areas[0], name="TỔ HÒA  BÌNH", founded_on=date(2021, 2, 1)))
    assert [(team.name, team.founded_on) for team in SecurityTeam.objects.all()] == [("TỔ HÒA BÌNH", date(2021, 2, 1))]
    with pytest.raises(IntegrityError), transaction.atomic():  # the wall behind the door
        SecurityTeam.objects.create(
            unit=tree.areas[0], name="Tổ Hoà Bình", name_key=SecurityTeam.objects.get().name_key,
            founded_on=date(2021, 1, 1),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda t: GroupCount(unit=t.communes[0], year=YEAR, groups=1),
            "sổ này chỉ ghi: Khu dân cư. Hãy chọn đơn vị khác.",
        ),
        (lambda t: GroupCount(unit=t.areas[0], year=2019, groups=1), "không có năm 2019"),
        (lambda t: GroupCount(unit=t.areas[0], year=1700, groups=1), "Năm 1700 ngoài khoảng 1990 đến năm sau"),
        (lambda t: Headcount(unit=t.areas[0], year=YEAR, households=3, camera_households=4), "nhiều hơn số hộ (3)"),
        (
            lambda t: ForceStrength(unit=t.agency, year=YEAR, force="own_guard", present=1, trained=2),
            "Số được tập huấn (2) nhiều hơn số hiện có (1)",
        ),
        (
            lambda t: MassModel(unit=t.agency, name="X", founded_on=date(2022, 1, 1), ended_on=date(2021, 1, 1)),
            "trước ngày thành lập 01/01/2022",
        ),
        (lambda t: AreaClass(unit=t.communes[0], year=YEAR, standing="khac"), "Loại địa bàn: "),
    ],
)
def test_a_wrong_row_is_refused_and_nothing_of_the_call_is_kept(tree, make, sentence):
    row = make(tree)
    good = {name: getattr(row, name) for name in ("year", "standing", "force", "name") if hasattr(row, name)}
    assert sentence in refused(put, row)
    assert (type(row).objects.count(), bool(good)) == (0, True)


def test_one_wrong_row_among_good_ones_keeps_all_out(tree):
    rows = [GroupCount(unit=area, year=YEAR, groups=1) for area in tree.areas]
    assert refused(put, *rows, GroupCount(unit=tree.areas[0], year=2019, groups=1)) != ""
    assert GroupCount.objects.count() == 0
    put(*rows)  # the control: without it they are written
    assert GroupCount.objects.count() == len(rows)


def test_a_year_outside_the_holders_life_is_refused(tree):
    team = SecurityTeam(unit=tree.areas[0], name="Tổ 1", founded_on=date(2021, 1, 1), ended_on=date(2022, 6, 1))
    put(team)
    assert "“Tổ 1” có từ 01/01/2021 đến 01/06/2022, không có năm 2023" in refused(
        put, TeamYear(team=team, year=2023, members=3)
    )
    put(TeamYear(team=team, year=2022, members=3))
    assert "đã có số liệu hằng năm" in refused(
        registers.drop_row,
        REGISTERS["to-bao-ve"],
        team,
        by=make_user(Role.ADMIN, tree.province),
        seen=registers.print_of_row(REGISTERS["to-bao-ve"], team),
    )


# --- who reads and writes ----------------------------------------------------------------------------------------
def test_the_rule_of_one_unit_and_of_all_units_is_one(tree):
    """`may_keep` and `kept_by` say the same, for every role at every place about every unit."""
    make_tree("B")
    units = list(Unit.objects.all())
    for role in Role:
        for place in (tree.province, tree.districts[0], tree.communes[0], tree.areas[0], tree.agency):
            person = make_user(role, place)
            assert set(Unit.objects.kept_by(person)) == {unit for unit in units if may_keep(person, unit)}


def test_clerks_write_for_their_own_units_staff_for_all_below(tree, officer, staff):
    home, sister = tree.areas[0], tree.areas[2]
    put(GroupCount(unit=home, year=YEAR, groups=1), by=officer)
    put(GroupCount(unit=sister, year=YEAR, groups=1), by=staff)
    upper = make_user(Role.OFFICER, tree.districts[0])  # enters for what the district manages, not for its communes
    put(ForceStrength(unit=tree.school, year=YEAR, force="own_guard", present=2), by=upper)
    for writer, unit in ((officer, sister), (upper, home), (make_user(Role.INSPECTOR, tree.province), home)):
        assert refused(put, GroupCount(unit=unit, year=2023, groups=1), by=writer) == (
            f"Đồng chí không ghi sổ của {unit} được. Hãy đề nghị cán bộ nhập liệu của nơi đó."
        )


def test_rows_are_read_by_the_place_and_above_only(tree, officer, staff):
    one_of_each(tree)
    strangers = [make_user(Role.OFFICER, tree.communes[1]), make_user(Role.ADMIN, make_tree("B").province), make_user()]
    for register in REGISTERS.values():
        rows = register.model.objects
        assert rows.visible_to(officer).count() == rows.visible_to(staff).count() == 1
        assert [rows.visible_to(person).count() for person in strangers] == [0, 0, 0]
    area = make_user(Role.OFFICER, tree.areas[0])
    assert GroupCount.objects.visible_to(area).count() == 1
    assert AreaClass.objects.visible_to(area).count() == 0


def test_the_heir_reads_the_rows_of_an_ended_unit(tree):
    """A place that ended stands under its heir: its rows are the heir's to read, and to nobody else's loss."""
    ended, heir = tree.communes[1], tree.communes[0]
    put(AreaClass(unit=ended, year=2021, standing="order"))
    reader = make_user(Role.OFFICER, heir)
    assert AreaClass.objects.visible_to(reader).count() == 0
    reform = reforms.new_reform(
        number="1/NQ", title="Sắp xếp", issuer="Quốc hội", effective_on=date(2025, 7, 1), provinces=[tree.province],
        streaks="carry", open_files="finish", by=None,
    )  # fmt: skip
    from units.models import Change

    reforms.write_changes(reform, [Change(action="merge", unit=ended, to_unit=heir)], by=None)
    reforms.apply(reform, by=None)
    reader = type(reader).objects.get(pk=reader.pk)
    row = AreaClass.objects.visible_to(reader).get()
    assert (row.unit, row.unit.name, row.standing) == (ended, ended.name, "order")
    assert "không có năm 2026" in registers.fault_of(
        REGISTERS["loai-dia-ban"], AreaClass(unit=row.unit, year=2026, standing="low")
    )


# --- lists -------------------------------------------------------------------------------------------------------
def test_the_list_opens_on_the_latest_year_and_adds_up_all_its_pages(client, tree, staff):
    areas = make_units(
        tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn thêm {n:03}" for n in range(70)]
    )
    put(*(GroupCount(unit=area, year=2024, groups=2, members=50) for area in areas))
    put(*(GroupCount(unit=area, year=2023, groups=1, members=40) for area in areas[:10]))
    client.force_login(staff)
    page = page_of(client, "register_list", "to-tu-quan")
    assert (page.context["year"], page.context["many"], len(page.context["rows"])) == (2024, 70, 50)
    assert page.context["sums"] == [None, 140, 0, 0, 3500]
    past = page_of(client, "register_list", "to-tu-quan", year=2023)
    assert (past.context["many"], past.context["sums"]) == (10, [None, 10, 0, 0, 400])
    every = page_of(client, "register_list", "to-tu-quan", year="")
    assert (every.context["many"], every.context["sums"]) == (80, [])  # years are not added to one another
    found = page_of(client, "register_list", "to-tu-quan", q="THON them 007")
    assert [item["unit"].name for item in found.context["rows"]] == ["Thôn thêm 007"]
    elsewhere = page_of(client, "register_list", "to-tu-quan", commune=tree.communes[1].pk)
    assert elsewhere.context["many"] == 0 and "Chưa có dòng nào" in elsewhere.content.decode()


def test_classes_and_ratings_are_counted_over_the_filter(client, tree, staff):
    put(*(AreaClass(unit=commune, year=YEAR, standing="low") for commune in tree.communes[:3]))
    put(AreaClass(unit=tree.communes[3], year=YEAR, standing="security"))
    client.force_login(staff)
    page = page_of(client, "register_list", "loai-dia-ban")
    assert dict(page.context["chosen"]) == {"Trọng điểm phức tạp về ANTT": 1, "Ít phức tạp về ANTT": 3}
    narrowed = page_of(client, "register_list", "loai-dia-ban", standing="security")
    assert narrowed.context["many"] == 1


@pytest.mark.parametrize(
    ("query", "status"), [({"year": "x"}, 422), ({"commune": "999999"}, 422), ({"standing": "x"}, 422), ({}, 200)]
)
def test_a_wrong_filter_is_told(client, staff, query, status):
    client.force_login(staff)
    page = page_of(client, "register_list", "loai-dia-ban", **query)
    assert (page.status_code, "Hãy chọn một lựa chọn hợp lệ" in page.content.decode()) == (
        status,
        "commune" in query or "standing" in query,
    )
    assert page_of(client, "register_export", "loai-dia-ban", **query).status_code == (200 if status == 200 else 302)


def test_pages_ask_as_often_for_many_rows_as_for_few(client, tree, staff):
    client.force_login(staff)
    one_of_each(tree)

    def asked() -> dict[str, int]:
        counted = {}
        for slug in REGISTERS:
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert page_of(client, "register_list", slug).status_code == 200
            counted[slug] = len(seen)
        return counted

    asked()
    few = asked()
    areas = make_units(
        tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn {n}" for n in range(10, 50)]
    )
    teams = [SecurityTeam(unit=area, name="Tổ", founded_on=date(2021, 1, 1)) for area in areas]
    models = [MassModel(unit=area, name="Mô hình", founded_on=date(2021, 1, 1)) for area in areas]
    put(*teams)
    put(*models)
    put(*(TeamYear(team=team, year=YEAR, members=3) for team in teams))
    put(*(ModelYear(model=model, year=YEAR, rating=ModelRating.FORMAL) for model in models))
    put(*(GroupCount(unit=area, year=YEAR, groups=1) for area in areas))
    put(*(Headcount(unit=area, year=YEAR, households=1) for area in areas))
    assert asked() == few
    assert max(few.values()) <= 16


def test_the_unit_page_leads_to_its_rows(client, tree, officer, staff):
    one_of_each(tree)
    client.force_login(officer)
    for unit, many in ((tree.communes[0], 8), (tree.areas[0], 4)):
        page = page_of(client, "detail", unit.pk)
        assert [count for _, count, _ in page.context["registers"]] == [1] * many
        for register, count, query in page.context["registers"]:
            listed = client.get(f"{reverse('units:register_list', args=[register.slug])}?{query}")
            assert listed.context["many"] == count
    client.force_login(staff)
    assert dict.fromkeys(REGISTERS, 1) == queries.register_counts(staff)
    assert page_of(client, "registers").status_code == 200


# --- by place ----------------------------------------------------------------------------------------------------
def shares_of(client, slug: str, **query):
    by_place = page_of(client, "register_list", slug, **query).context["by_place"]
    return by_place and (by_place.title, by_place.heads, [(row.name, row.many, *row.figures) for row in by_place.rows])


@pytest.fixture
def counted(tree):
    """Households in every area: 10 in the first, 20 in the second, and so on to 80."""
    put(*(Headcount(unit=area, year=YEAR, households=10 * n) for n, area in enumerate(tree.areas, 1)))
    put(*(Headcount(unit=area, year=YEAR - 1, households=1) for area in tree.areas))


HEADS = ["Hộ", "Hộ có camera an ninh", "Người lao động", "Người học"]


def test_a_register_is_added_up_by_district_and_then_by_commune(client, tree, staff, counted):
    client.force_login(staff)
    by_district = [("Huyện A1", 4, 100, 0, 0, 0), ("Huyện A2", 4, 260, 0, 0, 0)]
    by_commune = [("Xã A1.1", 2, 30, 0, 0, 0), ("Xã A1.2", 2, 70, 0, 0, 0)]
    assert shares_of(client, "so-ho") == ("Cộng theo cấp huyện", HEADS, by_district)
    under = shares_of(client, "so-ho", year=YEAR, district=tree.districts[0].pk)
    assert under == ("Cộng theo xã, phường, thị trấn", HEADS, by_commune)
    assert shares_of(client, "so-ho", year=YEAR, commune=tree.communes[0].pk) is None  # one place is the sum above
    assert shares_of(client, "so-ho", year="") is None  # years are not added up
    assert shares_of(client, "so-ho", year=0) is None
    page = page_of(client, "register_list", "so-ho")
    assert (page.context["by_place"].total.figures, page.context["sums"][1:]) == ([360, 0, 0, 0], [360, 0, 0, 0])


def test_shares_are_of_the_readers_rows_alone(client, tree, counted):
    client.force_login(make_user(Role.STAFF, tree.districts[1]))
    title, _, rows = shares_of(client, "so-ho")
    assert (title, rows) == (
        "Cộng theo xã, phường, thị trấn",
        [("Xã A2.1", 2, 110, 0, 0, 0), ("Xã A2.2", 2, 150, 0, 0, 0)],
    )
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert shares_of(client, "so-ho") is None


def test_what_a_higher_level_manages_has_a_row_of_its_own(client, tree, staff):
    units = (tree.province, tree.districts[0], tree.districts[1], tree.communes[2])
    put(*(ForceStrength(unit=unit, year=YEAR, force=Force.OWN_GUARD, present=n) for n, unit in enumerate(units, 1)))
    client.force_login(staff)
    assert [row[:2] + row[3:4] for row in shares_of(client, "luc-luong")[2]] == [
        ("Huyện A1", 1, 2),
        ("Huyện A2", 2, 7),
        ("Do cấp trên quản lý", 1, 1),
    ]


def test_registers_without_figures_are_counted(client, tree, staff):
    put(*(AreaClass(unit=unit, year=YEAR, standing="low") for unit in tree.communes[1:]))
    put(AreaClass(unit=tree.communes[0], year=YEAR, standing="order"))
    put(*(SecurityTeam(unit=area, name="Tổ 1", founded_on=date(2021, 1, 1)) for area in tree.areas[1:]))
    client.force_login(staff)
    assert shares_of(client, "loai-dia-ban")[2] == [("Huyện A1", 2, 0, 1, 1), ("Huyện A2", 2, 0, 0, 2)]
    assert shares_of(client, "to-bao-ve")[1:] == ([], [("Huyện A1", 3), ("Huyện A2", 4)])


def test_places_are_those_of_the_year_shown(client, tree, staff, counted):
    """Districts end in 2025: 2024 is still added up by district under the names of then, 2025 by commune."""
    put(*(Headcount(unit=area, year=2025, households=5) for area in tree.areas))
    put(*(MassModel(unit=unit, name="Mô hình", founded_on=date(2021, 1, 1)) for unit in tree.communes[::3]))
    reforms.apply(the_reform(tree), by=None)
    client.force_login(make_user(Role.STAFF, Unit.objects.get(pk=tree.province.pk)))
    assert [row[:3] for row in shares_of(client, "so-ho", year=YEAR)[2]] == [
        ("Huyện A1", 4, 100),
        ("Huyện A2", 4, 260),
    ]
    title, _, rows = shares_of(client, "so-ho", year=2025)
    assert (title, sum(row[1] for row in rows)) == ("Cộng theo xã, phường, thị trấn", 8)
    # Of today: what an ended commune built counts where that commune lies now.
    assert [row[:2] for row in shares_of(client, "mo-hinh")[2]] == [("Phường Mới", 1), ("Xã Bốn", 1)]


def test_shares_cost_the_same_for_few_places_and_many(client, tree, staff, counted):
    client.force_login(staff)

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert shares_of(client, "so-ho", year=YEAR)
        return len(seen)

    asked()
    before = asked()
    for district in tree.districts:
        for commune in make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, [f"Xã thêm {n}" for n in range(6)]):
            areas = make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, ["Thôn X", "Thôn Y"])
            put(*(Headcount(unit=area, year=YEAR, households=3) for area in areas))
    assert asked() == before


def test_a_workbook_carries_the_shares_on_a_page_of_its_own(client, tree, staff, counted, files):
    client.force_login(staff)
    out = page_of(client, "register_export", "so-ho", year=YEAR, dang="xlsx")
    book = load_workbook(io.BytesIO(out.content))
    assert [list(row) for row in book["Cộng theo cấp huyện"].iter_rows(values_only=True)] == [
        ["Cấp huyện", "Số dòng", *HEADS],
        ["Cộng", 8, 360, 0, 0, 0],
        ["Huyện A1", 4, 100, 0, 0, 0],
        ["Huyện A2", 4, 260, 0, 0, 0],
    ]
    checked = sent(client, "so-ho", out.content, "so.xlsx")  # and it can still be imported again
    assert client.get(checked.url).context["same"] == 8


# --- forms -------------------------------------------------------------------------------------------------------
def test_the_only_unit_there_is_need_not_be_chosen(client, tree, officer):
    """Of the unit's own page; who writes of many still chooses."""
    client.force_login(officer)
    address = reverse("units:register_add", args=["so-ho"])
    area = Unit.objects.filter(commune=tree.communes[0], kind="residential_area").first()
    assert f'<option value="{area.pk}" selected>' in client.get(address, {"don_vi": area.pk}).content.decode()
    form = client.get(address).context["form"]
    assert len(form.fields["unit"].queryset) > 1 and form["unit"].value() is None


def test_an_officer_adds_changes_and_takes_off_a_row(client, tree, officer):
    client.force_login(officer)
    add = reverse("units:register_add", args=["to-tu-quan"])
    assert [str(unit) for unit in client.get(add).context["form"].fields["unit"].queryset] == [
        "Thôn 1 (A1.1)",
        "Thôn 2 (A1.1)",
    ]
    typed = {"unit": tree.areas[0].pk, "year": "2024", "groups": "5", "leaders": "5", "deputies": "5", "members": "160"}
    token = {"once": new_token()}
    assert client.post(add, typed | token).status_code == 302
    assert client.post(add, typed | token).status_code == 302  # sent twice, made once
    row = GroupCount.objects.get()
    again = client.post(add, typed | {"once": new_token()})
    assert (again.status_code, "Đã có dòng" in again.content.decode(), GroupCount.objects.count()) == (422, True, 1)
    edit = reverse("units:register_edit", args=["to-tu-quan", row.pk])
    typed |= seen_on(client.get(edit))
    assert client.post(edit, typed | {"groups": "6"}).status_code == 302
    row.refresh_from_db()
    assert (row.groups, row.saved_by) == (6, officer)
    wrong = client.post(edit, typed | {"groups": "sáu"})
    assert (wrong.status_code, 'value="sáu"' in wrong.content.decode()) == (422, True)
    typed |= seen_on(client.get(edit))
    early = client.post(edit, typed | {"year": "2019"})
    assert (early.status_code, "không có năm 2019" in early.content.decode()) == (422, True)
    row.refresh_from_db()
    assert (row.groups, row.year) == (6, 2024)
    drop = reverse("units:register_drop", args=["to-tu-quan", row.pk])
    assert client.post(drop, seen_on(client.get(edit))).status_code == 302
    assert GroupCount.objects.count() == 0


def seen_on(page) -> dict:
    """What the page's forms carry of the row they were made from; one print on all of them."""
    (print_,) = set(re.findall(r'name="seen" value="(\w+)"', page.content.decode()))
    return {"seen": print_}


@pytest.fixture
def two_at_one_row(client, tree, officer):
    """(row, address, what was typed, page of the second): both opened it, the first has saved 7 groups."""
    put(GroupCount(unit=tree.areas[0], year=YEAR, groups=5, leaders=5, deputies=5, members=160))
    row, first = GroupCount.objects.get(), make_user(Role.LEADER, tree.communes[0], post="Chỉ huy Công an xã")
    edit = reverse("units:register_edit", args=["to-tu-quan", row.pk])
    client.force_login(officer)
    opened = client.get(edit)
    typed = {"year": "2024", "groups": "6", "leaders": "5", "deputies": "5", "members": "160"} | seen_on(opened)
    other = Client()
    other.force_login(first)
    assert other.post(edit, typed | {"groups": "7"}).status_code == 302
    return row, edit, typed, opened


def told_who(row) -> str:
    row.refresh_from_db()
    return (
        f"Chỉ huy Công an xã vừa ghi dòng này lúc {moment_text(row.saved_at)}; trong sổ hiện là: Năm: 2024; "
        f"Tổ: {row.groups};"
    )


def test_the_second_to_save_a_row_is_told_who_wrote_it_and_keeps_what_was_typed(client, two_at_one_row):
    row, edit, typed, _ = two_at_one_row
    for data in (typed, typed | {"members": "x"}):  # a wrong figure beside it hides nothing
        late = client.post(edit, data)
        page = html.unescape(late.content.decode())
        assert (late.status_code, told_who(row) in page, row.groups) == (422, True, 7)
        assert 'name="groups" value="6"' in page
    assert client.post(edit, typed | seen_on(late)).status_code == 302  # the control: having seen, one may
    row.refresh_from_db()
    assert row.groups == 6
    assert client.post(edit, typed).status_code == 302  # pressed twice: it would write nothing else than is there


def test_a_row_written_while_another_is_being_saved_is_not_written_over(tree, officer, two_at_one_row):
    row, *_ = two_at_one_row
    register = REGISTERS["to-tu-quan"]
    old, row.groups = registers.print_of_row(register, row), 9
    assert told_who(GroupCount.objects.get()) in refused(registers.save_row, register, row, by=officer, seen=old)
    now = registers.print_of_row(register, GroupCount.objects.get())
    registers.save_row(register, row, by=officer, seen=now)
    assert GroupCount.objects.get().groups == 9


def test_a_row_changed_since_it_was_seen_is_not_dropped(client, two_at_one_row):
    row, edit, _, opened = two_at_one_row
    drop = reverse("units:register_drop", args=["to-tu-quan", row.pk])
    late = client.post(drop, seen_on(opened), follow=True)
    assert told_who(row) in html.unescape(late.content.decode())
    assert client.post(drop, seen_on(client.get(edit))).status_code == 302  # the control
    assert not GroupCount.objects.exists()


def test_a_yearly_row_hangs_on_a_team_of_ones_own(client, tree, officer):
    own, other = (SecurityTeam(unit=area, name="Tổ 1", founded_on=date(2021, 1, 1)) for area in tree.areas[::2][:2])
    put(own)
    put(other)
    client.force_login(officer)
    add = reverse("units:register_add", args=["quan-so-to-bao-ve"])
    assert list(client.get(add).context["form"].fields["team"].queryset) == [own]
    typed = {"year": "2024", "members": "3", "trained": "3"}
    assert client.post(add, typed | {"team": other.pk}).status_code == 422
    assert client.post(add, typed | {"team": own.pk}).status_code == 302
    assert [(row.team, row.members) for row in TeamYear.objects.all()] == [(own, 3)]


def test_staff_of_a_large_province_choose_a_commune_first(client, tree, staff, monkeypatch):
    monkeypatch.setattr("units.views.registers.MOST_OWNERS", 3)
    client.force_login(staff)
    page = page_of(client, "register_add", "to-tu-quan")
    assert [unit.pk for unit in page.context["communes"]] == [unit.pk for unit in tree.communes]
    narrowed = page_of(client, "register_add", "to-tu-quan", don_vi=tree.communes[2].pk)
    assert narrowed.context["form"].fields["unit"].queryset.count() == 2
    assert page_of(client, "register_add", "to-tu-quan", don_vi="x").status_code == 404


def test_what_is_not_there_is_not_found(client, staff):
    client.force_login(staff)
    for name, args in (("register_list", ["khong-co"]), ("register_edit", ["to-tu-quan", 10**15])):
        assert page_of(client, name, *args).status_code == 404


# --- files -------------------------------------------------------------------------------------------------------
def sent(client, slug: str, data: bytes, name: str = "so.csv"):
    file = SimpleUploadedFile(name, data)
    return client.post(reverse("units:register_import", args=[slug]), {"file": file})


def applied(client, address: str) -> Job:
    """The job of a yes on the preview, done."""
    job = asked(client, address)
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def asked(client, address: str) -> Job:
    """The job of a yes on the preview, waiting for a worker."""
    shown = client.post(address, {"once": new_token()}).url
    return Job.objects.get(kind="import_register", pk=shown.rstrip("/").rpartition("/")[2])


def cells_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.fixture
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_register_goes_out_and_comes_in_unchanged(client, tree, officer, files, form):
    one_of_each(tree)
    client.force_login(officer)
    for slug, register in REGISTERS.items():
        out = page_of(client, "register_export", slug, dang=form)
        checked = sent(client, slug, out.content, f"so.{form}")
        assert checked.status_code == 302, (slug, checked.context["problems"])
        seen = client.get(checked.url)
        assert (seen.context["same"], seen.context["to_write"]) == (1, 0)
        empty = page_of(client, "register_template", slug, dang=form)
        told = sent(client, slug, empty.content, f"so.{form}").context["problems"]
        assert [str(one) for one in told] == [
            f"so.{form}: Tệp không có dòng nào dưới dòng tiêu đề. Hãy kiểm tra lại tệp đã chọn."
        ]
        register.model.objects.update(is_demo=True)  # what a file does not say stays


def test_a_file_adds_and_changes_rows_after_a_yes(client, tree, officer, files):
    put(GroupCount(unit=tree.areas[0], year=YEAR, groups=5, members=160))
    first, second = tree.areas[:2]
    text = f"Khoá đơn vị;Năm;Tổ;Thành viên\nDV{first.pk};2024;6;1.160\nDV{second.pk};2024;4;0\nDV{first.pk};2023;4;90\n"
    client.force_login(officer)
    preview = sent(client, "to-tu-quan", text.encode("utf-8-sig"))
    assert preview.status_code == 302 and GroupCount.objects.count() == 1
    seen = client.get(preview.url)
    assert [seen.context[name] for name in ("new", "changed", "same", "to_write")] == [2, 1, 0, 3]
    job = asked(client, preview.url)
    page = reverse("units:import_job", args=[job.pk])
    assert GroupCount.objects.count() == 1
    assert b"data-finished" not in client.get(f"{page}tien-do/").content
    for _ in range(2):  # a redelivered bell finds everything written
        Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
        assert jobs.run(job.pk)
    assert "Đã ghi 2 dòng mới, đã sửa 1 dòng." in client.get(f"{page}tien-do/").content.decode()
    assert reverse("units:register_list", args=["to-tu-quan"]) in client.get(page).content.decode()
    rows = GroupCount.objects.order_by("year", "unit").values_list("unit", "year", "groups", "members", "saved_by")
    assert list(rows) == [
        (first.pk, 2023, 4, 90, officer.pk),
        (first.pk, 2024, 6, 1160, officer.pk),
        (second.pk, 2024, 4, 0, officer.pk),
    ]


def test_a_file_half_wrong_tells_every_row_and_writes_nothing(client, tree, officer, files):
    home, sister = tree.areas[0], tree.areas[2]
    put(SecurityTeam(unit=home, name="Tổ 1", founded_on=date(2021, 1, 1)))
    lines = [
        "Khoá đơn vị,Tổ bảo vệ ANTT,Năm,Thành viên,Được tập huấn",
        f"DV{home.pk},Tổ 1,2024,3,3",
        f"DV{home.pk},Tổ 9,2024,3,3",
        f"DV{home.pk},,2024,3,3",
        f"DV{sister.pk},Tổ 1,2024,3,3",
        ",Tổ 1,2024,3,3",
        f"DV{home.pk},Tổ 1,2024,ba,-1",
        f"DV{home.pk},Tổ 1,2020,3,3",
        f"DV{home.pk},Tổ 1,2023,3,4",
        f"DV{home.pk},tổ 1,2024,4,4",
        "07201,Tổ 1,2024,3,3",
        f"DV{home.pk},Tổ 1,2022,,3",
    ]
    client.force_login(officer)
    answer = sent(client, "quan-so-to-bao-ve", "\n".join(lines).encode())
    remedy = "Hãy sửa tên cho đúng, hoặc ghi vào sổ “Tổ bảo vệ an ninh, trật tự” trước."
    outside = (
        "trong phạm vi của đồng chí. Hãy ghi khoá DV… như tệp tải về, hoặc mã số của xã, huyện, tỉnh, đủ cả số 0 ở đầu."
    )
    assert [(one.row, one.sentence) for one in answer.context["problems"]] == [
        (3, f"{home}: không có “Tổ 9”. {remedy}"),
        (4, f"{home}: chưa ghi tổ bảo vệ ANTT. {remedy}"),
        (5, f"Không thấy đơn vị “DV{sister.pk}” {outside}"),
        (6, "Cột “Khoá đơn vị” để trống. Hãy ghi khoá DV… (như tệp tải về) hoặc mã số của xã."),
        (7, "Cột “Thành viên” ghi “ba”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
        (7, "Cột “Được tập huấn” ghi “-1”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."),
        (8, "“Tổ 1” có từ 01/01/2021, không có năm 2020. Hãy sửa lại năm."),
        (9, "Được tập huấn: Số được tập huấn (4) nhiều hơn số thành viên (3). Hãy kiểm tra lại hai số."),
        (10, "Trùng với dòng 2: cùng đơn vị, cùng tổ bảo vệ ANTT, năm. Hãy bỏ một dòng."),
        (11, f"Không thấy đơn vị “07201” {outside}"),
        (12, "Cột “Thành viên” để trống. Hãy ghi một số, không có thì ghi 0."),
    ]
    assert (answer.status_code, TeamYear.objects.count()) == (422, 0)
    assert sent(client, "quan-so-to-bao-ve", "\n".join(lines[:2]).encode()).status_code == 302  # the control


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Tệp trống. Hãy chọn lại tệp."),
        (b"A,B\n1,2\n", "Thiếu cột “Khoá đơn vị”, “Năm”, “Tổ”."),
        ("Khoá đơn vị,Năm,Tổ,Lạ\n1,2,3,4\n".encode(), "Cột D “Lạ” không có trong mẫu."),
        ("Khoá đơn vị,Năm,Tổ,Tổ\n1,2,3,4\n".encode(), "Cột “Tổ” có hai lần."),
        ("Khoá đơn vị,Năm,Tổ\n1,2\n".encode(), "Có 2 ô, dòng tiêu đề có 3 cột."),
        ("Khoá đơn vị,Năm,Tổ\n".encode() + b"DV1,2024,1\n" * 20_001, "Tệp có hơn 20.000 dòng."),
        (b"PK\x03\x04 no workbook", "Không mở được bảng tính."),
        (b"\xff\xfe\x00\x00", "Tệp không phải là văn bản CSV."),
        ("Khoá đơn vị,Năm,Tổ\n".encode("utf-16"), "Tệp không có dòng nào dưới dòng tiêu đề."),
    ],
    ids=[
        "empty",
        "columns missing",
        "column unknown",
        "column twice",
        "ragged",
        "too long",
        "no book",
        "NUL",
        "headings",
    ],
)
def test_a_file_that_cannot_be_read_is_told(client, officer, files, data, sentence):
    client.force_login(officer)
    answer = sent(client, "to-tu-quan", data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_numbers_and_days_of_a_workbook_are_read_as_typed(client, tree, officer, files):
    book = Workbook()
    page = book.active
    page.append(["Khoá đơn vị", "Tên", "Lĩnh vực", "Thành lập ngày", None])
    page.append([f"DV{tree.communes[0].pk}", "Tổ liên gia", "traffic", date(2021, 3, 4), None])
    page.append([f"DV{tree.areas[0].pk}", "=1+1", "Camera an ninh", "05/04/2022", None])
    out = io.BytesIO()
    book.save(out)
    client.force_login(officer)
    preview = sent(client, "mo-hinh", out.getvalue(), "so.xlsx")
    assert preview.status_code == 422  # a formula's value was never worked out: the cell is empty
    assert [one.row for one in preview.context["problems"]] == [3]
    page["B3"] = "'=1+1"
    out = io.BytesIO()
    book.save(out)
    preview = sent(client, "mo-hinh", out.getvalue(), "so.xlsx")
    assert applied(client, preview.url).state == JobState.DONE
    assert list(MassModel.objects.order_by("founded_on").values_list("name", "field", "founded_on")) == [
        ("Tổ liên gia", "traffic", date(2021, 3, 4)),
        ("=1+1", "camera", date(2022, 4, 5)),
    ]
    exported = page_of(client, "register_export", "mo-hinh", dang="csv")
    assert "'=1+1" in {cell for row in cells_of(exported) for cell in row}
    made = load_workbook(io.BytesIO(page_of(client, "register_export", "mo-hinh", dang="xlsx").content)).active
    cells = [cell for row in made.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells if not cell.is_date} == {"s"}


def test_a_preview_is_its_senders_and_its_registers(client, tree, officer, files):
    text = f"Khoá đơn vị,Năm,Tổ\nDV{tree.areas[0].pk},2024,6\n".encode()
    client.force_login(officer)
    address = sent(client, "to-tu-quan", text).url
    assert client.get(address.replace("to-tu-quan", "so-ho")).status_code == 404
    assert client.get(address[:-3] + "xx/").status_code == 404
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert client.get(address).status_code == 404


def test_rights_and_units_of_now_decide_when_the_file_is_applied(client, tree, officer, files):
    text = f"Khoá đơn vị,Năm,Tổ\nDV{tree.areas[0].pk},2024,6\n".encode()
    client.force_login(officer)
    address = sent(client, "to-tu-quan", text).url
    waiting = asked(client, address)
    Unit.objects.filter(pk=tree.areas[0].pk).update(closed_on=date(2022, 1, 1))
    told = client.get(address)
    assert (told.status_code, "không có năm 2024" in told.content.decode()) == (422, True)
    jobs.run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, GroupCount.objects.count()) == (JobState.FAILED, 0)
    assert "so.csv, dòng 2: " in waiting.error and "không có năm 2024" in waiting.error


@pytest.fixture
def thousands(tree):
    """A file of 5,000 rows: 1,250 areas of one commune, four years."""
    areas = make_units(
        tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn {n}" for n in range(1000, 2250)]
    )
    lines = [f"DV{area.pk},{year},3,60" for area in areas for year in (2021, 2022, 2023, 2024)]
    return "Khoá đơn vị,Năm,Tổ,Thành viên\n" + "\n".join(lines)


def test_thousands_of_rows_are_written_by_the_worker_in_batches(client, tree, staff, files, thousands):
    client.force_login(staff)
    few = asked(client, sent(client, "to-tu-quan", "\n".join(thousands.split("\n")[:101]).encode()).url)
    many = asked(client, sent(client, "to-tu-quan", thousands.encode()).url)
    counted = []
    for job in (few, many):
        with CaptureQueriesContext(connection) as seen:
            assert jobs.run(job.pk)
        counted.append(len(seen))
    many.refresh_from_db()
    assert (many.state, many.percent, GroupCount.objects.count()) == (JobState.DONE, 100, 5000)
    assert many.message == "Đã ghi 4.900 dòng mới, 100 dòng không đổi."
    assert counted[1] - counted[0] <= 4900 / 100  # batches, not rows; SQLite's are of about 110


def test_one_bad_row_among_thousands_is_told_and_nothing_is_written(client, tree, staff, files, thousands):
    client.force_login(staff)
    lines = thousands.split("\n")
    bad = lines.copy()
    bad[4321] = bad[4321].replace(",3,60", ",ba,60")
    told = sent(client, "to-tu-quan", "\n".join(bad).encode())
    assert [one.row for one in told.context["problems"]] == [4322]
    waiting = asked(client, sent(client, "to-tu-quan", thousands.encode()).url)
    last = Unit.objects.get(pk=lines[-1].partition(",")[0].removeprefix("DV"))
    Unit.objects.filter(pk=last.pk).update(closed_on=date(2022, 5, 1))  # between the yes and the worker
    jobs.run(waiting.pk)
    waiting.refresh_from_db()
    assert waiting.state == JobState.FAILED
    assert [line.partition(": ")[0] for line in waiting.error.split("\n")[1:]] == [
        "so.csv, dòng 5000",
        "so.csv, dòng 5001",
    ]
    page = client.get(reverse("units:import_progress", args=[waiting.pk])).content.decode()
    assert "dòng 5001: " in page and reverse("units:register_import", args=["to-tu-quan"]) in page
    assert GroupCount.objects.count() == 0


def test_rights_withdrawn_before_the_worker_comes_leave_nothing_written(client, tree, officer, files):
    """All rights, or those over the one place of the file; the control keeps them."""
    text = f"Khoá đơn vị,Năm,Tổ\nDV{tree.areas[0].pk},2024,6\n".encode()
    client.force_login(officer)
    first, second, third = (asked(client, sent(client, "to-tu-quan", text).url) for _ in range(3))
    placement = officer.placements.get()
    services.withdraw_placement(placement, by=None)
    Placement.objects.create(user=officer, unit=tree.communes[1], role=Role.INSPECTOR, valid_from=date(2021, 1, 1))
    jobs.run(first.pk)
    Placement.objects.create(user=officer, unit=tree.communes[1], role=Role.OFFICER, valid_from=date(2021, 1, 1))
    jobs.run(second.pk)
    for job in (first, second):
        job.refresh_from_db()
    assert first.error == "Người yêu cầu không còn quyền ghi sổ, nên chưa ghi gì."
    assert "so.csv, dòng 2: Không thấy đơn vị" in second.error
    assert GroupCount.objects.count() == 0
    Placement.objects.filter(pk=placement.pk).update(withdrawn_at=None, valid_to=None)
    jobs.run(third.pk)
    assert GroupCount.objects.count() == 1


def test_a_workbook_past_the_limit_is_refused_and_not_cut(officer, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 3)
    book = Workbook()
    page = book.active
    for number in range(4):
        page.append(["ô", number])
    data = [io.BytesIO(), io.BytesIO()]
    book.save(data[0])
    page.append(["ô", 4])
    book.save(data[1])
    assert len(reading.sheets_of(data[0].getvalue(), "so.xlsx")[0].rows) == 4
    with pytest.raises(reading.Unreadable):
        reading.sheets_of(data[1].getvalue(), "so.xlsx")


# --- the API -----------------------------------------------------------------------------------------------------
def test_the_api_tells_every_register_within_the_callers_place(client, tree, officer, staff):
    made = one_of_each(tree)
    client.force_login(officer)
    for slug, register in REGISTERS.items():
        address = reverse(f"api:register-{register.api}-list")
        (row,) = client.get(address).json()["results"]
        assert (row["id"], row["unit"], row["commune"]) == (made[slug].pk, made[slug].place.pk, tree.communes[0].pk)
        assert client.get(f"{address}{row['id']}/").json() == row
        assert client.get(address, {"commune": tree.communes[1].pk}).status_code == 400  # not the officer's to name
    told = client.get(reverse("api:register-mass-model-years-list"), {"year": 2024}).json()["results"][0]
    assert {name: told[name] for name in ("model_name", "sites", "rating", "rating_label")} == {
        "model_name": "Nông dân với ANTT",
        "sites": 2,
        "rating": "effective",
        "rating_label": "Hoạt động hiệu quả",
    }
    assert client.get(reverse("api:register-mass-model-years-list"), {"year": 2023}).json()["results"] == []
    client.force_login(make_user(Role.OFFICER, tree.communes[1]))
    for slug, register in REGISTERS.items():
        assert client.get(reverse(f"api:register-{register.api}-list")).json()["results"] == []
        assert client.get(reverse(f"api:register-{register.api}-detail", args=[made[slug].pk])).status_code == 404


# --- pasted ------------------------------------------------------------------------------------------------------
def pasted(client, slug: str, block: str, **more):
    return client.post(reverse("units:register_import", args=[slug]), {"pasted": block} | more)


@pytest.mark.parametrize("heading", ["", "Năm\tKhoá đơn vị\tThành viên\tTổ\r\n"])
def test_a_pasted_block_is_a_file(client, tree, officer, files, heading):
    put(GroupCount(unit=tree.areas[0], year=YEAR, groups=5, members=160))
    first, second = tree.areas[:2]
    client.force_login(officer)
    page = page_of(client, "register_import", "to-tu-quan")
    heads = list(page.context["template"].headings.values())
    assert " · ".join(heads) in html.unescape(page.content.decode())
    if heading:
        block = f"{heading}2024\tDV{first.pk}\t1.160\t6\r\n2024\tDV{second.pk}\t90\t4\r\n"
    else:
        told = {"Khoá đơn vị": "DV{}", "Năm": "2024"}
        figures = {"Tổ": ("6", "4"), "Thành viên": ("1.160", "90")}
        lines = [
            "\t".join(told.get(head, figures.get(head, ("0", "0"))[at]).format(unit.pk) for head in heads)
            for at, unit in enumerate((first, second))
        ]
        block = "\r\n".join(lines)
    checked = pasted(client, "to-tu-quan", block)
    assert checked.status_code == 302, checked.context["problems"]
    seen = client.get(checked.url)
    assert [seen.context[name] for name in ("new", "changed", "same")] == [1, 1, 0]
    assert re.fullmatch(r"dán ngày \d\d/\d\d/\d{4} \d\d:\d\d", seen.context["file"])
    assert GroupCount.objects.count() == 1
    assert "Đã ghi 1 dòng mới, đã sửa 1 dòng" in applied(client, checked.url).message
    assert list(GroupCount.objects.order_by("unit").values_list("groups", "members")) == [(6, 1160), (4, 90)]


def test_a_pasted_block_that_is_wrong_is_given_back(client, tree, officer, files):
    client.force_login(officer)
    block = f"Khoá đơn vị\tNăm\tTổ\tThành viên\r\nDV{tree.areas[0].pk}\t2024\t1,000\t<5"
    refused = pasted(client, "to-tu-quan", block)
    assert refused.status_code == 422 and not GroupCount.objects.exists()
    assert [problem.row for problem in refused.context["problems"]] == [2, 2]
    assert "1,000" in refused.context["problems"][0].sentence
    assert refused.context["form"]["pasted"].value() == block
    assert html.escape("1,000\t<5") in refused.content.decode()


def test_a_file_and_a_block_are_not_taken_at_once_and_nothing_is_asked_for(client, tree, officer, files):
    client.force_login(officer)
    file = SimpleUploadedFile("so.csv", b"x")
    for data, field, sentence in (
        ({"file": file, "pasted": "DV1"}, "pasted", "Vừa có tệp vừa có phần dán."),
        ({"pasted": " \r\n"}, "file", "Chưa có gì để kiểm tra."),
        ({"pasted": "x" * 4_000_001}, "pasted", "Phần dán lớn hơn 4 MB."),
    ):
        answer = client.post(reverse("units:register_import", args=["to-tu-quan"]), data)
        assert answer.status_code == 422
        (told,) = answer.context["form"].errors[field]
        assert told.startswith(sentence)
