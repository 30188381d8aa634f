"""Registers of the demo: Nga Sơn true to the totals of its report of 2018, one commune of Đồng Nai made up.

What the report counts for the whole district is spread evenly over its residential areas; every row is marked as demo.
"""

from collections.abc import Iterator
from datetime import date

from django.db import transaction

from units import registers, services
from units.enums import AreaStanding, Force, ModelField, ModelRating, UnitKind
from units.models import (
    AreaClass,
    Committee,
    ForceStrength,
    GroupCount,
    Headcount,
    MassModel,
    ModelYear,
    RegisterRow,
    Seat,
    SecurityTeam,
    TeamYear,
    Unit,
)
from units.names import in_sentence
from units.registers import REGISTERS
from units.services import SeatRow

from .units import DONG_NAI, THANH_HOA

FOUNDED, REPORTED = date(2008, 5, 25), date(2018, 6, 12)  # the decision on the committees; the report
FIRST, LAST, MADE_UP_YEAR = 2008, 2018, 2023
SEATS, REPLACED, SEATS_AT_LAST = 501, 463, 613
BOARD = "Ban Chỉ đạo ANTT"
GROUPS = {FIRST: (1242, 33_069), LAST: (1245, 38_446)}  # groups and their members
HOUSEHOLDS = 40_048  # 38,446 are 96 % of them
TEAM = 3  # 702 members in 234 teams
MODELS = (  # name, field, members, teams
    ("Nông dân với ANTT", ModelField.SELF_RULE, 18_900, 234),
    ("Đội thanh niên xung kích phòng, chống tai, tệ nạn xã hội", ModelField.CRIME, 315, 0),
    ("Tuyến đường tự quản", ModelField.SELF_RULE, 1386, 0),
    ("Gia đình phụ nữ không có người thân vi phạm pháp luật và tệ nạn xã hội", ModelField.FAMILY, 1144, 0),
    ("Phòng chống bạo lực gia đình", ModelField.FAMILY, 402, 0),
    ("Phụ nữ với an toàn giao thông và vệ sinh môi trường", ModelField.TRAFFIC, 85, 0),
    ("Xây dựng gia đình hạnh phúc", ModelField.FAMILY, 4559, 0),
    ("Doanh nhân với ANTT", ModelField.WORKPLACE, 300, 0),
    ("Cụm giáp ranh an toàn về ANTT", ModelField.LINK, 0, 0),
)
HALF = {"quorum_percent": 50, "approval_percent": 50}
BY_MODEL = {register.model: register for register in REGISTERS.values()}


@transaction.atomic
def add(province: Unit) -> None:
    """Write the demo rows the province still lacks; a second run changes nothing."""
    day = REPORTED if province.code == THANH_HOA else date(MADE_UP_YEAR, 12, 31)
    units = list(Unit.objects.filter(province=province).open_on(day).order_by("sort_key", "pk"))
    areas = [unit for unit in units if unit.kind == UnitKind.RESIDENTIAL_AREA]
    communes = [unit for unit in units if unit.kind == UnitKind.COMMUNE]
    if province.code == THANH_HOA:
        district = next(unit for unit in units if unit.kind == UnitKind.DISTRICT)
        _nga_son(district, communes, areas)
        _boards(communes)
    elif province.code == DONG_NAI:
        home = next(unit for unit in communes if unit.name == "Xã Xuân Định")
        _one_commune(home, [area for area in areas if area.commune_id == home.pk])


def _put(*rows: RegisterRow) -> None:
    for row in rows:
        row.is_demo = True
    registers.write_rows(BY_MODEL[type(rows[0])], rows, by=None)


def _shares(total: int, many: int) -> Iterator[int]:
    each, more = divmod(total, many)
    return (each + (place < more) for place in range(many))


def _nga_son(district: Unit, communes: list[Unit], areas: list[Unit]) -> None:
    teams = [SecurityTeam(unit=area, name=f"Tổ bảo vệ ANTT {area.name}", founded_on=FOUNDED) for area in areas]
    _put(*teams)
    _put(*(TeamYear(team=team, year=year, members=TEAM) for team in teams for year in GROUPS))
    rows = []
    for year, (groups, members) in GROUPS.items():
        for area, own, people in zip(areas, _shares(groups, len(areas)), _shares(members, len(areas)), strict=True):
            posts = own if year == LAST else 0
            rows.append(GroupCount(unit=area, year=year, groups=own, leaders=posts, deputies=posts, members=people))
    _put(*rows)
    shares = zip(areas, _shares(HOUSEHOLDS, len(areas)), strict=True)
    _put(*(Headcount(unit=area, year=LAST, households=own) for area, own in shares))
    models = [MassModel(unit=district, name=name, field=kind, founded_on=FOUNDED) for name, kind, _, _ in MODELS]
    _put(*models)
    told = zip(models, MODELS, strict=True)
    _put(
        *(
            ModelYear(model=model, year=LAST, members=members, teams=teams, rating=ModelRating.EFFECTIVE)
            for model, (_, _, members, teams) in told
        )
    )
    hard = {2017: communes[:3], LAST: communes[:1]}  # two of three places made safe; which ones the report leaves open
    _put(
        *(
            AreaClass(unit=commune, year=year, standing=AreaStanding.ORDER if commune in places else AreaStanding.LOW)
            for year, places in hard.items()
            for commune in communes
        )
    )
    _put(*(ForceStrength(unit=one, year=LAST, force=Force.COMMUNE_POLICE, planned=3, present=3) for one in communes))


def _boards(communes: list[Unit]) -> None:
    """The communes' committees of 2008 with the seats the report counts; they ended with it, as the demo tells it."""
    if Committee.objects.filter(unit__in=communes, name__startswith=BOARD).exists():
        return
    boards = Committee.objects.bulk_create(
        Committee(
            unit=commune, name=f"{BOARD} {in_sentence(commune.name)}", valid_from=FOUNDED, valid_to=REPORTED, **HALF
        )
        for commune in communes
    )
    first = [_seat(boards[n % len(boards)], f"Chức vụ số {n // len(boards) + 1}", FOUNDED) for n in range(SEATS)]
    heirs = [
        SeatRow(_seat(row.seat.committee, row.seat.host_post, date(2009 + n % 9, 3, 1)).seat, row)
        for n, row in enumerate(first[:REPLACED])
    ]
    later = [
        _seat(boards[n % len(boards)], f"Thủ trưởng cơ quan, hiệu trưởng số {n // len(boards) + 1}", date(2012, 9, 1))
        for n in range(SEATS_AT_LAST - SEATS)
    ]
    services.write_seats([*first, *heirs, *later], by=None)


def _seat(board: Committee, host_post: str, since: date) -> SeatRow:
    return SeatRow(Seat(committee=board, post="Thành viên", host_post=host_post, valid_from=since, is_demo=True))


def _one_commune(home: Unit, areas: list[Unit]) -> None:
    year = MADE_UP_YEAR
    teams = [SecurityTeam(unit=area, name=f"Tổ bảo vệ ANTT {area.name}", founded_on=date(2021, 3, 1)) for area in areas]
    _put(*teams)
    _put(*(TeamYear(team=team, year=year, members=TEAM, trained=2) for team in teams))
    _put(*(GroupCount(unit=area, year=year, groups=6, leaders=6, deputies=6, members=180) for area in areas))
    _put(*(Headcount(unit=area, year=year, households=190, camera_households=38) for area in areas))
    _put(AreaClass(unit=home, year=year, standing=AreaStanding.LOW))
    _put(ForceStrength(unit=home, year=year, force=Force.GRASSROOTS, planned=12, present=11, trained=11))
    model = MassModel(unit=home, name="Tổ liên gia tự quản", field=ModelField.SELF_RULE, founded_on=date(2021, 6, 1))
    _put(model)
    _put(ModelYear(model=model, year=year, members=540, sites=3, teams=18, rating=ModelRating.EFFECTIVE))
