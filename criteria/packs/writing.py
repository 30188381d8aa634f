"""A set, or a province's rules, out as a pack file, and the form packs and workbooks share."""

from collections.abc import Iterable
from decimal import Decimal

import yaml

from ..models import AwardBar, CriteriaSet, LegalDocument, Programme, StreakRule
from .content import CRITERION_FIELDS, DECIMALS, PARTS, ROUTE_FIELDS, SET_FIELDS, TITLE_FIELDS, content_of, plain
from .rules import content_of_bar, content_of_rule

DOCUMENT = (
    *("code", "number", "cite", "title", "issuer", "issued_on", "in_force_on", "ended_on"),
    *("replaces", "province_code"),
)


def as_pack(criteria_set: CriteriaSet) -> dict:
    """The set as the form a pack file has, defaults left out; reading it back gives the same content."""
    content = content_of(criteria_set)
    document, programme = criteria_set.document, criteria_set.programme
    cite = _cite(document)
    row = {"code": content["code"], "version": content["version"], "programme": content["programme"]}
    row |= {"document": content["document"], "base": content["base"]}
    row |= {name: content[name] for name in SET_FIELDS if name not in ("code", "version") and "window" not in name}
    if content["window_from"]:
        row["window"] = {"from": content["window_from"], "to": content["window_to"]}
        row["window"]["article"] = _own_article(content["window_article"], cite)
    inherited = {one["code"] for one in content_of(criteria_set.base)["criteria"]} if criteria_set.base else set()
    own = [one for one in content["criteria"] if one["code"] not in inherited]
    row["criteria"] = _nested(own, "", cite, inherited)
    row["routes"] = [_route(one, cite) for one in content["routes"]]
    for part, fields in PARTS.items():
        row[part] = [_trimmed(one, fields, cite, leave={"order"}) for one in content[part]]
    return {
        "documents": _documents([document]),
        "programmes": [_programme(programme)],
        "sets": [{name: _number(name, value) for name, value in row.items() if value not in (None, "", [], False)}],
    }


def rules_pack(rules: Iterable[StreakRule], bars: Iterable[AwardBar]) -> dict:
    """A province's rules as the form a pack file has, with the documents and programmes they lean on and no set."""
    rules, bars = list(rules), list(bars)
    codes = {code for rule in rules for code in (rule.programme.code, *rule.counts)}
    programmes = Programme.objects.filter(code__in=codes | {bar.programme.code for bar in bars}).order_by("code")
    return {
        "documents": _documents([*(rule.document for rule in rules), *(bar.document for bar in bars if bar.document)]),
        "programmes": [_programme(one) for one in programmes],
        "sets": [],
        "streaks": [_streak(content_of_rule(rule), _cite(rule.document)) for rule in rules],
        "bars": [_filled(content_of_bar(bar)) for bar in bars],
    }


def _streak(content: dict, cite: str) -> dict:
    row = _filled(content | {"article": _own_article(content["article"], cite)})
    row["titles"] = [_trimmed(one, TITLE_FIELDS, cite) for one in content["titles"]]
    return row


def _filled(row: dict) -> dict:
    return {name: value for name, value in row.items() if value not in (None, "", [], False)}


def _documents(asked: list[LegalDocument]) -> list[dict]:
    """The documents with those they replaced, so that the file leans on nothing outside itself."""
    found: dict[str, dict] = {}
    ahead = list(asked)
    while ahead:
        one = ahead.pop(0)
        if one.code in found:
            continue
        facts = {name: plain(getattr(one, name)) for name in DOCUMENT if name != "replaces"}
        facts |= {"cite": _cite(one), "replaces": one.replaces.code if one.replaces else ""}
        found[one.code] = _filled(facts)
        if one.replaces:
            ahead.append(one.replaces)
    return list(found.values())


def _cite(document: LegalDocument) -> str:
    """The short name a pack must give a document: of one written without, the start of its number."""
    return document.cite or document.number[:14]


def _programme(programme: Programme) -> dict:
    return {"code": programme.code, "name": programme.name, "title": programme.title}


def _own_article(article: str, cite: str) -> str:
    """The clause as a pack writes it: without its document's short name, "=" before another document's."""
    if cite and article.startswith(f"{cite}, "):
        return article[len(cite) + 2 :]
    return f"={article}" if article and cite else article


def _number(name: str, value):
    if name in DECIMALS and isinstance(value, str):
        exact = Decimal(value)
        return int(exact) if exact == exact.to_integral_value() else float(exact)
    return value


def _trimmed(row: dict, fields: dict, cite: str, leave=frozenset()) -> dict:
    told = {}
    for name, default in fields.items():
        if name in leave or (row[name] == default and name != "article") or row[name] is None:
            continue
        value = _own_article(row[name], cite) if name == "article" else row[name]
        if value not in ("", []):
            told[name] = _number(name, value)
    return told


def _nested(rows: list[dict], parent: str, cite: str, inherited=frozenset()) -> list[dict]:
    told = []
    for row in rows:
        if row["parent"] != parent and not (not parent and row["parent"] in inherited):
            continue
        one = _trimmed(row, CRITERION_FIELDS, cite, leave={"order"})
        if not parent and row["parent"]:
            one["into"] = row["parent"]
        if children := _nested(rows, row["code"], cite):
            one["children"] = children
        told.append(one)
    return told


def _route(row: dict, cite: str) -> dict:
    told = {"kinds": [row["kind"]], "managed_at": row["managed_at"]}
    told |= {short: row[f"{short}_level"] for short in ("enter", "appraise", "decide")}
    told |= _trimmed(
        row, ROUTE_FIELDS, cite, leave={"kind", "managed_at", "enter_level", "appraise_level", "decide_level"}
    )
    if row["deadlines"]:
        told["deadlines"] = {
            one["step"]: {
                "month": one["month"],
                "day": one["day"],
                "inclusive": one["inclusive"],
                "article": _own_article(one["article"], cite) or "–",
            }
            for one in row["deadlines"]
        }
    return told


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data):
        return True


def as_yaml(criteria_set: CriteriaSet) -> str:
    """The set as the text of a pack file."""
    return _text(as_pack(criteria_set))


def rules_as_yaml(rules: Iterable[StreakRule], bars: Iterable[AwardBar]) -> str:
    """Rules of years running and bars from awards as the text of a pack file."""
    return _text(rules_pack(rules, bars))


def _text(pack: dict) -> str:
    return yaml.dump(pack, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110)
