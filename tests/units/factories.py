"""Small real units, people and committees for tests."""

from datetime import date
from itertools import count
from types import SimpleNamespace

from units import services
from units.enums import CommitteeKind, Role, Subtype, UnitKind
from units.models import Placement, Unit, User
from units.services import NewUnit

OPENED = date(2020, 1, 1)
numbers = count(1)


def make_province(name: str = "Tỉnh Mẫu", code: str = "98", *, on: date = OPENED) -> Unit:
    row = NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name=name, code=code)
    return services.place_units([row], on=on)[0]


def make_units(parent: Unit, kind: str, subtype: str, names: list[str], *, on: date = OPENED, **fields) -> list[Unit]:
    rows = [NewUnit(kind=kind, subtype=subtype, name=name, parent=parent, **fields) for name in names]
    return services.place_units(rows, on=on)


def make_tree(letter: str = "A", *, on: date = OPENED) -> SimpleNamespace:
    """A province, two districts, two communes each, two areas a commune; an organisation of each kind.

    The agency and the enterprise are managed by the first commune, the school by the first district.
    """
    province = make_province(f"Tỉnh {letter}", on=on)
    districts = make_units(
        province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, [f"Huyện {letter}{i}" for i in (1, 2)], on=on
    )
    communes = [
        commune
        for district in districts
        for commune in make_units(
            district,
            UnitKind.COMMUNE,
            Subtype.COMMUNE,
            [f"Xã {district.name[6:]}.{i}" for i in (1, 2)],
            on=on,
        )
    ]
    areas = [
        area
        for commune in communes
        for area in make_units(
            commune,
            UnitKind.RESIDENTIAL_AREA,
            Subtype.VILLAGE,
            [f"Thôn {i} ({commune.name[3:]})" for i in (1, 2)],
            on=on,
        )
    ]
    home = communes[0]
    agency = make_units(home, UnitKind.AGENCY, Subtype.STATE_BODY, [f"Cơ quan {letter}"], on=on, stands_in=home)[0]
    enterprise = make_units(
        home, UnitKind.ENTERPRISE, Subtype.MEDIUM_ENTERPRISE, [f"Doanh nghiệp {letter}"], on=on, stands_in=home
    )[0]
    school = make_units(
        districts[0], UnitKind.SCHOOL, Subtype.LOWER_SECONDARY, [f"Trường {letter}"], on=on, stands_in=home
    )[0]
    return SimpleNamespace(
        province=province,
        districts=districts,
        communes=communes,
        areas=areas,
        agency=agency,
        enterprise=enterprise,
        school=school,
        organisations=[agency, enterprise, school],
    )


def make_user(role: str = Role.OFFICER, unit: Unit | None = None, *, post: str = "", valid_from: date = OPENED) -> User:
    """A person with the role at the unit (none: an account without a placement); the password is "mat-khau"."""
    username = f"nguoi-{next(numbers)}"
    user = User.objects.create_user(
        username, password="mat-khau", post=post or f"{Role(role).label} {unit or ''}".strip()
    )
    if unit is not None:
        Placement.objects.create(user=user, unit=unit, role=role, valid_from=valid_from)
    return user


def make_committee(unit: Unit, *, members: int = 3, on: date = OPENED) -> SimpleNamespace:
    """A committee of the level with a chair, a standing member and further members, each placed and seated."""
    rules = services.CommitteeRules(50, 50)
    services.place_committees([unit], kind=CommitteeKind.MOVEMENT, rules=rules, prefix="Ban Chỉ đạo", on=on, by=None)
    committee = unit.committees.get()
    roles = [Role.CHAIR, Role.STANDING, *[Role.MEMBER] * members][:members]
    people = [make_user(role, unit) for role in roles]
    seats = [
        services.seat(committee, person, Role(role).label, by=None, valid_from=on)
        for person, role in zip(people, roles, strict=True)
    ]
    return SimpleNamespace(committee=committee, people=people, seats=seats, chair=people[0])
