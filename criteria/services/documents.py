"""Writes of legal documents and programmes by the provinces that use them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from portal.core.errors import Refused
from portal.core.files import store
from portal.core.files.inspection import PDF, inspect
from portal.core.rows.locking import lock_row, take_lock
from portal.core.vietnamese.text import clean, plain_key
from units.models import User

from ..enums import SetStatus
from ..models import LegalDocument, Programme
from ..packs.content import digest, plain
from ..packs.labels import field_in_words
from ..queries import provinces_written

SHIPPED = ("number", "title", "issuer", "issued_on", "in_force_on", "ended_on", "cite", "replaces")  # a pack's fields
FACTS = ("number", "cite", "title", "issuer", "issued_on", "in_force_on", "ended_on", "replaces")


def facts_of(document: LegalDocument) -> dict:
    """The document as plain data, its signed copy by hash."""
    facts = {name: plain(getattr(document, name)) for name in FACTS if name != "replaces"}
    return facts | {"replaces": document.replaces_id, "scan_sha256": document.scan_sha256}


def as_shipped(document: LegalDocument) -> dict:
    """The document in the words of a pack."""
    facts = {name: plain(getattr(document, name)) for name in (*SHIPPED, "province_code") if name != "replaces"}
    return facts | {"replaces": document.replaces.code if document.replaces else None}


def told_apart(held: Mapping[str, Any], said: Mapping[str, Any], model: Any = LegalDocument) -> list[str]:
    """A line for each field that is held as one thing and said to be another."""
    return [
        f"{field_in_words(name, [model])}: {_told(held[name])} → {_told(value)}"
        for name, value in said.items()
        if held[name] != value
    ]


def _told(value: Any) -> str:
    try:
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    except (TypeError, ValueError):
        return str(value or "để trống")


def pack_differs(document: LegalDocument) -> list[str]:
    """What the pack that came with the portal says otherwise of a document somebody corrected; mostly nothing."""
    return told_apart(as_shipped(document), document.shipped) if document.shipped else []


@transaction.atomic
def write_document(
    document: LegalDocument | None,
    facts: dict,
    *,
    province_code: str,
    scan: UploadedFile | None,
    by: User,
    code: str = "",
    seen: str = "",
) -> LegalDocument:
    """A new document of the province, or changes to one; `scan` is the uploaded signed copy, if any.

    `code` is the one a file gives a new document; without it one is made of the number. `seen` is the hash of the facts
    the person's page was made from: a document changed since then is refused.

    What a published set rests on is only completed, never altered; the whole country's documents come with packs
    alone. Raises Refused: outside the province, a scan that is no sound PDF.
    """
    if (document.province_code if document else province_code) not in provinces_written(by):
        raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được ghi văn bản của tỉnh mình.")
    if document is not None:
        document = lock_row(LegalDocument.objects, document.pk)
        if seen != digest(facts_of(document)):
            raise Refused(
                f"Văn bản {document.number} vừa được người khác sửa. "
                "Hãy mở lại trang để xem rồi ghi lại phần của đồng chí."
            )
    else:
        one_namer()
    row = document or LegalDocument(
        province_code=province_code, code=code or _free_code(facts["number"], province_code)
    )
    is_fixed = bool(row.pk) and row.sets.exclude(status=SetStatus.DRAFT).exists()
    for name in FACTS:
        value = clean(facts[name]) if isinstance(facts[name], str) else facts[name]
        if is_fixed and getattr(row, name) and getattr(row, name) != value:
            raise Refused(
                f"Văn bản {row.number} đã có bộ tiêu chí ban hành dựa vào nên không sửa; chỉ bổ sung chỗ còn trống."
            )
        if not (is_fixed and getattr(row, name)):
            setattr(row, name, value)
    if scan is not None:
        if is_fixed and row.scan_sha256:
            raise Refused(f"Văn bản {row.number} đã có bản ký đính kèm và bộ tiêu chí dựa vào nên không thay được.")
        found = inspect(scan)
        if found.content_type != PDF:
            raise Refused(f"Bản đã ký phải là tệp PDF. Hãy quét “{scan.name}” ra PDF.")
        kept = store.put(found.chunks)
        row.scan_sha256, row.scan_size, row.scan_name = kept.sha256, kept.size, clean(scan.name or "")[-200:]
    row.save()
    return row


def one_namer() -> None:
    """One at a time gives a code to a document, programme or set: who comes second sees the first's."""
    take_lock("criteria.codes", busy="Có người khác đang lập bộ tiêu chí. Chưa ghi gì; hãy chờ ít phút rồi làm lại.")


def _free_code(number: str, province_code: str) -> str:
    """A code for the document out of its number, not used yet."""
    stem = "".join(letter if letter.isalnum() else "-" for letter in plain_key(number).upper()).strip("-")[:28]
    stem = f"{province_code}-{stem or 'VB'}"
    code, again = stem, 1
    while LegalDocument.objects.filter(code=code).exists():
        again += 1
        code = f"{stem}-{again}"
    return code


def refuse_twin(*, code: str, name: str) -> None:
    """Raises Refused when a programme has the code or, tone marks and case aside, the name."""
    if Programme.objects.filter(code__iexact=code).exists():
        raise Refused(f"Mã chương trình “{code}” đã có. Hãy đặt mã khác.")
    if twin := next((one for one in Programme.objects.all() if plain_key(one.name) == plain_key(name)), None):
        raise Refused(f"Chương trình “{twin.name}” đã có với mã “{twin.code}”. Hãy dùng chương trình này.")


@transaction.atomic
def new_programme(*, code: str, name: str, title: str, by: User) -> Programme:
    """A programme nobody has yet. Raises Refused for a code or name in use."""
    if not provinces_written(by):
        raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được thêm chương trình.")
    one_namer()
    refuse_twin(code=code, name=name)
    return Programme.objects.create(code=code, name=clean(name), title=clean(title))
