"""A safety year over the real TT 124 criteria, and dossiers moved along it through the real doors."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile

from criteria.judging.values import CriterionSpec, Value
from criteria.models import CriteriaSet, Programme
from criteria.queries import rule_of, specs_of
from evaluations import queries, services, workflow
from evaluations.enums import Action, Ballot, Side
from evaluations.models import Cycle, Decision, Evaluation, Evidence, PastTotal, Sitting
from portal.core.vietnamese.figures import plain_number
from tests.criteria.factories import first_versions, load_packs
from units.enums import UnitKind
from units.models import Seat, User

YEAR = 2024
GOOD = {
    "must": Value(met=True),
    "event": Value(value=Decimal(0)),
    "trend": Value(numerator=1, denominator=2),
    "percent": Value(numerator=100, denominator=100),
    "count": Value(value=Decimal(5)),
    "points": Value(value=Decimal(1)),
}
BAD = {
    "must": Value(met=False),
    "event": Value(value=Decimal(1)),
    "trend": Value(numerator=2, denominator=1),
    "percent": Value(numerator=1, denominator=100),
    "count": Value(value=Decimal(0)),
    "points": Value(value=Decimal(0)),
}


def published_sets() -> dict[str, CriteriaSet]:
    """The real packs, loaded unless they are there; the first version of each set by code."""
    return first_versions() if Programme.objects.filter(code="safety").exists() else load_packs()


def open_year(tree, year: int = YEAR, *, by: User | None = None, as_of: date | None = None) -> Cycle:
    """The safety programme's year of the tree's province, opened by the real service."""
    published_sets()
    programme = Programme.objects.get(code="safety")
    return services.open_cycle(programme, tree.province, year, as_of=as_of or date(year, 6, 30), by=by)


def make_total(place, year: int = 2021, kind=UnitKind.RESIDENTIAL_AREA, source: str = "Báo cáo số 1") -> PastTotal:
    """What a paper says of a place's units in a year before the portal."""
    figures = services.Figures(total=12, registered=10, met=9, source=source)
    programme = Programme.objects.get(code="safety")
    row = services.Total(place, programme, year, kind, figures)
    services.record_totals([row], place.province, by=None, reason="Theo báo cáo.")
    return PastTotal.objects.get(place=place, year=year, kind=kind)


def dossier_of(cycle: Cycle, unit) -> Evaluation:
    return cycle.evaluations.select_related("cycle__programme", "criteria_set", "unit").get(unit=unit)


def make_paper(words: str = "Minh chứng", name: str = "minh-chung.pdf") -> SimpleUploadedFile:
    """A one-page PDF of its own content: two calls with other words differ in their hash."""
    import pikepdf

    held = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(100, 100))
        pdf.docinfo["/Title"] = words
        pdf.save(held, deterministic_id=True)
    return SimpleUploadedFile(name, held.getvalue(), "application/pdf")


def read_criteria(dossier: Evaluation) -> None:
    """What a process reads once of a published set costs the first dossier alone: read it before counting."""
    specs_of(dossier.criteria_set)
    rule_of(dossier.criteria_set)


def answered(dossier: Evaluation) -> list[CriterionSpec]:
    """The criteria a person answers."""
    return [line for line in specs_of(dossier.criteria_set) if line.measure not in ("group", "derived")]


def answer_all(dossier: Evaluation, by: User, *, failing=(), side: str = Side.OWN) -> None:
    """Answer every criterion so that it is met; the codes in `failing` so that it is not."""
    versions = dict(dossier.answers.values_list("criterion__code", "version"))
    for line in answered(dossier):
        value = (BAD if line.code in failing else GOOD)[line.measure]
        services.save_answer(dossier, line.code, value, version=versions.get(line.code, 0), by=by, side=side)


def attach(dossier: Evaluation, by: User, codes: list[str] | None = None, *, title: str = "Tài liệu chứng minh"):
    """One paper for the codes, or for every criterion that asks for one; None when none does."""
    codes = [line.code for line in answered(dossier) if line.needs_evidence] if codes is None else codes
    return (
        services.add_evidence([dossier], make_paper(f"{title} {dossier.pk}"), by=by, title=title, codes=codes)[0]
        if codes
        else None
    )


def register(*dossiers: Evaluation, by: User) -> None:
    for dossier in dossiers:
        workflow.advance(dossier, Action.REGISTER, by=by)


def submit(*dossiers: Evaluation, by: User, failing=()) -> None:
    """Expected dossiers to submitted: registered, answered, proved and sent by the same person."""
    for dossier in dossiers:
        workflow.advance(dossier, Action.REGISTER, by=by)
        answer_all(dossier, by, failing=failing)
        attach(dossier, by)
        workflow.advance(dossier, Action.SUBMIT, by=by)


def appraise(*dossiers: Evaluation, by: User) -> None:
    """Submitted dossiers to appraised: the own answers taken over as they are."""
    for dossier in dossiers:
        services.accept_answers(dossier, by=by)
        workflow.advance(dossier, Action.APPRAISE, by=by)


def hold_sitting(
    committee,
    dossiers: list[Evaluation],
    *,
    by: User,
    held_on: date = date(YEAR, 11, 4),
    ballot: str = Ballot.FOR,
    place: str = "Phòng họp",
) -> Sitting:
    """A sitting with the dossiers on its agenda, everybody present, every seat's ballot cast; not closed yet."""
    cycle = dossiers[0].cycle
    sitting = services.create_sitting(committee, cycle, held_on=held_on, place=place, chair=None, secretary=None, by=by)
    services.add_to_agenda(sitting, list(dossiers), by=by)
    seats = list(Seat.objects.filter(committee=committee).order_by("pk"))
    services.set_attendance(sitting, seats, minutes="Đã thảo luận.", by=by)
    items = list(sitting.items.values_list("pk", flat=True))
    for seat in seats:
        services.cast_votes(sitting, seat, dict.fromkeys(items, ballot), by=by)
    return sitting


def issue(
    decision: Decision,
    *,
    by: User,
    number: int = 1,
    signed_on: date = date(YEAR, 11, 8),
    signer: str = "Nguyễn Văn Mẫu",
) -> Decision:
    """The draft signed as the routes say: its dossiers become recognised."""
    return services.issue_decision(
        decision,
        number=number,
        symbol="QĐ-UBND",
        signed_on=signed_on,
        signer=signer,
        capacity=queries.capacities_of(decision)[0],
        by=by,
    )


def recognise(committee, dossiers: list[Evaluation], *, by: User, number: int = 1) -> Decision:
    """Appraised dossiers to recognised: sitting, votes, close, decision."""
    sitting = hold_sitting(committee, dossiers, by=by)
    return issue(services.close_sitting(sitting, by=by), by=by, number=number)


def papers_of(dossier: Evaluation) -> list[Evidence]:
    return list(dossier.evidence.all())


def typed(criteria_set: CriteriaSet, **changes) -> dict[str, str]:
    """Answers that meet every criterion, as the form names its fields; `changes` by the criterion's number."""
    data = {}
    for line in specs_of(criteria_set):
        name = line.code.replace(".", "_")
        match line.measure:
            case "must":
                data[f"{name}-met"] = "yes"
            case "event":
                data[f"{name}-value"] = "0"
            case "trend":
                data |= {f"{name}-numerator": "1", f"{name}-denominator": "2"}
            case "percent" | "derived":
                data |= {f"{name}-numerator": "10", f"{name}-denominator": "10"}
            case "count" | "points":
                data[f"{name}-value"] = plain_number(line.max_points or Decimal(100))
    return data | changes
