"""Writes of criteria: loading packs and publishing a set."""

import logging
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, ProtectedError

from portal.core.errors import Refused

from . import content as plain_content
from . import documents, permissions
from .compare import differences
from .content import CRITERION_FIELDS, DEADLINE_FIELDS, PARTS, ROUTE_FIELDS, SET_FIELDS, STREAK_FIELDS, TITLE_FIELDS
from .enums import SetStatus
from .flaws import flaws, overlay_flaws, unready, years_meet
from .models import (
    CriteriaSet,
    Criterion,
    Deadline,
    LegalDocument,
    Programme,
    Route,
    StreakRule,
    StreakTitle,
)
from .packs import Known, Packs
from .words import field_in_words

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """What loading did, or would do, to one thing: `what` happened is a Vietnamese word."""

    what: str
    name: str
    lines: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.what == REFUSED


NEW, CHANGED, SAME, PUBLISHED, REFUSED = "mới", "sửa bản thảo", "không đổi", "ban hành", "từ chối"


def refuse_unless_seen(content: dict, seen: str, remedy: str) -> None:
    """Raises Refused when somebody changed what the person's page was made from; `seen` is the hash it carried."""
    if seen != plain_content.digest(content):
        raise Refused(f"Bản thảo vừa được người khác sửa. {remedy}")


def to_publish(criteria_set: CriteriaSet) -> dict:
    """What publishing fixes: the set's content, and the document it rests on as it stands."""
    return {"content": plain_content.content_of(criteria_set), "document": documents.facts_of(criteria_set.document)}


def publish(criteria_set: CriteriaSet, *, by=None, seen: str = "") -> CriteriaSet:
    """Fix the set for good: lock it, look for every lack, hash its content. Raises Refused listing all lacks.

    `by` is the person who publishes, from the province the set is for, with the signed document attached, and `seen`
    the hash of what their page showed (`to_publish`): nothing else is published. None stands for the operator who loads
    a pack at the command line.
    """
    with transaction.atomic():
        rows = CriteriaSet.objects.select_for_update(of=("self", "document")).select_related("document")
        criteria_set = rows.get(pk=criteria_set.pk)
        if by is not None and not permissions.may_write(by, criteria_set):
            raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được ban hành bộ tiêu chí của tỉnh mình.")
        if criteria_set.status != SetStatus.DRAFT:
            raise Refused(f"Bộ tiêu chí “{criteria_set.name}” không còn là bản thảo nên không ban hành lại.")
        if by is not None:
            refuse_unless_seen(
                to_publish(criteria_set), seen, "Chưa ban hành gì. Hãy xem lại bản thảo và văn bản rồi ban hành."
            )
        if found := lacks(criteria_set, with_papers=by is not None):
            raise Refused(f"Chưa ban hành được bộ tiêu chí “{criteria_set.name}”: {'; '.join(found)}.")
        content = plain_content.content_of(criteria_set)
        criteria_set.status, criteria_set.sha256 = SetStatus.PUBLISHED, plain_content.digest(content)
        criteria_set.save(update_fields=["status", "sha256"])
    log.info("criteria set %s v%s published by %s", criteria_set.code, criteria_set.version, by or "command line")
    return criteria_set


def lacks(criteria_set: CriteriaSet, *, with_papers: bool = True) -> list[str]:
    """Everything that keeps the draft from being published, a Vietnamese sentence each, no full stop.

    `with_papers`: the document must be dated and its signed copy attached, as when a person publishes.
    """
    content = plain_content.content_of(criteria_set)
    base = plain_content.content_of(criteria_set.base) if criteria_set.base else None
    found = [sentence for _, sentence in flaws(content)]
    found += [sentence for _, sentence in overlay_flaws(content, base)]
    found += unready(content)
    document = criteria_set.document
    if with_papers:
        if not document.issued_on:
            found.append(f"văn bản {document.number} chưa có ngày ban hành")
        if not document.scan_sha256:
            remedy = "" if document.province_code else "; hãy chọn văn bản của tỉnh ở mục “Thông tin chung”"
            found.append(f"văn bản {document.number} chưa đính kèm bản đã ký{remedy}")
    found += [
        f"trùng năm áp dụng với bộ {other['code']} phiên bản {other['version']} đã ban hành"
        for other in _years_taken(CriteriaSet.objects.published().exclude(pk=criteria_set.pk))
        if years_meet(content, other)
    ]
    return found


def retire(criteria_set: CriteriaSet, *, by) -> CriteriaSet:
    """End a published set: no new year opens with it, years opened keep it. Raises Refused."""
    with transaction.atomic():
        criteria_set = CriteriaSet.objects.select_for_update(of=("self",)).get(pk=criteria_set.pk)
        if not permissions.may_write(by, criteria_set):
            raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được cho hết áp dụng bộ tiêu chí của tỉnh mình.")
        if criteria_set.status != SetStatus.PUBLISHED:
            raise Refused(f"Bộ tiêu chí “{criteria_set.name}” không ở tình trạng đã ban hành.")
        CriteriaSet.objects.filter(pk=criteria_set.pk).update(status=SetStatus.RETIRED)
    log.info("criteria set %s v%s retired by %s", criteria_set.code, criteria_set.version, by)
    return criteria_set


def _years_taken(sets) -> list[dict]:
    """Which programme judges which kinds where in which years, as flaws.years_meet compares them."""
    return [
        {
            "programme": one.programme.code,
            "code": one.code,
            "version": one.version,
            "unit_kinds": one.unit_kinds,
            "province_code": one.province_code,
            "is_example": one.is_example,
            "first_year": one.first_year,
            "last_year": one.last_year,
            "preconditions": [
                {"programme": row.programme.code, "years_back": row.years_back} for row in one.preconditions.all()
            ],
        }
        for one in sets.select_related("programme").prefetch_related("preconditions__programme")
    ]


def known() -> Known:
    """What the database already holds that a pack may lean on or run into."""
    return Known(
        documents=frozenset(LegalDocument.objects.values_list("code", flat=True)),
        programmes=frozenset(Programme.objects.values_list("code", flat=True)),
        criteria={row["code"]: row for row in _stored_criteria()},
        sets=tuple(_years_taken(CriteriaSet.objects.exclude(status=SetStatus.RETIRED))),
        base=published_content,
        copied=stored_content,
    )


def published_content(name: str) -> dict | None:
    """The content of the published set an overlay names ("TT124-KDC/1"); None when there is none."""
    return stored_content(name, CriteriaSet.objects.published())


def stored_content(name: str, among=None) -> dict | None:
    """The content of a stored set by its name ("TT124-KDC/1"), a draft's too; None when there is none."""
    code, _, version = name.partition("/")
    sets = CriteriaSet.objects.all() if among is None else among
    found = sets.filter(code=code, version=int(version or 0)).first()
    return plain_content.content_of(found) if found else None


def _stored_criteria():
    for row in Criterion.objects.order_by("criteria_set__version"):
        yield {name: plain_content.plain(getattr(row, name)) for name in CRITERION_FIELDS}


def load(packs: Packs, *, check_only: bool = False) -> list[Change]:
    """Bring the database to what the packs say, in one transaction; nothing is kept when a set is refused.

    A published set whose pack differs is refused: it needs a new version. Loading twice changes nothing.
    """
    with transaction.atomic():
        changes = [_load_document(row) for row in packs.documents]
        _link_documents(packs.documents)
        changes += [_load_programme(row) for row in packs.programmes]
        for content in packs.sets:
            changes += _load_set(content, publish_it=(content["code"], content["version"]) in packs.to_publish)
        changes += [_load_streak(row) for row in packs.streaks]
        if check_only or any(change.is_refused for change in changes):
            transaction.set_rollback(True)
    return changes


def _load_row(model, code: str, fields: dict) -> Change:
    row = model.objects.filter(code=code).first()
    if row is None:
        model.objects.create(code=code, **fields)
        return Change(NEW, code)
    stored = {name: plain_content.plain(getattr(row, name)) for name in fields}
    lines = [
        f"{field_in_words(name, [model])}: {stored[name] or 'để trống'} → {value or 'để trống'}"
        for name, value in fields.items()
        if stored[name] != value
    ]
    if not lines:
        return Change(SAME, code)
    model.objects.filter(pk=row.pk).update(**fields)
    return Change("sửa", code, tuple(lines))


def _load_document(row: dict) -> Change:
    names = ("number", "title", "issuer", "issued_on", "in_force_on", "ended_on", "cite")
    fields = {name: row.get(name) for name in names} | {"province_code": row.get("province_code", "")}
    return _load_row(LegalDocument, row["code"], fields)


def _link_documents(rows) -> None:
    for row in rows:
        replaced = LegalDocument.objects.filter(code=row.get("replaces")).first()
        LegalDocument.objects.filter(code=row["code"]).update(replaces=replaced)


def _load_programme(row: dict) -> Change:
    return _load_row(Programme, row["code"], {"name": row["name"], "title": row["title"]})


def _load_streak(row: dict) -> Change:
    """A streak rule and its titles; the titles are written anew when they differ."""
    fields = {name: row[name] for name in STREAK_FIELDS if name not in ("code", "programme", "document")}
    fields["programme_id"] = Programme.objects.get(code=row["programme"]).pk
    fields["document_id"] = LegalDocument.objects.get(code=row["document"]).pk
    change = _load_row(StreakRule, row["code"], fields)
    rule = StreakRule.objects.get(code=row["code"])
    stored = [{name: getattr(one, name) for name in TITLE_FIELDS} for one in rule.titles.order_by("years")]
    if stored == row["titles"]:
        return change
    rule.titles.all().delete()
    StreakTitle.objects.bulk_create(StreakTitle(rule=rule, **one) for one in row["titles"])
    return change if change.what == NEW else Change("sửa", row["code"], (*change.lines, "các mốc năm liên tục"))


def _load_set(content: dict, *, publish_it: bool) -> list[Change]:
    name = f"{content['code']} phiên bản {content['version']}"
    stored = CriteriaSet.objects.filter(code=content["code"], version=content["version"]).first()
    if stored is None:
        stored = CriteriaSet(sha256=plain_content.digest(content))
        changes = [Change(NEW, name, (f"{len(content['criteria'])} dòng, {len(content['routes'])} tuyến",))]
    else:
        lines = tuple(differences(plain_content.content_of(stored), content))
        if lines and stored.status != SetStatus.DRAFT:
            return [Change(REFUSED, name, ("đã ban hành nên không sửa; hãy lập phiên bản mới (version)", *lines))]
        changes = [Change(CHANGED if lines else SAME, name, lines)]
    if changes[0].what != SAME:
        try:
            write_set(stored, content)
        except ProtectedError:
            return [Change(REFUSED, name, ("đã có hồ sơ dùng phần bị bỏ đi; hãy lập phiên bản mới (version)",))]
    if publish_it and stored.status == SetStatus.DRAFT:
        try:
            publish(stored)
        except Refused as refusal:
            return [Change(REFUSED, name, (refusal.sentence,))]
        changes.append(Change(PUBLISHED, name))
    return changes


def write_set(row: CriteriaSet, content: dict) -> None:
    """Write a draft: rows keep their ids by code, so files that point at them stay whole."""
    row.programme = Programme.objects.get(code=content["programme"])
    row.document = LegalDocument.objects.get(code=content["document"])
    row.base = _base(content["base"])
    for name in SET_FIELDS:
        setattr(row, name, content[name])
    row.sha256 = plain_content.digest(content)
    row.save()
    _write_criteria(row, content["criteria"])
    _write_routes(row, content["routes"])
    for part in PARTS:
        _write_part(row, part, content[part])


def _base(name: str) -> CriteriaSet | None:
    code, _, version = name.partition("/")
    return CriteriaSet.objects.get(code=code, version=int(version)) if name else None


def _write_part(criteria_set: CriteriaSet, part: str, rows: list[dict]) -> None:
    """A part's rows by their key, so that files pointing at a grade or a paper stay whole."""
    held = getattr(criteria_set, part)
    stored = {tuple(_key_value(one, name) for name in plain_content.KEYS[part]): one for one in held.all()}
    for row in rows:
        one = stored.pop(tuple(row[name] for name in plain_content.KEYS[part]), None) or held.model(
            criteria_set=criteria_set
        )
        for name in PARTS[part]:
            if name == "criterion":
                one.criterion = criteria_set.criteria.get(code=row[name])
            elif name == "programme":
                one.programme = Programme.objects.get(code=row[name])
            else:
                setattr(one, name, row[name])
        one.save()
    for dropped in stored.values():
        dropped.delete()


def _key_value(row, name: str):
    value = getattr(row, name)
    return value.code if name in ("criterion", "programme") else value


def _write_criteria(criteria_set: CriteriaSet, rows: list[dict]) -> None:
    criteria_set.criteria.exclude(code__in=[row["code"] for row in rows]).delete()
    criteria_set.criteria.update(order=F("order") + 10_000)  # makes room: each place is taken once
    stored = {one.code: one for one in criteria_set.criteria.all()}
    for row in rows:
        one = stored.setdefault(row["code"], Criterion(criteria_set=criteria_set))
        for name in CRITERION_FIELDS:
            setattr(one, name, row[name])
        one.parent = stored.get(row["parent"])
        one.save()


def _write_routes(criteria_set: CriteriaSet, rows: list[dict]) -> None:
    stored = {(one.kind, one.managed_at, one.valid_from.isoformat()): one for one in criteria_set.routes.all()}
    for row in rows:
        one = stored.pop((row["kind"], row["managed_at"], row["valid_from"]), Route(criteria_set=criteria_set))
        for name in ROUTE_FIELDS:
            setattr(one, name, row[name])
        one.save()
        one.deadlines.all().delete()
        for deadline in row["deadlines"]:
            Deadline(route=one, **{name: deadline[name] for name in DEADLINE_FIELDS}).save()
    for dropped in stored.values():
        dropped.delete()
