"""Steering committees: their names and rules, what was changed in them, and their seats."""

from datetime import date

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from ..enums import LEVELS, CommitteeAct, CommitteeKind, MajorityOf
from .people import User
from .tree import Unit, on, within


class CommitteeQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(within([place for place in user.grounds() if place.kind in LEVELS], "unit__"))

    def in_office(self, day: date | None = None):
        return self.filter(on(day))

    def administered_by(self, user):
        """Committees of the units the user administers today."""
        return self.filter(unit__in=Unit.objects.administered_by(user))


class Committee(models.Model):
    """A steering committee of a level of government, or a sub-committee of a residential area, under its own name.

    How many must sit and agree is the committee's own rule (`ground` names the paper): no law of the movement says it.
    """

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="committees", verbose_name="cấp")
    kind = models.CharField("loại Ban", max_length=10, choices=CommitteeKind, default=CommitteeKind.OTHER)
    name = models.CharField("tên Ban Chỉ đạo", max_length=250)
    quorum_percent = models.PositiveSmallIntegerField(
        "tỷ lệ dự họp tối thiểu (%)",
        default=0,
        validators=[MaxValueValidator(99)],
        help_text="Số người dự phải vượt tỷ lệ này; theo quy chế của Ban.",
    )
    approval_percent = models.PositiveSmallIntegerField(
        "tỷ lệ tán thành (%)",
        default=0,
        validators=[MaxValueValidator(99)],
        help_text="Số phiếu thuận phải vượt tỷ lệ này; theo quy chế của Ban.",
    )
    majority_of = models.CharField(
        "tỷ lệ tán thành tính trên", max_length=10, choices=MajorityOf, default=MajorityOf.PRESENT
    )
    ground = models.CharField(
        "căn cứ",
        max_length=300,
        blank=True,
        help_text="Quyết định thành lập, quy chế hoạt động: số, ngày, nơi ban hành.",
    )
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        verbose_name = "Ban Chỉ đạo"
        verbose_name_plural = "Ban Chỉ đạo"

    def __str__(self):
        return self.name


class CommitteeEvent(models.Model):
    """What was done to a committee, when, by whom and on what ground; never changed."""

    committee = models.ForeignKey(Committee, models.CASCADE, related_name="events", verbose_name="Ban Chỉ đạo")
    act = models.CharField("việc", max_length=10, choices=CommitteeAct)
    at = models.DateTimeField("lúc", auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="người làm")
    before = models.CharField("trước", max_length=400, blank=True)
    after = models.CharField("sau", max_length=400, blank=True)
    ground = models.CharField("căn cứ, lý do", max_length=300, blank=True)

    class Meta:
        verbose_name = "việc đã làm với Ban Chỉ đạo"
        verbose_name_plural = "việc đã làm với Ban Chỉ đạo"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_act_display()} – {self.committee}"


class Seat(models.Model):
    """A seat on a committee during a time: an official post, held through an account or by the post alone."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="seats", verbose_name="Ban Chỉ đạo")
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="seats", verbose_name="tài khoản của người giữ"
    )
    post = models.CharField("chức vụ trong Ban", max_length=100)
    host_post = models.CharField("chức vụ ở cơ quan", max_length=200, blank=True)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="thay cho"
    )
    is_demo = models.BooleanField("dữ liệu mẫu", default=False, editable=False)
    # written twice before the two keys below stood: kept as it is, since papers and votes may name it
    is_double = models.BooleanField("trùng với ghế đã ghi", default=False, editable=False)

    class Meta:
        verbose_name = "thành viên Ban Chỉ đạo"
        verbose_name_plural = "thành viên Ban Chỉ đạo"
        indexes = [models.Index(fields=["committee", "valid_from"], name="seat_by_committee")]
        constraints = [
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(host_post=""), name="a_seat_has_a_holder"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="seat_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["committee", "user", "valid_from"],
                condition=Q(user__isnull=False, is_double=False),
                name="one_seat_an_account",
            ),
            models.UniqueConstraint(
                fields=["committee", "post", "host_post", "valid_from"],
                condition=Q(user__isnull=True, is_double=False),
                name="one_seat_a_post",
            ),
        ]

    def __str__(self):
        return f"{self.post} – {self.holder}"

    @property
    def holder(self) -> str:
        """Who sits there, by post: that of the account, or that at the host body."""
        return str(self.user) if self.user_id else self.host_post
