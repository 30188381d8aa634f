"""A paper to print, and what is read back from print."""

import re
import subprocess

from reports.papers.paper import Paper, Section

PANGRAM = "Chị Hằng ghép lời, đặt vần chữ: Quý Sửu, thuở ấy Đỗ Phượng Vỹ nghẹn ngào kể chuyện xưa bằng giọng mượt mà"

MARKS = "àảãáạ ằẳẵắặ ầẩẫấậ èẻẽéẹ ềểễếệ ìỉĩíị òỏõóọ ồổỗốộ ờởỡớợ ùủũúụ ừửữứự ỳỷỹýỵ đĐ ₫"


def paper(**fields) -> Paper:
    given = {
        "organ": ("UỶ BAN NHÂN DÂN", "TỈNH BẮC GIANG"),
        "organ_in_text": "Uỷ ban nhân dân tỉnh Bắc Giang",
        "place_name": "Bắc Giang",
        "year": 2020,
        "subject": "Kết quả năm 2020",
        "file_stem": "bao-cao",
        "sections": (Section("Kết quả chung", (PANGRAM, MARKS)),),
        "recipients": ("Như trên", "Lưu: VT"),
    }
    return Paper(**given | fields)


def long_paper() -> Paper:
    """Of several pages, so that they are numbered."""
    lines = tuple(f"Dòng thứ {number} của văn bản." for number in range(120))
    return paper(sections=(Section("Kết quả chung", lines),))


def text_of(path, *options) -> str:
    return subprocess.run(["pdftotext", *options, str(path), "-"], capture_output=True, text=True, check=True).stdout


def in_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)
