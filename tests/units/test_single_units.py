"""One unit added, corrected, ended, taken up again through the pages; what is refused and what is left as it was."""

import html
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.web.once import new_token
from units import reforms, services
from units.enums import Role, Subtype, UnitAct, UnitKind
from units.models import Placement, Unit, UnitEvent, UnitVersion
from units.services import UnitFacts

from .factories import OPENED, make_committee, make_tree, make_user
from .reforming import the_reform

pytestmark = pytest.mark.django_db
WHY = "Quyết định số 5/QĐ-UBND ngày 01/3/2026"


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(client, tree):
    user = make_user(Role.ADMIN, tree.province)
    client.force_login(user)
    return user


def post(client, name, data, *args, query=""):
    return client.post(reverse(name, args=args) + query, data | {"once": new_token()})


def add(client, tree, **changes):
    typed = {
        "parent": tree.communes[0].pk,
        "name": "Thôn Mới",
        "subtype": Subtype.VILLAGE,
        "opened_on": "01/03/2026",
        "ground": WHY,
    }
    return post(client, "units:add", typed | changes, query="?loai=residential_area")


def test_one_unit_is_added_under_its_manager_from_a_day(client, admin, tree):
    shown = add(client, tree)
    made = Unit.objects.get(name="Thôn Mới")
    assert shown.url == reverse("units:detail", args=[made.pk])
    assert (made.commune, made.province, made.opened_on) == (tree.communes[0], tree.province, date(2026, 3, 1))
    assert list(made.versions.values_list("name", "valid_from")) == [("Thôn Mới", date(2026, 3, 1))]
    event = made.events.get()
    assert (event.act, event.by, event.ground) == (UnitAct.ADD, admin, WHY)
    assert WHY in client.get(shown.url).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Tên đơn vị"),
        ({"ground": ""}, "Lý do, căn cứ"),
        ({"opened_on": "01/01/1990"}, "Hãy sửa lại ngày thành lập"),
        ({"subtype": Subtype.WARD}, "Phân loại"),
    ],
)
def test_what_cannot_be_is_told_with_what_was_typed_and_nothing_is_added(client, admin, tree, changes, said):
    before = Unit.objects.count()
    shown = add(client, tree, **changes)
    page = shown.content.decode()
    assert (shown.status_code, Unit.objects.count()) == (422, before)
    assert said in page and (changes.get("name", "Thôn Mới") in page)


def test_a_namesake_under_one_manager_is_refused_and_elsewhere_is_not(client, admin, tree):
    add(client, tree)
    again = add(client, tree, name="thôn  mới")
    assert "đã có “Thôn Mới”" in again.content.decode()
    add(client, tree, parent=tree.communes[1].pk)
    assert Unit.objects.filter(name="Thôn Mới").count() == 2


def test_a_typing_mistake_is_mended_in_the_unit_and_in_its_past(client, admin, tree):
    area = tree.areas[0]
    wrong = area.name
    typed = {"name": "Thôn Đúng Tên", "subtype": area.subtype, "code": "", "ground": "Gõ sai khi nhập"}
    post(client, "units:correct", typed, area.pk)
    area.refresh_from_db()
    assert (area.name, area.search_key) == ("Thôn Đúng Tên", "thon dung ten")
    assert set(area.versions.values_list("name", "search_key")) == {("Thôn Đúng Tên", "thon dung ten")}
    assert wrong in area.events.get().before
    again = post(client, "units:correct", typed, area.pk)
    assert "Chưa sửa gì" in again.content.decode()


def correct(client, unit, **changes):
    typed = {"name": unit.name, "subtype": unit.subtype, "code": "", "ground": "Ghi nhầm ngày"}
    return post(client, "units:correct", typed | changes, unit.pk)


def test_a_first_day_typed_wrong_is_mended_and_a_merger_may_go_on(client, admin, tree):
    """A unit of 2030 by mistake stood in the way of every reorganisation before that day, and could not be mended."""
    add(client, tree, opened_on="01/01/2030")
    made = Unit.objects.get(name="Thôn Mới")
    assert 'name="opened_on"' in client.get(reverse("units:correct", args=[made.pk])).content.decode()
    assert correct(client, made, opened_on="01/02/2025").status_code == 302
    made.refresh_from_db()
    assert made.opened_on == made.versions.get().valid_from == date(2025, 2, 1)
    event = made.events.first()
    assert (event.act, event.before[-10:], event.after[-10:]) == (UnitAct.CORRECT, "01/01/2030", "01/02/2025")
    assert correct(client, made).status_code == 422  # nothing typed changes nothing
    assert correct(client, made, opened_on="01/02/2026").status_code == 302  # later, while nothing leans on it


def test_a_first_day_that_cannot_be_is_refused(client, admin, tree):
    add(client, tree)
    made = Unit.objects.get(name="Thôn Mới")
    page = correct(client, made, opened_on=f"{OPENED - timedelta(days=1):%d/%m/%Y}").content.decode()
    assert f"{tree.communes[0]} có từ {OPENED:%d/%m/%Y}. Hãy sửa lại ngày bắt đầu." in page
    make_user(Role.OFFICER, made)
    assert "Đã có phân công của Thôn Mới" in correct(client, made, opened_on="01/04/2026").content.decode()
    assert correct(client, made, opened_on="01/02/2026").status_code == 302  # the control: earlier, it may
    commune = tree.communes[0]
    assert 'name="opened_on"' not in client.get(reverse("units:correct", args=[commune.pk])).content.decode()
    with pytest.raises(Refused, match="do sắp xếp, bảng mã của Nhà nước định"):
        facts = UnitFacts(commune.name, commune.subtype, commune.code, opened_on=date(2025, 1, 1))
        services.correct_unit(commune, facts, ground=WHY, by=None)


def test_an_older_name_given_by_a_resolution_is_left(tree):
    area = tree.areas[0]
    area.versions.update(valid_to=date(2023, 12, 31), name="Thôn Tên Cũ")
    last = UnitVersion.objects.get(unit=area)
    last.pk, last.valid_from, last.valid_to, last.name = None, date(2024, 1, 1), None, area.name
    last.save()
    facts = services.UnitFacts("Thôn Đúng Tên", area.subtype)
    services.correct_unit(area, facts, ground="Gõ sai", by=None)
    assert list(area.versions.order_by("valid_from").values_list("name", flat=True)) == [
        "Thôn Tên Cũ",
        "Thôn Đúng Tên",
    ]


def test_an_end_closes_what_hangs_on_the_unit_and_is_taken_back(client, admin, tree):
    school, today = tree.school, timezone.localdate()
    officer = make_user(Role.OFFICER, school)
    post(client, "units:end", {"on": f"{today:%d/%m/%Y}", "ground": WHY}, school.pk)
    school.refresh_from_db()
    assert school.closed_on == today
    assert set(school.versions.values_list("valid_to", flat=True)) == {today}
    assert Placement.objects.get(user=officer).valid_to == today
    post(client, "units:end", {"act": "resume", "ground": "Kết thúc nhầm"}, school.pk)
    school.refresh_from_db()
    assert (school.closed_on, set(school.versions.values_list("valid_to", flat=True))) == (None, {None})
    assert [event.act for event in school.events.all()] == [UnitAct.RESUME, UnitAct.END]


def test_a_level_of_government_ends_by_a_reorganisation_alone(tree):
    make_committee(tree.communes[0])
    with pytest.raises(Refused, match="lập hồ sơ sắp xếp"):
        services.end_unit(tree.communes[0], on=timezone.localdate(), ground=WHY, by=None)
    assert not UnitEvent.objects.exists()


def test_a_stranger_finds_no_door(client, tree):
    pages = [reverse("units:add"), *(reverse(f"units:{act}", args=[tree.areas[0].pk]) for act in ("correct", "end"))]
    client.force_login(make_user(Role.STAFF, tree.province))
    assert {client.get(page).status_code for page in pages} == {404}
    elsewhere = make_user(Role.ADMIN, tree.communes[1])
    facts = services.UnitFacts("Thôn Lạ", Subtype.VILLAGE)
    with pytest.raises(Refused, match="không quản trị"):
        services.add_unit(
            tree.communes[0], facts, kind=UnitKind.RESIDENTIAL_AREA, opened_on=OPENED, ground=WHY, by=elsewhere
        )
    with pytest.raises(Refused, match="không quản trị"):
        services.end_unit(tree.areas[0], on=timezone.localdate() - timedelta(days=1), ground=WHY, by=elsewhere)


def test_a_unit_is_not_taken_up_again_under_a_manager_that_has_ended(tree):
    village = tree.areas[0]
    services.end_unit(village, on=date(2025, 6, 1), ground=WHY, by=None)
    reforms.apply(the_reform(tree), by=None)
    with pytest.raises(Refused, match=r"^Xã A1.1 đã kết thúc ngày 30/06/2025 nên Thôn 1 \(A1.1\) không hoạt động"):
        services.resume_unit(village, ground=WHY, by=None)
    village.refresh_from_db()
    assert village.closed_on == date(2025, 6, 1)


def test_nor_on_ground_that_has_ended(tree):
    services.end_unit(tree.school, on=date(2025, 6, 1), ground=WHY, by=None)
    Unit.objects.filter(pk=tree.school.stands_in_id).update(closed_on=date(2025, 6, 30))
    with pytest.raises(Refused, match=r"^Xã A1.1 đã kết thúc"):
        services.resume_unit(tree.school, ground=WHY, by=None)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("00002", "Mã số 00002 đang là của “Xã A1.2”. Hãy kiểm tra lại mã."),
        ("2", "Mã số “2” của Xã, phường, thị trấn phải đủ 5 chữ số."),
        ("mã lạ", "Mã số “mã lạ” không hợp lệ."),
    ],
)
def test_a_code_is_one_of_the_kind_and_nobody_elses(tree, code, said):
    """As in a file: two open communes of one code stop every later reorganisation."""
    one, other = tree.communes[:2]
    Unit.objects.filter(pk=other.pk).update(code="00002")
    with pytest.raises(Refused) as refusal:
        services.correct_unit(one, UnitFacts(one.name, one.subtype, code), ground=WHY, by=None)
    assert refusal.value.sentence.startswith(said)
    facts = UnitFacts("Xã Mới", Subtype.COMMUNE, code)
    with pytest.raises(Refused) as refusal:
        services.add_unit(one.parent, facts, kind=UnitKind.COMMUNE, opened_on=OPENED, ground=WHY, by=None)
    assert refusal.value.sentence.startswith(said)


def test_a_letter_that_looks_like_another_is_refused(tree):
    with pytest.raises(Refused, match="không phải chữ Đ tiếng Việt"):
        services.correct_unit(tree.communes[0], UnitFacts("Xã Ðông", Subtype.COMMUNE), ground=WHY, by=None)


def test_a_page_out_of_date_does_what_it_says(client, admin, tree):
    """Who pressed “end” on a unit that somebody else had ended took it up again."""
    school, today = tree.school, timezone.localdate()
    typed = {"act": "end", "on": f"{today:%d/%m/%Y}", "ground": WHY}
    assert 'name="act" value="end"' in client.get(reverse("units:end", args=[school.pk])).content.decode()
    post(client, "units:end", typed, school.pk)
    assert 'name="act" value="resume"' in client.get(reverse("units:end", args=[school.pk])).content.decode()
    late = post(client, "units:end", typed, school.pk)
    assert (late.status_code, f"đã kết thúc ngày {today:%d/%m/%Y}" in late.content.decode()) == (422, True)
    school.refresh_from_db()
    assert (school.closed_on, school.events.count()) == (today, 1)


def test_a_page_out_of_date_writes_over_nobodys_correction(client, admin, tree):
    """Two administrators correct a unit, a committee, a post: who comes second is told what it is now, and may insist.
    The control is the first: a page that is not out of date is taken."""
    area, board = tree.areas[0], make_committee(tree.communes[0]).committee
    clerk = make_user(Role.OFFICER, area)
    rules = {"kind": board.kind, "quorum_percent": 50, "approval_percent": 50, "majority_of": "all"}
    named = {"subtype": area.subtype, "code": ""}
    for route, pk, known, field in (
        ("units:correct", area.pk, named, "name"),
        ("units:committee_edit", board.pk, rules, "name"),
        ("units:post_correct", clerk.pk, {}, "post"),
    ):
        typed = known | {"ground": "Gõ sai khi nhập"}
        seen = client.get(reverse(route, args=[pk])).context["seen"]
        assert post(client, route, typed | {field: "Tên Một", "seen": seen}, pk).status_code == 302, route
        empty = post(client, route, typed | {field: "Tên Hai", "ground": "", "seen": seen}, pk)
        assert (empty.status_code, empty.context["seen"]) == (422, seen)  # sent back for something else: as it was made
        late = post(client, route, typed | {field: "Tên Hai", "seen": seen}, pk)
        page = html.unescape(late.content.decode())
        assert late.status_code == 422 and "vừa được người khác sửa" in page and "Tên Một" in page, route
        assert "Tên Hai" in page and late.context["seen"] != seen
        assert post(client, route, typed | {field: "Tên Hai", "seen": late.context["seen"]}, pk).status_code == 302
