"""What a file may be to count as evidence: judged by its content, never by its name."""

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

from django.conf import settings

from ..errors import Refused
from .store import CHUNK

PDF = "application/pdf"
JPEG = "image/jpeg"
PNG = "image/png"
HEIC = "image/heic"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SUFFIXES = {
    ".pdf": PDF,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".png": PNG,
    ".heic": HEIC,
    ".heif": HEIC,
    ".xlsx": XLSX,
    ".docx": DOCX,
}
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")  # of still pictures, as telephones write them
FORMATS = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF"}  # Pillow's names
OFFICE_PARTS = {"xl/workbook.xml": XLSX, "word/document.xml": DOCX}
MAX_PIXELS = 40_000_000
MAX_UNPACKED = 60 * 1024 * 1024
TAIL = 2048  # how far from its end a PDF may say that it ends
HEAD = 1024  # how far from its start a PDF may say that it is one, as readers take it
GREY_16 = ("I", "I;16", "I;16B", "I;16L", "I;16N")  # Pillow's names for a grey of 16 bits
ORIENTATION, GPS = 0x0112, 0x8825  # of EXIF
ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE"}
ACTIVE_KEYS = {"/JS", "/EF", "/EmbeddedFiles", "/JavaScript"}  # a script, or a file inside the file
ALLOWED = "Chỉ nhận PDF, JPG, PNG, HEIC, XLSX, DOCX."
HEIC_SECONDS, HEIC_MEMORY = 20, 1536 * 1024 * 1024  # what drawing one may take
TOO_LARGE = 3  # what that process ends with when the picture has too many pixels


@dataclass(frozen=True)
class Inspected:
    """The name and true type of a file to keep, its bytes, what was changed in them, and the hash of what was sent."""

    name: str
    content_type: str
    chunks: Iterator[bytes]
    original_sha256: str
    changed: tuple[str, ...] = ()


def inspect(upload) -> Inspected:
    """The file as it may be kept: pictures are drawn anew, so without place or camera.

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
    head = upload.read(HEAD)
    upload.seek(0)
    found = _type_of(head, upload)
    if found != expected:
        suffix = PurePath(name).suffix
        raise Refused(f"Nội dung tệp “{name}” không khớp phần mở rộng {suffix}. {ALLOWED}")
    sent = hashlib.sha256()
    for chunk in upload.chunks(CHUNK):
        sent.update(chunk)
    upload.seek(0)
    if found in FORMATS:
        drawn, changed = _converted(name, upload) if found == HEIC else _picture(name, upload, found)
        chunks = iter(lambda: drawn.read(CHUNK), b"")
        if found == HEIC:
            return Inspected(str(PurePath(name).with_suffix(".jpg")), JPEG, chunks, sent.hexdigest(), changed)
        return Inspected(name, found, chunks, sent.hexdigest(), changed)
    if found == PDF:
        _check_pdf(name, upload)
    upload.seek(0)
    return Inspected(name, found, upload.chunks(CHUNK), sent.hexdigest())


def _is_pdf(head: bytes) -> bool:
    """A PDF, also behind blank or binary bytes as some scanners write them; never behind markup a browser would run."""
    before, found, _ = head.partition(b"%PDF-")
    return bool(found) and b"<" not in before and not before.startswith(b"PK")


def _type_of(head: bytes, upload) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return HEIC
    if head.startswith(b"PK\x03\x04"):
        return _office_type(upload)
    return PDF if _is_pdf(head) else ""


def _office_type(upload) -> str:
    try:
        with zipfile.ZipFile(upload) as archive:
            members = archive.infolist()
    except Exception:  # a forged archive fails in ways of its own; any of them means it is none
        return ""
    names = {member.filename for member in members}
    if len(members) > 5000 or sum(member.file_size for member in members) > MAX_UNPACKED:
        raise Refused(f"Tệp “{upload.name}” giải nén vượt 60 MB. Hãy tách thành nhiều tệp nhỏ hơn.")
    lowered = [name.lower() for name in names]
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in lowered):
        raise Refused(f"Tệp “{upload.name}” chứa macro. Hãy lưu lại dạng không macro.")
    if "[Content_Types].xml" not in names:
        return ""
    return next((kind for part, kind in OFFICE_PARTS.items() if part in names), "")


def _in_8_bits(picture: Any, kind: str) -> Any:
    """The picture in the colours that are kept, looking the same; Pillow alone would cut a grey of 16 bits at 255."""
    if picture.mode in GREY_16:
        picture = picture.convert("I").point(lambda grey: grey / 257).convert("L")
    has_alpha = kind == PNG and ("A" in picture.getbands() or "transparency" in picture.info)
    return picture.convert("RGBA" if has_alpha else "RGB")


def _has_16_bits(picture: Any) -> bool:
    """A grey, or colours, of more shades than are kept; Pillow names the colours by how they are written alone."""
    return picture.mode in GREY_16 or any(";16" in str(tile.args) for tile in picture.tile)


def _changes(picture: Any, kind: str) -> tuple[str, ...]:
    """What drawing it anew takes from the picture, in words; nothing that was not there."""
    told = []
    if _has_16_bits(picture):
        told.append("giảm từ 16 bit xuống 8 bit mỗi màu")
    if picture.mode == "CMYK":
        told.append("đổi màu in (CMYK) sang màu màn hình")
    if kind == PNG and getattr(picture, "n_frames", 1) > 1:
        told.append("giữ hình đầu, bỏ các hình sau")
    exif = picture.getexif()  # reads the picture, and forgets how it was written
    if exif.get(ORIENTATION, 1) != 1:
        told.append("xoay thẳng")
    if exif.get_ifd(GPS):
        told.append("bỏ thông tin vị trí chụp")
    return tuple(told)


class TooManyPixels(Exception):
    """More than are drawn anew."""


def draw(source: IO[bytes], kind: str, kept: IO[bytes]) -> tuple[str, ...]:
    """Write the picture drawn anew: upright, and without anything the camera or a forger wrote beside it; returns what
    that changed. A HEIC is written as JPEG. Raises TooManyPixels, or what a forged picture makes its reader raise."""
    from PIL import Image, ImageFile, ImageOps  # noqa: PLC0415 -- heavy

    ImageFile.LOAD_TRUNCATED_IMAGES = False  # importing WeasyPrint turns it on for the whole process
    try:
        with Image.open(source, formats=[FORMATS[kind]]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise TooManyPixels
            changed = _changes(picture, kind)
            drawn = _in_8_bits(ImageOps.exif_transpose(picture), kind)
            drawn.info.clear()  # comments, XMP and the place would be written out again
            drawn.save(kept, "PNG" if kind == PNG else "JPEG", quality=88)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise TooManyPixels from bomb
    return changed


def _told(name: str, *, too_large: bool) -> Refused:
    if too_large:
        most = MAX_PIXELS // 1_000_000
        return Refused(f"Ảnh “{name}” quá lớn, tối đa {most} megapixel. Hãy chụp hoặc quét cỡ nhỏ hơn.")
    return Refused(f"Ảnh “{name}” hỏng, không mở được. Hãy chụp hoặc quét lại.")


def _picture(name: str, upload, kind: str) -> tuple[IO[bytes], tuple[str, ...]]:
    """The picture drawn anew, in a file without a name: many wait to be kept together; and what drawing changed."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 -- read by who keeps it, gone with it
    try:
        changed = draw(upload, kind, kept)
    except TooManyPixels as many:
        raise _told(name, too_large=True) from many
    except Exception as broken:  # a forged picture fails in ways of its own
        raise _told(name, too_large=False) from broken
    kept.seek(0)
    return kept, changed


def _converted(name: str, upload) -> tuple[IO[bytes], tuple[str, ...]]:
    """A telephone's HEIC as JPEG; see `_picture`. Drawn in a process of its own, with an end to its time and memory:
    its reader is native code younger than the others."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 -- as above
    command = [sys.executable, "-m", "portal.core.files.heic_child", str(kept.fileno())]
    try:
        done = subprocess.run(  # noqa: S603 -- our own module; the file comes by its input  # nosec
            command,
            input=upload.read(),
            capture_output=True,
            pass_fds=[kept.fileno()],
            cwd=settings.BASE_DIR,
            timeout=HEIC_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        raise _told(name, too_large=False) from slow
    if done.returncode:
        raise _told(name, too_large=done.returncode == TOO_LARGE)
    kept.seek(0)
    return kept, ("chuyển từ HEIC sang JPG", *json.loads(done.stdout))


def _check_pdf(name: str, upload) -> None:
    import pikepdf  # noqa: PLC0415 -- heavy

    broken = f"Tệp PDF “{name}” hỏng hoặc tải lên chưa hết, không mở được. Hãy quét hoặc xuất lại."
    upload.seek(max(0, upload.size - TAIL))
    if b"%%EOF" not in upload.read():
        raise Refused(broken)
    upload.seek(0)
    if zipfile.is_zipfile(upload):
        raise Refused(f"Tệp PDF “{name}” có tệp nén nối vào sau. Hãy in lại ra PDF thường.")
    upload.seek(0)
    try:
        with pikepdf.open(upload) as pdf:
            if not len(pdf.pages):
                raise Refused(f"Tệp PDF “{name}” không có trang nào.")
            if any(_is_active(thing) for thing in pdf.objects):
                raise Refused(f"Tệp PDF “{name}” chứa mã lệnh hoặc tệp nhúng. Hãy in lại ra PDF thường.")
    except Refused:
        raise
    except pikepdf.PasswordError:
        raise Refused(f"Tệp PDF “{name}” đặt mật khẩu. Hãy bỏ mật khẩu rồi tải lại.") from None
    except Exception as error:  # a forged PDF fails in ways of its own
        raise Refused(broken) from error


def _is_active(thing) -> bool:
    """The object, or one written inside it, runs something or carries a file; references are objects of their own."""
    import pikepdf  # noqa: PLC0415 -- heavy

    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            keys = set(one.keys())
            if keys & ACTIVE_KEYS or ("/S" in keys and str(one["/S"]) in ACTIVE_ACTIONS):
                return True
            waiting += [one[key] for key in keys]
        elif isinstance(one, pikepdf.Array):
            waiting += list(one)
        waiting = [inner for inner in waiting if _is_inside(inner)]
    return False


def _is_inside(thing) -> bool:
    import pikepdf  # noqa: PLC0415 -- heavy

    return isinstance(thing, pikepdf.Dictionary | pikepdf.Array) and not thing.is_indirect
