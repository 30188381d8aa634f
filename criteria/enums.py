"""Words of the criteria app: how a criterion is measured, where a set stands, the steps of a route."""

from django.db.models import TextChoices


class Measure(TextChoices):
    GROUP = "group", "Nhóm tiêu chí"
    MUST = "must", "Phải đạt"
    EVENT = "event", "Không để xảy ra"
    TREND = "trend", "Không tăng so năm trước"
    PERCENT = "percent", "Tỷ lệ"
    COUNT = "count", "Số lượng"
    POINTS = "points", "Chấm điểm"
    DERIVED = "derived", "Hệ thống tính"


class Comparison(TextChoices):
    AT_LEAST = "at_least", "từ"
    EXACTLY = "exactly", "đúng"


class Derivation(TextChoices):
    """What the portal itself counts for a derived criterion, over the units the judged unit manages."""

    SUBORDINATES_REGISTERED = "subordinates_registered", "Đơn vị thuộc quyền quản lý đã đăng ký"
    SUBORDINATES_RECOGNISED = "subordinates_recognised", "Đơn vị thuộc quyền quản lý được công nhận"


class SetStatus(TextChoices):
    DRAFT = "draft", "Bản thảo"
    PUBLISHED = "published", "Đã ban hành"
    RETIRED = "retired", "Hết áp dụng"


class Outcome(TextChoices):
    ALL_MET = "all_met", "Đạt mọi tiêu chí"
    NUMBER_MET = "number_met", "Đạt đủ số tiêu chí"
    GRADES = "grades", "Chấm điểm, xếp loại"
    RESULTS_ONLY = "results_only", "Chỉ lưu kết quả"


class Step(TextChoices):
    REGISTER = "register", "Đăng ký"
    SUBMIT = "submit", "Gửi hồ sơ"
    APPRAISE = "appraise", "Thẩm định"
    DECIDE = "decide", "Công nhận"


class Level(TextChoices):
    """A level of a unit's managers; its value is the column that holds the unit of that level."""

    PROVINCE = "province", "cấp tỉnh"
    DISTRICT = "district", "cấp huyện"
    COMMUNE = "commune", "cấp xã"


class Confidence(TextChoices):
    TEXT = "T", "Đọc trong văn bản"
    SECONDARY = "T*", "Đọc ở nguồn dẫn lại"
    INFERRED = "I", "Suy ra, cần xác nhận"
    NOT_FOUND = "N", "Chưa đọc được"


class NotApplicable(TextChoices):
    """What a criterion that does not apply is worth where points or met criteria are counted."""

    COUNTS = "counts", "Tính là đạt, đủ điểm"
    OMITTED = "omitted", "Không tính điểm, không tính là đạt"


class MissingYear(TextChoices):
    """What a year without a file does to a row of years running."""

    BREAKS = "breaks", "Làm đứt chuỗi năm liên tục"
    SKIPPED = "skipped", "Bỏ qua, không làm đứt chuỗi"


class Bar(TextChoices):
    """The result of a programme that may bar a unit from awards, where its province says so."""

    UNMET = "unmet", "Không đạt"
    WEAKEST = "weakest", "Xếp loại thấp nhất"


class RuleAct(TextChoices):
    """What is done to a rule of a province's own: a row of years running, a bar from awards."""

    DRAFTED = "drafted", "Lập bản thảo"
    CHANGED = "changed", "Sửa"
    PUBLISHED = "published", "Ban hành"
    ENDED = "ended", "Cho thôi áp dụng"
