"""Legal documents, programmes, criteria sets with their criteria, and the routes a file takes."""

from datetime import date, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from portal.core.errors import Refused
from units.enums import UnitKind
from units.models import on

from .enums import Comparison, Confidence, Level, Measure, Outcome, SetStatus, Step


class LegalDocument(models.Model):
    """A circular, decision or plan that orders something of the movement."""

    code = models.CharField("mã trong hệ thống", max_length=40, unique=True)
    number = models.CharField("số, ký hiệu", max_length=60)
    title = models.CharField("trích yếu", max_length=400)
    issuer = models.CharField("cơ quan ban hành", max_length=200)
    issued_on = models.DateField("ngày ban hành", null=True)
    in_force_on = models.DateField("hiệu lực từ", null=True)
    ended_on = models.DateField("hết hiệu lực", null=True, blank=True)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name="thay thế")

    class Meta:
        verbose_name = "văn bản"
        verbose_name_plural = "văn bản"
        ordering = ["-in_force_on", "code"]

    def __str__(self):
        return self.number


class Programme(models.Model):
    """A programme under which units are judged every year."""

    code = models.SlugField("mã", max_length=40, unique=True)
    name = models.CharField("tên chương trình", max_length=200)
    title = models.CharField("danh hiệu, kết quả được công nhận", max_length=200)

    class Meta:
        verbose_name = "chương trình"
        verbose_name_plural = "chương trình"
        ordering = ["code"]

    def __str__(self):
        return self.name


class CriteriaSetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Criteria are public to everyone who signs in: the law is the same for all places."""
        return self.all() if user.is_authenticated else self.none()

    def published(self):
        return self.filter(status=SetStatus.PUBLISHED)

    def for_year(self, year: int):
        return self.filter(Q(last_year__isnull=True) | Q(last_year__gte=year), first_year__lte=year)


class CriteriaSet(models.Model):
    """The form that the units of some kinds are judged by, fixed once published."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="sets", verbose_name="chương trình")
    document = models.ForeignKey(LegalDocument, models.PROTECT, related_name="sets", verbose_name="văn bản")
    code = models.CharField("mã bộ", max_length=40)
    version = models.PositiveSmallIntegerField("phiên bản", default=1)
    name = models.CharField("tên bộ tiêu chí", max_length=250)
    unit_kinds = models.JSONField("áp dụng cho")  # list of UnitKind values
    excluded_subtypes = models.JSONField("không áp dụng cho", default=list)  # list of Subtype values
    outcome = models.CharField("cách kết luận", max_length=20, choices=Outcome, default=Outcome.ALL_MET)
    first_year = models.PositiveSmallIntegerField("từ năm")
    last_year = models.PositiveSmallIntegerField("đến năm", null=True, blank=True)
    window_from = models.CharField("kỳ đánh giá từ (ngày/tháng năm trước)", max_length=5, blank=True)  # "mm-dd"
    window_to = models.CharField("kỳ đánh giá đến (ngày/tháng năm xét)", max_length=5, blank=True)  # "mm-dd"
    window_article = models.CharField("căn cứ kỳ đánh giá", max_length=60, blank=True)
    gaps = models.JSONField("chỗ chưa đọc được trong văn bản", default=list)  # sentences
    status = models.CharField("tình trạng", max_length=10, choices=SetStatus, default=SetStatus.DRAFT)
    sha256 = models.CharField("mã nội dung", max_length=64, blank=True)

    objects = CriteriaSetQuerySet.as_manager()

    class Meta:
        verbose_name = "bộ tiêu chí"
        verbose_name_plural = "bộ tiêu chí"
        ordering = ["programme", "-first_year", "code"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="one_set_a_version")]

    def __str__(self):
        return self.name

    def save(self, **kwargs):
        refuse_if_published(self)
        super().save(**kwargs)

    def delete(self, **kwargs):
        refuse_if_published(self)
        return super().delete(**kwargs)

    @property
    def kind_labels(self) -> list[str]:
        return [UnitKind(kind).label for kind in self.unit_kinds]

    def window(self, year: int) -> tuple[date, date] | None:
        """First and last day judged for the year (TT 124/2021, Điều 8.2); None when the law gives none."""
        if not (self.window_from and self.window_to):
            return None
        first, last = ([int(part) for part in text.split("-")] for text in (self.window_from, self.window_to))
        return date(year - 1, *first), date(year, *last)


def refuse_if_published(criteria_set: CriteriaSet) -> None:
    """Raises Refused when the set's stored row is published or retired: only drafts may change."""
    stored = CriteriaSet.objects.filter(pk=criteria_set.pk).values_list("status", flat=True).first()
    if stored in (SetStatus.PUBLISHED, SetStatus.RETIRED):
        raise Refused(
            f"Bộ tiêu chí “{criteria_set.name}” (phiên bản {criteria_set.version}) đã ban hành nên không sửa, "
            "không xoá được. Hãy lập phiên bản mới."
        )


class PartOfSet(models.Model):
    """A row that belongs to a criteria set and is as fixed as the set."""

    class Meta:
        abstract = True

    def save(self, **kwargs):
        refuse_if_published(self.criteria_set)
        super().save(**kwargs)

    def delete(self, **kwargs):
        refuse_if_published(self.criteria_set)
        return super().delete(**kwargs)


class Criterion(PartOfSet):
    """One line of a criteria set: what is asked and how it is measured."""

    criteria_set = models.ForeignKey(CriteriaSet, models.CASCADE, related_name="criteria", verbose_name="bộ tiêu chí")
    code = models.CharField("mã", max_length=40)  # stable: TT124-KDC-3a
    parent = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="children")
    order = models.PositiveSmallIntegerField("thứ tự")
    number = models.CharField("số mục", max_length=10)  # as officials cite it: "3a", "4.2"
    label = models.CharField("nội dung", max_length=400)
    article = models.CharField("căn cứ", max_length=60)
    guidance = models.TextField("hướng dẫn", blank=True)
    measure = models.CharField("cách đo", max_length=10, choices=Measure)
    comparison = models.CharField("so sánh", max_length=10, choices=Comparison, blank=True)
    threshold = models.DecimalField("mức phải đạt", max_digits=7, decimal_places=2, null=True, blank=True)
    numerator_label = models.CharField("tên tử số", max_length=120, blank=True)
    denominator_label = models.CharField("tên mẫu số", max_length=120, blank=True)
    max_points = models.DecimalField("điểm tối đa", max_digits=6, decimal_places=2, null=True, blank=True)
    derivation = models.CharField("cách hệ thống tính", max_length=40, blank=True)  # a value of Derivation
    excuses = models.JSONField("trường hợp loại trừ", default=list)  # [{"code", "label", "short"}]
    not_applicable_when = models.CharField("không áp dụng khi", max_length=250, blank=True)  # blank: never
    due_quarter = models.PositiveSmallIntegerField("xong trong quý", null=True, blank=True)
    needs_evidence = models.BooleanField("phải kèm minh chứng", default=False)
    reuses = models.CharField("dùng lại tiêu chí", max_length=40, blank=True)
    confidence = models.CharField("độ tin cậy", max_length=2, choices=Confidence, default=Confidence.TEXT)

    class Meta:
        verbose_name = "tiêu chí"
        verbose_name_plural = "tiêu chí"
        ordering = ["criteria_set", "order"]
        constraints = [
            models.UniqueConstraint(fields=["criteria_set", "code"], name="one_criterion_a_code"),
            models.UniqueConstraint(fields=["criteria_set", "order"], name="one_criterion_a_place"),
        ]

    def __str__(self):
        return f"{self.number}. {self.label}"


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

    def delete(self, **kwargs):
        refuse_if_published(self.route.criteria_set)
        return super().delete(**kwargs)

    def last_day(self, year: int) -> date:
        """The last day on which the step is in time, in the year judged."""
        named = date(year, self.month, self.day)
        return named if self.inclusive else named - timedelta(days=1)


def routes_on(criteria_set: CriteriaSet, day: date) -> dict[tuple[str, str], Route]:
    """The set's routes in force on the day, by (unit kind, managing level)."""
    return {(route.kind, route.managed_at): route for route in criteria_set.routes.filter(on(day))}
