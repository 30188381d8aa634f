"""Residential areas and organisations of the demo places: named by rule, the same every time, marked as demo.

How many there are is real (Bắc Giang: 1,862 organisations, report of 2020; Nga Sơn: 234 areas, 89 schools and 20
agencies and enterprises, report of 2018); what they are called is not.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, cast
from zlib import crc32

from django.db import transaction

from units import services
from units.enums import LEVELS, CommitteeKind, Subtype, UnitKind
from units.models import Committee, Unit
from units.names import in_sentence
from units.services import CommitteeRules, NewUnit

from ..core.vietnamese import text

BAC_GIANG, BAC_NINH, THANH_HOA, DONG_NAI, QUANG_NINH = "24", "27", "38", "75", "22"
COMMITTEE = "Ban Chỉ đạo phòng, chống tội phạm, tệ nạn xã hội và xây dựng phong trào toàn dân bảo vệ ANTQ"
AREAS = {BAC_GIANG: 2300, BAC_NINH: 242, THANH_HOA: 234, DONG_NAI: 84, QUANG_NINH: 57}  # two or three to a commune
ORGANISATIONS = 1862
DELEGATED = "Trường Trung học phổ thông Lạng Giang số 1"  # the province manages it, it stands in the district
DELEGATION: dict[str, Any] = {
    "valid_from": date(2024, 1, 1),
    "valid_to": date(2028, 12, 31),
    "number": "01/QĐ-UBND (dữ liệu mẫu)",
    "signed_on": date(2023, 12, 15),
}
VILLAGES = (
    *("Đông", "Tây", "Nam", "Bắc", "Trung", "Thượng", "Hạ", "Nội", "Ngoại", "Giữa", "Đình", "Chùa"),
    *("Chợ", "Mới", "Đồi", "Cầu", "Ngòi", "Đầm", "Bến", "Gò", "Trại", "Đền", "Tân", "Nguộn"),
)
DISTRICT_OFFICES = (
    "Văn phòng Uỷ ban nhân dân",
    "Phòng Nội vụ",
    "Phòng Tư pháp",
    "Phòng Tài chính - Kế hoạch",
    "Phòng Tài nguyên và Môi trường",
    "Phòng Lao động - Thương binh và Xã hội",
    "Phòng Văn hoá và Thông tin",
    "Phòng Giáo dục và Đào tạo",
    "Phòng Y tế",
    "Phòng Kinh tế và Hạ tầng",
    "Phòng Nông nghiệp và Phát triển nông thôn",
    "Phòng Dân tộc",
    "Thanh tra",
    "Toà án nhân dân",
    "Viện kiểm sát nhân dân",
    "Chi cục Thi hành án dân sự",
    "Chi cục Thuế",
    "Kho bạc Nhà nước",
    "Bảo hiểm xã hội",
    "Hạt Kiểm lâm",
    "Uỷ ban Mặt trận Tổ quốc",
    "Liên đoàn Lao động",
    "Hội Liên hiệp Phụ nữ",
    "Hội Nông dân",
    "Hội Cựu chiến binh",
    "Đoàn Thanh niên",
    "Trung tâm Y tế",
    "Trung tâm Văn hoá, Thể thao",
)
PROVINCE_OFFICES = (
    *("Nội vụ", "Tư pháp", "Tài chính", "Kế hoạch và Đầu tư", "Công Thương", "Giao thông vận tải", "Xây dựng"),
    *("Nông nghiệp và Phát triển nông thôn", "Tài nguyên và Môi trường", "Thông tin và Truyền thông", "Y tế"),
    *("Lao động - Thương binh và Xã hội", "Văn hoá, Thể thao và Du lịch", "Khoa học và Công nghệ"),
    *("Giáo dục và Đào tạo", "Ngoại vụ"),
)
SOCIAL = ("Uỷ ban Mặt trận", "Liên đoàn", "Hội ", "Đoàn ")
SERVICES = ("Trung tâm", "Trạm", "Bệnh viện", "Thư viện", "Bảo tàng", "Quỹ", "Ban Quản lý", "Bảo hiểm", "Đài")
TRADES = (
    *("may", "cơ khí", "điện tử", "bao bì", "chế biến nông sản", "vật liệu xây dựng", "vận tải", "xây dựng"),
    *("thương mại", "giày da", "đồ gỗ", "dược liệu"),
)


@transaction.atomic
def add(province: Unit) -> list[Unit]:
    """Place the demo units the province still lacks; none when all are there or the province has no demo."""
    services.lock_tree()
    plans = {BAC_GIANG: _bac_giang, THANH_HOA: _nga_son} | dict.fromkeys((BAC_NINH, DONG_NAI, QUANG_NINH), _few_of_each)
    plan = plans.get(province.code)
    if plan is None:
        return []
    below = Unit.objects.filter(province=province)
    held = {(parent, kind, text.match_key(name)) for parent, kind, name in below.values_list("parent", "kind", "name")}
    levels = list(below.filter(kind__in=LEVELS, is_demo=False).select_related("parent"))
    rows = [
        row
        for row in plan(province, levels)
        if (cast(Unit, row.parent).pk, row.kind, text.match_key(row.name)) not in held
    ]
    return services.place_units(rows, on=province.opened_on, demo=True)


def make_committees(province: Unit) -> int:
    """A steering committee for the province, each district and each commune that has none; returns how many."""
    levels = Unit.objects.filter(province=province, kind__in=LEVELS)
    return len(found_where_missing(levels, province.opened_on))


def found_where_missing(levels: Iterable[Unit], day: date) -> list[Committee]:
    """The act by which an administrator founds committees, with the demo's name and rules."""
    rules = CommitteeRules(50, 50, ground="Quy chế hoạt động mẫu của Ban Chỉ đạo")
    kind = CommitteeKind.MOVEMENT
    return services.place_committees(levels, kind=kind, rules=rules, prefix=COMMITTEE, on=day, by=None)


def hand_down(province: Unit) -> None:
    """The province hands one of its schools to the district it stands in; once."""
    school = Unit.objects.select_related("stands_in__district").get(province=province, name=DELEGATED, is_demo=True)
    if not school.delegations.exists():
        district = Unit.objects.get(kind=UnitKind.DISTRICT, children=school.stands_in_id)
        services.delegate(school, district, **DELEGATION, by=None)


def _of(levels: list[Unit], kind: str) -> list[Unit]:
    """In the order of the State's codes, so that the plan is the same on every machine."""
    return sorted((unit for unit in levels if unit.kind == kind), key=lambda unit: (unit.code or "~", unit.name))


def _short(unit: Unit) -> str:
    return unit.name[len(Subtype(unit.subtype).label) :].strip()


def _bac_giang(province: Unit, levels: list[Unit]) -> Iterator[NewUnit]:
    communes, districts = _of(levels, UnitKind.COMMUNE), _of(levels, UnitKind.DISTRICT)
    for commune, many in zip(communes, _shares(communes, AREAS[BAC_GIANG]), strict=True):
        yield from _areas(commune, many)
    organisations = [
        *(row for commune in communes for row in _commune_bodies(commune)),
        *(row for district in districts for row in _district_bodies(district, _seat(district, communes))),
        *_province_bodies(province, districts, communes),
    ]
    yield from organisations
    for number in range(ORGANISATIONS - len(organisations)):
        yield _enterprise(number + 1, communes[(number * 37) % len(communes)], province)


def _shares(communes: list[Unit], total: int) -> list[int]:
    """`total` areas over the communes, 8 to 14 each by a fixed rule, then evened out to the exact number."""
    shares = [8 + crc32(commune.name.encode()) % 7 for commune in communes]
    step = 1 if sum(shares) < total else -1
    place = 0
    while sum(shares) != total:
        shares[place % len(shares)] += step
        place += 1
    return shares


def _areas(commune: Unit, many: int) -> Iterator[NewUnit]:
    rural = commune.subtype == Subtype.COMMUNE
    start = crc32(commune.name.encode()) % len(VILLAGES)
    for number in range(many):
        village = VILLAGES[(start + number * 5) % len(VILLAGES)]  # 5 and 24 share no factor: no name twice
        yield NewUnit(
            kind=UnitKind.RESIDENTIAL_AREA,
            subtype=Subtype.VILLAGE if rural else Subtype.STREET_GROUP,
            name=f"Thôn {village}" if rural else f"Tổ dân phố số {number + 1}",
            parent=commune,
            opened_on=commune.opened_on,
        )


def _organisation(kind: str, subtype: str, name: str, parent: Unit, ground: Unit) -> NewUnit:
    return NewUnit(kind=kind, subtype=subtype, name=name, parent=parent, stands_in=ground, opened_on=parent.opened_on)


def _agency(name: str, parent: Unit, ground: Unit) -> NewUnit:
    subtype = Subtype.STATE_BODY
    if name.startswith(SOCIAL):
        subtype = Subtype.SOCIAL_BODY
    elif name.startswith(SERVICES):
        subtype = Subtype.PUBLIC_SERVICE
    return _organisation(UnitKind.AGENCY, subtype, name, parent, ground)


def _school(subtype: str, name: str, parent: Unit, ground: Unit) -> NewUnit:
    return _organisation(UnitKind.SCHOOL, subtype, name, parent, ground)


def _commune_bodies(commune: Unit) -> Iterator[NewUnit]:
    """Its People's Committee, its health station and its lower secondary school.

    In wards and townships the district's education office manages the school; elsewhere the commune, by delegation.
    """
    yield _agency(f"Uỷ ban nhân dân {in_sentence(commune.name)}", commune, commune)
    yield _agency(f"Trạm Y tế {in_sentence(commune.name)}", commune, commune)
    manager = commune if commune.subtype == Subtype.COMMUNE else cast(Unit, commune.parent)
    yield _school(Subtype.LOWER_SECONDARY, f"Trường Trung học cơ sở {_short(commune)}", manager, commune)


def _seat(district: Unit, communes: list[Unit]) -> Unit:
    """The township or ward where the district's offices stand; the first commune where there is none."""
    own = [commune for commune in communes if commune.parent_id == district.pk]
    return next((commune for commune in own if commune.subtype != Subtype.COMMUNE), own[0])


def _district_bodies(district: Unit, ground: Unit) -> Iterator[NewUnit]:
    for office in DISTRICT_OFFICES:
        yield _agency(f"{office} {in_sentence(district.name)}", district, ground)
    name = f"Trung tâm Giáo dục nghề nghiệp - Giáo dục thường xuyên {in_sentence(district.name)}"
    yield _school(Subtype.COLLEGE, name, district, ground)


def _province_bodies(province: Unit, districts: list[Unit], communes: list[Unit]) -> Iterator[NewUnit]:
    wards = [commune for commune in communes if commune.subtype == Subtype.WARD] or communes
    offices = [f"Sở {field}" for field in PROVINCE_OFFICES]
    offices += ["Thanh tra tỉnh", "Văn phòng Uỷ ban nhân dân tỉnh", "Cục Thuế tỉnh", "Cục Thống kê tỉnh"]
    offices += [f"Bệnh viện đa khoa khu vực số {number}" for number in (1, 2, 3)]
    offices += ["Thư viện tỉnh", "Bảo tàng tỉnh", "Ban Quản lý các khu công nghiệp tỉnh", "Quỹ Đầu tư phát triển tỉnh"]
    for number, office in enumerate(offices):
        yield _agency(office, province, wards[number % len(wards)])
    for district in districts:
        own = [commune for commune in communes if commune.parent_id == district.pk]
        for number in range(5):
            name = f"Trường Trung học phổ thông {_short(district)} số {number + 1}"
            yield _school(Subtype.UPPER_SECONDARY, name, province, own[number * 3 % len(own)])
    for number in range(1, 7):
        yield _school(Subtype.COLLEGE, f"Trường Cao đẳng mẫu số {number}", province, wards[number % len(wards)])


def _enterprise(number: int, ground: Unit, province: Unit) -> NewUnit:
    """Three medium ones in four, mostly under their commune; a large one under the district or the province."""
    name = f"Doanh nghiệp {TRADES[number % len(TRADES)]} mẫu số {number} ({_short(ground)})"
    if number % 4:
        manager = cast(Unit, ground.parent) if number % 5 == 0 else ground
        return _organisation(UnitKind.ENTERPRISE, Subtype.MEDIUM_ENTERPRISE, name, manager, ground)
    manager = province if number % 8 else cast(Unit, ground.parent)
    return _organisation(UnitKind.ENTERPRISE, Subtype.LARGE_ENTERPRISE, name, manager, ground)


def _few_of_each(province: Unit, levels: list[Unit]) -> Iterator[NewUnit]:
    """Two or three areas and the usual bodies to a commune, four offices to a district, a few of the province."""
    communes, districts = _of(levels, UnitKind.COMMUNE), _of(levels, UnitKind.DISTRICT)
    for commune in communes:
        yield from _areas(commune, AREAS[province.code] // len(communes))
        yield from _commune_bodies(commune)
    for district in districts:
        ground = _seat(district, communes)
        for office in DISTRICT_OFFICES[:4]:
            yield _agency(f"{office} {in_sentence(district.name)}", district, ground)
    ground = _seat(districts[0], communes)
    for field in PROVINCE_OFFICES[:4]:
        yield _agency(f"Sở {field}", province, ground)
    yield _school(Subtype.UPPER_SECONDARY, f"Trường Trung học phổ thông {_short(districts[0])}", province, ground)
    name = f"Doanh nghiệp {TRADES[0]} mẫu số 1 ({_short(ground)})"
    yield _organisation(UnitKind.ENTERPRISE, Subtype.LARGE_ENTERPRISE, name, province, ground)


def _nga_son(province: Unit, levels: list[Unit]) -> Iterator[NewUnit]:
    """234 areas, 89 schools (all levels: the rule book of 2012 counted them), 20 agencies and enterprises."""
    communes, district = _of(levels, UnitKind.COMMUNE), _of(levels, UnitKind.DISTRICT)[0]
    ground = _seat(district, communes)
    base, more = divmod(AREAS[THANH_HOA], len(communes))
    for place, commune in enumerate(communes):
        for number in range(1, base + (place < more) + 1):
            rural = commune.subtype == Subtype.COMMUNE
            yield NewUnit(
                kind=UnitKind.RESIDENTIAL_AREA,
                subtype=Subtype.VILLAGE if rural else Subtype.STREET_GROUP,
                name=f"Thôn {number}" if rural else f"Tiểu khu {number}",
                parent=commune,
                opened_on=commune.opened_on,
            )
        yield _school(Subtype.KINDERGARTEN, f"Trường Mầm non {_short(commune)}", commune, commune)
        yield _school(Subtype.PRIMARY, f"Trường Tiểu học {_short(commune)}", commune, commune)
        yield _school(Subtype.LOWER_SECONDARY, f"Trường Trung học cơ sở {_short(commune)}", commune, commune)
    for number in range(1, 8):
        yield _school(Subtype.UPPER_SECONDARY, f"Trường Trung học phổ thông mẫu số {number}", district, ground)
    yield _school(Subtype.COLLEGE, "Trung tâm Giáo dục thường xuyên huyện Nga Sơn", district, ground)
    for office in DISTRICT_OFFICES[:14]:
        yield _agency(f"{office} huyện Nga Sơn", district, ground)
    for number in range(1, 7):
        name = f"Doanh nghiệp {TRADES[number]} mẫu số {number} (Nga Sơn)"
        yield _organisation(UnitKind.ENTERPRISE, Subtype.MEDIUM_ENTERPRISE, name, district, ground)
