"""A committee's meeting over dossiers: its agenda and its votes."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from units.models import Committee, Seat, within

from ..enums import GRADED_RESOLUTION, Ballot, Resolution
from .cycles import Cycle
from .dossiers import Evaluation


class SittingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(within([place for place in user.grounds() if place.is_level], "committee__unit__"))


class Sitting(models.Model):
    """A committee's meeting that considers dossiers of one cycle."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="sittings", verbose_name="Ban Chỉ đạo")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="sittings", verbose_name="kỳ đánh giá")
    held_on = models.DateField("ngày họp")
    place = models.CharField("địa điểm", max_length=200, blank=True)
    chair = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+", verbose_name="chủ trì")
    secretary = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+", verbose_name="thư ký")
    present = models.ManyToManyField(Seat, related_name="sittings", blank=True, verbose_name="thành viên dự họp")
    minutes = models.TextField("diễn biến, ý kiến tại cuộc họp", blank=True)
    committee_name = models.CharField("tên Ban khi họp", max_length=250, blank=True)  # frozen at closing
    seats_total = models.PositiveSmallIntegerField("tổng số thành viên", null=True)  # frozen at closing
    closed_at = models.DateTimeField("kết thúc lúc", null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = SittingQuerySet.as_manager()

    class Meta:
        verbose_name = "phiên họp"
        verbose_name_plural = "phiên họp"
        ordering = ["-held_on", "-pk"]

    def __str__(self):
        return f"Phiên họp ngày {self.held_on:%d/%m/%Y}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def held_by(self) -> str:
        """What the committee was called: when it sat once that is over, today until then."""
        return self.committee_name or self.committee.name


class AgendaItem(models.Model):
    """One dossier on a sitting's agenda and what became of it there."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="items", verbose_name="phiên họp")
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="agenda_items", verbose_name="hồ sơ")
    order = models.PositiveSmallIntegerField("thứ tự")
    resolution = models.CharField("kết luận", max_length=10, choices=Resolution, blank=True)
    reason = models.CharField("lý do", max_length=500, blank=True)
    votes_for = models.PositiveSmallIntegerField("tán thành", default=0)  # counted at closing
    votes_against = models.PositiveSmallIntegerField("không tán thành", default=0)
    votes_abstain = models.PositiveSmallIntegerField("không có ý kiến", default=0)

    class Meta:
        verbose_name = "nội dung họp"
        verbose_name_plural = "nội dung họp"
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["sitting", "evaluation"], name="one_item_a_file_and_sitting")]

    def __str__(self):
        return f"{self.order}. {self.evaluation_id}"

    def get_resolution_display(self) -> str:  # type: ignore[no-redef]  # -- Django adds its own where there is none
        """The conclusion; where the dossier has a grade, it is the grade that is proposed. Reads the dossier."""
        if self.resolution == Resolution.RECOGNISE and self.evaluation.grade_id:
            return GRADED_RESOLUTION
        return str(Resolution(self.resolution).label) if self.resolution else ""

    @property
    def is_proposed(self) -> bool:
        """The sitting concluded to propose recognition."""
        return self.resolution == Resolution.RECOGNISE


class Vote(models.Model):
    """A member's vote on an item; changing one's mind replaces it until the sitting closes."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="votes", verbose_name="nội dung")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", verbose_name="thành viên")
    ballot = models.CharField("ý kiến", max_length=10, choices=Ballot)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người ghi"
    )
    at = models.DateTimeField("lúc", db_default=Now())

    class Meta:
        verbose_name = "phiếu"
        verbose_name_plural = "phiếu"
        constraints = [models.UniqueConstraint(fields=["item", "seat"], name="one_vote_a_member")]

    def __str__(self):
        return f"{self.seat_id}: {self.ballot}"
