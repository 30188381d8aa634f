"""The words of a post corrected from now on, while what was done stays told in the old ones."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.core.errors import Refused
from tests.units.factories import make_committee, make_tree, make_user
from units import services
from units.enums import Role
from units.models import PostCorrection, User

pytestmark = pytest.mark.django_db
WHY = "Gõ sai tên xã khi tạo tài khoản."


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province, post="Quản trị tỉnh")


@pytest.fixture
def clerk(tree):
    return make_user(Role.OFFICER, tree.communes[0], post="Cán bộ xã Tân Dỉnh")


def correct(client, person, **typed):
    url = reverse("units:post_correct", args=[person.pk])
    return client.post(url, {"post": "Cán bộ xã Tân Dĩnh", "ground": WHY} | typed)


def test_words_are_mended_with_a_reason_and_found_again(client, admin, clerk):
    client.force_login(admin)
    answer = correct(client, clerk)
    assert answer.url == reverse("units:person_detail", args=[clerk.pk])
    clerk.refresh_from_db()
    assert str(clerk) == "Cán bộ xã Tân Dĩnh" and "tan dinh" in clerk.search_key
    line = PostCorrection.objects.get()
    assert (line.by, line.by_post, line.before, line.after, line.ground) == (
        *(admin, "Quản trị tỉnh", "Cán bộ xã Tân Dỉnh", "Cán bộ xã Tân Dĩnh"),
        WHY,
    )
    page = client.get(answer.url).content.decode()
    assert "sửa “Cán bộ xã Tân Dỉnh” thành “Cán bộ xã Tân Dĩnh”" in page and WHY in page


def test_each_moment_has_its_words(admin, clerk):
    first = services.correct_post(clerk, "Cán bộ xã Tân Định", ground=WHY, by=admin).at
    second = services.correct_post(clerk, "Cán bộ xã Tân Dĩnh", ground="Sửa lại.", by=admin).at
    clerk = User.objects.get(pk=clerk.pk)
    step = timedelta(microseconds=1)
    told = [clerk.called(moment) for moment in (first - step, first, second - step, second, timezone.now())]
    assert told == [
        *("Cán bộ xã Tân Dỉnh", "Cán bộ xã Tân Định", "Cán bộ xã Tân Định"),
        *("Cán bộ xã Tân Dĩnh", "Cán bộ xã Tân Dĩnh"),
    ]


def test_a_unit_as_it_was_names_people_as_they_were(client, admin, clerk):
    """With its control: without the earlier words the page of that day has those of today."""
    unit = clerk.placements.get().unit
    services.correct_post(clerk, "Cán bộ xã Tân Dĩnh", ground=WHY, by=admin)
    client.force_login(admin)
    url = reverse("units:detail_as_of", args=[unit.pk])
    yesterday = {"ngay": f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"}
    assert "Cán bộ xã Tân Dỉnh" in client.get(url, yesterday).content.decode()
    today = client.get(url, {"ngay": f"{timezone.localdate():%d/%m/%Y}"}).content.decode()
    assert "Cán bộ xã Tân Dĩnh" in today and "Tân Dỉnh" not in today
    User.objects.update(earlier_posts=[])
    assert "Cán bộ xã Tân Dĩnh" in client.get(url, yesterday).content.decode()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"post": "Cán bộ xã  Tân Dỉnh "}, "Chưa sửa gì: chức danh vẫn như cũ."),
        ({"ground": ""}, "bắt buộc"),
        ({"post": "x" * 201}, "200"),
    ],
)
def test_what_is_no_correction_is_told_and_typed_words_stay(client, admin, clerk, typed, sentence):
    client.force_login(admin)
    answer = correct(client, clerk, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in page and "value=" in page
    assert not PostCorrection.objects.exists()


def test_who_also_acts_elsewhere_is_corrected_from_above(client, tree, admin, clerk):
    below = make_user(Role.ADMIN, tree.communes[0])
    services.place_person(clerk, tree.communes[1], Role.OFFICER, by=admin, valid_from=timezone.localdate())
    client.force_login(below)
    answer = correct(client, clerk)
    assert answer.status_code == 422 and "đề nghị quản trị viên cấp trên" in answer.content.decode()
    services.correct_post(clerk, "Cán bộ xã Tân Dĩnh", ground=WHY, by=admin)


def test_outside_the_place_there_is_nobody(client, tree, clerk):
    stranger = make_user(Role.ADMIN, tree.communes[1])
    client.force_login(stranger)
    assert correct(client, clerk).status_code == 404
    with pytest.raises(Refused, match="không quản trị nơi"):
        services.correct_post(clerk, "Khác", ground=WHY, by=stranger)


def test_a_lone_administrator_mends_their_own(client, admin):
    client.force_login(admin)
    assert correct(client, admin, post="Quản trị cấp tỉnh").status_code == 302
    line = PostCorrection.objects.get()
    assert (line.user, line.by, line.by_post) == (admin, admin, "Quản trị tỉnh")


def test_who_placed_and_ended_is_told_as_then(client, tree, admin, clerk):
    """With its control: without the earlier words the page has those of today."""
    placement = services.place_person(
        clerk, tree.communes[0], Role.LEADER, by=admin, valid_from=timezone.localdate() - timedelta(days=40)
    )
    services.end_placement(placement, by=admin, on=timezone.localdate())
    services.correct_post(admin, "Quản trị tỉnh A (sửa)", ground=WHY, by=admin)
    client.force_login(make_user(Role.ADMIN, tree.province))
    page = client.get(reverse("units:person_detail", args=[clerk.pk])).content.decode()
    assert "Quản trị tỉnh A (sửa)" not in page and page.count("Quản trị tỉnh") == 2
    User.objects.filter(pk=admin.pk).update(earlier_posts=[])
    page = client.get(reverse("units:person_detail", args=[clerk.pk])).content.decode()
    assert page.count("Quản trị tỉnh A (sửa)") == 2


def test_seats_that_ended_are_told_as_then(client, tree, admin, clerk):
    """A seat that ended before the words were mended; with its control, without the earlier words."""
    today = timezone.localdate()
    board = make_committee(tree.communes[0]).committee
    old = services.seat(board, user=clerk, post="Uỷ viên", valid_from=today - timedelta(days=60), by=admin)
    services.seat(
        board,
        user=None,
        host_post="Phó Chủ tịch",
        post="Uỷ viên",
        valid_from=today - timedelta(days=30),
        replaces=old,
        by=admin,
    )
    services.correct_post(clerk, "Cán bộ xã Tân Dĩnh", ground=WHY, by=admin)
    client.force_login(admin)
    page = client.get(reverse("units:committee_detail", args=[board.pk])).content.decode()
    before = page.split("Thành viên trước đây và sắp tới")[1].split("</section>")[0]
    assert "Cán bộ xã Tân Dỉnh, Uỷ viên" in before and "Cán bộ xã Tân Dĩnh" not in before
    assert "<td>Cán bộ xã Tân Dỉnh</td>" in page  # whom the member of today replaced
    User.objects.filter(pk=clerk.pk).update(earlier_posts=[])
    page = client.get(reverse("units:committee_detail", args=[board.pk])).content.decode()
    assert "Cán bộ xã Tân Dỉnh" not in page and "<td>Cán bộ xã Tân Dĩnh</td>" in page
