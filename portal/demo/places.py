"""Where the demo plays, and the words its data are marked with."""

from datetime import date
from zlib import crc32

BAC_GIANG, BAC_NINH, THANH_HOA, DONG_NAI, QUANG_NINH = "24", "27", "38", "75", "22"
PROVINCE, DISTRICT, COMMUNE, SISTER = "Tỉnh Bắc Giang", "Huyện Lạng Giang", "Xã Tân Dĩnh", "Xã Xương Lâm"
SAFETY, DA375, GRADING, EXEMPLAR, GRASSROOTS = "safety", "da375", "grading", "exemplar", "ancs"
FIRST_DAY = date(2020, 1, 1)
DEMO_SOURCE = "Dữ liệu mẫu để trình bày, không phải số liệu thật"


def luck(*parts) -> int:
    """A number 0–99 that is the same on every machine."""
    return crc32(":".join(str(part) for part in parts).encode()) % 100
