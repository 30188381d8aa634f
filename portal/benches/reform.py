"""Carrying a whole province's reorganisation out, and asking for the tree of a day."""

import hashlib
import time
from datetime import date, timedelta

from django.core.management import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.models import CriteriaSet, LegalDocument, Programme
from evaluations.enums import State
from evaluations.models import Evaluation
from evaluations.services import record_results
from units import reforms, services
from units.enums import ChangeAction, Role, Subtype, UnitKind
from units.models import Change, Placement, Unit, UnitVersion, User
from units.services import NewUnit

from . import Measured, Options, at_most, below, bench, count_the_tables, only_on_postgresql, rolled_back, timed

DAY = date(2025, 7, 1)
OPENED = date(2015, 1, 1)
DISTRICTS, COMMUNES, USERS, PAST_YEARS, TOGETHER = 10, 300, 500, 6, 3


@bench
def carry_a_reform_through(options: Options) -> list[Measured]:
    """A province of 300 communes, its base units, six past years and 500 people: three communes become one."""
    if only_on_postgresql("Sắp xếp đơn vị"):
        return []
    with rolled_back():
        province, communes = _province(options)
        past = Evaluation.objects.filter(province=province)
        rows_before = _checksum(past)
        reform = reforms.new_reform(
            number="ĐO", title="Đo", issuer="Đo", effective_on=DAY, provinces=[province], by=None
        )
        reforms.write_changes(reform, _changes(province, communes), by=None)
        with CaptureQueriesContext(connection) as ran:
            start = time.perf_counter()
            reforms.apply(reform, by=None)
            taken = time.perf_counter() - start
        if _checksum(past) != rows_before:
            raise CommandError("Sắp xếp đã sửa hồ sơ các năm trước.")
        versions = UnitVersion.objects.filter(valid_from=DAY, province=province)
        plain = _plain_copy(versions)
        count_the_tables()
        last = DAY - timedelta(days=1)
        kinds = {"kind": UnitKind.COMMUNE}
        then, now = timed(
            lambda: list(UnitVersion.objects.in_force(last).filter(province=province, **kinds).values("name")),
            lambda: list(Unit.objects.open_on(DAY).filter(province=province, **kinds).values("name")),
            rounds=options.rounds,
        )
        words = "xã 29"
        search_then, search_now = timed(
            lambda: list(
                UnitVersion.objects.in_force(last).filter(province=province).search(words).nearest_first(words)[:50]
            ),
            lambda: list(Unit.objects.filter(province=province).search(words).nearest_first(words)[:50]),
            rounds=options.rounds,
        )
        many = {"then": COMMUNES, "now": COMMUNES // TOGETHER}
        return [
            below(
                f"Sắp xếp {COMMUNES} xã, {options.files} đơn vị cơ sở, {past.count()} hồ sơ cũ",
                taken,
                plain,
                10,
                unit="giây",
            ),
            below("Câu lệnh khi sắp xếp", len(ran), 1, 200, unit="câu lệnh"),
            at_most(
                "Danh sách xã ngày 30/06/2025 so với hôm nay, tính trên một xã",
                then / many["then"],
                now / many["now"],
                2,
            ),
            at_most("Tìm theo tên ngày 30/06/2025 so với tìm hôm nay", search_then, search_now, 2),
        ]


def _province(options: Options) -> tuple[Unit, list[Unit]]:
    (province,) = services.place_units(
        [NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name="Tỉnh Đo")], on=OPENED
    )
    districts = services.place_units(
        [
            NewUnit(kind=UnitKind.DISTRICT, subtype=Subtype.RURAL_DISTRICT, name=f"Huyện {number}", parent=province)
            for number in range(DISTRICTS)
        ],
        on=OPENED,
    )
    communes = services.place_units(
        [
            NewUnit(
                kind=UnitKind.COMMUNE,
                subtype=Subtype.COMMUNE,
                name=f"Xã {number}",
                code=f"D{number:04d}",
                parent=districts[number % DISTRICTS],
            )
            for number in range(COMMUNES)
        ],
        on=OPENED,
    )
    services.place_units(
        [
            NewUnit(
                kind=UnitKind.RESIDENTIAL_AREA,
                subtype=Subtype.VILLAGE,
                name=f"Thôn {number}",
                parent=communes[number % COMMUNES],
            )
            for number in range(options.files)
        ],
        on=OPENED,
    )
    people = User.objects.bulk_create(User(username=f"do-{number}", post=f"Đo {number}") for number in range(USERS))
    Placement.objects.bulk_create(
        Placement(user=user, unit=communes[number % COMMUNES], role=Role.OFFICER, valid_from=OPENED)
        for number, user in enumerate(people)
    )
    _past(province)
    return province, communes


def _past(province: Unit) -> None:
    document = LegalDocument.objects.create(code="DO-SAP-XEP", number="Đo", title="Đo", issuer="Đo")
    programme = Programme.objects.create(code="do-sap-xep", name="Đo", title="Đo")
    book = CriteriaSet.objects.create(
        programme=programme, document=document, code="DO", name="Đo", unit_kinds=["residential_area"], first_year=2015
    )
    units = Unit.objects.filter(province=province, kind=UnitKind.RESIDENTIAL_AREA).values_list("pk", flat=True)
    for year in range(2019, 2019 + PAST_YEARS):
        record_results(
            programme,
            province,
            year,
            as_of=OPENED,
            source="Đo",
            states=dict.fromkeys(units, State.RECOGNISED),
            sets={UnitKind.RESIDENTIAL_AREA: book},
        )


def _changes(province: Unit, communes: list[Unit]) -> list[Change]:
    made = [
        Change(
            action=ChangeAction.OPEN,
            kind=UnitKind.COMMUNE,
            subtype=Subtype.WARD,
            code=f"M{number:04d}",
            name=f"Phường {number}",
            key=f"M{number}",
            to_unit=province,
        )
        for number in range(COMMUNES // TOGETHER)
    ]
    made += [
        Change(action=ChangeAction.MERGE, unit=commune, to_key=f"M{number // TOGETHER}")
        for number, commune in enumerate(communes)
    ]
    return [*made, Change(action=ChangeAction.CLOSE_LEVEL, unit=province, kind=UnitKind.DISTRICT)]


def _checksum(dossiers) -> str:
    """A hash that any rewriting of the rows would change."""
    told = hashlib.sha256()
    for row in dossiers.order_by("pk").values_list().iterator(2000):
        told.update(repr(row).encode())
    return told.hexdigest()


def _plain_copy(versions) -> float:
    """Seconds of one bulk_create of as many version rows as the reorganisation wrote."""
    rows = list(versions)
    for row in rows:
        row.pk, row.valid_from, row.valid_to = None, date(1900, 1, 1), date(1900, 1, 2)
    start = time.perf_counter()
    UnitVersion.objects.bulk_create(rows, batch_size=1000)
    return time.perf_counter() - start
