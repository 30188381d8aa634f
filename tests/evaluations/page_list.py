"""Every page of the app: who opens it, for what, and a word it shows."""

from criteria.models import AwardBar
from evaluations import services
from evaluations.files import past_results
from evaluations.models import Evaluation

COMMUNE, AREA = "Xã A1.1", "Thôn 1 (A1.1)"

PAGES = {
    "list": [("officer", (), AREA), ("inspector", (), "Thôn 2 (A2.2)")],
    "detail": [("officer", ("area",), AREA), ("inspector", ("Thôn Được",), "Thôn Được")],
    "entry": [("officer", ("area",), AREA), ("leader", ("area",), AREA)],
    "evidence_add": [("officer", ("area",), AREA)],
    "evidence_shelf": [("officer", ("area",), "Chưa có tài liệu nào của đơn vị dùng lại được")],
    "evidence_edit": [("officer", ("paper",), AREA)],
    "evidence_share": [("officer", ("cycle", "set"), AREA)],
    "evidence_file": [("officer", ("paper",), None)],
    "start": [("staff", (), "Bắt đầu")],
    "past_list": [("staff", (), "Kết quả các năm trước")],
    "past_find": [("staff", (), "Tìm đơn vị")],
    "past_add": [("staff", ("past_unit",), "Ghi thêm một năm")],
    "past_edit": [("staff", ("past",), "Bỏ kết quả nhập nhầm")],
    "past_import": [("staff", (), "Các cột của tệp")],
    "cycle_list": [("staff", (), "Tỉnh A"), ("officer", (), "Tỉnh A")],
    "cycle_open": [("staff", (), "Tỉnh A")],
    "cycle_roster": [("staff", ("cycle",), "Danh sách đơn vị của kỳ")],
    "cycle_close": [("staff", ("cycle",), "mọi hồ sơ của kỳ không thay đổi được nữa")],
    "cycle_reopen": [("staff", ("cycle",), "được làm tiếp từ tình trạng đang có")],
    "grid": [("officer", ("cycle",), AREA)],
    "grid_import": [("officer", ("cycle",), "ghi các ô ghi được và nêu lý do của từng ô để lại")],
    "sitting_list": [("standing", (), "xã A1.1"), ("inspector", (), "xã A1.1")],
    "sitting_create": [("standing", (), COMMUNE)],
    "sitting_edit": [("standing", ("open",), "Sửa ngày họp, địa điểm")],
    "sitting_detail": [("standing", ("open",), "Thôn Họp"), ("member", ("closed",), "Thôn Chờ")],
    "decision_list": [("chair", (), "Xã A1.1"), ("inspector", (), "01/QĐ-UBND")],
    "decision_detail": [
        ("chair", ("draft",), "Thôn Chờ"),
        ("officer", ("issued",), "Thôn Được"),
        ("inspector", ("revoking",), "Thôn Mất"),
    ],
    "recognition_list": [("officer", (), "Thôn Được")],
    "streak_list": [("officer", (), None), ("inspector", (), None)],
    "selection": [("officer", ("cycle",), None), ("inspector", ("cycle",), None)],
    "preview": [("officer", ("set",), "Thử chấm"), ("inspector", ("set",), "Thử chấm")],
    "practice": [("officer", (), "Hồ sơ này để tập"), ("inspector", (), "chưa có kỳ đánh giá nào mở")],
    "award_barred": [("officer", (), "Năm 2024"), ("inspector", (), "Năm 2024")],
    "award_bars": [("officer", (), None), ("staff", (), "Tỉnh A")],
    "award_bar_edit": [("staff", ("bar",), "Đề án thử")],
    "recognition_revoke": [("chair", ("recognition",), "Thôn Được")],
    "past_totals_list": [("staff", (), "Số tổng của năm trước"), ("officer", (), COMMUNE)],
    "past_totals_find": [("staff", (), "Tìm địa bàn")],
    "past_totals_add": [("staff", ("place",), "Ghi thêm một năm")],
    "past_totals_detail": [("staff", ("total",), "Bỏ số nhập nhầm"), ("officer", ("total",), "Nhật ký")],
    "past_totals_edit": [("staff", ("total",), "Lý do sửa")],
    "past_totals_import": [("staff", (), "Các cột của tệp")],
}


def make_bar(world) -> AwardBar:
    """A bar from awards that stands as a draft, so that it bars nobody of the walk."""
    fields = {"bar": "unmet", "programme": world.cycle.programme, "first_year": 2024, "ground": "Đề án thử"}
    return AwardBar.objects.create(province=world.tree.province, status="draft", **fields)


def make_past(world) -> Evaluation:
    """What a paper says of the first area in a year before the portal."""
    area = world.tree.areas[0]
    cells = {"unit": f"DV{area.pk}", "year": "2022", "programme": "safety", "result": "Đạt", "source": "Báo cáo số 2"}
    row = past_results.read_row(cells, world.tree.province)
    services.record_past([row], world.tree.province, by=None, reason="Theo báo cáo.")
    return Evaluation.objects.get(unit=area, cycle__year=2022)


def person(world, who):
    return world.council.people[2] if who == "member" else getattr(world, who)
