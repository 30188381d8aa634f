"""Opening a year, its pages and the saving of a cell: time against the plain way, queries at ten and at thousands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import count

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.models import Programme
from criteria.queries import specs_of
from evaluations.enums import Action
from evaluations.models import Cycle, Evaluation
from evaluations.services import open_cycle
from evaluations.workflow import advance_many
from units.enums import Role, Subtype, UnitKind
from units.models import Unit, User
from units.services import NewUnit, place_person, place_units

from . import (
    Measured,
    Options,
    at_least,
    at_most,
    below,
    bench,
    count_the_tables,
    only_on_postgresql,
    rolled_back,
    timed,
)

COMMUNES = 231  # a large province: with "all" its list offers 232 in one select


@dataclass(frozen=True)
class World:
    """A province made for the benches: many bodies managed by the province, a few by one commune."""

    province: Unit
    commune: Unit
    cycle: Cycle
    few: Cycle  # the year of another province, which manages ten bodies
    staff: User
    large: User
    small: User
    other: User  # does in the other province what `large` does in the first


def year_world(options: Options) -> World:
    """Units, people and an open cycle of the real TT 124/2021 sets, inside the caller's rolled-back transaction."""
    if not Programme.objects.filter(code="safety", sets__status="published").exists():
        call_command("load_criteria", verbosity=0)
    day = date(2024, 1, 2)
    province = place_units([NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name="Tỉnh Đo")], on=day)[0]
    opening = NewUnit(kind=UnitKind.DISTRICT, subtype=Subtype.RURAL_DISTRICT, name="Huyện Đo", parent=province)
    district = place_units([opening], on=day)[0]
    place = partial(NewUnit, kind=UnitKind.COMMUNE, subtype=Subtype.COMMUNE, parent=district)
    names = ["Xã Đo", "Xã Bên", *(f"Xã {number}" for number in range(COMMUNES - 2))]
    commune, ground, *_ = place_units([place(name=name) for name in names], on=day)
    body = partial(NewUnit, kind=UnitKind.AGENCY, subtype=Subtype.STATE_BODY)
    bodies = [body(name=f"Cơ quan {number}", parent=province, stands_in=ground) for number in range(options.files)]
    bodies += [body(name=f"Cơ quan xã {number}", parent=commune, stands_in=commune) for number in range(10)]
    other = NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name="Tỉnh Ít", key="ít")
    bodies += [body(name=f"Cơ quan ít {number}", parent="ít", stands_in=commune) for number in range(10)]
    beside = NewUnit(kind=UnitKind.DISTRICT, subtype=Subtype.RURAL_DISTRICT, name="Huyện Ít", parent="ít")
    little, *_ = place_units([other, beside, *bodies], on=day)
    people = {}
    for name, unit, role in (
        ("staff", province, Role.STAFF),
        ("large", province, Role.OFFICER),
        ("small", commune, Role.OFFICER),
        ("other", little, Role.OFFICER),
    ):
        people[name] = User.objects.create(username=f"do-{name}", post=f"Đo {name}")
        place_person(people[name], unit, role, by=None, valid_from=day)
    programme = Programme.objects.get(code="safety")
    cycle, few = (open_cycle(programme, where, 2024, as_of=day, by=people["staff"]) for where in (province, little))
    for name, year in (("large", cycle), ("small", cycle), ("other", few)):
        dossiers = year.evaluations.filter(entry_unit=people[name].places()[0]).exclude(kind=UnitKind.COMMUNE)
        advance_many(dossiers.values_list("pk", flat=True), Action.REGISTER, by=people[name])
    return World(province, commune, cycle, few, **people)


@bench
def open_the_year(options: Options) -> list[Measured]:
    """Freezing a roster against one `bulk_create` of as many rows, and its statements at ten times fewer units."""
    if only_on_postgresql("Mở kỳ"):
        return []
    with rolled_back():
        world = year_world(options)
        rows = list(world.cycle.evaluations.all())
        programme = world.cycle.programme
        year = count(2031)

        def ours():
            with rolled_back():
                open_cycle(programme, world.province, next(year), as_of=world.cycle.as_of, by=world.staff)

        def theirs():
            with rolled_back():
                cycle = Cycle.objects.create(
                    programme=programme, province=world.province, year=next(year), as_of=world.cycle.as_of
                )
                for row in rows:
                    row.pk, row.cycle = None, cycle
                Evaluation.objects.bulk_create(rows, batch_size=1000)

        mine, plain = timed(ours, theirs, rounds=options.rounds)
        with CaptureQueriesContext(connection) as many:
            ours()
        with CaptureQueriesContext(connection) as bare:
            theirs()
        name = f"Mở kỳ {len(rows)} đơn vị so với một bulk_create"
        return [
            at_most(name, mine, plain, 4),
            below(f"Câu lệnh khi mở kỳ {len(rows)} đơn vị", len(many), len(bare), 60, unit="câu lệnh"),
        ]


@bench
def pages_of_the_year(options: Options) -> list[Measured]:
    """Queries of list, grid and cell save: the same at 10 and at thousands of units; and how much longer they take."""
    if only_on_postgresql("Trang và ô nhập"):
        return []
    with rolled_back():
        world = year_world(options)
        count_the_tables()
        clients = {}
        for name, user in (("large", world.large), ("small", world.small), ("other", world.other)):
            clients[name] = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
            clients[name].force_login(user, "django.contrib.auth.backends.ModelBackend")
        rows = []
        agencies = world.cycle.evaluations.filter(kind=UnitKind.AGENCY).values_list("criteria_set", flat=True)[0]
        for name, path in (
            ("Trang danh sách hồ sơ", lambda year: f"{reverse('evaluations:list')}?cycle={year.pk}"),
            ("Bảng nhập nhanh", lambda year: f"{reverse('evaluations:grid', args=[year.pk])}?bo={agencies}"),
        ):
            many = partial(clients["large"].get, path(world.cycle))
            rows += _page(name, many, partial(clients["other"].get, path(world.few)), options)
        rows.append(_served(clients["large"], f"{reverse('evaluations:list')}?cycle={world.cycle.pk}", options))
        return rows + [_cell(world, clients["small"])]


def _page(name: str, many: Callable, few: Callable, options: Options) -> list[Measured]:
    """The page as the same post sees it in a province of many units and in one of ten."""
    queries = []
    for look in (many, few):
        look()
        with CaptureQueriesContext(connection) as seen:
            assert_ok(look())
        queries.append(len(seen))
    large, small = timed(many, few, rounds=options.rounds)
    return [
        at_most(
            f"{name}: số truy vấn ở {options.files} đơn vị so với 10",
            queries[0],
            queries[1],
            1,
            unit="truy vấn",
        ),
        at_most(f"{name}: thời gian ở {options.files} đơn vị so với 10", large, small, 4),
    ]


def _served(client: Client, path: str, options: Options) -> Measured:
    """Requests a second that one process answers, middleware and session included; a page that reads nothing beside."""
    empty = reverse("healthz")
    page, bare = timed(lambda: assert_ok(client.get(path)), lambda: assert_ok(client.get(empty)), rounds=options.rounds)
    name = f"Phục vụ danh sách {options.files} hồ sơ, một tiến trình, so với trang không đọc gì"
    return at_least(name, 1000 / page, 1000 / bare, 5, unit="lượt/giây")


def _cell(world: World, client: Client) -> Measured:
    """The queries of saving the first cell of an empty dossier and the last of a full one."""
    dossier = world.cycle.evaluations.filter(entry_unit=world.commune).exclude(kind=UnitKind.COMMUNE)[0]
    lines = [line for line in specs_of(dossier.criteria_set) if line.measure not in ("group", "derived")]
    path = reverse("evaluations:cell", args=[dossier.pk])
    assert_ok(client.get(reverse("home")))  # what a session's first request does besides
    typed = {"must": "Đ", "event": "0", "percent": "5/5", "count": "1", "trend": "0/0"}
    asked = []
    for line in lines:
        with CaptureQueriesContext(connection) as seen:
            assert_ok(client.post(path, {"code": line.code, "text": typed[line.measure], "version": "0"}))
        asked.append(len(seen))
    return at_most(f"Ghi một ô: truy vấn ở ô thứ {len(lines)} so với ô đầu", asked[-1], asked[0], 1, unit="truy vấn")


def assert_ok(response) -> None:
    if response.status_code != 200:
        raise CommandError(f"Trang trả lời {response.status_code} khi đo.")
