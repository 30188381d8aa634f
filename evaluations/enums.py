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
    WITHDRAWN = "withdrawn", "Không xét năm nay"  # still one of those a percentage is of
    EXCLUDED = "excluded", "Ngoài diện tính"  # the level above agreed, or the unit ended by a reorganisation


# What a state is called where the outcome is a grade: the weakest grade is recognised too.
GRADED_LABELS = {
    State.PROPOSED: "Phiên họp đề nghị phân loại",
    State.RECOGNISED: "Đã công nhận kết quả phân loại",
}

# The same of what a sitting concludes.
GRADED_RESOLUTION = "Đề nghị phân loại"

# What a state is called in a year taken from papers. A result taken away again is no unit of that year any more.
PAST_LABELS = {
    State.EXPECTED: "Không đăng ký",
    State.EXCLUDED: "Kết quả nhập lại đã bỏ",
}
REENTERED = " (nhập lại)"  # after the source of a past year

# Groups reports count by; a dossier that went further still counts as registered and submitted.
NOT_REGISTERED = (State.EXPECTED, State.WITHDRAWN, State.EXCLUDED)
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
LEFT_OUT = (State.WITHDRAWN, State.EXCLUDED)  # not judged this year
FINAL = (State.RECOGNISED, State.DECLINED, State.REVOKED, *LEFT_OUT)
UNDER_WAY = tuple(state for state in State if state not in FINAL)


class Action(TextChoices):
    """What is done to a dossier: the moves of the workflow, then what leaves it where it is; kept in its log."""

    REGISTER = "register", "Đăng ký"
    SUBMIT = "submit", "Gửi thẩm định"
    RECALL = "recall", "Rút lại hồ sơ đã gửi"
    WITHDRAW = "withdraw", "Đưa ra khỏi diện xét"
    EXCLUDE = "exclude", "Đồng ý đưa ra khỏi diện tính"
    RESTORE = "restore", "Đưa lại vào diện xét"
    RETURN = "return", "Trả lại"
    APPRAISE = "appraise", "Hoàn thành thẩm định"
    TABLE = "table", "Đưa vào phiên họp"
    UNTABLE = "untable", "Rút khỏi phiên họp"
    PROPOSE = "propose", "Phiên họp đề nghị công nhận"
    DECLINE = "decline", "Phiên họp kết luận chưa đạt"
    DEFER = "defer", "Phiên họp để lại, chưa đủ căn cứ"
    RECOGNISE = "recognise", "Công nhận"
    RECONSIDER = "reconsider", "Xem xét lại"
    REVOKE = "revoke", "Thu hồi công nhận"
    KEEP = "keep", "Giữ công nhận"
    REFORM = "reform", "Dừng do sắp xếp"
    REFORM_UNDONE = "reform_undone", "Hoàn tác sắp xếp"
    AMEND = "amend", "Sửa số liệu"
    AMEND_APPRAISAL = "amend_appraisal", "Sửa kết quả thẩm định"
    CONFIRM_FILLED = "confirm_filled", "Xác nhận giá trị điền sẵn"
    DATE = "date", "Ghi ngày đăng ký, nghị quyết"
    DECIDE_TIMING = "decide_timing", "Quyết định về thời hạn"
    ATTACH = "attach", "Đính kèm tài liệu"
    DETACH = "detach", "Gỡ tài liệu"
    CHANGE_PAPER = "change_paper", "Sửa thông tin tài liệu"
    RECORD = "record", "Nhập lại kết quả năm trước"
    CORRECT = "correct", "Sửa kết quả năm trước"
    TAKE_AWAY = "take_away", "Bỏ kết quả năm trước"


class Side(TextChoices):
    """Whose answers: the unit's own, or beside them the appraisers'."""

    OWN = "own", "Tự đánh giá"
    APPRAISED = "appraised", "Thẩm định"


class Filled(TextChoices):
    """Where an own answer comes from that nobody has typed or confirmed yet."""

    DEFAULT = "default", "Điền mặc định"
    LAST_YEAR = "last_year", "Theo năm trước"


class CycleStatus(TextChoices):
    OPEN = "open", "Đang thực hiện"
    CLOSED = "closed", "Đã khoá sổ"


class CycleAction(TextChoices):
    LOCK = "lock", "Khoá sổ"
    UNLOCK = "unlock", "Mở lại sổ"
    REFREEZE = "refreeze", "Lập lại danh sách"
    ADD_UNIT = "add_unit", "Bổ sung đơn vị"
    DROP_UNIT = "drop_unit", "Bỏ đơn vị đã bổ sung"


class TotalAction(TextChoices):
    """What is done to a past year's total; kept in its log."""

    RECORD = "record", "Nhập lại số tổng"
    CORRECT = "correct", "Sửa số tổng"
    TAKE_AWAY = "take_away", "Bỏ số tổng"


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
    DEFER = "defer", "Để lại, chưa đủ căn cứ"


class DecisionKind(TextChoices):
    RECOGNISE = "recognise", "Công nhận"
    REVOKE = "revoke", "Thu hồi công nhận"


class Capacity(TextChoices):
    CHAIR = "chair", "CHỦ TỊCH"
    COLLECTIVE = "tm", "TM. UỶ BAN NHÂN DÂN"
    DEPUTY = "kt", "KT. CHỦ TỊCH"
    BOARD = "tm_bcd", "TM. BAN CHỈ ĐẠO"
    BOARD_CHAIR = "bcd", "TRƯỞNG BAN"
    BOARD_DEPUTY = "kt_bcd", "KT. TRƯỞNG BAN"


class Body(TextChoices):
    """Whose decision recognises, as the set's route says in its own words (`Route.authority`)."""

    PEOPLE = "people", "Uỷ ban nhân dân"
    BOARD = "board", "Ban Chỉ đạo"


# How a body's decision is signed, the usual first, and the symbol its decisions bear (NĐ 30/2020, Phụ lục III).
SIGNED_AS = {
    Body.PEOPLE: (Capacity.CHAIR, Capacity.COLLECTIVE, Capacity.DEPUTY),
    Body.BOARD: (Capacity.BOARD, Capacity.BOARD_CHAIR, Capacity.BOARD_DEPUTY),
}
TAKEN_BACK_AS = {Body.PEOPLE: Capacity.CHAIR, Body.BOARD: Capacity.BOARD_CHAIR}
SYMBOLS = {Body.PEOPLE: "QĐ-UBND", Body.BOARD: "QĐ-BCĐ"}
