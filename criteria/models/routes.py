"""The routes a file takes and the days its steps are due."""

from datetime import date, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from units.enums import UnitKind
from units.models import on

from ..enums import Confidence, Level, Step
from .sets import CriteriaSet, PartOfSet, refuse_if_published


class Route(PartOfSet):
    """Who enters, appraises and decides the files of a kind of unit managed at a level, from a date on."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="routes", verbose_name="bộ tiêu chí")
    kind = models.CharField("loại đơn vị", max_length=20, choices=UnitKind)
    managed_at = models.CharField("cấp quản lý", max_length=10, choices=Level)
    enter_level = models.CharField("cấp nhập hồ sơ", max_length=10, choices=Level)
    appraise_level = models.CharField("cấp thẩm định", max_length=10, choices=Level)
    decide_level = models.CharField("cấp công nhận", max_length=10, choices=Level)
    authority = models.CharField("thẩm quyền ký", max_length=200)  # as printed on the decision
    article = models.CharField("căn cứ", max_length=60)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)

    class Meta:
        verbose_name = "tuyến xét duyệt"
        verbose_name_plural = "tuyến xét duyệt"
        ordering = ["criteria_set", "valid_from", "kind", "managed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["criteria_set", "kind", "managed_at", "valid_from"], name="one_route_a_kind_and_level"
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} do {self.get_managed_at_display()} quản lý"


class Deadline(models.Model):
    """The last day of a step on a route, as the law writes it."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="deadlines", verbose_name="tuyến")
    step = models.CharField("bước", max_length=10, choices=Step)
    month = models.PositiveSmallIntegerField("tháng", validators=[MinValueValidator(1), MaxValueValidator(12)])
    day = models.PositiveSmallIntegerField("ngày", validators=[MinValueValidator(1), MaxValueValidator(31)])
    inclusive = models.BooleanField("tính cả ngày đó", help_text="“Trước ngày 15/11” thì không tính ngày 15.")
    article = models.CharField("căn cứ", max_length=60)

    class Meta:
        verbose_name = "thời hạn"
        verbose_name_plural = "thời hạn"
        constraints = [models.UniqueConstraint(fields=["route", "step"], name="one_deadline_a_step")]

    def __str__(self):
        return f"{self.get_step_display()}: {'hết' if self.inclusive else 'trước'} ngày {self.day:02d}/{self.month:02d}"

    def save(self, **kwargs):
        refuse_if_published(self.route.criteria_set)
        super().save(**kwargs)

    def delete(self, *args, **kwargs):
        refuse_if_published(self.route.criteria_set)
        return super().delete(*args, **kwargs)

    def last_day(self, year: int) -> date:
        """The last day on which the step is in time, in the year judged."""
        named = date(year, self.month, self.day)
        return named if self.inclusive else named - timedelta(days=1)


def routes_on(criteria_set: CriteriaSet, day: date) -> dict[tuple[str, str], Route]:
    """The set's routes in force on the day, by (unit kind, managing level)."""
    return {(route.kind, route.managed_at): route for route in criteria_set.routes.filter(on(day))}
