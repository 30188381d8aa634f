"""A province's rules beside its sets as plain data: rows of years running, bars from awards."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from units.enums import UnitKind

from ..enums import Bar, Level, MissingYear
from ..models import AwardBar, StreakRule, StreakTitle
from .content import STREAK_FIELDS, TITLE_FIELDS, plain
from .labels import field_in_words, value_in_words
from .parsing import cited
from .source import Source, Where

BAR_FIELDS: dict[str, Any] = {
    "bar": "",
    "programme": "",
    "first_year": None,
    "last_year": None,
    "ground": "",
    "document": "",
    "province_code": "",
}
BAR_KEY = ("bar", "programme", "first_year")  # what tells a province's bars apart


def bar_key(row: dict) -> str:
    """How a bar is told from the province's others: "unmet safety 2024"."""
    return " ".join(str(row[name]) for name in BAR_KEY)


# --- from a file -------------------------------------------------------------------------------------------------


def streak_of(row: dict, documents: Mapping[str, dict]) -> dict:
    """A rule of years running as plain data, its titles by their years; `documents` are those of the files."""
    cite = documents.get(row["document"], {}).get("cite", "")
    titles = [
        {name: one.get(name, default) for name, default in TITLE_FIELDS.items()}
        | {"article": cited(cite, one.get("article", ""))}
        for one in row["titles"]
    ]
    fields = {name: row.get(name, default) for name, default in STREAK_FIELDS.items()}
    return {
        **fields,
        "article": cited(cite, row.get("article", "")),
        "titles": sorted(titles, key=lambda one: one["years"]),
    }


def bar_of(row: dict) -> dict:
    """A bar from awards as plain data."""
    return {name: row.get(name, default) for name, default in BAR_FIELDS.items()}


def check_rules(source: Source, documents: Iterable[str], programmes: Iterable[str]) -> None:
    """What only the rules together with documents and programmes can show; broken ones are told by the schema."""
    for part, check in (("streaks", _streak_flaws), ("bars", _bar_flaws)):
        rows = source.data.get(part)
        whole = not any(where[:1] == (part,) for where in source.broken)
        seen: dict[str, int] = {}
        for place, row in enumerate(rows if isinstance(rows, list) and whole else []):
            for where, sentence in check(row, documents, programmes):
                source.fault((part, place, *where), sentence)
            if part == "bars" and (first := seen.setdefault(bar_key(row), place)) != place:
                line = source.lines.get((part, first), 1)
                source.fault((part, place), f"điều kiện này đã ghi ở dòng {line}; hãy bỏ một dòng")


def _streak_flaws(row: dict, documents: Iterable[str], programmes: Iterable[str]) -> Iterator[tuple[Where, str]]:
    if row["document"] not in documents:
        yield ("document",), f"không có văn bản mã “{row['document']}”"
    for name, codes in (("programme", [row["programme"]]), ("counts", row["counts"])):
        for code in codes:
            if code not in programmes:
                yield (name,), f"không có chương trình mã “{code}”"
    years = [one["years"] for one in row["titles"]]
    if len(set(years)) < len(years):
        yield ("titles",), "hai mốc cùng một số năm liên tục"
    if row.get("valid_to") and row["valid_to"] < row.get("valid_from", ""):
        yield ("valid_to",), "ngày cuối cùng đứng trước ngày có hiệu lực"


def _bar_flaws(row: dict, documents: Iterable[str], programmes: Iterable[str]) -> Iterator[tuple[Where, str]]:
    if row["programme"] not in programmes:
        yield ("programme",), f"không có chương trình mã “{row['programme']}”"
    if row.get("document") and row["document"] not in documents:
        yield ("document",), f"không có văn bản mã “{row['document']}”"
    if row.get("last_year", row["first_year"]) < row["first_year"]:
        yield ("last_year",), f"năm cuối đứng trước năm đầu ({row['first_year']})"


# --- from the database -------------------------------------------------------------------------------------------


def content_of_rule(rule: StreakRule) -> dict:
    """The stored rule as plain data, equal to its pack's when nothing differs."""
    return {
        **{name: plain(getattr(rule, name)) for name in STREAK_FIELDS if name not in ("programme", "document")},
        "programme": rule.programme.code,
        "document": rule.document.code,
        "titles": [
            {name: getattr(one, name) for name in TITLE_FIELDS}
            for one in sorted(rule.titles.all(), key=lambda one: one.years)
        ],
    }


def content_of_bar(bar: AwardBar) -> dict:
    """The stored bar as plain data; its province by the official code."""
    own = {name: getattr(bar, name) for name in ("bar", "first_year", "last_year", "ground")}
    codes = {"programme": bar.programme.code, "document": bar.document.code if bar.document else ""}
    return own | codes | {"province_code": bar.province.code}


# --- told --------------------------------------------------------------------------------------------------------


def rule_differences(stored: dict, wanted: dict) -> list[str]:
    """Every difference of two contents of one rule or one bar, a Vietnamese line each."""
    models = (AwardBar,) if "bar" in wanted else (StreakRule, StreakTitle)
    lines = [
        f"{field_in_words(name, models)}: {_value_or_empty(name, stored[name])} → {_value_or_empty(name, value)}"
        for name, value in wanted.items()
        if name != "titles" and stored[name] != value
    ]
    old, new = ({row["years"]: row for row in content.get("titles", [])} for content in (stored, wanted))
    lines += [f"thêm mốc {title_in_words(new[years])}" for years in new if years not in old]
    lines += [f"bỏ mốc {title_in_words(old[years])}" for years in old if years not in new]
    for years in (years for years in new if years in old and old[years] != new[years]):
        before, after = title_in_words(old[years]), title_in_words(new[years])
        lines.append(f"mốc {before} → {after}" if before != after else f"mốc {after}: đổi căn cứ hoặc độ tin cậy")
    return lines


def _value_or_empty(name: str, value: Any) -> str:
    return value_in_words(name, value) or "để trống"


def title_in_words(row: dict) -> str:
    """A title as a line of its rule: "3 năm liên tục: cấp huyện công nhận “…”"."""
    return f"{row['years']} năm liên tục: {Level(row['level']).label} công nhận “{row['title']}”"


def rule_reads(content: dict, programmes: Mapping[str, str]) -> list[str]:
    """The rule as sentences a reader checks it by; `programmes` are the names by code."""
    kinds = "; ".join(str(UnitKind(kind).label).lower() for kind in content["unit_kinds"])
    counts = " hoặc ".join(f"“{programmes.get(code, code)}”" for code in content["counts"])
    since = f", tính từ năm {content['first_year']}" if content["first_year"] else ""
    missing = str(MissingYear(content["missing_year"]).label).lower()
    return [
        f"Một năm của {kinds} được tính khi được công nhận ở {counts}{since}; năm không có hồ sơ: {missing}.",
        *(
            f"{row['years']} năm liền được công nhận → được đề nghị {Level(row['level']).label} công nhận "
            f"“{row['title']}”."
            for row in content["titles"]
        ),
    ]


def bar_reads(content: dict, programmes: Mapping[str, str]) -> str:
    """The bar as one sentence."""
    programme = programmes.get(content["programme"], content["programme"])
    until = f" đến hết năm {content['last_year']}" if content["last_year"] else ""
    result = str(Bar(content["bar"]).label).lower()
    return (
        f"Từ năm {content['first_year']}{until}, đơn vị có kết quả “{result}” ở chương trình “{programme}” "
        "thì không được xét khen thưởng."
    )
