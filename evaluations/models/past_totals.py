"""Totals of a past year, where the papers name no unit: how many there were, registered and met the standard."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from criteria.models import Programme
from units.models import Unit, within

from ..enums import REENTERED, TotalAction
from .dossiers import JUDGED_CHOICES
from .log import LogLine


class PastTotalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Totals of the user's places and of those below them, ended ones among them; as dossiers of a level are."""
        return self.filter(within([place for place in user.grounds() if place.is_level], "place__"))

    def standing(self):
        """Without those taken away again."""
        return self.filter(is_away=False)


class PastTotal(models.Model):
    """What a paper says of one kind of units at a place in one year, re-entered; reports alone read it."""

    province = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="tỉnh nhập")
    place = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="địa bàn")
    place_name = models.CharField("tên địa bàn cuối năm đó", max_length=200)  # never updated
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="chương trình")
    year = models.PositiveSmallIntegerField("năm")
    kind = models.CharField("loại đơn vị", max_length=20, choices=JUDGED_CHOICES)

    total = models.PositiveIntegerField("tổng số")
    registered = models.PositiveIntegerField("số đăng ký", null=True, blank=True)  # many papers leave it out
    met = models.PositiveIntegerField("số đạt")

    paper = models.CharField("quyết định, văn bản", max_length=250, blank=True)
    paper_on = models.DateField("ngày văn bản", null=True, blank=True)
    source = models.CharField("nguồn", max_length=230)
    is_away = models.BooleanField("đã bỏ", default=False)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="người nhập"
    )
    entered_at = models.DateTimeField("nhập lúc", db_default=Now())

    objects = PastTotalQuerySet.as_manager()

    class Meta:
        verbose_name = "số tổng của năm trước"
        verbose_name_plural = "số tổng của năm trước"
        ordering = ["-year", "place__sort_key", "programme", "kind", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["place", "programme", "year", "kind"], name="one_total_a_place_and_kind"),
            models.CheckConstraint(
                condition=Q(met__lte=F("total"))
                & (Q(registered__isnull=True) | Q(registered__lte=F("total"), registered__gte=F("met"))),
                name="met_registered_total_in_order",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="a_total_has_a_source"),
        ]

    def __str__(self):
        return f"{self.place_name}, {self.get_kind_display().lower()}, {self.programme} năm {self.year}"

    @property
    def corrected_from(self) -> Unit:
        """The province of today that may correct it. Reads the place with its province."""
        return self.place.province_of_today

    @property
    def marked_source(self) -> str:
        """The source with the mark that the figures were re-entered, as a past year's cycle has it."""
        return f"{self.source}{REENTERED}"


class PastTotalEvent(LogLine):
    """One line of a total's log: recorded, corrected, taken away; what it was before and why."""

    past_total = models.ForeignKey(PastTotal, models.PROTECT, related_name="events", verbose_name="số tổng")
    action = models.CharField("việc", max_length=10, choices=TotalAction)
    before = models.CharField("trước đó", max_length=700, blank=True)
    after = models.CharField("ghi thành", max_length=700, blank=True)
    reason = models.TextField("lý do")

    class Meta:
        verbose_name = "diễn biến của số tổng"
        verbose_name_plural = "diễn biến của số tổng"
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_total_changes_for_a_reason")]

    def __str__(self):
        return f"{self.get_action_display()} ({self.past_total_id})"
