"""Drafts out of a file a province's staff send: checked as a pack is, kept as drafts of that province.

The file's `publish` is not obeyed and its province is the sender's: publishing is a step of its own, on a page. What
the file holds and is not taken is told: no part of it goes without a word.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from django.db import transaction
from django.db.models import Model

from portal.core.errors import Refused
from portal.core.vietnamese.figures import grouped
from units.models import User

from .. import permissions
from ..enums import SetStatus
from ..models import CriteriaSet, LegalDocument, Programme
from ..packs.content import content_of, name_of
from ..packs.differences import STATUSES, differences, pairs
from ..packs.differences import counts as pair_counts
from ..packs.labels import field_in_words
from ..packs.reading import BadPacks, Packs, read_packs
from ..packs.sheet_source import source_of
from ..packs.source import PACK_BYTES, Fault, Source
from ..packs.stored import known
from ..wording.set_page import asks_of
from . import documents, drafts, rules
from .loading import CHANGED, NEW, REFUSED, SAME, Loaded
from .storing import refuse_unless_seen, write_set

FIX_DOCUMENT = "Văn bản của tỉnh sửa ở trang Văn bản."


def check(data: bytes, name: str, *, province_code: str, others: Mapping[str, str] | None = None) -> Packs:
    """The file's sets as drafts of the province, found whole; raises BadPacks with every fault.

    A file that names another province's code is taken home, save one the person also writes for (`others`: names by
    code), for that file is meant for it.
    """
    if len(data) > PACK_BYTES:
        raise BadPacks([Fault(name, 1, "", "tệp lớn hơn 2 MB; hãy tách thành nhiều bộ")])
    with tempfile.NamedTemporaryFile(suffix=Path(name).suffix[:8]) as held:
        held.write(data)
        held.flush()
        source = source_of(Path(held.name), name)
        _take_home(source, province_code, others or {})
        packs = read_packs([source], known())
    if not (packs.sets or packs.streaks or packs.bars):
        sentence = "tệp không có bộ tiêu chí, quy tắc năm liên tục hay điều kiện không xét khen thưởng nào"
        raise BadPacks([Fault(name, 1, "", sentence)])
    return packs


def _take_home(source: Source, province_code: str, others: Mapping[str, str]) -> None:
    """Whatever the file says, what it holds is the province's: years are looked at beside that province's alone."""
    for part in ("documents", "sets", "streaks", "bars"):
        rows = source.data.get(part)
        for place, row in enumerate(rows if isinstance(rows, list) else []):
            if not isinstance(row, dict):
                continue
            code = row.get("province_code", province_code)
            if str(code) in others:
                sentence = (
                    f"tệp ghi tỉnh mã “{code}”, cổng đang làm việc cho tỉnh mã {province_code}. Hãy chuyển “Tỉnh đang "
                    f"làm việc” sang {others[str(code)]} rồi gửi lại, hoặc sửa mã tỉnh trong tệp"
                )
                source.fault((part, place, "province_code"), sentence)
            elif code != province_code:
                sentence = (
                    f"tệp ghi tỉnh mã “{row['province_code']}”; cổng chỉ ghi cho tỉnh của đồng chí ({province_code})"
                )
                source.note(source.lines.get((part, place), 1), sentence, source.path_of((part, place)))
            row["province_code"] = province_code


def preview(packs: Packs) -> list[Loaded]:
    """What loading would make or change: documents and programmes that differ, sets, rules; what is refused, and why.

    Raises Refused for a code of another's or a fixed set, and for a new programme that has another's name.
    """
    for row in _new_programmes(packs):
        documents.refuse_twin(code=row["code"], name=row["name"])
    told = [*_around(packs)]
    for content in packs.sets:
        name = f"{content['code']} phiên bản {content['version']}"
        stored = _stored(content)
        if stored is None:
            many = f"{len(content['criteria'])} dòng, {len(content['routes'])} tuyến"
            told.append(Loaded(NEW, name, (many, *_measured(content))))
        else:
            held = content_of(stored)
            lines = tuple(differences(held, content))
            told.append(Loaded(CHANGED, name, (_criteria_told(held, content), *lines)) if lines else Loaded(SAME, name))
    return told + rules.rule_changes(packs)


def _measured(content: dict) -> Iterator[str]:
    """Each criterion of a new set as it was read: a threshold of 0,7 where 70 was meant is seen here or nowhere."""
    for row in content["criteria"]:
        if words := asks_of(row):
            yield f"{row['number']} {row['label']} – {words}"


def _criteria_told(held: dict, content: dict) -> str:
    """How many criteria of a draft are new, changed and as they were."""
    many = pair_counts(pairs(held, content)).items()
    return f"tiêu chí: {', '.join(f'{grouped(count)} {STATUSES[key].lower()}' for key, count in many if count)}"


def counts(changes: Iterable[Loaded]) -> list[tuple[int, str]]:
    """How many things of a file are new, changed, equal or refused, each with its words."""
    found = [change.what for change in changes]
    words = {NEW: "mục sẽ thêm", CHANGED: "mục sẽ sửa", SAME: "mục không đổi", REFUSED: "mục không nhận"}
    return [(found.count(what), told) for what, told in words.items() if what != REFUSED or what in found]


def _around(packs: Packs) -> Iterator[Loaded]:
    """Documents and programmes the file adds, and those it tells otherwise than they stand: these are left."""
    held = {one.code: one for one in LegalDocument.objects.select_related("replaces")}
    for row in packs.documents:
        name, stored = f"văn bản {row['number']}", held.get(row["code"])
        if stored is None:
            yield Loaded(NEW, name, (row["title"],))
            continue
        facts = documents.facts_of(stored) | {"replaces": stored.replaces.code if stored.replaces else ""}
        facts["cite"] = facts["cite"] or stored.number[:14]
        if lines := _left(row, facts, documents.FACTS, LegalDocument):
            line = packs.lines[("documents", row["code"])]
            yield Loaded(
                REFUSED, name, (f"Dòng {line}: đã có; cổng không sửa văn bản theo tệp. {FIX_DOCUMENT}", *lines)
            )
    programmes = {one.code: one for one in Programme.objects.all()}
    for row in packs.programmes:
        name, one = f"chương trình {row['name']}", programmes.get(row["code"])
        if one is None:
            yield Loaded(NEW, name, (row["title"],))
        elif lines := _left(row, {"name": one.name, "title": one.title}, ("name", "title"), Programme):
            line = packs.lines[("programmes", row["code"])]
            yield Loaded(REFUSED, name, (f"Dòng {line}: đã có; cổng không sửa chương trình theo tệp.", *lines))


def _left(row: dict, held: dict, names: Iterable[str], model: type[Model]) -> list[str]:
    return [
        f"{field_in_words(name, [model])}: đang là {held[name] or 'để trống'}, tệp ghi {row[name]}"
        for name in names
        if row.get(name) and row[name] != held[name]
    ]


def _new_programmes(packs: Packs) -> list[dict]:
    stored = set(Programme.objects.values_list("code", flat=True))
    return [row for row in packs.programmes if row["code"] not in stored]


def drafts_of(packs: Packs, *, lock: bool = False) -> dict[str, dict]:
    """The contents that loading would write over, by what they are: a preview is of these and no others."""
    rows = {name_of(stored): stored for one in packs.sets if (stored := _stored(one, lock=lock))}
    return {name: content_of(row) for name, row in rows.items()} | rules.rules_of(packs, lock=lock)


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

    Rules the preview refused are left, as it said; the sets made are given back.

    `seen` is the hash of the drafts the sender's preview was made from (`drafts_of`). Raises Refused outside the
    sender's province, for a code in use, or when such a draft has been changed since.
    """
    documents.one_namer()
    refuse_unless_seen(drafts_of(packs, lock=True), seen, "Chưa ghi gì. Hãy xem lại những gì sẽ thay đổi rồi ghi.")
    _add_documents(packs, province_code, by)
    for row in _new_programmes(packs):
        documents.new_programme(code=row["code"], name=row["name"], title=row["title"], by=by)
    made = []
    for content in packs.sets:
        stored = _stored(content)
        if stored is None:
            made.append(drafts.new_draft(content, by=by))
            continue
        if not permissions.may_write(by, stored):
            raise Refused("Đồng chí không soạn được bộ tiêu chí này.")
        write_set(stored, content, by_hand=True)
        made.append(stored)
    rules.load_rules(packs, province_code=province_code, by=by)
    return made


def _add_documents(packs: Packs, province_code: str, by: User) -> None:
    """The documents nobody has yet; which they replace is written once all are there."""
    stored = set(LegalDocument.objects.values_list("code", flat=True))
    new = [row for row in packs.documents if row["code"] not in stored]
    for row in new:
        facts = {name: row.get(name) for name in documents.FACTS if name != "replaces"} | {"replaces": None}
        documents.write_document(None, facts, province_code=province_code, scan=None, by=by, code=row["code"])
    for row in (row for row in new if row.get("replaces")):
        replaced = LegalDocument.objects.get(code=row["replaces"])
        LegalDocument.objects.filter(code=row["code"]).update(replaces=replaced)
