"""Answers cell by cell and form by form: versions, bad values, what the portal derives, what a save costs."""

import html
import json
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from criteria.judging.values import Value
from criteria.models import CriteriaSet, Criterion
from evaluations import services, workflow
from evaluations.enums import Action, CycleStatus, Side, State
from evaluations.judging.dossiers import answers_of, judged_dossier
from evaluations.models import Answer, Cycle, Evaluation
from portal.core.errors import Refused
from reports.datasets import yearly_rollup
from tests.evaluations.factories import answer_all, answered, dossier_of, open_year, register, submit
from tests.evaluations.world import fill, put
from tests.units.factories import make_province, make_units, make_user
from units.enums import Role, Subtype, UnitKind

MUST, PERCENT, EVENT, TREND = "TT124-KDC-1.1", "TT124-KDC-1.3", "TT124-KDC-3a", "TT124-KDC-4a"
EXCUSABLE = "TT124-KDC-4b"


@pytest.fixture
def dossier(world):
    register(world.area, by=world.officer)
    return world.area


def type_in(client, user, dossier, code, text, *, version=0, side="own", **more):
    client.force_login(user)
    data = {"code": code, "text": text, "version": version, "side": side} | more
    return client.post(reverse("evaluations:cell", args=[dossier.pk]), data)


def stored(dossier) -> dict[str, tuple]:
    return {
        answer.criterion.code: (answer.own, answer.version) for answer in dossier.answers.select_related("criterion")
    }


# --- saving and versions ---------------------------------------------------------------------------------------


def test_a_cell_is_saved_with_its_verdict(client, world, dossier):
    response = type_in(client, world.officer, dossier, PERCENT, " 120 / 125 ", note="Còn 5 hộ đi vắng")
    told = response.json()
    assert (response.status_code, told["text"], told["version"]) == (200, "120/125", 1)
    missing = [line.number for line in answered(dossier) if line.code != PERCENT]
    assert told["verdict"] == {
        "outcome": "not_met",
        "tone": "bad",
        "label": "Chưa đạt",
        "brief": "1.3",
        "sentences": [
            "Mới 120/125 hộ đăng ký tham gia (cần đúng 100%, tức đủ 125); còn thiếu 5 hộ (TT 124/2021, Điều 4.1)."
        ],
        "missing": missing,
        "unmet": [PERCENT],
    }
    answer = dossier.answers.get()
    assert (answer.own, answer.note, answer.saved_by) == (
        Value(numerator=120, denominator=125),
        "Còn 5 hộ đi vắng",
        world.officer,
    )


def test_each_save_is_a_new_version_and_an_empty_cell_is_one_too(client, world, dossier):
    texts = ["Đ", "k", ""]
    told = [type_in(client, world.officer, dossier, MUST, text, version=at).json() for at, text in enumerate(texts)]
    assert [(one["text"], one["version"]) for one in told] == [("Đ", 1), ("K", 2), ("", 3)]
    assert stored(dossier) == {MUST: (Value(), 3)}


def test_the_log_keeps_the_value_that_another_takes_the_place_of(client, world, dossier):
    """A first value, the same again, and a note leave no line; each change does, on either side."""
    for at, (text, note) in enumerate((("Đ", ""), ("đ", ""), ("Đ", "Có biên bản"), ("K", ""), ("", ""), ("Đ", ""))):
        type_in(client, world.officer, dossier, MUST, text, version=at, note=note)
    number = next(line.number for line in answered(dossier) if line.code == MUST)
    lines = dossier.events.filter(action="amend").values_list("label", "comment", "by_post", "source", "target")
    mine = (world.officer.post, State.REGISTERED, State.REGISTERED)
    assert list(lines) == [
        ("Sửa số liệu", f"Tiêu chí {number}: Đ → K", *mine),
        ("Sửa số liệu", f"Tiêu chí {number}: K → để trống", *mine),
    ]
    put([dossier], State.SUBMITTED)
    services.accept_answers(dossier, by=world.standing)
    answer = dossier.answers.get(criterion__code=MUST)
    services.save_answer(
        dossier, MUST, Value(met=False), version=answer.version, by=world.standing, side=Side.APPRAISED
    )
    last = dossier.events.last()
    assert (last.label, last.comment) == ("Sửa kết quả thẩm định", f"Tiêu chí {number}: Đ → K")
    assert (last.source, last.by) == (State.SUBMITTED, world.standing)
    client.force_login(world.officer)
    page = html.unescape(client.get(reverse("evaluations:detail", args=[dossier.pk])).content.decode())
    assert f"Tiêu chí {number}: K → để trống" in page


def test_a_note_not_sent_is_kept(client, world, dossier):
    type_in(client, world.officer, dossier, MUST, "Đ", note="Nghị quyết số 3")
    type_in(client, world.officer, dossier, MUST, "K", version=1)
    assert dossier.answers.get().note == "Nghị quyết số 3"


def test_two_officers_and_one_cell(client, world, dossier):
    """The second has not seen what the first wrote: told who, when and what, and nothing is overwritten."""
    type_in(client, world.officer, dossier, PERCENT, "100/125")
    response = type_in(client, world.leader, dossier, PERCENT, "125/125")
    told = response.json()
    assert (response.status_code, told["typed"], told["theirs"], told["version"]) == (409, "125/125", "100/125", 1)
    assert told["sentence"].startswith(f"{world.officer.post} vừa ghi “100/125” lúc ")
    assert told["sentence"].endswith("; giá trị của đồng chí chưa được lưu.")
    assert stored(dossier) == {PERCENT: (Value(numerator=100, denominator=125), 1)}
    # having seen it, the second may write over it
    assert type_in(client, world.leader, dossier, PERCENT, "125/125", version=1).status_code == 200


def test_the_conflict_carries_the_answer_as_it_is(world, dossier):
    first = services.save_answer(dossier, MUST, Value(met=True), version=0, by=world.officer)
    with pytest.raises(services.Conflict) as conflict:
        services.save_answer(dossier, MUST, Value(met=False), version=0, by=world.leader)
    assert (conflict.value.answer.pk, conflict.value.answer.own, conflict.value.answer.saved_by) == (
        first.pk,
        Value(met=True),
        world.officer,
    )


def test_a_cell_sent_again_meets_no_conflict_with_itself(client, world, dossier):
    """The answer was lost on the way: the page knows the version before."""
    for text in ("K", "Đ", ""):
        version = sum(dossier.answers.values_list("version", flat=True))
        first = type_in(client, world.officer, dossier, MUST, text, version=version)
        again = type_in(client, world.officer, dossier, MUST, text, version=first.json()["version"] - 1)
        assert (again.status_code, again.json()["version"]) == (200, first.json()["version"])
    assert dossier.events.filter(action="amend").count() == 2  # each change is told once
    assert (
        type_in(client, world.officer, dossier, MUST, "K", version=1).status_code == 409
    )  # another value: the control
    noted = {"version": 2, "note": "Lời khác"}
    assert type_in(client, world.officer, dossier, MUST, "", **noted).status_code == 409  # words would be lost


def test_a_version_of_an_answer_that_is_gone_is_told(client, world, dossier):
    response = type_in(client, world.officer, dossier, MUST, "Đ", version=4)
    assert (response.status_code, response.json()["sentence"]) == (
        422,
        "Ô này vừa được thay đổi ở nơi khác. Hãy tải lại trang.",
    )


@pytest.mark.parametrize("version", ["", "x", "1.5", "-", "9" * 5000])
def test_a_version_that_is_no_number(client, world, dossier, version):
    response = type_in(client, world.officer, dossier, MUST, "Đ", version=version)
    assert (response.status_code, response.json()["sentence"], Answer.objects.count()) == (
        422,
        "Phiên bản ô không hợp lệ. Hãy tải lại trang.",
        0,
    )


def test_an_appraised_cell_comes_with_what_its_page_says_above_the_table(client, world):
    submit(dossier := world.area, by=world.officer)
    answer_all(dossier, world.standing, side=Side.APPRAISED)

    def panel() -> str:
        page = client.get(reverse("evaluations:detail", args=[dossier.pk])).text
        return page.partition("data-judgement")[2].partition(">")[2].partition("<section")[0]

    client.force_login(world.standing)
    before = panel()
    told = type_in(client, world.standing, dossier, MUST, "K", version=2, side=Side.APPRAISED).json()
    assert told["panel"].strip() in panel() and told["panel"].strip() not in before
    assert "Theo thẩm định: Chưa đạt" in told["panel"] and "Theo thẩm định: Đạt" in before
    assert told["differs"] is True
    again = type_in(client, world.standing, dossier, MUST, "Đ", version=3, side=Side.APPRAISED).json()
    assert again["differs"] is False


def test_the_entering_side_is_told_of_no_appraisal(client, world, dossier):
    assert "panel" not in type_in(client, world.officer, dossier, MUST, "Đ").json()


def test_both_sides_share_a_version(client, world):
    submit(dossier := world.area, by=world.officer)
    response = type_in(client, world.standing, dossier, MUST, "K", version=1, side=Side.APPRAISED, note="Thiếu dấu")
    assert (response.status_code, response.json()["version"]) == (200, 2)
    answer = dossier.answers.get(criterion__code=MUST)
    assert (answer.own, answer.appraised, answer.note, answer.appraised_note) == (
        Value(met=True),
        Value(met=False),
        "",
        "Thiếu dấu",
    )
    assert type_in(client, world.standing, dossier, MUST, "Đ", version=1, side=Side.APPRAISED).status_code == 409


# --- bad values ------------------------------------------------------------------------------------------------

TRASH = [
    "abc",
    "½",
    "१२",
    "１",
    "=1+1",
    "<script>",
    "NaN",
    "1e3",
    "0x1",
    "9" * 100,
    "1" + " " * 30 + "2",
    "--",
    "\u202e1",
]
BAD_CELLS = [
    *[(code, text) for code in (MUST, PERCENT, EVENT, TREND) for text in TRASH],
    (MUST, "5"),
    (MUST, "Đ K"),
    (MUST, "KAD"),
    (PERCENT, "-1/5"),
    (PERCENT, "126/125"),
    (PERCENT, "5"),
    (PERCENT, "5/0"),
    (PERCENT, "1/2/3"),
    (PERCENT, "1,000/1,200"),
    (PERCENT, "1,5/2"),
    (PERCENT, "20000000/20000001"),
    (PERCENT, "/5"),
    (PERCENT, "không áp dụng"),
    (EVENT, "-1"),
    (EVENT, "1,5"),
    (EVENT, "1 BKK"),  # no excuse in the law
    (EVENT, "Đ"),
    (EVENT, "KAD"),
    (TREND, "3"),
    (TREND, "-3/5"),
    (TREND, "3/-5"),
    (EXCUSABLE, "1 XYZ"),
    (EXCUSABLE, "0 BKK"),
    (EXCUSABLE, "BKK"),
]


@pytest.mark.parametrize(("code", "text"), BAD_CELLS)
def test_a_bad_cell_is_told_and_not_kept(client, world, dossier, code, text):
    response = type_in(client, world.officer, dossier, code, text)
    told = response.json()
    number = next(line.number for line in answered(dossier) if line.code == code)
    assert (response.status_code, told["typed"]) == (422, text[:100])
    assert told["sentence"].startswith(f"Tiêu chí {number}: ") and told["sentence"].endswith(".")
    assert Answer.objects.count() == 0


@pytest.mark.parametrize(
    ("code", "text"), [(MUST, "Đ"), (PERCENT, "5/5"), (EVENT, "0"), (TREND, "3/5"), (EXCUSABLE, "1 BKK")]
)
def test_a_good_cell_of_each_measure_is_kept(client, world, dossier, code, text):
    """The negative control of the bad ones."""
    response = type_in(client, world.officer, dossier, code, text)
    assert (response.status_code, response.json()["text"]) == (200, text)


@pytest.mark.parametrize("code", ["", "TT124-KDC-9", "TT124-XA-1.1", "TT124-KDC-1", "x" * 500, "'; --", "\0"])
def test_a_criterion_the_set_does_not_ask(client, world, dossier, code):
    response = type_in(client, world.officer, dossier, code, "Đ")
    assert response.status_code == 422
    assert response.json()["sentence"] == (
        f"Bộ tiêu chí “Khu dân cư đạt tiêu chuẩn “An toàn về an ninh, trật tự”” "
        f"không có tiêu chí mã “{code.replace(chr(0), '')[:40]}”."
    )


def test_what_no_database_keeps_is_left_out(client, world, dossier):
    response = type_in(client, world.officer, dossier, MUST, "Đ\0", note="Giải\0 trình")
    assert (response.status_code, dossier.answers.get().note) == (200, "Giải trình")


def test_a_derived_criterion_is_not_typed(client, world):
    dossier = dossier_of(world.cycle, world.commune)
    register(dossier, by=world.officer)
    response = type_in(client, world.officer, dossier, "TT124-XA-4.1", "4/4")
    assert (response.status_code, Answer.objects.count()) == (422, 0)
    assert response.json()["sentence"] == (
        "Tiêu chí 4.1: hệ thống tự tính từ kết quả của các đơn vị trực thuộc, không nhập tay; hãy để trống."
    )


@pytest.fixture
def scored(dossier):
    """The dossier judged by a set with points."""
    like = dossier.criteria_set
    points = CriteriaSet.objects.create(
        programme=like.programme,
        document=like.document,
        code="DIEM",
        name="Bộ chấm điểm",
        unit_kinds=["residential_area"],
        first_year=2024,
    )
    Criterion.objects.create(
        criteria_set=points,
        code="DIEM-1",
        order=1,
        number="1",
        label="Điểm",
        article="Điều 1",
        measure="points",
        max_points=Decimal("4.50"),
    )
    Evaluation.objects.filter(pk=dossier.pk).update(criteria_set=points)
    return Evaluation.objects.get(pk=dossier.pk)


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("4,5", 200, "4,5"),
        ("4,51", 422, "Tiêu chí 1: 4,51 điểm vượt mức tối đa 4,5 điểm."),
        ("-1", 422, "Tiêu chí 1: số liệu không được âm; hãy ghi từ 0 trở lên."),
        ("4,2555", 422, "Tiêu chí 1: điểm chỉ ghi tối đa hai chữ số sau dấu phẩy, ví dụ 4,25."),
    ],
)
def test_points_above_the_maximum(client, world, scored, text, status, said):
    response = type_in(client, world.officer, scored, "DIEM-1", text)
    assert (response.status_code, response.json().get("sentence") or response.json()["text"]) == (status, said)


# --- who may, and when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [state for state in State if state not in ("registered", "returned")])
def test_only_an_open_file_is_written(client, world, state):
    put([world.area], state)
    response = type_in(client, world.officer, world.area, MUST, "Đ")
    label = State(state).label
    sentence = f"Hồ sơ đang ở tình trạng “{label}” nên không sửa được. Hãy tải lại trang."
    if state == State.EXPECTED:
        sentence = "Đơn vị chưa đăng ký. Hãy bấm “Đăng ký” trước khi nhập kết quả."
    assert (response.status_code, response.json()["sentence"], Answer.objects.count()) == (422, sentence, 0)


@pytest.mark.parametrize("state", [state for state in State if state != "submitted"])
def test_only_a_file_sent_is_appraised(client, world, state):
    put([world.area], state)
    response = type_in(client, world.standing, world.area, MUST, "Đ", side=Side.APPRAISED)
    assert (response.status_code, response.json()["sentence"]) == (
        422,
        f"Hồ sơ đang ở tình trạng “{State(state).label}”, không ở bước thẩm định.",
    )


def test_who_may_write_which_side(client, world, dossier):
    for user, status in ((world.sister, 404), (world.inspector, 422), (world.standing, 422), (world.leader, 200)):
        assert type_in(client, user, dossier, MUST, "Đ").status_code == status, user.post
        assert dossier.answers.filter(met=True).exists() == (status == 200), user.post
    put([dossier], State.SUBMITTED, submitted_by=world.officer)
    for user, status in ((world.sister, 404), (world.leader, 422), (world.chair, 422), (world.standing, 200)):
        response = type_in(client, user, dossier, MUST, "Đ", version=1, side=Side.APPRAISED)
        assert response.status_code == status, user.post
        assert dossier.answers.filter(appraised_met=True).exists() == (status == 200), user.post


def test_nothing_is_written_in_a_locked_year(client, world, dossier):
    Cycle.objects.filter(pk=world.cycle.pk).update(status=CycleStatus.CLOSED)
    response = type_in(client, world.officer, dossier, MUST, "Đ")
    assert (response.status_code, response.json()["sentence"]) == (422, "Kỳ đánh giá năm 2024 đã khoá sổ.")


# --- the single form -------------------------------------------------------------------------------------------


def entry_data(dossier, **changes) -> dict:
    """The form as the page sends it when everything is met, with some fields changed."""
    data = {}
    for line in answered(dossier):
        prefix = line.code.replace(".", "_")
        data[f"{prefix}-version"] = "0"
        data[f"{prefix}-note"] = ""
        if line.measure == "must":
            data[f"{prefix}-met"] = "yes"
        elif line.measure == "event":
            data[f"{prefix}-value"] = "0"
        else:
            data |= {f"{prefix}-numerator": "5", f"{prefix}-denominator": "5"}
    return data | {key.replace("__", "-").replace("TT124_KDC_", "TT124-KDC-"): value for key, value in changes.items()}


def send_entry(client, user, dossier, data):
    client.force_login(user)
    return client.post(reverse("evaluations:entry", args=[dossier.pk]), data)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1.000", 1000),
        ("1 000", 1000),
        ("12", 12),
        ("12,5", None),
        ("1,000", None),
        ("2.5", None),
        ("0.125", None),
        ("12 34", None),
    ],
)
def test_the_form_and_the_grid_read_a_number_alike(client, world, dossier, typed, read):
    line = next(line for line in answered(dossier) if line.code == "TT124-KDC-3a")
    told = send_entry(client, world.officer, dossier, entry_data(dossier, **{"TT124-KDC-3a-value": typed}))
    by_form = stored(dossier).get(line.code)
    dossier.answers.all().delete()
    in_cell = type_in(client, world.officer, dossier, line.code, typed)
    by_grid = stored(dossier).get(line.code)
    if read is None:
        assert (told.status_code, in_cell.status_code, by_form, by_grid) == (422, 422, None, None)
        page = html.unescape(told.content.decode())
        assert f'name="TT124-KDC-3a-value" value="{typed}" inputmode="numeric"' in page
        assert ("có thể hiểu hai cách" if typed == "1,000" else "Hãy nhập một số nguyên") in page
    else:
        assert (by_form, by_grid) == ((Value(value=Decimal(read)), 1), (Value(value=Decimal(read)), 1))


def test_the_form_saves_everything_at_once(client, world, dossier):
    response = send_entry(client, world.officer, dossier, entry_data(dossier))
    assert (response.status_code, response.url, dossier.answers.count()) == (
        302,
        reverse("evaluations:entry", args=[dossier.pk]),
        17,
    )
    assert judged_dossier(dossier).verdict(Side.OWN).outcome == "met"
    page = client.get(response.url).content.decode()
    assert len(re.findall(r'value="yes"[^>]* checked', page)) == 5 and 'value="0.00"' not in page
    again = send_entry(client, world.officer, dossier, entry_data(dossier) | versions(dossier))
    assert (again.status_code, set(dossier.answers.values_list("version", flat=True))) == (302, {1})  # nothing changed


def versions(dossier) -> dict[str, str]:
    return {
        f"{code.replace('.', '_')}-version": str(version)
        for code, version in dossier.answers.values_list("criterion__code", "version")
    }


BAD_FORMS = {
    "numerator above denominator": (
        {"TT124-KDC-1_3-numerator": "130", "TT124-KDC-1_3-denominator": "125"},
        "tử số 130 (hộ đăng ký tham gia) lớn hơn mẫu số 125 (hộ đang cư trú)",
    ),
    "negative": ({"TT124-KDC-3a-value": "-2"}, "số liệu không được âm"),
    "not whole": ({"TT124-KDC-3a-value": "1.5"}, "“1.5” không phải số nguyên. Hãy nhập một số nguyên"),
    "a comma": ({"TT124-KDC-3a-value": "12,5"}, "“12,5” không phải số nguyên. Hãy nhập một số nguyên"),
    "half a pair": ({"TT124-KDC-4a-denominator": ""}, "mới có một trong hai số"),
    "too large": ({"TT124-KDC-3a-value": "99999999999"}, "số liệu lớn hơn 10.000.000"),
    "letters": ({"TT124-KDC-1_3-numerator": "nhiều"}, "Hãy nhập một số nguyên, không chấm, phẩy."),
    "not a number": ({"TT124-KDC-3a-value": "NaN"}, "Hãy nhập một số nguyên, không chấm, phẩy."),
    "an unknown choice": ({"TT124-KDC-1_1-met": "maybe"}, "maybe"),
    "an excuse for nothing": ({"TT124-KDC-4b-excuse": "force_majeure"}, "không ghi trường hợp loại trừ"),
    "a foreign excuse": ({"TT124-KDC-4b-value": "1", "TT124-KDC-4b-excuse": "x"}, "x"),
    "a version of nothing": ({"TT124-KDC-1_1-version": "3"}, "Ô này vừa được thay đổi ở nơi khác"),
    "a version that is none": ({"TT124-KDC-1_1-version": "x"}, "Phiên bản ô không hợp lệ. Hãy tải lại trang."),
}


@pytest.mark.parametrize(("changes", "said"), BAD_FORMS.values(), ids=BAD_FORMS)
def test_a_bad_form_keeps_what_was_typed_and_saves_nothing(client, world, dossier, changes, said):
    typed = entry_data(dossier) | {"TT124-KDC-2-note": "Ghi chú của tôi"} | changes
    response = send_entry(client, world.officer, dossier, typed)
    page = html.unescape(response.content.decode())
    assert (response.status_code, dossier.answers.count()) == (422, 0)
    assert said in page
    assert "Ghi chú của tôi" in page
    for name, value in changes.items():
        if value and "-met" not in name and "-excuse" not in name:
            assert f'name="{name}" value="{value}"' in page


def test_a_form_beside_a_colleague_is_told_both(client, world, dossier):
    services.save_answer(dossier, MUST, Value(met=False), version=0, by=world.leader)
    response = send_entry(client, world.officer, dossier, entry_data(dossier))
    page = html.unescape(response.content.decode())
    assert (response.status_code, stored(dossier)) == (422, {MUST: (Value(met=False), 1)})
    assert f"{world.leader.post} vừa ghi “Không đạt” lúc " in page
    assert "giá trị của đồng chí chưa được lưu. Hãy chọn giữ giá trị nào." in page


def form_as_shown(client, user, dossier) -> dict[str, str]:
    """What a browser would send of the entry form if nobody touched it."""
    client.force_login(user)
    page = client.get(reverse("evaluations:entry", args=[dossier.pk]))
    sent = {}
    for form in (entry.form for entry in page.context["entries"] if entry.form):
        sent |= {field.html_name: value for field in form if str(value := field.value()) not in ("None", "", "False")}
        sent[form.shown_name] = form.shown
    return sent


def test_what_the_page_was_not_asked_to_change_is_no_conflict(client, world, dossier):
    """A colleague answers one criterion while the form is open at another: both stand."""
    services.save_answer(dossier, TREND, Value(numerator=1, denominator=2), version=0, by=world.officer)
    sent = form_as_shown(client, world.officer, dossier)
    services.save_answer(dossier, MUST, Value(met=False), version=0, by=world.leader, note="Của người kia")
    services.save_answer(dossier, TREND, Value(numerator=2, denominator=2), version=1, by=world.leader)
    response = send_entry(client, world.officer, dossier, sent | {"TT124-KDC-3a-value": "0"})
    assert response.status_code == 302
    assert stored(dossier)[MUST] == (Value(met=False), 1)
    assert stored(dossier)[TREND] == (Value(numerator=2, denominator=2), 2)
    assert stored(dossier)["TT124-KDC-3a"] == (Value(value=Decimal(0)), 1)
    without = {name: value for name, value in sent.items() if not name.endswith("-shown")}  # the guard, taken away
    assert send_entry(client, world.officer, dossier, without).status_code == 422


def test_a_conflict_over_a_note_shows_theirs_and_is_decided_in_place(client, world, dossier):
    services.save_answer(dossier, MUST, Value(met=True), version=0, by=world.officer)
    prefix = MUST.replace(".", "_")
    sent = form_as_shown(client, world.officer, dossier) | {f"{prefix}-note": "Phần của tôi"}
    services.save_answer(dossier, MUST, Value(met=True), version=1, by=world.leader, note="Phần của người kia")
    response = send_entry(client, world.officer, dossier, sent)
    page = html.unescape(response.content.decode())
    assert response.status_code == 422 and "Đang lưu: “Đạt”, giải trình “Phần của người kia”." in page
    assert "Phần của tôi" in page
    form = next(entry.form for entry in response.context["entries"] if entry.criterion.code == MUST)
    theirs = json.loads(form.theirs)
    assert theirs[f"{prefix}-note"] == "Phần của người kia" and theirs[f"{prefix}-met"] == "yes"
    kept = {
        name: value for name, value in (sent | theirs).items() if value is not False
    }  # as the page's script fills it
    assert send_entry(client, world.officer, dossier, kept).status_code == 302
    assert dossier.answers.get().note == "Phần của người kia"
    assert send_entry(client, world.officer, dossier, sent).status_code == 422  # not ticked: nothing is written over
    ticked = re.search(f'name="{prefix}-over" value="(\\d+)"', page)[1]
    assert send_entry(client, world.officer, dossier, sent | {f"{prefix}-over": ticked}).status_code == 302
    assert dossier.answers.get().note == "Phần của tôi"
    stale = sent | {f"{prefix}-over": ticked, f"{prefix}-note": "Lần nữa"}  # what was agreed to is no longer there
    assert send_entry(client, world.officer, dossier, stale).status_code == 422
    assert dossier.answers.get().note == "Phần của tôi"


def test_a_form_sent_too_late_keeps_what_was_typed(client, world, dossier):
    """The dossier was sent by a colleague while this form was open."""
    put([dossier], State.SUBMITTED)
    response = send_entry(client, world.officer, dossier, entry_data(dossier) | {"TT124-KDC-2-note": "Ghi chú của tôi"})
    page = html.unescape(response.content.decode())
    assert (response.status_code, dossier.answers.count()) == (422, 0)
    assert "Chưa lưu gì: hồ sơ đang ở tình trạng “Đã gửi, chờ thẩm định” nên không sửa được." in page
    assert "Ghi chú của tôi" in page


def test_the_form_of_a_file_one_may_not_write(client, world, dossier):
    client.force_login(world.inspector)
    page = reverse("evaluations:entry", args=[dossier.pk])
    assert client.get(page).url == reverse("evaluations:detail", args=[dossier.pk])
    assert (client.post(page, entry_data(dossier)).status_code, dossier.answers.count()) == (302, 0)


# --- taking answers over ---------------------------------------------------------------------------------------


def test_appraisers_take_over_what_they_have_not_judged(client, world):
    submit(dossier := world.area, by=world.officer)
    services.save_answer(dossier, MUST, Value(met=False), version=1, by=world.standing, side=Side.APPRAISED)
    client.force_login(world.standing)
    client.post(reverse("evaluations:accept", args=[dossier.pk]))
    answers = answers_of([dossier])[dossier.pk]
    assert answers[MUST].appraised == Value(met=False)
    assert all(answer.appraised == answer.own for code, answer in answers.items() if code != MUST)
    assert {answer.version for answer in answers.values()} == {2}
    with pytest.raises(Refused):
        services.accept_answers(dossier, by=world.officer)


# --- what the portal derives (TT 124/2021, Điều 5.4) -----------------------------------------------------------


def commune_of(units: int):
    """A commune that manages so many areas, its year open; its dossier and theirs."""
    province = make_province(f"Tỉnh {units}")
    district = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện"])[0]
    commune = make_units(district, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã"])[0]
    make_units(commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn {at}" for at in range(units)])
    tree = make_user()  # anything with a province will do for open_year
    tree.province = province
    cycle = open_year(tree)
    return dossier_of(cycle, commune), list(cycle.evaluations.filter(kind="residential_area"))


def findings(dossier, *codes) -> dict[str, str]:
    verdict = judged_dossier(dossier).verdict(Side.OWN)
    return {one.code: one.sentence for one in (*verdict.failed, *verdict.missing) if one.code in codes}


@pytest.mark.parametrize(
    ("recognised", "units", "sentence"),
    [
        (
            16,
            25,
            "Mới 16/25 đơn vị được công nhận (cần từ 70%, tức ít nhất 18); còn thiếu 2 đơn vị (TT 124/2021, Điều 5.4).",
        ),
        (
            17,
            25,
            "Mới 17/25 đơn vị được công nhận (cần từ 70%, tức ít nhất 18); còn thiếu 1 đơn vị (TT 124/2021, Điều 5.4).",
        ),
        (18, 25, None),
        (7, 10, None),
        (
            6,
            10,
            "Mới 6/10 đơn vị được công nhận (cần từ 70%, tức ít nhất 7); còn thiếu 1 đơn vị (TT 124/2021, Điều 5.4).",
        ),
        (
            0,
            1,
            "Mới 0/1 đơn vị được công nhận (cần từ 70%, tức ít nhất 1); còn thiếu 1 đơn vị (TT 124/2021, Điều 5.4).",
        ),
    ],
)
def test_seventy_percent_on_whole_numbers(world, recognised, units, sentence):
    dossier, areas = commune_of(units)
    put(areas[:recognised], State.RECOGNISED)
    put(areas[recognised:], State.DECLINED)
    assert findings(dossier, "TT124-XA-4.2").get("TT124-XA-4.2") == sentence
    assert findings(dossier, "TT124-XA-4.1") == {}


def test_every_unit_must_be_registered(world):
    dossier, areas = commune_of(25)
    put(areas[:24], State.REGISTERED)
    assert findings(dossier, "TT124-XA-4.1")["TT124-XA-4.1"] == (
        "Mới 24/25 đơn vị đã đăng ký (cần đúng 100%, tức đủ 25); còn thiếu 1 đơn vị (TT 124/2021, Điều 5.4)."
    )
    put(areas[24:], State.WITHDRAWN)  # taken out of the year by its own level: still counted
    assert "Mới 24/25" in findings(dossier, "TT124-XA-4.1")["TT124-XA-4.1"]
    put(areas[24:], State.EXCLUDED)  # let go by the level above: no longer counted
    assert findings(dossier, "TT124-XA-4.1") == {}


@pytest.mark.parametrize(("ahead", "outcome"), [(True, "missing"), (False, "failed")])
def test_who_may_still_register_is_waited_for(world, ahead, outcome):
    """Until the last day to register (the route's own) a unit that has not is undecided, not failed."""
    dossier, areas = commune_of(4)
    put(areas[:3], State.REGISTERED)
    year = localdate().year + (1 if ahead else -1)
    Cycle.objects.filter(pk=dossier.cycle_id).update(year=year)
    dossier.cycle.refresh_from_db()
    verdict = judged_dossier(dossier).verdict(Side.OWN)
    told = {one.code: one.sentence for one in getattr(verdict, outcome)}
    assert told["TT124-XA-4.1"] == (
        "Còn 1 đơn vị thuộc xã chưa đăng ký (đã đăng ký 3/4), chưa hết hạn đăng ký nên chưa kết luận được "
        "(TT 124/2021, Điều 5.4)."
        if ahead
        else "Mới 3/4 đơn vị đã đăng ký (cần đúng 100%, tức đủ 4); còn thiếu 1 đơn vị (TT 124/2021, Điều 5.4)."
    )
    put(areas[3:], State.WITHDRAWN)
    put(areas[3:], State.DECLINED)  # registered once, decided since: nothing left to wait for
    assert findings(dossier, "TT124-XA-4.1") == {}


def test_a_commune_does_not_pass_by_withdrawing_its_units(client, db):
    """4 of 12 recognised and the other 8 withdrawn is 4/12, until the level above lets them go with a reason."""
    dossier, areas = commune_of(12)
    commune, district = dossier.unit, dossier.district
    put(areas[:4], State.RECOGNISED)
    leader, chair = make_user(Role.LEADER, commune), make_user(Role.CHAIR, district)
    gone = [area.pk for area in areas[4:]]
    assert len(workflow.advance_many(gone, Action.WITHDRAW, by=leader, comment="Không xét").done) == 8
    assert findings(dossier, "TT124-XA-4.1", "TT124-XA-4.2") == {
        "TT124-XA-4.1": "Mới 4/12 đơn vị đã đăng ký (cần đúng 100%, tức đủ 12); còn thiếu 8 đơn vị "
        "(TT 124/2021, Điều 5.4).",
        "TT124-XA-4.2": "Mới 4/12 đơn vị được công nhận (cần từ 70%, tức ít nhất 9); còn thiếu 5 đơn vị "
        "(TT 124/2021, Điều 5.4).",
    }
    total = yearly_rollup(dossier.cycle, place=commune, by="kind", kind="residential_area").total
    assert (total.recognised, total.roster, total.of_roster.text) == (4, 12, "33,33")
    client.force_login(chair)
    page = client.get(reverse("evaluations:detail", args=[dossier.pk])).content.decode()
    assert "Tính trên 12 đơn vị trong danh sách của kỳ, gồm cả 8 đơn vị nơi quản lý tự đưa ra khỏi diện xét." in page
    assert not workflow.advance_many(gone, Action.EXCLUDE, by=leader, comment="Không xét").done
    assert not workflow.advance_many(gone, Action.EXCLUDE, by=chair, comment=" ").done
    assert len(workflow.advance_many(gone, Action.EXCLUDE, by=chair, comment="Thôn di dời theo dự án").done) == 8
    assert findings(dossier, "TT124-XA-4.1", "TT124-XA-4.2") == {}
    total = yearly_rollup(dossier.cycle, place=commune, by="kind", kind="residential_area").total
    assert (total.recognised, total.roster, total.excluded) == (4, 4, 8)
    page = client.get(reverse("evaluations:detail", args=[dossier.pk])).content.decode()
    assert "không tính 8 đơn vị được cấp trên đồng ý đưa ra hoặc kết thúc do sắp xếp." in page


def test_units_still_under_way_are_waited_for(world):
    """17 recognised of 25 and 3 undecided: not known; when the undecided can change nothing, known at once."""
    dossier, areas = commune_of(25)
    put(areas[:17], State.RECOGNISED)
    put(areas[17:22], State.DECLINED)
    put(areas[22:], State.APPRAISED)
    verdict = judged_dossier(dossier).verdict(Side.OWN)
    told = {one.code: one.sentence for one in verdict.missing}
    assert told["TT124-XA-4.2"] == (
        "Còn 3 đơn vị thuộc xã chưa có kết quả (đã công nhận 17/25) nên chưa kết luận được (TT 124/2021, Điều 5.4)."
    )
    put(areas[22:23], State.RECOGNISED)  # 18 of 25: met whatever the last two come to
    assert findings(dossier, "TT124-XA-4.2") == {}
    put(areas[:3], State.REVOKED)  # 15 and 2 undecided: lost whatever they come to
    assert "Mới 15/25" in findings(dossier, "TT124-XA-4.2")["TT124-XA-4.2"]


def test_a_commune_without_units_cannot_be_derived(world):
    dossier, _ = commune_of(0)
    assert set(findings(dossier, "TT124-XA-4.1", "TT124-XA-4.2")) == {"TT124-XA-4.1", "TT124-XA-4.2"}
    assert judged_dossier(dossier).verdict(Side.OWN).outcome == "incomplete"


def test_a_commune_may_be_sent_before_its_units_are_decided_but_not_proposed(world):
    """Derived criteria are nobody's to answer: they stop the committee, not the officer."""
    dossier, areas = commune_of(10)
    put([dossier], State.REGISTERED, entry_unit=world.commune)
    fill([dossier], world.officer)
    assert workflow.advance(dossier, Action.SUBMIT, by=world.officer).state == State.SUBMITTED
    put([dossier], State.TABLED, decision_unit=world.commune)
    with pytest.raises(Refused) as refusal:
        workflow.advance(dossier, Action.PROPOSE, by=world.chair)
    assert "Mới 0/10 đơn vị đã đăng ký" in refusal.value.sentence
    put(areas, State.RECOGNISED)
    assert workflow.advance(dossier, Action.PROPOSE, by=world.chair).state == State.PROPOSED


# --- words ----------------------------------------------------------------------------------------------------


def test_a_note_nobody_can_read_is_refused_by_the_grid_and_the_form(client, world):
    dossier = world.areas[0]
    put([dossier], State.REGISTERED)
    client.force_login(world.officer)
    sent = {"code": MUST, "text": "Đ", "version": 0, "note": "Tæ tù qu¶n"}
    answer = client.post(reverse("evaluations:cell", args=[dossier.pk]), sent)
    told = "“Tæ tù qu¶n” viết bằng phông TCVN3 hoặc VNI. Có phải là “Tổ tự quản”? Hãy gõ lại bằng bảng mã Unicode."
    assert (answer.status_code, answer.json()["sentence"], answer.json()["typed"]) == (422, told, "Đ")
    prefix = MUST.replace(".", "_")
    sent = {f"{prefix}-met": "yes", f"{prefix}-version": "0", f"{prefix}-note": "Tæ tù qu¶n"}
    page = client.post(reverse("evaluations:entry", args=[dossier.pk]), sent)
    assert (page.status_code, told in html.unescape(page.text)) == (422, True)
    assert "Tæ tù qu¶n</textarea>" in page.text
    assert not dossier.answers.exists()


def test_a_reason_of_a_move_nobody_can_read_is_refused_and_shown_again(client, world):
    dossier = world.areas[0]
    put([dossier], State.SUBMITTED)
    client.force_login(world.standing)
    sent = {"action": Action.RETURN, "comment": "B\ufffd sung biên bản"}
    page = client.post(reverse("evaluations:act", args=[dossier.pk]), sent)
    assert (page.status_code, "đã mất chữ có dấu. Hãy gõ lại cho đủ dấu." in page.text) == (422, True)
    assert "B\ufffd sung biên bản</textarea>" in page.text
    dossier.refresh_from_db()
    assert dossier.state == State.SUBMITTED


# --- what a save costs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["own", Side.APPRAISED])
def test_a_cell_save_costs_the_same_in_a_full_file(client, world, side):
    """One answer or seventeen, in a commune of two areas or of ten: the same statements."""
    few, many = world.areas
    user = world.officer if side == "own" else world.standing
    put([few, many], State.REGISTERED)
    services.save_answer(few, MUST, Value(met=True), version=0, by=world.officer)
    answer_all(many, world.officer)
    if side == Side.APPRAISED:
        put([few, many], State.SUBMITTED, is_being_appraised=True)  # beginning costs one more, once a round
    client.force_login(user)

    def statements(dossier) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = client.post(
                reverse("evaluations:cell", args=[dossier.pk]),
                {"code": MUST, "text": "K", "version": 1, "side": side},
            )
        assert response.status_code == 200
        return len(captured)

    statements(few)  # the session's first request
    put([few], few.state)
    few.answers.update(version=1, met=True)
    assert statements(few) == statements(many)
