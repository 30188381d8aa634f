"""The API's document says what is answered: every list and every row of the world's, checked against its schema."""

import json
import re

import pytest
from django.test import Client
from django.urls import resolve, reverse
from jsonschema import Draft202012Validator
from rest_framework import serializers

from .cells import routes

pytestmark = pytest.mark.both  # dates and numbers come as the database gives them
READERS = ("staff@grand", "officer@own", "inspector@grand", "standing@parent")
LISTS = sorted(name.removeprefix("api:") for name, _ in routes() if name.startswith("api:") and name.endswith("-list"))


@pytest.fixture(scope="module")
def document(world) -> dict:
    answer = world.clients["staff@grand"].get(reverse("api:openapi"))
    assert answer["Content-Type"] == "application/json"
    found = json.loads(answer.content)
    closed(found["components"])
    return found


def closed(node) -> None:
    """Objects hold what is named and nothing else: a field nobody described is a fault of the document."""
    if isinstance(node, dict):
        if node.get("type") == "object" and "properties" in node:
            node["additionalProperties"] = False
        for inner in node.values():
            closed(inner)
    elif isinstance(node, list):
        for inner in node:
            closed(inner)


def schema_of(document: dict, route: str, status: int = 200) -> dict:
    address = reverse(f"api:{route}", args=[7] if route.endswith("-detail") else [])
    told = document["paths"][address.replace("/7/", "/{id}/")]["get"]["responses"][str(status)]["content"]
    assert list(told) == ["application/json"]
    return told["application/json"]["schema"] | {"components": document["components"]}


def faults(schema: dict, answer) -> list[str]:
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}"[:200] for error in checker.iter_errors(answer)]


@pytest.mark.parametrize("name", LISTS)
def test_every_answer_is_as_described(world, db, document, name):
    of_list, of_row = schema_of(document, name), schema_of(document, name.replace("-list", "-detail"))
    seen = 0
    for person in READERS:
        client = world.clients[person]
        page = client.get(reverse(f"api:{name}"), {"page_size": 500}).json()
        assert faults(of_list, page) == []
        for row in page["results"][:20]:
            answer = client.get(reverse(f"api:{name.replace('-list', '-detail')}", args=[row["id"]]))
            assert (answer.json(), faults(of_row, answer.json())) == (row, [])
            seen += 1
    assert seen


def test_the_roll_up_is_as_described(world, db, document):
    home = world.home
    asked = {"cycle": home.cycle.pk, "place": home.commune.pk}
    for more in ({}, {"by": "commune"}, {"kind": "residential_area"}, {"ranh_gioi": "today"}):
        answer = world.clients["staff@grand"].get(reverse("api:rollup"), asked | more)
        assert (answer.status_code, faults(schema_of(document, "rollup"), answer.json())) == (200, [])


@pytest.mark.parametrize("name", [*LISTS, *(name.replace("-list", "-detail") for name in LISTS), "rollup"])
def test_every_refusal_is_as_described(world, db, document, name):
    """Of every operation: somebody not signed in, a parameter nobody knows, what is not there."""
    of_row = name.endswith("-detail")
    address = reverse(f"api:{name}", args=[10**12] if of_row else [])
    client, nowhere = world.clients["staff@grand"], {"cycle": 10**12, "place": 1} if name == "rollup" else {"page": 999}
    answers = [Client().get(address), client.get(address, {} if of_row else nowhere)]
    answers += [] if of_row else [client.get(address, {"khong_co": "1"}), client.get(address, {"cycle": "năm"})]
    assert [answer.status_code for answer in answers] == [403, 404, 400, 400][: len(answers)]
    for answer in answers:
        assert faults(schema_of(document, name, answer.status_code), answer.json()) == []
        assert not re.search(r"matches|query|Not found", answer.text)
    told = document["paths"][address.replace(f"/{10**12}/", "/{id}/")]["get"]["responses"]
    assert set(told) == {"200", "403", "404", "429"} | (set() if of_row else {"400"})


def test_a_refusal_that_is_not_as_described_is_noticed(document):
    """The control: a sentence in place of a list of them, and a body without its one field."""
    assert len(faults(schema_of(document, "unit-list", 400), {"kind": "Không có."})) == 1
    assert len(faults(schema_of(document, "unit-list", 404), {})) == 1


def test_an_answer_that_is_not_as_described_is_noticed(world, db, document):
    """The control: a field too many, one too few, a null and a choice that is none are each told."""
    schema = schema_of(document, "unit-detail")
    row = world.clients["staff@grand"].get(reverse("api:unit-detail", args=[world.home.commune.pk])).json()
    assert faults(schema, row) == []
    short = {name: value for name, value in row.items() if name != "name"}
    for wrong in (
        row | {"secret": 1},
        short,
        row | {"name": None},
        row | {"kind": "planet"},
        row | {"opened_on": "1/2"},
    ):
        assert len(faults(schema, wrong)) == 1


def emptiness(model, source: str) -> set[str]:
    """How what the field shows may be missing: a column on the way is null, or the choice is blank."""
    for step in source.split("."):
        named = {column.attname: column for column in model._meta.concrete_fields}
        column = named.get(step) or named.get(f"{step}_id")
        if column is None:
            return set()
        if column.null:
            return {"allow_null"}
        model = column.related_model
    return {"allow_blank"} if column.choices and column.blank else set()


def serializers_of(one: type) -> list[type]:
    found = [one]
    for field in one().fields.values():
        inner = getattr(field, "child", field)
        if isinstance(inner, serializers.ModelSerializer):
            found += serializers_of(type(inner))
    return found


@pytest.mark.parametrize("name", LISTS)
def test_what_may_be_empty_is_described_so(name):
    viewset = resolve(reverse(f"api:{name}")).func.cls
    wrong = [
        f"{one.__name__}.{field.field_name}"
        for one in serializers_of(viewset.serializer_class)
        for field in one().fields.values()
        for how in emptiness(one.Meta.model, field.source)
        if not getattr(field, how)
    ]
    assert wrong == []


@pytest.mark.parametrize("name", [*LISTS, "rollup"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written_and_nothing_else_is_described(world, db, document, name, method):
    client = world.clients["staff@grand"]
    assert getattr(client, method)(reverse(f"api:{name}")).status_code == 405
    assert {found for path in document["paths"].values() for found in path} == {"get"}
    assert "Chỉ để đọc" in document["info"]["description"]
