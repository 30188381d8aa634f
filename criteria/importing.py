"""Drafts out of a file a province's staff send: checked as a pack is, kept as drafts of that province.

The file's `publish` is not obeyed and its province is the sender's: publishing is a step of its own, on a page.
"""

import tempfile
from pathlib import Path

from django.db import transaction

from portal.core.errors import Refused
from units.models import User

from . import documents, editing, permissions
from .compare import differences
from .content import base_of, content_of
from .enums import SetStatus
from .models import CriteriaSet, LegalDocument, Programme
from .packs import BadPacks, Packs, read_packs
from .services import Change, known, refuse_unless_seen, write_set
from .source import MAX_BYTES, Fault, Source
from .workbook import source_of


def check(data: bytes, name: str, *, province_code: str) -> Packs:
    """The file's sets as drafts of the province, found whole; raises BadPacks with every fault."""
    if len(data) > MAX_BYTES:
        raise BadPacks([Fault(name, 1, "", "tệp lớn hơn 2 MB; hãy tách thành nhiều bộ")])
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix[:8]) as held:
        held.write(data)
        held.flush()
        source = source_of(Path(held.name), name)
        _take_home(source, province_code)
        packs = read_packs([source], known())
    if not packs.sets:
        raise BadPacks([Fault(name, 1, "", "tệp không có bộ tiêu chí nào")])
    return packs


def _take_home(source: Source, province_code: str) -> None:
    """Whatever the file says, its sets are the province's: years are looked at beside that province's alone."""
    rows = source.data.get("sets")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict):
            row["province_code"] = province_code


def preview(packs: Packs) -> list[Change]:
    """What loading would make or change, set by set.

    Raises Refused for a code of another's or a fixed set, and for a new programme that has another's name.
    """
    told = []
    for row in _new_programmes(packs):
        documents.refuse_twin(code=row["code"], name=row["name"])
    for content in packs.sets:
        name = f"{content['code']} phiên bản {content['version']}"
        stored = _stored(content)
        if stored is None:
            told.append(Change("mới", name, (f"{len(content['criteria'])} dòng, {len(content['routes'])} tuyến",)))
        else:
            lines = tuple(differences(content_of(stored), content))
            told.append(Change("sửa bản thảo" if lines else "không đổi", name, lines))
    return told


def _new_programmes(packs: Packs) -> list[dict]:
    stored = set(Programme.objects.values_list("code", flat=True))
    return [row for row in packs.programmes if row["code"] not in stored]


def drafts_of(packs: Packs, *, lock: bool = False) -> dict[str, dict]:
    """The contents that loading would write over, by what they are: a preview is of these and no others."""
    rows = {base_of(stored): stored for one in packs.sets if (stored := _stored(one, lock=lock))}
    return {name: content_of(row) for name, row in rows.items()}


def _stored(content: dict, *, lock: bool = False) -> CriteriaSet | None:
    """The own draft of that code and version, to be written over; Refused for any other set of it."""
    rows = CriteriaSet.objects.select_for_update(of=("self",)) if lock else CriteriaSet.objects
    stored = rows.filter(code__iexact=content["code"], version=content["version"]).first()
    if stored is None:
        return None
    if stored.province_code != content["province_code"] or stored.status != SetStatus.DRAFT:
        raise Refused(
            f"Mã bộ {stored.code} phiên bản {stored.version} đã có và không phải bản thảo của tỉnh. "
            "Hãy đổi mã (code) hoặc phiên bản (version) trong tệp rồi gửi lại."
        )
    return stored


@transaction.atomic
def load_drafts(packs: Packs, *, province_code: str, seen: str, by: User) -> list[CriteriaSet]:
    """Make or rewrite the drafts, all of them or none; documents and programmes nobody has yet are added.

    `seen` is the hash of the drafts the sender's preview was made from (`drafts_of`). Raises Refused outside the
    sender's province, for a code in use, or when such a draft has been changed since.
    """
    refuse_unless_seen(drafts_of(packs, lock=True), seen, "Chưa ghi gì. Hãy xem lại những gì sẽ thay đổi rồi ghi.")
    for row in packs.documents:
        if not LegalDocument.objects.filter(code=row["code"]).exists():
            facts = {name: row.get(name) for name in documents.FACTS}
            documents.write_document(None, facts, province_code=province_code, scan=None, by=by, code=row["code"])
    for row in _new_programmes(packs):
        documents.new_programme(code=row["code"], name=row["name"], title=row["title"], by=by)
    made = []
    for content in packs.sets:
        stored = _stored(content)
        if stored is None:
            made.append(editing.new_draft(content, by=by))
            continue
        if not permissions.may_write(by, stored):
            raise Refused("Đồng chí không soạn được bộ tiêu chí này.")
        write_set(stored, content)
        made.append(stored)
    return made
