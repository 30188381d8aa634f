"""Reorganisations: a resolution, its changes, and which unit took over from which."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from ..enums import ChangeAction, OpenFiles, ReformStatus, Streaks, Subtype, UnitKind
from .tree import Unit


class ReorganisationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Reorganisations of the provinces the user is placed at: they name people and files of every place below."""
        provinces = [place.pk for place in user.grounds() if place.kind == UnitKind.PROVINCE]
        return self.filter(provinces__in=provinces).distinct()


class Reorganisation(models.Model):
    """What a resolution changes in the tree of units from a day on: a draft until applied, whole or not at all."""

    number = models.CharField("số, ký hiệu nghị quyết", max_length=60)
    title = models.CharField("trích yếu", max_length=400)
    issuer = models.CharField("cơ quan ban hành", max_length=200)
    signed_on = models.DateField("ngày ban hành", null=True, blank=True)
    effective_on = models.DateField("có hiệu lực từ ngày")  # the first day of the tree as it is afterwards
    provinces = models.ManyToManyField(Unit, related_name="+", verbose_name="các tỉnh liên quan")
    streaks = models.CharField("chuỗi năm liên tục khi sáp nhập", max_length=10, choices=Streaks)
    open_files = models.CharField(
        "hồ sơ đang làm của đơn vị kết thúc", max_length=10, choices=OpenFiles, default=OpenFiles.FINISH
    )
    ends = models.JSONField("hồ sơ có cách xử lý riêng", default=dict, blank=True)  # by file id, else `open_files`
    gaps = models.JSONField("chỗ chưa có nguồn", default=list, blank=True)  # sentences
    status = models.CharField("tình trạng", max_length=10, choices=ReformStatus, default=ReformStatus.DRAFT)
    before = models.JSONField("trước khi áp dụng", null=True, blank=True, editable=False)  # what undoing puts back
    is_demo = models.BooleanField("dữ liệu mẫu", default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("lập lúc", db_default=Now())
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    applied_at = models.DateTimeField("áp dụng lúc", null=True)

    objects = ReorganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "phương án sắp xếp đơn vị"
        verbose_name_plural = "phương án sắp xếp đơn vị"
        ordering = ["-effective_on", "-pk"]

    def __str__(self):
        return f"{self.number}: {self.title}"

    @property
    def is_applied(self) -> bool:
        return self.status == ReformStatus.APPLIED


class Change(models.Model):
    """One line of a reorganisation. A unit it opens is known to its other lines by `key` until it is applied."""

    reform = models.ForeignKey(Reorganisation, models.CASCADE, related_name="changes", verbose_name="phương án")
    order = models.PositiveIntegerField("thứ tự")
    action = models.CharField("việc", max_length=12, choices=ChangeAction)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="đơn vị")
    key = models.CharField("khoá đơn vị mới", max_length=40, blank=True)
    kind = models.CharField("loại đơn vị", max_length=20, choices=UnitKind, blank=True)
    subtype = models.CharField("phân loại mới", max_length=20, choices=Subtype, blank=True)
    code = models.CharField("mã số mới", max_length=20, blank=True)
    name = models.CharField("tên mới", max_length=200, blank=True)
    to_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="về đơn vị")
    to_key = models.CharField("về đơn vị mới có khoá", max_length=40, blank=True)
    percent = models.DecimalField("phần (%)", max_digits=5, decimal_places=2, null=True, blank=True)
    is_main = models.BooleanField("phần chính", default=False)  # takes over what is managed and the history

    class Meta:
        verbose_name = "thay đổi"
        verbose_name_plural = "thay đổi"
        ordering = ["reform", "order"]
        constraints = [models.UniqueConstraint(fields=["reform", "order"], name="one_change_a_place")]

    def __str__(self):
        return f"{self.order}. {self.get_action_display()}"


class Lineage(models.Model):
    """A unit that took over from another one, and by which resolution."""

    reform = models.ForeignKey(Reorganisation, models.PROTECT, related_name="lineage", verbose_name="phương án")
    predecessor = models.ForeignKey(Unit, models.PROTECT, related_name="successions", verbose_name="đơn vị trước")
    successor = models.ForeignKey(Unit, models.PROTECT, related_name="origins", verbose_name="đơn vị sau")
    is_main = models.BooleanField("nhận phần chính")
    percent = models.DecimalField("phần (%)", max_digits=5, decimal_places=2, null=True)
    on = models.DateField("từ ngày")

    class Meta:
        verbose_name = "kế thừa"
        verbose_name_plural = "kế thừa"
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="one_succession_a_pair"),
            models.UniqueConstraint(fields=["predecessor"], condition=Q(is_main=True), name="one_main_successor"),
            models.CheckConstraint(condition=~Q(predecessor=F("successor")), name="nobody_succeeds_themselves"),
        ]

    def __str__(self):
        return f"{self.predecessor} → {self.successor}"
