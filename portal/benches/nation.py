"""The unit pages of one province alone beside the same pages with the whole nation in the tables, by turns."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from units import services
from units.enums import Role, Subtype, UnitKind
from units.models import Placement, Unit, User
from units.services import NewUnit

from . import Measured, Options, at_most, below, bench, count_the_tables, only_on_postgresql, rolled_back, timed

OPENED = date(2025, 7, 1)
NATION, ALONE = "public", "one_province"
PROVINCES, COMMUNES, BASE_UNITS = 34, 3_321, 210_000  # the whole nation from 1/7/2025


@bench
def nation(options: Options) -> list[Measured]:
    """List, searches, the page of a commune and the tree of a day, as a province's staff open them."""
    if only_on_postgresql("Cả nước"):
        return []
    with rolled_back():
        home = _province(0, options)
        client = _staff(home)
        commune = Unit.objects.filter(province=home, kind=UnitKind.COMMUNE).order_by("pk")[5]
        _set_aside()
        for number in range(1, options.provinces):
            _province(number, options)
        count_the_tables()
        found = {name: _measured(client, address, options) for name, address in _pages(commune)}
        many = f"{Unit.objects.count()} đơn vị cả nước so với một tỉnh"
    rows = [at_most(f"{name}: {many}", took[0], took[1], 2) for name, (took, _) in found.items()]
    return rows + [
        below(f"{name}: câu truy vấn", everywhere, alone, alone, unit="câu")
        for name, (_, (everywhere, alone)) in found.items()
    ]


def _set_aside() -> None:
    """Copy the tables as they are, one province alone, into a schema of their own: rolled back with the rest."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(f"CREATE SCHEMA {ALONE}")
        for table in tables:
            cursor.execute(f'CREATE TABLE {ALONE}."{table}" (LIKE public."{table}" INCLUDING ALL)')
            copy = f'INSERT INTO {ALONE}."{table}" SELECT * FROM public."{table}"'  # noqa: S608 -- our own names  # nosec
            cursor.execute(copy)


def _pages(commune: Unit) -> Iterator[tuple[str, str]]:
    units = reverse("units:list")
    yield "Danh sách đơn vị", units
    yield "Tìm không dấu", f"{units}?q=thon+so+29"
    yield "Tìm có dấu", f"{units}?q=Th%C3%B4n+s%E1%BB%91+29"
    yield "Tìm theo mã", f"{units}?q={commune.code}"
    yield "Tìm tên không có", f"{units}?q=khong+dau+ca"
    yield "Trang một xã", reverse("units:detail", args=[commune.pk])
    yield "Cây ngày 30/07/2025", f"{reverse('units:as_of')}?ngay=2025-07-30&duoi={commune.pk}"
    yield "Tìm trong cây của một ngày", f"{reverse('units:as_of')}?ngay=2025-07-30&q=thon+so+29"


def _measured(client: Client, address: str, options: Options) -> tuple[list[float], tuple[int, int]]:
    """Milliseconds and queries of the page with the nation in the tables, and with the province alone; by turns."""

    def look(schema: str):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL search_path TO {schema}")
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    asked = []
    for schema in (NATION, ALONE):
        look(schema)  # what a process reads once is not the page's
        with CaptureQueriesContext(connection) as ran:
            look(schema)
        asked.append(len(ran) - 1)  # without the choice of the schema
    took = timed(partial(look, NATION), partial(look, ALONE), rounds=options.rounds)
    look(NATION)
    return took, (asked[0], asked[1])


def _staff(province: Unit) -> Client:
    person = User.objects.create(username="do-ca-nuoc", post="Đo")
    Placement.objects.create(user=person, unit=province, role=Role.STAFF, valid_from=OPENED)
    client = Client(HTTP_HOST="localhost")
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _province(number: int, options: Options) -> Unit:
    """A province with its share of the nation's communes and base units."""
    (province,) = services.place_units(
        [NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name=f"Tỉnh Đo {number}", code=f"X{number}")],
        on=OPENED,
    )
    communes = services.place_units(
        [
            NewUnit(
                kind=UnitKind.COMMUNE,
                subtype=Subtype.COMMUNE,
                name=f"Xã Đo {one}",
                code=f"X{number:02d}{one:04d}",
                parent=province,
            )
            for one in range(COMMUNES // PROVINCES)
        ],
        on=OPENED,
    )
    services.place_units(
        [
            NewUnit(
                kind=UnitKind.RESIDENTIAL_AREA,
                subtype=Subtype.VILLAGE,
                name=f"Thôn số {one}",
                parent=communes[one % len(communes)],
            )
            for one in range(BASE_UNITS // PROVINCES * options.files // Options.files)
        ],
        on=OPENED,
    )
    return province
