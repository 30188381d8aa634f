"""Writing plain content to its rows: a draft's, a rule's; unseen changes of others are refused."""

from typing import Any

from django.db.models import F

from portal.core.rows.seen import refuse_unseen

from ..models import (
    AwardBar,
    CriteriaSet,
    Criterion,
    Deadline,
    LegalDocument,
    Programme,
    Route,
    StreakRule,
    StreakTitle,
)
from ..packs.content import (
    CRITERION_FIELDS,
    DEADLINE_FIELDS,
    KEYS,
    PARTS,
    ROUTE_FIELDS,
    SET_FIELDS,
    STREAK_FIELDS,
    digest,
    split_name,
)


def refuse_unless_seen(content: dict, seen: str, remedy: str) -> None:
    """Raises Refused when somebody changed what the person's page was made from; `seen` is the hash it carried."""
    refuse_unseen(digest(content), seen, f"Bản thảo vừa được người khác sửa. {remedy}")


def write_set(row: CriteriaSet, content: dict, *, by_hand: bool = False) -> None:
    """Write a draft: rows keep their ids by code, so files that point at them stay whole. `by_hand`: a person does."""
    row.programme = Programme.objects.get(code=content["programme"])
    row.document = LegalDocument.objects.get(code=content["document"])
    row.base = _base(content["base"])
    for name in SET_FIELDS:
        setattr(row, name, content[name])
    row.sha256 = "" if by_hand else digest(content)
    row.save()
    _write_criteria(row, content["criteria"])
    _write_routes(row, content["routes"])
    for part in PARTS:
        _write_part(row, part, content[part])


def write_streak(rule: StreakRule, content: dict) -> None:
    """Write a rule of years running; its titles are written anew."""
    for name in STREAK_FIELDS:
        if name not in ("programme", "document"):
            setattr(rule, name, content[name])
    rule.programme = Programme.objects.get(code=content["programme"])
    rule.document = LegalDocument.objects.get(code=content["document"])
    rule.save()
    rule.titles.all().delete()
    StreakTitle.objects.bulk_create(StreakTitle(rule=rule, **one) for one in content["titles"])


def write_bar(bar: AwardBar, content: dict) -> None:
    """Write a bar from awards; its province is the row's own."""
    for name in ("bar", "first_year", "last_year", "ground"):
        setattr(bar, name, content[name])
    bar.programme = Programme.objects.get(code=content["programme"])
    bar.document = LegalDocument.objects.get(code=content["document"]) if content["document"] else None
    bar.save()


def _base(name: str) -> CriteriaSet | None:
    if not name:
        return None
    code, version = split_name(name)
    return CriteriaSet.objects.get(code=code, version=version)


def _write_part(criteria_set: CriteriaSet, part: str, rows: list[dict]) -> None:
    """A part's rows by their key, so that files pointing at a grade or a paper stay whole."""
    held = getattr(criteria_set, part)
    stored = {tuple(_key_value(one, name) for name in KEYS[part]): one for one in held.all()}
    for row in rows:
        one = stored.pop(tuple(row[name] for name in KEYS[part]), None) or held.model(criteria_set=criteria_set)
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


def _key_value(row: Any, name: str) -> Any:
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
