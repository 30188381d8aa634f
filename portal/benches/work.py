"""A day's heavy work against the plain way: a file of units taken in, a workbook written, a sitting closed."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluations import services
from evaluations.enums import Ballot, Side
from evaluations.judging.dossiers import judged_dossiers
from evaluations.models import Evaluation, Sitting
from portal.core.sheets.reading import MAX_ROWS
from units.enums import CommitteeKind, Role, Subtype, UnitKind
from units.files.unit_resource import UnitResource
from units.files.units import read
from units.models import Unit, User
from units.services import CommitteeRules, NewUnit, found_committee, place_person, place_units, seat

from . import Measured, Options, at_most, below, bench, count_the_tables, only_on_postgresql, rolled_back, timed
from .judge import answered_dossiers
from .paper import run_child

DAY = date(2024, 1, 2)
HEAD = "key,kind,subtype,code,name,parent_key,opened_on"
AREAS = 63  # of a commune, named alike in each: 210,000 in the 3,321 of the nation
SITTING = 300  # dossiers on one agenda
# As they stand before a sitting: appraised, the appraisers having taken over the own answers.
TAKEN_OVER = """
UPDATE evaluations_answer SET appraised_met = met, appraised_value = value, appraised_numerator = numerator,
  appraised_denominator = denominator, appraised_excuse = excuse, appraised_not_applicable = not_applicable
WHERE evaluation_id = ANY(%s)
"""
APPRAISED = "UPDATE evaluations_evaluation SET state = 'appraised' WHERE id = ANY(%s)"


@bench
def import_units(options: Options) -> list[Measured]:
    """Files of so many residential areas read, checked and written, beside one `bulk_create` of as many units.

    Above the rows one file may hold there are as many files as that takes, one after the other."""
    with rolled_back():
        province, communes = _communes(1 + options.files // AREAS)
        above = [communes[number // AREAS] for number in range(options.files)]
        lines = [
            f"t{number},residential_area,thon,,{_name(number)},DV{commune.pk},2024-01-02"
            for number, commune in enumerate(above)
        ]
        parts = [lines[first : first + MAX_ROWS] for first in range(0, len(lines), MAX_ROWS)]
        files = ["\n".join([HEAD, *part]).encode() for part in parts]

        def ours() -> None:
            with rolled_back():
                for data in files:
                    if problems := UnitResource("do.csv").apply(read(data, "do.csv")):
                        raise RuntimeError(str(problems[:3]))

        def theirs() -> None:
            fields = {"kind": UnitKind.RESIDENTIAL_AREA, "subtype": Subtype.VILLAGE, "province": province}
            with rolled_back():
                Unit.objects.bulk_create(
                    [
                        Unit(name=_name(number), parent=commune, commune=commune, opened_on=DAY, **fields)
                        for number, commune in enumerate(above)
                    ],
                    500,
                )

        mine, plain = timed(ours, theirs, rounds=options.rounds)
    name = f"Nhập {options.files} đơn vị từ {len(files)} tệp (đọc, kiểm tra, ghi) so với một bulk_create"
    return [at_most(name, mine, plain, 3)]


@bench
def xlsx(options: Options) -> list[Measured]:
    """The roster as a workbook, beside openpyxl writing the same cells without a style; each in a child."""
    rows = []
    for number in options.pdf_rows:
        runs = [
            (run_child("ours-xlsx", number), run_child("plain-xlsx", number))
            for _ in range(max(1, options.rounds // 2))
        ]
        ours, theirs = (sorted(run[way]["seconds"] for run in runs)[len(runs) // 2] for way in (0, 1))
        peak, plain = (max(run[way]["megabytes"] for run in runs) for way in (0, 1))
        rows.append(at_most(f"XLSX {number} dòng, thời gian", ours, theirs, 4, unit="giây"))
        rows.append(below(f"XLSX {number} dòng, bộ nhớ cao nhất", peak, plain, 250, unit="MB"))
    return rows


@bench
def close_a_sitting(options: Options) -> list[Measured]:
    """Counting votes, judging, moving every dossier of the agenda and drafting the decision, beside judging alone."""
    if only_on_postgresql("Phiên họp"):
        return []
    with rolled_back():
        dossiers = answered_dossiers(min(SITTING, options.evaluations))
        pks = [dossier.pk for dossier in dossiers]
        with connection.cursor() as cursor:
            cursor.execute(TAKEN_OVER, [pks])
            cursor.execute(APPRAISED, [pks])
        sitting, chair = _voted(dossiers[0], pks)
        count_the_tables()

        def ours() -> None:
            with rolled_back():
                services.close_sitting(sitting, by=chair)

        def theirs() -> None:
            for one in judged_dossiers(dossiers).values():
                one.verdict(Side.APPRAISED)

        mine, plain = timed(ours, theirs, rounds=options.rounds)
        with CaptureQueriesContext(connection) as many:
            ours()
        with CaptureQueriesContext(connection) as bare:
            theirs()
    name = f"phiên họp {len(pks)} hồ sơ"
    return [
        at_most(f"Kết thúc {name} so với chỉ chấm các hồ sơ đó", mine, plain, 4),
        below(f"Câu lệnh khi kết thúc {name}", len(many), len(bare), 60, unit="câu lệnh"),
    ]


def _voted(first: Evaluation, pks: list[int]) -> tuple[Sitting, User]:
    """A sitting of the committee that decides the first, all on its agenda, every member's ballots cast."""
    place, cycle = Unit.objects.get(pk=first.decision_unit_id or 0), first.cycle
    rules = CommitteeRules(50, 50)
    committee = found_committee(place, by=None, kind=CommitteeKind.MOVEMENT, rules=rules, valid_from=DAY)
    people = []
    for role in (Role.CHAIR, Role.STANDING, Role.MEMBER):
        person = User.objects.create(username=f"hop-{role}", post=f"Đo {role}")
        place_person(person, place, role, by=None, valid_from=DAY)
        seat(committee, person, Role(role).label, by=None, valid_from=DAY)
        people.append(person)
    chair, standing, _ = people
    sitting = services.create_sitting(
        committee, cycle, held_on=date(2024, 11, 4), place="", chair=None, secretary=None, by=standing
    )
    services.table_waiting(sitting, pks, by=standing)
    seats = list(committee.seats.all())
    services.set_attendance(sitting, seats, minutes="", by=standing)
    for one in seats:
        services.cast_votes(
            sitting, one, dict.fromkeys(sitting.items.values_list("pk", flat=True), Ballot.FOR), by=standing
        )
    return sitting, chair


def _name(number: int) -> str:
    return f"Thôn {1 + number % AREAS}"


def _communes(many: int) -> tuple[Unit, list[Unit]]:
    (province,) = place_units([NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name="Tỉnh Nhập")], on=DAY)
    opening = [
        NewUnit(kind=UnitKind.COMMUNE, subtype=Subtype.COMMUNE, name=f"Xã Nhập {number}", parent=province)
        for number in range(many)
    ]
    return province, place_units(opening, on=DAY)
