"""Criteria sets as other systems read them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIRequestFactory, force_authenticate

from criteria.api import CriteriaSetViewSet
from criteria.models import CriteriaSet
from tests.units.factories import make_province, make_user
from units.enums import Role

from .factories import load_packs

pytestmark = pytest.mark.django_db


def call(action="list", user=None, query=None, method="get", **kwargs):
    request = getattr(APIRequestFactory(), method)("/", query)
    force_authenticate(request, user or make_user())
    return CriteriaSetViewSet.as_view({"get": action})(request, **kwargs)


def test_sets_with_their_criteria_and_routes(sets):
    found = call(query={"kind": "commune", "year": "2024"}).data["results"]
    assert [one["code"] for one in found] == ["QD9745-XA", "QD510-XA", "TT124-XA"]
    one = found[-1]
    assert (one["programme"], one["document"]["number"], one["status"]) == ("safety", "124/2021/TT-BCA", "published")
    assert len(one["criteria"]) == 23
    assert one["criteria"][-1] | {"guidance": ""} == {
        "code": "TT124-XA-4.2",
        "parent": "TT124-XA-4",
        "order": 23,
        "number": "4.2",
        "label": "Từ 70% số đơn vị đó được công nhận đạt tiêu chuẩn “An toàn về an ninh, trật tự”",
        "article": "TT 124/2021, Điều 5.4",
        "guidance": "",
        "measure": "derived",
        "comparison": "at_least",
        "threshold": "70.00",
        "numerator_label": "đơn vị được công nhận",
        "denominator_label": "đơn vị thuộc diện xét",
        "max_points": None,
        "derivation": "subordinates_recognised",
        "derived_from": [],
        "excuses": [],
        "not_applicable_when": "",
        "due_quarter": None,
        "needs_evidence": False,
        "reuses": "",
        "follows": "",
        "confidence": "T",
    }
    assert one["routes"][0]["deadlines"][1] == {
        "step": "decide",
        "month": 11,
        "day": 20,
        "inclusive": False,
        "article": "TT 124/2021, Điều 9.1.b",
    }


def test_how_a_set_comes_to_its_outcome(examples):
    province = make_user(Role.OFFICER, make_province("Tỉnh Bắc Giang", "24"))
    one = call("retrieve", user=province, pk=examples["VD-PL-XA"].pk).data
    assert (one["is_example"], one["province_code"], one["points_total"], one["base"]) == (True, "24", "100.00", None)
    assert one["document"]["province_code"] == "24"
    stored = examples["VD-PL-XA"]
    assert [(row["rank"], row["label"]) for row in one["grades"]] == list(stored.grades.values_list("rank", "label"))
    assert len(one["grades"]) > 2
    assert [row["criterion"] for row in one["caps"]] == list(stored.caps.values_list("criterion__code", flat=True))
    assert [row["programme"] for row in one["preconditions"]] == list(
        stored.preconditions.values_list("programme__code", flat=True)
    )
    assert one["caps"]
    assert one["preconditions"]


def test_the_quotas_and_papers_of_a_selection(sets):
    stored = CriteriaSet.objects.filter(by_selection=True, province_code="").first()
    one = call("retrieve", pk=stored.pk).data
    assert one["by_selection"] is True
    assert [row["level"] for row in one["quotas"]] == list(stored.quotas.values_list("level", flat=True))
    assert [row["name"] for row in one["papers"]] == list(stored.papers.values_list("name", flat=True))


def test_an_overlay_names_its_base(draft, tmp_path):
    base = CriteriaSet.objects.get(pk=draft.pk)
    own = CriteriaSet.objects.create(
        programme=base.programme, document=base.document, code="OWN", name="Bộ của tỉnh", unit_kinds=["commune"],
        first_year=2030, province_code="24", base=base,
    )  # fmt: skip
    user = make_user(Role.OFFICER, make_province("Tỉnh Bắc Giang", "24"))
    assert call("retrieve", user=user, pk=own.pk).data["base"] == {"id": base.pk, "code": "TRIAL", "version": 1}


def test_one_set(sets):
    assert call("retrieve", pk=sets["TT124-KDC"].pk).data["code"] == "TT124-KDC"
    assert call("retrieve", pk=404404).status_code == 404


def test_a_filter_that_makes_no_sense_is_refused(sets):
    response = call(query={"kind": "planet"})
    assert (response.status_code, list(response.data)) == (400, ["kind"])


def test_nobody_enters_unsigned_and_nobody_writes(sets):
    assert call(user=AnonymousUser()).status_code == 403
    assert call(method="post").status_code == 405


def test_many_sets_cost_as_few_queries_as_one(draft):
    user = make_user()
    with CaptureQueriesContext(connection) as one:
        call(user=user).render()
    load_packs()
    again = type(user).objects.get(pk=user.pk)  # another request: its placements are read again
    with CaptureQueriesContext(connection) as many:
        call(user=again).render()
    assert len(one) == len(many)
