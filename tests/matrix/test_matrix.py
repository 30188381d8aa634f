"""Who gets what: every route, method, role and relation of the person's place to the object's, cell by cell."""

from inspect import isfunction

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from criteria import permissions as on_criteria
from criteria.models import CriteriaSet
from evaluations import permissions as on_files
from reports import permissions as on_reports
from units import permissions as on_units
from units.models import PlacementQuerySet

from .cells import noted_writes, read_table, routes, undone
from .requests import asked
from .world import sign_in

ROWS = read_table()
BY_NAME = {str(row): row for row in ROWS}
ROUTES = sorted(name for name, _ in routes())
SCOPED = {
    model._default_manager._queryset_class
    for model in apps.get_models()
    if hasattr(model._default_manager, "visible_to") and model is not CriteriaSet  # the law is the same for all places
}
# Each scope and the row that notices when it shows everything, or why none can. That row is asked first: it spares
# hundreds of cells.
SCOPES = {
    ("AwardBarQuerySet", "visible_to"): "POST evaluations:award_bar_end",
    ("CommitteeQuerySet", "visible_to"): "GET units:committee_detail",
    ("CycleQuerySet", "visible_to"): "GET evaluations:grid",
    ("DecisionQuerySet", "visible_to"): "GET evaluations:decision_detail",
    ("DelegationQuerySet", "visible_to"): "GET api:delegation-detail",
    ("EvaluationQuerySet", "visible_to"): "GET evaluations:detail",
    ("EvidenceQuerySet", "visible_to"): "GET evaluations:evidence_file",
    ("FileImportQuerySet", "visible_to"): "GET units:import_undo",
    ("HandoverQuerySet", "visible_to"): "GET units:handover_detail",
    ("OfProvinceQuerySet", "visible_to"): "GET evaluations:preview the province's",
    ("PastTotalQuerySet", "visible_to"): "GET evaluations:past_totals_detail",
    ("PlacedQuerySet", "visible_to"): "GET reports:run_detail",
    ("ProgrammeQuerySet", "visible_to"): "programmes are the same for every place",
    ("RecognitionQuerySet", "visible_to"): "GET api:recognition-detail",
    ("RegisterQuerySet", "visible_to"): "GET api:register-security-teams-detail",
    ("ReorganisationQuerySet", "visible_to"): "GET units:reform_detail",
    ("RuleEventQuerySet", "visible_to"): "the bars' page asks for its own province besides",
    ("SittingQuerySet", "visible_to"): "GET evaluations:sitting_detail",
    ("StreakRuleQuerySet", "visible_to"): "GET criteria:rule",
    ("UnitQuerySet", "visible_to"): "GET units:detail",
    ("UnitVersionQuerySet", "visible_to"): "GET units:as_of a place",
    ("UnitQuerySet", "administered_by"): "POST units:import",
    ("PlacementQuerySet", "administered_by"): "POST units:passwords_reissue",
}

# The row that notices when a predicate says yes to everybody, and the one when it says no to everybody.
NOTICED = {
    on_files.may_look_into: ("chooses links, not answers: the sweep looks for dead ones",) * 2,
    on_files.may_open_cycle: ("GET evaluations:cycle_close",) * 2,
    on_files.may_enter: ("POST evaluations:act register",) * 2,
    on_files.may_excuse: ("POST evaluations:act withdraw",) * 2,
    on_files.may_exclude: ("POST evaluations:act exclude",) * 2,
    on_files.may_appraise: ("POST evaluations:act return",) * 2,
    on_files.may_table: ("POST evaluations:act reconsider",) * 2,
    on_files.may_decide: ("may_close and may_issue ask before it", "POST evaluations:decision_issue"),
    on_files.may_hold_sittings: ("POST evaluations:sitting_attendance",) * 2,
    on_files.may_prepare: ("POST evaluations:sitting_attendance",) * 2,
    on_files.may_close: ("may_decide asks after it", "POST evaluations:sitting_close"),
    on_files.may_issue: ("POST evaluations:decision_issue",) * 2,
    on_files.may_revoke: ("GET evaluations:recognition_revoke",) * 2,
    on_files.own_province: ("names a province; may_open_cycle and may_bar_awards ask after it",) * 2,
    on_files.may_bar_awards: ("own_province asks before it", "POST evaluations:award_bars"),
    on_units.holds_over: ("POST units:committee_detail",) * 2,
    on_units.may_manage_people: ("POST units:committee_detail",) * 2,
    on_units.may_see_people: ("a list on units:detail, read in tests/units",) * 2,
    on_units.may_administer: ("GET units:people",) * 2,
    on_units.may_delegate: ("GET units:delegation_add",) * 2,
    on_units.may_import_units: ("GET units:import",) * 2,
    on_units.may_end_placement: ("GET units:placement_end the reader's",) * 2,
    on_units.may_keep: ("POST units:register_edit",) * 2,
    on_units.may_keep_somewhere: ("GET units:register_template",) * 2,
    on_units.may_seat: ("POST units:committee_detail",) * 2,
    on_units.may_reorganise: ("POST units:reform_act",) * 2,
    on_units.may_carry_through: ("may_reorganise asks after it, at every province", "POST units:reform_act"),
    on_criteria.may_write: ("GET criteria:edit the province's",) * 2,
    on_reports.may_report_on: ("the page fetches visible rows first; the job asks it, see tests/reports",) * 2,
    on_reports.may_schedule: ("GET reports:schedule_list",) * 2,
    on_reports.may_retry: ("the page fetches visible rows first", "POST reports:run_again"),
}
PREDICATES = [
    (predicate, answer, row)
    for predicate, noticed in NOTICED.items()
    for answer, row in zip((True, False), noticed, strict=True)
    if row in BY_NAME
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_row(bench, row):
    wrong = bench.wrong(row)
    assert not wrong, "\n".join([f"{len(wrong)} cells of {row}:", *wrong])


def entitled(row, people) -> list[str]:
    """One person of each role that the row lets in."""
    found = {person.partition("@")[0]: person for person in people if row.expected(person).status < 400}
    return list(found.values())


@pytest.mark.both  # the same pages over the other database's SQL
@pytest.mark.brief  # test_row asks everybody
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_who_is_entitled_is_let_in(spare, row):
    people = entitled(row, spare.world.people)
    assert spare.wrong(row, people) == []
    assert spare.tried == len(people)


def test_every_route_has_its_rows():
    assert {(row.route, row.method) for row in ROWS} == {
        (name, method) for name in ROUTES for method in ("GET", "POST")
    }


def test_no_route_is_without_a_name():
    assert [str(entry.pattern) for name, entry in routes() if name.endswith("None")] == []


# --- the matrix notices ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("named", "row"), [one for one in SCOPES.items() if one[1] in BY_NAME], ids=str)
def test_a_scope_that_shows_everything_is_noticed(spare, monkeypatch, named, row):
    scope, method = named
    querysets = {found.__name__: found for found in (*SCOPED, PlacementQuerySet)}
    assert "" == spare.try_cell(BY_NAME[row], "officer@far") == spare.try_cell(BY_NAME[row], "admin@top")
    monkeypatch.setattr(querysets[scope], method, lambda self, user: self.all())
    assert spare.try_cell(BY_NAME[row], "officer@far") or spare.try_cell(BY_NAME[row], "admin@top")


def test_every_scope_is_watched():
    assert {scope.__name__ for scope in SCOPED} == {scope for scope, method in SCOPES if method == "visible_to"}


@pytest.fixture
def mutate(monkeypatch):
    """Give a function another body wherever it is already held."""

    def swap(function, body):
        monkeypatch.setattr(function, "__code__", body.__code__)

    return swap


@pytest.mark.parametrize(
    ("predicate", "answer", "row"), PREDICATES, ids=lambda part: getattr(part, "__name__", str(part))
)
def test_a_predicate_that_does_not_look_is_noticed(spare, mutate, predicate, answer, row):
    mutate(predicate, (lambda *args: True) if answer else (lambda *args: False))
    assert any(spare.try_cell(BY_NAME[row], person) for person in spare.world.people)


def test_every_predicate_is_watched():
    modules = (on_criteria, on_files, on_units, on_reports)
    assert {
        found
        for module in modules
        for found in vars(module).values()
        if isfunction(found) and found.__module__ == module.__name__
    } == set(NOTICED)


def test_a_refusal_that_writes_is_noticed(spare, mutate):
    row = BY_NAME["GET evaluations:recognition_revoke"]
    assert spare.try_cell(BY_NAME["POST evaluations:recognition_revoke"], "officer@own") == ""
    mutate(on_files.may_revoke, lambda user, dossier: User.objects.filter(pk=user.pk).update(post="x") > 5)  # noqa: F821 -- the name is the other module's
    assert "404+" in spare.try_cell(BY_NAME["POST evaluations:recognition_revoke"], "officer@own")
    assert spare.try_cell(row, "officer@own") != ""  # the GET guard raises


def test_a_hidden_page_that_looks_different_is_noticed(spare):
    row, person = BY_NAME["GET evaluations:detail"], "officer@sibling"
    assert spare.try_cell(row, person) == ""
    kept = spare.world.missing.copy()
    spare.world.missing["page", person] += b"!"
    told = spare.try_cell(row, person)
    spare.world.missing.update(kept)
    assert told == f"{person}: what is there but hidden does not look like what is not there"


# --- what no cell says -------------------------------------------------------------------------------------------
def address(world, route: str) -> str:
    case = next(row.case for row in ROWS if row.route == route)
    return reverse(route, kwargs=asked(world, route, "GET", case)[0])


@pytest.mark.parametrize("route", ROUTES)
def test_a_post_without_its_token_is_refused(world, db, route):
    client = Client(enforce_csrf_checks=True)
    client.cookies = world.clients["admin@grand"].cookies.copy()
    with undone(), noted_writes() as writes:
        told = {"content_type": "application/json"} if route.startswith("api:") else {}  # the API refuses others before
        response = client.post(address(world, route), **told)
    assert (response.status_code, writes) == (403, [])


@pytest.mark.parametrize("route", ROUTES)
def test_other_methods_do_nothing(world, db, route):
    client = sign_in(world.people["admin@grand"])
    found = {}
    with undone(), noted_writes() as writes:
        for method in ("PUT", "PATCH", "DELETE"):
            found[method] = client.generic(method, address(world, route)).status_code
    turned_away = {403, 404, 405} | ({302} if route == "sign_in" else set())  # whoever is signed in is sent home first
    assert (set(found.values()) <= turned_away, writes) == (True, []), found
