"""A province's own set out of the lines that are known: where the law's text could not be read, its decision fills in.

The set is begun with the document it is typed from, and filled through the drafts' one door.
"""

from collections.abc import Iterator
from copy import deepcopy
from datetime import date

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from portal.core.vietnamese.text import plain_key
from units.enums import UnitKind
from units.models import Unit, User

from ..enums import Level, Measure, Outcome
from ..models import CriteriaSet, LegalDocument, Programme
from ..packs.content import content_of, digest, in_order
from ..packs.gaps import answer_of, answered
from ..queries import unsettled
from . import documents, drafts

KIND_CODES = {
    UnitKind.RESIDENTIAL_AREA: "KDC",
    UnitKind.COMMUNE: "XA",
    UnitKind.DISTRICT: "HUYEN",
    UnitKind.AGENCY: "CQ",
    UnitKind.ENTERPRISE: "DN",
    UnitKind.SCHOOL: "CSGD",
}


@transaction.atomic
def begin(
    programme: Programme,
    source: CriteriaSet | None,
    fields: dict,
    paper: dict | LegalDocument,
    *,
    by: User,
    scan: UploadedFile | None = None,
) -> CriteriaSet:
    """A draft of the writer's province with the lines of `source` as far as they are known, or with none.

    `fields` are name, code (empty: one is made), first_year, unit_kinds, outcome, province_code and place_code; `paper`
    the province's document, or the facts of a new one with its scan. Raises Refused outside the province, for a code in
    use, a scan that is no PDF.
    """
    province = fields["province_code"]
    if not isinstance(paper, LegalDocument):
        facts = dict.fromkeys(documents.FACTS, "") | dict.fromkeys(("in_force_on", "ended_on", "replaces"))
        paper = documents.write_document(None, facts | paper, province_code=province, scan=scan, by=by)
    elif scan is not None:
        seen = digest(documents.facts_of(paper))
        facts = {name: getattr(paper, name) for name in documents.FACTS}
        paper = documents.write_document(paper, facts, province_code=province, scan=scan, by=by, seen=seen)
    area = fields["place_code"] or province
    named = {**fields, "code": fields["code"] or free_code(programme, fields["unit_kinds"], area)}
    if source is None:
        content = drafts.empty(programme=programme.code, document=paper.code, **named)
    else:
        content = deepcopy(content_of(source)) | {"version": 1, "last_year": None, "base": ""}
        content |= named | {"document": paper.code}
        _narrow(content)
    return drafts.new_draft(content, by=by)


def _narrow(content: dict) -> None:
    """Leave out of a copied content what its kinds and its way of concluding have no place for."""
    content["routes"] = [row for row in content["routes"] if row["kind"] in content["unit_kinds"]]
    if content["outcome"] != Outcome.NUMBER_MET:
        content["needed_met"] = None
    if content["outcome"] == Outcome.GRADES:
        return
    content |= {"grades": [], "caps": [], "points_total": None}
    for row in content["criteria"]:
        if row["measure"] != Measure.POINTS:
            row["max_points"] = None


def free_code(programme: Programme, kinds: list[str], area_code: str) -> str:
    """A set's code out of province or place, programme and kinds that no set has: "15-GRADING-XA"."""
    stem = f"{area_code}-{programme.code.upper()[:20]}-{''.join(KIND_CODES[UnitKind(kind)] for kind in kinds)}"[:36]
    code, again = stem, 1
    while CriteriaSet.objects.filter(code__iexact=code).exists():
        again += 1
        code = f"{stem}-{again}"
    return code


def levels_of(province: Unit, year: int) -> list[Level]:
    """The levels of government the province has in the year and later, from below: districts ended on 30/6/2025."""
    districts = Unit.objects.filter(province=province, kind=UnitKind.DISTRICT)
    had = districts.exclude(closed_on__lt=date(year, 1, 1)).exists()
    return [level for level in (Level.COMMUNE, Level.DISTRICT, Level.PROVINCE) if had or level != Level.DISTRICT]


def fill(filled: dict) -> drafts.Edit:
    """What the guided page holds (`forms.guide.GuideForms.filled`), written over the draft's content."""

    def change(content: dict) -> None:
        _write_lines(content, filled["lines"])
        content |= filled["header"]
        if content["outcome"] == Outcome.GRADES:
            content["grades"] = filled["grades"]
        others = [row for row in content["routes"] if row not in filled["routes_before"]]
        content["routes"] = in_order([*others, *filled["routes"]])
        content["gaps"] = [_settled(one, filled["gaps"]) for one in content["gaps"]]

    return change


def _settled(kept: str, answers: dict[str, str]) -> str:
    """The gap with what is said of it now; one that the page did not ask of stays as it is."""
    sentence, _ = answer_of(kept)
    return answered(sentence, answers[sentence]) if sentence in answers else kept


def asked_gaps(criteria_set: CriteriaSet) -> list[tuple[str, str]]:
    """Gaps of the law's own set that the writer answers for, each with the answer it has."""
    still = unsettled(criteria_set)
    told = [answer_of(one) for one in criteria_set.gaps]
    return [(sentence, how) for sentence, how in told if how or sentence in still]


def _write_lines(content: dict, lines: list[tuple[dict, str]]) -> None:
    """Every line under its group, in the order of the page; new ones get a code of their own."""
    taken = {row["code"] for row, _ in lines if row["code"]}
    for row, _ in lines:
        if not row["code"]:
            row["code"] = _line_code(content["code"], row["number"], taken)
            taken.add(row["code"])
    groups = {plain_key(row["number"]): row["code"] for row, _ in lines if row["measure"] == Measure.GROUP}
    inside: dict[str, list[dict]] = {}
    for row, group in lines:
        row["parent"] = groups.get(group, "") if group else ""
        inside.setdefault(row["parent"], []).append(row)
    content["criteria"] = list(_in_tree(inside, ""))
    for order, row in enumerate(content["criteria"], 1):
        row["order"] = order
    content["caps"] = [cap for cap in content["caps"] if cap["criterion"] in taken]


def _in_tree(inside: dict[str, list[dict]], group: str) -> Iterator[dict]:
    for row in inside.get(group, ()):
        yield row
        yield from _in_tree(inside, row["code"])


def _line_code(stem: str, number: str, taken: set[str]) -> str:
    tail = "".join(letter if letter.isascii() and letter.isalnum() else "." for letter in plain_key(number)).strip(".")
    code = first = f"{stem[:28]}-{tail or 'dong'}"
    again = 1
    while code in taken:
        again += 1
        code = f"{first}-{again}"
    return code
