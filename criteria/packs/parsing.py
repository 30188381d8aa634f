"""A pack's sets on their way from the file's form to the plain content of content.py."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .content import (
    CRITERION_FIELDS,
    DEADLINE_FIELDS,
    DECIMALS,
    PARTS,
    ROUTE_FIELDS,
    SET_FIELDS,
    in_order,
    keyed,
    set_name,
)
from .source import Source, Where

# Field of the content -> where a pack writes it.
WRITTEN_AS = {
    "window_from": ("window", "from"),
    "window_to": ("window", "to"),
    "kind": ("kinds",),
    "decide_level": ("decide",),
}


@dataclass
class ParsedSet:
    """A set on its way from its file's form to plain content, remembering where each part stands."""

    source: Source
    where: Where
    row: dict
    content: dict
    at: dict[str, list[Where]]  # part -> where each of its rows stands
    is_unclear: bool = False

    @property
    def name(self) -> str:
        """How other sets lean on it: "TT124-KDC/1"."""
        return set_name(self.content["code"], self.content["version"])

    def fault(self, where: Where, sentence: str) -> None:
        where = (*where[:-1], *WRITTEN_AS.get(str(where[-1]), where[-1:]))
        at = self.at.get(str(where[0]))
        if at is not None and len(where) > 1 and int(where[1]) < len(at):
            self.source.fault((*at[int(where[1])], *where[2:]), sentence)
        else:
            self.source.fault((*self.where, *where), sentence)


def drafts_of(source: Source, documents: Mapping[str, dict]) -> Iterator[ParsedSet]:
    """The file's sets whose shape is right; what is wrong with the others has been said by the schema."""
    broken = set(source.broken)
    rows = source.data.get("sets")
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        where: Where = ("sets", place)
        if where in broken or ("sets",) in broken:
            continue
        cite = documents.get(row["document"], {}).get("cite", "")
        window = row.get("window", {})
        content = {
            "programme": row["programme"],
            "document": row["document"],
            "base": row.get("base", ""),
            **_decimals({name: row.get(name, default) for name, default in SET_FIELDS.items()}),
            "window_from": window.get("from", ""),
            "window_to": window.get("to", ""),
            "window_article": cited(cite, window.get("article", "")),
        }
        criteria = list(_criteria(row.get("criteria", []), (*where, "criteria"), cite))
        for order, (_, one) in enumerate(criteria, 1):
            one["order"] = order
        content["criteria"] = [one for _, one in criteria]
        at = {"criteria": [path for path, _ in criteria]}
        routes = list(_routes(row.get("routes", []), (*where, "routes"), cite))
        content["routes"] = in_order([one for _, one in routes])
        at["routes"] = _paths(content["routes"], routes)
        for part in PARTS:
            rows = list(_part(part, row.get(part, []), (*where, part), cite))
            content[part] = keyed(part, [one for _, one in rows])
            at[part] = _paths(content[part], rows)
        yield ParsedSet(source, where, row, content, at)


def _paths(rows: list[dict], found: list[tuple[Where, dict]]) -> list[Where]:
    """Where each row stands in the file, in the order of `rows`."""
    at = {id(one): path for path, one in found}
    return [at[id(one)] for one in rows]


def _decimals(row: dict) -> dict:
    return {
        name: f"{Decimal(value):.2f}" if name in DECIMALS and value is not None else value
        for name, value in row.items()
    }


def _part(part: str, rows: list[dict], where: Where, cite: str) -> Iterator[tuple[Where, dict]]:
    for place, row in enumerate(rows):
        one = {name: row.get(name, default) for name, default in PARTS[part].items()}
        if part == "papers":
            one["order"] = place + 1
        yield (*where, place), _decimals({**one, "article": cited(cite, row.get("article", ""))})


def cited(cite: str, article: str) -> str:
    """The clause with its document's short name; one that begins with "=" is of another document, told whole."""
    if article.startswith("="):
        return article[1:].strip()
    return f"{cite}, {article}".removeprefix(", ") if article else ""


def _criteria(rows: list[dict], where: Where, cite: str, parent: str = "") -> Iterator[tuple[Where, dict]]:
    """Groups and what is in them, in reading order; a field left out stays out until reuse has been looked up."""
    for place, row in enumerate(rows):
        at = (*where, place)
        one = {name: row[name] for name in CRITERION_FIELDS if name in row}
        yield at, {"parent": parent or row.get("into", ""), **_decimals(one), "article": cited(cite, row["article"])}
        yield from _criteria(row.get("children", []), (*at, "children"), cite, row["code"])


def _routes(rows: list[dict], where: Where, cite: str) -> Iterator[tuple[Where, dict]]:
    for place, row in enumerate(rows):
        deadlines = [
            {"step": step, **one, "article": cited(cite, one["article"])}
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
                    "article": cited(cite, row["article"]),
                    "deadlines": in_order([{name: one[name] for name in DEADLINE_FIELDS} for one in deadlines]),
                },
            )
