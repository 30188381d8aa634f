"""Two sets side by side."""

from copy import deepcopy

import pytest

from criteria.models import CriteriaSet
from criteria.packs import differences
from criteria.packs.content import content_of
from criteria.packs.differences import CHANGED, DROPPED, NEW, REWORDED, SAME
from tests.criteria.factories import load_small


@pytest.fixture
def old(db, tmp_path) -> dict:
    return content_of(load_small(tmp_path))


@pytest.fixture
def new(old) -> dict:
    return deepcopy(old)


def told(old: dict, new: dict) -> list[tuple[str, str]]:
    return [(pair.row["code"], pair.status) for pair in differences.pairs(old, new)]


def test_a_set_beside_itself_is_the_same(old, new):
    assert told(old, new) == [("G", SAME), ("A", SAME), ("B", SAME), ("C", SAME)]
    assert differences.around(old, new) == []
    assert differences.counts(differences.pairs(old, new)) == {SAME: 3, REWORDED: 0, CHANGED: 0, NEW: 0, DROPPED: 0}
    assert differences.same_codes(old, new) == {"G": "G", "A": "A", "B": "B", "C": "C"}


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("label", "Việc khác", REWORDED),
        ("guidance", "Xem sổ", REWORDED),
        ("number", "2a", REWORDED),
        ("article", "TT 1/2030, Điều 7", REWORDED),
        ("article", "TT 2/2031, Điều 2", SAME),  # the same clause of the document after
        ("confidence", "T*", SAME),
        ("threshold", "75.00", CHANGED),
        ("comparison", "exactly", CHANGED),
        ("measure", "must", CHANGED),
        ("max_points", "5.00", CHANGED),
        ("excuses", [{"code": "x", "label": "x", "short": "X"}], CHANGED),
        ("not_applicable_when", "không có hộ", CHANGED),
        ("derivation", "subordinates_recognised", CHANGED),
        ("needs_evidence", True, CHANGED),
        ("denominator_label", "người", CHANGED),
    ],
)
def test_what_makes_a_criterion_another(old, new, field, value, status):
    new["criteria"][3][field] = value
    assert told(old, new)[3] == ("C", status)
    assert ("C" in differences.same_codes(old, new)) is (status == SAME)


def test_a_difference_is_told_in_words(old, new):
    new["criteria"][3] |= {"threshold": "72.50", "label": "Tỷ lệ hộ"}
    (pair,) = [pair for pair in differences.pairs(old, new) if pair.status != SAME]
    assert [(one.name, one.before, one.after) for one in pair.differences] == [
        ("Mức phải đạt", "70", "72,5"),
        ("Nội dung", "Tỷ lệ C", "Tỷ lệ hộ"),
    ]


def test_new_and_dropped_stand_where_they_stand(old, new):
    dropped = new["criteria"].pop(1)
    new["criteria"].append(dropped | {"code": "D", "parent": ""})
    assert told(old, new) == [("G", SAME), ("A", DROPPED), ("B", SAME), ("C", SAME), ("D", NEW)]


def test_a_criterion_that_follows_another_is_its_pair(old, new):
    new["criteria"][1] |= {"code": "A2", "follows": "A"}
    assert told(old, new)[1] == ("A2", SAME)
    assert differences.same_codes(old, new)["A2"] == "A"


def test_no_criterion_is_paired_twice(old, new):
    new["criteria"].append(new["criteria"][1] | {"code": "A2", "follows": "A"})
    assert told(old, new)[-1] == ("A2", NEW)


def test_what_differs_around_the_criteria(old, new):
    new["routes"][0]["deadlines"][0] |= {"day": 15, "inclusive": True}
    new |= {"outcome": "number_met", "needed_met": 2}
    found = {one.what: (one.before, one.after) for one in differences.around(old, new)}
    assert found == {
        "Cách kết luận": ("Đạt mọi tiêu chí", "Đạt đủ số tiêu chí"),
        "Số tiêu chí phải đạt": ("", "2"),
        "Tuyến xã, phường, thị trấn do cấp tỉnh quản lý, từ 01/01/2030": (
            "cấp xã nhập, cấp tỉnh thẩm định, cấp tỉnh công nhận; công nhận trước ngày 20/11",
            "cấp xã nhập, cấp tỉnh thẩm định, cấp tỉnh công nhận; công nhận hết ngày 15/11",
        ),
    }


def test_grades_ceilings_quotas_and_papers_are_compared(old, new):
    new["grades"] = [{"rank": 1, "label": "Tốt", "lower_bound": "80.00", "article": "", "confidence": "T"}]
    new["caps"] = [{"criterion": "A", "best_rank": 2, "article": "", "confidence": "T"}]
    new["quotas"] = [{"level": "commune", "minimum": 2, "article": "", "confidence": "T"}]
    new["papers"] = [{"order": 1, "name": "Tờ trình", "article": "", "confidence": "T"}]
    new["preconditions"] = [
        {"programme": "safety", "years_back": 0, "worst_rank": None, "best_rank": None, "label": "ANTT"}
    ]
    assert [(one.what, one.before, one.after) for one in differences.around(old, new)] == [
        ("Loại bậc 1", "–", "Tốt, từ 80 điểm"),
        ("Mức khống chế của tiêu chí A", "–", "không đạt thì cao nhất bậc 2"),
        ("Điều kiện safety, cùng năm", "–", "ANTT: được công nhận, không có thì không được xét"),
        ("Chỉ tiêu lựa chọn của cấp xã", "–", "ít nhất 2"),
        ("Thành phần hồ sơ 1", "–", "Tờ trình"),
    ]


def test_the_amended_circular_keeps_every_criterion_it_was_read_to_keep(sets):
    old = content_of(sets["TT124-KDC"])
    new = content_of(CriteriaSet.objects.get(code="TT124-KDC", version=2))
    found = differences.counts(differences.pairs(old, new))
    assert found == {SAME: 17, REWORDED: 0, CHANGED: 0, NEW: 0, DROPPED: 0}


def test_sets_of_different_families_share_nothing(sets):
    found = differences.counts(differences.pairs(content_of(sets["TT124-KDC"]), content_of(sets["TT124-XA"])))
    assert (found[SAME], found[DROPPED], found[NEW]) == (0, 17, 19)
