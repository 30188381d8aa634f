"""Rows every app leans on: jobs, the workers' heartbeat, one-time form tokens."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class JobState(models.TextChoices):
    QUEUED = "queued", "Đang chờ"
    RUNNING = "running", "Đang chạy"
    DONE = "done", "Đã xong"
    FAILED = "failed", "Không làm được"


class Job(models.Model):
    """A piece of work the portal owes somebody; the row is the truth, the broker only rings."""

    kind = models.CharField("loại việc", max_length=40)
    key = models.CharField("khoá tự nhiên", max_length=200, unique=True)
    params = models.JSONField("tham số", default=dict)
    state = models.CharField("tình trạng", max_length=10, choices=JobState, default=JobState.QUEUED)
    attempt = models.PositiveIntegerField("lần thực hiện", default=0)
    lease_until = models.DateTimeField("giữ chỗ đến", null=True)
    not_before = models.DateTimeField("không chạy trước", null=True)
    done_parts = models.PositiveIntegerField("phần đã xong", default=0)
    all_parts = models.PositiveIntegerField("tổng số phần", default=0)
    message = models.CharField("đang làm", max_length=200, blank=True)
    error = models.TextField("lý do không làm được", blank=True)
    output_name = models.CharField("tên tệp", max_length=200, blank=True)
    output_sha256 = models.CharField("mã nội dung tệp", max_length=64, blank=True)
    output_size = models.PositiveBigIntegerField("cỡ tệp", default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs", verbose_name="người yêu cầu"
    )
    asked_at = models.DateTimeField("yêu cầu lúc", db_default=Now())
    finished_at = models.DateTimeField("xong lúc", null=True)

    class Meta:
        verbose_name = "việc nền"
        verbose_name_plural = "việc nền"
        indexes = [models.Index(fields=["state", "lease_until"], name="job_waiting")]

    def __str__(self):
        return f"{self.kind} {self.key}"

    @property
    def percent(self) -> int:
        """Progress in whole percent, 0 to 100."""
        if self.is_done:
            return 100
        return 100 * self.done_parts // self.all_parts if self.all_parts else 0

    @property
    def is_done(self) -> bool:
        return self.state == JobState.DONE

    @property
    def is_finished(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)


class Heartbeat(models.Model):
    """The last time a worker was seen doing something."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self):
        return self.name


class OnceToken(models.Model):
    """One filled-in form: the same form sent twice gets the first answer again."""

    token = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    location = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.token
