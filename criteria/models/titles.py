"""Titles earned by years running, what bars a unit from awards, and the log of both."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from units.models import Unit

from ..enums import Bar, Confidence, Level, MissingYear, RuleAct, SetStatus
from .sets import Cited, LegalDocument, OfProvinceQuerySet, Programme, lineage


class StreakRuleQuerySet(OfProvinceQuerySet):
    def published(self):
        """Rules that hold or once held; a draft counts nothing."""
        return self.exclude(status=SetStatus.DRAFT)


class StreakRule(Cited):
    """How years running are counted for a programme: which results count, and what a year without one does.

    A province writes its own as a draft and publishes it; from then on it is only ended, the next one follows it.
    """

    code = models.CharField("mã", max_length=40, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="streak_rules", verbose_name="chương trình")
    document = models.ForeignKey(LegalDocument, models.PROTECT, related_name="+", verbose_name="văn bản")
    name = models.CharField("tên", max_length=200)
    unit_kinds = models.JSONField("áp dụng cho")  # list of UnitKind values
    counts = models.JSONField("kết quả được tính")  # codes of programmes; a year counts when one of them is recognised
    missing_year = models.CharField("năm không có hồ sơ", max_length=10, choices=MissingYear)
    first_year = models.PositiveSmallIntegerField("tính từ năm", null=True, blank=True)
    province_code = models.CharField("tỉnh áp dụng", max_length=10, blank=True)  # blank: the whole country
    is_example = models.BooleanField("ví dụ, không phải luật", default=False)
    statement = models.TextField("quy tắc tính")  # the rule as a reader is told it
    article = models.CharField("căn cứ", max_length=60, blank=True)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)
    gaps = models.JSONField("chỗ chưa đọc được trong văn bản", default=list, blank=True)
    valid_from = models.DateField("hiệu lực từ ngày", null=True, blank=True)  # unset: as long as its years go back
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    status = models.CharField("tình trạng", max_length=10, choices=SetStatus, default=SetStatus.PUBLISHED)

    issuer: Unit | None = None  # the province that wrote it, where it was asked for (`queries.rules_held`); no column

    objects = StreakRuleQuerySet.as_manager()

    class Meta:
        verbose_name = "quy tắc năm liên tục"
        verbose_name_plural = "quy tắc năm liên tục"
        ordering = ["code"]

    def __str__(self):
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.status == SetStatus.DRAFT

    def holds_in(self, year: int) -> bool:
        """Whether the year is counted by this rule: the one in force on its last day, when results are told."""
        last = date(year, 12, 31)
        until = self.last_day
        return (self.valid_from is None or self.valid_from <= last) and (until is None or last <= until)

    @property
    def is_inherited(self) -> bool:
        """Written by a province that ended since: it counts that province's units of the years until then alone."""
        return bool(self.issuer and self.issuer.closed_on)

    @property
    def last_day(self) -> date | None:
        """The last day it holds: its own, but no later than its province's."""
        days = [day for day in (self.valid_to, self.issuer.closed_on if self.issuer else None) if day]
        return min(days) if days else None

    @property
    def heir_from(self) -> int | None:
        """The first year that the province which took over counts by a rule of its own."""
        ended = self.issuer.closed_on if self.issuer else None
        return None if ended is None else ended.year + (ended == date(ended.year, 12, 31))


class StreakTitle(Cited):
    """What a number of years running may be recognised as, and by which level."""

    rule = models.ForeignKey(StreakRule, models.CASCADE, related_name="titles", verbose_name="quy tắc")
    years = models.PositiveSmallIntegerField("số năm liên tục")
    level = models.CharField("cấp công nhận", max_length=10, choices=Level)
    title = models.CharField("danh hiệu", max_length=200)
    article = models.CharField("căn cứ", max_length=60, blank=True)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)

    class Meta:
        verbose_name = "mốc năm liên tục"
        verbose_name_plural = "mốc năm liên tục"
        ordering = ["rule", "years"]
        constraints = [models.UniqueConstraint(fields=["rule", "years"], name="one_title_a_number_of_years")]

    def __str__(self):
        return f"{self.years} năm: {self.title}"


class AwardBarQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Bars of the provinces the user's placements lie in, and of those they took over."""
        return self.filter(province__in=lineage({place.province_id for place in user.places()}))

    def published(self):
        """Bars that hold or once held; a draft bars nobody."""
        return self.exclude(status=SetStatus.DRAFT)

    def in_year(self, year: int):
        return self.published().filter(Q(last_year__isnull=True) | Q(last_year__gte=year), first_year__lte=year)


class AwardBar(models.Model):
    """A province's switch: from a year on, units with that result in the programme are not considered for awards.

    Neither the circular nor the law says so: it is the province's own (Bắc Giang, Đề án 2020–2025, mục IV.7).
    """

    province = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="tỉnh")
    bar = models.CharField("không xét khen thưởng khi", max_length=10, choices=Bar)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="ở chương trình")
    first_year = models.PositiveSmallIntegerField("từ năm")
    last_year = models.PositiveSmallIntegerField("đến năm", null=True, blank=True)
    ground = models.CharField("căn cứ", max_length=250)
    document = models.ForeignKey(
        LegalDocument, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="văn bản"
    )
    status = models.CharField("tình trạng", max_length=10, choices=SetStatus, default=SetStatus.PUBLISHED)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField("đặt lúc", db_default=Now())

    objects = AwardBarQuerySet.as_manager()

    class Meta:
        verbose_name = "điều kiện không xét khen thưởng"
        verbose_name_plural = "điều kiện không xét khen thưởng"
        ordering = ["province", "programme", "bar", "first_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["province", "bar", "programme"],
                condition=Q(last_year__isnull=True) & ~Q(status=SetStatus.DRAFT),
                name="one_open_bar_a_programme",
            )
        ]

    def __str__(self):
        return f"{self.programme}: {self.get_bar_display().lower()}"

    @property
    def is_over(self) -> bool:
        """Bars nobody any more: its last year is past, or its province has ended. Reads the province."""
        return self.province.is_over or (self.last_year or timezone.localdate().year) < timezone.localdate().year

    @property
    def is_draft(self) -> bool:
        return self.status == SetStatus.DRAFT


class RuleEventQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Of the bars the user reads; those of a rule are asked through it."""
        return self.filter(bar__in=AwardBar.objects.visible_to(user))


class RuleEvent(models.Model):
    """What was done to a province's rule, when and by whom; never changed."""

    rule = models.ForeignKey(
        StreakRule, models.CASCADE, null=True, related_name="events", verbose_name="quy tắc năm liên tục"
    )
    bar = models.ForeignKey(
        AwardBar, models.CASCADE, null=True, related_name="events", verbose_name="điều kiện không xét khen thưởng"
    )
    act = models.CharField("việc", max_length=10, choices=RuleAct)
    what = models.TextField("nội dung", blank=True)
    at = models.DateTimeField("lúc", db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = RuleEventQuerySet.as_manager()

    class Meta:
        verbose_name = "việc đã làm với quy tắc của tỉnh"
        verbose_name_plural = "việc đã làm với quy tắc của tỉnh"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule__isnull=False, bar__isnull=True) | Q(rule__isnull=True, bar__isnull=False),
                name="event_of_one_rule",
            )
        ]

    def __str__(self):
        return f"{self.get_act_display()}: {self.what}"
