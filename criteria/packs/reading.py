"""Criteria packs: YAML files read with their line numbers, checked whole before anything is loaded."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import jsonschema
from django.conf import settings

from portal.core.sheets.reading import Problem
from portal.core.vietnamese.text import plain_key

from .checks import flaws, overlay_flaws, years_meet
from .content import CRITERION_FIELDS, PARTS, end_of, split_name
from .parsing import ParsedSet, drafts_of
from .rules import bar_key, bar_of, check_rules, streak_of
from .source import Fault, Source, Where

FOLDER = settings.BASE_DIR / "fixtures" / "criteria"
SCHEMA = FOLDER / "pack.schema.json"


class BadPacks(Exception):
    """Packs that cannot be loaded, with every fault found in them."""

    def __init__(self, faults: Iterable[Fault]):
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)))

    @property
    def problems(self) -> list[Problem]:
        """The faults as a file of rows has them; of no row where the file is no workbook."""
        return [
            Problem(
                fault.file,
                fault.line if fault.sheet else None,
                fault.told,
                fault.column or None,
                fault.sheet,
            )
            for fault in self.faults
        ]


@dataclass(frozen=True)
class Known:
    """What the database holds beside the packs: codes to lean on, sets whose years are taken."""

    documents: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()
    criteria: Mapping[str, dict] = field(default_factory=dict)
    sets: tuple[dict, ...] = ()
    base: Callable[[str], dict | None] = lambda name: None  # content of the published set of that name: "TT124-KDC/1"
    copied: Callable[[str], dict | None] = lambda name: None  # the same of any stored set


@dataclass(frozen=True)
class Packs:
    """Packs found whole, as the plain data of content.py."""

    documents: tuple[dict, ...]
    programmes: tuple[dict, ...]
    sets: tuple[dict, ...]
    to_publish: frozenset[tuple[str, int]]
    streaks: tuple[dict, ...] = ()
    bars: tuple[dict, ...] = ()
    notes: tuple[Fault, ...] = ()  # what of the files was no fault and yet not read
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (part, code or key) -> its line in the file


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
                    source.fault(where, f"thiếu mục “{source.named((*where, key))}”")
        else:
            source.fault(where, _say(error, source, where))


def _say(error, source: Source, where: Where) -> str:
    asked, found = error.validator_value, error.instance
    shown = f"“{str(found)[:60]}”"
    match error.validator:
        case "type":
            return f"{shown} phải là {TYPES[asked]}"
        case "enum":
            return f"không có giá trị {shown}; chỉ dùng {', '.join(source.shown(where, one) for one in asked)}"
        case "pattern" | "format":
            return f"{shown} sai dạng; {source.hint(where, error.schema.get('description', 'hãy xem lại cách ghi'))}"
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


def read_packs(paths: Iterable[Path | Source], known: Known | None = None) -> Packs:
    """Read and check the packs together; raises BadPacks with every fault, so that nothing of them is loaded."""
    known = known or Known()
    sources = [path if isinstance(path, Source) else Source(Path(path)) for path in paths]
    readable = [source for source in sources if source.data]
    for source in readable:
        _schema_faults(source)
    documents = _gather(readable, "documents", known.documents)
    programmes = _gather(readable, "programmes", known.programmes)
    drafts = [draft for source in readable for draft in drafts_of(source, documents)]
    streaks = _gather(readable, "streaks", frozenset())
    named = {code for source in readable for code in _codes(source.data)}
    _copy_alike(drafts, known, named)
    _resolve_reuse(drafts, known, named)
    for draft in drafts:
        _check_names(draft, documents.keys() | known.documents, programmes.keys() | known.programmes)
    _lay_over(drafts, known)
    for draft in drafts:
        if not draft.is_unclear:
            for where, sentence in flaws(draft.content):
                draft.fault(where, sentence)
    _check_beside(drafts, known)
    _check_rounds(drafts, known)
    for source in readable:
        _check_replaced(source, documents.keys() | known.documents)
        check_rules(source, documents.keys() | known.documents, programmes.keys() | known.programmes)
    if faults := [fault for source in sources for fault in source.faults]:
        raise BadPacks(faults)
    return Packs(
        tuple(documents.values()),
        tuple(programmes.values()),
        tuple(draft.content for draft in drafts),
        frozenset(
            (draft.content["code"], draft.content["version"]) for draft in drafts if draft.row.get("publish", False)
        ),
        tuple(streak_of(row, documents) for row in streaks.values()),
        tuple(bar_of(row) for source in readable for row in source.data.get("bars", [])),
        tuple(note for source in sources for note in source.notes),
        dict(_lines(readable)),
    )


def _lines(sources: list[Source]) -> Iterator[tuple[tuple[str, str], int]]:
    """Where each row of these parts stands, for what is told of it once all is found whole."""
    for source in sources:
        for part in ("documents", "programmes", "sets", "streaks", "bars"):
            for place, row in enumerate(source.data.get(part, [])):
                key = bar_key(row) if part == "bars" else row["code"]
                yield (part, key), source.lines.get((part, place), 1)


def _gather(sources: list[Source], part: str, stored: frozenset[str]) -> dict[str, dict]:
    """The rows of a part by code over all files; one code said in two ways is a fault."""
    found: dict[str, dict] = {}
    folded = {plain_key(code): code for code in stored}
    for source in sources:
        rows = source.data.get(part)
        for place, row in enumerate(rows if isinstance(rows, list) else []):
            code = row.get("code") if isinstance(row, dict) else None
            if not isinstance(code, str):
                continue
            twin = folded.setdefault(plain_key(code), code)
            if twin != code or (code in found and found[code] != row):
                source.fault((part, place, "code"), f"mã {code} đã dùng cho mục khác ({twin})")
            found.setdefault(code, row)
    return found


# --- what only the packs together, or with the database, can show ----------------------------------------------

OWN = {"code", "parent", "order", "number", "article", "reuses"}  # never taken over from the criterion reused


def _codes(data) -> Iterator[str]:
    """Every code named anywhere in a file, broken parts included."""
    if isinstance(data, dict) and isinstance(data.get("code"), str):
        yield data["code"]
    for part in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _codes(part)


COPIED = ("excluded_subtypes", "needed_met", "points_total", "not_applicable_rule")


def _copy_alike(drafts: list[ParsedSet], known: Known, named: set[str]) -> None:
    """Fill a set written as one `like` another with what it leaves out of that set; its gaps are its own.

    Lines come with the clauses they were cited by, so that what stays the same compares as the same.
    """
    beside = {draft.name: draft for draft in drafts}
    done: set[str] = set()

    def fill(name: str, above: tuple[str, ...]) -> None:
        draft = beside.get(name)
        model = draft.row.get("like") if draft else None
        if draft is None or model is None or name in done:
            return
        done.add(name)
        if model in (*above, name):
            draft.fault(("like",), f"chép vòng quanh: {' → '.join([*above, name, model])}")
            draft.is_unclear = True
            return
        fill(model, (*above, name))
        other = beside[model].content if model in beside else known.copied(model)
        if other is not None:
            _take_over(draft, other)
            draft.is_unclear = draft.is_unclear or (model in beside and beside[model].is_unclear)
            return
        draft.is_unclear = True
        if split_name(model)[0] not in named:
            draft.fault(("like",), f"không có bộ “{model}” để chép")

    for name in beside:
        fill(name, ())


def _take_over(draft: ParsedSet, other: dict) -> None:
    """What the draft leaves out, from the other set; a line it writes itself stands in for the one of that code."""
    content, where = draft.content, (*draft.where, "like")
    content |= {field: other[field] for field in COPIED if field not in draft.row}
    if "window" not in draft.row:
        content |= {field: other[field] for field in ("window_from", "window_to", "window_article")}
    at = dict(zip((row["code"] for row in content["criteria"]), draft.at["criteria"], strict=True))
    written = {row["code"]: row for row in content["criteria"]}
    if len(written) < len(content["criteria"]):
        return  # a code written twice: said by the flaws
    rows = [written.pop(row["code"], row) | {"parent": row["parent"]} for row in other["criteria"]]
    content["criteria"] = [*rows, *written.values()]
    draft.at["criteria"] = [at.get(row["code"], where) for row in content["criteria"]]
    for order, row in enumerate(content["criteria"], 1):
        row["order"] = order
    for part in ("routes", *PARTS):
        if not content[part]:
            content[part] = [dict(row) for row in other[part]]
            draft.at[part] = [where] * len(content[part])


def _resolve_reuse(drafts: list[ParsedSet], known: Known, named: set[str]) -> None:
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
            if row.get("reuses") and not reused:
                draft.fault(("criteria", place, "reuses"), f"không có tiêu chí gốc mã “{row['reuses']}” để dùng lại")
            elif row.get("reuses") and reused.get("reuses"):
                draft.fault(("criteria", place, "reuses"), _why_reused(row["code"], sources))
            if not rows[place]["measure"] or not rows[place]["label"]:
                draft.fault(
                    ("criteria", place), f"tiêu chí {row['code']}: thiếu nội dung (label) hoặc cách đo (measure)"
                )
                draft.is_unclear = True


def _why_reused(code: str, sources: Mapping[str, dict]) -> str:
    """Why a criterion that itself reuses another cannot be reused: going round, or one step too far."""
    chain = [code]
    while (after := sources.get(chain[-1], {}).get("reuses")) and after not in chain:
        chain.append(after)
    if after:
        return f"dùng lại vòng quanh: {' → '.join([*chain, after])}"
    return f"tiêu chí {chain[1]} lại dùng lại {chain[2]}; hãy dùng lại thẳng {chain[-1]}"


def _lay_over(drafts: list[ParsedSet], known: Known) -> None:
    """Put the lines of an overlay's base before its own, with what else the overlay leaves to its base."""
    contents = {draft.name: draft.content for draft in drafts}
    for draft in drafts:
        content = draft.content
        if not content["base"]:
            continue
        base = contents.get(content["base"]) or known.base(content["base"])
        if base is not None and not base["base"]:
            _add_lines(draft, base)
            for part in ("routes", *PARTS):
                if not content[part]:
                    content[part] = [dict(row) for row in base[part]]
                    draft.at[part] = [draft.where] * len(content[part])
        for where, sentence in overlay_flaws(content, base if base and not base["base"] else None):
            draft.fault(where, sentence)


def _add_lines(draft: ParsedSet, base: dict) -> None:
    """The base's lines with the overlay's own: each after the last line of the group it goes `into`, or at the end."""
    rows = [dict(row) for row in base["criteria"]]
    at = [draft.where] * len(rows)
    for row, where in zip(draft.content["criteria"], draft.at["criteria"], strict=True):
        place = end_of(rows, row["parent"])
        rows.insert(place, row)
        at.insert(place, where)
    for order, row in enumerate(rows, 1):
        row["order"] = order
    draft.content["criteria"], draft.at["criteria"] = rows, at


def _check_rounds(drafts: list[ParsedSet], known: Known) -> None:
    """Programmes that wait for each other's result of the same year would never be decided."""
    own = {_key(draft.content) for draft in drafts}
    needs: dict[str, set[str]] = {}
    for content in (*(row for row in known.sets if _key(row) not in own), *(draft.content for draft in drafts)):
        same_year = {row["programme"] for row in content["preconditions"] if not row["years_back"]}
        needs.setdefault(content["programme"], set()).update(same_year)
    for draft in drafts:
        start = draft.content["programme"]
        for place, row in enumerate(draft.content["preconditions"]):
            if row["years_back"] or row["programme"] == start:
                continue
            seen, ahead = set(), [row["programme"]]
            while ahead:
                one = ahead.pop()
                if one not in seen:
                    seen.add(one)
                    ahead += needs.get(one, ())
            if start in seen:
                draft.fault(
                    ("preconditions", place, "programme"),
                    f"tính vòng: kết quả cùng năm của “{row['programme']}” lại chờ kết quả của “{start}”",
                )


def _check_replaced(source: Source, codes: Iterable[str]) -> None:
    rows = source.data.get("documents")
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        replaced = row.get("replaces") if isinstance(row, dict) else None
        if replaced is not None and replaced not in codes:
            source.fault(("documents", place, "replaces"), f"không có văn bản mã “{replaced}”")


def _check_names(draft: ParsedSet, documents: Iterable[str], programmes: Iterable[str]) -> None:
    for name, codes, what in (("document", documents, "văn bản"), ("programme", programmes, "chương trình")):
        if draft.content[name] not in codes:
            draft.fault((name,), f"không có {what} mã “{draft.content[name]}”")


def _check_beside(drafts: list[ParsedSet], known: Known) -> None:
    """Two sets of one code and version, or two that would judge the same kind in the same year.

    Beside what is stored a draft judges nobody, and a stored draft neither: what a province writes in the browser never
    keeps the packs from being read (`services.publish` asks again).
    """
    own = {_key(draft.content) for draft in drafts}
    stored = [row for row in known.sets if _key(row) not in own]
    published = [row for row in stored if row["is_published"]]
    others: list[dict] = []
    for draft in drafts:
        content = draft.content
        beside = published if draft.row.get("publish", False) else []
        for other in (*beside, *others):
            if _key(other) == _key(content):
                draft.fault(("code",), f"bộ {content['code']} phiên bản {content['version']} ghi hai lần")
            elif content["is_example"] == other["is_example"] and years_meet(content, other):
                draft.fault(
                    ("first_year",),
                    f"năm áp dụng trùng với bộ {other['code']} phiên bản {other['version']} của cùng loại đơn vị",
                )
        others.append(content)


def _key(row: dict) -> tuple[str, int]:
    return plain_key(row["code"]), row["version"]


def all_packs() -> list[Path]:
    """The packs that come with the portal."""
    return sorted(FOLDER.glob("*.yaml"))


def demo_packs() -> list[Path]:
    """Examples that are no law, for the demo alone; they lean on the packs that come with the portal."""
    return sorted((FOLDER / "demo").glob("*.yaml"))
