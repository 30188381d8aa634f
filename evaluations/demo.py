"""The demo: accounts by post, five years of Bắc Giang, ten of Nga Sơn. Deterministic, and marked as demo.

The open year moves through the same doors as real work; only the answers are written in bulk.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from zlib import crc32

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from criteria.enums import Measure
from criteria.models import CriteriaSet, Criterion, Programme
from portal.core import store
from units.demo_units import make_committees
from units.enums import JUDGED, LEVELS, Role, Subtype, UnitKind
from units.models import Committee, Placement, Seat, Unit, User

from . import services, workflow
from .enums import Ballot, Capacity, State
from .models import Answer, Cycle, Evaluation, Evidence
from .services.answers import FIELDS, PREFIX

PASSWORD = "Antt-xem-thu-2024"  # noqa: S105 -- the demo's only password, printed at every start
PROVINCE, DISTRICT, COMMUNE, SISTER = "Tỉnh Bắc Giang", "Huyện Lạng Giang", "Xã Tân Dĩnh", "Xã Xương Lâm"
SAFETY, DA375 = "safety", "da375"
FIRST_DAY = date(2020, 1, 1)
OPEN_YEAR = 2024
PAST_SHARES = {2020: 81, 2021: 84, 2022: 88, 2023: 91}  # percent recognised, made up for the demo
NGA_SON = {2009: 145, 2010: 159, 2011: 166, 2012: 177, 2013: 178, 2014: 182, 2015: 182, 2016: 189, 2017: 192}
NGA_SON_SOURCE = (
    "Báo cáo số 55/BC-BCĐ ngày 12/6/2018 của Ban Chỉ đạo 138 huyện Nga Sơn; số tổng từng năm theo báo cáo, "
    "thôn nào đạt là dữ liệu mẫu"
)
DEMO_SOURCE = "Dữ liệu mẫu để trình bày, không phải số liệu thật"


@dataclass(frozen=True)
class Account:
    """A demo account: who it is, where, and the committee seat it holds."""

    username: str
    post: str
    place: str
    role: Role
    seat: str = ""
    host_post: str = ""


def _body(key: str, place: str, police: str, chair: str) -> tuple[Account, ...]:
    """The committee's people of one level: chair, standing body, one more member."""
    at = place[0].lower() + place[1:]
    return (
        Account(f"truongban.{key}", f"Trưởng Ban Chỉ đạo {at}", place, Role.CHAIR, "Trưởng ban", chair),
        Account(
            f"thuongtruc.{key}",
            f"Thường trực Ban Chỉ đạo {at}",
            place,
            Role.STANDING,
            "Phó Trưởng ban Thường trực",
            police,
        ),
        Account(
            f"thanhvien.{key}",
            f"Thành viên Ban Chỉ đạo {at}",
            place,
            Role.MEMBER,
            "Thành viên",
            "Chủ tịch Uỷ ban Mặt trận Tổ quốc cùng cấp",
        ),
    )


PEOPLE = (
    Account("canbo.xa", "Cán bộ Công an xã Tân Dĩnh", COMMUNE, Role.OFFICER),
    Account("lanhdao.xa", "Trưởng Công an xã Tân Dĩnh", COMMUNE, Role.LEADER),
    *_body("xa", COMMUNE, "Phó Trưởng Công an xã", "Chủ tịch Uỷ ban nhân dân xã"),
    Account("canbo.xuonglam", "Cán bộ Công an xã Xương Lâm", SISTER, Role.OFFICER),
    Account("canbo.huyen", "Cán bộ Công an huyện Lạng Giang", DISTRICT, Role.OFFICER),
    *_body("huyen", DISTRICT, "Trưởng Công an huyện", "Chủ tịch Uỷ ban nhân dân huyện"),
    Account("nhap.tinh", "Cán bộ nhập liệu Phòng Xây dựng phong trào, Công an tỉnh", PROVINCE, Role.OFFICER),
    *_body("tinh", PROVINCE, "Giám đốc Công an tỉnh", "Chủ tịch Uỷ ban nhân dân tỉnh"),
    Account("canbo.tinh", "Cán bộ Phòng Xây dựng phong trào, Công an tỉnh", PROVINCE, Role.STAFF),
    Account("thanhtra", "Cán bộ thanh tra, kiểm tra cấp tỉnh", PROVINCE, Role.INSPECTOR),
    Account("quantri", "Quản trị hệ thống cấp tỉnh", PROVINCE, Role.ADMIN),
    Account("canbo.thanhhoa", "Cán bộ cấp tỉnh, Thanh Hoá", "Tỉnh Thanh Hóa", Role.STAFF),
)
ACCOUNTS = [(person.username, person.post) for person in PEOPLE]


def build(say: Callable[[str], None] = lambda line: None) -> None:
    """Make whatever of the demo is not there yet; running it again changes nothing."""
    bac_giang = Unit.objects.get(kind=UnitKind.PROVINCE, name=PROVINCE)
    thanh_hoa = Unit.objects.get(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, code="38")
    for province in (bac_giang, thanh_hoa):
        make_committees(province)
    say("Tài khoản mẫu.")
    _people()
    say("Bắc Giang 2020–2023: kết quả mẫu.")
    for year, share in PAST_SHARES.items():
        _past_year(bac_giang, year, share)
    say("Nga Sơn 2009–2017: số tổng thật theo Báo cáo 55/BC-BCĐ.")
    for year, met in NGA_SON.items():
        _nga_son(thanh_hoa, year, met)
    say(f"Bắc Giang {OPEN_YEAR}: mở kỳ và đưa một phần hồ sơ đi trước.")
    _open_year(bac_giang, say)


# --- people ----------------------------------------------------------------------------------------------------


@transaction.atomic
def _people() -> None:
    places = {unit.name: unit for unit in Unit.objects.filter(kind__in=LEVELS, name__in={one.place for one in PEOPLE})}
    kept = set(User.objects.filter(username__in=[one.username for one in PEOPLE]).values_list("username", flat=True))
    password = make_password(PASSWORD)
    for one in PEOPLE:
        if one.username in kept:
            continue
        user = User.objects.create(username=one.username, post=one.post, password=password)
        place = places[one.place]
        Placement.objects.create(user=user, unit=place, role=one.role, valid_from=FIRST_DAY)
        if one.seat:
            committee = Committee.objects.in_office().get(unit=place)
            Seat.objects.create(
                committee=committee, user=user, post=one.seat, host_post=one.host_post, valid_from=FIRST_DAY
            )


# --- years before the portal -----------------------------------------------------------------------------------


def _luck(*parts) -> int:
    """A number 0–99 that is the same on every machine."""
    return crc32(":".join(str(part) for part in parts).encode()) % 100


def _sets(programme: Programme, year: int) -> dict[str, CriteriaSet]:
    """The set each unit kind was judged by that year, drafts included: only results are kept with them."""
    found = {}
    for one in programme.sets.for_year(year).order_by("first_year", "version"):
        found |= dict.fromkeys(one.unit_kinds, one)
    return found


def _past_year(province: Unit, year: int, share: int) -> None:
    programme = Programme.objects.get(code=SAFETY)
    if Cycle.objects.filter(programme=programme, province=province, year=year).exists():
        return
    sets = _sets(programme, year)
    units = Unit.objects.filter(province=province, kind__in=JUDGED).values_list("pk", "name", "commune__name", "kind")
    states = {}
    for pk, name, commune, kind in units:
        luck = _luck(commune, kind, name, year)
        if luck < share:
            states[pk] = State.RECOGNISED
        else:
            states[pk] = State.DECLINED if luck < 97 else State.EXPECTED
    services.record_results(
        programme, province, year, as_of=FIRST_DAY, source=DEMO_SOURCE, states=states, sets=sets, is_demo=True
    )


def nga_son_met(year: int, met: int) -> set[int]:
    """Which of the 234 areas (by place in the list) met the year's standard.

    The totals are the report's; the areas are chosen so that of the 177 of 2012, 150 had two years running, 91
    three and 51 four, as the report counts them.
    """
    four, three, two, one = range(51), range(51, 91), range(91, 150), range(150, 177)
    only_2011, rest = range(177, 193), range(193, 234)
    chosen = {
        2009: [*four, *two, *rest[:35]],
        2010: [*four, *three, *one, *only_2011, *rest[:25]],
        2011: [*four, *three, *two, *only_2011],
        2012: [*four, *three, *two, *one],
    }.get(year, range(met))
    return set(chosen)


def _nga_son(province: Unit, year: int, met: int) -> None:
    programme = Programme.objects.get(code=DA375 if year < 2013 else SAFETY)
    if Cycle.objects.filter(programme=programme, province=province, year=year).exists():
        return
    areas = Unit.objects.filter(province=province, kind=UnitKind.RESIDENTIAL_AREA)
    listed = areas.order_by("commune__sort_key", "sort_key", "pk").values_list("pk", flat=True)
    chosen = nga_son_met(year, met)
    states = {pk: State.RECOGNISED if at in chosen else State.DECLINED for at, pk in enumerate(listed)}
    services.record_results(
        programme,
        province,
        year,
        as_of=areas.order_by("-opened_on").values_list("opened_on", flat=True)[0],
        source=NGA_SON_SOURCE,
        states=states,
        sets=_sets(programme, year),
        is_demo=True,
    )


# --- the open year ---------------------------------------------------------------------------------------------

STAGES = ("decided", "appraised", "submitted", "answered", "registered")  # from the furthest on
PLAN = ("decided", "decided", "appraised", "submitted", "submitted", "answered")  # by district code, then registered


def _open_year(province: Unit, say: Callable[[str], None]) -> None:
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
        stage_of = {walked.pk: "registered"}
        stage_of |= {unit.pk: PLAN[at] if at < len(PLAN) else "registered" for at, unit in enumerate(others)}
        untouched = Unit.objects.filter(district=walked, name__in=(COMMUNE, SISTER), kind=UnitKind.COMMUNE)
        files = list(
            cycle.evaluations.filter(district__in=stage_of)
            .exclude(commune__in=untouched)
            .exclude(kind=UnitKind.COMMUNE)
            .select_related("criteria_set", "commune")
        )
        _advance(files, stage_of, runners, say)
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


def _advance(files: list[Evaluation], stage_of: dict[int, str], runners, say) -> None:
    reached = {file.pk: STAGES.index(stage_of[file.district_id]) for file in files}

    def at_least(stage: str) -> list[int]:
        return [pk for pk, place in reached.items() if place <= STAGES.index(stage)]

    officer, standing = runners[Role.OFFICER], runners[Role.STANDING]
    workflow.advance_many([file.pk for file in files if _luck(_seed(file)) < 97], "register", by=officer)
    answered = set(at_least("answered"))
    _answers([file for file in files if file.pk in answered], officer)
    say(f"  {len(answered)} hồ sơ có số liệu mẫu.")
    sent = workflow.advance_many(at_least("submitted"), "submit", by=officer)
    say(f"  {len(sent.done)} hồ sơ đã gửi.")
    appraised = at_least("appraised")
    Answer.objects.filter(evaluation__in=appraised).update(**{PREFIX["appraised"] + name: F(name) for name in FIELDS})
    done = workflow.advance_many(appraised, "appraise", by=standing)
    say(f"  {len(done.done)} hồ sơ đã thẩm định.")
    decided = set(at_least("decided"))
    by_place: dict[int, list[Evaluation]] = {}
    for file in done.done:
        if file.pk in decided:
            by_place.setdefault(file.decision_unit_id, []).append(file)
    for place, own in sorted(by_place.items()):
        _sit(place, own, runners)
    say(f"  {len(by_place)} phiên họp đã kết thúc.")


def _answers(files: list[Evaluation], by: User) -> None:
    """Answers that mostly meet the criteria (about one file in nine fails one of them), with one sample paper each."""
    criteria: dict[int, list[Criterion]] = {}
    rows = []
    for file in files:
        if file.criteria_set_id not in criteria:
            lines = file.criteria_set.criteria.exclude(measure__in=(Measure.GROUP, Measure.DERIVED))
            criteria[file.criteria_set_id] = list(lines)
        lines = criteria[file.criteria_set_id]
        seed = _seed(file)
        fails = _luck(seed, "which") % len(lines) if _luck(seed, "fails") < 11 else -1
        rows += [
            Answer(evaluation=file, criterion=line, saved_by=by, **_sample(line, at == fails, seed))
            for at, line in enumerate(lines)
        ]
    Answer.objects.bulk_create(rows, batch_size=2000)
    _papers(files, criteria, by)


def _papers(files: list[Evaluation], criteria: dict[int, list[Criterion]], by: User) -> None:
    import pikepdf  # noqa: PLC0415 -- heavy

    blank, paper = pikepdf.new(), BytesIO()
    blank.add_blank_page(page_size=(595, 842))
    blank.save(paper, deterministic_id=True)
    stored = store.put([paper.getvalue()])
    made = Evidence.objects.bulk_create(
        [
            Evidence(
                evaluation=file,
                title="Tập hồ sơ minh chứng (dữ liệu mẫu)",
                file_name="minh-chung-mau.pdf",
                content_type="application/pdf",
                sha256=stored.sha256,
                size=stored.size,
                uploaded_by=by,
            )
            for file in files
        ],
        batch_size=2000,
    )
    proves = Evidence.criteria.through
    proves.objects.bulk_create(
        [
            proves(evidence=row, criterion=line)
            for file, row in zip(files, made, strict=True)
            for line in criteria[file.criteria_set_id]
            if line.needs_evidence
        ],
        batch_size=2000,
    )


def _seed(file: Evaluation) -> str:
    """The unit's own words, so that the same unit fares alike in every database."""
    return f"{file.commune.name if file.commune else ''}:{file.kind}:{file.unit_name}"


def _sample(line: Criterion, fails: bool, seed: str) -> dict:
    """Plausible columns for one answer."""
    size = 80 + _luck(seed, "size")
    if line.measure == Measure.MUST:
        return {"met": not fails}
    if line.measure == Measure.EVENT:
        return {"value": Decimal(1 if fails else 0)}
    if line.measure == Measure.TREND:
        before = 1 + _luck(seed, "before") % 6
        return {"numerator": before + 1 if fails else before - 1, "denominator": before}
    if line.measure == Measure.PERCENT:
        return {"numerator": size // 2 if fails else size, "denominator": size}
    return {"value": Decimal(0 if fails else 1 + _luck(seed) % 2)}


def _sit(place: int, files: list[Evaluation], runners: dict[Role, User]) -> None:
    """One committee's sitting from agenda to issued decision, through the real doors."""
    committee = Committee.objects.get(unit=place)
    cycle = Cycle.objects.get(pk=files[0].cycle_id)
    held_on, signed_on = date(OPEN_YEAR, 11, 6), date(OPEN_YEAR, 11, 12)
    standing, chair = runners[Role.STANDING], runners[Role.CHAIR]
    seats = [
        Seat.objects.create(committee=committee, user=user, post=post, valid_from=FIRST_DAY)
        for user, post in ((chair, "Trưởng ban"), (standing, "Phó Trưởng ban Thường trực"))
    ]
    sitting = services.create_sitting(
        committee, cycle, held_on=held_on, place="", chair=seats[0], secretary=seats[1], by=standing
    )
    services.add_to_agenda(sitting, files, by=standing)
    services.set_attendance(sitting, seats, minutes="", by=standing)
    items = sitting.items.values_list("pk", flat=True)
    for seat in seats:
        services.cast_votes(sitting, seat, dict.fromkeys(items, Ballot.FOR), by=standing)
    decision = services.close_sitting(sitting, by=chair)
    if decision:
        services.issue_decision(
            decision,
            number=services.next_number(committee.unit, OPEN_YEAR, "QĐ-UBND"),
            symbol="QĐ-UBND",
            signed_on=signed_on,
            signer="(dữ liệu mẫu)",
            capacity=Capacity.COLLECTIVE,
            by=chair,
        )
