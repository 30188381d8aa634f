"""The open years: who is where when the demo is shown, moved through the same doors as real work."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from criteria.enums import Measure
from criteria.models import Criterion, Programme
from evaluations import queries, services, workflow
from evaluations.enums import SYMBOLS, Action, Ballot, Body, Capacity, Side
from evaluations.models import Answer, Cycle, Evaluation, Evidence
from evaluations.services.answers import FIELDS, PREFIX
from units.enums import LEVELS, Role, UnitKind
from units.models import Committee, Placement, Seat, Unit, User

from ..core.files import store
from .places import (
    BAC_GIANG,
    COMMUNE,
    DA375,
    DISTRICT,
    DONG_NAI,
    EXEMPLAR,
    FIRST_DAY,
    GRADING,
    GRASSROOTS,
    QUANG_NINH,
    SAFETY,
    SISTER,
    THANH_HOA,
    luck,
)

OPEN_YEAR = 2024
# Years opened with example criteria and left for whoever tries them: programme, province, year, day, who opens.
EXAMPLES = (
    (GRADING, BAC_GIANG, OPEN_YEAR, date(2024, 1, 2), "canbo.tinh"),
    (SAFETY, DONG_NAI, 2021, date(2021, 1, 4), "canbo.dongnai"),  # TT 23/2012's lines
    (EXEMPLAR, DONG_NAI, 2023, date(2023, 4, 10), "canbo.dongnai"),
    (GRASSROOTS, QUANG_NINH, 2023, date(2023, 6, 16), "canbo.quangninh"),
    (DA375, THANH_HOA, 2018, date(2018, 1, 2), "canbo.thanhhoa"),
)


def open_examples() -> None:
    """Open each of the example years that is not there yet."""
    for code, province_code, year, as_of, username in EXAMPLES:
        programme = Programme.objects.get(code=code)
        province = Unit.objects.get(kind=UnitKind.PROVINCE, code=province_code)
        if not Cycle.objects.filter(programme=programme, province=province, year=year).exists():
            by = User.objects.get(username=username)
            services.open_cycle(programme, province, year, as_of=as_of, by=by, is_demo=True)


STAGES = ("decided", "appraised", "submitted", "answered", "registered")  # from the furthest on
PLAN = ("decided", "decided", "appraised", "submitted", "submitted", "answered")  # by district code, then registered


def open_safety(province: Unit, say: Callable[[str], None]) -> None:
    """Open the year; the walked commune stays untouched, other districts are left at different stages."""
    programme = Programme.objects.get(code=SAFETY)
    if Cycle.objects.filter(programme=programme, province=province, year=OPEN_YEAR).exists():
        return
    staff = User.objects.get(username="canbo.tinh")
    with transaction.atomic():
        cycle = services.open_cycle(programme, province, OPEN_YEAR, as_of=date(OPEN_YEAR, 1, 2), by=staff, is_demo=True)
        runners = _runners(province)
        districts = list(Unit.objects.filter(province=province, kind=UnitKind.DISTRICT).order_by("code"))
        walked = next(unit for unit in districts if unit.name == DISTRICT)
        others = [unit for unit in districts if unit.pk != walked.pk]
        stage_of: dict[int | None, str] = {walked.pk: "registered"}
        stage_of |= {unit.pk: PLAN[at] if at < len(PLAN) else "registered" for at, unit in enumerate(others)}
        untouched = Unit.objects.filter(district=walked, name__in=(COMMUNE, SISTER), kind=UnitKind.COMMUNE)
        dossiers = list(
            cycle.evaluations.filter(district__in=stage_of)
            .exclude(commune__in=untouched)
            .exclude(kind=UnitKind.COMMUNE)
            .select_related("criteria_set", "commune")
        )
        _advance(dossiers, stage_of, runners, say)
        _withdraw(runners)


def _runners(province: Unit) -> dict[Role, User]:
    """Three passing hands that enter, appraise and preside everywhere for the demo's earlier work."""
    posts = {
        Role.OFFICER: "Cán bộ nhập liệu (dữ liệu mẫu)",
        Role.STANDING: "Thường trực Ban Chỉ đạo (dữ liệu mẫu)",
        Role.CHAIR: "Trưởng Ban Chỉ đạo (dữ liệu mẫu)",
    }
    levels = list(Unit.objects.filter(province=province, kind__in=LEVELS))
    runners = {}
    for role, post in posts.items():
        runners[role] = User.objects.create(username=f"mau.{role}", post=post, password=make_password(None))
        Placement.objects.bulk_create(
            Placement(user=runners[role], unit=unit, role=role, valid_from=FIRST_DAY) for unit in levels
        )
    return runners


def _withdraw(runners: dict[Role, User]) -> None:
    """The hands are gone once the demo is built: their rights ended the day the year opened, seats likewise."""
    users = [user.pk for user in runners.values()]
    last = date(OPEN_YEAR, 12, 31)
    Placement.objects.filter(user__in=users).update(valid_to=last)
    Seat.objects.filter(user__in=users).update(valid_to=last)
    User.objects.filter(pk__in=users).update(is_active=False)


def _advance(dossiers: list[Evaluation], stage_of: dict[int | None, str], runners, say) -> None:
    reached = {dossier.pk: STAGES.index(stage_of[dossier.district_id]) for dossier in dossiers}

    def at_least(stage: str) -> list[int]:
        return [pk for pk, place in reached.items() if place <= STAGES.index(stage)]

    officer, standing = runners[Role.OFFICER], runners[Role.STANDING]
    workflow.advance_many(
        [dossier.pk for dossier in dossiers if luck(_seed(dossier)) < 97], Action.REGISTER, by=officer
    )
    answered = set(at_least("answered"))
    _answers([dossier for dossier in dossiers if dossier.pk in answered], officer)
    say(f"  {len(answered)} hồ sơ có số liệu mẫu.")
    sent = workflow.advance_many(at_least("submitted"), Action.SUBMIT, by=officer)
    say(f"  {len(sent.done)} hồ sơ đã gửi.")
    appraised = at_least("appraised")
    Answer.objects.filter(evaluation__in=appraised).update(
        **{PREFIX[Side.APPRAISED] + name: F(name) for name in FIELDS}
    )
    done = workflow.advance_many(appraised, Action.APPRAISE, by=standing)
    say(f"  {len(done.done)} hồ sơ đã thẩm định.")
    decided = set(at_least("decided"))
    by_place: dict[int | None, list[Evaluation]] = {}
    for dossier in done.done:
        if dossier.pk in decided:
            by_place.setdefault(dossier.decision_unit_id, []).append(dossier)
    for place, own in by_place.items():
        _sit(place, own, runners)
    say(f"  {len(by_place)} phiên họp đã kết thúc.")


def _answers(dossiers: list[Evaluation], by: User) -> None:
    """Answers that mostly meet the criteria (one dossier in nine fails one of them), with a sample paper each."""
    criteria: dict[int, list[Criterion]] = {}
    rows = []
    for dossier in dossiers:
        if dossier.criteria_set_id not in criteria:
            asked = dossier.criteria_set.criteria.exclude(measure__in=(Measure.GROUP, Measure.DERIVED))
            criteria[dossier.criteria_set_id] = list(asked)
        lines = criteria[dossier.criteria_set_id]
        seed = _seed(dossier)
        fails = luck(seed, "which") % len(lines) if luck(seed, "fails") < 11 else -1
        rows += [
            Answer(evaluation=dossier, criterion=line, saved_by=by, **_sample(line, at == fails, seed))
            for at, line in enumerate(lines)
        ]
    Answer.objects.bulk_create(rows, batch_size=2000)
    _papers(dossiers, criteria, by)


def _papers(dossiers: list[Evaluation], criteria: dict[int, list[Criterion]], by: User) -> None:
    import pikepdf  # noqa: PLC0415 -- heavy

    blank, paper = pikepdf.new(), BytesIO()
    blank.add_blank_page(page_size=(595, 842))
    blank.save(paper, deterministic_id=True)
    stored = store.put([paper.getvalue()])
    made = Evidence.objects.bulk_create(
        [
            Evidence(
                evaluation=dossier,
                title="Tập hồ sơ minh chứng (dữ liệu mẫu)",
                file_name="minh-chung-mau.pdf",
                content_type="application/pdf",
                sha256=stored.sha256,
                original_sha256=stored.sha256,
                size=stored.size,
                uploaded_by=by,
            )
            for dossier in dossiers
        ],
        batch_size=2000,
    )
    proves = Evidence.criteria.through
    proves.objects.bulk_create(
        [
            proves(evidence=row, criterion=line)
            for dossier, row in zip(dossiers, made, strict=True)
            for line in criteria[dossier.criteria_set_id]
            if line.needs_evidence
        ],
        batch_size=2000,
    )


def _seed(dossier: Evaluation) -> str:
    """The unit's own words, so that the same unit fares alike in every database."""
    return f"{dossier.commune.name if dossier.commune else ''}:{dossier.kind}:{dossier.unit_name}"


def _sample(line: Criterion, fails: bool, seed: str) -> dict:
    """Plausible columns for one answer."""
    size = 80 + luck(seed, "size")
    if line.measure == Measure.MUST:
        return {"met": not fails}
    if line.measure == Measure.EVENT:
        return {"value": Decimal(1 if fails else 0)}
    if line.measure == Measure.TREND:
        before = 1 + luck(seed, "before") % 6
        return {"numerator": before + 1 if fails else before - 1, "denominator": before}
    if line.measure == Measure.PERCENT:
        return {"numerator": size // 2 if fails else size, "denominator": size}
    return {"value": Decimal(0 if fails else 1 + luck(seed) % 2)}


def _sit(place: int | None, dossiers: list[Evaluation], runners: dict[Role, User]) -> None:
    """One committee's sitting from agenda to issued decision, through the real doors."""
    committee = Committee.objects.get(unit=place)
    cycle = Cycle.objects.get(pk=dossiers[0].cycle_id)
    held_on, signed_on = date(OPEN_YEAR, 11, 6), date(OPEN_YEAR, 11, 12)
    standing, chair = runners[Role.STANDING], runners[Role.CHAIR]
    seats = [
        Seat.objects.create(committee=committee, user=user, post=post, valid_from=FIRST_DAY)
        for user, post in ((chair, "Trưởng ban"), (standing, "Phó Trưởng ban Thường trực"))
    ]
    sitting = services.create_sitting(
        committee, cycle, held_on=held_on, place="", chair=seats[0], secretary=seats[1], by=standing
    )
    services.add_to_agenda(sitting, dossiers, by=standing)
    services.set_attendance(sitting, seats, minutes="", by=standing)
    items = sitting.items.values_list("pk", flat=True)
    for seat in seats:
        services.cast_votes(sitting, seat, dict.fromkeys(items, Ballot.FOR), by=standing)
    decision = services.close_sitting(sitting, by=chair)
    if decision:
        body = queries.bodies_of(decision)[0]
        services.issue_decision(
            decision,
            number=services.next_number(committee.unit, OPEN_YEAR, SYMBOLS[body]),
            symbol=SYMBOLS[body],
            signed_on=signed_on,
            signer="(dữ liệu mẫu)",
            capacity=Capacity.COLLECTIVE if body == Body.PEOPLE else Capacity.BOARD,
            by=chair,
        )
