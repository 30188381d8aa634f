"""The demo: the same everywhere and every time, whole after a cut, true to Nga Sơn's report, made at the real doors."""

from collections import Counter
from datetime import date
from hashlib import sha256
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F, Sum
from django.urls import reverse

from criteria.judging.values import Value
from criteria.models import AwardBar
from evaluations import services, workflow
from evaluations.enums import Action, Side, State
from evaluations.judging.dossiers import judged_dossiers
from evaluations.models import Answer, Cycle, Decision, Evaluation, Event, Evidence, Recognition, Sitting, Vote
from evaluations.permissions import may_enter
from portal.core.files import store
from portal.demo import building, registers
from reports.datasets import By, yearly_rollup
from tests.evaluations import factories
from tests.evaluations.factories import published_sets
from units.enums import ReformStatus
from units.models import (
    Committee,
    Delegation,
    GroupCount,
    ModelYear,
    Placement,
    Reorganisation,
    Seat,
    SecurityTeam,
    TeamYear,
    Unit,
    User,
)
from units.queries import seat_changes
from units.reforms import dry_run
from units.registers import REGISTERS

pytestmark = pytest.mark.both  # the same on both, by its fingerprint
TABLES = (Cycle, Evaluation, Answer, Evidence, Event, Sitting, Vote, Decision, Recognition, User, Placement, Seat)
TABLES += (Committee, Delegation, Unit, *(register.model for register in REGISTERS.values()))
# Worked out once and written down: the same on every machine, on both databases.
OPEN_YEAR = {
    "Huyện Hiệp Hòa": {"expected": 42, "registered": 454},
    "Huyện Lạng Giang": {"expected": 58, "registered": 372},
    "Huyện Lục Nam": {"expected": 40, "submitted": 470},
    "Huyện Lục Ngạn": {"expected": 50, "submitted": 524},
    "Huyện Sơn Động": {"expected": 24, "registered": 309},
    "Huyện Tân Yên": {"appraised": 411, "expected": 34},
    "Huyện Việt Yên": {"expected": 22, "registered": 309},
    "Huyện Yên Dũng": {"expected": 27, "registered": 328},
    "Huyện Yên Thế": {"declined": 36, "expected": 29, "recognised": 317},
    "Thành phố Bắc Giang": {"declined": 35, "expected": 24, "recognised": 265},
    None: {"expected": 191},
}
NGA_SON = {2009: 145, 2010: 159, 2011: 166, 2012: 177, 2013: 178, 2014: 182, 2015: 182, 2016: 189, 2017: 192}


class Cut(Exception):
    """The power went."""


def cut_before_the_open_year(line: str) -> None:
    if "mở kỳ" in line:
        raise Cut


def fingerprint() -> str:
    """Every dossier's state and every answer, by the words units are called and not by row numbers."""
    place = ("commune__name", "district__name", "kind", "unit_name")
    dossiers = Evaluation.objects.values_list("cycle__year", "cycle__programme__code", *place, "state")
    parts = [f"evaluation__{name}" for name in place]
    answers = Answer.objects.values_list(
        *parts, "criterion__code", "met", "value", "numerator", "denominator", "appraised_met", "appraised_numerator"
    )
    digest = sha256()
    for rows in (dossiers, answers):
        for line in sorted(str(row) for row in rows.iterator(chunk_size=5000)):
            digest.update(line.encode())
    return digest.hexdigest()


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


@pytest.fixture(scope="module")
def built(module_rows, tmp_path_factory):
    """The demo built whole, taken away, cut off half way, and built to its end; the fingerprint of the first time."""
    kept, django_settings.FILES_DIR = django_settings.FILES_DIR, tmp_path_factory.mktemp("demo-dossiers")
    published_sets()
    with transaction.atomic():
        building.build()
        first = fingerprint()
        transaction.set_rollback(True)
    with pytest.raises(Cut):
        building.build(cut_before_the_open_year)
    half = Cycle.objects.count()
    building.build()
    yield first, half
    django_settings.FILES_DIR = kept


@pytest.fixture
def cycle(built, db):
    return Cycle.objects.get(programme__code="safety", year=building.OPEN_YEAR)


def test_two_builds_are_one_even_when_one_was_cut_off(built, db):
    first, half = built
    assert half == len(building.PAST_SHARES) + len(building.GRADED_YEARS) + len(NGA_SON) + 3  # Đồng Nai twice, Bắc Ninh
    assert fingerprint() == first


def test_the_open_year_is_what_it_is_everywhere(cycle):
    found: dict = {}
    for district, state in cycle.evaluations.values_list("district__name", "state"):
        found.setdefault(district, Counter())[state] += 1
    assert found == OPEN_YEAR


def test_the_registers_hold_what_the_report_of_nga_son_counts(built, db):
    """Báo cáo 55/BC-BCĐ: committees, teams, groups, models; every row is marked as made up."""
    first, last = registers.FOUNDED, registers.REPORTED
    boards = Committee.objects.filter(name__startswith=registers.BOARD)
    told = {"boards": 27, "opened": 501, "joined": 575, "replaced": 463, "left": 463, "closed": 613}
    assert seat_changes(boards, first, last, None) == told
    rows = {register.model: register.model.objects.filter(**{f"{register.place}__province__code": "38"})
            for register in REGISTERS.values()}  # fmt: skip
    assert rows[SecurityTeam].count() == 234
    assert rows[TeamYear].filter(year=2008).aggregate(Sum("members"))["members__sum"] == 702
    for year, totals in {2008: (1242, 0, 33_069), 2018: (1245, 1245, 38_446)}.items():
        counted = rows[GroupCount].filter(year=year).aggregate(a=Sum("groups"), b=Sum("leaders"), c=Sum("members"))
        assert tuple(counted.values()) == totals
    assert rows[ModelYear].get(model__name="Nông dân với ANTT").members == 18_900
    assert [register.slug for register in REGISTERS.values() if not register.model.objects.exists()] == []
    assert [model.__name__ for model in rows if model.objects.filter(is_demo=False).exists()] == []


def test_one_school_is_managed_by_the_district_it_stands_in(cycle):
    """Delegated by the province for five years: its dossiers go the district's way and count where they are managed."""
    held = Delegation.objects.select_related("unit", "giver", "receiver").get()
    assert (held.unit.name, held.unit.is_demo) == ("Trường Trung học phổ thông Lạng Giang số 1", True)
    assert (str(held.giver), str(held.receiver)) == (building.PROVINCE, building.DISTRICT)
    assert held.unit.stands_in.parent == held.receiver and "dữ liệu mẫu" in held.number
    dossiers = Evaluation.objects.filter(delegated_to=held.receiver, cycle__is_demo=True)
    assert set(dossiers.values_list("unit", flat=True)) == {held.unit.pk}
    dossier = dossiers.get(cycle=cycle)
    assert (dossier.entry_unit, dossier.district, dossier.state) == (held.receiver, None, State.EXPECTED)
    officer, clerk = (User.objects.get(username=name) for name in ("canbo.huyen", "nhap.tinh"))
    assert may_enter(officer, dossier) and not may_enter(clerk, dossier)
    assert Unit.objects.exclude(stands_in=None).exclude(stands_in=F("parent")).filter(is_demo=True).count() > 100


def test_building_again_changes_nothing(built, db):
    before = counts()
    mark = fingerprint()
    building.build()
    assert (counts(), fingerprint()) == (before, mark)


def test_nga_son_has_the_reports_numbers(built, db):
    met = {
        year: set(
            Evaluation.objects.filter(
                cycle__year=year, province__code="38", kind="residential_area", state=State.RECOGNISED
            ).values_list("unit", flat=True)
        )
        for year in NGA_SON
    }
    assert {year: len(units) for year, units in met.items()} == NGA_SON
    running = met[2012] & met[2011], met[2012] & met[2011] & met[2010]
    assert [len(met[2012]), *(len(units) for units in running), len(running[1] & met[2009])] == [177, 150, 91, 51]
    roster = Evaluation.objects.filter(province__code="38", origin="history").values_list("cycle__year", flat=True)
    assert Counter(roster) == dict.fromkeys(NGA_SON, 234)


def test_past_years_are_marked_closed_and_grow(built, db):
    past = Cycle.objects.filter(programme__code="safety", province__code="24", year__lt=building.OPEN_YEAR)
    past = past.order_by("year")
    shares = [
        100 * cycle.evaluations.filter(state=State.RECOGNISED).count() // cycle.evaluations.count() for cycle in past
    ]
    assert shares == sorted(shares) and {cycle.year for cycle in past} == set(building.PAST_SHARES)
    assert set(Cycle.objects.values_list("is_demo", flat=True)) == {True}
    assert set(past.values_list("status", "source")) == {("closed", building.DEMO_SOURCE)}
    nga_son = (
        Cycle.objects.filter(province__code="38", status="closed")
        .order_by()
        .values_list("source", flat=True)
        .distinct()
    )
    assert list(nga_son) == [building.NGA_SON_SOURCE]
    assert max(len(source) for source in (building.NGA_SON_SOURCE, building.DEMO_SOURCE)) <= 250


def test_gradings_before_and_after_2022_have_their_own_names(built, db):
    dossiers = Evaluation.objects.filter(cycle__programme__code="grading", origin="history", state=State.RECOGNISED)
    best = dossiers.filter(grade__rank=1).order_by().values_list("province__code", "cycle__year", "grade__label")
    assert set(best.distinct()) == {
        *(("24", year, "Tốt") for year in (2020, 2021)),
        *(("24", year, "Xuất sắc") for year in (2022, 2023)),
        ("75", 2022, "Xuất sắc"),
    }
    assert not dossiers.filter(criteria_set__is_example=True).exists()
    for year in building.PAST_SHARES:
        years = {"province__code": "24", "cycle__year": year}
        unsafe = Evaluation.objects.filter(cycle__programme__code="safety", state=State.DECLINED, **years)
        graded = dossiers.filter(unit__in=unsafe.values("unit"), **years).values_list("grade__rank", flat=True)
        assert set(graded) == {3, 4}


def test_every_programme_has_a_year_open_by_examples_that_say_so(built, db):
    found = Cycle.objects.filter(status="open", is_example=True)
    assert set(found.values_list("programme__code", "province__code", "year", "as_of")) == {
        (code, province, year, as_of) for code, province, year, as_of, _ in building.EXAMPLES
    }
    assert {code for code, *_ in building.EXAMPLES} == {"grading", "safety", "exemplar", "ancs", "da375"}
    for cycle in found:
        assert str(cycle).endswith("(ví dụ, không phải luật)")
        assert set(cycle.evaluations.values_list("state", flat=True)) == {"expected"}
    law = Cycle.objects.filter(is_example=False)
    assert not Evaluation.objects.filter(cycle__in=law, criteria_set__is_example=True).exists()


def test_only_safe_and_well_graded_units_may_become_exemplary(built, db):
    dossiers = Evaluation.objects.filter(cycle__programme__code="exemplar")
    before = Evaluation.objects.filter(province__code="75", cycle__year=2022, state=State.RECOGNISED)
    safe = set(before.filter(cycle__programme__code="safety").values_list("unit", flat=True))
    graded = set(before.filter(cycle__programme__code="grading", grade__rank__lte=2).values_list("unit", flat=True))
    able = set(Unit.objects.filter(pk__in=safe & graded).exclude(kind="residential_area").values_list("pk", flat=True))
    assert set(dossiers.values_list("unit", flat=True)) == able and 0 < len(able) < len(safe)
    assert dossiers.filter(unit_name="Xã Xuân Định").exists()


def test_bac_giang_bars_the_unsafe_and_the_weakest(built, db):
    bars = AwardBar.objects.filter(province__code="24", first_year=2020)
    assert set(bars.values_list("bar", "programme__code")) == {("unmet", "safety"), ("weakest", "grading")}
    assert all("IV.7" in bar.ground and len(bar.ground) <= 250 for bar in bars)


# Programme -> the dossier's unit, its commune, and the accounts of who enters, appraises and presides.
WALKS = {
    "grading": ("Thôn Bắc", "Xã Tân Dĩnh", "xa", "xa", "xa"),
    "safety": ("Thôn", "Xã Xuân Định", "xa.dongnai", "xa.dongnai", "xa.dongnai"),
    "exemplar": ("Xã Xuân Định", "Xã Xuân Định", "xa.dongnai", "huyen.dongnai", "huyen.dongnai"),
    "ancs": ("Phường Mạo Khê", "Phường Mạo Khê", "xa.quangninh", "huyen.quangninh", "huyen.quangninh"),
    "da375": ("Thôn 1", "Xã Ba Đình", "xa.thanhhoa", "xa.thanhhoa", "xa.thanhhoa"),
}


@pytest.mark.parametrize("code", WALKS)
def test_every_programme_can_be_walked_to_its_outcome(built, db, code):
    """One dossier by the demo's own people: registered, answered, proved, sent, appraised, voted on, recognised."""
    name, commune, enters, appraises, presides = WALKS[code]
    officer, standing, chair = (
        User.objects.get(username=username)
        for username in (f"canbo.{enters}", f"thuongtruc.{appraises}", f"truongban.{presides}")
    )
    dossiers = Evaluation.objects.filter(cycle__is_example=True, cycle__programme__code=code, commune__name=commune)
    dossier = dossiers.filter(unit_name__startswith=name).select_related("cycle", "criteria_set").order_by("pk")[0]
    factories.register(dossier, by=officer)
    factories.answer_all(dossier, officer)
    points = [line for line in factories.answered(dossier) if line.measure == "points"]
    for line in points:
        services.save_answer(dossier, line.code, Value(value=line.max_points), version=1, by=officer)
    factories.attach(dossier, officer)
    for paper in dossier.criteria_set.papers.all():
        some = factories.answered(dossier)[0].code
        upload = factories.make_paper(paper.name)
        services.add_evidence([dossier], upload, by=officer, title=paper.name, codes=[some], dossier_paper=paper)
    workflow.advance(dossier, Action.SUBMIT, by=officer)
    factories.appraise(dossier, by=standing)
    committee = Committee.objects.in_office().get(unit=dossier.decision_unit)
    year = dossier.cycle.year
    sitting = factories.hold_sitting(committee, [dossier], by=standing, held_on=date(year, 11, 4))
    factories.issue(services.close_sitting(sitting, by=chair), by=chair, number=900, signed_on=date(year, 11, 8))
    dossier.refresh_from_db()
    assert dossier.state == State.RECOGNISED
    outcome = {"grading": "Loại Xuất sắc (100/100 điểm)", "exemplar": "10 tiêu chí đạt"}
    assert dossier.result == outcome.get(code, "")


def test_two_communes_are_left_for_the_walk(cycle):
    walked = cycle.evaluations.filter(
        commune__name__in=(building.COMMUNE, building.SISTER), district__name=building.DISTRICT
    )
    assert set(walked.values_list("state", flat=True)) == {"expected"} and walked.count() > 20
    assert set(cycle.evaluations.filter(kind="commune").values_list("state", flat=True)) == {"expected"}


def test_every_file_is_where_its_log_leads(cycle):
    chains: dict[int, list] = {}
    for pk, source, target in Event.objects.order_by("at", "pk").values_list("evaluation", "source", "target"):
        chains.setdefault(pk, []).append((source, target))
    for pk, state in cycle.evaluations.values_list("pk", "state"):
        here = State.EXPECTED
        for source, target in chains.get(pk, []):
            assert source == here
            here = target
        assert here == state


def test_only_what_meets_every_criterion_is_recognised(cycle):
    for state, outcomes in ((State.RECOGNISED, {"met"}), (State.DECLINED, {"not_met"})):
        dossiers = list(cycle.evaluations.filter(state=state).select_related("criteria_set"))
        assert {one.verdict(Side.APPRAISED).outcome for one in judged_dossiers(dossiers).values()} == outcomes
    recognised = cycle.evaluations.filter(state=State.RECOGNISED)
    assert Recognition.objects.filter(evaluation__in=recognised).count() == Recognition.objects.count() == 582
    assert not recognised.filter(submitted_by=F("appraised_by")).exists()


def test_decisions_are_numbered_from_one_in_each_place(cycle):
    numbers: dict[int, list[int]] = {}
    for issuer, number in Decision.objects.order_by("number").values_list("issuer", "number"):
        numbers.setdefault(issuer, []).append(number)
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert Sitting.objects.filter(closed_at=None).count() == 0


def test_sample_papers_can_be_opened(cycle):
    paper = Evidence.objects.first()
    assert store.take(paper.sha256).read_bytes().startswith(b"%PDF-")


def test_every_account_signs_in_and_has_its_place(client, built, db):
    for username, post in building.ACCOUNTS:
        response = client.post(reverse("sign_in"), {"username": username, "password": building.PASSWORD})
        assert response.status_code == 302, username
        page = client.get(reverse("home"))
        assert page.status_code == 200 and page.wsgi_request.user.post == post
        client.post(reverse("sign_out"))
    wrong = client.post(reverse("sign_in"), {"username": "canbo.xa", "password": building.PASSWORD.lower()})
    assert wrong.status_code != 302


def test_the_hands_that_built_it_are_gone(client, built, db):
    hands = User.objects.filter(username__startswith="mau.")
    assert (hands.count(), hands.filter(is_active=True).count()) == (3, 0)
    for hand in hands:
        assert hand.placements_now() == [] and not hand.has_usable_password()
    assert Seat.objects.filter(user__in=hands, valid_to=None).count() == 0


def test_the_command_says_what_it_made(built, db):
    out = StringIO()
    call_command("demo", stdout=out)
    text = out.getvalue()
    assert all(username in text and post in text for username, post in building.ACCOUNTS) and building.PASSWORD in text


# --- the reform of 2025 ------------------------------------------------------------------------------------------


@pytest.fixture
def bac_ninh(built, db):
    return Reorganisation.objects.get(number="1658/NQ-UBTVQH15")


def test_the_resolution_waits_as_a_draft_with_its_gaps(bac_ninh):
    made = dry_run(bac_ninh)
    assert (made.problems, bac_ninh.status) == ([], ReformStatus.DRAFT)
    before = Counter(node.kind for node in made.before.values())
    assert (before["province"], before["district"], before["commune"]) == (2, 18, 209 + 121)
    assert sum("không có nguồn cho biết nhập vào đâu" in gap for gap in bac_ninh.gaps) == 209 - 192
    dong_nai = Reorganisation.objects.get(number="237/NQ-UBTVQH16")
    assert [change.name for change in dong_nai.changes.all()] == ["Thành phố Đồng Nai"]
    assert any("Mười xã thành phường" in gap for gap in dong_nai.gaps)


def reports_of(years, province):
    """Every roll-up of the years by kind, district and commune, with names and figures."""
    cycles = Cycle.objects.filter(province=province, year__in=years).order_by("year", "programme")
    return [(cycle.pk, by, yearly_rollup(cycle, place=province, by=by).groups) for cycle in cycles for by in By]


def test_bac_ninh_afterwards_has_its_99_communes_and_every_past_report_its_figures(bac_ninh):
    bac_giang = Unit.objects.get(kind="province", code="24")
    years = range(2020, building.OPEN_YEAR + 1)
    before, mark = reports_of(years, bac_giang), fingerprint()
    assert len(before) == 3 * 10
    building.carry_through()
    bac_giang.refresh_from_db()
    assert reports_of(years, bac_giang) == before
    assert fingerprint() == mark
    after = Unit.objects.get(kind="province", code="24", closed_on=None)
    kinds = Counter(Unit.objects.filter(province=after, closed_on=None).values_list("kind", flat=True))
    assert (after.name, kinds["commune"], kinds["district"]) == ("Tỉnh Bắc Ninh", 99, 0)
    assert Delegation.objects.get().valid_to == date(2025, 6, 30)  # with the district it was given to
    officer = User.objects.get(username="canbo.xa")
    assert [str(place) for place in officer.places()] == ["Xã Tân Dĩnh"]
    assert officer.places()[0].closed_on is None
    again = building.carry_through()
    assert again == bac_ninh
    before_again = counts()
    building.build()
    assert counts() == before_again


def test_the_example_lines_are_for_what_has_no_source_and_told_as_examples(bac_ninh):
    lines = building.example_lines(bac_ninh)
    assert len(lines) == 17
    assert all(f"{line.unit} ({line.unit.code}): không có nguồn" in " ".join(bac_ninh.gaps) for line in lines)
    building.carry_through()
    bac_ninh.refresh_from_db()
    assert sum("là ví dụ để xem thử, không phải nguồn" in gap for gap in bac_ninh.gaps) == 17
