"""A role handed from one officer to the next, with what was open on that day."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from .people import Placement, User
from .tree import Unit


class HandoverQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those the person gave or received, and those at places they administer."""
        own = Q(ended__user=user) | Q(started__user=user)
        return self.filter(own | Q(ended__unit__in=Unit.objects.administered_by(user)))

    def waiting_for(self, user):
        """Those the person has still to acknowledge."""
        return self.filter(started__user=user, acknowledged_at=None)


class Handover(models.Model):
    """A role handed over at one place: the placement that ends, the one that follows, and what was open.

    Who held the role there already goes on under their own placement, and may take over from several.
    """

    ended = models.OneToOneField(Placement, models.PROTECT, related_name="handed_on", verbose_name="phân công bàn giao")
    started = models.ForeignKey(Placement, models.PROTECT, related_name="taken_over", verbose_name="phân công nhận")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="người lập")
    at = models.DateTimeField("lập lúc", db_default=Now())
    note = models.CharField("ghi chú", max_length=500, blank=True)
    matters = models.JSONField("việc đang làm dở", default=list)  # rows of what, where it stands, until when
    acknowledged_at = models.DateTimeField("xác nhận nhận lúc", null=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = "biên bản bàn giao"
        verbose_name_plural = "biên bản bàn giao"
        constraints = [
            models.CheckConstraint(condition=~Q(ended=F("started")), name="handover_to_another_placement"),
        ]

    def __str__(self):
        return f"Bàn giao {self.ended}"

    @property
    def was_held_before(self) -> bool:
        """Whether the successor already held the role while the other still did."""
        return self.ended.valid_to is not None and self.started.valid_from <= self.ended.valid_to
