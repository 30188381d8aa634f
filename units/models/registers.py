"""Registers on units: teams, self-rule groups, forces, mass models, classes of area, and plain counts by year."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from portal.core.vietnamese import text

from ..enums import LEVELS, AreaStanding, Force, ModelField, ModelRating
from .people import User
from .tree import Unit, within

FIRST_YEAR = 1990


class RegisterQuerySet(models.QuerySet):
    model: Any  # a RegisterRow

    def visible_to(self, user):
        """Rows of units under the reader's places or under those whose history these took over."""
        place, grounds = self.model.PLACE, user.grounds()
        below = within([unit for unit in grounds if unit.kind in LEVELS], f"{place}__")
        return self.filter(below | Q(**{f"{place}__in": [unit.pk for unit in grounds]}))

    def search(self, words: str):
        """Rows of units so called, or rows so called themselves; tone marks and case do not matter."""
        key = text.search_key(words)
        place = self.model.PLACE
        called = Q(**{f"{place}__search_key__contains": key}) | Q(**{f"{place}__commune__search_key__contains": key})
        for named in self.model.NAMED:
            called |= Q(**{f"{named}search_key__contains": key})
        return self.filter(called) if key else self


class RegisterRow(models.Model):
    """What every row carries: whether it is made up, who wrote it last, and when."""

    PLACE = "unit"  # the way from the row to its unit
    NAMED: tuple[str, ...] = ()  # the ways to names beside the unit's that a search looks into

    is_demo = models.BooleanField("dữ liệu mẫu", default=False, editable=False)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, editable=False, related_name="+")
    saved_at = models.DateTimeField("ghi lúc", db_default=Now(), editable=False)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        abstract = True

    def validate_constraints(self, exclude=None):
        """Left to the door, which names the row that stands in the way, and to the database."""

    @property
    def place(self) -> Unit:
        """The unit the row is about; needs the holder selected where there is one."""
        found = self
        for step in self.PLACE.split("__"):
            found = getattr(found, step)
        return found  # type: ignore[return-value]  # -- the way ends at a unit


class YearlyRow(RegisterRow):
    year = models.PositiveSmallIntegerField("năm")

    class Meta:
        abstract = True

    def clean(self):
        if self.year and not FIRST_YEAR <= self.year <= date.today().year + 1:
            raise ValidationError({"year": f"Năm {self.year} ngoài khoảng {FIRST_YEAR} đến năm sau. Hãy sửa lại năm."})


class LifeRow(RegisterRow):
    """Something with a name that is founded at a unit and may end."""

    NAMED = ("",)

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    name = models.CharField("tên", max_length=200)
    search_key = models.CharField(max_length=200, editable=False)
    name_key = models.CharField(max_length=300, editable=False)
    founded_on = models.DateField("thành lập ngày")
    ended_on = models.DateField("ngày cuối cùng", null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def clean(self):
        self.fill_keys()
        if self.founded_on and self.ended_on and self.ended_on < self.founded_on:
            raise ValidationError(
                {"ended_on": f"Ngày cuối cùng trước ngày thành lập {self.founded_on:%d/%m/%Y}. Hãy sửa lại một ngày."}
            )

    def fill_keys(self) -> None:
        self.name = text.clean(self.name or "")
        self.search_key, self.name_key = text.search_key(self.name), text.match_key(self.name)


def _not_more(row, part: str, whole: str) -> None:
    """Raises ValidationError when a part counts more than its whole."""
    few, many = getattr(row, part), getattr(row, whole)
    if few is not None and many is not None and few > many:
        names = {name: row._meta.get_field(name).verbose_name for name in (part, whole)}
        raise ValidationError(
            {part: f"Số {names[part]} ({few}) nhiều hơn số {names[whole]} ({many}). Hãy kiểm tra lại hai số."}
        )


class SecurityTeam(LifeRow):
    """A team that keeps order in a residential area or a commune."""

    class Meta:
        verbose_name = "tổ bảo vệ an ninh, trật tự"
        verbose_name_plural = "tổ bảo vệ an ninh, trật tự"
        constraints = [models.UniqueConstraint(fields=["unit", "name_key"], name="one_team_a_name")]


class TeamYear(YearlyRow):
    """How many people a security team had in a year, and how many of them were trained."""

    PLACE, NAMED = "team__unit", ("team__",)

    team = models.ForeignKey(SecurityTeam, models.PROTECT, related_name="years", verbose_name="tổ bảo vệ ANTT")
    members = models.PositiveIntegerField("thành viên")
    trained = models.PositiveIntegerField("được tập huấn", default=0)

    class Meta:
        verbose_name = "quân số tổ bảo vệ"
        verbose_name_plural = "quân số tổ bảo vệ"
        constraints = [models.UniqueConstraint(fields=["team", "year"], name="one_count_a_team_and_year")]

    def __str__(self):
        return f"{self.team}, năm {self.year}"

    def clean(self):
        super().clean()
        _not_more(self, "trained", "members")


class GroupCount(YearlyRow):
    """Self-rule groups of households in a residential area in a year."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    groups = models.PositiveIntegerField("tổ")
    leaders = models.PositiveIntegerField("tổ trưởng", default=0)
    deputies = models.PositiveIntegerField("tổ phó", default=0)
    members = models.PositiveIntegerField("thành viên", default=0)

    class Meta:
        verbose_name = "tổ an ninh xã hội, tổ tự quản"
        verbose_name_plural = "tổ an ninh xã hội, tổ tự quản"
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="one_group_count_a_year")]

    def __str__(self):
        return f"{self.unit}, năm {self.year}"


class ForceStrength(YearlyRow):
    """One kind of force the unit itself runs, in a year: planned, present, trained."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    force = models.CharField("lực lượng", max_length=20, choices=Force)
    planned = models.PositiveIntegerField("biên chế, định mức", default=0)
    present = models.PositiveIntegerField("hiện có")
    trained = models.PositiveIntegerField("được tập huấn", default=0)

    class Meta:
        verbose_name = "lực lượng"
        verbose_name_plural = "lực lượng"
        constraints = [models.UniqueConstraint(fields=["unit", "year", "force"], name="one_strength_a_force_and_year")]

    def __str__(self):
        return f"{self.get_force_display()} – {self.unit}, năm {self.year}"

    def clean(self):
        super().clean()
        _not_more(self, "trained", "present")


class MassModel(LifeRow):
    """A named model of the masses keeping order, from its founding to its end."""

    field = models.CharField("lĩnh vực", max_length=20, choices=ModelField, default=ModelField.OTHER)

    class Meta:
        verbose_name = "mô hình"
        verbose_name_plural = "mô hình"
        constraints = [models.UniqueConstraint(fields=["unit", "name_key"], name="one_model_a_name")]


class ModelYear(YearlyRow):
    """A mass model's year: how big it was and how it was rated."""

    PLACE, NAMED = "model__unit", ("model__",)

    model = models.ForeignKey(MassModel, models.PROTECT, related_name="years", verbose_name="mô hình")
    members = models.PositiveIntegerField("thành viên", default=0)
    sites = models.PositiveIntegerField("điểm", default=0, help_text="Số nơi áp dụng mô hình.")
    teams = models.PositiveIntegerField("tổ", default=0)
    rating = models.CharField("đánh giá", max_length=20, choices=ModelRating)

    class Meta:
        verbose_name = "đánh giá mô hình"
        verbose_name_plural = "đánh giá mô hình"
        constraints = [models.UniqueConstraint(fields=["model", "year"], name="one_rating_a_model_and_year")]

    def __str__(self):
        return f"{self.model}, năm {self.year}"


class AreaClass(YearlyRow):
    """Which of the three classes a commune was in, in a year."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    standing = models.CharField("loại địa bàn", max_length=20, choices=AreaStanding)

    class Meta:
        verbose_name = "loại địa bàn"
        verbose_name_plural = "loại địa bàn"
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="one_class_a_year")]

    def __str__(self):
        return f"{self.unit}, năm {self.year}: {self.get_standing_display()}"


class Headcount(YearlyRow):
    """Households, working people and learners of a base unit in a year; how many households have a camera."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="đơn vị")
    households = models.PositiveIntegerField("hộ", default=0)
    camera_households = models.PositiveIntegerField("hộ có camera an ninh", default=0)
    workers = models.PositiveIntegerField("người lao động", default=0)
    learners = models.PositiveIntegerField("người học", default=0)

    class Meta:
        verbose_name = "số hộ, người lao động, người học"
        verbose_name_plural = "số hộ, người lao động, người học"
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="one_headcount_a_year"),
            models.CheckConstraint(
                condition=Q(camera_households__lte=F("households")), name="cameras_stand_in_households"
            ),
        ]

    def __str__(self):
        return f"{self.unit}, năm {self.year}"

    def clean(self):
        super().clean()
        _not_more(self, "camera_households", "households")
