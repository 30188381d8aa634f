"""What a file may be to count as evidence: judged by its content, never by its name."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePath

from django.conf import settings

from portal.core.errors import Refused
from portal.core.store import CHUNK

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".xlsx": XLSX, ".docx": DOCX}
OFFICE_PARTS = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
MAX_PIXELS = 40_000_000
MAX_UNPACKED = 60 * 1024 * 1024
ALLOWED = "Chỉ nhận PDF, JPG, PNG, XLSX, DOCX."


def inspect(upload) -> tuple[str, Iterator[bytes]]:
    """The true type of an uploaded file and the bytes to keep (pictures re-encoded, so without place or camera).

    Raises Refused with a sentence naming the file for anything empty, too large, forged, locked or active.
    """
    name = upload.name or "tệp"
    if not upload.size:
        raise Refused(f"Tệp “{name}” rỗng (0 byte). Hãy chọn lại tệp.")
    if upload.size > settings.EVIDENCE_MAX_BYTES:
        limit = settings.EVIDENCE_MAX_BYTES // (1024 * 1024)
        raise Refused(f"Tệp “{name}” lớn hơn {limit} MB. Hãy nén hoặc tách thành nhiều tệp nhỏ hơn.")
    expected = SUFFIXES.get(PurePath(name).suffix.lower())
    if expected is None:
        raise Refused(f"Không nhận tệp “{name}”. {ALLOWED}")
    upload.seek(0)
    head = upload.read(1024)
    upload.seek(0)
    found = _type_of(head, upload)
    if found != expected:
        suffix = PurePath(name).suffix
        raise Refused(f"Nội dung tệp “{name}” không khớp phần mở rộng {suffix}. {ALLOWED}")
    if found in (JPEG, PNG):
        return found, iter([_picture(name, upload, found)])
    if found == PDF:
        _check_pdf(name, upload)
    upload.seek(0)
    return found, upload.chunks(CHUNK)


def _type_of(head: bytes, upload) -> str:
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"PK\x03\x04"):
        return _office_type(upload)
    return ""


def _office_type(upload) -> str:
    try:
        with zipfile.ZipFile(upload) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if len(members) > 5000 or sum(member.file_size for member in members) > MAX_UNPACKED:
                raise Refused(f"Tệp “{upload.name}” giải nén vượt 60 MB. Hãy tách thành nhiều tệp nhỏ hơn.")
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Refused(f"Tệp “{upload.name}” chứa macro. Hãy lưu lại dạng không macro.")
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return ""
    if "[Content_Types].xml" not in names:
        return ""
    return next((kind for part, kind in OFFICE_PARTS.items() if part in names), "")


def _picture(name: str, upload, kind: str) -> bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415 -- heavy

    try:
        with Image.open(upload) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                pixels = picture.width * picture.height // 1_000_000
                raise Refused(f"Ảnh “{name}” quá lớn ({pixels} megapixel), tối đa {MAX_PIXELS // 1_000_000}.")
            upright = ImageOps.exif_transpose(picture)
            kept = io.BytesIO()
            if kind == JPEG:
                upright.convert("RGB").save(kept, "JPEG", quality=88)
            else:
                upright.convert("RGBA" if "A" in upright.getbands() else "RGB").save(kept, "PNG")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as broken:
        raise Refused(f"Ảnh “{name}” hỏng, không mở được. Hãy chụp hoặc quét lại.") from broken
    return kept.getvalue()


def _check_pdf(name: str, upload) -> None:
    import pikepdf  # noqa: PLC0415 -- heavy

    try:
        with pikepdf.open(upload) as pdf:
            if not len(pdf.pages):
                raise Refused(f"Tệp PDF “{name}” không có trang nào.")
            if pdf.is_encrypted:
                raise Refused(f"Tệp PDF “{name}” đặt mật khẩu. Hãy bỏ mật khẩu rồi tải lại.")
            root = pdf.Root
            names = root.get("/Names", {})
            opens = root.get("/OpenAction", None)
            active = "/JavaScript" in names or "/EmbeddedFiles" in names or "/AA" in root
            if active or (isinstance(opens, pikepdf.Dictionary) and opens.get("/S") in ("/JavaScript", "/Launch")):
                raise Refused(f"Tệp PDF “{name}” chứa mã lệnh hoặc tệp nhúng. Hãy in lại ra PDF thường.")
    except pikepdf.PasswordError:
        raise Refused(f"Tệp PDF “{name}” đặt mật khẩu. Hãy bỏ mật khẩu rồi tải lại.") from None
    except (pikepdf.PdfError, ValueError) as broken:
        raise Refused(f"Tệp PDF “{name}” hỏng, không mở được. Hãy quét hoặc xuất lại.") from broken
