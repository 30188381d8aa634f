"""The unit pages of one province alone beside the same pages with the whole nation in the tables."""

from collections.abc import Iterator
from datetime import date

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from units import services
from units.enums import Role, Subtype, UnitKind
from units.models import Placement, Unit, User
from units.services import NewUnit

from . import Options, Row, at_most, below, bench, count_the_tables, only_on_postgresql, rolled_back, timed

OPENED = date(2025, 7, 1)
PROVINCES, COMMUNES, BASE_UNITS = 34, 3_321, 210_000  # the whole nation from 1/7/2025


@bench
def nation(options: Options) -> list[Row]:
    """List, searches, the page of a commune and the tree of a day, as a province's staff open them."""
    if only_on_postgresql("Cả nước"):
        return []
    with rolled_back():
        home = _province(0, options)
        client = _staff(home)
        commune = Unit.objects.filter(province=home, kind=UnitKind.COMMUNE).order_by("pk")[5]
        pages = dict(_pages(commune))
        alone = _measured(client, pages, options)
        for number in range(1, options.provinces):
            _province(number, options)
        everywhere = _measured(client, pages, options)
        many = f"{Unit.objects.count()} đơn vị cả nước so với một tỉnh"
    rows = [at_most(f"{name}: {many}", everywhere[name][0], alone[name][0], 2) for name in pages]
    return rows + [
        below(f"{name}: câu truy vấn", everywhere[name][1], alone[name][1], alone[name][1], unit="câu")
        for name in pages
    ]


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


def _measured(client: Client, pages: dict[str, str], options: Options) -> dict[str, tuple[float, int]]:
    """(milliseconds, queries) of each page; the planner has looked at the tables before."""
    count_the_tables()
    found = {}
    for name, address in pages.items():
        client.get(address)  # what a process reads once is not the page's
        with CaptureQueriesContext(connection) as ran:
            answer = client.get(address)
        asked = len(ran)  # counted at once: the next request empties the log
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
        found[name] = (timed(lambda page=address: client.get(page), rounds=options.rounds)[0], asked)
    return found


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
