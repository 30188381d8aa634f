"""What nobody can have meant is refused, and nothing that is written here."""

import pytest

from portal.core.vietnamese.unreadable import IN_A_BOX, IN_A_FILE, fault_of
from units.reforms.national import read

BAD = {
    "#REF!": "#REF! là giá trị lỗi của bảng tính.",
    " #n/a ": "#n/a là giá trị lỗi của bảng tính.",
    "Thôn Một\n#VALUE!\n": "#VALUE! là giá trị lỗi của bảng tính.",
    "Th?n Đ?ng T?m": "“Th?n Đ?ng T?m” đã mất chữ có dấu.",
    "THÔN Đ?NG": "“THÔN Đ?NG” đã mất chữ có dấu.",
    "li?u": "“li?u” đã mất chữ có dấu.",
    "Thôn M\ufffdt": "“Thôn M\ufffdt” đã mất chữ có dấu.",
    "Ph\u00adêng Cam Lîi": "“Ph\u00adêng Cam Lîi” viết bằng phông TCVN3 hoặc VNI. Có phải là “Phường Cam Lợi”?",
    "Thò traán Kim Sôn": "“Thò traán Kim Sôn” viết bằng phông TCVN3 hoặc VNI. Có phải là “Thị trấn Kim Sơn”?",
}
OURS = [
    *(
        "Y Bhĭm Niê Kđăm",
        "H'Mông",
        "Rơ Châm H’Lan",
        "K'Brếu",
        "Kră Jăn Dĭch",
        "Ƀuôn Ƀiă",
        "Čư Mgar",
        "Aê Diê",
        "Buôn Ñ",
    ),
    *(
        "Thạch Sô Phiếp",
        "Chau Sóc Khonl",
        "Siu Blĕl",
        "Zơ Râm Zố",
        "Giáo xứ Micaël",
        "lễ Noël",
        "Lỳ Xé Gióng",
        "Chamaléa",
    ),
    *(
        "09/QĐ-BCĐ",
        "1211/2016/UBTVQH13",
        "Điều 3 § 2, § 4",
        "«An toàn» – 5 m²",
        "· Mục 1\n· Mục 2",
        "½ số hộ, ¼ số khu",
    ),
    *(
        "Đã họp chưa?",
        "Vì sao chưa nộp?Hãy nộp",
        "Nộp chưa?vì sao",
        "https://vi.du/tin?id=3",
        "tin.php?id=3",
        "A = B?",
        "",
    ),
    *("Tệp báo #REF! ở cột D, hãy sửa", "95 % ± 1 %", "3 × 4 m", "Điều 4¹", "thưòng", "Hoà Bình, Hòa Bình, thuý, quí"),
]


@pytest.mark.parametrize("text", BAD)
def test_it_is_told_with_the_remedy_of_its_place(text):
    told = BAD[text]
    assert (fault_of(text, IN_A_BOX).startswith(told), fault_of(text, IN_A_FILE).startswith(told)) == (True, True)
    assert fault_of(text, IN_A_BOX) != fault_of(text, IN_A_FILE)


@pytest.mark.parametrize("text", OURS)
def test_what_is_written_here_is_taken(text):
    assert fault_of(text, IN_A_BOX) == ""


def test_every_name_of_the_country_is_taken():
    rows = [*read("before.csv"), *read("communes.csv")]
    names = {cell for row in rows for cell in row.values()}
    assert len(names) > 10_000
    assert {name: told for name in names if (told := fault_of(name, IN_A_BOX))} == {}


def test_of_a_long_text_the_line_is_shown_from_the_word_on():
    long = "Biên bản ghi đủ ý kiến của các thành viên.\n" * 40
    told = fault_of(long + "Ý kiến thứ hai: Th«n §ång T©m đề nghị", IN_A_BOX)
    assert told.startswith("“Th«n §ång T©m đề nghị” viết bằng phông TCVN3 hoặc VNI. Có phải là “Thôn Đồng Tâm đề nghị”")
