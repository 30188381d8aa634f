"""Writes of criteria: loading packs and publishing a set."""

import logging
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, ProtectedError

from portal.core.errors import Refused
from units.enums import Role

from . import content as plain_content
from .content import CRITERION_FIELDS, DEADLINE_FIELDS, ROUTE_FIELDS, SET_FIELDS
from .enums import SetStatus
from .models import CriteriaSet, Criterion, Deadline, LegalDocument, Programme, Route
from .packs import Known, Packs

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


def publish(criteria_set: CriteriaSet, *, by=None) -> CriteriaSet:
    """Fix the set for good: lock it, look for every lack, hash its content. Raises Refused listing all lacks.

    `by` is the person who publishes; None stands for the operator who loads a pack at the command line.
    """
    if by is not None and not by.has_role(Role.STAFF, Role.ADMIN):
        raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được ban hành bộ tiêu chí.")
    with transaction.atomic():
        criteria_set = CriteriaSet.objects.select_for_update(of=("self",)).get(pk=criteria_set.pk)
        if criteria_set.status != SetStatus.DRAFT:
            raise Refused(f"Bộ tiêu chí “{criteria_set.name}” không còn là bản thảo nên không ban hành lại.")
        content = plain_content.content_of(criteria_set)
        lacks = [sentence for _, sentence in plain_content.flaws(content)]
        lacks += plain_content.unready(content)
        lacks += [
            f"trùng năm áp dụng với bộ {other['code']} phiên bản {other['version']} đã ban hành"
            for other in _published_beside(criteria_set)
            if plain_content.years_meet(content, other)
        ]
        if lacks:
            raise Refused(f"Chưa ban hành được bộ tiêu chí “{criteria_set.name}”: {'; '.join(lacks)}.")
        criteria_set.status, criteria_set.sha256 = SetStatus.PUBLISHED, plain_content.digest(content)
        criteria_set.save(update_fields=["status", "sha256"])
    log.info("criteria set %s v%s published by %s", criteria_set.code, criteria_set.version, by or "command line")
    return criteria_set


def _published_beside(criteria_set: CriteriaSet) -> list[dict]:
    return _years_taken(CriteriaSet.objects.published().exclude(pk=criteria_set.pk))


def _years_taken(sets) -> list[dict]:
    """Which programme judges which kinds in which years, as content.years_meet compares them."""
    return [
        {
            "programme": one.programme.code,
            "code": one.code,
            "version": one.version,
            "unit_kinds": one.unit_kinds,
            "first_year": one.first_year,
            "last_year": one.last_year,
        }
        for one in sets.select_related("programme")
    ]


def known() -> Known:
    """What the database already holds that a pack may lean on or run into."""
    return Known(
        documents=frozenset(LegalDocument.objects.values_list("code", flat=True)),
        programmes=frozenset(Programme.objects.values_list("code", flat=True)),
        criteria={row["code"]: row for row in _stored_criteria()},
        sets=tuple(_years_taken(CriteriaSet.objects.exclude(status=SetStatus.RETIRED))),
    )


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
        if check_only or any(change.is_refused for change in changes):
            transaction.set_rollback(True)
    return changes


def _load_row(model, code: str, fields: dict) -> Change:
    row = model.objects.filter(code=code).first()
    if row is None:
        model.objects.create(code=code, **fields)
        return Change(NEW, code)
    lines = [
        f"{name}: {plain_content.plain(getattr(row, name))} → {value}"
        for name, value in fields.items()
        if plain_content.plain(getattr(row, name)) != value
    ]
    if not lines:
        return Change(SAME, code)
    model.objects.filter(pk=row.pk).update(**fields)
    return Change("sửa", code, tuple(lines))


def _load_document(row: dict) -> Change:
    names = ("number", "title", "issuer", "issued_on", "in_force_on", "ended_on")
    return _load_row(LegalDocument, row["code"], {name: row.get(name) for name in names})


def _link_documents(rows) -> None:
    for row in rows:
        replaced = LegalDocument.objects.filter(code=row.get("replaces")).first()
        LegalDocument.objects.filter(code=row["code"]).update(replaces=replaced)


def _load_programme(row: dict) -> Change:
    return _load_row(Programme, row["code"], {"name": row["name"], "title": row["title"]})


def _load_set(content: dict, *, publish_it: bool) -> list[Change]:
    name = f"{content['code']} phiên bản {content['version']}"
    stored = CriteriaSet.objects.filter(code=content["code"], version=content["version"]).first()
    if stored is None:
        stored = CriteriaSet(sha256=plain_content.digest(content))
        changes = [Change(NEW, name, (f"{len(content['criteria'])} dòng, {len(content['routes'])} tuyến",))]
    else:
        lines = tuple(plain_content.differences(plain_content.content_of(stored), content))
        if lines and stored.status != SetStatus.DRAFT:
            return [Change(REFUSED, name, ("đã ban hành nên không sửa; hãy lập phiên bản mới (version)", *lines))]
        changes = [Change(CHANGED if lines else SAME, name, lines)]
    if changes[0].what != SAME:
        try:
            _write_set(stored, content)
        except ProtectedError:
            return [Change(REFUSED, name, ("đã có hồ sơ dùng phần bị bỏ đi; hãy lập phiên bản mới (version)",))]
    if publish_it and stored.status == SetStatus.DRAFT:
        try:
            publish(stored)
        except Refused as refusal:
            return [Change(REFUSED, name, (refusal.sentence,))]
        changes.append(Change(PUBLISHED, name))
    return changes


def _write_set(row: CriteriaSet, content: dict) -> None:
    """Write a draft: rows keep their ids by code, so files that point at them stay whole."""
    row.programme = Programme.objects.get(code=content["programme"])
    row.document = LegalDocument.objects.get(code=content["document"])
    for name in SET_FIELDS:
        setattr(row, name, content[name])
    row.sha256 = plain_content.digest(content)
    row.save()
    _write_criteria(row, content["criteria"])
    _write_routes(row, content["routes"])


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
