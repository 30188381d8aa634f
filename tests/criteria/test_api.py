"""Criteria sets as other systems read them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIRequestFactory, force_authenticate

from criteria.api import CriteriaSetViewSet
from tests.units.factories import make_user

from .factories import load_packs

pytestmark = pytest.mark.django_db


def call(action="list", user=None, query=None, method="get", **kwargs):
    request = getattr(APIRequestFactory(), method)("/", query)
    force_authenticate(request, user or make_user())
    return CriteriaSetViewSet.as_view({"get": action})(request, **kwargs)


def test_sets_with_their_criteria_and_routes(sets):
    found = call(query={"kind": "commune", "year": "2024"}).data["results"]
    assert [one["code"] for one in found] == ["TT124-XA"]
    (one,) = found
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
        "excuses": [],
        "not_applicable_when": "",
        "due_quarter": None,
        "needs_evidence": False,
        "reuses": "",
        "confidence": "T",
    }
    assert one["routes"][0]["deadlines"][1] == {
        "step": "decide",
        "month": 11,
        "day": 20,
        "inclusive": False,
        "article": "TT 124/2021, Điều 9.1.b",
    }


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
    with CaptureQueriesContext(connection) as many:
        call(user=user).render()
    assert len(one) == len(many)
