"""A roster after it was frozen: frozen anew or taken away while empty, late units put on and off, one year once."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from criteria.enums import SetStatus
from criteria.models import CriteriaSet, Precondition, Programme, Route
from evaluations import services, workflow
from evaluations.enums import Action, CycleAction, State
from evaluations.models import Cycle, Evaluation
from portal.core.errors import Refused
from portal.core.web.once import new_token
from tests.evaluations.factories import open_year
from tests.ids import ids_twice
from tests.units.factories import OPENED, make_tree, make_units, make_user
from units import services as units
from units.enums import Role, Subtype, UnitKind

pytestmark = pytest.mark.django_db
YEAR = 2024
LATE = date(2024, 9, 1)


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def staff(client, tree):
    user = make_user(Role.STAFF, tree.province)
    client.force_login(user)
    return user


@pytest.fixture
def cycle(tree, staff):
    return open_year(tree, YEAR)


def post(client, name, data, *args):
    return client.post(reverse(f"evaluations:{name}", args=args), data | {"once": new_token()})


def new_area(tree, name="Thôn Mới Lập", opened_on=LATE):
    facts = units.UnitFacts(name, Subtype.VILLAGE)
    return units.add_unit(
        tree.communes[0], facts, kind=UnitKind.RESIDENTIAL_AREA, opened_on=opened_on, ground="QĐ 1", by=None
    )


def test_a_unit_that_appears_later_is_put_on_the_roster_with_a_reason_and_taken_off(client, cycle, tree, staff):
    area = new_area(tree)
    shown = client.get(reverse("evaluations:cycle_roster", args=[cycle.pk]))
    page = shown.content.decode()
    assert "1 đơn vị thuộc diện xét chưa có" in page and area.name in page
    assert ids_twice(shown) == [] and page.count('name="reason"') == 2  # two forms ask why, each by its own label
    post(client, "late_unit_add", {"unit": area.pk, "reason": "Thành lập tháng 3"}, cycle.pk)
    dossier = cycle.evaluations.get(unit=area)
    assert (dossier.added_on, dossier.commune) == (timezone.localdate(), tree.communes[0])
    event = cycle.events.get()
    assert (event.action, event.about, event.by) == (CycleAction.ADD_UNIT, area.name, staff)
    Evaluation.objects.filter(pk=dossier.pk).update(state=State.REGISTERED)
    answer = post(client, "late_unit_drop", {"reason": "Nhầm thôn"}, cycle.pk, dossier.pk)
    assert answer.status_code == 422 and 'value="Nhầm thôn"' in answer.content.decode()
    Evaluation.objects.filter(pk=dossier.pk).update(state=State.EXPECTED)
    post(client, "late_unit_drop", {"reason": "Nhầm"}, cycle.pk, dossier.pk)
    assert not cycle.evaluations.filter(unit=area).exists()
    assert [event.action for event in cycle.events.order_by("pk")] == [CycleAction.ADD_UNIT, CycleAction.DROP_UNIT]


def test_what_may_not_be_added_or_taken_off_is_told(cycle, tree):
    frozen = cycle.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA).first()
    with pytest.raises(Refused, match="đã có hồ sơ"):
        services.add_late_unit(cycle, frozen.unit, reason="thử", by=None)
    with pytest.raises(Refused, match="từ khi mở kỳ"):
        services.drop_late_unit(frozen, reason="thử", by=None)
    other = make_tree("B")
    with pytest.raises(Refused, match="không thuộc diện xét"):
        services.add_late_unit(cycle, other.areas[0], reason="thử", by=None)
    dossier = services.add_late_unit(cycle, new_area(tree), reason="Thành lập mới", by=None)
    workflow.advance(dossier, Action.REGISTER, by=make_user(Role.OFFICER, tree.communes[0]))
    with pytest.raises(Refused, match="đã được đăng ký"):
        services.drop_late_unit(dossier, reason="thử", by=None)
    with pytest.raises(Refused, match="lý do"):
        services.add_late_unit(cycle, new_area(tree, "Thôn Khác"), reason="  ", by=None)


def test_a_roster_is_frozen_anew_on_another_day_while_nothing_is_entered(client, cycle, tree):
    before = cycle.evaluations.count()
    area = new_area(tree)
    day = date(2024, 10, 1)
    post(client, "cycle_refreeze", {"as_of": f"{day:%d/%m/%Y}", "reason": "Chọn nhầm ngày"}, cycle.pk)
    cycle.refresh_from_db()
    assert (cycle.as_of, cycle.evaluations.count()) == (day, before + 1)
    page = client.get(reverse("evaluations:cycle_roster", args=[cycle.pk])).content.decode()
    assert reverse("evaluations:cycle_delete", args=[cycle.pk]) not in page  # what has a trace stays
    told = "Sai ngày thì lập lại danh sách; không thực hiện kỳ này thì khoá sổ, ghi lý do."
    assert told in page and told in post(client, "cycle_delete", {}, cycle.pk).content.decode()
    assert cycle.evaluations.get(unit=area).added_on is None
    workflow.advance(cycle.evaluations.get(unit=area), Action.REGISTER, by=make_user(Role.OFFICER, tree.communes[0]))
    again = post(client, "cycle_refreeze", {"as_of": f"{day:%d/%m/%Y}", "reason": "Lần nữa"}, cycle.pk)
    assert again.status_code == 422 and "Kỳ đã có 1 hồ sơ được đăng ký" in again.content.decode()


def test_a_year_opened_by_mistake_is_taken_away_while_it_is_empty(client, cycle, tree):
    dossier = cycle.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA, commune=tree.communes[0]).first()
    workflow.advance(dossier, Action.REGISTER, by=make_user(Role.OFFICER, tree.communes[0]))
    assert post(client, "cycle_delete", {}, cycle.pk).status_code == 422
    assert Cycle.objects.filter(pk=cycle.pk).exists()


def test_an_empty_year_is_taken_away_and_may_be_opened_again(client, cycle, tree):
    post(client, "cycle_delete", {}, cycle.pk)
    assert not Cycle.objects.exists() and not Evaluation.objects.exists()
    assert open_year(tree, YEAR).evaluations.exists()


def test_a_year_exists_once_for_a_place_and_its_heirs(cycle, tree):
    """As after a merger: the units of the old province lie in the new one and have their year already."""
    heir = make_tree("B").province
    moved = list(cycle.evaluations.values_list("unit_id", flat=True))
    for unit in (*tree.districts, *tree.communes, *tree.areas, *tree.organisations):
        type(unit).objects.filter(pk=unit.pk).update(province=heir)
        unit.versions.update(province=heir)
    new = open_year(SimpleNamespace(province=heir), YEAR)
    assert new.evaluations.exists() and not new.evaluations.filter(unit__in=moved).exists()


def test_a_heir_whose_units_all_have_their_year_opens_none(cycle, tree):
    heir = make_units(None, UnitKind.PROVINCE, Subtype.PROVINCE, ["Tỉnh Mới"], on=OPENED)[0]
    for unit in (*tree.districts, *tree.communes, *tree.areas, *tree.organisations):
        type(unit).objects.filter(pk=unit.pk).update(province=heir)
        unit.versions.update(province=heir)
    with pytest.raises(Refused, match="một năm của một đơn vị chỉ mở một lần"):
        open_year(SimpleNamespace(province=heir), YEAR)


def test_a_stranger_changes_no_roster(client, cycle, tree):
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert client.get(reverse("evaluations:cycle_roster", args=[cycle.pk])).status_code == 404
    assert post(client, "cycle_delete", {}, cycle.pk).status_code == 404
    with pytest.raises(Refused, match="Chỉ cán bộ cấp tỉnh"):
        services.refreeze(cycle, as_of=date(YEAR, 1, 2), reason="thử", by=make_user(Role.OFFICER, tree.communes[0]))


def test_a_year_deleted_twice_is_told_and_not_an_error(tree, staff):
    """Two who delete at once, or one who presses twice: the second holds a row that is gone."""
    cycle = open_year(tree, YEAR)
    beside = Cycle.objects.get(pk=cycle.pk)
    services.delete_cycle(beside, by=staff)
    with pytest.raises(Refused, match="Kỳ đánh giá này vừa được xoá. Hãy tải lại trang để xem."):
        services.delete_cycle(cycle, by=staff)


def left_out(cycle):
    return [str(one) for one in services.left_out(cycle)]


def test_what_the_criteria_leave_out_is_counted_on_the_roster_page_and_after_opening(client, tree, staff):
    make_units(tree.communes[0], UnitKind.SCHOOL, Subtype.PRIMARY, [f"Trường Tiểu học {n}" for n in range(5)])
    make_units(tree.communes[1], UnitKind.ENTERPRISE, Subtype.SMALL_ENTERPRISE, ["Công ty Nhỏ"])
    gone = make_units(tree.communes[1], UnitKind.SCHOOL, Subtype.PRIMARY, ["Trường đã giải thể"])[0]
    type(gone).objects.filter(pk=gone.pk).update(closed_on=date(YEAR - 1, 1, 1))
    cycle = open_year(tree, YEAR)
    number = cycle.evaluations.filter(kind=UnitKind.SCHOOL).first().criteria_set.document.number
    told = [
        f"1 doanh nghiệp (doanh nghiệp nhỏ, siêu nhỏ) không thuộc diện xét theo văn bản {number}",
        f"5 cơ sở giáo dục (trường tiểu học) không thuộc diện xét theo văn bản {number}",
    ]
    assert left_out(cycle) == told
    page = client.get(reverse("evaluations:cycle_roster", args=[cycle.pk])).content.decode()
    assert all(f"<li>{one}.</li>" in page for one in told)
    programme = cycle.programme
    services.delete_cycle(cycle, by=None)
    data = {"programme": programme.pk, "year": YEAR, "as_of": f"30/06/{YEAR}"}
    client.post(reverse("evaluations:cycle_open"), data | {"once": new_token()})
    after = client.get(reverse("evaluations:cycle_list")).content.decode()
    assert f"Không vào danh sách: {'; '.join(told)}." in after


def test_nothing_is_told_where_nothing_is_left_out(client, cycle):
    assert left_out(cycle) == []
    assert (
        "Không vào danh sách" not in client.get(reverse("evaluations:cycle_roster", args=[cycle.pk])).content.decode()
    )


def test_what_is_left_out_is_counted_with_as_many_queries_for_many(client, cycle, tree):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("evaluations:cycle_roster", args=[cycle.pk]))
        return len(asked)

    make_units(tree.communes[0], UnitKind.SCHOOL, Subtype.PRIMARY, ["Trường Một"])
    queries()  # what is kept after the first request is not counted
    few = queries()
    make_units(tree.communes[0], UnitKind.SCHOOL, Subtype.PRIMARY, [f"Trường {n}" for n in range(20)])
    make_units(tree.communes[0], UnitKind.ENTERPRISE, Subtype.SMALL_ENTERPRISE, [f"Công ty {n}" for n in range(20)])
    assert (queries(), len(left_out(cycle))) == (few, 2)


def test_earlier_results_that_do_not_allow_a_selection_are_told(tree):
    like = open_year(tree, YEAR - 1)
    old = like.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA)
    Evaluation.objects.filter(pk=old.first().pk).update(state=State.RECOGNISED)
    law = old.first().criteria_set
    programme = Programme.objects.create(code="dien-hinh-thu", name="Điển hình")
    facts = {"unit_kinds": [UnitKind.RESIDENTIAL_AREA], "by_selection": True, "first_year": YEAR}
    chosen = CriteriaSet.objects.create(
        code="DH", name="Điển hình", programme=programme, document=law.document, outcome=law.outcome, **facts
    )
    Precondition.objects.create(criteria_set=chosen, programme=like.programme, years_back=1, label="đạt năm trước")
    route = Route.objects.filter(criteria_set=law, managed_at="commune").first()
    route.pk, route.criteria_set, route.kind = None, chosen, UnitKind.RESIDENTIAL_AREA
    route.save()
    CriteriaSet.objects.filter(pk=chosen.pk).update(status=SetStatus.PUBLISHED)
    cycle = services.open_cycle(programme, tree.province, YEAR, as_of=date(YEAR, 6, 30), by=None)
    told = f"chưa có kết quả các năm trước mà văn bản {law.document.number} đòi hỏi để được lựa chọn"
    assert cycle.evaluations.count() == 1
    assert left_out(cycle) == [f"{old.count() - 1} khu dân cư (thôn) {told}"]


def test_a_unit_founded_after_the_period_is_added_only_once_confirmed(client, cycle, tree):
    end = cycle.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA).first().criteria_set.window(YEAR)[1]
    late = new_area(tree, "Thôn Lập Muộn", end + timedelta(days=1))
    in_time = new_area(tree, "Thôn Kịp Kỳ", end)
    words = f"thành lập ngày {end + timedelta(days=1):%d/%m/%Y}, sau khi kỳ xét đã hết ngày {end:%d/%m/%Y}"
    page = client.get(reverse("evaluations:cycle_roster", args=[cycle.pk])).content.decode()
    assert f"<li>{late.name} ({late.commune.name}): {words}.</li>" in page and f"<li>{in_time.name}" not in page
    data = {"unit": late.pk, "reason": "QĐ 5/QĐ-UBND"}
    asked = post(client, "late_unit_add", data, cycle.pk)
    assert asked.status_code == 422 and f"{words}. Nếu vẫn bổ sung" in asked.content.decode()
    assert "QĐ 5/QĐ-UBND" in asked.content.decode()
    with pytest.raises(Refused, match="sau khi kỳ xét"):
        services.add_late_unit(cycle, late, reason="thử", by=None)
    assert not cycle.evaluations.filter(unit=late).exists()
    assert post(client, "late_unit_add", {"unit": in_time.pk, "reason": "Mới"}, cycle.pk).status_code == 302
    assert post(client, "late_unit_add", data | {"though_after": "on"}, cycle.pk).status_code == 302
    assert cycle.evaluations.filter(unit__in=[late, in_time]).count() == 2
    assert [event.about for event in cycle.events.order_by("pk")] == [in_time.name, f"{late.name} ({words})"]
    page = client.get(reverse("evaluations:cycle_roster", args=[cycle.pk])).content.decode()
    assert "though_after" not in page and "Thành lập sau kỳ xét" not in page
