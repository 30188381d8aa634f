"""Bringing the database to what packs say; loading twice changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from portal.core.errors import Refused
from units.enums import UnitKind
from units.models import Unit

from ..enums import RuleAct, SetStatus
from ..models import AwardBar, CriteriaSet, LegalDocument, Programme, StreakRule
from ..packs.content import content_of, digest, plain
from ..packs.differences import differences
from ..packs.reading import Packs
from ..packs.rules import bar_key, content_of_bar, content_of_rule, rule_differences
from .documents import SHIPPED, as_shipped, told_apart
from .publishing import publish
from .storing import write_bar, write_set, write_streak


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did, or would do, to one thing: `what` happened is a Vietnamese word."""

    what: str
    name: str
    lines: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        return self.what == REFUSED

    @property
    def is_same(self) -> bool:
        return self.what == SAME


NEW, CHANGED, SAME, PUBLISHED, REFUSED = "mới", "sửa bản thảo", "không đổi", "ban hành", "từ chối"
KEPT = "giữ bản của tỉnh"


def load(packs: Packs, *, check_only: bool = False, keep_own: bool = False) -> list[Loaded]:
    """Bring the database to what the packs say, in one transaction; nothing is kept when a set is refused.

    A published set whose pack differs is refused: it needs a new version. Loading twice changes nothing. `keep_own`
    leaves a province's set or document as its people wrote or published it, as each start of the portal must.
    """
    with transaction.atomic():
        steps = [_load_document(row, keep_own=keep_own) for row in packs.documents]
        _link_documents(packs.documents, steps)
        steps += [_load_programme(row) for row in packs.programmes]
        for content in packs.sets:
            publish_it = (content["code"], content["version"]) in packs.to_publish
            steps += _load_set(content, publish_it=publish_it, keep_own=keep_own)
        steps += [_load_streak(row, keep_own=keep_own) for row in packs.streaks]
        steps += [_load_bar(row, keep_own=keep_own) for row in packs.bars]
        if check_only or any(step.is_refused for step in steps):
            transaction.set_rollback(True)
    return steps


def _load_row(model: Any, code: str, fields: dict) -> Loaded:
    row = model.objects.filter(code=code).first()
    if row is None:
        model.objects.create(code=code, **fields)
        return Loaded(NEW, code)
    stored = {name: plain(getattr(row, name)) for name in fields}
    lines = told_apart(stored, fields, model)
    if not lines:
        return Loaded(SAME, code)
    model.objects.filter(pk=row.pk).update(**fields)
    return Loaded("sửa", code, tuple(lines))


def _load_document(row: dict, *, keep_own: bool) -> Loaded:
    """A document as its pack has it; one a province corrected by hand is left and remembers what the pack says."""
    code = row["code"]
    said = {name: row.get(name) for name in SHIPPED} | {"province_code": row.get("province_code", "")}
    stored = LegalDocument.objects.select_related("replaces").filter(code=code).first()
    if stored is None:
        LegalDocument.objects.create(code=code, shipped=said, **_without_link(said))
        return Loaded(NEW, code)
    held = as_shipped(stored)
    lines = tuple(told_apart(held, said))
    if lines and keep_own and stored.province_code and held != stored.shipped:
        LegalDocument.objects.filter(pk=stored.pk).update(shipped=said)
        return Loaded(KEPT, code, lines)
    if lines or stored.shipped != said:
        LegalDocument.objects.filter(pk=stored.pk).update(shipped=said, **_without_link(said))
    return Loaded("sửa" if lines else SAME, code, lines)


def _without_link(said: dict) -> dict:
    """The fields to write before all documents are there to be named."""
    return {name: value for name, value in said.items() if name != "replaces"}


def _link_documents(rows: Sequence[dict], steps: Sequence[Loaded]) -> None:
    for row, step in zip(rows, steps, strict=True):
        if step.what != KEPT:
            replaced = LegalDocument.objects.filter(code=row.get("replaces")).first()
            LegalDocument.objects.filter(code=row["code"]).update(replaces=replaced)


def _load_programme(row: dict) -> Loaded:
    return _load_row(Programme, row["code"], {"name": row["name"], "title": row["title"]})


def _load_streak(content: dict, *, keep_own: bool) -> Loaded:
    """A streak rule with its titles; one a province's people wrote is theirs, and a day they ended one with stays."""
    code = content["code"]
    stored = StreakRule.objects.filter(code=code).first()
    if stored is None:
        write_streak(StreakRule(), content)
        return Loaded(NEW, code)
    if stored.valid_to and content["valid_to"] is None:
        content = content | {"valid_to": plain(stored.valid_to)}
    lines = tuple(rule_differences(content_of_rule(stored), content))
    if not lines:
        return Loaded(SAME, code)
    if stored.events.filter(act=RuleAct.DRAFTED).exists():
        if keep_own:
            return Loaded(KEPT, code, lines)
        return Loaded(REFUSED, code, ("quy tắc do cán bộ của tỉnh ghi trên cổng; hãy đặt mã khác", *lines))
    write_streak(stored, content)
    return Loaded("sửa", code, lines)


def _load_bar(content: dict, *, keep_own: bool) -> Loaded:
    """A province's bar from awards; one that is there already is left as the province has it."""
    name = f"không xét khen thưởng: {bar_key(content)}"
    provinces = Unit.objects.filter(kind=UnitKind.PROVINCE, code=content["province_code"], closed_on__isnull=True)
    province = provinces.first() if content["province_code"] else None
    if province is None:
        return Loaded(REFUSED, name, (f"không có tỉnh mã “{content['province_code']}”; hãy ghi mã tỉnh",))
    key = {"bar": content["bar"], "programme__code": content["programme"], "first_year": content["first_year"]}
    stored = AwardBar.objects.filter(province=province, **key).first()
    if stored is not None:
        lines = tuple(rule_differences(content_of_bar(stored), content))
        if lines and keep_own:
            return Loaded(KEPT, name, lines)
        return Loaded(REFUSED if lines else SAME, name, ("tỉnh đã đặt; hãy sửa trên cổng", *lines) if lines else ())
    try:
        with transaction.atomic():
            write_bar(AwardBar(province=province), content)
    except IntegrityError:
        return Loaded(REFUSED, name, ("tỉnh đang áp dụng điều kiện này từ năm khác; hãy cho thôi áp dụng trước",))
    return Loaded(NEW, name)


def _is_of_its_people(stored: CriteriaSet, *, publish_it: bool) -> bool:
    """A province's set that its people wrote in, or published where the pack has a draft."""
    published = stored.status != SetStatus.DRAFT and not publish_it
    return bool(stored.province_code) and (stored.is_by_hand or published)


def _load_set(content: dict, *, publish_it: bool, keep_own: bool) -> list[Loaded]:
    name = f"{content['code']} phiên bản {content['version']}"
    stored = CriteriaSet.objects.filter(code=content["code"], version=content["version"]).first()
    if stored is None:
        stored = CriteriaSet(sha256=digest(content))
        steps = [Loaded(NEW, name, (f"{len(content['criteria'])} dòng, {len(content['routes'])} tuyến",))]
    else:
        lines = tuple(differences(content_of(stored), content))
        if lines and keep_own and _is_of_its_people(stored, publish_it=publish_it):
            return [Loaded(KEPT, name)]
        if lines and stored.status != SetStatus.DRAFT:
            return [Loaded(REFUSED, name, ("đã ban hành nên không sửa; hãy lập phiên bản mới (version)", *lines))]
        steps = [Loaded(CHANGED if lines else SAME, name, lines)]
    if steps[0].what != SAME:
        try:
            write_set(stored, content)
        except ProtectedError:
            return [Loaded(REFUSED, name, ("đã có hồ sơ dùng phần bị bỏ đi; hãy lập phiên bản mới (version)",))]
    if publish_it and stored.status == SetStatus.DRAFT:
        try:
            publish(stored)
        except Refused as refusal:
            return [Loaded(REFUSED, name, (refusal.sentence,))]
        steps.append(Loaded(PUBLISHED, name))
    return steps
