"""A province's own rules: what a file would make of them; a rule of years running drafted, published, ended."""

import logging
from datetime import date

from django.db import transaction
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from units.enums import UnitKind
from units.models import Unit, User

from .. import permissions
from ..enums import Confidence, RuleAct, SetStatus
from ..models import AwardBar, RuleEvent, StreakRule
from ..packs.reading import Packs
from ..packs.rules import bar_key, bar_reads, content_of_bar, content_of_rule, rule_differences, rule_reads
from ..queries import WRITERS, made_on, of_another_province, programme_names, with_issuers
from .loading import CHANGED, NEW, REFUSED, SAME, Loaded
from .storing import refuse_unless_seen, write_bar, write_streak

log = logging.getLogger(__name__)


def province_written(by: User, code: str) -> Unit:
    """The province of that code whose rules the person writes. Raises Refused for any other."""
    found = next((one for one in by.provinces_as(*WRITERS) if one.code == code), None)
    if found is None:
        raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được ghi quy tắc của tỉnh mình.")
    return found


def stored_rule(content: dict, *, lock: bool = False) -> StreakRule | None:
    """The rule of that code, letter case aside, whosever it is."""
    rows = StreakRule.objects.select_for_update(of=("self",)) if lock else StreakRule.objects
    return rows.filter(code__iexact=content["code"]).first()


def stored_bar(content: dict, *, lock: bool = False) -> AwardBar | None:
    """The province's bar of that result and programme from that year."""
    rows = AwardBar.objects.select_for_update(of=("self",)) if lock else AwardBar.objects
    return rows.filter(
        province__in=Unit.objects.filter(kind=UnitKind.PROVINCE, code=content["province_code"], closed_on=None),
        programme__code=content["programme"],
        bar=content["bar"],
        first_year=content["first_year"],
    ).first()


def rule_changes(packs: Packs) -> list[Loaded]:
    """What loading the file's rules would make or change; what cannot be taken with its line and why."""
    names = programme_names() | {row["code"]: row["name"] for row in packs.programmes}
    told = [_rule_change(content, packs.lines.get(("streaks", content["code"]), 1), names) for content in packs.streaks]
    return told + [
        _bar_change(content, packs.lines.get(("bars", bar_key(content)), 1), names) for content in packs.bars
    ]


def _rule_change(content: dict, line: int, names: dict[str, str]) -> Loaded:
    name = f"quy tắc năm liên tục {content['code']} – {content['name']}"
    stored = stored_rule(content)
    if stored is None:
        return Loaded(NEW, name, tuple(rule_reads(content, names)))
    held = content_of_rule(stored)
    if stored.province_code != content["province_code"]:
        if not stored.province_code and held | {"province_code": content["province_code"]} == content:
            return Loaded(SAME, name, ("Là quy tắc chung của cả nước, giữ nguyên; không chép thành quy tắc của tỉnh.",))
        whose = "quy tắc của nơi khác" if stored.province_code else "quy tắc chung của cả nước"
        sentence = (
            f"Dòng {line}: mã {stored.code} là {whose} nên tỉnh không sửa được. Hãy đặt mã khác (code) trong tệp."
        )
        return Loaded(REFUSED, name, (sentence,))
    return _own_change(name, stored.status, rule_differences(held, content), line)


def _bar_change(content: dict, line: int, names: dict[str, str]) -> Loaded:
    name = f"điều kiện không xét khen thưởng, từ năm {content['first_year']}"
    reads = bar_reads(content, names)
    stored = stored_bar(content)
    if stored is None:
        doubt = str(Confidence.INFERRED.label).lower()
        alone = f"Mỗi điều kiện tự nó đủ để không xét (hiểu là “hoặc”): {doubt} nếu văn bản viết “và”."
        return Loaded(NEW, name, (reads, f"Căn cứ: {content['ground']}.", alone))
    change = _own_change(name, stored.status, rule_differences(content_of_bar(stored), content), line)
    return Loaded(change.what, name, (reads, *change.lines))


def _own_change(name: str, status: str, lines: list[str], line: int) -> Loaded:
    if not lines:
        return Loaded(SAME, name)
    if status == SetStatus.DRAFT:
        return Loaded(CHANGED, name, tuple(lines))
    sentence = f"Dòng {line}: đã ban hành nên không sửa theo tệp."
    return Loaded(REFUSED, name, (f"{sentence} Hãy cho thôi áp dụng rồi ghi quy tắc kế tiếp.", *lines))


def rules_of(packs: Packs, *, lock: bool = False) -> dict[str, dict]:
    """The contents of stored rules the file names, by what they are: a preview is of these and no others."""
    rules = [rule for row in packs.streaks if (rule := stored_rule(row, lock=lock))]
    bars = [content_of_bar(bar) for row in packs.bars if (bar := stored_bar(row, lock=lock))]
    held = {f"streak {rule.code}": content_of_rule(rule) for rule in rules}
    return held | {f"bar {bar_key(content)}": content for content in bars}


def many_taken(packs: Packs) -> int:
    """How many rules of the file would be written."""
    return sum(change.what in (NEW, CHANGED) for change in rule_changes(packs))


def load_rules(packs: Packs, *, province_code: str, by: User) -> None:
    """Write the drafts of rules the preview showed as new or changed. Raises Refused outside the person's province."""
    contents, changes = (*packs.streaks, *packs.bars), rule_changes(packs)
    province = province_written(by, province_code) if contents else None
    for content, change in zip(contents, changes, strict=True):
        if change.what not in (NEW, CHANGED):
            continue
        act, what = (RuleAct.DRAFTED, "theo tệp") if change.what == NEW else (RuleAct.CHANGED, "\n".join(change.lines))
        if "titles" in content:
            rule = stored_rule(content) or StreakRule(status=SetStatus.DRAFT)
            write_streak(rule, content)
            RuleEvent.objects.create(rule=rule, act=act, what=what, by=by)
        else:
            bar = stored_bar(content) or AwardBar(province=province, status=SetStatus.DRAFT, set_by=by)
            write_bar(bar, content)
            RuleEvent.objects.create(bar=bar, act=act, what=what, by=by)


# --- by page -----------------------------------------------------------------------------------------------------


@transaction.atomic
def draft_rule(rule: StreakRule | None, content: dict, *, province_code: str, seen: str, by: User) -> StreakRule:
    """A new draft of the province's, or a draft corrected; `seen` is the hash of what the page was made from.

    Raises Refused: not the person's province, no longer a draft, changed since it was seen.
    """
    province = province_written(by, province_code)
    if rule is None:
        lock_row(Unit.objects, province.pk)  # two drafters at once: each takes a free code
        rule = StreakRule(status=SetStatus.DRAFT)
        write_streak(rule, content | {"code": _free_code(province_code), "province_code": province_code})
        RuleEvent.objects.create(rule=rule, act=RuleAct.DRAFTED, by=by)
        return rule
    rule = _locked_draft(rule, by)
    held = content_of_rule(rule)
    refuse_unless_seen(held, seen, "Hãy mở lại trang để xem rồi ghi lại phần của đồng chí.")
    wanted = held | content
    lines = rule_differences(held, wanted)
    if lines:
        write_streak(rule, wanted)
        RuleEvent.objects.create(rule=rule, act=RuleAct.CHANGED, what="\n".join(lines), by=by)
    return rule


def _free_code(province_code: str) -> str:
    number = 1
    while StreakRule.objects.filter(code__iexact=f"{province_code}-LT-{number}").exists():
        number += 1
    return f"{province_code}-LT-{number}"


def _locked_draft(rule: StreakRule, by: User) -> StreakRule:
    """The draft under lock. Raises Refused where the person may not write it or it is none."""
    locked = lock_row(StreakRule.objects.select_related("programme", "document"), rule.pk)
    if not permissions.may_write(by, locked):
        raise Refused("Đồng chí không ghi được quy tắc này; quy tắc chung của cả nước chỉ đi theo gói của hệ thống.")
    if locked.status != SetStatus.DRAFT:
        raise Refused(f"“{locked.name}” đã ban hành nên không sửa. Hãy cho thôi áp dụng rồi lập quy tắc kế tiếp.")
    return locked


def rule_lacks(rule: StreakRule) -> list[str]:
    """Everything that keeps the draft from being published, a Vietnamese sentence each, no full stop."""
    document = rule.document
    found = []
    if rule.valid_from is None:
        found.append("chưa ghi ngày có hiệu lực")
    if not document.issued_on:
        found.append(f"văn bản {document.number} chưa có ngày ban hành")
    if rule.valid_from and (whose := of_another_province(rule.province_code, made_on(rule))):
        name, today = whose
        found.append(
            f"hiệu lực từ {rule.valid_from:%d/%m/%Y}, khi mã tỉnh {today.code} còn là của {name}, nên quy tắc không "
            f"tính cho đơn vị nào của {today}; hãy ghi hiệu lực từ ngày {today.opened_on:%d/%m/%Y} trở đi, các năm "
            "trước của đơn vị vẫn được cộng"
        )
    if not document.scan_sha256:
        found.append(f"văn bản {document.number} chưa đính kèm bản đã ký")
    if Confidence.NOT_FOUND in (rule.confidence, *(title.confidence for title in rule.titles.all())):
        found.append("còn chỗ chưa đọc được trong văn bản")
    others = StreakRule.objects.published().filter(
        programme=rule.programme, province_code=rule.province_code, is_example=rule.is_example
    )
    for other in with_issuers(others.select_related("document")):
        if set(other.unit_kinds) & set(rule.unit_kinds) and _meet(rule, other) and not other.is_inherited:
            until = f"đến hết ngày {other.valid_to:%d/%m/%Y}" if other.valid_to else "và chưa có ngày cuối"
            found.append(f"quy tắc “{other.name}” ({other.code}) của cùng loại đơn vị còn áp dụng {until}")
    return found


def _meet(one: StreakRule, other: StreakRule) -> bool:
    """Whether a day lies in both rules' time."""
    return (one.valid_from or date.min) <= (other.valid_to or date.max) and (other.valid_from or date.min) <= (
        one.valid_to or date.max
    )


@transaction.atomic
def publish_rule(rule: StreakRule, *, seen: str, by: User) -> StreakRule:
    """Let the draft count from its day on; from now it is only ended. Raises Refused listing all lacks."""
    rule = _locked_draft(rule, by)
    refuse_unless_seen(content_of_rule(rule), seen, "Chưa ban hành gì. Hãy xem lại bản thảo rồi ban hành.")
    list(StreakRule.objects.select_for_update().filter(programme=rule.programme, province_code=rule.province_code))
    if found := rule_lacks(rule):
        raise Refused(f"Chưa ban hành được “{rule.name}”: {'; '.join(found)}.")
    rule.status = SetStatus.PUBLISHED
    rule.save(update_fields=["status"])
    RuleEvent.objects.create(rule=rule, act=RuleAct.PUBLISHED, what=rule.document.number, by=by)
    return rule


@transaction.atomic
def end_rule(rule: StreakRule, *, last_day: date, by: User) -> StreakRule:
    """End a published rule of the province's with a day; the years it counted until then stay counted by it.

    Raises Refused: not the person's province, a draft, a day before it held or in a year that is past.
    """
    rule = lock_row(StreakRule.objects, rule.pk)
    if not permissions.may_write(by, rule):
        raise Refused("Đồng chí không ghi được quy tắc này; quy tắc chung của cả nước chỉ đi theo gói của hệ thống.")
    if rule.status == SetStatus.DRAFT:
        raise Refused(f"“{rule.name}” còn là bản thảo. Hãy sửa hoặc bỏ bản thảo.")
    settled = date(timezone.localdate().year - 1, 12, 31)
    if rule.valid_to and rule.valid_to <= max(settled, last_day):
        raise Refused(f"“{rule.name}” đã có ngày cuối cùng là {rule.valid_to:%d/%m/%Y}.")
    if rule.valid_from and last_day < rule.valid_from:
        raise Refused(f"“{rule.name}” có hiệu lực từ {rule.valid_from:%d/%m/%Y}. Hãy chọn ngày cuối từ ngày đó.")
    if last_day < settled:
        raise Refused(
            f"Các năm đến {settled.year} đã được tính theo “{rule.name}” nên không đổi được. "
            f"Hãy chọn ngày cuối từ {settled:%d/%m/%Y}."
        )
    rule.valid_to = last_day
    rule.save(update_fields=["valid_to"])
    RuleEvent.objects.create(rule=rule, act=RuleAct.ENDED, what=f"hết ngày {last_day:%d/%m/%Y}", by=by)
    return rule


@transaction.atomic
def drop_rule(rule: StreakRule, *, seen: str, by: User) -> None:
    """Throw a draft away. Raises Refused once published, or changed since it was seen."""
    rule = _locked_draft(rule, by)
    refuse_unless_seen(content_of_rule(rule), seen, "Chưa bỏ gì. Hãy xem lại thay đổi rồi hãy bỏ.")
    rule.delete()
    log.info("draft of streak rule %s thrown away by %s", rule.code, by)
