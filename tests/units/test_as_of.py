"""The tree of a day, and old names and codes that stay findable."""

import html
import re
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.units.reforming import DAY, LAST, draft, line, the_reform
from units import queries, reforms, services
from units.enums import Role, Subtype, UnitKind
from units.models import Seat, Unit, UnitVersion
from units.services import NewUnit

from .factories import OPENED, make_committee, make_tree, make_units, make_user

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # the tree of a day, in SQL


@pytest.fixture
def tree():
    made = make_tree()
    reforms.apply(the_reform(made), by=None)
    return made


def reader(role, unit) -> Client:
    client = Client()
    client.force_login(make_user(role, unit), backend="django.contrib.auth.backends.ModelBackend")
    return client


def names(client, day, **query):
    page = client.get(reverse("units:as_of"), {"ngay": f"{day:%d/%m/%Y}", **query}).context["page"]
    return [row.name for row in page]


def test_the_tree_before_and_after(tree):
    staff = reader(Role.STAFF, tree.province)
    assert names(staff, LAST) == names(staff, DAY) == ["Tỉnh A"]
    assert names(staff, LAST, duoi=tree.province.pk) == ["Huyện A1", "Huyện A2"]
    assert names(staff, DAY, duoi=tree.province.pk) == ["Phường Mới", "Xã Bốn", "Trường A"]
    assert names(staff, LAST, duoi=tree.districts[0].pk) == ["Xã A1.1", "Xã A1.2", "Trường A"]
    assert staff.get(reverse("units:as_of"), {"ngay": "01/07/2025", "duoi": tree.districts[0].pk}).status_code == 404


def test_the_successor_reads_the_tree_it_took_over(tree):
    new = Unit.objects.get(code="07001")
    officer = reader(Role.OFFICER, new)
    assert names(officer, LAST) == ["Xã A1.1", "Xã A1.2", "Trường A"]  # the school stood there
    assert names(officer, LAST, duoi=tree.communes[0].pk)[:2] == ["Thôn 1 (A1.1)", "Thôn 2 (A1.1)"]
    stranger = reader(Role.OFFICER, tree.communes[3])
    assert names(stranger, LAST) == ["Xã A2.1", "Xã A2.2"]  # its own, and the one whose main part it took over


def test_a_row_says_on_whose_ground_an_organisation_stood_that_day(tree):
    """The school of Huyện A1 stood in Xã A1.1, afterwards in the ward that took the commune over."""
    staff = reader(Role.STAFF, tree.province)

    def grounds(day, at):
        page = staff.get(reverse("units:as_of"), {"ngay": f"{day:%d/%m/%Y}", "duoi": at.pk})
        rows = {row.name: row.stood_on for row in page.context["page"]}
        for ground in filter(None, rows.values()):
            assert f"Đứng chân trên địa bàn {ground}" in page.content.decode()
        return rows

    assert grounds(LAST, tree.districts[0]) == {"Xã A1.1": "", "Xã A1.2": "", "Trường A": "Xã A1.1"}
    assert grounds(DAY, tree.province)["Trường A"] == "Phường Mới"
    assert set(grounds(LAST, tree.communes[0]).values()) == {""}  # what stands where it is managed says nothing
    then = staff.get(reverse("units:detail_as_of", args=[tree.school.pk]), {"ngay": f"{LAST:%d/%m/%Y}"})
    assert then.context["stood_on"] == "Xã A1.1" and "Đứng chân trên địa bàn" in then.content.decode()


def test_old_names_are_found_without_marks_and_lead_to_today(tree):
    found = Unit.objects.search("xa a2.2").nearest_first("xa a2.2")
    assert [unit.name for unit in found] == ["Xã Bốn"]
    staff = reader(Role.STAFF, tree.province)
    body = staff.get(reverse("units:list"), {"q": "xa a1.1"}).content.decode()
    assert "Xã A1.1" in body
    assert "Đã kết thúc" in body
    assert names(staff, LAST, q="XA A2.2") == ["Xã A2.2"]
    assert names(staff, DAY, q="XA A2.2") == []


def test_spellings_find_one_another():
    tree = make_tree("C")
    reforms.apply(
        draft(
            tree,
            *(
                line("rename", unit, name=name)
                for unit, name in zip(tree.communes, ("Xã Hoà Bình", "Xã Hòa Bình Nam", "Xã Hóa Binh"), strict=False)
            ),
        ),
        by=None,
    )
    for words in ("hoa binh", "HOÀ BÌNH", "Hòa Bình"):
        assert {unit.name for unit in Unit.objects.search(words)} == {"Xã Hoà Bình", "Xã Hòa Bình Nam", "Xã Hóa Binh"}
    assert Unit.objects.search("hòa bình").nearest_first("hòa bình")[0].name != "Xã Hóa Binh"


def test_a_search_of_a_day_shows_the_nearest_first():
    tree = make_tree("C")
    called = ("Xã Hòa Bình", "Xã Hoa Bính", "Xã Hoà Bình Nam", "Xã Đa Hòa Binh")
    changes = [
        line("rename", unit, name=name, code=f"0{place:04}")
        for place, (unit, name) in enumerate(zip(tree.communes, called, strict=True))
    ]
    reforms.apply(draft(tree, *changes), by=None)
    later = [
        line("rename", unit, name=f"Xã Khác {place}", code=f"9{place:04}") for place, unit in enumerate(tree.communes)
    ]
    reforms.apply(draft(tree, *later, day=date(2026, 1, 1)), by=None)
    staff = reader(Role.STAFF, tree.province)
    for words in ("hoa binh", "HOÀ BÌNH", "Hòa Bình"):
        assert set(names(staff, DAY, q=words)) == set(called)
        assert names(staff, LAST, q=words) == names(staff, date(2026, 1, 1), q=words) == []
    assert names(staff, DAY, q="hoà bình")[:2] == ["Xã Hòa Bình", "Xã Hoà Bình Nam"]
    assert names(staff, DAY, q="da hoa") == names(staff, DAY, q="ĐA HOÀ") == ["Xã Đa Hòa Binh"]
    assert names(staff, DAY, q="00003") == ["Xã Đa Hòa Binh"]
    # Today the same words still find them, those that carried these very marks first; and so do their old codes.
    found = [unit.pk for unit in Unit.objects.search("hoà bình").nearest_first("hoà bình")]
    assert set(found[:2]) == {tree.communes[0].pk, tree.communes[2].pk} and len(found) == 4
    assert [unit.pk for unit in Unit.objects.search("00003").nearest_first("00003")][:1] == [tree.communes[3].pk]


def test_an_old_name_and_an_old_code_are_found_where_the_marks_alone_changed():
    tree = make_tree("C")
    plain, marked, coded = tree.communes[:3]
    named = {plain: ("Xã Hoa", "00001"), marked: ("Xã Hòa", "00002"), coded: ("Xã Moi", "00071")}
    first = [line("rename", unit, name=name, code=code) for unit, (name, code) in named.items()]
    reforms.apply(draft(tree, *first), by=None)
    later = [line("rename", marked, name="Xã Hoa", code="00002"), line("rename", coded, name="Xã Mới", code="00072")]
    reforms.apply(draft(tree, *later, day=date(2026, 1, 1)), by=None)

    def found(words: str) -> list[int]:
        return [unit.pk for unit in Unit.objects.search(words).nearest_first(words)]

    assert found("xã hòa") == [marked.pk, plain.pk]  # it bore these very marks
    assert found("xa hoa") == [plain.pk, marked.pk]
    assert found("00071") == found("00072") == [coded.pk]


def test_versions_follow_each_other_without_a_gap(tree):
    for unit in Unit.objects.all():
        versions = list(unit.versions.order_by("valid_from"))
        for one, after in zip(versions, versions[1:], strict=False):
            assert (after.valid_from - one.valid_to).days == 1
        assert versions[-1].valid_to == unit.closed_on
    assert not UnitVersion.objects.filter(search_key="").exists()
    assert UnitVersion.objects.in_force(date(2025, 6, 30)).count() == 18


def test_a_wrong_day_is_told(tree):
    answer = reader(Role.STAFF, tree.province).get(reverse("units:as_of"), {"ngay": "31/02/2025"})
    assert (
        answer.status_code == 422
        and "Hãy nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/09/2026." in answer.content.decode()
    )


# --- one unit on a day -------------------------------------------------------------------------------------------
def shown(client, unit, day, *, status=200) -> str:
    answer = client.get(reverse("units:detail_as_of", args=[unit.pk]), {"ngay": f"{day:%d/%m/%Y}"})
    assert answer.status_code == status
    return words(answer)


def words(answer) -> str:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode())))
    return re.sub(r" ([,.:;])", r"\1", text)


@pytest.fixture
def peopled():
    """The tree of the reform with a committee in the first commune, applied."""
    tree = make_tree()
    tree.body = make_committee(tree.communes[0])
    reforms.apply(the_reform(tree), by=None)
    return tree


def test_a_unit_that_ended_as_it_was(peopled):
    one, new = peopled.communes[0], Unit.objects.get(code="07001")
    staff = reader(Role.STAFF, peopled.province)
    then = shown(staff, one, LAST)
    for words in (
        "Xã A1.1 ngày 30/06/2025",
        "Huyện A1",
        "Khu dân cư 2",
        "Ban Chỉ đạo",
        "Thường trực Ban Chỉ đạo",
        "Trưởng Ban",
        "xã, phường",
    ):
        assert words.lower() in then.lower(), words
    assert str(peopled.body.people[0]) in then  # seats and placements of that day
    assert "Người công tác trên cổng" in then
    assert "01/07/2025, theo 1658/NQ-UBTVQH15: chuyển về Phường Mới" in then
    after = shown(staff, one, DAY)
    assert "Ngày 01/07/2025 không có đơn vị này" in after and "từ 01/01/2020 đến hết 30/06/2025" in after
    assert "nhận từ Xã A1.1" in shown(staff, new, DAY)


def test_a_unit_that_goes_on_under_another_name(peopled):
    four = peopled.communes[3]
    staff = reader(Role.STAFF, peopled.province)
    assert "Xã A2.2 ngày 30/06/2025" in shown(staff, four, LAST) and "nay là Xã Bốn" in shown(staff, four, LAST)
    assert "Xã Bốn ngày 01/07/2025" in shown(staff, four, DAY)


def test_who_worked_there_is_for_those_who_run_the_place(peopled):
    new = Unit.objects.get(code="07001")
    for role, told in ((Role.OFFICER, False), (Role.LEADER, True), (Role.ADMIN, True)):
        assert ("Người công tác trên cổng" in shown(reader(role, new), peopled.communes[0], LAST)) is told


def test_a_placement_withdrawn_later_still_counts_for_its_day(tree):
    person = make_user(Role.OFFICER, tree.communes[3])
    person.placements.update(withdrawn_at=datetime(2025, 6, 30, 12, tzinfo=UTC))
    day = date(2025, 6, 29)
    assert [one.user for one in queries.people_at(tree.communes[3], day)] == [person]
    assert list(queries.people_at(tree.communes[3], LAST)) == list(queries.people_at(tree.communes[3])) == []


def test_strangers_find_nothing(peopled):
    stranger = reader(Role.OFFICER, make_tree("B").communes[0])
    shown(stranger, peopled.communes[0], LAST, status=404)
    new = Unit.objects.get(code="07001")
    shown(reader(Role.OFFICER, new), peopled.communes[2], LAST, status=404)  # its main part went elsewhere
    shown(reader(Role.OFFICER, new), peopled.communes[0], LAST)


def test_a_unit_that_moved_away_is_read_as_it_was_by_the_place_it_left():
    """Its page of that day is there; its page of today is not, and nothing leads to it."""
    tree = make_tree()
    area, (from_, to) = tree.areas[0], (tree.communes[0], tree.communes[2])
    reforms.apply(draft(tree, line("transfer", area, to_unit=to)), by=None)
    officer = reader(Role.OFFICER, from_)
    assert "Thôn 1 (A1.1)" in shown(officer, area, LAST)
    body = officer.get(reverse("units:as_of"), {"ngay": "30/06/2025", "duoi": from_.pk}).content.decode()
    today = reverse("units:detail", args=[area.pk])
    assert reverse("units:detail_as_of", args=[area.pk]) in body and f'"{today}"' not in body
    assert officer.get(today).status_code == 404


def test_lines_of_succession_on_the_units_own_page(peopled):
    new, four = Unit.objects.get(code="07001"), peopled.communes[3]

    def page(client, unit):
        return words(client.get(reverse("units:detail", args=[unit.pk])))

    staff = page(reader(Role.STAFF, peopled.province), new)
    assert "nhận từ Xã A1.1, Xã A1.2, Xã A2.1 (40,00%, không phải phần chính)." in staff
    officer = page(reader(Role.OFFICER, new), new)
    assert "nhận từ Xã A1.1, Xã A1.2 và 1 đơn vị ngoài phạm vi của đồng chí." in officer
    assert "chuyển về Xã Bốn (60,00%) và 1 đơn vị ngoài phạm vi" in page(
        reader(Role.OFFICER, four), peopled.communes[2]
    )
    reform = reverse("units:reform_detail", args=[new.origins.first().reform_id])
    bodies = [
        reader(role, unit).get(reverse("units:detail", args=[new.pk])).content.decode()
        for role, unit in ((Role.STAFF, peopled.province), (Role.OFFICER, new))
    ]
    assert [reform in body for body in bodies] == [True, False]


def test_committees_of_a_day(peopled):
    staff = reader(Role.STAFF, peopled.province)

    def listed(**query):
        page = staff.get(reverse("units:committee_list"), query).context["page"]
        return [(row.called, row.under, row.seated) for row in page]

    assert listed(ngay="30/06/2025") == listed(ngay="30/06/2025", q="xa a1.1") == [("Xã A1.1", "Huyện A1", 3)]
    assert listed() == listed(ngay="01/07/2025") == listed(ngay="30/06/2025", q="phuong moi") == []
    assert staff.get(reverse("units:committee_list"), {"ngay": "31/02/2025"}).status_code == 422
    assert staff.get(reverse("units:detail_as_of", args=[peopled.communes[0].pk]), {"ngay": "x"}).status_code == 422


def test_a_day_costs_the_same_queries_for_few_and_for_many(peopled):
    staff = reader(Role.STAFF, peopled.province)
    one = peopled.communes[0]
    shown(staff, one, LAST)  # what is read once and kept
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as ran:
            shown(staff, one, LAST)
            staff.get(reverse("units:as_of"), {"ngay": "30/06/2025", "duoi": one.pk})
            staff.get(reverse("units:committee_list"), {"ngay": "30/06/2025"})
        counts.append(len(ran))
        people = [make_user(Role.MEMBER, one) for _ in range(30)]
        Seat.objects.bulk_create(
            Seat(committee=peopled.body.committee, user=person, post="Uỷ viên", valid_from=OPENED) for person in people
        )
        make_units(one, "residential_area", "thon", [f"Thôn {i}" for i in range(20)])
    assert counts[0] == counts[1]


def test_a_unit_entered_later_lay_where_its_manager_lay(tree):
    """Entered after the reform with a first day before it: the past shows the district of then, today shows none."""
    stays, gone = tree.communes[3], tree.districts[1]
    stays.refresh_from_db()
    area, new = services.place_units(
        [
            NewUnit(kind=UnitKind.RESIDENTIAL_AREA, subtype=Subtype.VILLAGE, name="Thôn Cũ", parent=stays),
            NewUnit(
                kind=UnitKind.RESIDENTIAL_AREA, subtype=Subtype.VILLAGE, name="Thôn Mới", parent=stays, opened_on=DAY
            ),
        ],
        on=date(2021, 5, 1),
    )
    lain = [(row.district_id, row.commune_id, row.valid_from, row.valid_to) for row in area.versions.all()]
    assert lain == [
        (gone.pk, stays.pk, date(2021, 5, 1), LAST),
        (None, stays.pk, DAY, None),
    ]
    assert [(row.district_id, row.valid_from) for row in new.versions.all()] == [(None, DAY)]
    assert area.district_id is None
