"""Words of the units app: kinds, subtypes, roles, and those of the registers."""

from django.db.models import TextChoices


class UnitKind(TextChoices):
    PROVINCE = "province", "Tỉnh, thành phố"
    DISTRICT = "district", "Cấp huyện"
    COMMUNE = "commune", "Xã, phường, thị trấn"
    RESIDENTIAL_AREA = "residential_area", "Khu dân cư"
    AGENCY = "agency", "Cơ quan"
    ENTERPRISE = "enterprise", "Doanh nghiệp"
    SCHOOL = "school", "Cơ sở giáo dục"

    @property
    def place_column(self) -> str:
        """The column that names such a place in the rows of what lies in it; anything below a commune is the `unit`."""
        return self.value if self in LEVELS else "unit"


LEVELS = (UnitKind.PROVINCE, UnitKind.DISTRICT, UnitKind.COMMUNE)
ORGANISATIONS = (UnitKind.AGENCY, UnitKind.ENTERPRISE, UnitKind.SCHOOL)
JUDGED = (UnitKind.RESIDENTIAL_AREA, UnitKind.COMMUNE, UnitKind.DISTRICT, *ORGANISATIONS)

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


def lies_under(kind: str, place: str) -> bool:
    """A unit of the kind may lie in a place of that kind, however far below."""
    above = PARENTS[UnitKind(kind)]
    return place in above or any(lies_under(one, place) for one in above)


class Relation(TextChoices):
    """How a place is related to an organisation: totals count the managing place alone."""

    MANAGED = "managed", "Do địa bàn tôi quản lý"
    HOSTED = "hosted", "Đứng chân, nơi khác quản lý"
    ENTRUSTED = "entrusted", "Được uỷ quyền quản lý"


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


CLERKS = (Role.OFFICER, Role.LEADER)  # those who enter a place's figures

# Where a role may be held; a role without a row may be held at any unit.
ROLE_PLACES = {
    Role.STANDING: LEVELS,
    Role.MEMBER: LEVELS,
    Role.CHAIR: LEVELS,
    Role.STAFF: (UnitKind.PROVINCE,),
    Role.INSPECTOR: LEVELS,
    Role.ADMIN: LEVELS,
}


class CommitteeKind(TextChoices):
    """What a committee is called; the label is what a new one's name begins with."""

    MOVEMENT = "movement", "Ban Chỉ đạo xây dựng phong trào toàn dân bảo vệ an ninh Tổ quốc"
    B138 = "138", "Ban Chỉ đạo 138"
    B05 = "05", "Ban Chỉ đạo 05"
    SECURITY = "security", "Ban Chỉ đạo về an ninh, trật tự"
    VILLAGE = "village", "Tiểu ban an ninh, trật tự"
    OTHER = "other", "Tên khác"


class MajorityOf(TextChoices):
    """What the votes for a proposal are measured against."""

    PRESENT = "present", "số thành viên dự họp"
    ALL = "all", "tổng số thành viên"


class UnitAct(TextChoices):
    ADD = "add", "Thêm đơn vị"
    CORRECT = "correct", "Sửa thông tin ghi sai"
    END = "end", "Kết thúc"
    RESUME = "resume", "Hoạt động tiếp"


class CommitteeAct(TextChoices):
    FOUND = "found", "Lập Ban"
    CHANGE = "change", "Sửa tên, quy chế"
    END = "end", "Kết thúc"
    RESUME = "resume", "Hoạt động tiếp"


class ChangeAction(TextChoices):
    """What a line of a reorganisation does."""

    OPEN = "open", "Thành lập"
    RENAME = "rename", "Đổi tên"
    RECLASSIFY = "reclassify", "Đổi phân loại, giữ mã"
    TRANSFER = "transfer", "Chuyển đơn vị quản lý"
    MERGE = "merge", "Nhập toàn bộ vào"
    SPLIT = "split", "Tách một phần vào"
    CLOSE = "close", "Kết thúc hoạt động"
    CLOSE_LEVEL = "close_level", "Kết thúc cả một cấp"


class ReformStatus(TextChoices):
    DRAFT = "draft", "Dự thảo"
    APPLIED = "applied", "Đã áp dụng"


class Streaks(TextChoices):
    """What becomes of years running where several units become one."""

    CARRY = "carry", "Theo đơn vị chuyển phần chính sang"
    LOWEST = "lowest", "Theo đơn vị có số năm ít nhất"
    RESTART = "restart", "Tính lại từ đầu"


class OpenFiles(TextChoices):
    """What becomes of the files under way of units that end."""

    FINISH = "finish", "Làm tiếp dưới tên đơn vị cũ, nơi kế thừa xử lý"
    CARRY = "carry", "Chuyển sang đơn vị kế thừa, hồ sơ cũ dừng lại"
    CLOSE = "close", "Dừng xét trong năm, ghi lý do"


# --- registers ---------------------------------------------------------------------------------------------------
class Force(TextChoices):
    """Who keeps order at the base (Đề án of Bắc Giang, Phần 2, IV.9; the force of the 2023 law stands beside them)."""

    SPECIALISED = "specialised", "Lực lượng chuyên trách phong trào"
    PART_TIME = "part_time", "Lực lượng kiêm nhiệm phong trào"
    GRASSROOTS = "grassroots", "Lực lượng tham gia bảo vệ ANTT ở cơ sở"
    COMMUNE_POLICE = "commune_police", "Công an xã bán chuyên trách"
    WARD_GUARD = "ward_guard", "Bảo vệ dân phố"
    FIRE = "fire", "Đội dân phòng (phòng cháy, chữa cháy)"
    OWN_GUARD = "own_guard", "Bảo vệ cơ quan, doanh nghiệp, nhà trường"


class ModelField(TextChoices):
    """What a mass model is about."""

    SELF_RULE = "self_rule", "Tự phòng, tự quản, tự bảo vệ, tự hoà giải"
    CRIME = "crime", "Phòng, chống tội phạm, tệ nạn xã hội"
    TRAFFIC = "traffic", "Trật tự, an toàn giao thông"
    FIRE = "fire", "Phòng cháy, chữa cháy"
    CAMERA = "camera", "Camera an ninh"
    LINK = "link", "Liên kết, giáp ranh"
    FAMILY = "family", "Gia đình, dòng họ, cộng đồng"
    WORKPLACE = "workplace", "Cơ quan, doanh nghiệp, nhà trường"
    OTHER = "other", "Lĩnh vực khác"


class ModelRating(TextChoices):
    """How a mass model did in a year (Đề án of Bắc Giang, Phần 2, IV.5)."""

    EFFECTIVE = "effective", "Hoạt động hiệu quả"
    FORMAL = "formal", "Còn hình thức"
    DISSOLVED = "dissolved", "Thanh loại"


class AreaStanding(TextChoices):
    """The three classes of communes, reviewed each year (Đề án of Bắc Giang, Phần 2, IV.6)."""

    SECURITY = "security", "Trọng điểm phức tạp về ANTT"
    ORDER = "order", "Trọng điểm phức tạp về trật tự, an toàn xã hội"
    LOW = "low", "Ít phức tạp về ANTT"
