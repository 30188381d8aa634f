"""House rules the code itself is held to; an exception is listed here with its reason, and a stale one fails too."""

import ast
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.forms import BaseForm, CharField, HiddenInput, PasswordInput
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_filters import FilterSet

from evaluations.enums import State
from evaluations.models import AgendaItem, Answer, Decision, Evaluation, Recognition, Sitting
from portal.settings import BASE_DIR
from tests.evaluations.factories import open_year
from tests.units.factories import OPENED, make_committee, make_province, make_units
from units.enums import Role, Subtype, UnitKind
from units.forms.registers import register_form
from units.models import Placement, Unit
from units.registers import REGISTERS

APPS = ("portal", "units", "criteria", "evaluations", "reports")
LABELS = {"core", "units", "criteria", "evaluations", "reports"}
FACES = re.compile(r"(^|/)(views|api|filters|forms)(/|\.py$)")

# Where a face asks a manager without `visible_to`, and why that shows nobody more than their own.
ASKED_OTHERWISE = {
    ("criteria/api.py", "Deadline.order_by"): "criteria and their routes are the same for every place",
    ("criteria/filters.py", "Programme.all"): "programmes are the same for every place",
    ("criteria/views/guide.py", "Programme"): "programmes are the same for every place",
    ("criteria/forms/sets.py", "Programme.all"): "programmes are the same for every place",
    ("criteria/forms/sets.py", "Programme.values_list"): "programmes are the same for every place",
    ("criteria/views/streaks.py", "Quota.filter"): "quotas of the sets the reader sees",
    ("evaluations/filters.py", "CriteriaSet.filter"): "sets used by the visible files",
    ("evaluations/filters.py", "Programme.all"): "programmes are the same for every place",
    ("evaluations/filters.py", "Programme.filter"): "programmes are the same for every place",
    ("evaluations/views/decisions.py", "Recognition.filter"): "whether a visible decision revokes by an example",
    ("evaluations/forms/cycles.py", "Unit.filter"): "units of the visible year's province, found by its service",
    ("evaluations/views/grid.py", "CriteriaSet.filter"): "sets used by the visible files",
    ("evaluations/views/sittings.py", "AgendaItem.select_related"): "items of a visible sitting",
    ("evaluations/views/streaks.py", "Unit.filter"): "the provinces of the reader's own places",
    ("portal/core/views.py", "Heartbeat.filter"): "says whether a worker lives, to the balancer",
    ("reports/forms.py", "Programme.values_list"): "programmes are the same for every place",
    ("units/api.py", "Seat.order_by"): "seats of visible committees",
    ("units/forms/reforms.py", "Unit.filter"): "units of the provinces of a reorganisation the reader carries through",
    ("units/views/reform_effects.py", "Committee.filter"): "committees a visible reorganisation ended",
    (
        "units/views/reform_effects.py",
        "Placement.filter",
    ): "placements it ended, and where those people are now",
    ("units/views/reform_effects.py", "Unit.open_on"): "units that took over in a visible reorganisation",
    ("units/views/units.py", "UnitEvent.filter"): "whether a visible unit has a log",
    ("units/views/reforms.py", "Change.filter"): "lines of visible reorganisations",
    ("units/views/reforms.py", "Unit.filter"): "provinces the reader administers",
    ("units/forms/people.py", "User.filter"): "people of placements the administrator runs",
    ("units/forms/committees.py", "User.filter"): "people placed at the committee's level, for its administrator",
    ("units/views/committees.py", "Seat.filter"): "seats of visible committees",
    ("units/views/committee_files.py", "Seat.filter"): "seats of visible committees",
    ("units/views/intake.py", "Job"): "the asker's own import jobs",
    ("units/views/people.py", "User.filter"): "people of placements the administrator runs",
}
SCOPING = {
    "visible_to",
    "waiting_for",
    "counted_for",
    "hosted_for",
    "entrusted_to",
    "administered_by",
    "kept_by",
    "none",
}

# Templates a library asks for by name.
ASKED_BY_LIBRARIES = {
    *("400.html", "403.html", "drf_spectacular/swagger_ui.html"),
    *("django/forms/field.html", "django/forms/widgets/select.html"),
}
WRITES_STATE = {
    "evaluations/workflow/door.py": "the one door of dossiers",
    "evaluations/workflow/past.py": "results taken from papers, mended with a line in the log",
    "portal/core/jobs.py": "the one door of jobs",
}
UNNAMED = {"core.Heartbeat", "core.OnceToken"}  # nobody reads of them


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    """(path from the root, text) of the Python files that are not migrations."""
    for folder in folders or APPS:
        for path in sorted((BASE_DIR / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(BASE_DIR)), path.read_text()


def templates() -> dict[str, str]:
    root = BASE_DIR / "templates"
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*.*"))}


def subclasses_of(kind: type) -> Iterator[type]:
    """Every class made of it, however far."""
    for one in kind.__subclasses__():
        yield one
        yield from subclasses_of(one)


# --- rows are asked for through their scope ----------------------------------------------------------------------
def asked_without_scope(path: str, text: str) -> set[tuple[str, str]]:
    """(path, "Model.method") of each `Model.objects.method` that is no scope; models given to get_object_or_404."""
    names = {model.__name__ for model in apps.get_models() if model._meta.app_label in LABELS}
    found = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id=model), attr="objects"), attr=method):
                if model in names and method not in SCOPING:
                    found.add((path, f"{model}.{method}"))
            case ast.Call(func=ast.Name(id="get_object_or_404"), args=[ast.Name(id=model), *_]) if model in names:
                found.add((path, model))
    return found


def test_faces_ask_for_rows_through_their_scope():
    found = {one for path, text in sources() if FACES.search(path) for one in asked_without_scope(path, text)}
    assert found == set(ASKED_OTHERWISE)


@pytest.mark.parametrize("line", ["Unit.objects.get(pk=1)", "Unit.objects.all()", "get_object_or_404(Unit, pk=1)"])
def test_a_row_asked_for_without_its_scope_is_seen(line):
    assert asked_without_scope("x.py", line) != set()
    assert asked_without_scope("x.py", "Unit.objects.visible_to(user).get(pk=1)") == set()


# --- state has one door ------------------------------------------------------------------------------------------
def writes_state(text: str) -> bool:
    """Assigns to `.state`, or names it in an update, setattr or bulk_update."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(
                isinstance(part, ast.Attribute) and part.attr == "state" for one in targets for part in ast.walk(one)
            ):
                return True
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = {word.arg for word in node.keywords}
            spoken = {
                part.value for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.Constant)
            }
            if name in ("update", "update_or_create") and "state" in given:
                return True
            if name in ("setattr", "bulk_update") and "state" in spoken:
                return True
    return False


def test_state_is_written_behind_one_door():
    assert {path for path, text in sources() if writes_state(text)} == set(WRITES_STATE)


@pytest.mark.parametrize(
    "line",
    [
        "file.state = 'x'",
        "files.update(state='x')",
        "setattr(file, 'state', 1)",
        "bulk_update(files, ['state'])",
        "a, f.state = 1, 2",
    ],
)
def test_a_state_written_elsewhere_is_seen(line):
    assert writes_state(line)
    assert not writes_state("if file.state == 'x': done(state=file.state)")


# --- templates ---------------------------------------------------------------------------------------------------
def test_every_template_is_used():
    spoken = "\n".join([text for _, text in sources()] + list(templates().values()))
    unused = {name for name in templates() if f'"{name}"' not in spoken and f"'{name}'" not in spoken}
    assert unused == ASKED_BY_LIBRARIES


INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+\s*=|javascript:|\|\s*safe\b|\bsafeseq\b|autoescape\s+off",
    re.I,
)
PRINTED = ("reports/pdf/", "units/pdf/")  # pages for WeasyPrint, never sent to a browser


def test_templates_hold_no_inline_code_and_trust_no_text():
    found = {
        name: INLINE.findall(text)
        for name, text in templates().items()
        if not name.startswith(PRINTED) and INLINE.search(text)
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    ["<script>x</script>", '<p style="x">', '<a onclick="x">', "{{ x|safe }}", "{% autoescape off %}", "<STYLE>"],
)
def test_inline_code_is_seen(text):
    assert INLINE.search(text)
    assert not INLINE.search('<script src="x.js" defer></script><option on="">')


OWN_KINDS = {"number", "date"}
BROWSERS_OWN = re.compile(
    r"""type=["']?(number|date)\b(?!\.)|"type": "date"|filters\.(Number|Date)Filter\("""
    r"""|forms\.(NumberInput|IntegerField|DecimalField|FloatField|DateField|DateInput)\b"""
)
HIDDEN_NUMBER = "version = forms.IntegerField(\n        widget=forms.HiddenInput"


def boxes_of_the_browser(text: str) -> list[str]:
    """Boxes which a browser reads by its own lights: 12,5 loses its comma, 01/07 is the 7th of January."""
    return [found[0] for found in BROWSERS_OWN.finditer(text.replace(HIDDEN_NUMBER, ""))]


def test_no_box_is_read_by_the_browser():
    texts = dict(sources()) | templates()
    del texts["portal/core/fields.py"]  # where the fields of officials are made of Django's
    assert {path: found for path, text in texts.items() if (found := boxes_of_the_browser(text))} == {}
    shown = [
        (form.__name__, name)
        for form in subclasses_of(BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if getattr(field.widget, "input_type", "") in OWN_KINDS and not form.__module__.startswith("django")
    ]
    assert shown == []
    shown = [
        (filterset.__name__, name)
        for filterset in subclasses_of(FilterSet)
        for name, field in filterset.base_filters.items()
        if getattr(deepcopy(field).field.widget, "input_type", "") in OWN_KINDS  # a filter keeps its field
    ]
    assert shown == []


@pytest.mark.parametrize("slug", REGISTERS)
def test_no_box_of_a_register_is_read_by_the_browser(slug):
    kinds = {
        getattr(field.widget, "input_type", "")
        for field in register_form(REGISTERS[slug], owners=Unit.objects.none()).fields.values()
    }
    assert not kinds & OWN_KINDS


WITHOUT_READING = {"q", "pasted"}  # asked for, not kept; read cell by cell


def test_every_box_of_words_is_read_by_ours():
    """What is typed for an old font, or copied as #REF!, is refused at the one field of words."""
    plain = [
        (form.__name__, name)
        for form in subclasses_of(BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if type(field) is CharField and not form.__module__.startswith(("django", "tests"))
        if name not in WITHOUT_READING and not isinstance(field.widget, PasswordInput | HiddenInput)
    ]
    assert plain == []


@pytest.mark.parametrize("slug", REGISTERS)
def test_words_of_a_register_are_read_by_ours(slug):
    fields = register_form(REGISTERS[slug], owners=Unit.objects.none()).fields.values()
    assert [field.label for field in fields if type(field) is CharField] == []


@pytest.mark.parametrize(
    "line", ['<input type="number">', '<input type="date">', "forms.NumberInput()", "filters.NumberFilter()"]
)
def test_a_box_read_by_the_browser_is_seen(line):
    assert boxes_of_the_browser(line)


def test_a_moment_is_written_in_one_place():
    said = {path for path, text in sources() if "%H:%M ngày" in text}
    assert said == {"portal/core/vietnamese/moments.py"}
    shapes = {shape for text in templates().values() for shape in re.findall(r'date:"([^"]*\bH:i[^"]*)"', text)}
    assert shapes == {"H:i l, d/m/Y", "H:i:s d/m/Y"}  # a day of the week, a second: what no named format holds


def test_printed_pages_trust_no_text():
    trusted = re.compile(r"\|\s*safe\b|\bsafeseq\b|autoescape\s+off")
    assert {name for name, text in templates().items() if trusted.search(text)} == set()


MARKED_SAFE = {
    "evaluations/templatetags/cells.py": "a cell of the grid, each word escaped: format_html takes four times as long",
    "reports/papers/pdf.py": "the chart, which reports.charts escapes, and empty paragraphs",
}


def test_code_marks_no_text_as_safe():
    found = {path for path, text in sources() if re.search(r"\bmark_safe\(|\bSafeString\(|\bsafe\s*=\s*True", text)}
    assert found == set(MARKED_SAFE)


# --- code --------------------------------------------------------------------------------------------------------
HEAVY = {"weasyprint", "openpyxl", "pikepdf", "PIL", "docx"}


def test_the_portal_starts_without_its_heavy_libraries():
    code = (
        "import sys, django; django.setup(); import portal.urls, portal.celery, evaluations.services, reports.tasks\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=BASE_DIR, capture_output=True, text=True, env=environment())
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def environment() -> dict[str, str]:
    import os

    return os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}


def test_every_exception_to_a_rule_says_why():
    silent = [
        f"{path}:{number}"
        for path, text in sources(*APPS, "tests")
        for number, line in enumerate(text.splitlines(), 1)
        if re.search(r"#\s*(noqa|nosec|type: ignore)\b", line) and not re.search(r"#.* -- \S", line)
    ]
    assert [one for one in silent if not one.startswith("tests/test_consistency.py")] == []


def test_every_module_says_what_lives_in_it():
    silent = [path for path, text in sources() if text.strip() and not ast.get_docstring(ast.parse(text))]
    assert silent == []


# --- a class name stands for one thing ---------------------------------------------------------------------------
def named_twice(found: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    """Modules by the name of a public class that several of them define; Django's own `Command` left out."""
    places: dict[str, list[str]] = {}
    for path, text in found:
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Command":
                places.setdefault(node.name, []).append(path)
    return {name: paths for name, paths in places.items() if len(paths) > 1}


def test_a_class_name_stands_for_one_thing():
    assert named_twice(sources()) == {}


def test_a_class_name_given_twice_is_seen():
    again = [("reports/rows.py", "class GridRow:\n    pass\n"), ("reports/more.py", "class Command:\n    pass\n")]
    assert named_twice(iter([*sources(), *again])) == {"GridRow": ["evaluations/views/grid.py", "reports/rows.py"]}


def test_migrations_are_complete(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_model_has_a_name_people_read():
    ours = [model for model in apps.get_models() if model._meta.app_label in LABELS]
    silent = {model._meta.label for model in ours if "verbose_name" not in model._meta.original_attrs}
    assert silent == UNNAMED


# --- pages cost the same for few rows and for many ---------------------------------------------------------------
def busy_commune(letter: str, many: int):
    """A commune with `many` areas: half of them being entered, the rest waiting, tabled and recognised."""
    province = make_province(f"Tỉnh {letter}", code="97" if letter == "A" else "96")
    (district,) = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, [f"Huyện {letter}"])
    (commune,) = make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, [f"Xã {letter}"])
    make_units(
        commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn {letter}{number:04}" for number in range(many)]
    )
    body = make_committee(commune)
    person = body.people[1]
    Placement.objects.create(user=person, unit=commune, role=Role.OFFICER, valid_from=OPENED)
    tree = type("Tree", (), {"province": province})
    cycle = open_year(tree)
    files = list(cycle.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA).order_by("pk"))
    entered, waiting, tabled, done = files[: many // 2], *(files[many // 2 + i :: 3] for i in range(3))
    criterion = files[0].criteria_set.criteria.filter(measure="must").first()
    for rows, state in (
        (entered, State.REGISTERED), (waiting, State.APPRAISED), (tabled, State.TABLED), (done, State.RECOGNISED)
    ):  # fmt: skip
        Evaluation.objects.filter(pk__in=[row.pk for row in rows]).update(state=state)
    Answer.objects.bulk_create(
        Answer(evaluation=file, criterion=criterion, met=True, saved_by=person) for file in files
    )
    sitting = Sitting.objects.create(committee=body.committee, cycle=cycle, held_on=cycle.as_of, created_by=person)
    AgendaItem.objects.bulk_create(
        AgendaItem(sitting=sitting, evaluation=file, order=order) for order, file in enumerate(tabled, 1)
    )
    decision = Decision.objects.create(
        issuer=commune,
        year=cycle.year,
        number=1,
        symbol="QĐ-UBND",
        signed_on=cycle.as_of,
        issued_at="2024-11-20T00:00Z",
    )
    Recognition.objects.bulk_create(
        Recognition(evaluation=file, decision=decision, certificate=f"{letter}{file.pk}") for file in done
    )
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client, {
        "home": reverse("home"),
        "evaluations:list": reverse("evaluations:list"),
        "evaluations:grid": reverse("evaluations:grid", args=[cycle.pk]),
        "evaluations:cycle_list": reverse("evaluations:cycle_list"),
        "evaluations:recognition_list": reverse("evaluations:recognition_list"),
        "evaluations:streak_list": reverse("evaluations:streak_list"),
        "evaluations:award_barred": reverse("evaluations:award_barred"),
        "evaluations:sitting_detail": reverse("evaluations:sitting_detail", args=[sitting.pk]),
        "evaluations:decision_detail": reverse("evaluations:decision_detail", args=[decision.pk]),
        "units:list": reverse("units:list"),
        "reports:overview": reverse("reports:overview"),
        "api:evaluation-list": reverse("api:evaluation-list"),
    }


def statements(client: Client, address: str) -> int:
    client.get(address)  # what is read once and kept
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries)


def test_pages_ask_as_often_for_many_rows_as_for_few(db):
    (few, of_few), (many, of_many) = busy_commune("A", 10), busy_commune("B", 4000)
    assert Recognition.objects.count() > 600
    counted = {name: (statements(few, of_few[name]), statements(many, of_many[name])) for name in of_few}
    assert {name: counts for name, counts in counted.items() if counts[0] != counts[1]} == {}
    assert {name: counts for name, counts in counted.items() if counts[0] > 25} == {}


def test_a_page_that_asks_for_each_row_is_seen(db):
    """The control: the same measure on a page made to read one row at a time."""
    client, pages = busy_commune("A", 10)
    with CaptureQueriesContext(connection) as lazily:
        for file in Evaluation.objects.all():
            str(file.cycle.programme)
    assert len(lazily) > 2 * 10
    assert statements(client, pages["evaluations:list"]) < 25


# --- documents ---------------------------------------------------------------------------------------------------
DOCUMENTS = [BASE_DIR / "README.md", *sorted((BASE_DIR / "docs").rglob("*.md")), *(BASE_DIR / "fixtures").rglob("*.md")]
NAMED_FILE = re.compile(
    r"\b(?:portal|units|criteria|evaluations|reports|tests|templates)/[a-z0-9_/]+\.(?:py|css|js|html|json|yaml)"
)
NAMED_TEST = re.compile(r"`(test_[a-z0-9_]+\.py)`")


def test_documents_name_files_that_are_there():
    tests = {path.name for path in (BASE_DIR / "tests").rglob("test_*.py")}
    gone = set()
    for document in DOCUMENTS:
        text = document.read_text()
        gone |= {(document.name, path) for path in NAMED_FILE.findall(text) if not (BASE_DIR / path).exists()}
        gone |= {(document.name, name) for name in NAMED_TEST.findall(text) if name not in tests}
    assert gone == set()


DATED = re.compile(r"^# \d{4} .+\n\n(\d{4}-\d\d-\d\d) · (in force|replaced by \d{4})\n\n")


def test_every_decision_has_its_day_and_says_whether_it_holds():
    decisions = sorted((BASE_DIR / "docs" / "decisions").glob("*.md"))
    assert [path.name for path in decisions if not DATED.match(path.read_text())] == []
    numbers = {path.name[:4] for path in decisions}
    followed = {word[-4:] for path in decisions if (word := DATED.match(path.read_text())[2]) != "in force"}
    assert followed <= numbers


def test_a_decision_without_its_day_is_seen():
    assert not DATED.match("# 0001 A thing\n\n**Decision.** So.\n")
    assert not DATED.match("# 0001 A thing\n\n2026-11-21 · maybe\n\nSo.\n")


# --- rooms -------------------------------------------------------------------------------------------------------
MODULES_AT_TOP = 12  # docs/decisions/0018: a noun beyond them gets a folder
TOPS = (*APPS, "portal/core", "portal/demo", "portal/benches")


def crowded(modules: dict[str, list[str]]) -> dict[str, list[str]]:
    return {top: names for top, names in modules.items() if len(names) > MODULES_AT_TOP}


def test_few_modules_stand_at_the_top_of_an_app():
    found = {top: sorted(path.stem for path in (BASE_DIR / top).glob("*.py")) for top in TOPS}
    assert all(len(names) > 3 for names in found.values())  # the folders are there
    assert crowded({top: [name for name in names if name != "__init__"] for top, names in found.items()}) == {}


def test_a_crowded_top_is_seen():
    thirteen, twelve = list("abcdefghijklm"), list("abcdefghijkl")
    assert crowded({"units": thirteen, "reports": twelve}) == {"units": thirteen}


# --- tests -------------------------------------------------------------------------------------------------------
TEST_MODULE = re.compile(r"(^|\.)test_[a-z0-9_]+$")


def modules_of_tests_in(text: str) -> set[str]:
    """The test modules a text takes something from; what tests share lives in factories, worlds and conftest."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom):
            found |= {node.module or ""} | ({name.name for name in node.names} if not node.module else set())
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return {name for name in found if TEST_MODULE.search(name)}


def test_tests_take_nothing_from_other_test_modules():
    assert {path: found for path, text in sources("tests") if (found := modules_of_tests_in(text))} == {}


@pytest.mark.parametrize(
    "line", ["from tests.units.test_views import x", "from .test_views import x", "from . import test_views"]
)
def test_an_import_of_a_test_module_is_seen(line):
    assert modules_of_tests_in(line)
    assert not modules_of_tests_in("from tests.units.factories import test_data\nfrom django.test import Client")


def test_a_changed_file_has_its_tests():
    """What `make quick` runs: the mirror of a file, or the nearest folder above it."""
    changed = [
        "criteria/judging/cells.py",
        "units/reforms/planning.py",
        "portal/core/jobs.py",
        "templates/units/x.html",
    ]
    changed += ["docs/architecture.md", "tests/units/test_views.py", "tests/reports/factories.py", "Makefile"]
    done = subprocess.run(
        [sys.executable, ".ci/touched.py"], cwd=BASE_DIR, input="\n".join(changed), capture_output=True, text=True
    )
    expected = ["tests/core/test_jobs.py", "tests/criteria/judging/test_cells.py", "tests/reports"]
    assert done.stdout.split() == [*expected, "tests/test_consistency.py", "tests/units"]


def test_a_package_below_its_floor_is_seen():
    floors = runpy.run_path(str(BASE_DIR / ".ci" / "floors.py"))
    files = {"units/services/a.py": (9, 10), "units/services/deep/b.py": (9, 10), "units/c.py": (20, 20)}
    found = floors["shares"](files, ["units/services/*", "units/*", "gone/*"])
    assert found == {"units/services/*": 90.0, "units/*": 95.0, "gone/*": 0.0}
    assert floors["below"](found, dict.fromkeys(found, 95)) == ["units/services/*", "gone/*"]


# What nobody can delete: a row of these is there whoever is beside.
NEVER_DELETED = {"SlipSheet"}


def test_a_row_taken_for_writing_may_be_gone():
    """`lock_row` says so in a sentence; `.get` under lock would answer 500 to the second of two who delete."""
    found = {
        (str(path), model)
        for app in ("portal", "units", "criteria", "evaluations", "reports")
        for path in (BASE_DIR / app).rglob("*.py")
        for model in re.findall(r"(\w+)\.objects\.select_for_update\([^)]*\)[^\n]*\.get\(", path.read_text())
        if model not in NEVER_DELETED
    }
    assert found == set()


# --- words -----------------------------------------------------------------------------------------------------

YOU = re.compile(r"(?<!\w)[Bb]ạn(?!\w)")
LABELS_BY_COMMA = re.compile(r"""(", "|', ')\.join\([^\n]*(\.label\b|kind_labels|labels\.get|_display\(\))""")


def written() -> Iterator[tuple[str, str]]:
    """(path, text) of the templates, the scripts and our code."""
    for folder in (*APPS, "templates"):
        for path in sorted((BASE_DIR / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".js", ".txt") and "migrations" not in path.parts:
                yield str(path.relative_to(BASE_DIR)), path.read_text(encoding="utf-8")


def test_the_reader_is_addressed_as_an_official():
    assert [path for path, text in written() if YOU.search(text)] == []


def test_the_familiar_word_is_seen_and_like_words_are_not():
    assert YOU.search("phạm vi của bạn.") and YOU.search("Bạn không") and not YOU.search("địa bàn, văn bản, ban hành")


# What an official does not write, and what he writes.
BANNED = {
    "Đã thực hiện:": "câu nói rõ đã làm gì, ví dụ “Đã gửi thẩm định 5 hồ sơ.”",
    "thành công": "câu nói rõ đã làm gì; “Đã …” là đủ",
    "vui lòng": "hãy",
    "xin lỗi": "nói điều xảy ra và cách sửa",
    "quý khách": "đồng chí",
    "anh/chị": "đồng chí",
    "click": "bấm",
    "kích chuột": "bấm",
    "nhấp chuột": "bấm",
    "upload": "gửi, đính kèm",
    "download": "tải về",
    "submit": "gửi",
    "login": "đăng nhập",
    "logout": "đăng xuất",
    "password": "mật khẩu",
    "ok": "tên của việc sẽ làm",
}
OFFICIAL = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, BANNED))})(?!\w)", re.I)
VIETNAMESE = re.compile("[À-ỹ]")
READ_ALOUD = re.compile(r"""\b(?:aria-label|placeholder|title|alt|data-confirm|data-confirm-yes)="([^"]*)\"""")
COUNTED = re.compile(r"""["'`]Đã [^"'`\n]*: \{+(?:len|grouped|many|count)""")  # “Đã gửi: 0 hồ sơ”


def spoken(path: str, text: str) -> Iterator[str]:
    """What people read of a file: texts of a page and its labels, Vietnamese strings of code, the guide."""
    if path.endswith(".html"):
        text = re.sub(r"{#.*?#}", " ", text, flags=re.S)
        yield from READ_ALOUD.findall(text)
        for tag in re.findall(r"{%.*?%}", text, re.S):
            yield from (words for words in re.findall(r'"([^"]*)"', tag) if VIETNAMESE.search(words))
        yield re.sub(r"{%.*?%}|{{.*?}}|<[^>]*>", " ", text, flags=re.S)
    elif path.endswith(".py"):
        nodes = list(ast.walk(ast.parse(text)))
        docstrings = {node.value for node in nodes if isinstance(node, ast.Expr)}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
                yield from [node.value] if VIETNAMESE.search(node.value) else []
    elif path.endswith(".js"):
        yield from (words for words in re.findall(r"""["'`]([^"'`\n]*)["'`]""", text) if VIETNAMESE.search(words))
    else:
        yield text


def said_wrongly(path: str, text: str) -> set[str]:
    found = {one.group(1).lower() for words in spoken(path, text) for one in OFFICIAL.finditer(words)}
    return found | set(COUNTED.findall(text))


def test_messages_are_words_an_official_writes():
    guide = BASE_DIR / "docs" / "huong-dan-su-dung.md"
    pages = [*written(), (guide.name, guide.read_text(encoding="utf-8"))]
    assert {path: found for path, text in pages if (found := said_wrongly(path, text))} == {}


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.py", 'x = f"Đã thực hiện: {step} – {unit}."', {"đã thực hiện:"}),
        ("a.py", 'x = f"Đã {label}: {len(done)} hồ sơ."', {'"Đã {label}: {len'}),
        ("a.py", "x = 'Vui lòng nhập tên'", {"vui lòng"}),
        ("a.html", "<button>Upload tệp</button>", {"upload"}),
        ("a.html", '<input placeholder="Click để chọn">', {"click"}),
        ("a.html", '{% columns "Đã lưu thành công" %}', {"thành công"}),
        ("a.js", 'say("Lưu thành công")', {"thành công"}),
        ("a.html", "<button>OK</button>", {"ok"}),
    ],
)
def test_a_word_no_official_writes_is_seen(path, text, found):
    assert said_wrongly(path, text) == found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.html", '<form id="submit" class="upload">{% url "login" %}Gửi {{ upload.ok }}</form>'),
        ("a.js", 'form.addEventListener("submit", save); say("Đã gửi")'),
        ("a.py", 'def f():\n    """The upload of “Đã gửi”."""\n    return "submit"'),
        ("a.py", 'x = f"Đã gửi thẩm định {grouped(many)} hồ sơ."'),
    ],
)
def test_what_nobody_reads_is_left_alone(path, text):
    assert said_wrongly(path, text) == set()


APART = re.compile(r"(?:\d|}}) %(?![}\w])")


def test_a_percent_sign_stands_at_its_figure():
    """As papers of the State print it, and one way on all pages."""
    assert [path for path, text in written() if not path.endswith(".py") and APART.search(text)] == []


def test_a_percent_sign_apart_is_seen():
    assert APART.search("trên {{ percent }} % số phiếu") and APART.search("62 %<") and not APART.search("{{ a }} %}")


# Labels that hold no comma of their own may stand between commas.
WITHOUT_COMMAS = {
    "criteria/packs/differences.py": "levels",
    "criteria/forms/sets.py": "steps",
}


def test_labels_that_may_hold_commas_stand_between_semicolons():
    """“Doanh nghiệp nhỏ, siêu nhỏ” is one of the allowed values, not two."""
    found = {path for path, text in written() if LABELS_BY_COMMA.search(text)}
    assert found == set(WITHOUT_COMMAS)


def test_the_empty_choice_says_what_to_choose():
    """Django's own is a row of dashes."""
    dashes = [
        f"{path}: {name}"
        for path, text in written()
        if path.endswith(".py") and "/forms" in path
        for name in _without_empty_label(text)
    ]
    assert dashes == []


def _without_empty_label(text: str) -> Iterator[str]:
    for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        told = any(keyword.arg in ("empty_label", None) for keyword in call.keywords)
        if name in ("ModelChoiceField", "CycleField", "PlaceField", "OwnerField") and not told:
            yield name


def test_an_empty_choice_of_dashes_is_seen():
    assert list(_without_empty_label("ModelChoiceField(label='Kỳ')")) == ["ModelChoiceField"]
    assert list(_without_empty_label("ModelChoiceField(empty_label='Chọn kỳ')")) == []
