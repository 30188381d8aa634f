"""Management handed one level down for a dated period."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from ..enums import LEVELS
from .tree import Unit, on, within


class DelegationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Delegations given or received at, or below, one of the user's places or the ones those took over."""
        levels = [place for place in user.grounds() if place.kind in LEVELS]
        return self.filter(within(levels, "giver__") | within(levels, "receiver__"))

    def in_force(self, day: date | None = None):
        return self.filter(on(day), withdrawn_at=None)


class Delegation(models.Model):
    """An organisation whose management its level hands to a level below for a time (TT 124/2021, Điều 10.5)."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="delegations", verbose_name="đơn vị")
    giver = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="nơi uỷ quyền")
    receiver = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="nơi được uỷ quyền")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày")
    number = models.CharField("số, ký hiệu văn bản", max_length=60)
    signed_on = models.DateField("ngày ban hành")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("ghi lúc", db_default=Now())
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("huỷ lúc", null=True, blank=True)  # before it ever began

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = "uỷ quyền quản lý"
        verbose_name_plural = "uỷ quyền quản lý"
        ordering = ["-valid_from", "-pk"]
        indexes = [models.Index(fields=["receiver", "valid_to"], name="delegation_by_receiver")]
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="delegation_ends_after_start"),
            models.CheckConstraint(condition=~Q(giver=F("receiver")), name="nobody_delegates_to_themselves"),
        ]

    def __str__(self):
        return f"Uỷ quyền quản lý {self.unit} cho {self.receiver}"

    @property
    def is_over(self) -> bool:
        return self.withdrawn_at is not None or self.valid_to < timezone.localdate()

    @property
    def is_coming(self) -> bool:
        return not self.is_over and self.valid_from > timezone.localdate()
