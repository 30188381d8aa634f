"""Bars from awards: one door, whom they bar and whom not, who may turn them, what the pages say."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.enums import Bar, Outcome
from criteria.models import AwardBar, CriteriaSet, Grade
from evaluations import awards
from evaluations.enums import CycleStatus, State
from evaluations.models import Cycle, Evaluation
from portal.core.errors import Refused
from units.enums import Role

from ..units.factories import make_province, make_user
from .world import more_files, put

GROUND = "Đề án 2020–2025 của tỉnh, mục IV.7"


@pytest.fixture
def unsafe(world):
    return awards.set_bar(world.tree.province, Bar.UNSAFE, first_year=2024, ground=GROUND, by=world.staff)


def why(files, year=2024) -> dict[str, list[str]]:
    names = {file.unit_id: file.unit_name for file in files}
    return {names[pk]: told for pk, told in awards.barred(names, year).items()}


def graded(world, ranks: dict[str, int]) -> list[Evaluation]:
    """Recognised files of a set of four grades, each with the rank of its name."""
    model = world.area.criteria_set
    shown = CriteriaSet.objects.create(
        code="XL-THU",
        name="Bộ xếp loại",
        programme=model.programme,
        document=model.document,
        unit_kinds=model.unit_kinds,
        outcome=Outcome.GRADES,
        first_year=2030,
    )
    labels = ("Xuất sắc", "Khá", "Trung bình", "Yếu")
    grades = [Grade.objects.create(criteria_set=shown, rank=at, label=label) for at, label in enumerate(labels, 1)]
    files = more_files(world, list(ranks), criteria_set=shown)
    for file in files:
        put([file], State.RECOGNISED, grade=grades[ranks[file.unit_name] - 1])
    return files


# --- the door ----------------------------------------------------------------------------------------------------


def test_a_bar_is_set_once_and_ended_once(world, unsafe):
    province, staff = world.tree.province, world.staff
    assert (unsafe.first_year, unsafe.last_year, unsafe.ground, unsafe.set_by) == (2024, None, GROUND, staff)
    with pytest.raises(Refused, match="đã đặt từ năm 2024 và đang áp dụng"):
        awards.set_bar(province, Bar.UNSAFE, first_year=2026, ground=GROUND, by=staff)
    with pytest.raises(Refused, match="áp dụng từ năm 2024 nên năm cuối không thể là 2023"):
        awards.end_bar(unsafe, last_year=2023, by=staff)
    assert awards.end_bar(unsafe, last_year=2025, by=staff).last_year == 2025
    with pytest.raises(Refused, match="đã thôi áp dụng từ sau năm 2025"):
        awards.end_bar(unsafe, last_year=2026, by=staff)
    with pytest.raises(Refused, match="từ năm 2024 đến hết năm 2025"):
        awards.set_bar(province, Bar.UNSAFE, first_year=2025, ground=GROUND, by=staff)
    awards.set_bar(province, Bar.UNSAFE, first_year=2026, ground=GROUND, by=staff)
    assert [AwardBar.objects.in_year(year).count() for year in (2023, 2024, 2025, 2026, 2040)] == [0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("changes", "said"), [({"ground": " \u200b "}, "Hãy ghi căn cứ"), ({"first_year": 1}, "Năm 1")]
)
def test_a_bar_needs_its_ground_and_a_year(world, changes, said):
    asked = {"first_year": 2024, "ground": GROUND} | changes
    with pytest.raises(Refused, match=said):
        awards.set_bar(world.tree.province, Bar.UNSAFE, by=world.staff, **asked)
    assert not AwardBar.objects.exists()


def test_only_the_provinces_staff_turn_it(world, unsafe):
    far = make_user(Role.STAFF, make_province("Tỉnh Xa", code="95"))
    for person in (world.officer, world.leader, world.inspector, world.chair, far):
        for act in (
            lambda by: awards.set_bar(world.tree.province, Bar.WEAKEST, first_year=2024, ground=GROUND, by=by),
            lambda by: awards.end_bar(unsafe, last_year=2024, by=by),
        ):
            with pytest.raises(Refused, match="Chỉ cán bộ cấp tỉnh hoặc quản trị"):
                act(person)
    awards.end_bar(unsafe, last_year=2024, by=make_user(Role.ADMIN, world.tree.province))


# --- whom it bars ------------------------------------------------------------------------------------------------


def test_without_a_bar_nobody_is_barred(world):
    put(world.areas, State.DECLINED)
    assert why(world.areas) == {}


def test_the_unsafe_are_barred_with_their_ground(world, unsafe):
    names = ["Thôn Trượt", "Thôn Mất", "Thôn Rút", "Thôn Được", "Thôn Đang", "Thôn Chờ"]
    files = more_files(world, names)
    states = (State.DECLINED, State.REVOKED, State.WITHDRAWN, State.RECOGNISED, State.SUBMITTED, State.EXPECTED)
    for file, state in zip(files, states, strict=True):
        put([file], state)
    assert set(why(files)) == {"Thôn Trượt", "Thôn Mất", "Thôn Rút"}
    assert why(files)["Thôn Mất"] == [
        "Không xét khen thưởng: năm 2024 chưa đạt tiêu chuẩn “An toàn về an ninh, trật tự” (Bị thu hồi công nhận). "
        f"Căn cứ: {GROUND}."
    ]
    assert why(files, 2023) == {}
    Cycle.objects.filter(pk=world.cycle.pk).update(status=CycleStatus.CLOSED)
    assert set(why(files)) == set(names) - {"Thôn Được"}


def test_another_provinces_bar_bars_nobody_here(world):
    far = make_province("Tỉnh Xa", code="95")
    awards.set_bar(far, Bar.UNSAFE, first_year=2020, ground=GROUND, by=make_user(Role.STAFF, far))
    put(world.areas, State.DECLINED)
    assert why(world.areas) == {}


def test_the_weakest_grade_of_its_set_is_barred_and_no_better_one(world):
    files = graded(world, {"Thôn Khá": 2, "Thôn Vừa": 3, "Thôn Yếu": 4})
    assert why(files) == {}
    awards.set_bar(world.tree.province, Bar.WEAKEST, first_year=2024, ground=GROUND, by=world.staff)
    assert list(why(files)) == ["Thôn Yếu"] and "xếp loại Yếu, là loại thấp nhất." in why(files)["Thôn Yếu"][0]


def test_two_queries_for_any_number_of_units(world, unsafe):
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
    typed = {"bar": "unsafe", "first_year": "2024", "ground": GROUND}
    assert client.post(bars, typed).status_code == 302
    again = client.post(bars, typed)
    assert again.status_code == 422 and f'value="{GROUND}"' in page(again)
    bar = AwardBar.objects.get()
    for year in ("", "x", "2023"):
        refused = client.post(reverse("evaluations:award_bar_end", args=[bar.pk]), {"last_year": year})
        assert refused.status_code == 422 and AwardBar.objects.get().last_year is None
    assert client.post(reverse("evaluations:award_bar_end", args=[bar.pk]), {"last_year": "2025"}).status_code == 302
    assert "từ năm 2024 đến hết năm 2025" in page(client.get(bars))


def test_others_read_the_switches_and_turn_none(client, world, unsafe):
    bars, end = reverse("evaluations:award_bars"), reverse("evaluations:award_bar_end", args=[unsafe.pk])
    client.force_login(world.officer)
    told = page(client.get(bars))
    assert GROUND in told and "Đặt điều kiện" not in told and '<form method="post" action="/danh-gia' not in told
    assert client.post(bars, {"bar": "weakest", "first_year": 2024, "ground": "x"}).status_code == 404
    assert client.post(end, {"last_year": 2024}).status_code == 422
    client.force_login(make_user(Role.STAFF, make_province("Tỉnh Xa", code="95")))
    assert GROUND not in page(client.get(bars)) and client.post(end, {"last_year": 2024}).status_code == 404
    assert AwardBar.objects.get().last_year is None


def test_the_list_is_each_ones_own_and_says_why(client, world, unsafe):
    put(world.areas, State.DECLINED)
    address = reverse("evaluations:award_barred")
    client.force_login(world.officer)
    told = page(client.get(address))
    assert "Năm 2024: 2 đơn vị" in told and told.count("Không xét khen thưởng: năm 2024") == 2
    assert "Năm 2024: 1 đơn vị" in page(client.get(address, {"q": "thon 1"}))
    client.force_login(world.sister)
    assert "Không có đơn vị nào khớp bộ lọc." in page(client.get(address))
    client.force_login(make_user(Role.STAFF, make_province("Tỉnh Xa", code="95")))
    assert "tỉnh không đặt điều kiện nào" in page(client.get(address))


def test_the_passport_says_it(client, world, unsafe):
    put(world.areas[:1], State.DECLINED)
    client.force_login(world.officer)
    first, second = (page(client.get(reverse("units:detail", args=[file.unit_id]))) for file in world.areas)
    assert "Không xét khen thưởng: năm 2024 chưa đạt tiêu chuẩn" in first
    assert "Không xét khen thưởng" not in second
