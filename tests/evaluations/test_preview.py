"""The entry form of a set before anybody enters anything, and the trial of its judgement."""

import html
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.models import CriteriaSet, Criterion
from criteria.queries import specs_of
from evaluations.models import Answer, Evaluation
from tests.criteria.factories import load_examples, load_packs, load_small
from tests.evaluations.factories import typed
from tests.units.factories import make_province, make_user
from units.enums import Role

pytestmark = pytest.mark.django_db


def address(criteria_set: CriteriaSet) -> str:
    return reverse("evaluations:preview", args=[criteria_set.pk])


@pytest.fixture
def reader(client):
    client.force_login(make_user(Role.OFFICER, make_province()))
    return client


@pytest.fixture
def commune_set() -> CriteriaSet:
    return load_packs()["TT124-XA"]


def test_the_form_has_every_criterion_and_no_verdict_yet(reader, commune_set):
    response = reader.get(address(commune_set))
    fields = {name for entry in response.context["entries"] if entry.form for name in entry.form.fields}
    assert len(response.context["entries"]) == commune_set.criteria.count()
    assert "version" not in fields
    assert "verdict" not in response.context
    assert "Thử chấm" in response.content.decode()


def test_answers_typed_for_trial_are_judged_and_not_stored(reader, commune_set):
    before = (Evaluation.objects.count(), Answer.objects.count(), Criterion.objects.count())
    response = reader.post(address(commune_set), typed(commune_set))
    assert (response.status_code, response.context["verdict"].outcome) == (200, "met")
    assert (Evaluation.objects.count(), Answer.objects.count(), Criterion.objects.count()) == before


def test_what_the_portal_counts_may_be_supposed(reader, commune_set):
    line = next(one for one in specs_of(commune_set) if one.number == "4.2")
    name = line.code.replace(".", "_")
    changes = {f"{name}-numerator": "17", f"{name}-denominator": "25"}
    response = reader.post(address(commune_set), typed(commune_set, **changes))
    (finding,) = response.context["verdict"].failed
    assert finding.sentence == (
        "Mới 17/25 đơn vị được công nhận (cần từ 70%, tức ít nhất 18); còn thiếu 1 đơn vị (TT 124/2021, Điều 5.4)."
    )
    assert finding.sentence in html.unescape(response.content.decode())
    assert f'name="{name}-numerator" value="17"' in response.content.decode()


def test_an_answer_that_cannot_be_is_told_beside_its_criterion(reader, commune_set):
    line = next(one for one in specs_of(commune_set) if one.measure == "event")
    name = line.code.replace(".", "_")
    response = reader.post(address(commune_set), typed(commune_set, **{f"{name}-value": "1.5"}))
    assert response.status_code == 422
    assert "verdict" not in response.context
    assert "“1.5” không phải số nguyên" in html.unescape(response.content.decode())


def test_nothing_typed_is_incomplete(reader, commune_set):
    verdict = reader.post(address(commune_set), {}).context["verdict"]
    assert (verdict.outcome, len(verdict.missing)) == ("incomplete", 19)


def test_points_and_the_grade_are_shown(client):
    example = load_examples()["VD-PL-KDC"]
    client.force_login(make_user(Role.STAFF, make_province("Tỉnh Bắc Giang", example.province_code)))
    response = client.post(address(example), typed(example, **{"dieu-kien-0": "yes"}))
    verdict = response.context["verdict"]
    assert (verdict.outcome, verdict.grade.rank) == ("met", 1)
    page = html.unescape(response.content.decode())
    assert verdict.label in page
    assert "ví dụ, không phải luật" in page


def test_a_draft_may_be_tried(reader, tmp_path):
    draft = load_small(tmp_path)
    data = {"A-met": "yes", "B-value": "0", "C-numerator": "7", "C-denominator": "10"}
    assert reader.post(address(draft), data).context["verdict"].outcome == "met"


@pytest.mark.parametrize("code", ["DA375-KDC", "TT23-KDC"])
def test_a_set_without_criteria_says_so(client, code):
    bare = load_packs()[code]
    client.force_login(make_user(Role.OFFICER, make_province("Tỉnh Thanh Hóa", "38")))
    page = client.get(address(bare)).content.decode()
    assert ("không có phiếu nhập" in page or "chưa có phiếu nhập" in page) is not bare.criteria.exists()


def test_every_set_that_ships_can_be_tried_empty(client):
    load_examples()
    for one in CriteriaSet.objects.all():
        client.force_login(make_user(Role.STAFF, make_province("Tỉnh", one.province_code or "99")))
        page = client.get(address(one))
        assert page.status_code == 200 and one.name in unescape(page.content.decode()), one
        assert client.post(address(one), {}).status_code == 200, one
        assert client.post(address(one), typed(one)).status_code == 200, one


def test_another_province_does_not_see_it(reader):
    own = load_packs()["DA375-KDC"]
    assert (reader.get(address(own)).status_code, reader.post(address(own)).status_code) == (404, 404)


def test_a_trial_costs_the_same_for_few_lines_and_many(reader, tmp_path, django_assert_num_queries):
    draft = load_small(tmp_path)
    reader.get(address(draft))
    with CaptureQueriesContext(connection) as few:
        reader.post(address(draft), typed(draft))
    Criterion.objects.bulk_create(
        Criterion(criteria_set=draft, code=f"M{order}", number="9", order=order, label="Việc", measure="must")
        for order in range(10, 60)
    )
    with django_assert_num_queries(len(few)):
        reader.post(address(draft), typed(draft))
