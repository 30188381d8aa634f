"""Two provinces at work: every unit's name and every free text holds a token of its own; people in every relation."""

import json
import re
import secrets
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace

from django.core import signing
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from criteria.enums import Measure
from criteria.judging.values import Value
from criteria.models import AwardBar, CriteriaSet, Grade, LegalDocument, Programme, StreakRule, StreakTitle
from evaluations import services as acts
from evaluations import workflow
from evaluations.enums import Action, Filled
from evaluations.files import past_results, past_totals
from evaluations.models import Cycle, Evaluation
from portal.core import jobs, lists
from portal.core.files import store
from portal.core.models import Heartbeat, Job, JobState
from reports import services as reports
from tests.criteria.factories import SMALL
from tests.evaluations import factories
from tests.units.factories import OPENED, make_province, make_units, make_user
from units import reforms, registers
from units import services as units
from units.enums import CommitteeKind, Role, Subtype, UnitKind
from units.files import committee_rows, people_rows, register_rows, seat_rows
from units.models import (
    AreaClass,
    Change,
    FileImport,
    ForceStrength,
    GroupCount,
    Handover,
    Headcount,
    MassModel,
    ModelYear,
    Placement,
    Reorganisation,
    SecurityTeam,
    SlipSheet,
    TeamYear,
    Unit,
    User,
)
from units.registers import REGISTERS

ROLES = [role for role in Role if role != Role.STAFF]
PASSWORD = "mat-khau"
STATES = (
    *("expected", "registered", "ready", "returned", "submitted", "judged", "appraised"),
    *("tabled", "proposed", "recognised", "declined", "withdrawn"),
)
OLD_YEAR = 2022
# What a commune reads of the places above it.
NAME, ACTED, BOOK = "tên đơn vị", "chức danh người đã xử lý hồ sơ", "tên bộ tiêu chí của tỉnh"
GROUND = "căn cứ không xét khen thưởng"


def _found(places: list, prefix: str) -> None:
    rules = units.CommitteeRules(50, 50)
    units.place_committees(places, kind=CommitteeKind.OTHER, rules=rules, prefix=prefix, on=OPENED, by=None)


@dataclass
class World:
    """What the cells and the sweep ask about; `tokens` maps a token to (unit it belongs to, what it is)."""

    people: dict[str, User | None] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, tuple[Unit | None, str]] = field(default_factory=dict)
    missing: dict[tuple[str, str], bytes] = field(default_factory=dict)  # 404 pages by part and person
    home: SimpleNamespace = None
    sibling: SimpleNamespace = None
    foreign: SimpleNamespace = None

    def token(self, what: str, unit: Unit | None = None) -> str:
        """A fresh word nobody else has; the unit may be named later."""
        word = f"zq{secrets.token_hex(5)}"
        self.tokens[word] = (unit, what)
        return word


def tokens_in(text: str) -> set[str]:
    """All the tokens a text shows, wherever they stand in it."""
    return set(re.findall("zq[0-9a-f]{10}", text))


def make_world() -> World:
    world = World()
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": Now() + timedelta(hours=1)})  # outlives the sweep
    first, second = (_province(world, letter) for letter in "AB")
    for tree in (first, second):
        factories.published_sets()
        tree.old = acts.open_cycle(
            Programme.objects.get(code="safety"), tree.province, OLD_YEAR, as_of=date(OLD_YEAR, 6, 30), by=None
        )
        tree.locked = Cycle.objects.create(
            programme=tree.old.programme,
            province=tree.province,
            year=OLD_YEAR - 1,
            as_of=date(OLD_YEAR - 1, 6, 30),
            status="closed",
        )
        tree.cycle = factories.open_year(tree)
        tree.own_year = _own_year(tree)
        tree.own_set = _own_set(world, tree.province)
        tree.rule, tree.rule_draft = (_own_rule(world, tree, status) for status in ("published", "draft"))
        tree.reform = _reform(tree)
        tree.cycle.evaluations.filter(kind=UnitKind.AGENCY).update(criteria_set=tree.own_set)  # to be selected
    _people(world, first, second)
    for tree, person in ((first, "staff@grand"), (second, "staff@top")):
        ground = world.token(GROUND, tree.province)
        tree.bar = acts.set_bar(
            tree.province,
            "unmet",
            tree.cycle.programme,
            first_year=OLD_YEAR,
            ground=f"Đề án {ground}",
            by=world.people[person],
        )
        tree.bar_draft = AwardBar.objects.create(
            province=tree.province,
            bar="unmet",
            programme=Programme.objects.get(code="da375"),
            first_year=OLD_YEAR,
            ground=f"Dự thảo {ground}",
            status="draft",
        )
    world.home = _stage(world, first, first.communes[0], seated=("chair@own", "standing@own", "member@own"))
    world.sibling = _stage(world, first, first.communes[1])
    world.foreign = _stage(world, second, second.communes[0])
    _district_sitting(world, first)
    for tree in (first, second):
        _delegation(world, tree)
    world.home.delegation = first.school.delegations.get()
    for unit in world.home.areas.values():
        for role in (Role.OFFICER, Role.LEADER):
            Placement.objects.create(user=world.people[f"{role}@itself"], unit=unit, role=role, valid_from=OPENED)
    for person, user in world.people.items():
        world.clients[person] = sign_in(user)
    return world


def _own_year(tree: SimpleNamespace) -> Cycle:
    """The district's own year of another programme, with the first commune on its roster."""
    own = Cycle.objects.create(
        programme=Programme.objects.get(code="da375"),
        province=tree.province,
        place=tree.district,
        place_name=tree.district.name,
        year=OLD_YEAR,
        as_of=tree.old.as_of,
    )
    dossier = tree.old.evaluations.get(unit=tree.communes[0])
    dossier.pk, dossier.cycle = None, own
    dossier.save(force_insert=True)
    return own


def _own_set(world: World, province: Unit) -> CriteriaSet:
    """A draft of the province's own, which no other province reads."""
    model = CriteriaSet.objects.get(code="TT124-KDC", version=1)
    word = world.token(BOOK, province)
    signed = store.put([factories.make_paper("Văn bản của tỉnh").read()])
    document = LegalDocument.objects.create(
        code=f"VB-{province.code}",
        number=f"12/QĐ-{word}",
        title="Văn bản của tỉnh",
        issuer=province.name,
        province_code=province.code,
        scan_sha256=signed.sha256,
        scan_size=signed.size,
        scan_name="van-ban.pdf",
    )
    own = CriteriaSet.objects.create(
        code=f"RIENG-{province.code}",
        name=f"Bộ {word}",
        province_code=province.code,
        programme=model.programme,
        document=document,
        unit_kinds=model.unit_kinds,
        first_year=2030,
        by_selection=True,
    )
    Grade.objects.create(criteria_set=own, rank=1, label="Tốt")
    return own


def _own_rule(world: World, tree: SimpleNamespace, status: str) -> StreakRule:
    """A rule of years running of the province's own: a draft is read by those who write it alone."""
    own = tree.own_set
    rule = StreakRule.objects.create(
        code=f"LT-{own.province_code}-{status}",
        programme=own.programme,
        document=own.document,
        name=f"Quy tắc {world.token(BOOK, tree.province)}",
        unit_kinds=["residential_area"],
        counts=[own.programme.code],
        missing_year="breaks",
        statement="Tính các năm liền.",
        province_code=own.province_code,
        valid_from=date(2031, 1, 1),
        status=status,
    )
    StreakTitle.objects.create(rule=rule, years=3, level="district", title="Ba năm liền", article="Điều 5")
    return rule


def _reform(tree: SimpleNamespace) -> Reorganisation:
    """A draft that renames a commune, read by the province's people alone."""
    made = reforms.new_reform(
        number="1/NQ",
        title="Sắp xếp",
        issuer="Quốc hội",
        effective_on=timezone.localdate(),
        provinces=[tree.province],
        by=None,
    )
    reforms.write_changes(made, [Change(action="rename", unit=tree.communes[1], name="Xã Đổi Tên")], by=None)
    return made


def sign_in(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        client.get(reverse("password_change"))  # the session holds its token from here on, and is not saved again
        session = client.session
        session["began"] = session["seen"] = int(time.time()) + 24 * 3600
        session.save()
    if user is not None and user.username.startswith("khoa-"):
        User.objects.filter(pk=user.pk).update(is_active=False)
    return client


def _province(world: World, letter: str) -> SimpleNamespace:
    """A province with one district of two communes; each commune has an area for each state and one beside."""

    def named(parent, kind, subtype, words, many=1, **more):
        tokens = [world.token(NAME) for _ in range(many)]
        made = make_units(parent, kind, subtype, [f"{words} {token}" for token in tokens], **more)
        for token, unit in zip(tokens, made, strict=True):
            world.tokens[token] = (unit, NAME)
        return made

    token = world.token(NAME)
    province = make_province(f"Tỉnh {token}", code="97" if letter == "A" else "96")
    world.tokens[token] = (province, NAME)
    (district,) = named(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, "Huyện")
    communes = named(district, UnitKind.COMMUNE, Subtype.COMMUNE, "Xã", 2)
    (host,) = named(district, UnitKind.COMMUNE, Subtype.COMMUNE, "Xã")  # where the agencies of the others stand
    for commune in communes:
        named(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, "Thôn", len(STATES) + 1)
        named(commune, UnitKind.AGENCY, Subtype.STATE_BODY, "Cơ quan", stands_in=host)
    (school,) = named(district, UnitKind.SCHOOL, Subtype.LOWER_SECONDARY, "Trường", stands_in=communes[0])
    return SimpleNamespace(province=province, district=district, communes=communes, host=host, school=school)


def _people(world: World, first: SimpleNamespace, second: SimpleNamespace) -> None:
    """One person a role and relation to the first commune of the first province; every post holds a token."""
    beside = first.communes[0].children.filter(kind=UnitKind.RESIDENTIAL_AREA).order_by("pk").last()
    places = {
        "own": first.communes[0],
        "sibling": first.communes[1],
        "hosting": first.host,
        "parent": first.district,
        "grand": first.province,
        "far": second.communes[0],
        "top": second.province,
        "itself": None,  # placed at the areas of the dossiers once they are known
        "beside": beside,
    }
    for relation, unit in places.items():
        roles = ROLES if unit and unit.is_level else (Role.OFFICER, Role.LEADER)
        roles = [*roles, Role.STAFF] if relation in ("grand", "top") else roles
        for role in roles:
            post = f"Chức danh {world.token('chức danh', unit or first.communes[0])}"
            world.people[f"{role}@{relation}"] = make_user(role, unit, post=post)
    world.people["anonymous@stranger"] = None
    locked = make_user(Role.ADMIN, first.province)
    User.objects.filter(pk=locked.pk).update(username=f"khoa-{locked.pk}")
    world.people["deactivated@stranger"] = User.objects.get(pk=locked.pk)


def _stage(world: World, tree: SimpleNamespace, commune: Unit, seated: tuple[str, ...] = ()) -> SimpleNamespace:
    """A commune's year with a dossier in each state and all that hangs on them, each text with its token."""

    def word(what: str) -> str:
        return world.token(what, commune)

    clerk = make_user(Role.OFFICER, commune, post=f"Cán bộ {word('chức danh')}")
    people = [world.people[name] for name in seated] or [
        make_user(role, commune, post=f"Ông {word('chức danh')}") for role in (Role.CHAIR, Role.STANDING, Role.MEMBER)
    ]
    standing = people[1]
    _found([commune], f"Ban Chỉ đạo {word('tên Ban')}")
    committee = commune.committees.get()
    seats = [units.seat(committee, person, f"Uỷ viên {word('ghế')}", by=None, valid_from=OPENED) for person in people]
    areas = dict(zip(STATES, commune.children.filter(kind=UnitKind.RESIDENTIAL_AREA).order_by("pk"), strict=False))
    dossiers = {state: factories.dossier_of(tree.cycle, unit) for state, unit in areas.items()}
    evidence = _walk(dossiers, clerk, standing, committee, word)
    own = factories.dossier_of(tree.cycle, commune)
    factories.submit(own, by=clerk)
    sitting = dossiers["tabled"].agenda_items.get().sitting
    clerk.placements.update(valid_to=date(2039, 12, 31))  # may be prolonged
    return SimpleNamespace(
        **vars(tree),
        commune=commune,
        areas=areas,
        dossiers=dossiers | {"commune": own},
        clerk=clerk,
        committee=committee,
        seats=seats,
        evidence=evidence,
        sitting=sitting,
        item=sitting.items.get(),
        empty_sitting=_empty_sitting(committee, tree.cycle, standing, word),
        draft=dossiers["proposed"].agenda_items.get().sitting.decisions.get(),
        decision=dossiers["recognised"].recognition.decision,
        recognition=dossiers["recognised"].recognition,
        placement=clerk.placements.get(),
        admins=world.people["admin@own"].placements.get(),
        handover=_handover(commune, clerk),
        past=_past(tree, areas["expected"], word),
        candidate=factories.dossier_of(tree.cycle, commune.children.get(kind=UnitKind.AGENCY)),
        **_printed(world, tree, commune, clerk),
        **_registers(world, commune, areas["expected"], word),
        total=factories.make_total(commune, 2020, UnitKind.AGENCY, source=f"Báo cáo {word('nguồn của số tổng')}"),
    )


def _past(tree: SimpleNamespace, area: Unit, word) -> Evaluation:
    """What a paper says of the area in a year before the portal."""
    cells = {"unit": f"DV{area.pk}", "year": "2020", "programme": "safety", "result": "Đạt"}
    told = {"title": f"Danh hiệu {word('trích yếu')}", "source": "Báo cáo số 2"}
    row = past_results.read_row(cells | told, tree.province)
    acts.record_past([row], tree.province, by=None, reason="Theo báo cáo.")
    return Evaluation.objects.get(unit=area, cycle__year=2020)


def _walk(dossiers: dict[str, Evaluation], clerk: User, standing: User, committee, word):
    """Bring each dossier to the state of its name; returns the paper of the registered one."""
    factories.register(dossiers["registered"], dossiers["ready"], by=clerk)
    line = next(line for line in factories.answered(dossiers["registered"]) if line.measure == Measure.MUST)
    acts.save_answer(
        *(dossiers["registered"], line.code, Value(met=False)),
        version=0,
        by=clerk,
        note=f"Ghi chú {word('giải trình')}",
        filled=Filled.DEFAULT,
    )
    paper = factories.attach(dossiers["registered"], clerk, [line.code], title=f"Báo cáo {word('trích yếu')}")
    factories.answer_all(dossiers["ready"], clerk)
    factories.attach(dossiers["ready"], clerk, title=f"Báo cáo {word('trích yếu')}")
    sent = [dossiers[state] for state in STATES[3:-1]]
    factories.submit(*sent, by=clerk)
    workflow.advance(dossiers["returned"], Action.RETURN, by=standing, comment=f"Lý do {word('lý do trả lại')}")
    acts.accept_answers(dossiers["judged"], by=standing)
    bad = factories.answered(dossiers["declined"])[0].code
    acts.accept_answers(dossiers["declined"], by=standing)
    acts.save_answer(
        dossiers["declined"],
        bad,
        factories.BAD["must"],
        version=dossiers["declined"].answers.get(criterion__code=bad).version,
        by=standing,
        note=f"Ý kiến {word('ý kiến thẩm định')}",
        side="appraised",
    )
    workflow.advance(dossiers["declined"], Action.APPRAISE, by=standing)
    factories.appraise(*(dossiers[state] for state in ("appraised", "tabled", "proposed", "recognised")), by=standing)
    workflow.advance(
        dossiers["withdrawn"], Action.WITHDRAW, by=_leader(committee.unit), comment=f"Lý do {word('lý do rút')}"
    )
    closed = _sitting(committee, [dossiers["recognised"], dossiers["declined"]], standing, word)
    decision = acts.close_sitting(closed, by=standing)
    decision = factories.issue(decision, by=standing, signer=f"Nguyễn {word('người ký')}")
    acts.close_sitting(_sitting(committee, [dossiers["proposed"]], standing, word), by=standing)
    _sitting(committee, [dossiers["tabled"]], standing, word)
    Evaluation.objects.filter(pk=dossiers["submitted"].pk).update(signed_up_on="2024-05-02")  # out of time
    for dossier in dossiers.values():
        dossier.refresh_from_db()
    return paper


def _leader(unit: Unit) -> User:
    return make_user(Role.LEADER, unit)


def _sitting(committee, dossiers, standing: User, word, **more):
    sitting = factories.hold_sitting(committee, dossiers, by=standing, place=f"Phòng {word('địa điểm họp')}", **more)
    acts.set_attendance(sitting, list(committee.seats.all()), minutes=f"Biên bản {word('biên bản')}", by=standing)
    return sitting


def _empty_sitting(committee, cycle, standing: User, word):
    """A sitting somebody prepared and put nothing before."""
    place = f"Phòng {word('địa điểm họp')}"
    day = date(cycle.year, 12, 4)
    return acts.create_sitting(committee, cycle, held_on=day, place=place, chair=None, secretary=None, by=standing)


def _district_sitting(world: World, tree: SimpleNamespace) -> None:
    """The district considers the commune's own dossier of the year before: its papers are its own."""

    def word(what: str) -> str:
        return world.token(what, tree.district)

    people = [world.people[f"{role}@parent"] for role in (Role.CHAIR, Role.STANDING, Role.MEMBER)]
    _found([tree.district], f"Ban Chỉ đạo {word('tên Ban')}")
    committee = tree.district.committees.get()
    for person in people:
        units.seat(committee, person, f"Uỷ viên {word('ghế')}", by=None, valid_from=OPENED)
    world.tokens[people[1].post.split()[-1]] = (tree.district, ACTED)
    dossier = factories.dossier_of(tree.old, tree.communes[0])
    factories.submit(dossier, by=world.home.clerk)
    acts.accept_answers(dossier, by=people[1])
    workflow.advance(dossier, Action.RETURN, by=people[1], comment="Bổ sung số liệu.")
    workflow.advance(dossier, Action.SUBMIT, by=world.home.clerk)
    Evaluation.objects.filter(cycle=tree.old, commune=dossier.commune, managed_at="commune").update(state="recognised")
    workflow.advance(dossier, Action.APPRAISE, by=people[1])
    sitting = _sitting(committee, [dossier], people[1], word, held_on=date(OLD_YEAR, 11, 4))
    decision = acts.close_sitting(sitting, by=people[1])
    factories.issue(decision, by=people[1], signed_on=date(OLD_YEAR, 11, 8), signer=f"Nguyễn {word('người ký')}")


def _delegation(world: World, tree: SimpleNamespace) -> None:
    """The district hands its school to the commune it stands in; the year's dossier was opened before."""
    today = timezone.localdate()
    units.delegate(
        tree.school,
        tree.communes[0],
        valid_from=today - timedelta(days=9),
        valid_to=today + timedelta(days=90),
        number=f"5/QĐ-{world.token('số văn bản uỷ quyền', tree.school)}",
        signed_on=today,
        by=None,
    )


def _printed(world: World, tree: SimpleNamespace, commune: Unit, clerk: User) -> dict:
    """A finished report run of the commune, a schedule, and an import job of its administrator."""
    params = {"programme": "safety", "year": tree.cycle.year, "kind": ""}
    run = reports.ask_report("yearly", params, "xlsx", commune, clerk)
    word = world.token("tệp báo cáo", commune)
    kept = store.put([f"tệp {word}".encode()])
    Job.objects.filter(pk=run.job_id).update(
        state=JobState.DONE, output_name=f"bao-cao-{word}.xlsx", output_sha256=kept.sha256, output_size=kept.size
    )
    schedule = reports.make_schedule(
        "yearly",
        params,
        "pdf",
        commune,
        "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1;BYHOUR=7;BYMINUTE=0;BYSECOND=0",
        clerk,
        starts_at=timezone.now() - timedelta(days=1),
    )
    importer = world.people["admin@own"]
    sheet = store.put([import_file(commune).encode()])
    kept_file = {"sha256": sheet.sha256, "name": "don-vi.csv", "user": importer.pk}
    job, _ = jobs.ask(
        "import_units", f"import:{commune.pk}", {"sha256": sheet.sha256, "name": "don-vi.csv"}, by=importer
    )
    record = FileImport.objects.create(
        job=job, kind=job.kind, name="don-vi.csv", told=f"Đã thêm 0 đơn vị {word}.", place=commune
    )
    slips = SlipSheet.objects.create(
        job=job, asked_by=importer, slips=1, sha256=store.put([f"%PDF {commune.pk}".encode()]).sha256
    )
    told = {"problems": [[2, "Sai.", 1]], "columns": {}, "needed": []}
    kept_marked = kept_file | {"told": store.put([json.dumps(told).encode()]).sha256, "page": "/don-vi/nhap/"}
    pack = store.put([SMALL.encode()])
    kept_pack = {"sha256": pack.sha256, "name": "bo.yaml", "user": world.people["staff@grand"].pk}
    return {
        "run": run,
        "schedule": schedule,
        "job": job,
        "list_job": _list_file(commune, importer),
        "sheet": slips,
        "record": record,
        "import_token": signing.dumps(kept_file, salt="import_units"),
        "marked_token": signing.dumps(kept_marked, salt="marked_file"),
        "pack_token": signing.dumps(kept_pack, salt="criteria.import"),
    }


def _list_file(commune: Unit, by: User) -> Job:
    """A long list of units, made and waiting for who asked."""
    at = reverse("units:export")
    params = {"address": at, "page": reverse("units:list"), "ending": "csv", "title": "Đơn vị"}
    job, _ = jobs.ask(lists.KIND, f"{lists.KIND}:{commune.pk}", params, by=by)
    kept = store.put([b"-" * lists.APART, f"Khoá,{commune.pk}".encode()])
    done = {"state": JobState.DONE, "output_name": "don-vi.csv", "output_sha256": kept.sha256}
    Job.objects.filter(pk=job.pk).update(finished_at=Now(), **done)
    return job


def _handover(commune: Unit, by: User) -> Handover:
    """A role of years gone by, handed from one to the next; both hold nothing today."""
    ended, started = (make_user(Role.OFFICER, commune, post="Cán bộ năm trước").placements.get() for _ in range(2))
    Placement.objects.filter(pk__in=[ended.pk, started.pk]).update(valid_to=date(2022, 12, 31))
    return Handover.objects.create(ended=ended, started=started, by=by)


def _registers(world: World, commune: Unit, area: Unit, word) -> dict:
    """A row in every register about the commune or one of its areas, and a checked dossier of another row."""
    team = SecurityTeam(unit=area, name=f"Tổ {word('tên tổ bảo vệ')}", founded_on=OPENED)
    model = MassModel(unit=commune, name=f"Mô hình {word('tên mô hình')}", founded_on=OPENED)
    rows = {
        "to-bao-ve": team,
        "mo-hinh": model,
        "quan-so-to-bao-ve": TeamYear(team=team, year=2024, members=3),
        "to-tu-quan": GroupCount(unit=area, year=2024, groups=5),
        "luc-luong": ForceStrength(unit=commune, year=2024, force="grassroots", present=9),
        "danh-gia-mo-hinh": ModelYear(model=model, year=2024, rating="effective"),
        "loai-dia-ban": AreaClass(unit=commune, year=2024, standing="low"),
        "so-ho": Headcount(unit=area, year=2024, households=170),
    }
    for slug, row in rows.items():
        registers.write_rows(REGISTERS[slug], [row], by=None)
    kept = store.put([register_file(area).encode()])
    importer = world.people["officer@own"]
    named = {"sha256": kept.sha256, "name": "so.csv", "user": importer.pk, "slug": "to-tu-quan"}
    board = commune.committees.get()
    units.seat(board, None, "Thành viên", by=None, valid_from=OPENED, host_post=f"Bí thư {word('ghế')}")
    seats = store.put([seat_file(commune).encode()])
    of_seats = {"sha256": seats.sha256, "name": "ghe.csv", "user": world.people["admin@own"].pk}
    boards = store.put([committee_file(commune).encode()])
    of_boards = of_seats | {"sha256": boards.sha256, "name": "ban.csv"}
    people = store.put([people_file(commune).encode()])
    of_people = of_seats | {"sha256": people.sha256, "name": "nguoi.csv"}
    return {
        "rows": rows,
        "committee_token": signing.dumps(of_boards, salt="import_committees"),
        "people_token": signing.dumps(of_people, salt="import_people"),
        "register_token": signing.dumps(named, salt="import_register"),
        "seat_token": signing.dumps(of_seats, salt="import_seats"),
    }


def seat_file(commune: Unit) -> str:
    heads = ",".join(seat_rows.COLUMNS[name] for name in ("unit", "post", "host_post", "valid_from"))
    return f"{heads}\nDV{commune.pk},Thành viên,Bí thư Đoàn xã,01/02/2024\n"


def committee_file(commune: Unit) -> str:
    heads = ",".join(committee_rows.COLUMNS[name] for name in committee_rows.NEEDED)
    return f"{heads}\nDV{commune.pk},Ban Chỉ đạo 05,50,50,Quy chế số 1,01/02/2024\n"


def total_file(place: Unit) -> str:
    heads = ",".join(past_totals.COLUMNS[name] for name in past_totals.NEEDED)
    return f"{heads}\nDV{place.pk},2020,safety,Doanh nghiệp,3,2,Báo cáo số 1\n"


def past_file(area: Unit) -> str:
    heads = ",".join(past_results.COLUMNS[name] for name in past_results.NEEDED)
    return f"{heads}\nDV{area.pk},2020,safety,Đạt,Báo cáo số 1\n"


def people_file(commune: Unit) -> str:
    heads = ",".join(people_rows.COLUMNS[name] for name in people_rows.NEEDED)
    return f"{heads}\nnguoi.tep,Cán bộ từ tệp,DV{commune.pk},Cán bộ nhập liệu,01/02/2024\n"


def register_file(area: Unit) -> str:
    return f"{register_rows.UNIT},Năm,Tổ\nDV{area.pk},2023,4\n"


def import_file(commune: Unit) -> str:
    return (
        "key,kind,subtype,code,name,parent_key,stands_in_key,opened_on,closed_on\n"
        f"T1,Khu dân cư,thôn,,Thôn Mới,DV{commune.pk},,01/01/2026,\n"
    )
