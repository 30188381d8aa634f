"""Accounts, their placements and passwords."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.passwords.one_time import one_time_password
from portal.core.rows.locking import hold_rows, lock_row
from portal.core.rows.seen import refuse_unseen
from portal.core.vietnamese import text

from ..enums import ROLE_PLACES, Role, UnitKind
from ..locks import held_unit
from ..models import Placement, PostCorrection, Unit, User
from ..permissions import may_end_placement, may_manage_people

BATCH = 500
LONGEST_NAME = User._meta.get_field("username").max_length or 150
_may_be_a_name = ASCIIUsernameValidator()


def name_fault(username: str) -> str:
    """What is wrong with a name to sign in with; empty when nothing is."""
    try:
        _may_be_a_name(username)
    except ValidationError:
        return (
            f"Tên đăng nhập “{username}” không dùng được. "
            "Hãy ghi chữ không dấu, chữ số và @ . + - _, ví dụ: canbo.tandinh."
        )
    return f"Tên đăng nhập dài quá {LONGEST_NAME} chữ. Hãy viết gọn lại." if len(username) > LONGEST_NAME else ""


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
    ground: str = "",
) -> tuple[User, str]:
    """A new account with its first placement; returns it with the one-time password, shown once and kept nowhere.

    Raises Refused for no name to sign in with, one in use, also when two take it at once, and for what `place_person`
    refuses.
    """
    if fault := name_fault(username):
        raise Refused(fault)
    taken = Refused(f"Tên đăng nhập “{username}” đã có người dùng. Hãy chọn tên khác.")
    if User.objects.filter(username__iexact=username).exists():
        raise taken
    password = one_time_password()
    person = User(username=username, post=text.clean(post), email=email, must_change_password=True)
    person.password = make_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:  # another administrator took the name since the look
        raise taken from None
    place_person(
        person,
        unit,
        role,
        by=by,
        valid_from=valid_from or timezone.localdate(),
        valid_to=valid_to,
        acting_for=acting_for,
        ground=ground,
    )
    return person, password


@transaction.atomic
def reset_password(person: User, *, by: User) -> str:
    """A new one-time password, shown once; the person's sessions end at their next request.

    Raises Refused for what `reset_passwords` refuses.
    """
    password = one_time_password()
    reset_passwords([person], [make_password(password)], by=by)
    return password


@transaction.atomic
def reset_passwords(people: Sequence[User], hashes: Sequence[str], *, by: User) -> None:
    """Let these be the passwords of the people, to be changed at the next sign-in; statements grow with batches.

    Raises Refused for oneself and for a person who also holds a role outside the giver's place.
    """
    held = Placement.objects.in_force().filter(user__in=people).select_related("unit")
    beyond = {placement.user_id for placement in held if not may_manage_people(by, placement.unit)}
    for person, password in zip(people, hashes, strict=True):
        if by.pk == person.pk:
            raise Refused("Hãy đổi mật khẩu của mình ở mục “Đổi mật khẩu” trong danh mục tài khoản.")
        if person.pk in beyond:
            raise Refused(f"{person} còn giữ vai trò ngoài phạm vi đồng chí quản trị nên không cấp lại mật khẩu được.")
        person.password, person.must_change_password = password, True
    User.objects.bulk_update(people, ["password", "must_change_password"], batch_size=BATCH)


@transaction.atomic
def correct_post(person: User, post: str, *, ground: str, by: User, seen: str | None = None) -> PostCorrection:
    """Mend the words of a person's post from this moment on; what was done before stays told in the old words
    (docs/decisions/0036). Oneself too: words give no right, and the first administrator has nobody else.

    `seen` is the post the corrector's page showed. Raises Refused without a reason, when nothing changes or somebody
    else corrected it since, outside the corrector's place and for a person who also holds a role outside it.
    """
    told, words = text.clean(ground)[:300], text.clean(post)[:200]
    if not words:
        raise Refused("Chưa ghi chức danh. Hãy ghi chức danh, không ghi tên người.")
    if not told:
        raise Refused("Chưa ghi lý do. Hãy ghi, ví dụ: Gõ sai tên xã khi tạo tài khoản.")
    found = lock_row(User.objects, person.pk)
    held = list(Placement.objects.filter(user=found).select_related("unit"))
    if not any(may_manage_people(by, one.unit) for one in held):
        raise Refused(f"Đồng chí không quản trị nơi {found} công tác nên không sửa chức danh được.")
    if any(not one.is_over and not may_manage_people(by, one.unit) for one in held):
        raise Refused(
            f"{found} còn giữ vai trò ngoài phạm vi đồng chí quản trị nên không sửa chức danh được. "
            "Hãy đề nghị quản trị viên cấp trên."
        )
    if seen is not None:
        remedy = "Nếu vẫn sửa như đã gõ, hãy ghi lại lần nữa."
        refuse_unseen(found.post, seen, f"Chức danh vừa được người khác sửa thành “{found.post}”. {remedy}")
    if words == found.post:
        raise Refused("Chưa sửa gì: chức danh vẫn như cũ.")
    now = timezone.now()
    made = PostCorrection(user=found, at=now, by=by, by_post=str(by), before=found.post, after=words, ground=told)
    made.save(force_insert=True)
    found.earlier_posts = [*found.earlier_posts, {"until": now.isoformat(), "post": found.post}]
    found.post = words
    found.save(update_fields=["post", "earlier_posts", "search_key"])
    return made


def overlapping(valid_from: date, valid_to: date | None) -> Q:
    lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=valid_from)
    return lasting & Q(valid_from__lte=valid_to) if valid_to else lasting


def placement_fault(placement: Placement, by: User | None) -> str:
    """What keeps the giver from giving this role: a place outside theirs, themselves, a kind of unit the role is not
    for, days the wrong way round, before the unit or after its end; empty when nothing does. No query."""
    unit, role = placement.unit, Role(placement.role)
    if by is not None and not may_manage_people(by, unit):
        return f"Đồng chí không quản trị {unit} nên không phân công ở đó được."
    if by is not None and by.pk == placement.user.pk:
        return "Không tự phân công cho chính mình. Hãy đề nghị một quản trị viên khác."
    if unit.kind not in ROLE_PLACES.get(role, UnitKind):
        return f"Vai trò “{role.label}” không dùng ở {unit}. Hãy chọn vai trò khác hoặc nơi khác."
    if placement.valid_to and placement.valid_to < placement.valid_from:
        return "Ngày kết thúc trước ngày bắt đầu. Hãy sửa lại hai ngày."
    if placement.valid_from < unit.opened_on:
        return f"{unit} có từ ngày {unit.opened_on:%d/%m/%Y}. Hãy ghi “Từ ngày” từ ngày đó."
    if unit.closed_on and (placement.valid_to is None or placement.valid_to > unit.closed_on):
        return f"{unit} đã kết thúc ngày {unit.closed_on:%d/%m/%Y}. Hãy chọn đơn vị kế thừa, hoặc ghi ngày kết thúc."
    return ""


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
    ground: str = "",
) -> Placement:
    """Give the person the role at the unit. `by` is None for the command line only, which says on
    what `ground`.

    Raises Refused for a `placement_fault`, or twice over one time.
    """
    unit = held_unit(unit)
    placement = Placement(
        user=user,
        unit=unit,
        role=role,
        valid_from=valid_from,
        valid_to=valid_to,
        acting_for=text.clean(acting_for),
        ground=text.clean(ground),
        placed_by=by,
    )
    for _, sentence in place_people([placement], by=by):
        raise Refused(sentence)
    user.__dict__.pop("_placements", None)
    return placement


@transaction.atomic
def place_people(placements: Sequence[Placement], *, by: User | None) -> list[tuple[Placement, str]]:
    """Write the new placements, each person and role at a unit once; those that may not be, each with why, stay out.
    Statements grow with batches."""
    refused = [(one, sentence) for one in placements if (sentence := placement_fault(one, by))]
    told = {id(one) for one, _ in refused}
    able = [one for one in placements if id(one) not in told]
    for start in range(0, len(able), BATCH):
        some = able[start : start + BATCH]
        people = {one.user.pk for one in some}
        # Two givers at once: the second sees the first's placement.
        if len(hold_rows(User.objects.filter(pk__in=people), to_write=True).values_list("pk")) < len(people):
            raise Refused("Một người dùng vừa được xoá. Hãy tải lại trang để xem.")
        held_by: dict[int, list[Placement]] = {}
        for other in Placement.objects.filter(user__in=people, withdrawn_at=None):
            held_by.setdefault(other.user_id, []).append(other)
        free: list[Placement] = []
        for one in some:
            if any(_twice(one, other) for other in held_by.get(one.user.pk, [])):
                what = f"“{Role(one.role).label}” tại {one.unit}"
                refused.append((one, f"{one.user} đã giữ vai trò {what} trong thời gian này."))
            else:
                free.append(one)
        Placement.objects.bulk_create(free)
    return refused


def _twice(one: Placement, other: Placement) -> bool:
    """One role at one unit on a day of both."""
    same = (one.unit.pk, one.role) == (other.unit_id, other.role)
    return same and one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def _locked(placement: Placement, by: User | None) -> Placement:
    """The placement as it is now, locked; refuses whoever may not end it and one that has ended."""
    placement = lock_row(Placement.objects.select_related("unit", "user"), placement.pk)
    if by is not None and not may_end_placement(by, placement):
        raise Refused("Đồng chí không kết thúc được phân công này. Hãy đề nghị một quản trị viên khác của nơi đó.")
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
    placement.valid_to, placement.ended_by, placement.ended_at = on, by, Now()
    placement.save(update_fields=["valid_to", "ended_by", "ended_at"])
    placement.refresh_from_db(fields=["ended_at"])
    return placement


@transaction.atomic
def withdraw_placement(placement: Placement, *, by: User | None) -> Placement:
    """Take the role away at this moment: the person's next request is without it."""
    placement = _locked(placement, by)
    placement.valid_to = max(placement.valid_from, timezone.localdate() - timedelta(days=1))
    placement.ended_by, placement.ended_at, placement.withdrawn_at = by, Now(), Now()
    placement.save(update_fields=["valid_to", "ended_by", "ended_at", "withdrawn_at"])
    placement.refresh_from_db(fields=["ended_at", "withdrawn_at"])
    return placement


@transaction.atomic
def prolong_placements(placements: QuerySet[Placement], *, by: User, until: date) -> list[Placement]:
    """Let `until` be the last day of those among the placements that end earlier, and the giver who named it.

    All or none: raises Refused for a day gone by, and for the first one that is over or that the giver may not end.
    Returns those changed; one without an end, or with a later one, stays as it is.
    """
    if until < timezone.localdate():
        raise Refused(f"Ngày {until:%d/%m/%Y} đã qua. Hãy chọn ngày gia hạn từ hôm nay trở đi.")
    wanted = placements.filter(valid_to__lt=until).order_by("pk")
    found = list(wanted.select_for_update(of=("self",)).select_related("unit", "user"))
    for placement in found:
        if not may_end_placement(by, placement):
            raise Refused(f"Đồng chí không gia hạn được phân công của {placement.user}. Hãy bỏ đánh dấu dòng này.")
        if placement.is_over:
            raise Refused(f"Phân công của {placement.user} tại {placement.unit} đã kết thúc. Hãy phân công mới.")
        placement.valid_to, placement.ended_by, placement.ended_at = until, by, timezone.now()
    Placement.objects.bulk_update(found, ["valid_to", "ended_by", "ended_at"], batch_size=BATCH)
    return found
