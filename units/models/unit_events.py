"""What was done to one unit outside a reorganisation."""

from django.db import models

from ..enums import UnitAct
from .people import User
from .tree import Unit


class UnitEvent(models.Model):
    """One act on one unit: when, by whom, on what ground; never changed."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="events", verbose_name="đơn vị")
    act = models.CharField("việc", max_length=10, choices=UnitAct)
    at = models.DateTimeField("lúc", auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="người làm")
    before = models.CharField("trước", max_length=500, blank=True)
    after = models.CharField("sau", max_length=500, blank=True)
    ground = models.CharField("căn cứ, lý do", max_length=300)

    class Meta:
        verbose_name = "việc đã làm với đơn vị"
        verbose_name_plural = "việc đã làm với đơn vị"
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.get_act_display()} – {self.unit}"
