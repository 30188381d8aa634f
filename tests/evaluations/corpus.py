"""Papers to attach, true and forged, made here so that no dossier of unknown origin lies in the repository."""

import io
import struct
import warnings
import zipfile
import zlib


def pdf(*, pages: int = 1, words: str = "", shape=None, **saving) -> bytes:
    """A small PDF; `shape` may change the open document before it is saved."""
    import pikepdf

    held = io.BytesIO()
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(200, 200))
        if words:
            document.docinfo["/Title"] = words
        if shape:
            shape(document, pikepdf)
        document.save(held, **saving)
    return held.getvalue()


def script(pikepdf):
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def script_by_name(document, pikepdf):
    tree = pikepdf.Dictionary(Names=pikepdf.Array(["a", document.make_indirect(script(pikepdf))]))
    document.Root.Names = pikepdf.Dictionary(JavaScript=document.make_indirect(tree))


def script_at_opening(document, pikepdf):
    document.Root.OpenAction = script(pikepdf)


def script_of_a_page(document, pikepdf):
    document.pages[0].obj.AA = pikepdf.Dictionary(O=script(pikepdf))


def script_behind_a_link(document, pikepdf):
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=script(pikepdf))
    document.pages[0].obj.Annots = pikepdf.Array([link])


def program_behind_a_link(document, pikepdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    document.pages[0].obj.Annots = pikepdf.Array([document.make_indirect(link)])


def embedded_file(document, pikepdf):
    document.attachments["virus.exe"] = b"MZ"


def file_on_a_page(document, pikepdf):
    inside = document.make_stream(b"MZ", Type=pikepdf.Name.EmbeddedFile)
    spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="a.exe", EF=pikepdf.Dictionary(F=inside))
    pin = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=[0, 0, 9, 9], FS=spec)
    document.pages[0].obj.Annots = pikepdf.Array([pin])


def web_link(document, pikepdf):
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://chinhphu.vn")
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    document.pages[0].obj.Annots = pikepdf.Array([link])


def locked(user: str = "", owner: str = "chu"):
    import pikepdf

    return pdf(encryption=pikepdf.Encryption(user=user, owner=owner))


def picture(kind: str, size=(8, 6), **saving) -> bytes:
    from PIL import Image

    held = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(held, kind, **saving)
    return held.getvalue()


def jpeg_with_place() -> bytes:
    """A photograph that says where it was taken, who took it, and a comment holding markup."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6  # turned on its side
    exif[0x010F] = "MayAnhBiMat"
    exif.get_ifd(0x8825)[2] = (21.0, 16.0, 22.0)
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/' exif:GPSLatitude='21,16.3N'/>"
    return picture("JPEG", exif=exif, comment=b"<script>alert(1)</script>", xmp=xmp)


def heic(size: tuple[int, int] = (64, 48)) -> bytes:
    """A red picture as a telephone writes it, that says by what and where it was taken."""
    import pillow_heif
    from PIL import Image

    exif = Image.Exif()
    exif[0x010F] = "MayAnhBiMat"
    exif.get_ifd(0x8825)[2] = (21.0, 16.0, 22.0)
    held = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", size, "red")).save(held, quality=60, exif=exif.tobytes())
    return held.getvalue()


def heic_said_to_be(width: int, height: int) -> bytes:
    """A HEIC of few pixels whose head claims more."""
    small = heic((64, 64))
    claimed = small.replace(struct.pack(">II", 64, 64), struct.pack(">II", width, height), 1)
    assert claimed != small
    return claimed


def png_of(width: int, height: int) -> bytes:
    """A PNG that claims a size; its pixels are packed, so that little weighs much."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width + 7) // 8 + 1) * min(height, 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def archive(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, data in members.items():
                packed.writestr(name, data)
    return held.getvalue()


def xlsx() -> bytes:
    import openpyxl

    held = io.BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "Số liệu"
    book.save(held)
    return held.getvalue()


def docx(**more: bytes) -> bytes:
    return archive(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": b"<Relationships/>",
            "word/document.xml": "<document>Nghị quyết</document>".encode(),
        }
        | more
    )


def xlsx_with_macro() -> bytes:
    book = zipfile.ZipFile(io.BytesIO(xlsx()))
    return archive({name: book.read(name) for name in book.namelist()} | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def bomb() -> bytes:
    """62 MB of zeros in 60 kB."""
    return docx(**{"word/media/a.bin": b"\0" * (62 * 1024 * 1024)})


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


# What a file's name says of it: the title the server and the page's script take from it.
TITLES = {
    "NQ-03-chi-bo.pdf": "NQ 03 chi bo",
    "bao_cao_quy_1 (2).pdf": "Bao cao quy 1",
    "Kế hoạch 12-KH xã.docx": "Kế hoạch 12-KH xã",
    "1.1 Nghị quyết.v2.pdf": "1.1 Nghị quyết.v2",
    "IMG_2034.JPG": "",
    "20240115_101112.jpg": "",
    "z5012345678901_0a1b2c3d4e.jpg": "",
    "image.jpg": "",
    "scan-0007.pdf": "",
    "imgphong.pdf": "Imgphong",
}
