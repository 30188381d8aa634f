"""Units and their history, people and their placements, committees and their seats."""

from datetime import date

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from . import text
from .enums import LEVELS, Role, Subtype, UnitKind


def on(day: date | None = None, *, start: str = "valid_from", end: str = "valid_to", prefix: str = "") -> Q:
    """Rows in force on the day (today when none is given); an end date is the last day."""
    day = day or timezone.localdate()
    ended = Q(**{f"{prefix}{end}__isnull": True}) | Q(**{f"{prefix}{end}__gte": day})
    return ended & Q(**{f"{prefix}{start}__lte": day})


def within(units, prefix: str = "") -> Q:
    """Rows whose place columns (`province`, `district`, `commune`, `unit`) fall under any of the units.

    Every place filter of the portal is built here: one indexed equality per level, never a walk up the tree.
    """
    columns = {UnitKind.PROVINCE: "province", UnitKind.DISTRICT: "district", UnitKind.COMMUNE: "commune"}
    under = Q(pk__in=[])
    for unit in units:
        under |= Q(**{f"{prefix}{columns.get(unit.kind, 'unit')}": unit.pk})
    return under


class UnitQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Units the user's placements of today reach: the place itself and all it manages."""
        places = user.places()
        below = within([place for place in places if place.kind in LEVELS])
        return self.filter(below | Q(pk__in=[place.pk for place in places]))

    def administered_by(self, user):
        """Units at or below a place where the user is administrator today."""
        held = [placement.unit for placement in user.placements_now() if placement.role == Role.ADMIN]
        return self.filter(within([place for place in held if place.kind in LEVELS]))

    def open_on(self, day: date | None = None):
        return self.filter(on(day, start="opened_on", end="closed_on"))

    def search(self, words: str):
        """Units whose name or code holds the words; tone marks and case do not matter."""
        key = text.search_key(words)
        return self.filter(Q(search_key__contains=key) | Q(code__startswith=words.strip())) if key else self

    def nearest_first(self, words: str):
        """Search results in their order: the code, then the words with these very marks, then without."""
        marked = Concat(Value(" "), "match_key", Value(" "))
        nearness = Case(
            When(code=words.strip(), then=0),
            When(Q(marked__contains=f" {text.match_key(words)} "), then=1),
            default=2,
            output_field=models.IntegerField(),
        )
        return self.alias(marked=marked).alias(nearness=nearness).order_by("nearness", "sort_key", "pk")


class Unit(models.Model):
    """A place or organisation that takes part in the movement."""

    kind = models.CharField("loại đơn vị", max_length=20, choices=UnitKind)
    subtype = models.CharField("phân loại", max_length=20, choices=Subtype)
    code = models.CharField("mã số", max_length=20, blank=True, help_text="Mã của Nhà nước; để trống nếu không có.")
    name = models.CharField("tên đơn vị", max_length=200)
    search_key = models.CharField(max_length=200, editable=False)
    match_key = models.CharField(max_length=300, editable=False)
    sort_key = models.CharField(max_length=600, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="đơn vị quản lý"
    )
    stands_in = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="hosted", verbose_name="đứng chân trên địa bàn"
    )
    province = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="tỉnh")
    district = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="huyện")
    commune = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="xã")
    opened_on = models.DateField("có từ ngày")
    closed_on = models.DateField("ngày cuối cùng", null=True, blank=True)
    is_demo = models.BooleanField("dữ liệu mẫu", default=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        ordering = ["sort_key", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="unit_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="unit_closes_after_opening"
            ),
        ]
        indexes = [
            models.Index(fields=["province", "kind", "sort_key"], name="unit_by_province"),
            models.Index(fields=["district", "kind", "sort_key"], name="unit_by_district"),
            models.Index(fields=["commune", "kind", "sort_key"], name="unit_by_commune"),
            models.Index(fields=["code"], name="unit_by_code"),
        ]

    def __str__(self):
        return self.name

    def save(self, **kwargs):
        self.name = text.clean(self.name)
        for field, key in text.keys(self.name).items():
            setattr(self, field, key)
        super().save(**kwargs)

    @property
    def is_level(self) -> bool:
        """A level of government: it may hold people and committees that act for the units below."""
        return self.kind in LEVELS

    @property
    def ancestor_ids(self) -> dict[str, int | None]:
        """The managing units by level, this one included: the snapshot columns of a fact."""
        return {"province": self.province_id, "district": self.district_id, "commune": self.commune_id}


class UnitVersion(models.Model):
    """How a unit was called and who managed it during a time."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="versions", verbose_name="đơn vị")
    name = models.CharField("tên đơn vị", max_length=200)
    subtype = models.CharField("phân loại", max_length=20, choices=Subtype)
    code = models.CharField("mã số", max_length=20, blank=True)
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="đơn vị quản lý")
    province = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="tỉnh")
    district = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="huyện")
    commune = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="xã")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    class Meta:
        verbose_name = "bản ghi lịch sử đơn vị"
        verbose_name_plural = "lịch sử đơn vị"
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="one_version_a_day"),
            models.UniqueConstraint(fields=["unit"], condition=Q(valid_to__isnull=True), name="one_current_version"),
        ]

    def __str__(self):
        return f"{self.name} ({self.valid_from:%d/%m/%Y})"


class User(AbstractUser):
    """Somebody who signs in, known by the post they hold."""

    post = models.CharField("chức danh", max_length=200, help_text="Ví dụ: Cán bộ Công an xã An Hà.")
    search_key = models.CharField(max_length=400, editable=False, default="")
    must_change_password = models.BooleanField("phải đổi mật khẩu", default=False)  # true after a one-time password

    class Meta(AbstractUser.Meta):
        verbose_name = "người dùng"
        verbose_name_plural = "người dùng"
        ordering = ["username"]

    def __str__(self):
        return self.post or self.username

    def save(self, *args, **kwargs):
        self.search_key = text.search_key(f"{self.post} {self.username}")
        super().save(*args, **kwargs)

    def placements_now(self) -> list["Placement"]:
        """Today's placements, read once a request (a user object lives one request)."""
        if "_placements" not in self.__dict__:
            self._placements = list(self.placements.in_force().select_related("unit").order_by("pk"))
        return self._placements

    def places(self) -> list[Unit]:
        return [placement.unit for placement in self.placements_now()]

    def has_role(self, *roles: Role, at: int | None = None) -> bool:
        """Holds one of the roles today, at the unit with this id when one is given."""
        return any(
            placement.role in roles and (at is None or placement.unit_id == at) for placement in self.placements_now()
        )


class PlacementQuerySet(models.QuerySet):
    def in_force(self, day: date | None = None):
        """Placements that give rights on the day; one withdrawn at once gives none from that moment."""
        return self.filter(on(day), withdrawn_at=None)

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
    placed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="người phân công")
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="người kết thúc")
    withdrawn_at = models.DateTimeField("thu hồi lúc", null=True, blank=True)

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


class CommitteeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(within([place for place in user.places() if place.kind in LEVELS], "unit__"))

    def in_office(self, day: date | None = None):
        return self.filter(on(day))


class Committee(models.Model):
    """A steering committee of a level of government, under the name it carries there."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="committees", verbose_name="cấp")
    name = models.CharField("tên Ban Chỉ đạo", max_length=250)
    quorum_percent = models.PositiveSmallIntegerField(
        "tỷ lệ dự họp tối thiểu (%)", default=0, help_text="Số người dự phải vượt tỷ lệ này; theo quy chế của Ban."
    )
    approval_percent = models.PositiveSmallIntegerField(
        "tỷ lệ tán thành (%)", default=0, help_text="Số phiếu thuận phải vượt tỷ lệ này; theo quy chế của Ban."
    )
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = "Ban Chỉ đạo"
        verbose_name_plural = "Ban Chỉ đạo"

    def __str__(self):
        return self.name


class Seat(models.Model):
    """A person's seat on a committee, with both posts, during a time."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="seats", verbose_name="Ban Chỉ đạo")
    user = models.ForeignKey(User, models.PROTECT, related_name="seats", verbose_name="người giữ")
    post = models.CharField("chức vụ trong Ban", max_length=100)
    host_post = models.CharField("chức vụ ở cơ quan", max_length=200, blank=True)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    class Meta:
        verbose_name = "thành viên Ban Chỉ đạo"
        verbose_name_plural = "thành viên Ban Chỉ đạo"

    def __str__(self):
        return f"{self.post} – {self.user}"
