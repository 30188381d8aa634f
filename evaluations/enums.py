"""Words of the evaluations app: states and the groups reports count by, votes, decisions."""

from django.db.models import TextChoices


class State(TextChoices):
    EXPECTED = "expected", "Chưa đăng ký"
    REGISTERED = "registered", "Đã đăng ký"
    SUBMITTED = "submitted", "Đã gửi, chờ thẩm định"
    RETURNED = "returned", "Bị trả lại"
    APPRAISED = "appraised", "Đã thẩm định"
    TABLED = "tabled", "Đã đưa vào phiên họp"
    PROPOSED = "proposed", "Phiên họp đề nghị công nhận"
    RECOGNISED = "recognised", "Đã công nhận"
    DECLINED = "declined", "Chưa đạt"
    REVOKED = "revoked", "Bị thu hồi công nhận"
    WITHDRAWN = "withdrawn", "Không xét năm nay"


# What a state is called where the outcome is a grade: the weakest grade is recognised too.
GRADED_LABELS = {
    State.PROPOSED: "Phiên họp đề nghị phân loại",
    State.RECOGNISED: "Đã công nhận kết quả phân loại",
}

# Groups reports count by; a file that went further still counts as registered and submitted.
NOT_REGISTERED = (State.EXPECTED, State.WITHDRAWN)
EDITABLE = (State.REGISTERED, State.RETURNED)
SENT = (
    State.SUBMITTED,
    State.APPRAISED,
    State.TABLED,
    State.PROPOSED,
    State.RECOGNISED,
    State.DECLINED,
    State.REVOKED,
)
NOT_MET = (State.DECLINED, State.REVOKED)
FINAL = (State.RECOGNISED, State.DECLINED, State.REVOKED, State.WITHDRAWN)


class CycleStatus(TextChoices):
    OPEN = "open", "Đang thực hiện"
    CLOSED = "closed", "Đã khoá sổ"


class Origin(TextChoices):
    WORKED = "worked", "Thực hiện trên hệ thống"
    HISTORY = "history", "Nhập từ tài liệu các năm trước"


class Ballot(TextChoices):
    FOR = "for", "Tán thành"
    AGAINST = "against", "Không tán thành"
    ABSTAIN = "abstain", "Không có ý kiến"


class Resolution(TextChoices):
    RECOGNISE = "recognise", "Đề nghị công nhận"
    DECLINE = "decline", "Chưa công nhận"


class DecisionKind(TextChoices):
    RECOGNISE = "recognise", "Công nhận"
    REVOKE = "revoke", "Thu hồi công nhận"


class Capacity(TextChoices):
    CHAIR = "chair", "CHỦ TỊCH"
    COLLECTIVE = "tm", "TM. UỶ BAN NHÂN DÂN"
    DEPUTY = "kt", "KT. CHỦ TỊCH"
