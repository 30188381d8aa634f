"""Files of units: the two real places, and every kind of bad file."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from portal.core.sheets.reading import Unreadable
from portal.demo import units
from portal.demo.loading import load_places
from tests.units.factories import make_province, make_tree, make_user
from units.enums import ORGANISATIONS, UnitKind
from units.files.unit_resource import UnitResource
from units.files.units import read
from units.models import Committee, Unit

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # an import writes whole or not at all
FIXTURES = settings.BASE_DIR / "fixtures" / "units"
HEAD = "key,kind,subtype,code,name,parent_key,opened_on,closed_on"
GOOD = (
    "t,province,tinh,24,Tỉnh Bắc Giang,,2020-01-01,",
    "h,district,huyen,217,Huyện Lạng Giang,t,2020-01-01,",
    "x,commune,xa,07441,Xã Tân Dĩnh,h,2020-01-01,",
    "k,residential_area,thon,,Thôn Đông,x,01/01/2020,",
)


def load(*files, **options) -> str:
    out = io.StringIO()
    call_command("load_units", *files, stdout=out, **options)
    return out.getvalue()


def counts(code: str) -> dict[str, int]:
    rows = Unit.objects.filter(province__code=code).order_by().values_list("kind").annotate(Count("pk"))
    return dict(rows)


def problems(*rows: str, head: str = HEAD, encoding: str = "utf-8", user=None) -> list[str]:
    """What the check says of a file with these rows."""
    try:
        dataset = read("\n".join((head, *rows)).encode(encoding), "tep.csv")
    except Unreadable as refusal:
        return [str(refusal)]
    return [str(problem) for problem in UnitResource("tep.csv", user=user).check(dataset)]


def test_the_places_have_their_real_numbers_and_load_once():
    first: list[str] = []
    load_places(first.append)
    bac_giang, nga_son = counts("24"), counts("38")
    assert (bac_giang["district"], bac_giang["commune"], bac_giang["residential_area"]) == (10, 209, 2300)
    assert sum(bac_giang[kind] for kind in ORGANISATIONS) == 1862
    assert (nga_son["district"], nga_son["commune"], nga_son["residential_area"]) == (1, 27, 234)
    assert (nga_son["school"], nga_son["agency"] + nga_son["enterprise"]) == (89, 20)
    dong_nai, dong_trieu = counts("75"), counts("22")
    assert (dong_nai["district"], dong_nai["commune"], dong_nai["residential_area"]) == (2, 28, 84)
    assert (dong_trieu["district"], dong_trieu["commune"], dong_trieu["residential_area"]) == (1, 19, 57)
    bac_ninh = counts("27")
    assert (bac_ninh["district"], bac_ninh["commune"]) == (8, 121)
    assert first == [
        "bac-giang-2020.csv: thêm 220 đơn vị, 0 đã có.",
        "bac-ninh-2025.csv: thêm 130 đơn vị, 0 đã có.",
        "nga-son-2018.csv: thêm 29 đơn vị, 0 đã có.",
        "dong-nai-2023.csv: thêm 31 đơn vị, 0 đã có.",
        "dong-trieu-2023.csv: thêm 21 đơn vị, 0 đã có.",
        "Tỉnh Bắc Giang: thêm 4162 khu dân cư và tổ chức mẫu.",
        "Tỉnh Bắc Ninh: thêm 643 khu dân cư và tổ chức mẫu.",
        "Tỉnh Đồng Nai: thêm 182 khu dân cư và tổ chức mẫu.",
        "Tỉnh Quảng Ninh: thêm 124 khu dân cư và tổ chức mẫu.",
        "Tỉnh Thanh Hóa: thêm 343 khu dân cư và tổ chức mẫu.",
    ]
    again: list[str] = []
    load_places(again.append)
    assert [line.split(": ")[1][:7] for line in again] == ["thêm 0 "] * 10
    assert counts("24") == bac_giang and counts("38") == nga_son
    assert not Unit.objects.filter(is_demo=True, kind__in=("province", "district", "commune")).exists()
    assert not Unit.objects.filter(is_demo=False).exclude(kind__in=("province", "district", "commune")).exists()
    assert Unit.objects.filter(kind=UnitKind.COMMUNE, code="").count() == 4
    twice = Unit.objects.order_by().values("parent", "kind", "name").annotate(many=Count("pk")).filter(many__gt=1)
    assert list(twice) == []
    _committees_are_made_once()


def _committees_are_made_once():
    province = Unit.objects.get(code="24", kind=UnitKind.PROVINCE)
    assert (units.make_committees(province), units.make_committees(province)) == (220, 0)
    commune = Committee.objects.get(unit__code="07441")
    assert commune.name.endswith(f"ANTQ {commune.unit.name[0].lower()}{commune.unit.name[1:]}")
    assert (commune.quorum_percent, commune.approval_percent) == (50, 50)


def test_the_statements_of_a_load_are_bounded():
    def statements(areas: int, commune: str) -> int:
        rows = [row.replace("07441", f"0744{areas % 10}").replace("Tỉnh", commune) for row in GOOD[:3]]
        rows = [row.replace(",24,", f",{areas % 90 + 10},").replace(",217,", f",2{areas % 90 + 10},") for row in rows]
        rows += [f"k{n},residential_area,thon,,Thôn {n},x,2020-01-01," for n in range(areas)]
        resource = UnitResource("tep.csv")
        with CaptureQueriesContext(connection) as captured:
            assert resource.apply(read("\n".join((HEAD, *rows)).encode(), "tep.csv")) == []
        assert len(resource.placed) == areas + 3
        return len(captured)

    assert statements(2, "A") == statements(41, "B")


def test_a_clean_file_has_no_problem():
    assert problems(*GOOD) == []


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_spreadsheets_write_is_read(encoding):
    vietnamese = "Khoá;Loại đơn vị;Phân loại;Mã số;Tên đơn vị;Khoá đơn vị quản lý;Có từ ngày;Ngày cuối cùng"
    rows = [row.replace(",", ";").replace("province", "Tỉnh, thành phố") for row in GOOD]
    assert problems(*rows, "; ; ; ; ; ; ; ", head=vietnamese, encoding=encoding) == []


NO_PARENT = "Hãy thêm dòng của đơn vị đó hoặc sửa khoá."
BAD = {
    "missing parent": (
        [*GOOD[:3], "k,residential_area,thon,,Thôn Đông,z,2020-01-01,"],
        [f"tep.csv, dòng 5: Không thấy đơn vị quản lý “z” trong tệp hay trong phạm vi của đồng chí. {NO_PARENT}"],
    ),
    "no parent": (
        [*GOOD[:2], "x,commune,xa,07441,Xã Tân Dĩnh,,2020-01-01,"],
        ["tep.csv, dòng 4: “Xã Tân Dĩnh” chưa có đơn vị quản lý. Hãy điền cột “Khoá đơn vị quản lý”."],
    ),
    "cycle": (
        ["a,district,huyen,217,Huyện A,b,2020-01-01,", "b,commune,xa,07441,Xã B,a,2020-01-01,"],
        [
            "tep.csv, dòng 2: “Huyện A” không thể trực thuộc đơn vị con của nó (Huyện A > Xã B > Huyện A). "
            "Hãy sửa cột “Khoá đơn vị quản lý”.",
            "tep.csv, dòng 2: Cấp huyện “Huyện A” không thể trực thuộc Xã, phường, thị trấn “Xã B”; "
            "chỉ trực thuộc: Tỉnh, thành phố.",
        ],
    ),
    "own parent": (
        [*GOOD[:2], "x,commune,xa,07441,Xã Tân Dĩnh,x,2020-01-01,"],
        [
            "tep.csv, dòng 4: “Xã Tân Dĩnh” không thể trực thuộc chính nó (Xã Tân Dĩnh > Xã Tân Dĩnh). "
            "Hãy sửa cột “Khoá đơn vị quản lý”."
        ],
    ),
    "wrong level": (
        [*GOOD[:3], "k,residential_area,thon,,Thôn Đông,h,2020-01-01,"],
        [
            "tep.csv, dòng 5: Khu dân cư “Thôn Đông” không thể trực thuộc Cấp huyện “Huyện Lạng Giang”; "
            "chỉ trực thuộc: Xã, phường, thị trấn. Huyện không có xã (huyện đảo) thì thêm trước một đơn vị cấp xã "
            "mang tên huyện."
        ],
    ),
    "same key": (
        [*GOOD, "k,residential_area,thon,,Thôn Tây,x,2020-01-01,"],
        ["tep.csv, dòng 6: Khoá “k” trùng với dòng 5. Hãy đặt khoá khác."],
    ),
    "same code": (
        [*GOOD, "y,commune,xa,07441,Xã Khác,h,2020-01-01,"],
        ["tep.csv, dòng 6: Mã số 07441 trùng dòng 4 (“Xã Tân Dĩnh”) trong cùng thời gian."],
    ),
    "same name": (
        [*GOOD, "l,residential_area,thon,,THÔN ĐÔNG,x,2020-01-01,"],
        ["tep.csv, dòng 6: “THÔN ĐÔNG” trùng dòng 5. Hãy xoá một dòng hoặc sửa tên."],
    ),
    "lost zero": (
        [*GOOD[:2], "x,commune,xa,7441,Xã Tân Dĩnh,h,2020-01-01,"],
        [
            "tep.csv, dòng 4: Mã số “7441” của Xã, phường, thị trấn phải đủ 5 chữ số. "
            "Hãy để cột mã dạng văn bản để bảng tính không bỏ số 0 ở đầu."
        ],
    ),
    "date": (
        [*GOOD[:3], "k,residential_area,thon,,Thôn Đông,x,31/11/2020,"],
        [
            "tep.csv, dòng 5: Không đọc được ngày “31/11/2020” ở cột “Có từ ngày”. "
            "Hãy viết ngày/tháng/năm, ví dụ 31/01/2020."
        ],
    ),
    "no date": (
        [*GOOD[:3], "k,residential_area,thon,,Thôn Đông,x,,"],
        ["tep.csv, dòng 5: Cột “Có từ ngày” để trống. Hãy điền ngày dạng 31/01/2020."],
    ),
    "closed before opened": (
        [*GOOD[:3], "k,residential_area,thon,,Thôn Đông,x,2020-02-01,2020-01-01"],
        ["tep.csv, dòng 5: Ngày cuối cùng 01/01/2020 trước ngày bắt đầu 01/02/2020. Hãy sửa lại."],
    ),
    "before the parent": (
        [*GOOD[:3], "k,residential_area,thon,,Thôn Đông,x,2019-01-01,"],
        [
            "tep.csv, dòng 5: “Thôn Đông” bắt đầu ngày 01/01/2019, khi “Xã Tân Dĩnh” không hoạt động "
            "(từ 01/01/2020). Hãy sửa ngày hoặc đơn vị quản lý."
        ],
    ),
    "no name": (
        [*GOOD[:3], "k,residential_area,thon,, \u200b ,x,2020-01-01,"],
        ["tep.csv, dòng 5: Tên đơn vị để trống. Hãy điền tên đầy đủ, ví dụ “Xã Tân Dĩnh”."],
    ),
    "foreign letter": (
        [*GOOD[:3], "k,residential_area,thon,,Thôn Ðông,x,2020-01-01,"],
        ["tep.csv, dòng 5: Chữ “Ð” trong “Thôn Ðông” không phải chữ Đ tiếng Việt. Hãy gõ lại chữ Đ."],
    ),
    "subtype of another kind": (
        [*GOOD[:3], "k,residential_area,xa,,Thôn Đông,x,2020-01-01,"],
        ["tep.csv, dòng 5: Phân loại “xã” không dùng cho Khu dân cư. Hãy sửa một trong hai."],
    ),
    "missing cell": (
        [*GOOD[:3], "k,residential_area,thon,,Thôn Đông,x"],
        ["tep.csv, dòng 5: Có 6 ô, dòng tiêu đề có 8 cột. Hãy kiểm tra dấu phẩy thừa, thiếu."],
    ),
    "code with signs": (
        [*GOOD[:3], "k,residential_area,thon,=1+1,Thôn Đông,x,2020-01-01,"],
        ["tep.csv, dòng 5: Mã số “=1+1” không hợp lệ. Mã chỉ gồm chữ không dấu, chữ số, dấu . / -, tối đa 20 ký tự."],
    ),
    "no rows": ([], ["tep.csv: Tệp không có dòng nào dưới dòng tiêu đề. Hãy kiểm tra lại tệp đã chọn."]),
    "quotes": (
        ['"k,residential_area'],
        ["tep.csv: Dấu ngoặc kép trong tệp không khớp. Hãy lưu lại từ bảng tính dạng CSV UTF-8."],
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_row_is_named_with_its_remedy(name):
    rows, expected = BAD[name]
    assert problems(*rows) == expected
    assert Unit.objects.count() == 0


def test_an_unknown_kind_lists_the_known_ones():
    [kind, *_] = problems("t,tinh bang,tinh,24,Tỉnh,,2020-01-01,")
    assert kind == (
        "tep.csv, dòng 2: Không có loại đơn vị “tinh bang”. Hãy điền một trong: Tỉnh, thành phố; Cấp huyện; "
        "Xã, phường, thị trấn; Khu dân cư; Cơ quan; Doanh nghiệp; Cơ sở giáo dục."
    )


def test_every_problem_of_a_file_is_listed_at_once():
    rows = [*GOOD, "l,lạ,lạ,,,z,x,", "m,residential_area,thon,,Thôn Tây,l,2020-01-01,"]
    found = problems(*rows)
    assert len(found) == 4 and all("dòng 6" in line for line in found)  # the child of a bad row is not blamed


def test_the_heading_and_the_encoding_are_checked():
    assert problems(*GOOD, head=HEAD.replace("name", "ten")) == [
        "tep.csv, dòng 1: Thiếu cột “Tên đơn vị”. Hãy dùng tệp mẫu và giữ nguyên dòng tiêu đề."
    ]
    assert problems(*GOOD, head=HEAD.replace("code", "ghi chú")) == [
        "tep.csv, dòng 1: Cột D “ghi chú” không có trong mẫu. Hãy sửa lại tên cột hoặc xoá cột."
    ]
    assert problems(*GOOD, head=HEAD.replace("code", "Khóa")) == [
        "tep.csv, dòng 1: Cột “Khoá” có hai lần. Hãy bỏ bớt một cột."
    ]
    assert problems("t,province,tinh,24,T\u1ec9nh".replace("\u1ec9", "\xcb"), encoding="latin-1") == [
        "tep.csv: Không xác định được bảng mã. Hãy lưu lại tệp dạng CSV UTF-8 (không dùng TCVN3, VNI)."
    ]
    assert problems("\0") == ["tep.csv: Tệp không phải là văn bản CSV. Hãy lưu lại từ bảng tính dạng CSV UTF-8."]


def test_a_code_in_use_is_refused_and_one_of_a_closed_unit_is_free(tmp_path):
    path = tmp_path / "tep.csv"
    path.write_text("\n".join((HEAD, *GOOD)))
    load(path)
    renamed = GOOD[2].replace("Tân Dĩnh", "Mỹ Thái")
    assert problems(*GOOD[:2], renamed) == [
        "tep.csv, dòng 4: Mã số 07441 đang là của “Xã Tân Dĩnh” (từ 01/01/2020). "
        "Hãy kiểm tra lại mã; đổi tên hoặc sáp nhập thì làm ở trang Sắp xếp đơn vị."
    ]
    Unit.objects.filter(code="07441").update(closed_on="2025-06-30")
    assert problems(*GOOD[:2], renamed.replace("2020-01-01", "2025-07-01")) == []


def test_a_bad_file_saves_nothing_and_ends_with_a_count(tmp_path):
    path = tmp_path / "hong.csv"
    path.write_text("\n".join((HEAD, *GOOD, "l,residential_area,thon,,Thôn Tây,z,2020-01-01,")))
    with pytest.raises(CommandError, match="1 lỗi; chưa ghi gì") as refusal:
        load(FIXTURES / "nga-son-2018.csv", path)
    assert "hong.csv, dòng 6" in str(refusal.value)
    assert Unit.objects.count() == 0  # not even the good file before it
    with pytest.raises(CommandError, match="Không mở được tệp"):
        load(Path("/khong/co.csv"))


def test_an_administrator_adds_only_below_their_place():
    tree, other = make_tree("A"), make_tree("B")
    Unit.objects.filter(pk=other.communes[0].pk).update(code="07001")
    Unit.objects.filter(pk=tree.communes[0].pk).update(code="07002")
    admin = make_user("admin", tree.province)
    row = "k,residential_area,thon,,Thôn Mới,{},2020-01-01,"
    assert problems(row.format("07002"), user=admin) == []
    assert problems(row.format(f"DV{tree.communes[0].pk}"), user=admin) == []
    for foreign in ("07001", f"DV{other.communes[0].pk}"):
        assert problems(row.format(foreign), user=admin) == [
            f"tep.csv, dòng 2: Không thấy đơn vị quản lý “{foreign}” trong tệp hay trong phạm vi của đồng chí. "
            f"{NO_PARENT}"
        ]
    assert problems(GOOD[0], user=admin) == [
        "tep.csv, dòng 2: Mở tỉnh mới không làm ở trang này. Hãy báo quản trị hệ thống."
    ]


def test_a_code_of_two_units_asks_which():
    one, two = make_province("Tỉnh Một", "77"), make_province("Tỉnh Hai", "77")
    assert problems("h,district,huyen,217,Huyện Lạng Giang,77,2020-01-01,") == [
        f"tep.csv, dòng 2: Mã “77” là của nhiều đơn vị: Tỉnh Hai (DV{two.pk}), Tỉnh Một (DV{one.pk}). "
        "Hãy ghi khoá DV… thay cho mã.",
    ]
