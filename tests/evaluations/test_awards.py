"""Bars from awards: one door, whom they bar and whom not, who may turn them, what the pages say."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.enums import Bar, Outcome, SetStatus
from criteria.models import AwardBar, CriteriaSet, Grade, Programme
from evaluations import awards
from evaluations.enums import CycleStatus, State
from evaluations.models import Cycle, Evaluation
from portal.core.errors import Refused
from units.enums import Role

from ..units.factories import make_province, make_user
from .world import more_files, put

GROUND = "Đề án 2020–2025 của tỉnh, mục IV.7"


@pytest.fixture
def unmet(world):
    return bar_by(world, Bar.UNMET)


def bar_by(world, bar: str, programme: Programme | None = None) -> AwardBar:
    programme = programme or world.cycle.programme
    return awards.set_bar(world.tree.province, bar, programme, first_year=2024, ground=GROUND, by=world.staff)


@pytest.fixture
def second(world) -> Cycle:
    """The same year of another programme in the province."""
    other = Programme.objects.create(code="thu-hai", name="Chương trình thứ hai", title="Đạt chương trình thứ hai")
    return Cycle.objects.create(programme=other, province=world.tree.province, year=2024, as_of=world.cycle.as_of)


def why(files, year=2024) -> dict[str, list[str]]:
    names = {file.unit_id: file.unit_name for file in files}
    return {names[pk]: told for pk, told in awards.barred(names, year).items()}


def graded_set(world, programme: Programme, *, code="XL-THU", province_code="") -> CriteriaSet:
    """A published set of four grades."""
    model = world.area.criteria_set
    made = CriteriaSet.objects.create(
        code=code,
        name="Bộ xếp loại",
        programme=programme,
        document=model.document,
        unit_kinds=model.unit_kinds,
        outcome=Outcome.GRADES,
        province_code=province_code,
        first_year=2030,
    )
    for rank, label in enumerate(("Xuất sắc", "Khá", "Trung bình", "Yếu"), 1):
        Grade.objects.create(criteria_set=made, rank=rank, label=label)
    CriteriaSet.objects.filter(pk=made.pk).update(status=SetStatus.PUBLISHED)
    return made


def graded(world, cycle: Cycle, ranks: dict[str, int]) -> list[Evaluation]:
    """Recognised files of the year by a set of four grades, each with the rank of its name."""
    shown = graded_set(world, cycle.programme)
    grades = list(shown.grades.order_by("rank"))
    files = more_files(world, list(ranks), criteria_set=shown, cycle=cycle)
    for file in files:
        put([file], State.RECOGNISED, grade=grades[ranks[file.unit_name] - 1])
    return files


# --- the door ----------------------------------------------------------------------------------------------------


def test_a_bar_is_set_once_and_ended_once(world, unmet):
    province, staff, safety = world.tree.province, world.staff, world.cycle.programme
    assert (unmet.first_year, unmet.last_year, unmet.ground, unmet.set_by) == (2024, None, GROUND, staff)
    with pytest.raises(Refused, match="đã đặt từ năm 2024 và đang áp dụng"):
        awards.set_bar(province, Bar.UNMET, safety, first_year=2026, ground=GROUND, by=staff)
    with pytest.raises(Refused, match="áp dụng từ năm 2024 nên năm cuối không thể là 2023"):
        awards.end_bar(unmet, last_year=2023, by=staff)
    assert awards.end_bar(unmet, last_year=2025, by=staff).last_year == 2025
    with pytest.raises(Refused, match="đã thôi áp dụng từ sau năm 2025"):
        awards.end_bar(unmet, last_year=2026, by=staff)
    with pytest.raises(Refused, match="từ năm 2024 đến hết năm 2025"):
        awards.set_bar(province, Bar.UNMET, safety, first_year=2025, ground=GROUND, by=staff)
    awards.set_bar(province, Bar.UNMET, safety, first_year=2026, ground=GROUND, by=staff)
    assert [AwardBar.objects.in_year(year).count() for year in (2023, 2024, 2025, 2026, 2040)] == [0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("changes", "said"), [({"ground": " \u200b "}, "Hãy ghi căn cứ"), ({"first_year": 1}, "Năm 1")]
)
def test_a_bar_needs_its_ground_and_a_year(world, changes, said):
    asked = {"first_year": 2024, "ground": GROUND} | changes
    with pytest.raises(Refused, match=said):
        awards.set_bar(world.tree.province, Bar.UNMET, world.cycle.programme, by=world.staff, **asked)
    assert not AwardBar.objects.exists()


def test_only_the_provinces_staff_turn_it(world, unmet):
    far = make_user(Role.STAFF, make_province("Tỉnh Xa", code="95"))
    second = Programme.objects.get(code="da375")
    for person in (world.officer, world.leader, world.inspector, world.chair, far):
        for act in (
            lambda by: awards.set_bar(unmet.province, Bar.UNMET, second, first_year=2024, ground=GROUND, by=by),
            lambda by: awards.end_bar(unmet, last_year=2024, by=by),
        ):
            with pytest.raises(Refused, match="Chỉ cán bộ cấp tỉnh hoặc quản trị"):
                act(person)
    awards.end_bar(unmet, last_year=2024, by=make_user(Role.ADMIN, world.tree.province))


# --- whom it bars ------------------------------------------------------------------------------------------------


def test_without_a_bar_nobody_is_barred(world):
    put(world.areas, State.DECLINED)
    assert why(world.areas) == {}


def test_the_unmet_are_barred_with_their_ground(world, unmet):
    names = ["Thôn Trượt", "Thôn Mất", "Thôn Rút", "Thôn Được", "Thôn Đang", "Thôn Chờ"]
    files = more_files(world, names)
    states = (State.DECLINED, State.REVOKED, State.WITHDRAWN, State.RECOGNISED, State.SUBMITTED, State.EXPECTED)
    for file, state in zip(files, states, strict=True):
        put([file], state)
    assert set(why(files)) == {"Thôn Trượt", "Thôn Mất", "Thôn Rút"}
    assert why(files)["Thôn Mất"] == [
        "Không xét khen thưởng: An toàn về an ninh, trật tự năm 2024 không đạt (Bị thu hồi công nhận). "
        f"Căn cứ: {GROUND}."
    ]
    assert why(files, 2023) == {}
    Cycle.objects.filter(pk=world.cycle.pk).update(status=CycleStatus.CLOSED)
    assert set(why(files)) == set(names) - {"Thôn Được"}


def test_another_provinces_bar_bars_nobody_here(world):
    far = make_province("Tỉnh Xa", code="95")
    awards.set_bar(far, Bar.UNMET, world.cycle.programme, first_year=2020, ground=GROUND, by=make_user(Role.STAFF, far))
    put(world.areas, State.DECLINED)
    assert why(world.areas) == {}


def test_the_weakest_grade_of_its_set_is_barred_and_no_better_one(world):
    files = graded(world, world.cycle, {"Thôn Khá": 2, "Thôn Vừa": 3, "Thôn Yếu": 4})
    assert why(files) == {}
    bar_by(world, Bar.WEAKEST)
    assert list(why(files)) == ["Thôn Yếu"]
    assert why(files)["Thôn Yếu"] == [
        "Không xét khen thưởng: An toàn về an ninh, trật tự năm 2024 xếp loại Yếu, là loại thấp nhất. "
        f"Căn cứ: {GROUND}."
    ]


def test_a_programme_bars_by_its_own_results_alone(world, unmet, second):
    here = more_files(world, ["Thôn Trượt"])
    there = more_files(world, ["Thôn Khác"], cycle=second)
    weak = graded(world, second, {"Thôn Khá": 2, "Thôn Yếu": 4})
    for file in (*here, *there):
        put([file], State.DECLINED)
    files = [*here, *there, *weak]
    assert set(why(files)) == {"Thôn Trượt"}
    bar_by(world, Bar.UNMET, second.programme)
    bar_by(world, Bar.WEAKEST, second.programme)
    assert AwardBar.objects.filter(bar=Bar.UNMET, last_year=None).count() == 2
    assert set(why(files)) == {"Thôn Trượt", "Thôn Khác", "Thôn Yếu"}
    assert why(files)["Thôn Khác"] == [
        f"Không xét khen thưởng: Chương trình thứ hai năm 2024 không đạt (Chưa đạt). Căn cứ: {GROUND}."
    ]
    awards.end_bar(AwardBar.objects.get(bar=Bar.UNMET, programme=second.programme), last_year=2024, by=world.staff)
    assert "Thôn Khác" in why(files) and AwardBar.objects.in_year(2025).count() == 2


def test_a_candidate_nobody_selected_is_not_barred(world, second):
    model = world.area.criteria_set
    chosen_of = CriteriaSet.objects.create(
        code="CHON",
        name="Bộ chọn",
        programme=second.programme,
        document=model.document,
        unit_kinds=model.unit_kinds,
        first_year=2024,
        by_selection=True,
    )
    files = more_files(world, ["Thôn Bỏ", "Thôn Chọn"], cycle=second, criteria_set=chosen_of)
    put(files[1:], State.REGISTERED)
    bar_by(world, Bar.UNMET, second.programme)
    Cycle.objects.filter(pk=second.pk).update(status=CycleStatus.CLOSED)
    assert set(why(files)) == {"Thôn Chọn"}


def test_only_a_programme_with_grades_has_a_weakest_one(world, second):
    graded_set(world, second.programme, code="XL-XA", province_code="95")
    with pytest.raises(Refused, match="chưa có bộ tiêu chí xếp loại đã ban hành.*Hãy ban hành bộ tiêu chí có xếp loại"):
        bar_by(world, Bar.WEAKEST, second.programme)
    graded_set(world, second.programme)
    with pytest.raises(Refused, match="Hãy chọn chương trình có xếp loại: Chương trình thứ hai"):
        bar_by(world, Bar.WEAKEST)
    assert str(bar_by(world, Bar.WEAKEST, second.programme)) == "Chương trình thứ hai: xếp loại thấp nhất"


def test_two_queries_for_any_number_of_units(world, unmet):
    files = more_files(world, [f"Thôn B{number}" for number in range(30)], state=State.DECLINED)

    def asked(ids) -> int:
        with CaptureQueriesContext(connection) as found:
            awards.barred(ids, 2024)
        return len(found)

    assert (asked([files[0].unit_id]), asked([file.unit_id for file in files])) == (2, 2)


# --- the pages ---------------------------------------------------------------------------------------------------


def page(response) -> str:
    return html.unescape(response.content.decode())


def test_switching_on_and_off_through_the_page(client, world):
    bars = reverse("evaluations:award_bars")
    client.force_login(world.staff)
    assert "Tỉnh chưa đặt điều kiện nào" in page(client.get(bars))
    safety = world.cycle.programme
    typed = {"bar": "unmet", "programme": safety.pk, "first_year": "2024", "ground": GROUND}
    wrong = client.post(bars, typed | {"bar": "weakest"})
    assert wrong.status_code == 422 and "nên không có loại thấp nhất" in page(wrong)
    assert f'value="{GROUND}"' in page(wrong) and not AwardBar.objects.exists()
    assert client.post(bars, typed).status_code == 302
    again = client.post(bars, typed)
    assert again.status_code == 422 and f'value="{GROUND}"' in page(again)
    bar = AwardBar.objects.get()
    for year in ("", "x", "2023"):
        refused = client.post(reverse("evaluations:award_bar_end", args=[bar.pk]), {"last_year": year})
        assert refused.status_code == 422 and AwardBar.objects.get().last_year is None
    assert client.post(reverse("evaluations:award_bar_end", args=[bar.pk]), {"last_year": "2025"}).status_code == 302
    assert "từ năm 2024 đến hết năm 2025" in page(client.get(bars))


def test_others_read_the_switches_and_turn_none(client, world, unmet):
    bars, end = reverse("evaluations:award_bars"), reverse("evaluations:award_bar_end", args=[unmet.pk])
    client.force_login(world.officer)
    told = page(client.get(bars))
    assert GROUND in told and "Đặt điều kiện" not in told and '<form method="post" action="/danh-gia' not in told
    assert (
        client.post(
            bars, {"bar": "weakest", "programme": unmet.programme_id, "first_year": 2024, "ground": "x"}
        ).status_code
        == 404
    )
    assert client.post(end, {"last_year": 2024}).status_code == 422
    client.force_login(make_user(Role.STAFF, make_province("Tỉnh Xa", code="95")))
    assert GROUND not in page(client.get(bars)) and client.post(end, {"last_year": 2024}).status_code == 404
    assert AwardBar.objects.get().last_year is None


def test_the_list_is_each_ones_own_and_says_why(client, world, unmet):
    put(world.areas, State.DECLINED)
    address = reverse("evaluations:award_barred")
    client.force_login(world.officer)
    told = page(client.get(address))
    assert (
        "Năm 2024: 2 đơn vị" in told
        and told.count("Không xét khen thưởng: An toàn về an ninh, trật tự năm 2024 không đạt") == 2
    )
    assert "Năm 2024: 1 đơn vị" in page(client.get(address, {"q": "thon 1"}))
    client.force_login(world.sister)
    assert "Không có đơn vị nào khớp bộ lọc." in page(client.get(address))
    client.force_login(make_user(Role.STAFF, make_province("Tỉnh Xa", code="95")))
    assert "tỉnh không đặt điều kiện nào" in page(client.get(address))


def test_the_passport_says_it(client, world, unmet):
    put(world.areas[:1], State.DECLINED)
    client.force_login(world.officer)
    first, second = (page(client.get(reverse("units:detail", args=[file.unit_id]))) for file in world.areas)
    assert "Không xét khen thưởng: An toàn về an ninh, trật tự năm 2024 không đạt" in first
    assert "Không xét khen thưởng" not in second
