"""What a set comes to beside its criteria: grades, caps, preconditions, quotas of selection, papers of the dossier."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from ..enums import Confidence, Level
from .sets import CriteriaSet, Criterion, PartOfSet, Programme


class Grade(PartOfSet):
    """One grade of a set that counts points; a bound the law did not let us read stays unset."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="grades", verbose_name="bộ tiêu chí")
    rank = models.PositiveSmallIntegerField("bậc", validators=[MinValueValidator(1), MaxValueValidator(9)])  # 1: best
    label = models.CharField("tên loại", max_length=60)
    lower_bound = models.DecimalField("từ số điểm", max_digits=6, decimal_places=2, null=True, blank=True)
    article = models.CharField("căn cứ", max_length=60, blank=True)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)

    class Meta:
        verbose_name = "loại"
        verbose_name_plural = "loại"
        ordering = ["criteria_set", "rank"]
        constraints = [models.UniqueConstraint(fields=["criteria_set", "rank"], name="one_grade_a_rank")]

    def __str__(self):
        return self.label


class Cap(PartOfSet):
    """A criterion without which no grade better than a rank is given, whatever the points."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="caps", verbose_name="bộ tiêu chí")
    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="+", verbose_name="tiêu chí")
    best_rank = models.PositiveSmallIntegerField("bậc cao nhất khi không đạt")
    article = models.CharField("căn cứ", max_length=60, blank=True)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)

    class Meta:
        verbose_name = "mức khống chế"
        verbose_name_plural = "mức khống chế"
        ordering = ["criteria_set", "criterion__order"]
        constraints = [models.UniqueConstraint(fields=["criteria_set", "criterion"], name="one_cap_a_criterion")]

    def __str__(self):
        return f"{self.criterion.number}: cao nhất bậc {self.best_rank}"


class Precondition(PartOfSet):
    """A result of another programme without which a set's outcome is barred, or its grade kept down."""

    criteria_set = models.ForeignKey(
        CriteriaSet, models.CASCADE, related_name="preconditions", verbose_name="bộ tiêu chí"
    )
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="chương trình")
    years_back = models.PositiveSmallIntegerField(
        "kết quả của mấy năm trước", default=0, validators=[MaxValueValidator(5)]
    )  # 0: the same year
    worst_rank = models.PositiveSmallIntegerField("xếp loại từ bậc", null=True, blank=True)  # unset: recognised
    best_rank = models.PositiveSmallIntegerField("bậc cao nhất khi không có", null=True, blank=True)  # unset: barred
    label = models.CharField("điều kiện", max_length=250)
    article = models.CharField("căn cứ", max_length=60, blank=True)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)

    class Meta:
        verbose_name = "điều kiện"
        verbose_name_plural = "điều kiện"
        ordering = ["criteria_set", "programme", "years_back"]
        constraints = [
            models.UniqueConstraint(
                fields=["criteria_set", "programme", "years_back"], name="one_precondition_a_programme_and_year"
            )
        ]

    def __str__(self):
        return self.label


class Quota(PartOfSet):
    """How many units at least each place of a level selects at the start of the year, among those it manages."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="quotas", verbose_name="bộ tiêu chí")
    level = models.CharField("cấp chọn", max_length=10, choices=Level)
    minimum = models.PositiveSmallIntegerField("ít nhất", validators=[MinValueValidator(1)])
    article = models.CharField("căn cứ", max_length=60, blank=True)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)

    class Meta:
        verbose_name = "chỉ tiêu lựa chọn"
        verbose_name_plural = "chỉ tiêu lựa chọn"
        ordering = ["criteria_set", "level"]
        constraints = [models.UniqueConstraint(fields=["criteria_set", "level"], name="one_quota_a_level")]

    def __str__(self):
        return f"Mỗi đơn vị {self.get_level_display()} chọn ít nhất {self.minimum:02d}"


class DossierPaper(PartOfSet):
    """A paper that a file must hold before it is sent."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="papers", verbose_name="bộ tiêu chí")
    order = models.PositiveSmallIntegerField("thứ tự")
    name = models.CharField("thành phần hồ sơ", max_length=250)
    article = models.CharField("căn cứ", max_length=60, blank=True)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)

    class Meta:
        verbose_name = "thành phần hồ sơ"
        verbose_name_plural = "thành phần hồ sơ"
        ordering = ["criteria_set", "order"]
        constraints = [models.UniqueConstraint(fields=["criteria_set", "order"], name="one_paper_a_place")]

    def __str__(self):
        return self.name
