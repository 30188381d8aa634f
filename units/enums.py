"""Words of the units app: kinds, subtypes, roles."""

from django.db.models import TextChoices


class UnitKind(TextChoices):
    PROVINCE = "province", "Tỉnh, thành phố"
    DISTRICT = "district", "Cấp huyện"
    COMMUNE = "commune", "Xã, phường, thị trấn"
    RESIDENTIAL_AREA = "residential_area", "Khu dân cư"
    AGENCY = "agency", "Cơ quan"
    ENTERPRISE = "enterprise", "Doanh nghiệp"
    SCHOOL = "school", "Cơ sở giáo dục"


LEVELS = (UnitKind.PROVINCE, UnitKind.DISTRICT, UnitKind.COMMUNE)
JUDGED = (UnitKind.RESIDENTIAL_AREA, UnitKind.COMMUNE, UnitKind.AGENCY, UnitKind.ENTERPRISE, UnitKind.SCHOOL)
ORGANISATIONS = (UnitKind.AGENCY, UnitKind.ENTERPRISE, UnitKind.SCHOOL)

# What may stand under what: the kind of a unit -> the kinds of the unit that manages it.
PARENTS = {
    UnitKind.PROVINCE: (),
    UnitKind.DISTRICT: (UnitKind.PROVINCE,),
    UnitKind.COMMUNE: (UnitKind.DISTRICT, UnitKind.PROVINCE),
    UnitKind.RESIDENTIAL_AREA: (UnitKind.COMMUNE,),
    UnitKind.AGENCY: LEVELS,
    UnitKind.ENTERPRISE: LEVELS,
    UnitKind.SCHOOL: LEVELS,
}


class Subtype(TextChoices):
    PROVINCE = "tinh", "tỉnh"
    CENTRAL_CITY = "thanh_pho_tw", "thành phố trực thuộc Trung ương"
    RURAL_DISTRICT = "huyen", "huyện"
    URBAN_DISTRICT = "quan", "quận"
    TOWN = "thi_xa", "thị xã"
    CITY = "thanh_pho", "thành phố"
    COMMUNE = "xa", "xã"
    WARD = "phuong", "phường"
    TOWNSHIP = "thi_tran", "thị trấn"
    SPECIAL_ZONE = "dac_khu", "đặc khu"
    VILLAGE = "thon", "thôn"
    HAMLET = "ban", "bản"
    STREET_GROUP = "to_dan_pho", "tổ dân phố"
    QUARTER = "khu_pho", "khu phố"
    STATE_BODY = "co_quan_nha_nuoc", "cơ quan nhà nước"
    PUBLIC_SERVICE = "don_vi_su_nghiep", "đơn vị sự nghiệp công lập"
    SOCIAL_BODY = "to_chuc_xa_hoi", "tổ chức chính trị - xã hội"
    ARMED_FORCES = "luc_luong_vu_trang", "cơ quan thuộc lực lượng vũ trang"
    LARGE_ENTERPRISE = "dn_lon", "doanh nghiệp quy mô lớn"
    MEDIUM_ENTERPRISE = "dn_vua", "doanh nghiệp quy mô vừa"
    SMALL_ENTERPRISE = "dn_nho", "doanh nghiệp nhỏ, siêu nhỏ"
    KINDERGARTEN = "mam_non", "trường mầm non, nhà trẻ"
    PRIMARY = "tieu_hoc", "trường tiểu học"
    LOWER_SECONDARY = "thcs", "trường trung học cơ sở"
    UPPER_SECONDARY = "thpt", "trường trung học phổ thông"
    COLLEGE = "cao_dang_dai_hoc", "trường nghề, cao đẳng, đại học"
    UNKNOWN = "khong_ro", "chưa rõ phân loại"


SUBTYPES = {
    UnitKind.PROVINCE: (Subtype.PROVINCE, Subtype.CENTRAL_CITY),
    UnitKind.DISTRICT: (Subtype.RURAL_DISTRICT, Subtype.URBAN_DISTRICT, Subtype.TOWN, Subtype.CITY),
    UnitKind.COMMUNE: (Subtype.COMMUNE, Subtype.WARD, Subtype.TOWNSHIP, Subtype.SPECIAL_ZONE),
    UnitKind.RESIDENTIAL_AREA: (Subtype.VILLAGE, Subtype.HAMLET, Subtype.STREET_GROUP, Subtype.QUARTER),
    UnitKind.AGENCY: (Subtype.STATE_BODY, Subtype.PUBLIC_SERVICE, Subtype.SOCIAL_BODY, Subtype.ARMED_FORCES),
    UnitKind.ENTERPRISE: (Subtype.LARGE_ENTERPRISE, Subtype.MEDIUM_ENTERPRISE, Subtype.SMALL_ENTERPRISE),
    UnitKind.SCHOOL: (
        Subtype.KINDERGARTEN,
        Subtype.PRIMARY,
        Subtype.LOWER_SECONDARY,
        Subtype.UPPER_SECONDARY,
        Subtype.COLLEGE,
    ),
}  # besides these an organisation may be UNKNOWN


def suits(kind: str, subtype: str) -> bool:
    """The subtype belongs to the kind."""
    return subtype in SUBTYPES.get(UnitKind(kind), ()) or (subtype == Subtype.UNKNOWN and kind in ORGANISATIONS)


class Role(TextChoices):
    OFFICER = "officer", "Cán bộ nhập liệu"
    LEADER = "leader", "Lãnh đạo đơn vị"
    STANDING = "standing", "Thường trực Ban Chỉ đạo"
    MEMBER = "member", "Thành viên Ban Chỉ đạo"
    CHAIR = "chair", "Trưởng Ban Chỉ đạo"
    STAFF = "staff", "Cán bộ cấp tỉnh"
    INSPECTOR = "inspector", "Thanh tra, kiểm tra"
    ADMIN = "admin", "Quản trị"


# Where a role may be held; a role without a row may be held at any unit.
ROLE_PLACES = {
    Role.STANDING: LEVELS,
    Role.MEMBER: LEVELS,
    Role.CHAIR: LEVELS,
    Role.STAFF: (UnitKind.PROVINCE,),
    Role.INSPECTOR: LEVELS,
    Role.ADMIN: LEVELS,
}
