"""The roll-up for programs: same rows as the page, same scope."""

import pytest
from django.urls import path
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIRequestFactory, force_authenticate

from evaluations.enums import State
from reports.api import RollupView
from reports.datasets import yearly_rollup
from tests.reports.factories import make_cycle, make_files
from tests.units.factories import make_tree, make_user
from units.enums import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    tree = make_tree("A")
    tree.cycle = make_cycle(tree.province)
    make_files(tree.cycle, tree.areas[:3], State.RECOGNISED)
    make_files(tree.cycle, tree.areas[3:], State.REGISTERED)
    return tree


def ask(user, **query):
    request = APIRequestFactory().get("/", query)
    if user:
        force_authenticate(request, user)
    return RollupView.as_view()(request)


def test_the_rows_are_those_of_the_dataset(world):
    answer = ask(make_user(Role.STAFF, world.province), cycle=world.cycle.pk, place=world.province.pk, by="commune")
    expected = yearly_rollup(world.cycle, place=world.province, by="commune")
    assert answer.status_code == 200
    assert [row["label"] for group in answer.data["groups"] for row in group["rows"]] == [
        row.label for row in expected.rows
    ]
    assert answer.data["total"]["of_roster"] == {"part": 3, "whole": 8, "base": "tổng số", "text": "37,50"}
    assert (answer.data["year"], answer.data["by"], answer.data["in_progress"]) == (2020, "commune", False)


def test_out_of_scope_is_not_found_and_nobody_is_refused(world):
    officer = make_user(Role.OFFICER, world.communes[0])
    stranger = make_user(Role.STAFF, make_tree("B").province)
    cycle, places = world.cycle.pk, [world.province, world.districts[0], world.communes[1], world.areas[0]]
    assert [ask(officer, cycle=cycle, place=place.pk).status_code for place in places] == [404] * 4
    assert ask(officer, cycle=cycle, place=world.communes[0].pk).status_code == 200
    assert ask(stranger, cycle=cycle, place=world.province.pk).status_code == 404
    assert ask(None, cycle=cycle, place=world.province.pk).status_code == 403


@pytest.mark.parametrize(
    "query", [{}, {"cycle": "x"}, {"by": "x"}, {"kind": "x"}, {"place": "9" * 40}, {"ranh_gioi": "x"}]
)
def test_bad_queries_are_told(world, query):
    given = {"cycle": world.cycle.pk, "place": world.province.pk} | query if query else {}
    answer = ask(make_user(Role.STAFF, world.province), **given)
    assert (answer.status_code, set(answer.data)) == (400, set(query) or {"cycle", "place"})


def test_it_is_documented():
    generator = SchemaGenerator(patterns=[path("roll-up/", RollupView.as_view())])
    operation = generator.get_schema(request=None, public=True)["paths"]["/roll-up/"]["get"]
    assert {item["name"] for item in operation["parameters"]} == {"cycle", "place", "by", "kind", "ranh_gioi"}
    assert operation["responses"]["200"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Rollup"
    }
