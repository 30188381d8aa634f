"""People and their placements."""

from datetime import date, datetime
from functools import lru_cache

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from portal.core.models import Job
from portal.core.vietnamese import text

from ..enums import LEVELS, Role, UnitKind
from .delegations import Delegation
from .tree import Unit, on, within


class User(AbstractUser):
    """Somebody who signs in, known by the post they hold."""

    post = models.CharField("chức danh", max_length=200, help_text="Ví dụ: Cán bộ Công an xã An Hà.")
    search_key = models.CharField(max_length=400, editable=False, default="")
    must_change_password = models.BooleanField("phải đổi mật khẩu", default=False)  # true after a one-time password
    # words the post had before they were corrected, the oldest first: {"until": moment, "post": words}
    earlier_posts = models.JSONField("chức danh trước khi sửa", default=list, editable=False)
    told_at: datetime | None = None  # the moment whose words name the person; now, when None; no column
    province_at_hand: int | None = None  # of several, the one chosen for this session; no column

    class Meta(AbstractUser.Meta):
        verbose_name = "người dùng"
        verbose_name_plural = "người dùng"
        ordering = ["username"]

    def __str__(self):
        return self.called(self.told_at)

    def called(self, moment: datetime | None) -> str:
        """By the words the post had at the moment: what was done then stays told in them (docs/decisions/0036)."""
        later = [one["post"] for one in self.earlier_posts if moment and moment < datetime.fromisoformat(one["until"])]
        return (later or [self.post])[0] or self.username

    def save(self, *args, **kwargs):
        self.fill_search_key()
        super().save(*args, **kwargs)

    def fill_search_key(self):
        """Called by whoever writes without `save`."""
        self.search_key = text.search_key(f"{self.post} {self.username}")

    def placements_now(self) -> list["Placement"]:
        """Today's placements, read once a request (a user object lives one request)."""
        if "_placements" not in self.__dict__:
            held = self.placements.in_force().select_related("unit")
            self._placements = list(held.with_reach().order_by("pk"))
        return self._placements

    def places(self) -> list[Unit]:
        return [placement.unit for placement in self.placements_now()]

    def grounds(self) -> list[Unit]:
        """Today's places and the ended ones whose history those took over: where facts of any year may be read.

        An ended unit's place columns are its heir's, so one query finds them all, read once a request; none for whose
        places took nothing over.
        """
        if "_grounds" not in self.__dict__:
            heirs = [placement.unit for placement in self.placements_now() if placement.took_over]
            took_over = Q(pk__in=[])
            for kind in LEVELS:
                own = [heir.pk for heir in heirs if heir.kind == kind]
                if own:
                    took_over |= Q(kind=kind, **{f"{kind}__in": own})
            ended = Unit.objects.filter(took_over, closed_on__lt=timezone.localdate()) if heirs else []
            self._grounds = [*self.places(), *ended]
        return self._grounds

    def heirs(self) -> dict[int, int]:
        """Levels of government that ended within the user's places, each with the unit that took over from it.

        Read once a request.
        """
        if "_heirs" not in self.__dict__:
            below = within([place for place in self.places() if place.kind in LEVELS])
            self._heirs = Unit.objects.filter(below, kind__in=LEVELS, closed_on__lt=timezone.localdate()).heirs()
        return self._heirs

    def entrusted(self) -> list[int]:
        """Ids of organisations whose management is delegated to today's places, read once a request; no query for whose
        places were given none."""
        if "_entrusted" not in self.__dict__:
            places = [placement.unit_id for placement in self.placements_now() if placement.is_receiver]
            held = Delegation.objects.in_force().filter(receiver__in=places) if places else Delegation.objects.none()
            self._entrusted = list(held.order_by().values_list("unit", flat=True))
        return self._entrusted

    def units_with(self, *roles: Role) -> list[int]:
        """Ids of the units where the person holds one of the roles today."""
        return [placement.unit_id for placement in self.placements_now() if placement.role in roles]

    def provinces_as(self, *roles: Role) -> list[Unit]:
        """The provinces the person holds one of the roles at today: the one at hand first, then by name."""
        held = [placement.unit for placement in self.placements_now() if placement.role in roles]
        provinces = {unit for unit in held if unit.kind == UnitKind.PROVINCE}
        return sorted(provinces, key=lambda unit: (unit.pk != self.province_at_hand, unit.sort_key))

    def has_role(self, *roles: Role, at: int | None = None) -> bool:
        """Holds one of the roles today: at the unit with this id when one is given, or at the heir of an ended one."""
        held = set(self.units_with(*roles))
        if at is None or at in held:
            return bool(held)
        return bool(held) and self.heirs().get(at) in held


class PostCorrection(models.Model):
    """The words of a person's post mended: when, by whom, why; never changed."""

    user = models.ForeignKey(User, models.PROTECT, related_name="post_corrections", verbose_name="người dùng")
    at = models.DateTimeField("lúc", db_default=Now())
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người sửa")
    by_post = models.CharField("chức danh của người sửa khi đó", max_length=200)
    before = models.CharField("trước", max_length=200)
    after = models.CharField("sau", max_length=200)
    ground = models.CharField("căn cứ, lý do", max_length=300)

    class Meta:
        verbose_name = "lần sửa chức danh"
        verbose_name_plural = "các lần sửa chức danh"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.before} → {self.after}"


class SlipSheetQuerySet(models.QuerySet):
    def waiting(self):
        """Those whose file is still there to be taken."""
        return self.filter(taken_at=None, dropped_at=None)


class SlipSheet(models.Model):
    """One-time passwords printed as slips by one job; whoever asked takes the file once, then it is gone."""

    job = models.OneToOneField(Job, models.PROTECT, related_name="slip_sheet", verbose_name="việc")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="slip_sheets", verbose_name="người yêu cầu")
    made_at = models.DateTimeField("in lúc", db_default=Now())
    slips = models.PositiveIntegerField("số phiếu")
    sha256 = models.CharField("mã nội dung tệp", max_length=64)
    taken_at = models.DateTimeField("tải lúc", null=True)
    dropped_at = models.DateTimeField("huỷ lúc", null=True)  # nobody took it in time

    objects = SlipSheetQuerySet.as_manager()

    class Meta:
        verbose_name = "tờ phiếu mật khẩu"
        verbose_name_plural = "tờ phiếu mật khẩu"

    def __str__(self):
        return f"{self.slips} phiếu mật khẩu"


@lru_cache(maxsize=2)
def _reach(today: date) -> tuple[Exists, Exists]:
    """What `with_reach` asks of a placement's unit: every request asks it, and putting it together anew took longer
    than the database's answer."""
    same_kind = Q(pk__in=[])
    for kind in LEVELS:
        same_kind |= Q(kind=kind, **{kind.value: OuterRef("unit")})
    ended = Unit.objects.filter(same_kind, closed_on__lt=today)
    delegated = Delegation.objects.in_force(today).filter(receiver=OuterRef("unit"))
    return Exists(ended), Exists(delegated)


class PlacementQuerySet(models.QuerySet):
    def in_force(self, day: date | None = None):
        """Placements that give rights on the day; one withdrawn at once gives none from that moment."""
        return self.filter(on(day), withdrawn_at=None)

    def with_reach(self):
        """`took_over`: the place took over from ended ones of its kind; `is_receiver`: organisations are delegated to
        it today. Most places have neither, and who reads by them then needs no query to learn so."""
        took_over, is_receiver = _reach(timezone.localdate())
        return self.annotate(took_over=took_over, is_receiver=is_receiver)

    def held_on(self, day: date):
        """Placements that gave rights on a day gone by: one withdrawn later gave them still."""
        return self.filter(on(day), Q(withdrawn_at=None) | Q(withdrawn_at__date__gt=day))

    def administered_by(self, user):
        """Placements at the units the user administers today."""
        return self.filter(unit__in=Unit.objects.administered_by(user))


class Placement(models.Model):
    """A person's role at a unit during a time; all rights come from here."""

    user = models.ForeignKey(User, models.CASCADE, related_name="placements", verbose_name="người dùng")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="placements", verbose_name="đơn vị")
    role = models.CharField("vai trò", max_length=10, choices=Role)
    valid_from = models.DateField("từ ngày", default=timezone.localdate)
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    acting_for = models.CharField("thay cho", max_length=200, blank=True)
    ground = models.CharField("căn cứ", max_length=300, blank=True)  # why it was given from the command line
    placed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="người phân công")
    placed_at = models.DateTimeField("phân công lúc", db_default=Now(), editable=False)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="người kết thúc")
    ended_at = models.DateTimeField("ghi kết thúc lúc", null=True, editable=False)
    withdrawn_at = models.DateTimeField("thu hồi lúc", null=True, blank=True)
    took_over: bool  # both told by `with_reach`
    is_receiver: bool

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = "phân công"
        verbose_name_plural = "phân công"
        indexes = [models.Index(fields=["user", "valid_to"], name="placement_by_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="placement_ends_after_start"
            )
        ]

    def __str__(self):
        return f"{self.get_role_display()} – {self.unit}"

    @property
    def is_over(self) -> bool:
        return self.withdrawn_at is not None or bool(self.valid_to and self.valid_to < timezone.localdate())

    @property
    def is_coming(self) -> bool:
        return not self.is_over and self.valid_from > timezone.localdate()
