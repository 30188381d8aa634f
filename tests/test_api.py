"""The API as a whole: closed by default, the pages' own filters and scope, pages of rows, and its document."""

import json
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from criteria.models import CriteriaSet
from evaluations.api import EvaluationViewSet, RecognitionViewSet
from evaluations.filters import EvaluationFilterSet, RecognitionFilterSet
from evaluations.models import Cycle, Decision, Evaluation, Sitting
from tests.evaluations.factories import open_year, published_sets
from tests.matrix.cells import routes
from tests.units.factories import make_committee, make_tree, make_units, make_user
from units.api import REGISTER_VIEWSETS, UnitViewSet
from units.enums import Role, Subtype, UnitKind
from units.filters import REGISTER_FILTERS, UnitFilterSet
from units.models import Unit
from units.registers import REGISTERS

pytestmark = pytest.mark.both  # filters, search and order

REGISTER_LISTS = tuple(f"register-{register.api}" for register in REGISTERS.values())
LISTS = ("unit", "committee", "criteria-set", "evaluation", "recognition", *REGISTER_LISTS)
LISTS += ("programme", "cycle", "sitting", "decision", "delegation")


class Undeclared(APIView):
    """A view whose author forgot to say who may enter."""

    def get(self, request):
        return Response({"secret": 1})


@pytest.fixture
def tree(db):
    found = make_tree("A")
    found.cycle = open_year(found)
    return found


@pytest.fixture
def officer(tree):
    return sign_in(make_user(Role.OFFICER, tree.communes[0]))


def sign_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ids(client, name: str, **query) -> set[int]:
    answer = client.get(reverse(f"api:{name}-list"), query | {"page_size": 500})
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


# --- who comes in ------------------------------------------------------------------------------------------------
def test_a_view_that_declares_nobody_lets_nobody_in(db):
    request = APIRequestFactory().get("/")
    force_authenticate(request, make_user(Role.ADMIN))
    answer = Undeclared.as_view()(request)
    assert (answer.status_code, str(answer.data["detail"])) == (403, "Đường dẫn này chưa được mở.")


def test_a_view_that_declares_somebody_lets_them_in(db):
    """The control: only the declaration stood in the way."""
    request = APIRequestFactory().get("/")
    force_authenticate(request, make_user(Role.ADMIN))
    declared = type("Declared", (Undeclared,), {"permission_classes": ()})
    assert declared.as_view()(request).status_code == 200


def test_every_view_of_the_api_declares_who_may_enter():
    undeclared = [
        name
        for name, entry in routes()
        if name.startswith("api:")
        and "permission_classes" not in entry.callback.initkwargs
        and "permission_classes" not in vars(entry.callback.cls)
    ]
    assert undeclared == []


@pytest.mark.parametrize("name", LISTS)
def test_nobody_unknown_comes_in(client, db, name):
    assert client.get(reverse(f"api:{name}-list")).status_code == 403


def test_somebody_without_a_placement_sees_nothing(tree):
    client = sign_in(make_user())
    held = [name for name in LISTS if name not in ("criteria-set", "programme")]
    assert {name: ids(client, name) for name in held} == dict.fromkeys(held, set())


# --- what they see -----------------------------------------------------------------------------------------------
def test_the_lists_hold_what_the_place_reaches(tree, officer):
    other = make_tree("B")
    open_year(other)
    home = tree.communes[0]
    below = {home.pk, *(unit.pk for unit in tree.areas[:2]), tree.agency.pk, tree.enterprise.pk}
    below.add(tree.school.pk)  # stands there, managed by the district
    assert ids(officer, "unit") == below
    assert ids(officer, "evaluation") == set(Evaluation.objects.filter(unit__in=below).values_list("pk", flat=True))


def test_criteria_are_for_everybody_who_signs_in(tree):
    published_sets()
    national = set(CriteriaSet.objects.filter(province_code="").values_list("pk", flat=True))
    assert ids(sign_in(make_user()), "criteria-set") == national
    assert CriteriaSet.objects.exclude(pk__in=national).exists()  # provinces' own are for their people


def test_committees_come_with_their_seats_by_post_and_a_fixed_number_of_queries(tree, officer):
    made = make_committee(tree.communes[0])
    make_committee(tree.communes[3])
    (row,) = officer.get(reverse("api:committee-list")).json()["results"]
    assert (row["id"], row["unit"]) == (made.committee.pk, tree.communes[0].pk)
    assert [seat["post"] for seat in row["seats"]] == [seat.post for seat in made.seats]
    assert not any(person.username in json.dumps(row) for person in made.people)
    staff = sign_in(make_user(Role.STAFF, tree.province))
    staff.get(reverse("api:committee-list"))  # what is read once and kept
    asked = []
    for unit in (tree.communes[1], tree.communes[2]):
        with CaptureQueriesContext(connection) as ran:
            staff.get(reverse("api:committee-list"))
        asked.append(len(ran.captured_queries))
        make_committee(unit)
    assert asked[0] == asked[1]


def test_an_id_out_of_reach_is_answered_like_one_that_does_not_exist(tree, officer):
    hidden, missing = (officer.get(reverse("api:unit-detail", args=[pk])) for pk in (tree.communes[1].pk, 10**12))
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


@pytest.mark.parametrize("size", ["abc", "0", "-1", "1.5", "²"])
def test_a_page_of_no_size_is_refused(officer, size):
    answer = officer.get(reverse("api:unit-list"), {"page_size": size})
    told = f"Số dòng một trang là số nguyên từ 1 đến 500, không phải “{size}”."
    assert (answer.status_code, answer.json()) == (400, {"page_size": [told]})


# --- filters and pages -------------------------------------------------------------------------------------------
def test_api_and_pages_share_their_filters():
    assert (UnitViewSet.filterset_class, EvaluationViewSet.filterset_class, RecognitionViewSet.filterset_class) == (
        UnitFilterSet,
        EvaluationFilterSet,
        RecognitionFilterSet,
    )
    for slug, register in REGISTERS.items():
        assert REGISTER_VIEWSETS[register.api].filterset_class is REGISTER_FILTERS[slug]


@pytest.mark.parametrize("query", [{"q": "thon 1"}, {"kind": "agency"}, {"state": "recognised"}, {"kind": "commune"}])
def test_a_filter_finds_the_same_files_on_the_page(tree, query):
    client = sign_in(make_user(Role.STAFF, tree.province))
    page = client.get(reverse("evaluations:list"), query | {"cycle": tree.cycle.pk})
    assert ids(client, "evaluation", **query, cycle=tree.cycle.pk) == {file.pk for file in page.context["page"]}


@pytest.mark.parametrize(
    "query", [{"q": "thon 1"}, {"kind": "school"}, {"subtype": "xa"}, {"standing": "all", "q": "a"}]
)
def test_a_filter_finds_the_same_units_on_the_page(tree, query):
    client = sign_in(make_user(Role.STAFF, tree.province))
    page = client.get(reverse("units:list"), query)
    assert ids(client, "unit", **query) == {unit.pk for unit in page.context["page"]} != set()


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("unit", {"kind": "khong-co"}),
        ("unit", {"parent": "x"}),
        ("evaluation", {"state": "x"}),
        ("evaluation", {"cycle": "0"}),
    ],
)
def test_a_wrong_filter_is_refused_with_the_name_of_its_field(officer, name, query):
    answer = officer.get(reverse(f"api:{name}-list"), query)
    assert (answer.status_code, list(answer.json())) == (400, list(query))


@pytest.mark.parametrize("name", LISTS)
def test_a_filter_nobody_knows_is_refused_with_the_nearest(officer, name):
    address = reverse(f"api:{name}-list")
    assert officer.get(address, {"page_size": "5", "format": "json"}).status_code == 200  # the control
    answer = officer.get(address, {"pagesize": "5"})
    assert answer.status_code == 400
    assert answer.json()["pagesize"][0].startswith("Không có tham số “pagesize”. Gần nhất là “page_size”. Dùng được: ")
    far = officer.get(address, {"zzzz": "1"}).json()["zzzz"][0]
    assert far.startswith("Không có tham số “zzzz”. Dùng được: ") and "page_size" in far


def test_the_nearest_filter_is_the_lists_own(officer, tree):
    asked = {"evaluation": "yaer", "unit": "knd", "cycle": "programe", "register-headcounts": "yeer"}
    near = {
        name: officer.get(reverse(f"api:{name}-list"), {word: "1"}).json()[word][0].split("“")[2].split("”")[0]
        for name, word in asked.items()
    }
    assert near == {"evaluation": "year", "unit": "kind", "cycle": "programme", "register-headcounts": "year"}
    rollup = officer.get(reverse("api:rollup"), {"cycle": tree.cycle.pk, "place": tree.communes[0].pk, "knd": "x"})
    assert (rollup.status_code, list(rollup.json())) == (400, ["knd"])


def test_year_and_programme_find_their_rows(tree):
    later = open_year(tree, tree.cycle.year + 1)
    client = sign_in(make_user(Role.STAFF, tree.province))
    assert tree.cycle.programme.code == "safety"
    for cycle in (tree.cycle, later):
        files = set(Evaluation.objects.filter(cycle=cycle).values_list("pk", flat=True))
        assert ids(client, "evaluation", year=cycle.year, programme="safety") == files != set()
        assert ids(client, "cycle", year=cycle.year, programme="safety") == {cycle.pk}
        page = client.get(reverse("evaluations:list"), {"year": cycle.year, "programme": "safety"})
        assert {file.cycle_id for file in page.context["page"]} == {cycle.pk}  # the page's address knows them too
        assert 'name="programme"' not in page.content.decode()  # its form has the year's own box
    for name in ("evaluation", "cycle", "sitting", "decision", "recognition", "criteria-set"):
        wrong = client.get(reverse(f"api:{name}-list"), {"programme": "khong-co"})
        assert (wrong.status_code, list(wrong.json())) == (400, ["programme"])
        wrong = client.get(reverse(f"api:{name}-list"), {"year": "năm nay"})
        assert wrong.json() == {"year": ["Hãy nhập một số nguyên, không chấm, phẩy."]}


def test_new_lists_ask_as_often_for_many_rows_as_for_few(tree):
    made, client = make_committee(tree.communes[0]), sign_in(make_user(Role.STAFF, tree.province))
    asked = []
    for more in (1, 5):
        for number in range(more):
            day = tree.cycle.as_of
            sitting = Sitting.objects.create(
                committee=made.committee, cycle=tree.cycle, held_on=day, created_by=made.people[0]
            )
            Decision.objects.create(issuer=tree.communes[0], sitting=sitting)
            year = 2009 + len(asked) * 5 + number
            Cycle.objects.create(programme=tree.cycle.programme, province=tree.province, year=year, as_of=day)
        counts = []
        for name in ("sitting", "decision", "cycle"):
            client.get(reverse(f"api:{name}-list"))
            with CaptureQueriesContext(connection) as ran:
                rows = client.get(reverse(f"api:{name}-list")).json()["results"]
            counts.append(len(ran.captured_queries))
            assert len(rows) >= more
        asked.append(counts)
    assert asked[0] == asked[1]


def test_pages_hold_every_row_once(tree):
    client = sign_in(make_user(Role.STAFF, tree.province))
    found, address, pages = [], reverse("api:unit-list") + "?page_size=4", 0
    while address:
        page = client.get(address).json()
        found += [row["id"] for row in page["results"]]
        address, pages = page["next"], pages + 1
    assert (pages, page["count"]) == (5, 18)
    assert sorted(found) == sorted(Unit.objects.values_list("pk", flat=True))


def test_a_page_is_never_longer_than_the_limit(tree):
    make_units(
        tree.communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn thêm {number}" for number in range(600)]
    )
    client = sign_in(make_user(Role.STAFF, tree.province))
    sizes = {
        size: len(client.get(reverse("api:unit-list"), {"page_size": size}).json()["results"])
        for size in ("9999", "500", "")
    }
    assert sizes == {"9999": 500, "500": 500, "": 50}
    assert client.get(reverse("api:unit-list"), {"page": "9999"}).status_code == 404


# --- its document ------------------------------------------------------------------------------------------------
@pytest.fixture
def document(officer) -> dict:
    return json.loads(officer.get(reverse("api:openapi"), headers={"accept": "application/json"}).content)


def test_the_document_is_made_without_a_warning(tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "openapi.yaml"))


def test_the_document_names_every_operation(document):
    resolved = {
        re.sub(r"\(\?P<pk>[^)]*\)", "{id}", str(entry.pattern)).strip("^$")
        for name, entry in routes()
        if name.startswith("api:")
    }
    told = {address.removeprefix("/api/v1/") for address in document["paths"]}
    assert told == resolved - {"openapi.json", "docs/"}
    assert {method for path in document["paths"].values() for method in path} == {"get"}


def test_choices_have_names_of_their_own(document):
    """drf-spectacular names clashing choices by a hash; such a name changes with the data."""
    assert [name for name in document["components"]["schemas"] if re.search(r"[0-9a-f]{3}Enum$", name)] == []


def test_the_page_of_the_document_loads_everything_from_here(officer):
    page = officer.get(reverse("api:docs")).content.decode()
    assert re.findall(r"https?://", page) == []
    assert re.findall(r"<style|style=|<script(?![^>]*src=)|\son\w+=", page) == []
    assert len(re.findall(r'(?:src|href)="/', page)) == 6


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_shows_the_operations_and_reports_nothing(live_server):
    from playwright.sync_api import sync_playwright

    session = sign_in(make_user(Role.ADMIN)).cookies["sid"].value
    said, asked = [], []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": "sid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(live_server.url + reverse("api:docs"))
        page.wait_for_selector(".opblock")
        shown = page.locator(".opblock-summary-path").all_text_contents()
        page.locator(".opblock-summary-path").first.click()
        page.wait_for_selector(".opblock-body")
        quiet = list(said)
        page.evaluate("document.head.appendChild(document.createElement('style')).textContent = 'p { color: red }'")
        page.wait_for_timeout(200)
        browser.close()
    assert len(shown) == 21 + 2 * len(REGISTERS)
    assert quiet == []
    assert "Content Security Policy" in "".join(said)  # the control: what is not allowed would have been told
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
