"""Who signs in to the demo: posts, not persons, each with its place and its seat."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import make_password
from django.db import transaction

from units.enums import LEVELS, Role
from units.models import Committee, Placement, Seat, Unit, User
from units.names import in_sentence

from .places import BAC_GIANG, BAC_NINH, COMMUNE, DISTRICT, DONG_NAI, FIRST_DAY, PROVINCE, QUANG_NINH, SISTER, THANH_HOA

SINCE = {THANH_HOA: date(2018, 1, 1)}  # its open year is 2018
PASSWORD = "Antt-xem-thu-2024"  # noqa: S105 -- the demo's only password, printed at every start


@dataclass(frozen=True)
class Account:
    """A demo account: who it is, where, and the committee seat it holds."""

    username: str
    post: str
    place: str
    role: Role
    seat: str = ""
    host_post: str = ""
    province: str = BAC_GIANG
    also: tuple[tuple[str, str], ...] = ()  # (province, place) of the same role elsewhere


def _body(key: str, place: str, police: str, chair: str, province: str = BAC_GIANG) -> tuple[Account, ...]:
    """The committee's people of one level: chair and standing body."""
    at = in_sentence(place)
    post = "Phó Trưởng ban Thường trực"
    return (
        Account(f"truongban.{key}", f"Trưởng Ban Chỉ đạo {at}", place, Role.CHAIR, "Trưởng ban", chair, province),
        Account(f"thuongtruc.{key}", f"Thường trực Ban Chỉ đạo {at}", place, Role.STANDING, post, police, province),
    )


def _member(key: str, place: str) -> Account:
    at = in_sentence(place)
    front = "Chủ tịch Uỷ ban Mặt trận Tổ quốc cùng cấp"
    return Account(f"thanhvien.{key}", f"Thành viên Ban Chỉ đạo {at}", place, Role.MEMBER, "Thành viên", front)


COMMUNE_POLICE, COMMUNE_CHAIR = "Phó Trưởng Công an xã", "Chủ tịch Uỷ ban nhân dân xã"
DISTRICT_POLICE, DISTRICT_CHAIR = "Trưởng Công an huyện", "Chủ tịch Uỷ ban nhân dân huyện"
PROVINCE_POLICE, PROVINCE_CHAIR = "Giám đốc Công an tỉnh", "Chủ tịch Uỷ ban nhân dân tỉnh"
PEOPLE = (
    Account("canbo.xa", "Cán bộ Công an xã Tân Dĩnh", COMMUNE, Role.OFFICER),
    Account("lanhdao.xa", "Trưởng Công an xã Tân Dĩnh", COMMUNE, Role.LEADER),
    *_body("xa", COMMUNE, COMMUNE_POLICE, COMMUNE_CHAIR),
    _member("xa", COMMUNE),
    Account("canbo.xuonglam", "Cán bộ Công an xã Xương Lâm", SISTER, Role.OFFICER),
    Account("canbo.huyen", "Cán bộ Công an huyện Lạng Giang", DISTRICT, Role.OFFICER),
    *_body("huyen", DISTRICT, DISTRICT_POLICE, DISTRICT_CHAIR),
    _member("huyen", DISTRICT),
    Account("nhap.tinh", "Cán bộ nhập liệu Phòng Xây dựng phong trào, Công an tỉnh", PROVINCE, Role.OFFICER),
    *_body("tinh", PROVINCE, PROVINCE_POLICE, PROVINCE_CHAIR),
    _member("tinh", PROVINCE),
    Account("canbo.tinh", "Cán bộ Phòng Xây dựng phong trào, Công an tỉnh", PROVINCE, Role.STAFF),
    Account("thanhtra", "Cán bộ thanh tra, kiểm tra cấp tỉnh", PROVINCE, Role.INSPECTOR),
    Account("quantri", "Quản trị hệ thống cấp tỉnh", PROVINCE, Role.ADMIN),
    Account("canbo.bacninh", "Cán bộ cấp tỉnh, Bắc Ninh", "Tỉnh Bắc Ninh", Role.STAFF, province=BAC_NINH),
    Account(
        "quantri.sapxep",
        "Quản trị hệ thống hai tỉnh Bắc Giang, Bắc Ninh, tổ giúp việc sắp xếp",
        PROVINCE,
        Role.ADMIN,
        also=((BAC_NINH, "Tỉnh Bắc Ninh"),),
    ),
    Account("canbo.thanhhoa", "Cán bộ cấp tỉnh, Thanh Hoá", "Tỉnh Thanh Hóa", Role.STAFF, province=THANH_HOA),
    Account("canbo.xa.thanhhoa", "Cán bộ Công an xã Ba Đình, Nga Sơn", "Xã Ba Đình", Role.OFFICER, province=THANH_HOA),
    *_body("xa.thanhhoa", "Xã Ba Đình", COMMUNE_POLICE, COMMUNE_CHAIR, THANH_HOA),
    Account("canbo.dongnai", "Cán bộ cấp tỉnh, Đồng Nai", "Tỉnh Đồng Nai", Role.STAFF, province=DONG_NAI),
    Account("canbo.xa.dongnai", "Cán bộ Công an xã Xuân Định", "Xã Xuân Định", Role.OFFICER, province=DONG_NAI),
    *_body("xa.dongnai", "Xã Xuân Định", COMMUNE_POLICE, COMMUNE_CHAIR, DONG_NAI),
    Account("canbo.huyen.dongnai", "Cán bộ Công an huyện Xuân Lộc", "Huyện Xuân Lộc", Role.OFFICER, province=DONG_NAI),
    *_body("huyen.dongnai", "Huyện Xuân Lộc", DISTRICT_POLICE, DISTRICT_CHAIR, DONG_NAI),
    *_body("tinh.dongnai", "Tỉnh Đồng Nai", PROVINCE_POLICE, PROVINCE_CHAIR, DONG_NAI),
    Account("canbo.quangninh", "Cán bộ cấp tỉnh, Quảng Ninh", "Tỉnh Quảng Ninh", Role.STAFF, province=QUANG_NINH),
    Account("canbo.xa.quangninh", "Cán bộ Công an phường Mạo Khê", "Phường Mạo Khê", Role.OFFICER, province=QUANG_NINH),
    *_body(
        "huyen.quangninh",
        "Thị xã Đông Triều",
        "Trưởng Công an thị xã",
        "Chủ tịch Uỷ ban nhân dân thị xã",
        QUANG_NINH,
    ),
)
ACCOUNTS = [(person.username, person.post) for person in PEOPLE]


@transaction.atomic
def make_people() -> None:
    """Make the accounts that are not there yet, placed from the demo's first day on."""
    wanted = {place for one in PEOPLE for place in (one.place, *(name for _, name in one.also))}
    named = Unit.objects.filter(kind__in=LEVELS, name__in=wanted).select_related("province")
    places = {(unit.province.code, unit.name): unit for unit in named if unit.province}
    kept = set(User.objects.filter(username__in=[one.username for one in PEOPLE]).values_list("username", flat=True))
    password = make_password(PASSWORD)
    for one in PEOPLE:
        if one.username in kept:
            continue
        user = User.objects.create(username=one.username, post=one.post, password=password)
        place = places[one.province, one.place]
        since = SINCE.get(one.province, FIRST_DAY)
        for unit in (place, *(places[also] for also in one.also)):
            Placement.objects.create(user=user, unit=unit, role=one.role, valid_from=since)
        if one.seat:
            committee = Committee.objects.in_office().get(unit=place)
            Seat.objects.create(
                committee=committee, user=user, post=one.seat, host_post=one.host_post, valid_from=since
            )
