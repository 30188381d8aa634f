"""Bars from awards: one door, whom they bar and whom not, who may turn them, what the pages say."""

import html
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from criteria.enums import Bar, Outcome, SetStatus
from criteria.models import AwardBar, CriteriaSet, Grade, LegalDocument, Programme
from criteria.packs.content import digest
from criteria.packs.rules import content_of_bar
from evaluations import services, workflow
from evaluations.enums import Action, CycleStatus, State
from evaluations.models import Cycle, Evaluation
from evaluations.queries.award_bars import barred
from portal.core.errors import Refused
from tests.evaluations.page_list import make_bar
from tests.evaluations.world import more_dossiers, put
from tests.units.factories import make_province, make_user
from units.enums import Role

pytestmark = pytest.mark.both  # conditions in SQL

GROUND = "Đề án 2020–2025 của tỉnh, mục IV.7"


@pytest.fixture
def unmet(world):
    return bar_by(world, Bar.UNMET)


def bar_by(world, bar: str, programme: Programme | None = None) -> AwardBar:
    programme = programme or world.cycle.programme
    return services.set_bar(world.tree.province, bar, programme, first_year=2024, ground=GROUND, by=world.staff)


@pytest.fixture
def second(world) -> Cycle:
    """The same year of another programme in the province."""
    other = Programme.objects.create(code="thu-hai", name="Chương trình thứ hai", title="Đạt chương trình thứ hai")
    return Cycle.objects.create(programme=other, province=world.tree.province, year=2024, as_of=world.cycle.as_of)


def why(dossiers, year=2024) -> dict[str, list[str]]:
    names = {dossier.unit_id: dossier.unit_name for dossier in dossiers}
    return {names[pk]: told for pk, told in barred(names, year).items()}


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
    """Recognised dossiers of the year by a set of four grades, each with the rank of its name."""
    shown = graded_set(world, cycle.programme)
    grades = list(shown.grades.order_by("rank"))
    dossiers = more_dossiers(world, list(ranks), criteria_set=shown, cycle=cycle)
    for dossier in dossiers:
        put([dossier], State.RECOGNISED, grade=grades[ranks[dossier.unit_name] - 1])
    return dossiers


# --- the door ----------------------------------------------------------------------------------------------------


def test_a_bar_is_set_once_and_ended_once(world, unmet):
    province, staff, safety = world.tree.province, world.staff, world.cycle.programme
    assert (unmet.first_year, unmet.last_year, unmet.ground, unmet.set_by) == (2024, None, GROUND, staff)
    with pytest.raises(Refused, match="đã đặt từ năm 2024 và đang áp dụng"):
        services.set_bar(province, Bar.UNMET, safety, first_year=2026, ground=GROUND, by=staff)
    with pytest.raises(Refused, match="áp dụng từ năm 2024 nên năm cuối không thể là 2023"):
        services.end_bar(unmet, last_year=2023, by=staff)
    assert services.end_bar(unmet, last_year=2025, by=staff).last_year == 2025
    with pytest.raises(Refused, match="đã thôi áp dụng từ sau năm 2025"):
        services.end_bar(unmet, last_year=2026, by=staff)
    with pytest.raises(Refused, match="từ năm 2024 đến hết năm 2025"):
        services.set_bar(province, Bar.UNMET, safety, first_year=2025, ground=GROUND, by=staff)
    services.set_bar(province, Bar.UNMET, safety, first_year=2026, ground=GROUND, by=staff)
    assert [AwardBar.objects.in_year(year).count() for year in (2023, 2024, 2025, 2026, 2040)] == [0, 1, 1, 1, 1]


def test_a_draft_bars_nobody_and_stands_in_no_way(world):
    dossiers = more_dossiers(world, ["Thôn Một"])
    put(dossiers, State.DECLINED)
    draft = AwardBar.objects.create(
        province=world.tree.province,
        bar=Bar.UNMET,
        programme=world.cycle.programme,
        first_year=2024,
        ground=GROUND,
        status=SetStatus.DRAFT,
    )
    assert why(dossiers) == {}
    bar_by(world, Bar.UNMET)
    assert why(dossiers) != {} and AwardBar.objects.in_year(2024).exclude(pk=draft.pk).count() == 1


@pytest.mark.parametrize(
    ("changes", "said"), [({"ground": " \u200b "}, "Hãy ghi căn cứ"), ({"first_year": 1}, "Năm 1")]
)
def test_a_bar_needs_its_ground_and_a_year(world, changes, said):
    asked = {"first_year": 2024, "ground": GROUND} | changes
    with pytest.raises(Refused, match=said):
        services.set_bar(world.tree.province, Bar.UNMET, world.cycle.programme, by=world.staff, **asked)
    assert not AwardBar.objects.exists()


def test_only_the_provinces_staff_turn_it(world, unmet):
    far = make_user(Role.STAFF, make_province("Tỉnh Xa", code="95"))
    second = Programme.objects.get(code="da375")
    for person in (world.officer, world.leader, world.inspector, world.chair, far):
        for act in (
            lambda by: services.set_bar(unmet.province, Bar.UNMET, second, first_year=2024, ground=GROUND, by=by),
            lambda by: services.end_bar(unmet, last_year=2024, by=by),
        ):
            with pytest.raises(Refused, match="Chỉ cán bộ cấp tỉnh hoặc quản trị"):
                act(person)
    services.end_bar(unmet, last_year=2024, by=make_user(Role.ADMIN, world.tree.province))


# --- whom it bars ------------------------------------------------------------------------------------------------


def test_without_a_bar_nobody_is_barred(world):
    put(world.areas, State.DECLINED)
    assert why(world.areas) == {}


def test_the_unmet_are_barred_with_their_ground(world, unmet):
    names = ["Thôn Trượt", "Thôn Mất", "Thôn Rút", "Thôn Được", "Thôn Đang", "Thôn Chờ"]
    dossiers = more_dossiers(world, names)
    states = (State.DECLINED, State.REVOKED, State.WITHDRAWN, State.RECOGNISED, State.SUBMITTED, State.EXPECTED)
    for dossier, state in zip(dossiers, states, strict=True):
        put([dossier], state)
    assert set(why(dossiers)) == {"Thôn Trượt", "Thôn Mất", "Thôn Rút"}
    assert why(dossiers)["Thôn Mất"] == [
        "Không xét khen thưởng: An toàn về an ninh, trật tự năm 2024 không đạt (Bị thu hồi công nhận). "
        f"Căn cứ: {GROUND}."
    ]
    assert why(dossiers, 2023) == {}
    Cycle.objects.filter(pk=world.cycle.pk).update(status=CycleStatus.CLOSED)
    assert set(why(dossiers)) == set(names) - {"Thôn Được"}


def test_another_provinces_bar_bars_nobody_here(world):
    far = make_province("Tỉnh Xa", code="95")
    services.set_bar(
        far, Bar.UNMET, world.cycle.programme, first_year=2020, ground=GROUND, by=make_user(Role.STAFF, far)
    )
    put(world.areas, State.DECLINED)
    assert why(world.areas) == {}


def test_the_weakest_grade_of_its_set_is_barred_and_no_better_one(world):
    dossiers = graded(world, world.cycle, {"Thôn Khá": 2, "Thôn Vừa": 3, "Thôn Yếu": 4})
    assert why(dossiers) == {}
    bar_by(world, Bar.WEAKEST)
    assert list(why(dossiers)) == ["Thôn Yếu"]
    assert why(dossiers)["Thôn Yếu"] == [
        "Không xét khen thưởng: An toàn về an ninh, trật tự năm 2024 xếp loại Yếu, là loại thấp nhất. "
        f"Căn cứ: {GROUND}."
    ]


def test_a_programme_bars_by_its_own_results_alone(world, unmet, second):
    here = more_dossiers(world, ["Thôn Trượt"])
    there = more_dossiers(world, ["Thôn Khác"], cycle=second)
    weak = graded(world, second, {"Thôn Khá": 2, "Thôn Yếu": 4})
    for dossier in (*here, *there):
        put([dossier], State.DECLINED)
    dossiers = [*here, *there, *weak]
    assert set(why(dossiers)) == {"Thôn Trượt"}
    bar_by(world, Bar.UNMET, second.programme)
    bar_by(world, Bar.WEAKEST, second.programme)
    assert AwardBar.objects.filter(bar=Bar.UNMET, last_year=None).count() == 2
    assert set(why(dossiers)) == {"Thôn Trượt", "Thôn Khác", "Thôn Yếu"}
    assert why(dossiers)["Thôn Khác"] == [
        f"Không xét khen thưởng: Chương trình thứ hai năm 2024 không đạt (Chưa đạt). Căn cứ: {GROUND}."
    ]
    services.end_bar(AwardBar.objects.get(bar=Bar.UNMET, programme=second.programme), last_year=2024, by=world.staff)
    assert "Thôn Khác" in why(dossiers) and AwardBar.objects.in_year(2025).count() == 2


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
    dossiers = more_dossiers(world, ["Thôn Bỏ", "Thôn Chọn"], cycle=second, criteria_set=chosen_of)
    put(dossiers[1:], State.REGISTERED)
    bar_by(world, Bar.UNMET, second.programme)
    Cycle.objects.filter(pk=second.pk).update(status=CycleStatus.CLOSED)
    assert set(why(dossiers)) == {"Thôn Chọn"}


def test_only_a_programme_with_grades_has_a_weakest_one(world, second):
    graded_set(world, second.programme, code="XL-XA", province_code="95")
    with pytest.raises(Refused, match="chưa có bộ tiêu chí xếp loại đã ban hành.*Hãy ban hành bộ tiêu chí có xếp loại"):
        bar_by(world, Bar.WEAKEST, second.programme)
    graded_set(world, second.programme)
    with pytest.raises(Refused, match="Hãy chọn chương trình có xếp loại: Chương trình thứ hai"):
        bar_by(world, Bar.WEAKEST)
    assert str(bar_by(world, Bar.WEAKEST, second.programme)) == "Chương trình thứ hai: xếp loại thấp nhất"


def test_two_queries_for_any_number_of_units(world, unmet):
    dossiers = more_dossiers(world, [f"Thôn B{number}" for number in range(30)], state=State.DECLINED)

    def asked(ids) -> int:
        with CaptureQueriesContext(connection) as found:
            barred(ids, 2024)
        return len(found)

    assert (asked([dossiers[0].unit_id]), asked([dossier.unit_id for dossier in dossiers])) == (2, 2)


# --- the pages ---------------------------------------------------------------------------------------------------


def page(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def test_switching_on_and_off_through_the_page(client, world):
    bars = reverse("evaluations:award_bars")
    client.force_login(world.staff)
    told = client.get(bars).content.decode()
    assert "(hiểu là “hoặc”)" in told and "suy ra, cần xác nhận" in told
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


def test_a_bar_is_over_when_its_last_year_is_past_or_its_province_has_ended(client, world, unmet):
    """One with a last year still to come stays in force until then."""
    year = timezone.localdate().year
    client.force_login(make_user(Role.STAFF, world.tree.province))

    def told() -> str:
        return client.get(reverse("evaluations:award_bars")).content.decode()

    assert "Đang áp dụng" in told()
    for last, is_over in ((year + 1, False), (year, False), (year - 1, True)):
        AwardBar.objects.filter(pk=unmet.pk).update(first_year=2020, last_year=last)
        assert ("Đã thôi" in told(), "Đang áp dụng" in told()) == (is_over, not is_over), last
    AwardBar.objects.filter(pk=unmet.pk).update(last_year=None)
    bar = AwardBar.objects.get(pk=unmet.pk)
    assert not bar.is_over
    bar.province.closed_on = date(2025, 6, 30)
    assert bar.is_over


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
    first, second = (page(client.get(reverse("units:detail", args=[dossier.unit_id]))) for dossier in world.areas)
    assert "Không xét khen thưởng: An toàn về an ninh, trật tự năm 2024 không đạt" in first
    assert "Không xét khen thưởng" not in second


# --- corrected, out of a draft, with its log ------------------------------------------------------------------------


def seen(bar: AwardBar) -> str:
    return digest(content_of_bar(bar))


def events(bar: AwardBar) -> list[tuple[str, str]]:
    return list(bar.events.order_by("pk").values_list("act", "what"))


def test_a_bar_is_corrected_while_no_locked_year_leans_on_it(world, unmet):
    services.correct_bar(unmet, {"ground": "Đề án đã ký", "first_year": 2023}, seen=seen(unmet), by=world.staff)
    unmet.refresh_from_db()
    assert (unmet.ground, unmet.first_year) == ("Đề án đã ký", 2023)
    assert events(unmet) == [
        ("published", GROUND),
        ("changed", f"Từ năm: 2024 → 2023\nCăn cứ: {GROUND} → Đề án đã ký"),
    ]
    Cycle.objects.filter(pk=world.cycle.pk).update(status=CycleStatus.CLOSED)
    for facts in ({"ground": "Khác"}, {"first_year": 2030}):  # what was told of the locked year would move
        with pytest.raises(Refused, match="Năm 2024 của .* đã khoá với điều kiện này nên không sửa được"):
            services.correct_bar(unmet, facts, seen=seen(unmet), by=world.staff)
    services.end_bar(unmet, last_year=2024, by=world.staff)
    later = services.set_bar(
        world.tree.province, Bar.UNMET, unmet.programme, first_year=2025, ground=GROUND, by=world.staff
    )
    with pytest.raises(Refused, match="đã đặt từ năm 2023 đến hết năm 2024"):
        services.correct_bar(later, {"first_year": 2024}, seen=seen(later), by=world.staff)
    unmet.delete()
    with pytest.raises(Refused, match="đã khoá với điều kiện này"):  # it may not reach back into the locked year either
        services.correct_bar(later, {"first_year": 2024}, seen=seen(later), by=world.staff)
    assert services.correct_bar(later, {"ground": "Đề án 2"}, seen=seen(later), by=world.staff).ground == "Đề án 2"


def test_a_draft_out_of_a_file_bars_once_it_is_published(client, world):
    draft = make_bar(world)
    area = world.area
    put([area], State.DECLINED)
    client.force_login(world.staff)
    told = page(client.get(reverse("evaluations:award_bars")))
    assert "Bản thảo" in told and "thì không được xét khen thưởng." in told and "Đề án thử" in told
    assert barred([area.unit_id], 2024) == {}
    act = reverse("evaluations:award_bar_act", args=[draft.pk])
    stale = client.post(act, {"action": "publish", "seen": "x"})
    assert stale.status_code == 422 and "vừa được người khác sửa" in page(stale)
    assert client.post(act, {"action": "publish", "seen": seen(draft)}).status_code == 302
    assert barred([area.unit_id], 2024) != {}
    assert events(draft) == [("published", "Đề án thử")]
    for action, said in (("publish", "không còn là bản thảo"), ("drop", "đã áp dụng nên không bỏ được")):
        refused = client.post(act, {"action": action, "seen": seen(draft)})
        assert refused.status_code == 422 and said in page(refused)
    assert client.post(act, {"action": "khac"}).status_code == 404


def test_a_draft_is_corrected_dropped_and_not_ended(client, world, unmet):
    draft = make_bar(world)
    client.force_login(world.staff)
    act, edit = (reverse(f"evaluations:award_bar_{name}", args=[draft.pk]) for name in ("act", "edit"))
    refused = client.post(act, {"action": "publish", "seen": seen(draft)})
    assert refused.status_code == 422 and "đã đặt từ năm 2024 và đang áp dụng" in page(refused)
    typed = {"bar": "unmet", "programme": unmet.programme_id, "first_year": "2020", "ground": "Đề án cũ"}
    wrong = client.post(edit, typed | {"last_year": "2019", "seen": seen(draft)})
    assert wrong.status_code == 422 and "Năm cuối 2019 đứng trước năm đầu 2020" in page(wrong)
    assert 'value="Đề án cũ"' in page(wrong)
    assert client.post(edit, typed | {"last_year": "2023", "seen": seen(draft)}).status_code == 302
    draft.refresh_from_db()
    assert client.post(act, {"action": "publish", "seen": seen(draft)}).status_code == 302
    assert AwardBar.objects.in_year(2022).count() == AwardBar.objects.in_year(2024).count() == 1
    other = make_bar(world)
    with pytest.raises(Refused, match="còn là bản thảo"):
        services.end_bar(other, last_year=2031, by=world.staff)
    gone = AwardBar.objects.get(pk=other.pk)
    services.drop_bar(other, seen=seen(other), by=world.staff)
    assert not AwardBar.objects.filter(pk=gone.pk).exists()
    with pytest.raises(Refused, match="vừa được xoá"):  # by somebody whose page still showed it
        services.drop_bar(gone, seen="", by=world.staff)


def test_a_bar_keeps_its_document_of_the_province(client, world):
    own, far = (
        LegalDocument.objects.create(
            code=f"VB-{code}", number=f"1/{code}", title="Đề án", issuer="x", province_code=code
        )
        for code in (world.tree.province.code, "95")
    )
    client.force_login(world.staff)
    bars = reverse("evaluations:award_bars")
    typed = {"bar": "unmet", "programme": world.cycle.programme.pk, "first_year": "2024", "ground": GROUND}
    assert client.post(bars, typed | {"document": far.pk}).status_code == 422
    assert client.post(bars, typed | {"document": own.pk}).status_code == 302
    assert AwardBar.objects.get().document == own and own.number in page(client.get(bars))


def test_the_bars_page_asks_no_more_for_the_history_of_many(client, world, unmet, second):
    client.force_login(world.staff, "django.contrib.auth.backends.ModelBackend")
    address = reverse("evaluations:award_bars")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    bar_by(world, Bar.UNMET, second.programme)
    with CaptureQueriesContext(connection) as two:
        shown = client.get(address).content.decode()
    assert html.escape(str(second.programme.title)) in shown or second.programme.name in shown
    assert len(two) == len(one)


def test_a_dossier_stopped_by_a_reorganisation_is_no_ground(world, unmet):
    """Its year goes on with the heir; one left out by hand in the same state bars its unit still."""
    carried, left_out = more_dossiers(world, ["Thôn Sáp nhập", "Thôn Để ngoài"])
    workflow.advance(carried, Action.REFORM, by=None, comment="Sắp xếp")
    put([left_out], State.EXCLUDED)
    assert [dossier.unit_name for dossier in (carried, left_out) if why([dossier])] == ["Thôn Để ngoài"]
    carried.refresh_from_db()
    assert carried.state == State.EXCLUDED
