"""What the acts of an officer's hour cost the server: processor time of the process and of its database session."""

import time
from collections.abc import Callable
from datetime import date
from functools import partial
from itertools import cycle as round_and_round
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from criteria.models import Programme
from criteria.queries import specs_of
from evaluations.enums import Action
from evaluations.models import Evaluation
from evaluations.services import open_cycle
from evaluations.workflow import advance_many
from units.enums import Role, Subtype, UnitKind
from units.models import User
from units.services import NewUnit, place_person, place_units

from . import Measured, Options, below, bench, count_the_tables, only_on_postgresql, rolled_back
from .year import assert_ok

OPENED = date(2024, 1, 2)
Spent = tuple[float, float]  # milliseconds of processor: of the portal, of its database session
AREAS = 25  # rows of a page of the grid
OF_A_COMMUNE = 12  # areas whose answers are pasted as one block
TYPED = {
    "must": ("Đ", "K"),
    "event": ("0", "1"),
    "percent": ("4/5", "5/5"),
    "count": ("1", "2"),
    "trend": ("0/0", "0/1"),
}
BUDGETS = {"Ghi một ô": 20, "Dán khối": 150, "Bảng nhập": 60, "Danh sách hồ sơ": 30}  # milliseconds of processor


@bench
def acts_of_the_hour(options: Options) -> list[Measured]:
    """A cell saved, a block of twelve areas pasted, the grid and the list opened; a page that reads nothing beside."""
    if only_on_postgresql("Việc của một giờ nhập"):
        return []
    with rolled_back():
        officer, dossiers = _commune()
        count_the_tables()
        client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        client.force_login(officer, "django.contrib.auth.backends.ModelBackend")
        year, of_set = dossiers[0].cycle, dossiers[0].criteria_set
        codes = [line for line in specs_of(of_set) if line.measure not in ("group", "derived")]
        grid = f"{reverse('evaluations:grid', args=[year.pk])}?bo={of_set.pk}"
        acts = {
            "Ghi một ô": _cells(client, dossiers[OF_A_COMMUNE:], codes),
            f"Dán khối {OF_A_COMMUNE} × {len(codes)} ô": _blocks(client, dossiers[:OF_A_COMMUNE], codes),
            f"Bảng nhập {AREAS} hàng": _pages(client, grid),
            "Danh sách hồ sơ": _pages(client, f"{reverse('evaluations:list')}?cycle={year.pk}"),
        }
        taken = _spent({**acts, "": _pages(client, reverse("healthz"))}, rounds=options.rounds)
    rows = []
    for name in acts:
        budget = next(most for act, most in BUDGETS.items() if name.startswith(act))
        web, database = taken[name]
        said = (
            f"{name}: bộ xử lý của máy chủ (cổng {web:.1f} + cơ sở dữ liệu {database:.1f}), so với trang không đọc gì"
        )
        rows.append(below(said, web + database, sum(taken[""]), budget, unit="ms"))
    return rows


def _commune() -> tuple[User, list[Evaluation]]:
    """The officer of a commune of 25 areas and their registered dossiers of the law's residential set."""
    if not Programme.objects.filter(code="safety", sets__status="published").exists():
        call_command("load_criteria", verbosity=0)
    province = NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name="Tỉnh Đo", key="tỉnh")
    district = NewUnit(
        kind=UnitKind.DISTRICT, subtype=Subtype.RURAL_DISTRICT, name="Huyện Đo", parent="tỉnh", key="huyện"
    )
    commune = NewUnit(kind=UnitKind.COMMUNE, subtype=Subtype.COMMUNE, name="Xã Đo", parent="huyện", key="xã")
    area = partial(NewUnit, kind=UnitKind.RESIDENTIAL_AREA, subtype=Subtype.VILLAGE, parent="xã")
    areas = [area(name=f"Thôn {number}") for number in range(AREAS)]
    top, _, home, *_ = place_units([province, district, commune, *areas], on=OPENED)
    people = {}
    for name, unit, role in (("staff", top, Role.STAFF), ("officer", home, Role.OFFICER)):
        people[name] = User.objects.create(username=f"gio-{name}", post=f"Đo {name}")
        place_person(people[name], unit, role, by=None, valid_from=OPENED)
    programme = Programme.objects.get(code="safety")
    year = open_cycle(programme, top, 2024, as_of=OPENED, by=people["staff"])
    dossiers = year.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA).order_by("pk")
    advance_many(dossiers.values_list("pk", flat=True), Action.REGISTER, by=people["officer"])
    return people["officer"], list(dossiers.select_related("cycle", "criteria_set"))


def _pages(client: Client, path: str) -> Callable[[], Spent]:
    return lambda: _measured(partial(client.get, path))[1]


def _cells(client: Client, dossiers: list[Evaluation], codes: list) -> Callable[[], Spent]:
    """Saves the next cell of the areas at each call, another value each time round."""
    versions: dict[tuple[int, str], int] = {}
    cells = [(dossier, line) for dossier in dossiers for line in codes]
    turns = round_and_round([(*cell, turn) for turn in (0, 1) for cell in cells])

    def save():
        dossier, line, turn = next(turns)
        here = dossier.pk, line.code
        said = {"code": line.code, "text": TYPED[line.measure][turn], "version": versions.get(here, 0)}
        response, spent = _measured(partial(client.post, reverse("evaluations:cell", args=[dossier.pk]), said))
        versions[here] = response.json()["version"]
        return spent

    return save


def _blocks(client: Client, dossiers: list[Evaluation], codes: list) -> Callable[[], Spent]:
    """Pastes all cells of the areas, other values each time, as the page that saw the versions before would."""
    path = reverse("evaluations:grid_block", args=[dossiers[0].cycle_id])
    turns = round_and_round((0, 1))

    def paste():
        turn = next(turns)
        block = "\n".join("\t".join(TYPED[line.measure][turn] for line in codes) for _ in dossiers)
        rows = []
        for dossier in dossiers:
            seen = dict(dossier.answers.values_list("criterion__code", "version"))
            rows.append(" ".join(str(number) for number in (dossier.pk, *(seen.get(line.code, 0) for line in codes))))
        said = {"block": block, "code": [line.code for line in codes], "row": rows}
        return _measured(partial(client.post, path, {**said, "height": len(rows), "width": len(codes)}))[1]

    return paste


def _spent(ways: dict[str, Callable[[], Spent]], *, rounds: int) -> dict[str, Spent]:
    """The median of what each act cost; the acts take turns, and each is done twice in a turn: the second counts."""
    taken: dict[str, list[Spent]] = {name: [] for name in ways}
    for _ in range(3 * rounds):
        for name, way in ways.items():
            way()
            taken[name].append(way())
    return {name: (median(web for web, _ in of), median(database for _, database in of)) for name, of in taken.items()}


def _measured(ask: Callable) -> tuple[Any, Spent]:
    """The answer, and the processor milliseconds the portal and its database session spent on it.

    The session is looked for on this machine; elsewhere only the portal's own are seen.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        session = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    begun, web = _on_a_core(session), time.process_time()
    response = ask()
    spent = 1000 * (time.process_time() - web), _on_a_core(session) - begun
    assert_ok(response)
    return response, spent


def _on_a_core(process: Path) -> float:
    """Milliseconds the process has run on a core since it began."""
    return int(process.read_text().split()[0]) / 1e6 if process.exists() else 0.0
