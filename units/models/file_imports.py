"""Files whose rows were written: what each wrote, so that it can be undone, and its undoing."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.core.models import Job

from .tree import Unit


class FileImportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those the person sent, while they work at the place, below it or above, and those into places they
        administer."""
        above = {pk for unit in user.grounds() for pk in unit.ancestor_ids.values() if pk}
        here = Q(place=None) | Q(place__in=above) | Q(place__in=Unit.objects.visible_to(user))
        return self.filter((Q(job__asked_by=user) & here) | Q(place__in=Unit.objects.administered_by(user)))

    def told(self):
        """What a page says of them, without the rows they wrote."""
        return self.select_related("job__asked_by", "undo_job__asked_by", "place").defer("rows").order_by("-pk")


class FileImport(models.Model):
    """One file whose rows a job wrote: what it made, what it changed and how that was before."""

    job = models.OneToOneField(Job, models.PROTECT, related_name="file_import", verbose_name="việc ghi tệp")
    kind = models.CharField("loại tệp", max_length=40)
    slug = models.CharField("sổ", max_length=40, blank=True)  # of a register
    name = models.CharField("tên tệp", max_length=200)
    told = models.CharField("đã ghi", max_length=200)
    # the lowest place all rows lie in; none where they lie in several provinces
    place = models.ForeignKey(Unit, models.SET_NULL, null=True, related_name="+", verbose_name="địa bàn")
    at = models.DateTimeField("ghi lúc", db_default=Now())
    made = models.PositiveIntegerField("số dòng thêm", default=0)
    changed = models.PositiveIntegerField("số dòng sửa", default=0)
    # by the model's label and the row's id: what it held before, nothing for a new one, and a print of what it got
    rows = models.JSONField("các dòng đã ghi", default=dict)
    undone_at = models.DateTimeField("hoàn tác lúc", null=True)
    undo_job = models.OneToOneField(
        Job, models.PROTECT, null=True, related_name="undone_import", verbose_name="việc hoàn tác"
    )
    undo_reason = models.CharField("lý do hoàn tác", max_length=300, blank=True)
    undo_left = models.TextField("những gì để nguyên khi hoàn tác", blank=True)  # a sentence a line

    objects = FileImportQuerySet.as_manager()

    class Meta:
        verbose_name = "lần nhập từ tệp"
        verbose_name_plural = "các lần nhập từ tệp"
        indexes = [models.Index(fields=["kind", "slug", "-at"], name="imports_of_a_kind")]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undo_job__isnull=True, undo_reason="")
                | (Q(undone_at__isnull=False, undo_job__isnull=False) & ~Q(undo_reason="")),
                name="an_import_is_undone_for_a_reason",
            )
        ]

    def __str__(self):
        return f"Nhập tệp “{self.name}”"

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None
