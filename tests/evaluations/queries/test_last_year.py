"""Last year's answers as suggestions: only for what is the same, never stored by themselves, never for events."""

import html
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.judging.values import CriterionSpec, Value
from criteria.models import CriteriaSet, Criterion
from criteria.queries import specs_of
from evaluations import services
from evaluations.enums import State
from evaluations.models import Answer, Evaluation
from evaluations.queries.last_year import Suggestion, carried, suggestions
from tests.evaluations.factories import answered, dossier_of, register
from tests.evaluations.world import fill, put
from tests.units.factories import make_user
from units.enums import Role

pytestmark = pytest.mark.both  # rows beside last year's, in SQL

MUST, EVENT, TREND = "TT124-KDC-1.1", "TT124-KDC-3a", "TT124-KDC-4a"


@pytest.fixture
def last_year(world):
    """The area's dossier of 2023 by the same set, sent, with every criterion answered; this year's is registered."""
    programme = world.cycle.programme
    before = services.open_cycle(programme, world.tree.province, 2023, as_of=date(2023, 6, 30), by=None)
    dossier = dossier_of(before, world.area.unit)
    fill([dossier], world.officer)
    put([dossier], State.RECOGNISED, submitted_by=world.officer)
    register(world.area, by=world.officer)
    return dossier


def offered(world, user=None) -> dict[str, Suggestion]:
    return suggestions(world.area, user or world.officer, {})


def asked(measure, **fields) -> CriterionSpec:
    return CriterionSpec(code="X", number="1", label="Dòng", article="Điều 1", measure=measure, **fields)


HALF = Value(numerator=50, denominator=100)


@pytest.mark.parametrize(
    ("line", "then", "value"),
    [
        (asked("must"), Value(met=True), Value(met=True)),
        (asked("must"), Value(met=False), Value(met=False)),
        (asked("percent"), HALF, HALF),
        (asked("count"), Value(value=Decimal(3)), Value(value=Decimal(3))),
        (asked("points", max_points=Decimal(5)), Value(value=Decimal("4.5")), Value(value=Decimal("4.5"))),
        (asked("points", max_points=Decimal(4)), Value(value=Decimal("4.5")), Value()),  # cannot be an answer any more
        (asked("trend"), Value(numerator=3, denominator=5), Value(denominator=3)),  # last year's figure, no more
        (asked("event"), Value(value=Decimal(0)), Value()),
        (asked("derived"), HALF, Value()),
        (asked("group"), Value(met=True), Value()),
        (asked("must", not_applicable_when="không có"), Value(not_applicable=True), Value(not_applicable=True)),
        (asked("must"), Value(not_applicable=True), Value()),
    ],
)
def test_what_of_an_answer_is_carried(line, then, value):
    assert carried(line, then) == value


def test_every_answer_of_the_same_set_but_events(world, last_year):
    lines = {line.code: line.measure for line in answered(world.area)}
    found = offered(world)
    assert set(found) == {code for code, measure in lines.items() if measure != "event"}
    assert EVENT in lines and found[MUST] == Suggestion(2023, Value(met=True), Value(met=True))
    assert found[TREND].value == Value(denominator=1) and found[TREND].then == Value(numerator=1, denominator=2)


def test_the_appraised_answer_goes_before_the_own_one(world, last_year):
    Answer.objects.filter(evaluation=last_year, criterion__code=MUST).update(appraised_met=False)
    assert offered(world)[MUST].value == Value(met=False)
    Answer.objects.filter(evaluation=last_year, criterion__code=MUST).update(appraised_met=None)
    assert offered(world)[MUST].value == Value(met=True)


def test_nothing_where_this_year_is_answered(world, last_year):
    answers = {MUST: Answer(evaluation=world.area, met=False)}
    assert MUST not in suggestions(world.area, world.officer, answers)
    answers = {MUST: Answer(evaluation=world.area, note="Chỉ mới ghi giải trình")}
    assert MUST in suggestions(world.area, world.officer, answers)


@pytest.mark.parametrize("state", [State.EXPECTED, State.REGISTERED, State.RETURNED, State.WITHDRAWN])
def test_a_file_that_was_never_sent_suggests_nothing(world, last_year, state):
    assert offered(world)
    put([last_year], state)
    assert offered(world) == {}


def test_another_year_unit_or_reader_suggests_nothing(world, last_year):
    assert suggestions(world.areas[1], world.officer, {}) == {}
    assert offered(world, world.sister) == {} and offered(world, make_user()) == {}
    assert offered(world, make_user(Role.INSPECTOR, world.district))
    type(last_year.cycle).objects.filter(pk=last_year.cycle_id).update(year=2022)
    assert offered(world) == {}


def another_version(world, **changes) -> CriteriaSet:
    """A draft that repeats the area's set, the named criterion (by code) with other fields."""
    model = world.area.criteria_set
    made = CriteriaSet.objects.create(
        code="TT124-SUA",
        name="Bản sửa",
        programme=model.programme,
        document=model.document,
        unit_kinds=model.unit_kinds,
        first_year=2030,
    )
    parents = {}
    for line in model.criteria.select_related("parent").order_by("order"):
        parent = parents.get(line.parent.code) if line.parent else None
        line.pk, line.criteria_set, line.parent = None, made, parent
        for name, value in changes.get(line.code, {}).items():
            setattr(line, name, value)
        line.save(force_insert=True)
        parents[line.code] = line
    return made


def test_across_sets_only_what_is_the_same_is_suggested(world, last_year):
    changed, reworded = "TT124-KDC-1.2", "TT124-KDC-1.3"
    whole = set(offered(world))
    assert {MUST, changed, reworded} <= whole
    made = another_version(
        world, **{changed: {"needs_evidence": True, "not_applicable_when": "chưa có"}, reworded: {"label": "Lời khác"}}
    )
    Evaluation.objects.filter(pk=world.area.pk).update(criteria_set=made)
    assert set(offered(world)) == whole - {changed, reworded}


def test_two_sets_cost_the_same_however_many_criteria(world, last_year):
    made = another_version(world)
    Evaluation.objects.filter(pk=world.area.pk).update(criteria_set=made)

    def cost() -> int:
        dossier = world.area
        with CaptureQueriesContext(connection) as found:
            suggestions(dossier, world.officer, {})
        return len(found)

    cost()  # what the reader may read is asked once a request
    before = cost()
    model = Criterion.objects.filter(criteria_set=made, code=MUST).get()
    for number in range(30):
        model.pk, model.code, model.order = None, f"MOI-{number}", 500 + number
        model.save(force_insert=True)
    made.refresh_from_db()
    assert len(specs_of(made)) > 45 and cost() == before < 30


# --- the form ----------------------------------------------------------------------------------------------------


def entry(client, world):
    client.force_login(world.officer)
    address = reverse("evaluations:entry", args=[world.area.pk])
    return address, html.unescape(client.get(address).content.decode())


def fills(page: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in re.findall(r'data-fill="(\{.*?\})"', page):
        found |= json.loads(text)
    return found


def test_the_form_offers_and_stores_nothing(client, world, last_year):
    address, page = entry(client, world)
    assert "Năm 2023: <strong>Đạt</strong> – cần minh chứng của năm nay." in page
    assert "Năm 2023: <strong>1/2</strong>" in page and "Ghi vào số năm trước" in page
    offers = fills(page)
    assert offers["TT124-KDC-1_1-met"] == "yes" and offers["TT124-KDC-4a-denominator"] == "1"
    assert "TT124-KDC-4a-numerator" not in offers and not any(name.startswith("TT124-KDC-3a-") for name in offers)
    assert not world.area.answers.exists()  # looking stores nothing
    data = {f"{line.code.replace('.', '_')}-version": 0 for line in answered(world.area)}
    assert client.post(address, data).status_code == 302 and not world.area.answers.exists()  # nor does saving as is
    client.post(address, data | {"TT124-KDC-1_1-met": offers["TT124-KDC-1_1-met"]})
    assert [answer.met for answer in world.area.answers.all()] == [True]
    assert "TT124-KDC-1_1-met" not in fills(entry(client, world)[1])


def test_the_form_of_a_first_year_offers_nothing(client, world):
    register(world.area, by=world.officer)
    assert "cần minh chứng của năm nay" not in entry(client, world)[1]
