"""Accounts, their placements and passwords."""

import secrets
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from portal.core.errors import Refused

from .. import text
from ..enums import ROLE_PLACES, Role, UnitKind
from ..models import Placement, Unit, User
from ..permissions import may_end_placement, may_manage_people

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those a reader takes for one another


def one_time_password() -> str:
    """Four groups of four letters that can be read out on the telephone (78 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))


@transaction.atomic
def create_person(
    *,
    username: str,
    post: str,
    unit: Unit,
    role: str,
    by: User | None,
    valid_from: date | None = None,
    valid_to: date | None = None,
    email: str = "",
    acting_for: str = "",
) -> tuple[User, str]:
    """A new account with its first placement; returns it with the one-time password, shown once and kept nowhere."""
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"Tên đăng nhập “{username}” đã có người dùng. Hãy chọn tên khác.")
    password = one_time_password()
    person = User(username=username, post=text.clean(post), email=email, must_change_password=True)
    person.password = make_password(password)
    person.save()
    place_person(
        person,
        unit,
        role,
        by=by,
        valid_from=valid_from or timezone.localdate(),
        valid_to=valid_to,
        acting_for=acting_for,
    )
    return person, password


@transaction.atomic
def reset_password(person: User, *, by: User) -> str:
    """A new one-time password, shown once; the person's sessions end at their next request.

    Raises Refused for oneself and for a person who also holds a role outside the giver's place.
    """
    if by.pk == person.pk:
        raise Refused("Hãy đổi mật khẩu của mình ở mục “Đổi mật khẩu” trong danh mục tài khoản.")
    held = Placement.objects.in_force().filter(user=person).select_related("unit")
    if not all(may_manage_people(by, placement.unit) for placement in held):
        raise Refused(f"{person} còn giữ vai trò ngoài phạm vi đồng chí quản trị nên không cấp lại mật khẩu được.")
    password = one_time_password()
    person.password, person.must_change_password = make_password(password), True
    person.save(update_fields=["password", "must_change_password"])
    return password


def overlapping(valid_from: date, valid_to: date | None) -> Q:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)
    return lasting & Q(valid_from__lte=valid_to) if valid_to else lasting


@transaction.atomic
def place_person(
    user: User,
    unit: Unit,
    role: str,
    *,
    by: User | None,
    valid_from: date,
    valid_to: date | None = None,
    acting_for: str = "",
) -> Placement:
    """Give the person the role at the unit. `by` is None for the command line only.

    Raises Refused outside the giver's place, to oneself, at a kind the role is not for, or twice over one time.
    """
    if by is not None and not may_manage_people(by, unit):
        raise Refused(f"Bạn không quản trị {unit} nên không phân công ở đó được.")
    if by is not None and by.pk == user.pk:
        raise Refused("Không tự phân công cho chính mình. Hãy đề nghị một quản trị viên khác.")
    if unit.kind not in ROLE_PLACES.get(Role(role), UnitKind):
        raise Refused(f"Vai trò “{Role(role).label}” không dùng ở {unit}.")
    if valid_to and valid_to < valid_from:
        raise Refused("Ngày kết thúc trước ngày bắt đầu. Hãy sửa lại hai ngày.")
    User.objects.select_for_update().get(pk=user.pk)  # two givers at once: the second sees the first's placement
    same = Placement.objects.filter(user=user, unit=unit, role=role, withdrawn_at=None)
    if same.filter(overlapping(valid_from, valid_to)).exists():
        raise Refused(f"{user} đã giữ vai trò “{Role(role).label}” tại {unit} trong thời gian này.")
    placement = Placement.objects.create(
        user=user,
        unit=unit,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
        acting_for=text.clean(acting_for),
        placed_by=by,
    )
    user.__dict__.pop("_placements", None)
    return placement


def _locked(placement: Placement, by: User | None) -> Placement:
    """The placement as it is now, locked; refuses whoever may not end it and one that has ended."""
    placement = Placement.objects.select_for_update(of=("self",)).select_related("unit", "user").get(pk=placement.pk)
    if by is not None and not may_end_placement(by, placement):
        raise Refused("Bạn không kết thúc được phân công này. Hãy đề nghị một quản trị viên khác của nơi đó.")
    if placement.withdrawn_at or (placement.valid_to and placement.valid_to < timezone.localdate()):
        raise Refused("Phân công này đã kết thúc. Hãy tải lại trang để xem.")
    return placement


@transaction.atomic
def end_placement(placement: Placement, *, by: User | None, on: date) -> Placement:
    """Let `on`, today or later, be the last day of the placement; a past day withdraws it at this moment.

    Raises Refused outside the person's place, for oneself, or when it has already ended.
    """
    if on < timezone.localdate():
        return withdraw_placement(placement, by=by)
    placement = _locked(placement, by)
    if on < placement.valid_from:
        raise Refused(
            f"Phân công chỉ bắt đầu từ {placement.valid_from:%d/%m/%Y}. Hãy chọn ngày sau đó hoặc thu hồi ngay."
        )
    placement.valid_to, placement.ended_by = on, by
    placement.save(update_fields=["valid_to", "ended_by"])
    return placement


@transaction.atomic
def withdraw_placement(placement: Placement, *, by: User | None) -> Placement:
    """Take the role away at this moment: the person's next request is without it."""
    placement = _locked(placement, by)
    placement.valid_to = max(placement.valid_from, timezone.localdate() - timedelta(days=1))
    placement.ended_by, placement.withdrawn_at = by, Now()
    placement.save(update_fields=["valid_to", "ended_by", "withdrawn_at"])
    placement.refresh_from_db(fields=["withdrawn_at"])
    return placement
