"""Criteria packs: YAML files read with their line numbers, checked whole before anything is loaded."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import jsonschema
from django.conf import settings

from units.text import search_key

from .content import (
    CRITERION_FIELDS,
    DEADLINE_FIELDS,
    DECIMALS,
    ROUTE_FIELDS,
    SET_FIELDS,
    flaws,
    in_order,
    years_meet,
)
from .source import Fault, Source, Where, spell

FOLDER = settings.BASE_DIR / "fixtures" / "criteria"
SCHEMA = FOLDER / "pack.schema.json"


class BadPacks(Exception):
    """Packs that cannot be loaded, with every fault found in them."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Known:
    """What the database holds beside the packs: codes to lean on, sets whose years are taken."""

    documents: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()
    criteria: Mapping[str, dict] = field(default_factory=dict)
    sets: tuple[dict, ...] = ()


@dataclass(frozen=True)
class Packs:
    """Packs found whole, as the plain data of content.py."""

    documents: tuple[dict, ...]
    programmes: tuple[dict, ...]
    sets: tuple[dict, ...]
    to_publish: frozenset[tuple[str, int]]


# --- the schema ------------------------------------------------------------------------------------------------

TYPES = {
    "object": "một nhóm mục",
    "array": "một danh sách",
    "string": "chữ (số thì đặt trong dấu nháy)",
    "integer": "số nguyên",
    "number": "số",
    "boolean": "true hoặc false",
}


def _is_number(checker, value) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _validator():
    base = jsonschema.Draft202012Validator
    checker = base.TYPE_CHECKER.redefine("number", _is_number)
    shape = jsonschema.validators.extend(base, type_checker=checker)
    return shape(json.loads(SCHEMA.read_text()), format_checker=jsonschema.FormatChecker(["date"]))


def _schema_faults(source: Source) -> None:
    for error in _validator().iter_errors(source.data):
        where: Where = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            for key in set(error.instance) - set(error.schema["properties"]):
                source.fault((*where, key), f"không có mục tên “{key}”")
        elif error.validator == "required":
            for key in error.validator_value:
                if key not in error.instance:
                    source.fault(where, f"thiếu mục “{key}”")
        else:
            source.fault(where, _say(error))


def _say(error) -> str:
    asked, found = error.validator_value, error.instance
    shown = f"“{str(found)[:60]}”"
    match error.validator:
        case "type":
            return f"{shown} phải là {TYPES[asked]}"
        case "enum":
            return f"không có giá trị {shown}; chỉ dùng {', '.join(map(str, asked))}"
        case "pattern" | "format":
            return f"{shown} sai dạng; {error.schema.get('description', 'hãy xem lại cách ghi')}"
        case "maxLength":
            return f"dài {len(found)} ký tự, chỉ được {asked}; hãy viết gọn lại"
        case "minLength" | "minItems":
            return "không được để trống"
        case "minimum" | "exclusiveMinimum":
            return f"{shown} nhỏ hơn mức cho phép ({asked})"
        case "maximum":
            return f"{shown} lớn hơn mức cho phép ({asked})"
        case "uniqueItems":
            return "danh sách có giá trị lặp lại"
    return f"{shown} không hợp lệ"


# --- from the file's form to plain content ---------------------------------------------------------------------


def read_packs(paths: Iterable[Path], known: Known | None = None) -> Packs:
    """Read and check the packs together; raises BadPacks with every fault, so that nothing of them is loaded."""
    known = known or Known()
    sources = [Source(Path(path)) for path in paths]
    readable = [source for source in sources if source.data]
    for source in readable:
        _schema_faults(source)
    documents = _gather(readable, "documents", known.documents)
    programmes = _gather(readable, "programmes", known.programmes)
    drafts = [draft for source in readable for draft in _drafts(source, documents)]
    _resolve_reuse(drafts, known, {code for source in readable for code in _codes(source.data)})
    for draft in drafts:
        _check_names(draft, documents.keys() | known.documents, programmes.keys() | known.programmes)
        if not draft.is_unclear:
            for where, sentence in flaws(draft.content):
                draft.fault(where, sentence)
    _check_beside(drafts, known)
    for source in readable:
        _check_replaced(source, documents.keys() | known.documents)
    if faults := [fault for source in sources for fault in source.faults]:
        raise BadPacks(faults)
    return Packs(
        tuple(documents.values()),
        tuple(programmes.values()),
        tuple(draft.content for draft in drafts),
        frozenset(
            (draft.content["code"], draft.content["version"]) for draft in drafts if draft.row.get("publish", False)
        ),
    )


def _gather(sources: list[Source], part: str, stored: frozenset[str]) -> dict[str, dict]:
    """The rows of a part by code over all files; one code said in two ways is a fault."""
    found: dict[str, dict] = {}
    folded = {search_key(code): code for code in stored}
    for source in sources:
        rows = source.data.get(part)
        for place, row in enumerate(rows if isinstance(rows, list) else []):
            code = row.get("code") if isinstance(row, dict) else None
            if not isinstance(code, str):
                continue
            twin = folded.setdefault(search_key(code), code)
            if twin != code or (code in found and found[code] != row):
                source.fault((part, place, "code"), f"mã {code} đã dùng cho mục khác ({twin})")
            found.setdefault(code, row)
    return found


# Field of the content -> where a pack writes it.
WRITTEN_AS = {
    "window_from": ("window", "from"),
    "window_to": ("window", "to"),
    "kind": ("kinds",),
    "decide_level": ("decide",),
}


@dataclass
class Draft:
    """A set on its way from its file's form to plain content, remembering where each part stands."""

    source: Source
    where: Where
    row: dict
    content: dict
    criteria_at: list[Where]
    routes_at: list[Where]
    is_unclear: bool = False

    def fault(self, where: Where, sentence: str) -> None:
        where = (*where[:-1], *WRITTEN_AS.get(str(where[-1]), where[-1:]))
        at = {"criteria": self.criteria_at, "routes": self.routes_at}.get(str(where[0]))
        if at is not None and len(where) > 1:
            self.source.fault((*at[int(where[1])], *where[2:]), sentence)
        else:
            self.source.fault((*self.where, *where), sentence)


def _drafts(source: Source, documents: Mapping[str, dict]) -> Iterator[Draft]:
    """The file's sets whose shape is right; what is wrong with the others has been said by the schema."""
    broken = {fault.path.split(".")[0] for fault in source.faults}
    rows = source.data.get("sets")
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        where: Where = ("sets", place)
        if spell(where) in broken or "sets" in broken:
            continue
        cite = documents.get(row["document"], {}).get("cite", "")
        window = row.get("window", {})
        content = {
            "programme": row["programme"],
            "document": row["document"],
            **{name: row.get(name, default) for name, default in SET_FIELDS.items()},
            "window_from": window.get("from", ""),
            "window_to": window.get("to", ""),
            "window_article": _cited(cite, window.get("article", "")),
        }
        criteria = list(_criteria(row.get("criteria", []), (*where, "criteria"), cite))
        routes = list(_routes(row.get("routes", []), (*where, "routes"), cite))
        for order, (_, one) in enumerate(criteria, 1):
            one["order"] = order
        content["criteria"] = [one for _, one in criteria]
        content["routes"] = in_order([one for _, one in routes])
        at = {id(one): path for path, one in routes}
        routes_at = [at[id(one)] for one in content["routes"]]
        yield Draft(source, where, row, content, [path for path, _ in criteria], routes_at)


def _cited(cite: str, article: str) -> str:
    return f"{cite}, {article}".removeprefix(", ") if article else ""


def _criteria(rows: list[dict], where: Where, cite: str, parent: str = "") -> Iterator[tuple[Where, dict]]:
    """Groups and what is in them, in reading order; a field left out stays out until reuse has been looked up."""
    for place, row in enumerate(rows):
        at = (*where, place)
        one = {name: row[name] for name in CRITERION_FIELDS if name in row}
        one |= {name: f"{Decimal(one[name]):.2f}" for name in DECIMALS if name in one}
        yield at, {"parent": parent, **one, "article": _cited(cite, row["article"])}
        yield from _criteria(row.get("children", []), (*at, "children"), cite, row["code"])


def _routes(rows: list[dict], where: Where, cite: str) -> Iterator[tuple[Where, dict]]:
    for place, row in enumerate(rows):
        deadlines = [
            {"step": step, **one, "article": _cited(cite, one["article"])}
            for step, one in row.get("deadlines", {}).items()
        ]
        route = {name: row.get(name, default) for name, default in ROUTE_FIELDS.items() if name != "kind"}
        for kind in row["kinds"]:
            yield (
                (*where, place),
                {
                    **route,
                    "kind": kind,
                    "enter_level": row["enter"],
                    "appraise_level": row["appraise"],
                    "decide_level": row["decide"],
                    "article": _cited(cite, row["article"]),
                    "deadlines": in_order([{name: one[name] for name in DEADLINE_FIELDS} for one in deadlines]),
                },
            )


# --- what only the packs together, or with the database, can show ----------------------------------------------

OWN = {"code", "parent", "order", "number", "article", "reuses"}  # never taken over from the criterion reused


def _codes(data) -> Iterator[str]:
    """Every code named anywhere in a file, broken parts included."""
    if isinstance(data, dict) and isinstance(data.get("code"), str):
        yield data["code"]
    for part in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _codes(part)


def _resolve_reuse(drafts: list[Draft], known: Known, named: set[str]) -> None:
    """Fill what a reusing criterion leaves out from the one it reuses, then from the defaults.

    A set is left unclear when what it reuses stands in a broken part (`named` holds every code of the files).
    """
    sources = dict(known.criteria) | {row["code"]: row for draft in drafts for row in draft.content["criteria"]}
    for draft in drafts:
        rows = draft.content["criteria"]
        for place, row in enumerate(rows):
            reused = sources.get(row.get("reuses", ""), {})
            taken = {name: reused[name] for name in CRITERION_FIELDS if name in reused and name not in OWN}
            rows[place] = {"parent": row["parent"], **CRITERION_FIELDS, **taken, **row}
            if row.get("reuses") in named and not reused:
                draft.is_unclear = True
                continue
            if row.get("reuses") and (not reused or reused.get("reuses")):
                draft.fault(("criteria", place, "reuses"), f"không có tiêu chí gốc mã “{row['reuses']}” để dùng lại")
            if not rows[place]["measure"] or not rows[place]["label"]:
                draft.fault(
                    ("criteria", place), f"tiêu chí {row['code']}: thiếu nội dung (label) hoặc cách đo (measure)"
                )
                draft.is_unclear = True


def _check_replaced(source: Source, codes: Iterable[str]) -> None:
    rows = source.data.get("documents")
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        replaced = row.get("replaces") if isinstance(row, dict) else None
        if replaced is not None and replaced not in codes:
            source.fault(("documents", place, "replaces"), f"không có văn bản mã “{replaced}”")


def _check_names(draft: Draft, documents: Iterable[str], programmes: Iterable[str]) -> None:
    for name, codes, what in (("document", documents, "văn bản"), ("programme", programmes, "chương trình")):
        if draft.content[name] not in codes:
            draft.fault((name,), f"không có {what} mã “{draft.content[name]}”")


def _check_beside(drafts: list[Draft], known: Known) -> None:
    """Two sets of one code and version, or two that would judge the same kind in the same year."""
    own = {_key(draft.content) for draft in drafts}
    others = [row for row in known.sets if _key(row) not in own]
    for draft in drafts:
        content = draft.content
        for other in others:
            if _key(other) == _key(content):
                draft.fault(("code",), f"bộ {content['code']} phiên bản {content['version']} ghi hai lần")
            elif years_meet(content, other):
                draft.fault(
                    ("first_year",),
                    f"năm áp dụng trùng với bộ {other['code']} phiên bản {other['version']} của cùng loại đơn vị",
                )
        others.append(content)


def _key(row: dict) -> tuple[str, int]:
    return search_key(row["code"]), row["version"]


def all_packs() -> list[Path]:
    """The packs that come with the portal."""
    return sorted(FOLDER.glob("*.yaml"))
