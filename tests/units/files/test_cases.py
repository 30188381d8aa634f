"""Files of real users that once changed figures in silence, and what each gives."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.units.factories import make_tree, make_units, make_user
from tests.units.reforming import draft
from units.enums import Role, Subtype, UnitKind
from units.files import change_rows
from units.models import Headcount, MassModel, Unit
from units.registers import REGISTERS, write_rows

from .cases import case
from .sending import asked, run

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # what is stored is read by the database's own order and keys


@pytest.fixture
def tree():
    return make_tree("A")


@pytest.fixture
def officer(client, tree, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    found = make_user(Role.OFFICER, tree.communes[0])
    client.force_login(found)
    return found


def sent(client, slug: str, name: str, tree):
    data = case(name, DV553=tree.areas[0], DV562=tree.areas[1])
    return client.post(reverse("units:register_import", args=[slug]), {"file": SimpleUploadedFile(name, data)})


def problems(answer) -> list[str]:
    assert answer.status_code == 422
    return [one.sentence for one in answer.context["problems"]]


def previewed(client, answer):
    assert answer.status_code == 302, problems(answer)
    return client.get(answer.url)


def written(client, answer) -> None:
    assert answer.status_code == 302, problems(answer)
    assert run(asked(client, answer.url)).message


HOUSEHOLDS = ("households", "camera_households", "workers", "learners")


def stored(unit) -> list[tuple]:
    return list(Headcount.objects.filter(unit=unit).values_list("year", *HOUSEHOLDS))


def test_a_column_a_file_does_not_have_keeps_what_is_stored(client, tree, officer):
    written(client, sent(client, "so-ho", "partial-1-full.xlsx", tree))
    assert stored(tree.areas[0]) == [(2024, 120, 10, 300, 50)]
    answer = sent(client, "so-ho", "partial-2-only-households.xlsx", tree)
    page = previewed(client, answer)
    ((_, what, item),) = page.context["rows"]
    assert (what, [(value, before) for value, _, before in item["cells"] if before]) == ("Sửa", [(125, [120])])
    assert "<s>120</s> →" in " ".join(page.content.decode().split())
    written(client, answer)
    assert stored(tree.areas[0]) == [(2024, 125, 10, 300, 50)]


def test_a_model_that_ended_stays_ended(client, tree, officer):
    written(client, sent(client, "mo-hinh", "model-1-ended.xlsx", tree))
    page = previewed(client, sent(client, "mo-hinh", "model-2-no-end-column.xlsx", tree))
    assert (page.context["same"], page.context["to_write"]) == (1, 0)
    assert MassModel.objects.get().ended_on == date(2023, 12, 31)


def test_an_empty_cell_keeps_what_is_stored_and_is_no_nought(client, tree, officer):
    file = "blank-count.xlsx"
    assert problems(sent(client, "so-ho", file, tree)) == ["Cột “Hộ” để trống. Hãy ghi một số, không có thì ghi 0."]
    row = Headcount(unit=tree.areas[0], year=2025, households=120, camera_households=10)
    write_rows(REGISTERS["so-ho"], [row], by=None)
    page = previewed(client, sent(client, "so-ho", file, tree))
    assert (page.context["same"], page.context["to_write"]) == (1, 0)


def test_a_day_is_cleared_on_purpose(client, tree, officer):
    written(client, sent(client, "mo-hinh", "model-1-ended.xlsx", tree))
    heads, row = "Khoá đơn vị,Tên,Lĩnh vực,Thành lập ngày,Ngày cuối cùng", "Camera an ninh,Camera an ninh,01/01/2020"
    data = f"{heads}\nDV{tree.areas[0].pk},{row},xoá\n".encode()
    file = SimpleUploadedFile("so.csv", data)
    written(client, client.post(reverse("units:register_import", args=["mo-hinh"]), {"file": file}))
    assert MassModel.objects.get().ended_on is None


TAKEN = {
    "hidden-first-sheet.xlsx": ["Đọc trang “Nhập liệu”; các trang khác không đọc."],
    "guide-first-sheet.xlsx": ["Đọc trang “Nhập liệu”; các trang khác không đọc."],
    "stray-note-cell.xlsx": ["Cột G không có tiêu đề nên không đọc (“ghi chú: hỏi lại”)."],
    "one-empty-formatted-row-25000.xlsx": [],
    "empty-fill-style.xlsx": [],
    "strict-ooxml.xlsx": [],
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_sheet_as_people_make_it_is_taken(client, tree, officer, name):
    page = previewed(client, sent(client, "so-ho", name, tree))
    assert page.context["notes"] == TAKEN[name]
    assert {(row["cells"][1][0], row["cells"][2][0]) for _, _, row in page.context["rows"]} <= {(120, 10), (80, 5)}
    assert page.context["new"] == (2 if name.startswith("one-empty") else 1)


REFUSED = {
    ("so-ho", "merged-count-cell.xlsx"): "Các ô C2:C3 bị gộp. Hãy bỏ gộp ô và ghi từng ô.",
    ("so-ho", "register-so-ho-0.123.xlsx"): (
        "Cột “Hộ” ghi “0.123”, không phải số nguyên không âm. Hãy ghi lại, ví dụ 12."
    ),
    ("mo-hinh", "register-mo-hinh-error-cell.xlsx"): (
        "Ô B2: #N/A là giá trị lỗi của bảng tính. Hãy sửa công thức hoặc ghi giá trị vào ô."
    ),
    ("mo-hinh", "register-mo-hinh-tcvn3.xlsx"): (
        "Ô B2: “Tæ tù qu¶n an ninh trËt tù” viết bằng phông TCVN3 hoặc VNI. Có phải là “Tổ tự quản an ninh trật tự”? "
        "Hãy chuyển tệp sang bảng mã Unicode."
    ),
    ("mo-hinh", "register-mo-hinh-year-0202.xlsx"): (
        "Ngày “31/01/0202” ở cột “Thành lập ngày” không thể đúng. Hãy kiểm tra lại năm."
    ),
}


@pytest.mark.parametrize(("slug", "name"), REFUSED)
def test_what_cannot_be_taken_is_refused(client, tree, officer, slug, name):
    assert problems(sent(client, slug, name, tree)) == [REFUSED[slug, name]]


def test_a_control_character_is_left_out_and_told_and_its_row_leaves_again(client, tree, officer):
    answer = sent(client, "mo-hinh", "control-character.csv", tree)
    (note,) = previewed(client, answer).context["notes"]
    assert "ký tự điều khiển" in note
    written(client, answer)
    assert MassModel.objects.get().name == "Mô hình tự quản"
    for form in ("csv", "xlsx"):
        out = client.get(reverse("units:register_export", args=["mo-hinh"]), {"dang": form})
        assert out.status_code == 200 and out.content


# --- units -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def admin(client, tree, officer):
    found = make_user(Role.ADMIN, tree.province)
    client.force_login(found)
    return found


def units_sent(client, name: str, tree):
    data = case(name, DV28=tree.communes[0], DV2=tree.districts[0])
    return client.post(reverse("units:import"), {"file": SimpleUploadedFile(name, data)})


BAD_NAMES = {
    "error-value-name.csv": "Ô E2: #N/A là giá trị lỗi của bảng tính. Hãy sửa công thức hoặc ghi giá trị vào ô.",
    "replacement-char.csv": (
        "Ô E2: “Thôn B\ufffdc” đã mất chữ có dấu. Hãy lưu lại tệp dạng XLSX hoặc CSV UTF-8 từ bảng tính gốc."
    ),
    "ansi-all-ascii.csv": (
        "Ô E2: “Th?n M?i D” đã mất chữ có dấu. Hãy lưu lại tệp dạng XLSX hoặc CSV UTF-8 từ bảng tính gốc."
    ),
    "tcvn3-name.csv": (
        "Ô E2: “Th«n §ång T©m” viết bằng phông TCVN3 hoặc VNI. Có phải là “Thôn Đồng Tâm”? Hãy chuyển tệp sang bảng mã "
        "Unicode."
    ),
    "vni-name.csv": (
        "Ô E2: “Thoân Ñoàng Taâm” viết bằng phông TCVN3 hoặc VNI. Có phải là “Thôn Đồng Tâm”? Hãy chuyển tệp sang bảng "
        "mã Unicode."
    ),
}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_lost_its_letters_is_refused(client, tree, admin, name):
    assert problems(units_sent(client, name, tree)) == [BAD_NAMES[name]]


def test_delimiters_behind_the_last_cell_are_taken(client, tree, admin):
    written(client, units_sent(client, "trailing-delimiters.csv", tree))
    assert Unit.objects.get(name="Thôn Mới C").parent == tree.communes[0]


SAME = {
    "same-unit-curly-apostrophe.csv": ("Thôn Ea H'leo", "Thôn Ea H’leo"),
    "same-unit-leading-zero.csv": ("Tổ dân phố 2", "Tổ dân phố 02"),
}


@pytest.mark.parametrize("name", SAME)
def test_a_unit_written_another_way_is_the_same_unit_and_told(client, tree, admin, name):
    here, written_as = SAME[name]
    make_units(tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [here])
    page = previewed(client, units_sent(client, name, tree))
    assert (page.context["many"], page.context["known"]) == (0, 1)
    assert page.context["notes"] == [f"Dòng 2: “{written_as}” được hiểu là “{here}” đã có trên cổng; giữ tên đã có."]


def test_a_type_in_the_name_that_contradicts_the_kind_is_asked_about(client, tree, admin):
    assert problems(units_sent(client, "type-word-in-name-mismatch.csv", tree)) == [
        "Tên “Phường Hoàng Văn Thụ Mới” ghi phường, phân loại là xã. Hãy sửa một trong hai."
    ]


def test_an_area_right_under_a_district_is_told_where_it_goes(client, tree, admin):
    assert problems(units_sent(client, "district-without-communes.csv", tree)) == [
        "Khu dân cư “Khu 1 đảo” không thể trực thuộc Cấp huyện “Huyện A1”; chỉ trực thuộc: Xã, phường, thị trấn. "
        "Huyện không có xã (huyện đảo) thì thêm trước một đơn vị cấp xã mang tên huyện."
    ]


def test_a_heading_that_is_nearly_ours_is_named(tree):
    reform = draft(tree)
    data = case("reform-heading-typo-code.csv", DV28=tree.communes[0], DV2=tree.districts[0])
    found = change_rows.read(data, "sap-xep.csv", reform)
    assert found.changes == []
    assert [str(one) for one in found.problems] == [
        "sap-xep.csv, dòng 1: Cột F “Mã mới” không có trong mẫu. Có phải là “Mã số mới”? Hãy sửa lại tên cột hoặc xoá "
        "cột."
    ]
