"""Pages of reorganisations: drafting by hand and by spreadsheet, carrying out, undoing, and who sees them."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Refused
from tests.units.factories import make_committee, make_tree, make_user
from tests.units.reforming import DAY, draft, line, the_reform
from units import reforms, services
from units.enums import ReformStatus, Role, Subtype, UnitKind
from units.files import change_rows
from units.models import Reorganisation, Unit, User


def said(response) -> str:
    return " ".join(response.content.decode().split())


pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    client = Client()
    client.force_login(make_user(Role.ADMIN, tree.province), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(reform):
    return reverse("units:reform_detail", args=[reform.pk])


def act(client, reform, action, password="mat-khau", **data):  # noqa: S107 -- of the test's people
    data = {"seen": reforms.print_of(reform), "action": action, "password": password} | data
    return client.post(reverse("units:reform_act", args=[reform.pk]), data, follow=True)


def brought(client, reform, file, **data):
    data = {"seen": reforms.print_of(reform), "file": file} | data
    return client.post(reverse("units:changes_import", args=[reform.pk]), data, follow=True)


def test_an_empty_list_says_what_a_plan_is_and_who_makes_one(admin, tree):
    page = said(admin.get(reverse("units:reform_list")))
    told = "Mỗi nghị quyết sắp xếp là một phương án"
    assert told in page and "Quản trị cấp tỉnh lập phương án" not in page
    officer = Client()
    officer.force_login(make_user(Role.OFFICER, tree.communes[0]), backend="django.contrib.auth.backends.ModelBackend")
    page = said(officer.get(reverse("units:reform_list")))
    assert "Quản trị cấp tỉnh lập phương án" in page and reverse("units:reform_create") not in page
    draft(tree)
    assert told not in said(admin.get(reverse("units:reform_list")))


def test_a_draft_is_made_on_the_page(admin, tree):
    answer = admin.post(
        reverse("units:reform_create"),
        {
            "number": "1658/NQ-UBTVQH15",
            "title": "Sắp xếp",
            "issuer": "Uỷ ban Thường vụ Quốc hội",
            "effective_on": "01/07/2025",
            "provinces": [tree.province.pk],
            "streaks": "carry",
            "open_files": "finish",
        },
        follow=True,
    )
    made = Reorganisation.objects.get()
    assert (made.effective_on, list(made.provinces.all())) == (date(2025, 7, 1), [tree.province])
    assert "chưa có thay đổi nào" in said(answer)
    answer = admin.post(
        reverse("units:change_add", args=[made.pk]),
        {"action": "rename", "unit": f"DV{tree.communes[0].pk}", "name": "Xã Mới"},
        follow=True,
    )
    assert "Có thể áp dụng" in said(answer)
    assert made.changes.get().unit == tree.communes[0]


def test_a_wrong_line_is_refused_with_what_was_typed(admin, tree):
    made = draft(tree)
    answer = admin.post(
        reverse("units:change_add", args=[made.pk]), {"action": "merge", "unit": "99999", "to": "DV1", "name": "Xã Gõ"}
    )
    assert answer.status_code == 422
    body = said(answer)
    assert "Không thấy “99999” trong các tỉnh của phương án" in body
    assert 'value="Xã Gõ"' in body
    assert made.changes.count() == 0


def test_a_spreadsheet_out_and_in_again_is_the_same(admin, tree):
    made = the_reform(tree)
    before = list(made.changes.values_list("action", "unit", "key", "to_unit", "to_key", "percent", "is_main", "name"))
    out = admin.get(reverse("units:changes_export", args=[made.pk])).content
    file = SimpleUploadedFile("phuong-an.csv", out, "text/csv")
    answer = brought(admin, made, file)
    assert f"Đã nạp {len(before)} dòng" in said(answer)
    after = list(made.changes.values_list("action", "unit", "key", "to_unit", "to_key", "percent", "is_main", "name"))
    assert after == before


def test_a_spreadsheet_half_wrong_changes_nothing(admin, tree):
    made = draft(tree, line("rename", tree.communes[0], name="Xã Giữ"))
    rows = [
        "Việc,Đơn vị,Tên mới,Về đơn vị,Phần (%)",
        f"Đổi tên,DV{tree.communes[1].pk},Xã Tốt,,",
        "Bay hơi,DV1,,,",
        "Nhập toàn bộ vào,77777,,88888,",
        f"Tách một phần vào,DV{tree.communes[1].pk},,DV{tree.communes[2].pk},nhiều",
        f'Tách một phần vào,DV{tree.communes[1].pk},,DV{tree.communes[2].pk},"1,000"',
        f"Tách một phần vào,DV{tree.communes[1].pk},,DV{tree.communes[2].pk},１２",
    ]
    file = SimpleUploadedFile("phuong-an.csv", "\n".join(rows).encode(), "text/csv")
    answer = admin.post(reverse("units:changes_import", args=[made.pk]), {"file": file})
    body = said(answer)
    assert answer.status_code == 422
    for words in (
        "Dòng 3: Không có việc “Bay hơi”",
        "Dòng 4: Cột “Đơn vị”: không thấy “77777”",
        "Dòng 5: Cột “Phần (%)” ghi “nhiều”, không phải số.",
        "Dòng 6: Cột “Phần (%)”: “1,000” có thể hiểu hai cách. Hãy ghi 1000 hoặc 1.",
        "Dòng 7: Cột “Phần (%)” ghi “１２”, không phải số.",
    ):
        assert words in body
    assert [change.name for change in made.changes.all()] == ["Xã Giữ"]
    assert change_rows.read(b"a,b\n1,2\n", "x.csv", made).problems[0].row == 1


def test_carrying_out_and_undoing(admin, tree):
    made = the_reform(tree)
    assert "Phường Mới" in said(admin.get(page(made)))
    wrong = act(admin, made, "apply", password="khong-phai")
    assert (wrong.status_code, "Mật khẩu không đúng." in said(wrong)) == (422, True)
    made.refresh_from_db()
    assert made.status == ReformStatus.DRAFT
    assert "Đã áp dụng phương án" in said(act(admin, made, "apply"))
    made.refresh_from_db()
    assert made.status == ReformStatus.APPLIED
    assert "Không có quyền" not in said(act(admin, made, "apply"))
    assert "đang ở tình trạng “Đã áp dụng”" in said(act(admin, made, "apply"))
    assert "Đã hoàn tác" in said(act(admin, made, "undo"))
    assert not Unit.objects.filter(code="07001").exists()
    assert "Đã xoá dự thảo" in said(act(admin, made, "drop"))
    assert not Reorganisation.objects.exists()


def test_the_administrator_of_an_ended_province_goes_on_at_its_heir(tree):
    person = make_user(Role.ADMIN, tree.province)
    made = draft(
        tree,
        line("open", kind="province", subtype="tinh", code="24", name="Tỉnh Lớn", key="T"),
        line("merge", tree.province, to_key="T"),
    )
    reforms.apply(made, by=person)
    heir = Unit.objects.get(name="Tỉnh Lớn")
    assert [(item.unit, item.valid_to) for item in person.placements.order_by("valid_from")] == [
        (tree.province, date(2025, 6, 30)),
        (heir, None),
    ]
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(page(made)).status_code == 200
    stranger = make_user(Role.ADMIN, make_tree("B").province)
    with pytest.raises(Refused):
        reforms.undo(made, by=stranger)
    assert "Đã hoàn tác" in said(act(client, made, "undo"))  # who goes on at the heir may take it back
    assert [(item.unit, item.valid_to) for item in person.placements.all()] == [(tree.province, None)]


def test_who_sees_and_who_changes(tree):
    made, other = the_reform(tree), make_tree("B")
    for role, unit, sees, applies in (
        (Role.STAFF, tree.province, 200, 404),
        (Role.OFFICER, tree.communes[0], 404, 404),
        (Role.ADMIN, other.province, 404, 404),
    ):
        client = Client()
        client.force_login(make_user(role, unit), backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(page(made)).status_code == sees
        assert client.post(reverse("units:reform_act", args=[made.pk]), {"action": "apply"}).status_code == applies
    made.refresh_from_db()
    assert made.status == ReformStatus.DRAFT


def test_gaps_are_looked_at_before_it_is_carried_out(admin, tree):
    made = the_reform(tree)
    reforms.write_changes(made, list(made.changes.all()), by=None, gaps=["Xã Năm: không có nguồn."])
    refused = act(admin, made, "apply")
    assert refused.status_code == 422
    assert "Hãy đối chiếu các chỗ chưa có nguồn" in said(refused)
    assert "Đã áp dụng phương án" in said(act(admin, made, "apply", checked="on"))


def test_the_trees_before_and_after_say_who_became_what(admin, tree):
    body = said(admin.get(reverse("units:reform_trees", args=[the_reform(tree).pk])))
    before, after = body.split('id="after"')
    assert "Huyện A1" in before and "về Phường Mới" in before
    assert "Huyện A1" not in after
    assert f"từ {tree.communes[0].name}, {tree.communes[1].name}, {tree.communes[2].name} (một phần)" in after


def test_who_must_be_placed_anew(admin, tree):
    lost, kept = make_user(Role.OFFICER, tree.communes[0]), make_user(Role.OFFICER, tree.communes[1])
    services.place_person(kept, tree.province, Role.STAFF, by=None, valid_from=date(2024, 1, 1))
    committee = make_committee(tree.communes[0], members=2)
    made = the_reform(tree)
    address = reverse("units:reform_people", args=[made.pk])
    drafted = admin.get(address)
    act(admin, made, "apply")
    applied = admin.get(address)
    for answer in (drafted, applied):
        placed = {item.user: item.placed for item in answer.context["page"]}
        assert placed == {lost: False, kept: True} | dict.fromkeys(committee.people, False)
        assert answer.context["waiting_many"] == 3
        assert str(committee.committee) in said(answer)
        assert {str(item.heir) for item in answer.context["page"]} == {"Phường Mới"}  # before it is applied as after
    services.place_person(lost, Unit.objects.get(code="07001"), Role.OFFICER, by=None, valid_from=timezone.localdate())
    assert admin.get(address).context["waiting_many"] == 2


def test_people_placed_since_the_day_lose_the_place_too_and_get_it_back(tree):
    """A resolution is often applied months after its day; who was placed at an ended unit since has no place there."""
    today = timezone.localdate()
    late, chief = (
        make_user(Role.OFFICER, tree.communes[0], valid_from=today),
        make_user(Role.ADMIN, tree.province, valid_from=today),
    )
    made = draft(
        tree,
        line("open", kind="province", subtype="tinh", code="24", name="Tỉnh Lớn", key="T"),
        line("open", kind="commune", subtype="phuong", code="07001", name="Phường Mới", key="M", to_key="T"),
        line("merge", tree.province, to_key="T"),
        line("merge", tree.communes[0], to_key="M"),
    )
    reforms.apply(made, by=None)
    again = [User.objects.get(pk=one.pk) for one in (late, chief)]
    assert [one.places() for one in again] == [[], [Unit.objects.get(name="Tỉnh Lớn")]]
    reforms.undo(made, by=None)
    again = [User.objects.get(pk=one.pk) for one in (late, chief)]
    assert [one.places() for one in again] == [[tree.communes[0]], [tree.province]]


def test_a_code_without_lineage_comes_back_with_its_sentence(admin, tree):
    made = draft(tree, line("rename", tree.communes[0], name="Xã Giữ"))
    answer = act(admin, made, "lineage", code="zz")
    assert (
        answer.status_code == 422
        and 'name="code" class="input" inputmode="numeric" maxlength="2" value="zz"' in said(answer)
    )
    assert "Không có tỉnh mã zz sau ngày 01/7/2025. Các dòng đang có vẫn giữ nguyên." in said(answer)
    assert "Hai chữ số, ví dụ 01 (Thành phố Hà Nội)." in said(answer)
    assert made.changes.get().name == "Xã Giữ"


@pytest.mark.parametrize("way", ["file", "lineage", "apply"])
def test_lines_nobody_saw_are_neither_replaced_nor_carried_out(admin, tree, way):
    """The page says which lines it showed; the same act on the page shown again goes through."""
    made = draft(tree, line("rename", tree.communes[0], name="Xã Một"))
    out = admin.get(reverse("units:changes_export", args=[made.pk])).content

    def go(seen):
        if way == "file":
            return brought(admin, made, SimpleUploadedFile("phuong-an.csv", out, "text/csv"), seen=seen)
        return act(admin, made, way, code="15", checked="on", seen=seen)

    def shown(response) -> str:
        found = re.findall(r'name="seen" value="([0-9a-f]*)"', said(response))
        assert len(found) == 4 and len(set(found)) == 1
        return found[0]

    seen = shown(admin.get(page(made)))
    reforms.add_change(made, line("rename", tree.communes[1], name="Xã Người Khác Ghi"), by=None)
    for unseen in (seen, ""):
        answer = go(unseen)
        assert answer.status_code == 422
        assert "vừa được người khác thay đổi, nên chưa ghi gì" in said(answer)
        made.refresh_from_db()
        assert (made.status, made.changes.count()) == (ReformStatus.DRAFT, 2)
    assert go(shown(answer)).status_code == 200
    made.refresh_from_db()
    assert made.status == ReformStatus.APPLIED or made.changes.count() != 2


def test_undoing_is_offered_only_where_it_can_be_done(admin, tree):
    made = the_reform(tree)
    reforms.apply(made, by=None)
    assert 'value="undo"' in said(admin.get(page(made)))
    ward = Unit.objects.get(code="07001")
    make_user(Role.OFFICER, ward, valid_from=DAY)
    answer = said(admin.get(page(made)))
    assert 'value="undo"' not in answer
    assert "Đã có dữ liệu dựa vào đơn vị mới thành lập" in answer and "nên không hoàn tác được nữa." in answer
    assert "không hoàn tác được nữa" in said(act(admin, made, "undo"))  # the door says the same


def test_the_page_says_which_later_change_undoing_waits_for(admin, tree):
    made = the_reform(tree)
    reforms.apply(made, by=None)
    later = draft(tree, line("rename", tree.communes[3], name="Xã Năm"), day=date(2026, 1, 1))
    reforms.apply(later, by=None)
    answer = said(admin.get(page(made)))
    assert 'value="undo"' not in answer and "đã thay đổi tiếp từ 01/01/2026" in answer
    assert 'value="undo"' in said(admin.get(page(later)))


def test_each_level_without_a_committee_has_one_button(admin, tree):
    """A province stands between a ward and a commune in the order of names: its own button must not part theirs."""
    one, two, three, four = tree.communes
    made = draft(
        tree,
        line("open", kind="province", subtype="tinh", code="24", name="Tỉnh Lớn", key="T"),
        line("open", kind="commune", subtype=Subtype.WARD, code="07001", name="Phường Mới", key="M", to_key="T"),
        line("merge", one, to_key="M"),
        line("merge", two, to_key="M"),
        line("merge", three, to_unit=four),
        line("close_level", tree.province, kind=UnitKind.DISTRICT),
        line("merge", tree.province, to_key="T"),
    )
    drafted = said(admin.get(reverse("units:reform_people", args=[made.pk])))
    assert "mỗi cấp một nút" in drafted and "ngay trên trang này" not in drafted
    reforms.apply(made, by=None)
    answer = said(admin.get(reverse("units:reform_people", args=[made.pk])))
    levels = re.findall(r"[?]cap=(\w+)&amp;ngay=2025-07-01", answer)
    assert levels == ["province", "commune"]


def seen_for(client, reform, action) -> str:
    """What the page's form for this act carries of what it showed."""
    body = said(client.get(page(reform)))
    (print_,) = re.findall(rf'name="action" value="{action}"><input type="hidden" name="seen" value="(\w*)"', body)
    return print_


def test_a_draft_changed_since_it_was_seen_is_not_dropped(admin, tree):
    made = draft(tree, line("rename", tree.communes[0], name="Xã Một"))
    opened = seen_for(admin, made, "drop")
    reforms.add_change(made, line("rename", tree.communes[1], name="Xã Của Người Khác"), by=None)
    late = act(admin, made, "drop", seen=opened)
    assert (late.status_code, "vừa được người khác thay đổi" in said(late)) == (422, True)
    assert "Xã Của Người Khác" in said(late)
    assert Reorganisation.objects.filter(pk=made.pk).exists()
    assert "Đã xoá dự thảo" in said(act(admin, made, "drop", seen=seen_for(admin, made, "drop")))  # the control


def test_one_undone_and_applied_anew_since_it_was_seen_is_not_undone(admin, tree):
    made = the_reform(tree)
    reforms.apply(made, by=None)
    opened = seen_for(admin, made, "undo")
    reforms.undo(made, by=None)
    reforms.apply(made, by=None)
    late = act(admin, made, "undo", seen=opened)
    assert (late.status_code, "vừa được người khác thay đổi" in said(late)) == (422, True)
    made.refresh_from_db()
    assert made.status == ReformStatus.APPLIED
    assert "Đã hoàn tác" in said(act(admin, made, "undo", seen=seen_for(admin, made, "undo")))  # the control


HEADING = {
    "number": "1665/NQ-UBTVQH15",
    "title": "Sắp xếp đơn vị hành chính cấp xã",
    "issuer": "Quốc hội",
    "signed_on": "16/06/2025",
    "effective_on": "02/07/2025",
}


def test_the_heading_of_a_draft_is_corrected_and_its_lines_stay(admin, tree):
    made = the_reform(tree)
    before = list(made.changes.values_list("pk", flat=True))
    address = reverse("units:reform_correct", args=[made.pk])
    assert 'value="1658/NQ-UBTVQH15"' in said(admin.get(address))
    shown = reforms.print_of(made)
    answer = admin.post(address, HEADING | {"seen": shown}, follow=True)
    made.refresh_from_db()
    assert (made.number, made.title, made.issuer) == (HEADING["number"], HEADING["title"], HEADING["issuer"])
    assert (made.signed_on, made.effective_on) == (date(2025, 6, 16), date(2025, 7, 2))
    assert list(made.changes.values_list("pk", flat=True)) == before and "các dòng giữ nguyên" in said(answer)
    assert "vừa được người khác thay đổi" in said(act(admin, made, "apply", seen=shown))  # agreed to the old heading
    answer = admin.post(address, HEADING | {"seen": shown, "title": "Trích yếu gõ dở"})
    assert answer.status_code == 422 and "Trích yếu gõ dở" in said(answer)
    reforms.apply(made, by=None)
    assert admin.get(address).status_code == 404
    with pytest.raises(Refused):
        reforms.correct_heading(made, **dict.fromkeys(HEADING, "x"), by=None)


def test_undoing_asks_for_the_password_as_applying_does(admin, tree):
    made = the_reform(tree)
    act(admin, made, "apply")
    answer = act(admin, made, "undo", password="khac")
    made.refresh_from_db()
    assert answer.status_code == 422 and "Mật khẩu không đúng" in said(answer) and made.is_applied
    act(admin, made, "undo")
    made.refresh_from_db()
    assert not made.is_applied


def test_placing_anew_says_what_it_ends(admin, tree):
    make_user(Role.OFFICER, tree.communes[0])
    made = the_reform(tree)
    act(admin, made, "apply")
    page_of_people = said(admin.get(reverse("units:reform_people", args=[made.pk])))
    assert page_of_people.count('Sau đó không hoàn tác phương án được nữa."') == 2


@pytest.mark.both  # a unique place is asked row by row on PostgreSQL
def test_the_lines_after_a_dropped_one_move_up(admin, tree):
    made = the_reform(tree)
    names = list(made.changes.values_list("action", "name"))
    for first in (made.changes.get(order=1), made.changes.get(order=3)):
        admin.post(reverse("units:change_drop", args=[first.pk]))
    assert list(made.changes.values_list("order", flat=True)) == [1, 2, 3, 4, 5]
    assert list(made.changes.values_list("action", "name")) == [names[1], *names[3:]]
