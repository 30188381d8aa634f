"""What a province takes in: password slips for its people, past years and registers from files; against plain ways."""

import io
import time
from datetime import date

from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from openpyxl import load_workbook

from criteria.models import Programme
from evaluations.files import past_results
from evaluations.models import Cycle, Evaluation
from evaluations.services import record_past
from portal.core.files import store
from portal.core.models import Job
from portal.core.sheets import writing
from portal.core.sheets.reading import MAX_ROWS, sheets_of
from portal.core.web.once import new_token
from units.enums import Role, Subtype, UnitKind
from units.files import register_rows as register_files
from units.models import Headcount, Unit, User
from units.registers import REGISTERS, write_rows
from units.services import NewUnit, Slip, issue, place_person, place_units

from . import Measured, Options, at_most, below, bench, count_the_tables, faster, rolled_back, timed

OPENED = date(2015, 1, 1)
YEARS = range(2020, 2025)


@bench
def password_slips(options: Options) -> list[Measured]:
    """One-time passwords hashed, stored and printed as slips, beside hashing as many at the cost of a person's own."""
    many = options.files
    with rolled_back():
        province, _ = _province(1)
        people = User.objects.bulk_create(
            [User(username=f"phieu.{number}", post=f"Cán bộ Công an xã {number}") for number in range(many)], 500
        )
        slips = [Slip(person, province.name) for person in people]

        def stored(hashes: list[str]) -> None:
            for person, word in zip(people, hashes, strict=True):
                person.password = word
            User.objects.bulk_update(people, ["password"], batch_size=500)

        job = Job.objects.create(kind="import_people", key=new_token(), params={})
        start = time.perf_counter()
        issue(slips, stored, job=job, by=people[0], tell=lambda *told: None)
        ours = time.perf_counter() - start
        store.drop(job.slip_sheet.sha256)
    start = time.perf_counter()
    for number in range(50):
        make_password(f"mat-khau-{number}")
    theirs = (time.perf_counter() - start) / 50 * many
    name = f"{many} phiếu mật khẩu (băm, ghi, in) so với chỉ băm như mật khẩu của người dùng"
    return [at_most(name, 1000 * ours, 1000 * theirs, 1)]


@bench
def past_years(options: Options) -> list[Measured]:
    """Files of five past years of each residential area read, checked and recorded, beside one `bulk_create`.

    Above the rows one file may hold there are as many files as that takes, one after the other."""
    if not Programme.objects.filter(code="safety", sets__status="published").exists():
        call_command("load_criteria", verbosity=0)
    with rolled_back():
        province, areas = _province(max(1, options.files // len(YEARS)))
        staff = User.objects.create(username="nhap.nam.truoc", post="Cán bộ cấp tỉnh")
        place_person(staff, province, Role.STAFF, by=None, valid_from=OPENED)
        rows = [[f"DV{area.pk}", str(year), "safety", "Đạt", "", "Hồ sơ lưu"] for area in areas for year in YEARS]
        heads = [past_results.COLUMNS[name] for name in ("unit", "year", "programme", "result", "paper", "source")]
        parts = [rows[first : first + MAX_ROWS] for first in range(0, len(rows), MAX_ROWS)]
        files = [writing.as_csv(heads, part) for part in parts]

        def record() -> None:
            for data in files:
                found = past_results.read(data, "nam-truoc.csv", staff)
                if found.problems:
                    raise RuntimeError(str(found.problems[:3]))
                record_past(found.rows.values(), province, by=staff, reason="Đo.")

        def ours() -> None:
            with rolled_back():
                record()

        with rolled_back():
            record()
            years = list(Cycle.objects.filter(province=province))
            dossiers = list(Evaluation.objects.filter(province=province))

        def theirs() -> None:
            with rolled_back():
                made = {year.pk: _as_new(year) for year in years}
                Cycle.objects.bulk_create(made.values())
                Evaluation.objects.bulk_create([_as_new(one, cycle=made[one.cycle_id]) for one in dossiers], 1000)

        mine, plain = timed(ours, theirs, rounds=options.rounds)
    name = f"{len(rows)} kết quả năm trước từ {len(files)} tệp (đọc, kiểm tra, ghi) so với một bulk_create"
    return [at_most(name, mine, plain, 3)]


@bench
def register_rows(options: Options) -> list[Measured]:
    """A workbook of a register: read beside openpyxl, checked, written beside one `bulk_create` of as many rows."""
    register, named = REGISTERS["so-ho"], "so-ho.xlsx"
    with rolled_back():
        province, areas = _province(max(1, options.files // len(YEARS)))
        staff = User.objects.create(username="ghi.so", post="Cán bộ cấp tỉnh")
        place_person(staff, province, Role.STAFF, by=None, valid_from=OPENED)
        rows = [[f"DV{area.pk}", year, 120, 10, 300, 50] for area in areas for year in YEARS]
        data = writing.as_xlsx(register.title, register_files.headings(register)[: len(rows[0])], rows)
        count_the_tables()

        def check() -> register_files.RegisterFile:
            found = register_files.read(register, data, named, staff)
            if found.problems:
                raise RuntimeError(str(found.problems[:3]))
            return found

        def write() -> None:
            with rolled_back():
                write_rows(register, check().rows.values(), by=staff)

        def plain() -> None:
            made = [Headcount(unit=area, year=year, households=120, workers=300) for area in areas for year in YEARS]
            with rolled_back():
                Headcount.objects.bulk_create(made, 1000)

        reading, openpyxl = timed(lambda: sheets_of(data, named), lambda: _by_openpyxl(data), rounds=options.rounds)
        checking, again = timed(check, lambda: _by_openpyxl(data), rounds=options.rounds)
        written, bulk = timed(write, plain, rounds=options.rounds)
    many = f"{len(rows)} dòng sổ từ bảng tính"
    return [
        faster(f"Đọc {many} so với openpyxl", reading, openpyxl, 5),
        below(f"Đọc và kiểm tra {many}", checking, again, 3000, unit="ms"),
        at_most(
            f"Nhập {many} (đọc, kiểm tra, ghi) so với openpyxl đọc rồi một bulk_create", written, openpyxl + bulk, 3
        ),
    ]


def _by_openpyxl(data: bytes) -> list[tuple]:
    return list(load_workbook(io.BytesIO(data), read_only=True).worksheets[0].iter_rows(values_only=True))


def _as_new(row, **fields):
    """A row that holds the same and is not stored yet."""
    same = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key}
    return type(row)(**(same | {f"{name}_id": held.pk for name, held in fields.items()}))


def _province(areas: int) -> tuple[Unit, list[Unit]]:
    (province,) = place_units([NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name="Tỉnh Đo")], on=OPENED)
    (commune,) = place_units(
        [NewUnit(kind=UnitKind.COMMUNE, subtype=Subtype.COMMUNE, name="Xã Đo", parent=province)], on=OPENED
    )
    opening = [
        NewUnit(kind=UnitKind.RESIDENTIAL_AREA, subtype=Subtype.VILLAGE, name=f"Thôn {number}", parent=commune)
        for number in range(areas)
    ]
    return province, place_units(opening, on=OPENED)
