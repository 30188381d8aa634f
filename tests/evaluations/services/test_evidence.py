"""Papers: what is taken and what is refused, each with a sentence; how they are kept and who may have them."""

import hashlib
import html
import io
import random
import zlib
from datetime import date
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.judging.values import Value
from criteria.models import CriteriaSet, Criterion, DossierPaper
from criteria.queries import specs_of
from evaluations import services, workflow
from evaluations.enums import Action, State
from evaluations.forms.evidence import title_of
from evaluations.models import Evaluation, Evidence
from portal.core.errors import Refused
from portal.core.files import inspection, store
from portal.core.files.inspection import DOCX, JPEG, PDF, PNG, XLSX, inspect
from portal.settings import BASE_DIR
from tests.evaluations import corpus
from tests.evaluations.factories import dossier_of, make_paper, open_year, register
from tests.evaluations.list_rows import rows_of as rows_of_list
from tests.evaluations.world import put
from tests.units.factories import make_user
from units.enums import Role

CODE = "TT124-KDC-1.1"
CASES = BASE_DIR / "tests/cases"


@pytest.fixture
def file(world, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    register(world.area, by=world.officer)
    return world.area


def send(client, user, dossier, upload, **changes):
    client.force_login(user)
    data = {"file": upload, "title": "Nghị quyết của chi bộ", "number": "03-NQ/CB", "codes": [CODE]} | changes
    return client.post(reverse("evaluations:evidence_add", args=[dossier.pk]), data)


def upload_of(name: str, data: bytes) -> SimpleUploadedFile:
    found = SimpleUploadedFile("a", data, "application/octet-stream")
    found._name = name  # as a browser may send it, before anybody has cleaned it
    return found


def told(response) -> str:
    return html.unescape(response.content.decode())


# --- taken -----------------------------------------------------------------------------------------------------

TRUE = {
    "a.pdf": (corpus.pdf, PDF),
    "Nghị quyết số 3.PDF": (corpus.pdf, PDF),
    "a.jpg": (partial(corpus.picture, "JPEG"), JPEG),
    "a.jpeg": (corpus.jpeg_with_place, JPEG),
    "a.png": (partial(corpus.picture, "PNG"), PNG),
    "a.xlsx": (corpus.xlsx, XLSX),
    "a.docx": (corpus.docx, DOCX),
    "a.heic": (corpus.heic, JPEG),
    "liên kết.pdf": (partial(corpus.pdf, shape=corpus.web_link), PDF),
    "chỉ khoá sửa.pdf": (corpus.locked, PDF),  # opens for everybody: an owner's password alone
    "máy quét khoá.pdf": ((CASES / "owner-password-only.pdf").read_bytes, PDF),
    "dòng trống ở đầu.pdf": ((CASES / "pdf-with-leading-newline.pdf").read_bytes, PDF),
    "xa nhất.pdf": (lambda: b"\n" * 1019 + corpus.pdf(), PDF),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_papers_are_taken(client, world, file, name):
    make, kind = TRUE[name]
    data = make()
    response = send(client, world.officer, file, SimpleUploadedFile(name, data), issued_on="15/01/2024")
    paper = Evidence.objects.get()
    kept = store.take(paper.sha256).read_bytes()
    assert response.status_code == 302
    assert (paper.content_type, paper.file_name, paper.size, paper.title) == (
        kind,
        name.replace(".heic", ".jpg"),
        len(kept),
        "Nghị quyết của chi bộ",
    )
    assert hashlib.sha256(kept).hexdigest() == paper.sha256
    assert kept == data or kind in (JPEG, PNG)  # pictures are drawn anew
    assert paper.original_sha256 == hashlib.sha256(data).hexdigest()
    assert (paper.original_sha256 == paper.sha256) == (kept == data)
    assert list(paper.criteria.values_list("code", flat=True)) == [CODE]


def test_a_telephones_picture_is_kept_as_jpg(client, world, file):
    """Its hash is of what was sent, and the officer is told."""
    from PIL import Image

    data = corpus.heic()
    assert b"MayAnhBiMat" in data  # the negative control
    response = send(client, world.officer, file, SimpleUploadedFile("IMG_2034.HEIC", data))
    paper = Evidence.objects.get()
    assert (paper.file_name, paper.content_type) == ("IMG_2034.jpg", JPEG)
    assert paper.original_sha256 == hashlib.sha256(data).hexdigest()
    kept = store.take(paper.sha256).read_bytes()
    assert b"MayAnhBiMat" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (64, 48), {})
        red, green, blue = picture.getpixel((30, 20))
    assert red > 200 and max(green, blue) < 60
    said = "Ảnh đã được chuyển từ HEIC sang JPG, bỏ thông tin vị trí chụp."
    assert f"Đã đính kèm minh chứng. {said}" in told(client.get(response.url))


def test_a_heic_that_takes_too_long_is_let_go(monkeypatch):
    monkeypatch.setattr(inspection, "HEIC_SECONDS", 0.01)
    with pytest.raises(Refused, match="Ảnh “a.heic” hỏng, không mở được"):
        inspect(SimpleUploadedFile("a.heic", corpus.heic()))


def test_a_photograph_forgets_where_it_was_taken(client, world, file):
    from PIL import Image

    data = corpus.jpeg_with_place()
    secrets = (b"MayAnhBiMat", b"GPSLatitude", b"<script>", b"Exif")
    assert all(word in data for word in secrets)  # the negative control
    send(client, world.officer, file, SimpleUploadedFile("anh.jpg", data))
    kept = store.take(Evidence.objects.get().sha256).read_bytes()
    assert not any(word in kept for word in secrets)
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.size, dict(picture.getexif())) == ((6, 8), {})  # turned upright before forgetting


@pytest.mark.parametrize(
    ("turned", "placed", "changes"),
    [
        (6, True, "xoay thẳng, bỏ thông tin vị trí chụp"),
        (3, False, "xoay thẳng"),
        (1, True, "bỏ thông tin vị trí chụp"),
        (None, False, ""),
    ],
)
def test_what_was_changed_in_a_picture_is_told_where_it_is_true(client, world, file, turned, placed, changes):
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "Máy ảnh"
    if turned:
        exif[0x0112] = turned
    if placed:
        exif.get_ifd(0x8825)[2] = (21.0, 16.0, 22.0)
    data = corpus.picture("JPEG", exif=exif)
    response = send(client, world.officer, file, SimpleUploadedFile("anh.jpg", data))
    assert Evidence.objects.get().changes == changes
    said = f"Đã đính kèm minh chứng.{f' Ảnh đã được {changes}.' if changes else ''}"
    page = told(client.get(response.url))
    assert said in page
    assert ("ảnh đã được" in page.lower()) == bool(changes)


def redrawn(picture, kind: str, name: str, **saving) -> list:
    """The pixels of the picture as it is kept."""
    from PIL import Image

    held = io.BytesIO()
    picture.save(held, kind, **saving)
    kept = b"".join(inspect(SimpleUploadedFile(name, held.getvalue())).chunks)
    with Image.open(io.BytesIO(kept)) as found:
        return [found.getpixel((x, y)) for y in range(found.height) for x in range(found.width)]


def test_a_grey_of_16_bits_keeps_its_shades():
    from PIL import Image

    scan = Image.new("I;16", (4, 1))
    for x, grey in enumerate((0, 64 * 257, 128 * 257, 65535)):
        scan.putpixel((x, 0), grey)
    cut = [scan.convert("L").getpixel((x, 0)) for x in range(4)]
    assert cut != [0, 64, 128, 255]  # the control: Pillow alone does not scale
    assert redrawn(scan, "PNG", "a.png") == [(grey,) * 3 for grey in (0, 64, 128, 255)]


def pictures_that_change() -> dict[str, tuple[str, bytes, str]]:
    """Name, bytes and what is told, by what the picture is."""
    from PIL import Image

    def saved(picture, kind: str, **how) -> bytes:
        held = io.BytesIO()
        picture.save(held, kind, **how)
        return held.getvalue()

    plain = Image.new("RGB", (2, 2), "red")
    shades = "giảm từ 16 bit xuống 8 bit mỗi màu"
    return {
        "grey": ("a.png", saved(Image.new("I;16", (2, 2), 9000), "PNG"), shades),
        "colours": ("a.png", png_of_16_bits(), shades),
        "for printing": ("a.jpg", saved(plain.convert("CMYK"), "JPEG"), "đổi màu in (CMYK) sang màu màn hình"),
        "moving": (
            "a.png",
            saved(plain, "PNG", save_all=True, append_images=[Image.new("RGB", (2, 2), "blue")]),
            "giữ hình đầu, bỏ các hình sau",
        ),
        "plain": ("a.png", saved(plain, "PNG"), ""),
        "grey of 8 bits": ("a.png", saved(plain.convert("L"), "PNG"), ""),
    }


def png_of_16_bits() -> bytes:
    """One pixel of three colours of 16 bits, which Pillow cannot write."""

    def part(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    head = (1).to_bytes(4, "big") * 2 + bytes([16, 2, 0, 0, 0])
    pixel = zlib.compress(bytes([0, 255, 255, 128, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", pixel) + part(b"IEND", b"")


@pytest.mark.parametrize("case", ["grey", "colours", "for printing", "moving", "plain", "grey of 8 bits"])
def test_what_a_picture_loses_is_told(case):
    name, data, told = pictures_that_change()[case]
    assert ", ".join(inspect(SimpleUploadedFile(name, data)).changed) == told


def test_a_palette_keeps_its_colours_and_what_shows_through():
    from PIL import Image

    drawn = Image.new("P", (2, 1))
    drawn.putpalette([255, 0, 0, 0, 255, 0])
    drawn.putpixel((1, 0), 1)
    assert redrawn(drawn, "PNG", "a.png", transparency=0) == [(255, 0, 0, 0), (0, 255, 0, 255)]


def test_colours_for_printing_look_the_same():
    from PIL import Image

    pixels = redrawn(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", "a.jpg")
    assert all(abs(part - red) <= 3 for pixel in pixels for part, red in zip(pixel, (255, 0, 0), strict=True))


@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photograph_stands_as_a_viewer_shows_it(turned):
    from PIL import Image

    photo = Image.new("RGB", (64, 32), "white")
    photo.paste("red", (0, 0, 32, 16))  # one corner
    exif = Image.Exif()
    exif[0x0112] = turned
    pixels = redrawn(photo, "JPEG", "a.jpg", exif=exif)
    width, height = (64, 32) if turned < 5 else (32, 64)
    right, bottom = turned in (2, 3, 6, 7), turned in (3, 4, 7, 8)
    corner = pixels[(height - 4 if bottom else 4) * width + (width - 4 if right else 4)]
    assert len(pixels) == width * height
    assert corner[0] > 240 and corner[1] < 20


# --- refused ---------------------------------------------------------------------------------------------------

FORGED_NAME, BROKEN_PDF, ACTIVE = "không khớp phần mở rộng", "hỏng hoặc tải lên chưa hết", "chứa mã lệnh hoặc tệp nhúng"
REFUSED = {
    "empty": ("a.pdf", lambda: b"", "Tệp “a.pdf” rỗng (0 byte). Hãy chọn lại tệp."),
    "too large": ("a.pdf", lambda: corpus.pdf() + b"%" * 3_000_000, "Tệp “a.pdf” lớn hơn 2 MB."),
    "html": ("a.html", lambda: corpus.HTML, "Không nhận tệp “a.html”. Chỉ nhận PDF, JPG, PNG, HEIC, XLSX, DOCX."),
    "svg": ("a.svg", lambda: corpus.SVG, "Không nhận tệp “a.svg”."),
    "no suffix": ("nghi-quyet", corpus.pdf, "Không nhận tệp “nghi-quyet”."),
    "a suffix too many": ("a.pdf.exe", corpus.pdf, "Không nhận tệp “a.pdf.exe”."),
    "legacy office": ("a.xls", lambda: b"\xd0\xcf\x11\xe0", "Không nhận tệp “a.xls”."),
    "macro suffix": ("a.xlsm", corpus.xlsx_with_macro, "Không nhận tệp “a.xlsm”."),
    "html as pdf": ("a.pdf", lambda: corpus.HTML, FORGED_NAME),
    "html as jpg": ("a.jpg", lambda: corpus.HTML, FORGED_NAME),
    "svg as png": ("a.png", lambda: corpus.SVG, FORGED_NAME),
    "pdf as jpg": ("a.jpg", corpus.pdf, FORGED_NAME),
    "jpg as pdf": ("a.pdf", partial(corpus.picture, "JPEG"), FORGED_NAME),
    "jpg as png": ("a.png", partial(corpus.picture, "JPEG"), FORGED_NAME),
    "gif as png": ("a.png", partial(corpus.picture, "GIF"), FORGED_NAME),
    "docx as xlsx": ("a.xlsx", corpus.docx, FORGED_NAME),
    "xlsx as docx": ("a.docx", corpus.xlsx, FORGED_NAME),
    "zip as docx": ("a.docx", lambda: corpus.archive({"a.txt": b"x"}), FORGED_NAME),
    "locked office": ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, FORGED_NAME),
    "cut docx": ("a.docx", lambda: corpus.docx()[:200], FORGED_NAME),
    "markup before pdf": ("a.pdf", lambda: corpus.HTML + corpus.pdf(), FORGED_NAME),
    "pdf with an archive behind": ("a.pdf", lambda: corpus.pdf() + corpus.docx(), "có tệp nén nối vào sau"),
    "macro": ("a.xlsx", corpus.xlsx_with_macro, "Tệp “a.xlsx” chứa macro. Hãy lưu lại dạng không macro."),
    "old macro sheet": ("a.xlsx", lambda: corpus.docx(**{"xl/macrosheets/sheet1.xml": b"<x/>"}), "chứa macro"),
    "zip bomb": ("a.docx", corpus.bomb, "Tệp “a.docx” giải nén vượt 60 MB. Hãy tách thành nhiều tệp nhỏ hơn."),
    "many members": ("a.docx", lambda: corpus.docx(**{f"w/{n}": b"" for n in range(5001)}), "giải nén vượt 60 MB"),
    "locked pdf": ("a.pdf", lambda: corpus.locked("mo"), "Tệp PDF “a.pdf” đặt mật khẩu. Hãy bỏ mật khẩu rồi tải lại."),
    "pdf begins too late": ("a.pdf", lambda: b"\n" * 1020 + corpus.pdf(), FORGED_NAME),
    "no pages": ("a.pdf", lambda: corpus.pdf(pages=0), "Tệp PDF “a.pdf” không có trang nào."),
    "cut pdf": ("a.pdf", lambda: corpus.pdf(pages=50)[:-400], BROKEN_PDF),
    "only a head": ("a.pdf", lambda: b"%PDF-1.7\n%%EOF", BROKEN_PDF),
    "script by name": ("a.pdf", lambda: corpus.pdf(shape=corpus.script_by_name), ACTIVE),
    "script at opening": ("a.pdf", lambda: corpus.pdf(shape=corpus.script_at_opening), ACTIVE),
    "script of a page": ("a.pdf", lambda: corpus.pdf(shape=corpus.script_of_a_page), ACTIVE),
    "script behind a link": ("a.pdf", lambda: corpus.pdf(shape=corpus.script_behind_a_link), ACTIVE),
    "program behind a link": ("a.pdf", lambda: corpus.pdf(shape=corpus.program_behind_a_link), ACTIVE),
    "embedded file": ("a.pdf", lambda: corpus.pdf(shape=corpus.embedded_file), ACTIVE),
    "file pinned on a page": ("a.pdf", lambda: corpus.pdf(shape=corpus.file_on_a_page), ACTIVE),
    "cut jpg": ("a.jpg", lambda: corpus.picture("JPEG", (300, 300))[:400], "Ảnh “a.jpg” hỏng, không mở được."),
    "only a jpg head": ("a.jpg", lambda: b"\xff\xd8\xff\xe0" + b"\0" * 50, "Ảnh “a.jpg” hỏng"),
    "cut png": ("a.png", lambda: corpus.picture("PNG", (300, 300))[:90], "Ảnh “a.png” hỏng"),
    "huge picture": ("a.png", lambda: corpus.png_of(7000, 6000), "Ảnh “a.png” quá lớn, tối đa 40 megapixel."),
    "jpg as heic": ("a.heic", partial(corpus.picture, "JPEG"), FORGED_NAME),
    "heic as jpg": ("a.jpg", corpus.heic, FORGED_NAME),
    "cut heic": ("a.heic", lambda: corpus.heic()[:300], "Ảnh “a.heic” hỏng, không mở được."),
    "only a heic head": ("a.heif", lambda: corpus.heic()[:32], "Ảnh “a.heif” hỏng, không mở được."),
    "huge heic": ("a.heic", lambda: corpus.heic_said_to_be(7000, 6000), "Ảnh “a.heic” quá lớn, tối đa 40 megapixel."),
    "picture bomb": ("a.png", lambda: corpus.png_of(60_000, 60_000), "Ảnh “a.png” quá lớn, tối đa 40 megapixel."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_paper_is_refused_with_its_name(client, world, file, settings, case):
    settings.EVIDENCE_MAX_BYTES = 2 * 1024 * 1024
    name, make, sentence = REFUSED[case]
    response = send(client, world.officer, file, SimpleUploadedFile(name, make()))
    page = told(response)
    assert response.status_code == 422
    assert sentence in page
    assert name in page and "Nghị quyết của chi bộ" in page and "03-NQ/CB" in page  # what was typed is kept
    assert (Evidence.objects.count(), list(settings.FILES_DIR.rglob("*"))) == (0, [])


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_a_cut_picture_is_refused_beside_the_pdf_library_too(monkeypatch, name):
    """Importing WeasyPrint makes Pillow take cut pictures, for the whole process."""
    from PIL import Image, ImageFile

    whole = corpus.picture("PNG" if name == "a.png" else "JPEG", (300, 300))
    cut = whole[: len(whole) * 2 // 3]
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    Image.open(io.BytesIO(cut)).load()  # the control: so it would be taken
    with pytest.raises(Refused, match="hỏng, không mở được"):
        inspect(SimpleUploadedFile(name, cut))


@pytest.mark.parametrize("name", TRUE)
def test_no_damage_to_a_paper_is_an_error_of_ours(name):
    """Bytes flipped and files cut at random: either taken or refused with a sentence, never anything else."""
    data = bytearray(TRUE[name][0]())
    rounds = 6 if name.endswith(".heic") else 60  # a process each
    chance = random.Random(name)  # noqa: S311 -- the same damage every time
    for _ in range(rounds):
        hurt = bytearray(data)
        for _ in range(chance.choice((1, 3, 20))):
            hurt[chance.randrange(len(hurt))] = chance.randrange(256)
        if chance.random() < 0.4:
            hurt = hurt[: chance.randrange(1, len(hurt))]
        try:
            chunks = inspect(SimpleUploadedFile(name, bytes(hurt))).chunks
            assert b"".join(chunks)
        except Refused as refusal:
            assert name in refusal.sentence and refusal.sentence.endswith(".")


NAMES = {
    "up the tree": ("../../etc/passwd.pdf", "passwd.pdf"),
    "up the tree, Windows": ("..\\..\\a.pdf", "a.pdf"),
    "right to left": ("bao\u202efdp.cao.pdf", "baofdp.cao.pdf"),
    "invisible": ("a\u200b\u00ad.pdf", "a.pdf"),
    "quotes": ('a"; filename="b.pdf', "b.pdf"),
    "markup": ("<script>alert(1)<script>.pdf", "<script>alert(1)<script>.pdf"),
    "86 long letters": ("ữ" * 86 + ".pdf", "ữ" * 86 + ".pdf"),
    "300 letters": ("ữ" * 300 + ".pdf", None),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_strange_name_harms_nothing(client, world, file, case):
    sent, kept = NAMES[case]
    response = send(client, world.officer, file, upload_of(sent, corpus.pdf()))
    assert response.status_code == 302
    paper = Evidence.objects.get()
    assert paper.file_name.endswith(".pdf") and len(paper.file_name) <= 200
    assert not any(ord(letter) < 32 or letter in "/\\\u202e\u200b" for letter in paper.file_name)
    if kept and case != "quotes":
        assert paper.file_name == kept
    served = client.get(reverse("evaluations:evidence_file", args=[paper.pk]))
    assert served["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in served["Content-Disposition"]


@pytest.mark.parametrize(
    ("name", "status"),
    [("a\0b.pdf", 302), ("a.pdf\0", 302), ("a.exe\0.pdf", 302), ("a.pdf\0.exe", 422), ("a\r\nSet-Cookie: b.pdf", 422)],
)
def test_a_name_that_breaks_its_header_leaves_no_mark(client, world, file, name, status):
    """What cannot be printed is dropped before the ending is looked at; a name in two lines ends at the first."""
    response = send(client, world.officer, file, upload_of(name, corpus.pdf()))
    assert response.status_code == status
    assert all(paper.file_name.isprintable() for paper in Evidence.objects.all())


def test_a_name_with_a_long_ending_is_refused_in_words(client, world, file):
    response = send(client, world.officer, file, upload_of("a." + "ữ" * 86, corpus.pdf()))
    assert (response.status_code, Evidence.objects.count()) == (422, 0)
    assert "Không nhận tệp “a.ữữữ" in told(response)


# --- what else may be wrong with it ----------------------------------------------------------------------------


def test_the_same_paper_is_kept_once_a_file(client, world, file):
    send(client, world.officer, file, make_paper())
    response = send(client, world.officer, file, make_paper(name="ban-sao.pdf"))
    assert (response.status_code, Evidence.objects.count()) == (422, 1)
    assert "Tệp “ban-sao.pdf” đã có trong hồ sơ " in told(response)


def test_the_same_paper_in_two_files_is_stored_once(client, world, file, settings):
    other = world.areas[1]
    register(other, by=world.officer)
    for one in (file, other):
        assert send(client, world.officer, one, make_paper()).status_code == 302
    assert len({paper.sha256 for paper in Evidence.objects.all()}) == 1
    assert len([path for path in settings.FILES_DIR.rglob("*") if path.is_file()]) == 1


def camera() -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_2034.jpg", corpus.picture("JPEG"))


def test_two_who_change_one_paper_are_told_of_each_other(client, world, file):
    """The second sees what stands there; saving once more is deliberate, and the same sent twice is no conflict."""
    paper = services.add_evidence([file], make_paper(), by=world.officer, title="Giấy", codes=[CODE])[0]
    address = reverse("evaluations:evidence_edit", args=[paper.pk])
    client.force_login(world.officer)
    seen = client.get(address).context["seen"]
    for _ in range(2):
        assert edit(client, world.leader, paper, number="12/NQ", codes=[CODE, OTHER], seen=seen).status_code == 302
    late = edit(client, world.officer, paper, issuer="Chi bộ thôn", seen=seen)
    page = told(late)
    assert late.status_code == 422 and "Chi bộ thôn" in page
    assert "vừa được ghi lại ở nơi khác" in page and "số “12/NQ”" in page and "tiêu chí 1.1, 1.2" in page
    paper.refresh_from_db()
    assert (paper.number, paper.issuer, paper.criteria.count()) == ("12/NQ", "", 2)
    assert edit(client, world.officer, paper, issuer="Chi bộ thôn", seen=late.context["seen"]).status_code == 302
    paper.refresh_from_db()
    assert (paper.number, paper.issuer) == ("", "Chi bộ thôn")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"codes": []}, "Hãy chọn ít nhất một tiêu chí."),
        ({"codes": ["TT124-XA-1.1"]}, "TT124-XA-1.1"),
        ({"codes": ["TT124-KDC-1"]}, "TT124-KDC-1"),  # a group proves nothing
        ({"title": "", "file": camera}, "tên tệp “IMG_2034.jpg” không cho biết nội dung."),
        ({"title": "x" * 301}, "300"),
        ({"title": "a\0b"}, "ký tự rỗng"),
        ({"issued_on": "31/02/2024"}, "ngày"),
        ({"file": ""}, "Trường này là bắt buộc."),
    ],
)
def test_a_form_with_a_gap_is_told(client, world, file, changes, sentence):
    changes = {name: value() if callable(value) else value for name, value in changes.items()}
    response = send(client, world.officer, file, make_paper(), **changes)
    page = told(response)
    assert (response.status_code, Evidence.objects.count()) == (422, 0)
    assert sentence in page and "03-NQ/CB" in page


def test_the_service_asks_again_for_the_criteria(world, file):
    for codes in ([], ["TT124-KDC-1"], ["TT124-XA-1.1"]):
        with pytest.raises(Refused) as refusal:
            services.add_evidence([file], make_paper(), by=world.officer, title="Giấy", codes=codes)
        assert refusal.value.sentence == "Hãy chọn ít nhất một tiêu chí của bộ này mà tài liệu chứng minh."


@pytest.mark.parametrize("state", [state for state in State if state not in ("registered", "returned")])
def test_papers_come_and_go_only_while_the_file_is_open(client, world, file, state):
    send(client, world.officer, file, make_paper())
    paper = Evidence.objects.get()
    put([file], state)
    assert send(client, world.officer, file, make_paper("khác")).status_code == 404
    with pytest.raises(Refused):
        services.add_evidence([file], make_paper("khác"), by=world.officer, title="Giấy", codes=[CODE])
    client.post(reverse("evaluations:evidence_remove", args=[paper.pk]))
    assert Evidence.objects.count() == 1
    put([file], State.RETURNED)
    client.post(reverse("evaluations:evidence_remove", args=[paper.pk]))
    assert Evidence.objects.count() == 0


def test_only_those_who_enter_the_file_attach_and_remove(client, world, file):
    send(client, world.officer, file, make_paper())
    paper = Evidence.objects.get()
    for user in (world.sister, world.inspector, world.standing):
        assert send(client, user, file, make_paper("khác")).status_code == 404
        client.post(reverse("evaluations:evidence_remove", args=[paper.pk]))
    assert list(Evidence.objects.all()) == [paper]


# --- many at once ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", corpus.TITLES)
def test_a_title_is_taken_from_a_file_name_that_says_something(name):
    assert title_of(name) == corpus.TITLES[name]


def rows_of(*papers: dict) -> dict:
    """What the page's script sends of papers: a row of each, in the order of the files."""
    data = {"rows": [str(at) for at, _ in enumerate(papers)], "file": [one["file"] for one in papers]}
    for at, one in enumerate(papers):
        data |= {f"r{at}-{name}": value for name, value in one.items() if name != "file"}
    return data


def send_rows(client, user, dossier, *papers: dict):
    client.force_login(user)
    return client.post(reverse("evaluations:evidence_add", args=[dossier.pk]), rows_of(*papers))


OTHER = "TT124-KDC-1.2"


def test_each_of_many_files_is_a_paper_of_its_own(client, world, file):
    done = send_rows(
        client,
        world.officer,
        file,
        {
            "file": make_paper("a", "a.pdf"),
            "title": "Nghị quyết",
            "number": "1-NQ",
            "issued_on": "05/02/2024",
            "codes": [CODE],
        },
        {"file": make_paper("b", "bao-cao-nam.pdf"), "issuer": "UBND xã", "codes": [CODE, OTHER]},
        {"file": SimpleUploadedFile("anh.jpg", corpus.jpeg_with_place()), "title": "Ảnh họp dân", "codes": [OTHER]},
    )
    papers = [
        (
            one.title,
            one.number,
            str(one.issued_on or ""),
            one.issuer,
            [line.code for line in one.criteria.order_by("code")],
        )
        for one in Evidence.objects.order_by("pk")
    ]
    assert papers == [
        ("Nghị quyết", "1-NQ", "2024-02-05", "", [CODE]),
        ("Bao cao nam", "", "", "UBND xã", [CODE, OTHER]),
        ("Ảnh họp dân", "", "", "", [OTHER]),
    ]
    assert "Đã đính kèm 3 minh chứng. Ảnh “anh.jpg” đã được xoay thẳng, bỏ thông tin vị trí chụp." in told(
        client.get(done.url)
    )
    assert file.events.filter(action="attach").count() == 3


def test_a_row_for_all_speaks_for_every_file(client, world, file):
    """As a browser without script sends them."""
    both = [make_paper("a", "bien-ban-hop.pdf"), make_paper("b", "danh-sach.pdf")]
    assert send(client, world.officer, file, both, title="").status_code == 302
    kept = Evidence.objects.order_by("pk").values_list("title", "number")
    assert list(kept) == [("Bien ban hop", "03-NQ/CB"), ("Danh sach", "03-NQ/CB")]


def test_nothing_is_kept_when_one_file_is_wrong(client, world, file, settings):
    """Each file that is wrong is named on its own row; what was typed comes back and the files are asked for again."""
    refused = send_rows(
        client,
        world.officer,
        file,
        {"file": make_paper("a", "a.pdf"), "name": "a.pdf", "title": "Nghị quyết số một", "codes": [CODE]},
        {"file": SimpleUploadedFile("b.pdf", corpus.HTML), "name": "b.pdf", "title": "Báo cáo", "codes": [OTHER]},
        {"file": SimpleUploadedFile("c.pdf", b""), "name": "c.pdf", "title": "Biên bản", "codes": [CODE]},
    )
    page, rows = told(refused), refused.context["sent"].rows
    assert (refused.status_code, Evidence.objects.count(), list(settings.FILES_DIR.rglob("*"))) == (422, 0, [])
    assert [[str(one)[:30] for one in row.non_field_errors()] for row in rows] == [
        [],
        ["Nội dung tệp “b.pdf” không khớ"],
        ["Tệp “c.pdf” rỗng (0 byte). Hãy"],
    ]
    assert "Chưa lưu tệp nào." in page and "hãy chọn lại các tệp" in page and "Nghị quyết số một" in page
    ticked = [[ticked for _, ticked in line.cells] for line in refused.context["matrix"] if line.criterion.code == CODE]
    assert ticked == [[True, False, True]]


def test_the_same_bytes_twice_are_told_on_the_second(client, world, file):
    send(client, world.officer, file, make_paper("cũ"))
    new, again, there = make_paper("mới", "moi.pdf"), make_paper("mới", "moi-2.pdf"), make_paper("cũ", "cu.pdf")
    refused = send_rows(
        client, world.officer, file, *({"file": one, "title": "Giấy", "codes": [CODE]} for one in (new, again, there))
    )
    assert [[str(one) for one in row.non_field_errors()] for row in refused.context["sent"].rows] == [
        [],
        ["Tệp “moi-2.pdf” giống hệt tệp “moi.pdf” cùng gửi. Hãy bỏ một tệp."],
        [f"Tệp “cu.pdf” đã có trong hồ sơ {file.unit_name}."],
    ]
    assert (refused.status_code, Evidence.objects.count()) == (422, 1)


def test_rows_whose_files_did_not_come_are_named(client, world, file):
    data = rows_of(*({"file": make_paper(name, name), "name": name, "codes": [CODE]} for name in ("a.pdf", "b.pdf")))
    client.force_login(world.officer)
    address = reverse("evaluations:evidence_add", args=[file.pk])
    refused = client.post(address, data | {"file": data["file"][:1]})
    assert refused.status_code == 422 and "Hãy chọn lại tệp: “a.pdf”, “b.pdf”." in told(refused)
    for junk in (["x"], ["-1"], ["9" * 40], ["0", "0"]):
        assert client.post(address, {"rows": junk, "file": make_paper(), "r0-codes": ["x"]}).status_code == 422
    assert not Evidence.objects.exists()


def test_too_much_at_once_is_told_with_the_measure(client, world, file, settings):
    settings.EVIDENCE_MAX_FILES = 2
    three = [make_paper(str(at), f"giay-{at}.pdf") for at in range(3)]
    refused = send(client, world.officer, file, three)
    assert "Đồng chí chọn 3 tệp; mỗi lần gửi tối đa 2 tệp. Hãy chia làm nhiều lần." in told(refused)
    settings.EVIDENCE_MAX_TOTAL_BYTES = 1024 * 1024
    heavy = [SimpleUploadedFile(f"nang-{at}.pdf", corpus.pdf(words=str(at)) + b"%" * 600_000) for at in range(2)]
    refused = send(client, world.officer, file, heavy)
    assert "Các tệp cộng lại lớn hơn 1 MB, là mức của một lần gửi. Hãy chia làm nhiều lần." in told(refused)
    assert not Evidence.objects.exists()
    page = told(client.get(reverse("evaluations:evidence_add", args=[file.pk])))
    assert "mỗi tệp tối đa 20 MB, mỗi lần gửi tối đa 2 tệp và 1 MB." in page and 'data-most-files="2"' in page


def test_queries_do_not_grow_with_the_files(world, file, django_assert_num_queries):
    def papers(words: str, count: int) -> list[services.NewPaper]:
        return [services.NewPaper(make_paper(f"{words} {at}"), "Giấy", [CODE, OTHER]) for at in range(count)]

    with CaptureQueriesContext(connection) as few:
        services.add_papers([file], papers("ít", 1), by=world.officer)
    with django_assert_num_queries(len(few)):
        services.add_papers([file], papers("nhiều", 12), by=world.officer)
    assert Evidence.objects.filter(evaluation=file).count() == 13


def test_a_script_is_told_where_to_go(client, world, file):
    """It cannot read where a redirect leads."""
    client.force_login(world.officer)
    address = reverse("evaluations:evidence_add", args=[file.pk])
    data = {"title": "Giấy", "codes": [CODE], "once": "t" * 24}
    for _ in range(2):  # sent twice, it is one paper and the same answer
        answer = client.post(address, data | {"file": make_paper()}, headers={"accept": "application/json"})
        assert answer.json() == {"next": reverse("evaluations:detail", args=[file.pk])}
    assert Evidence.objects.count() == 1


def test_the_page_marks_what_still_needs_a_paper(client, world, file):
    """Those that must have one come first; the one that has a paper says so."""
    client.force_login(world.officer)
    address = reverse("evaluations:evidence_add", args=[file.pk])
    lines = client.get(address, {"tc": OTHER}).context["matrix"]
    needing = {line.code for line in specs_of(file.criteria_set) if line.needs_evidence}
    first = [line.criterion.code for line in lines if line.is_first]
    assert set(first) == needing | {OTHER} and first == [line.criterion.code for line in lines[: len(first)]]
    assert [line.criterion.code for line in lines if line.is_ticked_at_first] == [OTHER]
    assert all(line.wants_paper for line in lines if line.criterion.code in needing)
    send(client, world.officer, file, make_paper())
    lines = client.get(address).context["matrix"]
    assert [line.criterion.code for line in lines if line.held] == [CODE]
    assert {line.criterion.code for line in lines if line.wants_paper} == needing - {CODE}


def test_the_entry_form_says_which_criteria_still_need_a_paper(client, world, file):
    client.force_login(world.officer)
    address, offer = reverse("evaluations:entry", args=[file.pk]), f'name="then" value="{CODE}"'
    needing = [line.code for line in specs_of(file.criteria_set) if line.needs_evidence]
    page = told(client.get(address))
    assert page.count("Cần minh chứng, chưa có") == len(needing) and offer in page
    for name in ("a.pdf", "b.pdf"):
        send(client, world.officer, file, make_paper(name, name))
    page = told(client.get(address))
    assert page.count("Cần minh chứng, chưa có") == len(needing) - 1 and offer not in page
    assert page.count("Đã có 2 minh chứng") == 1


# --- kept and served -------------------------------------------------------------------------------------------


@pytest.fixture
def paper(client, world, file):
    send(client, world.officer, file, SimpleUploadedFile("Nghị quyết.pdf", corpus.pdf(words="a"), "text/html"))
    return Evidence.objects.get()


def test_served_as_what_it_is_and_to_be_saved(client, world, paper):
    response = client.get(reverse("evaluations:evidence_file", args=[paper.pk]))
    headers = ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy")
    assert [response[name] for name in headers] == [
        "application/pdf",
        "attachment; filename*=utf-8''Ngh%E1%BB%8B%20quy%E1%BA%BFt.pdf",
        "nosniff",
        "sandbox; default-src 'none'",
    ]
    assert response["Cache-Control"] == "no-store"
    assert hashlib.sha256(b"".join(response.streaming_content)).hexdigest() == paper.sha256


def test_one_flipped_byte_is_noticed(client, world, paper):
    path = store.path_of(paper.sha256)
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + bytes([whole[50] ^ 1]) + whole[51:])
    address = reverse("evaluations:evidence_file", args=[paper.pk])
    response = client.get(address)
    assert response.status_code == 410
    page = told(response)
    assert "Tệp “Nghị quyết.pdf” trong kho không còn đúng như khi tải lên nên không được mở." in page
    assert paper.sha256[:12] in page and whole[:8].decode() not in page
    path.unlink()
    assert client.get(address).status_code == 410
    path.write_bytes(whole)
    assert client.get(address).status_code == 200


def test_only_those_who_see_the_file_get_its_papers(client, world, paper):
    tree = world.tree
    address = reverse("evaluations:evidence_file", args=[paper.pk])
    expected = {
        world.officer: 200,
        world.inspector: 200,
        world.standing: 200,
        make_user(Role.LEADER, tree.districts[0]): 200,
        make_user(Role.OFFICER, tree.areas[0]): 200,
        world.sister: 404,
        make_user(Role.OFFICER, tree.areas[1]): 404,
        make_user(Role.LEADER, tree.districts[1]): 404,
        make_user(Role.OFFICER, tree.agency): 404,
        make_user(): 404,
    }
    for user, status in expected.items():
        client.force_login(user)
        assert client.get(address).status_code == status, user.post
    client.logout()
    assert client.get(address).status_code == 302


def test_a_criterion_shows_its_papers(client, world, paper):
    page = told(client.get(reverse("evaluations:detail", args=[paper.evaluation_id])))
    assert reverse("evaluations:evidence_file", args=[paper.pk]) in page
    assert Criterion.objects.filter(code=CODE, needs_evidence=True).exists()


# --- one paper for many ----------------------------------------------------------------------------------------


def test_one_paper_serves_many_files_or_none(client, world, file):
    """All the files chosen get it; when one may not, none does. The bytes lie once in the store."""
    client.force_login(world.officer)
    files = [file, world.areas[1]]
    register(files[1], by=world.officer)
    page = reverse("evaluations:evidence_share", args=[world.cycle.pk, world.area.criteria_set_id])
    typed = {"title": "Kế hoạch chung của xã", "codes": [CODE], "dossiers": [file.pk for file in files]}
    assert set(client.get(page).context["form"].fields["dossiers"].initial) == {file.pk for file in files}
    done = client.post(page, typed | {"file": make_paper("chung")}, follow=True)
    assert "Đã đính kèm minh chứng cho 2 hồ sơ." in told(done)
    assert sorted(Evidence.objects.values_list("evaluation", "sha256").distinct()) == sorted(
        (file.pk, Evidence.objects.first().sha256) for file in files
    )
    Evidence.objects.filter(evaluation=files[0]).delete()
    again = client.post(page, typed | {"file": make_paper("chung")})
    assert again.status_code == 422 and f"đã có trong hồ sơ {files[1].unit_name}." in told(again)
    assert list(Evidence.objects.values_list("evaluation", flat=True)) == [files[1].pk]
    assert not files[0].events.filter(action="attach").exclude(comment__startswith="Kế hoạch chung").exists()
    assert [one.events.filter(action="attach").count() for one in files] == [1, 1]  # what was refused left no line
    stranger = client.post(page, typed | {"dossiers": [10**9], "file": make_paper("khác")})
    assert stranger.status_code == 422 and Evidence.objects.count() == 1


def test_many_papers_serve_many_dossiers(client, world, file):
    register(world.areas[1], by=world.officer)
    both = [one.pk for one in world.areas]
    client.force_login(world.officer)
    page = reverse("evaluations:evidence_share", args=[world.cycle.pk, world.area.criteria_set_id])
    sent = rows_of(
        {"file": make_paper("kh", "ke-hoach.pdf"), "codes": [CODE]},
        {"file": make_paper("nq", "nghi-quyet.pdf"), "codes": [OTHER]},
    )
    assert "Đã đính kèm 2 minh chứng cho 2 hồ sơ." in told(client.post(page, sent | {"dossiers": both}, follow=True))
    kept = Evidence.objects.values_list("evaluation", "title", "criteria__code")
    assert set(kept) == {(pk, *one) for pk in both for one in (("Ke hoach", CODE), ("Nghi quyet", OTHER))}


def test_a_paper_is_taken_off_by_its_button(client, world, file):
    client.force_login(world.officer)
    paper = services.add_evidence([file], make_paper(), by=world.officer, title="Giấy", codes=[CODE])[0]
    remove = reverse("evaluations:evidence_remove", args=[paper.pk])
    assert remove in client.get(reverse("evaluations:detail", args=[file.pk])).content.decode()
    client.post(remove)
    assert Evidence.objects.count() == 0
    lines = file.events.exclude(action="register").values_list("label", "comment", "by", "source", "target")
    known = (f"Giấy ({paper.file_name})", world.officer.pk, State.REGISTERED, State.REGISTERED)
    assert list(lines) == [("Đính kèm tài liệu", *known), ("Gỡ tài liệu", *known)]
    text = told(client.get(reverse("evaluations:detail", args=[file.pk])))
    assert "Gỡ tài liệu" in text and f"Giấy ({paper.file_name})" in text


def test_who_is_late_is_told_of_the_last_move_not_of_a_paper(world, file):
    services.add_evidence([file], make_paper(), by=world.officer, title="Giấy", codes=[CODE])
    with pytest.raises(Refused, match=r"tình trạng “Đã đăng ký” \(đăng ký lúc"):
        workflow.advance(file, Action.REGISTER, by=world.officer)


# --- the unit's shelf --------------------------------------------------------------------------------------------


@pytest.fixture
def shelf(world, file):
    """Papers of the same unit in another year's dossier: of 2024, of 2020, without a day; and one of another unit."""
    cycle = open_year(world.tree, 2023)
    other = dossier_of(cycle, file.unit)
    register(other, world.areas[1], by=world.officer)

    def keep(dossier, words: str, issued_on: date | None):
        facts = {"title": words, "number": "5", "issued_on": issued_on, "codes": [CODE]}
        return services.add_evidence([dossier], make_paper(words), by=world.officer, **facts)[0]

    keep(other, "Cũ", date(2020, 2, 5))
    keep(other, "Không ngày", None)
    keep(world.areas[1], "Của thôn khác", date(2024, 2, 5))
    return keep(other, "Dùng được", date(2024, 2, 5))


def test_a_paper_of_another_year_is_used_again_without_sending_it(client, world, file, shelf, settings):
    client.force_login(world.officer)
    add, address = (reverse(f"evaluations:{name}", args=[file.pk]) for name in ("evidence_add", "evidence_shelf"))
    assert "Đơn vị đã có 1 tài liệu ở hồ sơ khác dùng lại được" in told(client.get(add))
    assert [paper.title for paper in client.get(address).context["papers"]] == ["Dùng được"]
    stored = sorted(settings.FILES_DIR.rglob("*"))
    for nothing in ({}, {f"p{shelf.pk}": ["TT124-XA-1.1"]}, {"p999999": [CODE]}):
        assert client.post(address, nothing | {"x": "1"}).status_code == 422
    done = client.post(address, {f"p{shelf.pk}": [CODE, OTHER]}, follow=True)
    assert "Đã dùng lại 1 tài liệu của đơn vị làm minh chứng." in told(done)
    kept = Evidence.objects.get(evaluation=file)
    same = ("title", "number", "issued_on", "file_name", "sha256", "original_sha256", "content_type", "size")
    assert [getattr(kept, name) for name in same] == [getattr(shelf, name) for name in same]
    assert (kept.uploaded_by, set(kept.criteria.values_list("code", flat=True))) == (world.officer, {CODE, OTHER})
    assert sorted(settings.FILES_DIR.rglob("*")) == stored
    assert file.events.filter(action="attach", comment="Dùng được (minh-chung.pdf)").count() == 1
    assert "ở hồ sơ khác dùng lại được" not in told(client.get(add))  # its file is there now
    assert client.post(address, {f"p{shelf.pk}": [CODE]}).status_code == 422


def test_the_shelf_leaves_as_a_list_to_who_fills_the_dossier(client, world, file, shelf):
    client.force_login(world.officer)
    (row,) = rows_of_list(client, "evidence_shelf", file.pk)
    assert (row["Trích yếu"], row["Ngày ban hành"]) == ("Dùng được", "05/02/2024")
    assert (row["Hồ sơ đang giữ"], row["Tiêu chí đã chứng minh"]) == (str(shelf.evaluation.cycle), "1.1")
    client.force_login(world.standing)
    address = reverse("evaluations:evidence_shelf", args=[file.pk])
    assert client.get(address, {"dang": "csv"}).status_code == 404


def test_only_what_is_on_the_shelf_is_used_again(world, file, shelf):
    elsewhere = Evidence.objects.get(title="Của thôn khác")
    with pytest.raises(Refused, match="Tài liệu “Của thôn khác” không còn trong kho để dùng lại."):
        services.reuse_papers(file, {shelf: [CODE], elsewhere: [CODE]}, by=world.officer)
    put([file], State.SUBMITTED)
    with pytest.raises(Refused, match="không sửa được"):
        services.reuse_papers(file, {shelf: [CODE]}, by=world.officer)
    assert not Evidence.objects.filter(evaluation=file).exists()


# --- dates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "is_outside"), [("31/10/2023", True), ("01/11/2023", False), ("31/10/2024", False), ("01/11/2024", True)]
)
def test_a_date_outside_the_year_judged_is_remarked_and_kept(client, world, file, day, is_outside):
    """From the day to the day that the set's data give (TT 124/2021, Điều 8.2.a)."""
    client.force_login(world.officer)
    page = told(client.get(reverse("evaluations:evidence_add", args=[file.pk])))
    assert 'data-window-first="2023-11-01" data-window-last="2024-10-31"' in page
    done = send(client, world.officer, file, make_paper(), issued_on=day)
    page = told(client.get(done.url))
    said = f"Có ngày ngoài kỳ đánh giá 01/11/2023 – 31/10/2024: “Nghị quyết của chi bộ” ({day})."
    assert (said in page, "Ngoài kỳ đánh giá</span>" in page) == (is_outside, is_outside)
    assert Evidence.objects.count() == 1
    changed = edit(client, world.officer, Evidence.objects.get(), issued_on="01/01/2020")
    assert "Có ngày ngoài kỳ đánh giá" in told(client.get(changed.url))


def test_nothing_is_said_of_dates_where_the_set_gives_no_days(client, world, asked_papers):
    client.force_login(world.officer)
    page = told(client.get(reverse("evaluations:evidence_add", args=[world.area.pk])))
    assert "data-window-first" not in page
    done = send(client, world.officer, world.area, make_paper(), issued_on="01/01/1990")
    assert "Ngoài kỳ đánh giá" not in told(client.get(done.url))


# --- changed later -----------------------------------------------------------------------------------------------


def edit(client, user, paper, **changes):
    client.force_login(user)
    data = {"title": paper.title, "codes": [CODE]} | changes
    return client.post(reverse("evaluations:evidence_edit", args=[paper.pk]), data)


def test_a_paper_comes_to_prove_more_criteria_or_fewer(client, world, file):
    paper = services.add_evidence([file], make_paper(), by=world.officer, title="Giấy", codes=[CODE])[0]
    client.force_login(world.officer)
    address = reverse("evaluations:evidence_edit", args=[paper.pk])
    assert address in told(client.get(reverse("evaluations:detail", args=[file.pk])))
    form = client.get(address).context["form"]
    assert (form["title"].value(), form["codes"].value()) == ("Giấy", [CODE])
    assert edit(client, world.officer, paper, codes=[CODE, OTHER]).status_code == 302
    assert edit(client, world.officer, paper, codes=[OTHER], issued_on="05/02/2024", number="3-BC").status_code == 302
    assert edit(client, world.officer, paper, codes=[OTHER], issued_on="05/02/2024", number="3-BC").status_code == 302
    assert list(paper.criteria.values_list("code", flat=True)) == [OTHER]
    lines = file.events.filter(action="change_paper").values_list("comment", flat=True)
    assert list(lines) == [  # what was sent a second time changed nothing and left no line
        "Giấy (minh-chung.pdf): thêm tiêu chí 1.2",
        "Giấy (minh-chung.pdf): số “để trống” → “3-BC”; ngày “để trống” → “05/02/2024”; bỏ tiêu chí 1.1",
    ]
    page = told(client.get(reverse("evaluations:detail", args=[file.pk])))
    assert "Chứng minh cho tiêu chí 1.2" in " ".join(page.split())


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"codes": []}, "Hãy chọn ít nhất một tiêu chí."),
        ({"codes": ["TT124-XA-1.1"]}, "TT124-XA-1.1"),
        ({"title": " "}, "Trường này là bắt buộc."),
        ({"issued_on": "31/02/2024"}, "ngày"),
    ],
)
def test_a_change_with_a_gap_is_told_and_changes_nothing(client, world, file, changes, sentence):
    paper = services.add_evidence([file], make_paper(), by=world.officer, title="Giấy", codes=[CODE])[0]
    refused = edit(client, world.officer, paper, number="9", **changes)
    assert refused.status_code == 422 and sentence in told(refused)
    paper.refresh_from_db()
    assert (paper.number, file.events.filter(action="change_paper").count()) == ("", 0)


def test_a_paper_of_a_sent_file_is_changed_by_nobody(client, world, file):
    paper = services.add_evidence([file], make_paper(), by=world.officer, title="Giấy", codes=[CODE])[0]
    for user in (world.sister, world.inspector, world.standing):
        assert edit(client, user, paper, codes=[OTHER]).status_code == 404
    put([file], State.SUBMITTED)
    assert edit(client, world.officer, paper, codes=[OTHER]).status_code == 404
    with pytest.raises(Refused, match="không sửa được"):
        services.change_paper(paper, codes=[OTHER], title="Giấy", by=world.officer)
    assert list(paper.criteria.values_list("code", flat=True)) == [CODE]


def test_a_paper_taken_off_meanwhile_is_told(world, file):
    paper = services.add_evidence([file], make_paper(), by=world.officer, title="Giấy", codes=[CODE])[0]
    services.remove_evidence(Evidence.objects.get(pk=paper.pk), by=world.officer)
    with pytest.raises(Refused, match="Minh chứng này vừa được xoá"):
        services.change_paper(paper, codes=[OTHER], title="Giấy", by=world.officer)


# --- the dossier -------------------------------------------------------------------------------------------------


@pytest.fixture
def asked_papers(world, file):
    """A set like the area's own that also asks three papers of the dossier (KH 91/KH-UBND, mục II.3)."""
    model = file.criteria_set
    made = CriteriaSet.objects.create(
        code="HO-SO",
        name="Bộ có thành phần hồ sơ",
        programme=model.programme,
        document=model.document,
        unit_kinds=model.unit_kinds,
        first_year=2030,
    )
    Criterion.objects.create(
        criteria_set=made, code=CODE, order=1, number="1", label="Phải đạt", article="Điều 1", measure="must"
    )
    Evaluation.objects.filter(pk__in=[one.pk for one in world.areas]).update(criteria_set=made)
    names = ("Tờ trình", "Báo cáo kết quả theo bộ tiêu chí", "Biên bản họp xét")
    return [
        DossierPaper.objects.create(criteria_set=made, order=order, name=name, article="mục II.3")
        for order, name in enumerate(names, 1)
    ]


def page_of(client, user, file) -> str:
    client.force_login(user)
    return told(client.get(reverse("evaluations:detail", args=[file.pk])))


def test_a_file_is_not_sent_while_a_paper_of_its_dossier_is_missing(client, world, file, asked_papers):
    file = world.area
    services.save_answer(file, CODE, Value(met=True), version=0, by=world.officer)
    for at, paper in enumerate(asked_papers):
        missing = "; ".join(one.name for one in asked_papers[at:])
        with pytest.raises(Refused, match=f"Hồ sơ còn thiếu: {missing}. Hãy đính kèm rồi gửi."):
            workflow.advance(file, Action.SUBMIT, by=world.officer)
        sent = send(client, world.officer, file, make_paper(paper.name), codes=[], dossier_paper=paper.pk)
        assert sent.status_code == 302
    assert workflow.advance(file, Action.SUBMIT, by=world.officer).state == State.SUBMITTED


def test_a_paper_that_is_not_of_the_dossier_does_not_count_for_it(client, world, file, asked_papers):
    """The negative control: the same three papers attached as proof only."""
    services.save_answer(world.area, CODE, Value(met=True), version=0, by=world.officer)
    for paper in asked_papers:
        send(client, world.officer, world.area, make_paper(paper.name))
    assert Evidence.objects.filter(evaluation=file).count() == 3
    with pytest.raises(Refused, match="Hồ sơ còn thiếu: Tờ trình; "):
        workflow.advance(world.area, Action.SUBMIT, by=world.officer)


def test_the_files_page_says_what_the_dossier_lacks(client, world, file, asked_papers):
    page = page_of(client, world.officer, world.area)
    assert page.count("Còn thiếu</span>") == 3 and f"?thanh-phan={asked_papers[1].pk}" in page
    send(client, world.officer, world.area, make_paper(), dossier_paper=asked_papers[1].pk, title="Báo cáo số 5")
    page = page_of(client, world.officer, world.area)
    assert (page.count("Còn thiếu</span>"), page.count("Đã có</span>")) == (2, 1) and "Báo cáo số 5" in page
    assert "thanh-phan=" not in page_of(client, world.standing, world.area)
    assert "Thành phần hồ sơ" not in page_of(client, world.sister, dossier_of(world.cycle, world.tree.areas[2]))


def test_the_form_offers_the_sets_papers_and_no_others(client, world, file, asked_papers):
    address = reverse("evaluations:evidence_add", args=[file.pk])
    client.force_login(world.officer)
    page = told(client.get(address, {"thanh-phan": asked_papers[2].pk}))
    assert f'<option value="{asked_papers[2].pk}" selected>Biên bản họp xét</option>' in page
    for junk in ("x", "9" * 40, "-1"):
        assert client.get(address, {"thanh-phan": junk}).status_code == 200
        assert send(client, world.officer, world.area, make_paper(), dossier_paper=junk).status_code == 422
    bare = send(client, world.officer, world.area, make_paper(), codes=[])
    assert bare.status_code == 422 and "Hãy chọn ít nhất một tiêu chí hoặc một thành phần hồ sơ." in told(bare)
    assert "Là thành phần hồ sơ" in page and not Evidence.objects.exists()


def test_a_paper_of_another_sets_dossier_is_refused_at_the_door(world, file, asked_papers):
    Evaluation.objects.filter(pk=file.pk).update(criteria_set=file.criteria_set)
    with pytest.raises(Refused, match="“Tờ trình” không phải thành phần hồ sơ của bộ tiêu chí này"):
        services.add_evidence(
            [file], make_paper(), by=world.officer, codes=[CODE], dossier_paper=asked_papers[0], title="Tờ trình"
        )
    assert not Evidence.objects.exists()


def test_one_paper_is_a_paper_of_many_dossiers(client, world, file, asked_papers):
    register(world.areas[1], by=world.officer)
    client.force_login(world.officer)
    address = reverse("evaluations:evidence_share", args=[world.cycle.pk, world.area.criteria_set_id])
    data = {"file": make_paper(), "title": "Biên bản", "dossiers": [one.pk for one in world.areas]}
    assert client.post(address, data | {"dossier_paper": asked_papers[2].pk}).status_code == 302
    kept = set(Evidence.objects.values_list("evaluation", "dossier_paper"))
    assert kept == {(one.pk, asked_papers[2].pk) for one in world.areas}


def test_a_file_a_browser_let_go_is_asked_for_again(client, world, file):
    """The box of a file comes back empty, whichever field was refused."""
    refused = send(client, world.officer, file, make_paper(), title="", issued_on="07/13/2026")
    assert refused.status_code == 422 and "Hãy chọn lại tệp." in told(refused)
    fresh = client.get(reverse("evaluations:evidence_add", args=[file.pk]))
    assert "Hãy chọn lại tệp." not in told(fresh)


def test_a_paper_taken_off_twice_leaves_one_line(client, world, file):
    send(client, world.officer, file, make_paper())
    stale = Evidence.objects.select_related("evaluation").get()
    services.remove_evidence(Evidence.objects.get(), by=world.officer)
    with pytest.raises(Refused, match="vừa được xoá"):
        services.remove_evidence(stale, by=world.officer)
    assert file.events.filter(action=Action.DETACH).count() == 1
