"""Two writers at once, on PostgreSQL: one tree, one placement, one username, one seat."""

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from portal.core.errors import Refused
from units import services
from units.enums import Role
from units.files.unit_resource import UnitResource
from units.files.units import read
from units.models import Placement, Seat, Unit, User

from .factories import make_committee, make_tree, make_user
from .racing import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway"),
]
FILE = (
    "key,kind,subtype,code,name,parent_key,opened_on\n"
    "t,province,tinh,24,Tỉnh A,,2020-01-01\n"
    "h,district,huyen,217,Huyện A,t,2020-01-01\n"
)


def load():
    assert UnitResource("tep.csv").apply(read(FILE.encode(), "tep.csv")) == []


def test_two_loads_of_one_file_make_one_tree():
    assert at_once(load, load) == []
    assert Unit.objects.count() == 2


def test_without_the_lock_they_make_two(monkeypatch):
    monkeypatch.setattr(services, "lock_tree", lambda: None)
    assert at_once(load, load) == []
    assert Unit.objects.count() == 4


def give(person, place):
    return lambda: services.place_person(person, place, Role.OFFICER, by=None, valid_from=timezone.localdate())


def test_two_administrators_give_one_role():
    person, place = make_user(), make_tree().communes[0]
    assert len(at_once(give(person, place), give(person, place))) == 1
    assert Placement.objects.filter(user=person).count() == 1


def test_without_the_row_lock_they_give_two(monkeypatch):
    person, place = make_user(), make_tree().communes[0]
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda rows, **options: rows)
    assert at_once(give(person, place), give(person, place)) == []
    assert Placement.objects.filter(user=person).count() == 2


def create(username, place):
    return lambda: services.create_person(username=username, post="Cán bộ", unit=place, role=Role.OFFICER, by=None)


def test_two_administrators_take_one_username():
    place = make_tree().communes[0]
    (failure,) = at_once(create("canbo.moi", place), create("canbo.moi", place))
    assert failure.sentence == "Tên đăng nhập “canbo.moi” đã có người dùng. Hãy chọn tên khác."
    assert User.objects.filter(username="canbo.moi").count() == 1


def test_without_the_catch_the_second_would_see_a_fault_of_the_database(monkeypatch):
    monkeypatch.setattr("units.services.people.IntegrityError", ZeroDivisionError)
    place = make_tree().communes[0]
    (failure,) = at_once(create("canbo.moi", place), create("canbo.moi", place))
    assert isinstance(failure, IntegrityError)


@pytest.fixture
def board(transactional_db):
    return make_committee(make_tree().communes[0], members=1).committee


def sit(board, host_post="Hiệu trưởng"):
    day = timezone.localdate()
    return lambda: services.seat(board, None, "Thành viên", by=None, valid_from=day, host_post=host_post)


def test_one_seat_is_not_taken_twice(board):
    (failure,) = at_once(sit(board), sit(board))
    assert failure.sentence == (
        "Chức vụ này, vào Ban cùng ngày này, đã có trong danh sách. Hãy tải lại trang để xem trước khi thêm."
    )
    assert Seat.objects.filter(post="Thành viên").count() == 1
    assert at_once(sit(board, "Trưởng trạm Y tế"), sit(board, "Bí thư Đoàn xã")) == []


def test_one_account_does_not_sit_twice_even_without_the_look(board):
    person, day = make_user(), timezone.localdate()

    def write():
        made = Seat(committee=board, user=person, post="Thành viên", valid_from=day)
        services.write_seats([services.SeatRow(made)], by=None)

    (failure,) = at_once(write, write)
    assert isinstance(failure, Refused)
    assert Seat.objects.filter(post="Thành viên").count() == 1


def test_without_the_key_one_seat_is_taken_twice(board):
    key = next(key for key in Seat._meta.constraints if key.name == "one_seat_a_post")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Seat, key)
    try:
        assert at_once(sit(board), sit(board)) == []
        assert Seat.objects.filter(post="Thành viên").count() == 2
    finally:
        Seat.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Seat, key)
