"""What a line of a log is: who, as what, when; rows are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class LogLine(models.Model):
    """Something somebody did, kept as it was told; `triggers` hold it in the database too."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_post = models.CharField("chức danh khi đó", max_length=200)
    at = models.DateTimeField("lúc", db_default=Now())

    class Meta:
        abstract = True

    def save(self, **kwargs):
        if self.pk:
            raise TypeError("a line of a log is never changed")
        super().save(**kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("a line of a log is never deleted")
