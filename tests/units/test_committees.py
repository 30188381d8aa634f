"""Committees by users: founded, founded wherever one is missing, renamed, ended, resumed; what is refused."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.web.once import new_token
from units import services
from units.enums import CommitteeAct, CommitteeKind, MajorityOf, Role
from units.models import Committee, CommitteeEvent

from .factories import OPENED, make_committee, make_tree, make_user

pytestmark = pytest.mark.django_db
RULES = services.CommitteeRules(50, 66, MajorityOf.ALL, "Quy chế số 01/QC-BCĐ")
TYPED = {
    "quorum_percent": 50,
    "approval_percent": 66,
    "majority_of": MajorityOf.ALL,
    "ground": "Quy chế số 01/QC-BCĐ",
    "valid_from": "01/02/2020",
}


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


def test_a_committee_is_founded_in_the_browser_with_its_rules_and_its_paper(client, admin, tree):
    place = tree.communes[0]
    typed = TYPED | {"unit": place.pk, "kind": CommitteeKind.B138, "name": ""}
    shown = post(client, "units:committee_add", typed)
    made = Committee.objects.get()
    assert shown.url == reverse("units:committee_detail", args=[made.pk])
    assert (made.unit, made.valid_from, made.valid_to) == (place, date(2020, 2, 1), None)
    assert made.name == f"Ban Chỉ đạo 138 {place.name[0].lower()}{place.name[1:]}"
    assert services.rules_of(made) == RULES
    page = client.get(shown.url).content.decode()
    assert "66% tổng số thành viên" in page and "Quy chế số 01/QC-BCĐ" in page
    event = CommitteeEvent.objects.get()
    assert (event.act, event.by, event.ground) == (CommitteeAct.FOUND, admin, "Quy chế số 01/QC-BCĐ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_from": "01/01/1990"}, "Hãy chọn ngày lập Ban từ ngày đó"),
        ({"valid_to": "01/01/2020"}, "trước ngày bắt đầu"),
        ({"quorum_percent": "100"}, "99"),
        ({"ground": ""}, "Căn cứ"),
        ({"kind": CommitteeKind.OTHER, "name": ""}, "Loại “Tên khác” cần tên Ban"),
        ({"kind": CommitteeKind.VILLAGE}, "không phải khu dân cư"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_founded(client, admin, tree, changes, said):
    typed = TYPED | {"unit": tree.communes[0].pk, "kind": CommitteeKind.B138, "name": ""} | changes
    shown = post(client, "units:committee_add", typed)
    assert (shown.status_code, Committee.objects.count()) == (422, 0)
    assert said in shown.content.decode()


def test_the_list_says_of_whom_the_majority_is_counted(client, admin, tree):
    """Two thirds of those who sit in it and half of those present are not one rule."""
    of_present = services.CommitteeRules(50, 50, MajorityOf.PRESENT, "Quy chế số 02/QC-BCĐ")
    for place, rules in zip(tree.communes, (RULES, of_present), strict=False):
        services.found_committee(place, kind=CommitteeKind.B138, valid_from=OPENED, rules=rules, by=admin)
    page = client.get(reverse("units:committee_list")).content.decode()
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    told = {
        place.name: next(row for row in rows if place.name in row).split("trên ")[-1].strip()
        for place in tree.communes[:2]
    }
    assert told == {
        tree.communes[0].name: "66% tổng số thành viên",
        tree.communes[1].name: "50% số thành viên dự họp",
    }


def test_a_second_one_of_the_name_is_refused_and_another_kind_is_not(tree):
    place = tree.communes[0]
    found = {"by": None, "rules": RULES, "valid_from": OPENED}
    services.found_committee(place, kind=CommitteeKind.B138, **found)
    with pytest.raises(Refused, match="đã có"):
        services.found_committee(place, kind=CommitteeKind.B138, **found)
    services.found_committee(place, kind=CommitteeKind.B05, **found)
    assert place.committees.count() == 2


def test_a_sub_committee_stands_at_a_residential_area_alone(tree):
    found = {"by": None, "rules": RULES, "valid_from": OPENED}
    made = services.found_committee(tree.areas[0], kind=CommitteeKind.VILLAGE, **found)
    assert made.name.startswith("Tiểu ban an ninh, trật tự thôn ") or made.name.endswith(tree.areas[0].name)
    with pytest.raises(Refused, match="không phải tỉnh, huyện hay xã"):
        services.found_committee(tree.areas[0], kind=CommitteeKind.B138, **found)
    with pytest.raises(Refused, match="không lập Ban Chỉ đạo ở đó"):
        services.found_committee(tree.school, kind=CommitteeKind.B138, **found)


def test_one_act_founds_those_that_are_missing_and_no_other(client, admin, tree):
    make_committee(tree.communes[0])
    shown = client.get(reverse("units:committees_add")).content.decode()
    assert tree.communes[1].name in shown and f"<li>{tree.communes[0].name}</li>" not in shown
    typed = TYPED | {"level": "commune", "kind": CommitteeKind.MOVEMENT, "called": "", "valid_from": "01/02/2020"}
    post(client, "units:committees_add", typed)
    held = dict(Committee.objects.values_list("unit", "kind"))
    assert set(held) == {commune.pk for commune in tree.communes}
    assert CommitteeEvent.objects.filter(by=admin).count() == len(tree.communes) - 1
    post(client, "units:committees_add", typed)
    assert Committee.objects.count() == len(tree.communes)


def test_statements_do_not_grow_with_the_places(tree):
    def counted(units) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            services.place_committees(units, kind=CommitteeKind.B138, rules=RULES, on=OPENED, by=None)
        return len(queries)

    few = counted(tree.communes[:1])
    assert counted(tree.communes[1:]) == few


def test_a_stranger_finds_no_door(client, tree):
    board = make_committee(tree.communes[0]).committee
    client.force_login(make_user(Role.STAFF, tree.province))
    pages = [reverse("units:committee_add"), reverse("units:committees_add")]
    pages += [reverse(f"units:committee_{act}", args=[board.pk]) for act in ("edit", "end")]
    assert {client.get(page).status_code for page in pages} == {404}
    admin_elsewhere = make_user(Role.ADMIN, tree.communes[1])
    with pytest.raises(Refused, match="không quản trị"):
        services.found_committee(
            tree.communes[0], by=admin_elsewhere, kind=CommitteeKind.B05, rules=RULES, valid_from=OPENED
        )
    with pytest.raises(Refused, match="không quản trị"):
        services.end_committee(board, by=admin_elsewhere, on=timezone.localdate(), ground="thử")


def test_a_new_name_is_logged_with_what_was_before(client, admin, tree):
    board = make_committee(tree.communes[0]).committee
    old = board.name
    typed = TYPED | {"name": "Ban Chỉ đạo 138 xã Mới", "kind": CommitteeKind.B138}
    post(client, "units:committee_edit", typed, board.pk)
    board.refresh_from_db()
    event = board.events.first()
    assert (board.name, board.approval_percent, event.act) == ("Ban Chỉ đạo 138 xã Mới", 66, CommitteeAct.CHANGE)
    assert event.before.startswith(f"{old}: dự họp trên 50%")
    shown = post(client, "units:committee_edit", typed, board.pk)
    assert "Chưa sửa gì" in shown.content.decode()


def test_an_end_ends_the_seats_and_is_taken_back_with_them(client, admin, tree):
    made = make_committee(tree.communes[0])
    today = timezone.localdate()
    left = services.end_seat(made.seats[0], by=None, on=today - timedelta(days=30))
    post(
        client, "units:committee_end", {"on": f"{today:%d/%m/%Y}", "ground": "Hợp nhất với Ban khác"}, made.committee.pk
    )
    made.committee.refresh_from_db()
    ends = set(made.committee.seats.exclude(pk=left.pk).values_list("valid_to", flat=True))
    assert (made.committee.valid_to, ends) == (today, {today})
    post(client, "units:committee_end", {"act": "resume", "ground": "Kết thúc nhầm"}, made.committee.pk)
    made.committee.refresh_from_db()
    ends = set(made.committee.seats.exclude(pk=left.pk).values_list("valid_to", flat=True))
    assert (made.committee.valid_to, ends) == (None, {None})
    left.refresh_from_db()
    assert left.valid_to == today - timedelta(days=30)
    assert [event.act for event in made.committee.events.all()][:2] == [CommitteeAct.RESUME, CommitteeAct.END]


def test_no_committee_stands_at_a_unit_that_has_ended(tree):
    place = tree.communes[0]
    place.closed_on = date(2024, 12, 31)
    place.save(update_fields=["closed_on"])
    with pytest.raises(Refused, match="đã kết thúc ngày 31/12/2024"):
        services.found_committee(place, by=None, kind=CommitteeKind.B138, rules=RULES, valid_from=OPENED)
    made = services.found_committee(
        place, by=None, kind=CommitteeKind.B138, rules=RULES, valid_from=OPENED, valid_to=date(2024, 12, 31)
    )
    with pytest.raises(Refused, match="đã kết thúc"):
        services.resume_committee(made, by=None, ground="thử")


def test_a_unit_that_ended_says_so_where_a_committee_is_founded(client, admin, tree):
    """A committee of its time may still be recorded there; the choice tells it from those of today."""
    place = tree.communes[0]
    place.closed_on = date(2024, 12, 31)
    place.save(update_fields=["closed_on"])
    page = client.get(reverse("units:committee_add")).content.decode()
    assert ", đến 31/12/2024</option>" in page
    assert f">{tree.communes[1]} (" in page and page.count(", đến ") == 1


def test_the_page_of_a_unit_that_ends_offers_nothing_new(client, admin, tree):
    place = tree.communes[0]
    offers = [f'{reverse(name)}?don_vi={place.pk}"' for name in ("units:committee_add", "units:person_add")]
    page = client.get(reverse("units:detail", args=[place.pk])).content.decode()
    assert all(offer in page for offer in offers)
    place.closed_on = date(2024, 12, 31)
    place.save(update_fields=["closed_on"])
    page = client.get(reverse("units:detail", args=[place.pk])).content.decode()
    assert not any(offer in page for offer in offers)


def test_a_page_out_of_date_does_what_it_says(client, admin, tree):
    """Who pressed “end” on a committee that somebody else had ended took it up again."""
    board, today = make_committee(tree.communes[0]).committee, timezone.localdate()
    typed = {"act": "end", "on": f"{today:%d/%m/%Y}", "ground": "Hợp nhất"}
    page = reverse("units:committee_end", args=[board.pk])
    assert 'name="act" value="end"' in client.get(page).content.decode()
    post(client, "units:committee_end", typed, board.pk)
    assert 'name="act" value="resume"' in client.get(page).content.decode()
    late = post(client, "units:committee_end", typed, board.pk)
    assert (late.status_code, f"đã kết thúc ngày {today:%d/%m/%Y}" in late.content.decode()) == (422, True)
    board.refresh_from_db()
    assert (board.valid_to, board.events.filter(act=CommitteeAct.RESUME).exists()) == (today, False)
