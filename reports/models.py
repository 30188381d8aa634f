"""Report runs and schedules: what was asked, for which place, and the job that makes the file."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portal.core.models import Job
from units.models import Unit

FORMATS = [("pdf", "PDF"), ("xlsx", "XLSX")]


class PlacedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Rows about a place the user's placements reach: nobody sees a wider report than their place."""
        return self.filter(place__in=Unit.objects.visible_to(user))


class Schedule(models.Model):
    """A report that makes itself at each occurrence of a rule."""

    report = models.CharField("báo cáo", max_length=40)
    params = models.JSONField("tham số", default=dict)
    format = models.CharField("dạng tệp", max_length=4, choices=FORMATS)
    place = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="phạm vi")
    rule = models.CharField("lịch", max_length=200)  # an iCalendar RRULE, times in Asia/Ho_Chi_Minh
    starts_at = models.DateTimeField("bắt đầu từ")
    is_active = models.BooleanField("đang bật", default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người đặt")
    created_at = models.DateTimeField("đặt lúc", db_default=Now())
    last_run_at = models.DateTimeField("lần chạy gần nhất", null=True)  # the newest period asked for

    objects = PlacedQuerySet.as_manager()

    class Meta:
        verbose_name = "lịch báo cáo"
        verbose_name_plural = "lịch báo cáo"
        ordering = ["pk"]

    def __str__(self):
        return f"{self.report} {self.rule}"


class ReportRun(models.Model):
    """One printing of a report: its parameters, its place and the job that makes it."""

    report = models.CharField("báo cáo", max_length=40)
    params = models.JSONField("tham số", default=dict)
    format = models.CharField("dạng tệp", max_length=4, choices=FORMATS)
    place = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="phạm vi")
    job = models.OneToOneField(Job, models.PROTECT, related_name="report_run", verbose_name="việc nền")
    schedule = models.ForeignKey(Schedule, models.PROTECT, null=True, related_name="runs", verbose_name="theo lịch")
    period = models.CharField("kỳ theo lịch", max_length=20, blank=True)  # local ISO time of the occurrence
    created_at = models.DateTimeField("yêu cầu lúc", db_default=Now())

    objects = PlacedQuerySet.as_manager()

    class Meta:
        verbose_name = "lần in báo cáo"
        verbose_name_plural = "các lần in báo cáo"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.report} {self.pk}"
