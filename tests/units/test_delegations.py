"""Management handed one level down: what is refused, what it shows to whom, how it ends, and reorganisations."""

import html
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Refused
from tests.units.reforming import DAY, LAST, draft, line, snapshot, the_reform
from units import reforms, services
from units.enums import Role, Subtype, UnitKind
from units.models import Delegation, Unit, UnitVersion, User

from .factories import make_tree, make_units, make_user

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # dates that may not overlap
TODAY = timezone.localdate()


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


@pytest.fixture
def tree():
    return make_tree()


def delegate(tree, unit=None, receiver=None, *, by=None, **changes) -> Delegation:
    """The first district's school to the commune it stands in, for this year unless said otherwise."""
    told = {
        "valid_from": date(TODAY.year, 1, 1),
        "valid_to": date(TODAY.year + 1, 12, 31),
        "number": "5/QĐ-UBND",
        "signed_on": date(TODAY.year, 1, 1),
    }
    return services.delegate(unit or tree.school, receiver or tree.communes[0], **(told | changes), by=by)


def refused(tree, *args, **kwargs) -> str:
    before = Delegation.objects.count()
    with pytest.raises(Refused) as refusal:
        delegate(tree, *args, **kwargs)
    assert Delegation.objects.count() == before
    return refusal.value.sentence


def anew(user: User) -> User:
    """The user as their next request has them."""
    return User.objects.get(pk=user.pk)


# --- what may be delegated, to whom, for how long --------------------------------------------------------------------
def test_one_level_down_on_whose_ground_it_stands(tree):
    made = delegate(tree)
    assert (made.giver, made.receiver, made.number) == (tree.districts[0], tree.communes[0], "5/QĐ-UBND")
    (agency,) = make_units(tree.province, UnitKind.AGENCY, Subtype.STATE_BODY, ["Sở Mẫu"], stands_in=tree.communes[2])
    above = delegate(tree, agency, tree.districts[1])  # above the commune it stands in
    assert (above.giver, above.receiver) == (tree.province, tree.districts[1])


@pytest.mark.parametrize(
    ("unit", "receiver", "sentence"),
    [
        ("areas.0", "communes.0", "chỉ uỷ quyền quản lý cơ quan, doanh nghiệp và cơ sở giáo dục"),
        ("communes.0", "communes.1", "chỉ uỷ quyền quản lý cơ quan, doanh nghiệp và cơ sở giáo dục"),
        ("school", "communes.1", "đứng chân tại xã A1.1, ngoài địa bàn của xã A1.2"),
        ("school", "communes.2", "xã A2.1 không phải cấp dưới trực tiếp của huyện A1"),
        ("school", "districts.0", "huyện A1 không phải cấp dưới trực tiếp của huyện A1"),
        ("school", "agency", "không phải cấp dưới trực tiếp của huyện A1"),
        ("agency", "areas.0", "không phải cấp dưới trực tiếp của xã A1.1"),
    ],
)
def test_what_cannot_be_delegated(tree, unit, receiver, sentence):
    def named(path):
        name, _, place = path.partition(".")
        found = getattr(tree, name)
        return found[int(place)] if place else found

    assert sentence in refused(tree, named(unit), named(receiver))


def test_not_two_levels_down_while_there_are_three(tree):
    (agency,) = make_units(tree.province, UnitKind.AGENCY, Subtype.STATE_BODY, ["Sở Mẫu"], stands_in=tree.communes[0])
    told = refused(tree, agency, tree.communes[0])
    assert "xã A1.1 không phải cấp dưới trực tiếp của tỉnh A: chỉ uỷ quyền xuống một cấp" in told
    assert "TT 124/2021, Điều 10.5" in told


def test_from_the_province_to_the_commune_once_districts_are_gone(tree):
    """The tree of the day says what one level down is: no code knows the name of a level."""
    reforms.apply(the_reform(tree), by=None)
    new = Unit.objects.get(code="07001")
    made = delegate(tree, Unit.objects.get(pk=tree.school.pk), new, valid_from=DAY, valid_to=date(2025, 12, 31))
    assert (made.giver, made.receiver) == (tree.province, new)
    crossing = refused(
        tree, Unit.objects.get(pk=tree.school.pk), new, valid_from=LAST - timedelta(days=9), valid_to=LAST
    )
    assert "không phải cấp dưới trực tiếp của huyện A1" in crossing
    told = refused(tree, Unit.objects.get(pk=tree.school.pk), new, valid_from=LAST, valid_to=date(2025, 12, 31))
    assert told.startswith("Nơi quản lý Trường A thay đổi từ 30/06/2025 đến 31/12/2025.")


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ((date(2024, 5, 1), date(2024, 4, 30)), "Ngày cuối cùng trước ngày bắt đầu"),
        ((date(2019, 12, 31), date(2020, 5, 1)), "Trường A chỉ có từ 01/01/2020"),
    ],
)
def test_days_that_cannot_be(tree, dates, sentence):
    assert refused(tree, valid_from=dates[0], valid_to=dates[1]).startswith(sentence)
    assert delegate(tree, valid_from=date(2020, 1, 1), valid_to=date(2020, 1, 1))  # the control: the first day, one day


def test_not_beyond_the_last_day_of_a_unit(tree):
    Unit.objects.filter(pk=tree.school.pk).update(closed_on=date(2024, 6, 30))
    school = Unit.objects.get(pk=tree.school.pk)
    told = refused(tree, school, valid_from=date(2024, 1, 1), valid_to=date(2024, 7, 1))
    assert told.startswith("Trường A chỉ hoạt động đến hết 30/06/2024.")


def test_a_unit_that_stands_nowhere(tree):
    UnitVersion.objects.filter(unit=tree.school).update(stands_in=None)
    assert refused(tree).startswith("Chưa ghi Trường A đứng chân ở đâu")


def test_one_delegation_at_a_time(tree):
    first = delegate(tree, valid_from=date(2024, 1, 1), valid_to=date(2024, 6, 30))
    told = refused(tree, valid_from=date(2024, 6, 30), valid_to=date(2024, 12, 31))
    assert "đã được uỷ quyền cho Xã A1.1 từ 01/01/2024 đến hết 30/06/2024" in told
    delegate(tree, valid_from=date(2024, 7, 1), valid_to=date(2024, 12, 31))
    Delegation.objects.filter(pk=first.pk).update(withdrawn_at=timezone.now())
    delegate(tree, valid_from=date(2024, 3, 1), valid_to=date(2024, 4, 1))  # a withdrawn one stands in nobody's way


def test_only_those_who_lead_or_administer_the_managing_unit(tree):
    district = tree.districts[0]
    for role, place, may in (
        (Role.LEADER, district, True),
        (Role.ADMIN, district, True),
        (Role.ADMIN, tree.province, True),
        (Role.LEADER, tree.province, False),
        (Role.OFFICER, district, False),
        (Role.ADMIN, tree.communes[0], False),
        (Role.LEADER, tree.communes[0], False),
    ):
        person = make_user(role, place)
        if may:
            made = delegate(tree, by=person)
            assert made.made_by == person
            made.delete()
        else:
            assert "không lãnh đạo hay quản trị Huyện A1" in refused(tree, by=person)


# --- who sees it -------------------------------------------------------------------------------------------------
def test_the_receiver_sees_the_unit_while_it_lasts(tree):
    (agency,) = make_units(tree.province, UnitKind.AGENCY, Subtype.STATE_BODY, ["Sở Mẫu"], stands_in=tree.communes[2])
    officer = make_user(Role.OFFICER, tree.districts[1])
    sees = lambda: Unit.objects.visible_to(anew(officer)).filter(pk=agency.pk).exists()  # noqa: E731 -- asked thrice
    assert not sees()  # the control: the district manages neither it nor the ground itself
    made = delegate(tree, agency, tree.districts[1])
    assert sees()
    assert Unit.objects.entrusted_to(anew(officer)).get() == agency
    assert agency not in Unit.objects.counted_for(anew(officer))
    assert not Unit.objects.administered_by(make_user(Role.ADMIN, tree.districts[1])).filter(pk=agency.pk).exists()
    Delegation.objects.filter(pk=made.pk).update(
        valid_from=TODAY - timedelta(days=9), valid_to=TODAY - timedelta(days=1)
    )
    assert not sees()
    assert Delegation.objects.visible_to(officer).get() == made  # what was is still told
    assert not Delegation.objects.visible_to(make_user(Role.OFFICER, tree.districts[0])).exists()


def test_the_pages(client, tree):
    leader = make_user(Role.LEADER, tree.districts[0])
    client.force_login(leader)
    page = said(client.get(reverse("units:detail", args=[tree.school.pk])))
    add = reverse("units:delegation_add", args=[tree.school.pk])
    assert add in page
    assert "Chưa có uỷ quyền nào" in said(client.get(reverse("units:delegation_list")))
    form = client.get(add)
    assert form.context["form"].initial["receiver"] == tree.communes[0].pk
    data = {
        "receiver": tree.communes[1].pk,
        "valid_from": f"{TODAY:%d/%m/%Y}",
        "valid_to": f"31/12/{TODAY.year}",
        "number": "5/QĐ-UBND",
        "signed_on": f"{TODAY:%d/%m/%Y}",
        "once_token": form.context["form"].initial.get("once_token", ""),
    }
    wrong = client.post(add, data)
    assert wrong.status_code == 422
    assert "ngoài địa bàn của xã A1.2" in said(wrong) and 'value="5/QĐ-UBND"' in said(wrong)
    assert not Delegation.objects.exists()
    done = client.post(add, data | {"receiver": tree.communes[0].pk}, follow=True)
    assert "Đã ghi: Uỷ quyền quản lý Trường A cho Xã A1.1" in said(done)
    assert "Huyện A1 uỷ quyền cho <b>Xã A1.1</b>" in said(done)
    made = Delegation.objects.get()
    assert "5/QĐ-UBND" in said(client.get(reverse("units:delegation_list")))
    end = reverse("units:delegation_end", args=[made.pk])
    assert client.post(end, {"on": "không phải ngày"}).status_code == 422
    late = client.post(end, {"on": f"01/01/{TODAY.year + 2}"})
    assert late.status_code == 422 and "hãy lập uỷ quyền mới theo văn bản mới" in said(late)
    assert "Đã kết thúc: Uỷ quyền quản lý Trường A" in said(client.post(end, {"on": f"{TODAY:%d/%m/%Y}"}, follow=True))
    made.refresh_from_db()
    assert (made.valid_to, made.ended_by) == (TODAY, leader)
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    told = said(client.get(reverse("units:detail", args=[tree.school.pk])))
    assert "đang uỷ quyền cho địa bàn của đồng chí" in told and add not in told
    assert client.get(end).status_code == client.get(add).status_code == 404


def test_a_list_asks_as_often_for_many(client, tree):
    client.force_login(make_user(Role.ADMIN, tree.province))

    def asked() -> int:
        client.get(reverse("units:delegation_list"))  # what is read once and kept
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("units:delegation_list")).status_code == 200
        return len(queries)

    delegate(tree)
    few = asked()
    for year in range(2021, 2025):
        delegate(tree, valid_from=date(year, 1, 1), valid_to=date(year, 12, 31))
    assert asked() == few < 10


# --- ending ------------------------------------------------------------------------------------------------------
def test_ending(tree):
    leader, stranger = make_user(Role.LEADER, tree.districts[0]), make_user(Role.ADMIN, tree.communes[0])
    made = delegate(tree)
    for by, on, sentence in (
        (stranger, TODAY, "không lãnh đạo hay quản trị Huyện A1"),
        (leader, TODAY - timedelta(days=1), "Ngày cuối cùng không thể trước hôm nay"),
        (leader, made.valid_to + timedelta(days=1), "hãy lập uỷ quyền mới"),
    ):
        with pytest.raises(Refused) as refusal:
            services.end_delegation(made, by=by, on=on)
        assert sentence in refusal.value.sentence
    assert services.end_delegation(made, by=leader, on=TODAY).valid_to == TODAY
    Delegation.objects.filter(pk=made.pk).update(valid_to=TODAY - timedelta(days=1))
    with pytest.raises(Refused) as refusal:
        services.end_delegation(made, by=leader, on=TODAY)
    assert refusal.value.sentence.startswith("Uỷ quyền này đã kết thúc.")


def test_one_that_has_not_begun_is_withdrawn(tree):
    made = delegate(tree, valid_from=TODAY + timedelta(days=1), valid_to=TODAY + timedelta(days=9))
    ended = services.end_delegation(made, by=None, on=TODAY)
    assert ended.withdrawn_at is not None and ended.is_over
    assert not Delegation.objects.in_force(TODAY + timedelta(days=2)).exists()


# --- reorganisations -----------------------------------------------------------------------------------------------
def test_a_reorganisation_ends_what_the_tree_no_longer_carries_and_undoing_gives_it_back(tree, client):
    kept = {"valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31)}
    over = delegate(tree, valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31))
    made = delegate(tree, **kept)
    coming = delegate(tree, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31))
    reform = the_reform(tree)
    assert reforms.delegations_ended(reforms.dry_run(reform)) == [made, coming]
    client.force_login(make_user(Role.ADMIN, tree.province))
    assert "Trường A: Huyện A1 uỷ quyền cho Xã A1.1" in said(
        client.get(reverse("units:reform_people", args=[reform.pk]))
    )
    before = snapshot(), list(Delegation.objects.order_by("pk").values())
    reforms.apply(reform, by=None)
    for one in (over, made, coming):
        one.refresh_from_db()
    assert (over.valid_to, made.valid_to, coming.valid_to) == (date(2024, 12, 31), LAST, date(2026, 12, 31))
    assert (made.withdrawn_at, bool(coming.withdrawn_at)) == (None, True)
    assert "Trường A: Huyện A1 uỷ quyền cho Xã A1.1" in said(
        client.get(reverse("units:reform_people", args=[reform.pk]))
    )
    reforms.undo(reform, by=None)
    assert (snapshot(), list(Delegation.objects.order_by("pk").values())) == before


def test_a_reorganisation_elsewhere_ends_nothing(tree):
    made = delegate(tree, valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 31))
    reform = draft(tree, line("rename", tree.communes[0], name="Xã Mới"))
    assert reforms.delegations_ended(reforms.dry_run(reform)) == []
    reforms.apply(reform, by=None)
    made.refresh_from_db()
    assert made.valid_to == date(2025, 12, 31)


def test_undoing_waits_for_delegations_made_since(tree):
    reform = the_reform(tree)
    reforms.apply(reform, by=None)
    made = delegate(tree, Unit.objects.get(pk=tree.school.pk), Unit.objects.get(code="07001"), valid_from=DAY)
    with pytest.raises(Refused) as refusal:
        reforms.undo(reform, by=None)
    assert "được ghi sau khi áp dụng phương án. Hãy kết thúc uỷ quyền đó rồi hoàn tác." in refusal.value.sentence
    made.delete()
    reforms.undo(reform, by=None)
