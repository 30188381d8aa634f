"""The demo: the same everywhere and every time, whole after a cut, true to Nga Sơn's report, made at the real doors."""

from collections import Counter
from hashlib import sha256
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.urls import reverse

from evaluations import demo, queries
from evaluations.enums import State
from evaluations.models import Answer, Cycle, Decision, Evaluation, Event, Evidence, Recognition, Sitting, Vote
from portal.core import store
from units.models import Committee, Placement, Seat, Unit, User

from .factories import published_sets

pytestmark = pytest.mark.xdist_group("demo")
TABLES = (Cycle, Evaluation, Answer, Evidence, Event, Sitting, Vote, Decision, Recognition, User, Placement, Seat)
TABLES += (Committee, Unit)
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
    """Every file's state and every answer, by the words units are called and not by row numbers."""
    place = ("commune__name", "district__name", "kind", "unit_name")
    files = Evaluation.objects.values_list("cycle__year", "cycle__programme__code", *place, "state")
    parts = [f"evaluation__{name}" for name in place]
    answers = Answer.objects.values_list(
        *parts, "criterion__code", "met", "value", "numerator", "denominator", "appraised_met", "appraised_numerator"
    )
    digest = sha256()
    for rows in (files, answers):
        for line in sorted(str(row) for row in rows.iterator(chunk_size=5000)):
            digest.update(line.encode())
    return digest.hexdigest()


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


@pytest.fixture(scope="module")
def built(module_rows, tmp_path_factory):
    """The demo built whole, taken away, cut off half way, and built to its end; the fingerprint of the first time."""
    kept, django_settings.FILES_DIR = django_settings.FILES_DIR, tmp_path_factory.mktemp("demo-files")
    published_sets()
    call_command("load_units", stdout=StringIO())
    with transaction.atomic():
        demo.build()
        first = fingerprint()
        transaction.set_rollback(True)
    with pytest.raises(Cut):
        demo.build(cut_before_the_open_year)
    half = Cycle.objects.count()
    demo.build()
    yield first, half
    django_settings.FILES_DIR = kept


@pytest.fixture
def cycle(built, db):
    return Cycle.objects.get(year=demo.OPEN_YEAR)


def test_two_builds_are_one_even_when_one_was_cut_off(built, db):
    first, half = built
    assert half == len(demo.PAST_SHARES) + len(NGA_SON)
    assert fingerprint() == first


def test_the_open_year_is_what_it_is_everywhere(cycle):
    found: dict = {}
    for district, state in cycle.evaluations.values_list("district__name", "state"):
        found.setdefault(district, Counter())[state] += 1
    assert found == OPEN_YEAR


def test_building_again_changes_nothing(built, db):
    before = counts()
    mark = fingerprint()
    demo.build()
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
    roster = Evaluation.objects.filter(province__code="38").values_list("cycle__year", flat=True)
    assert Counter(roster) == dict.fromkeys(NGA_SON, 234)


def test_past_years_are_marked_closed_and_grow(built, db):
    past = Cycle.objects.filter(province__code="24", year__lt=demo.OPEN_YEAR).order_by("year")
    shares = [
        100 * cycle.evaluations.filter(state=State.RECOGNISED).count() // cycle.evaluations.count() for cycle in past
    ]
    assert shares == sorted(shares) and {cycle.year for cycle in past} == set(demo.PAST_SHARES)
    assert set(Cycle.objects.values_list("is_demo", flat=True)) == {True}
    assert set(past.values_list("status", "source")) == {("closed", demo.DEMO_SOURCE)}
    nga_son = Cycle.objects.filter(province__code="38").order_by().values_list("source", flat=True).distinct()
    assert list(nga_son) == [demo.NGA_SON_SOURCE]
    assert max(len(source) for source in (demo.NGA_SON_SOURCE, demo.DEMO_SOURCE)) <= 250


def test_two_communes_are_left_for_the_walk(cycle):
    walked = cycle.evaluations.filter(commune__name__in=(demo.COMMUNE, demo.SISTER), district__name=demo.DISTRICT)
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
        files = list(cycle.evaluations.filter(state=state).select_related("criteria_set"))
        assert {verdict.outcome for verdict in queries.verdicts(files, queries.APPRAISED).values()} == outcomes
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
    for username, post in demo.ACCOUNTS:
        response = client.post(reverse("sign_in"), {"username": username, "password": demo.PASSWORD})
        assert response.status_code == 302, username
        page = client.get(reverse("home"))
        assert page.status_code == 200 and page.wsgi_request.user.post == post
        client.post(reverse("sign_out"))
    wrong = client.post(reverse("sign_in"), {"username": "canbo.xa", "password": demo.PASSWORD.lower()})
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
    assert all(username in text and post in text for username, post in demo.ACCOUNTS) and demo.PASSWORD in text
