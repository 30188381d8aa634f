"""What a dossier holds: answers to criteria, and the papers that prove them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from criteria.judging.values import Value
from criteria.models import Criterion, DossierPaper

from ..enums import Filled, Side
from .dossiers import Evaluation, readable


class Answer(models.Model):
    """What was answered to one criterion: by the unit, and beside it by the appraisers."""

    evaluation = models.ForeignKey(Evaluation, models.CASCADE, related_name="answers", verbose_name="hồ sơ")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+", verbose_name="tiêu chí")
    met = models.BooleanField("đạt", null=True)
    value = models.DecimalField("giá trị", max_digits=12, decimal_places=2, null=True)
    numerator = models.PositiveIntegerField("tử số", null=True)
    denominator = models.PositiveIntegerField("mẫu số", null=True)
    not_applicable = models.BooleanField("không áp dụng", default=False)
    excuse = models.CharField("trường hợp loại trừ", max_length=40, blank=True)
    note = models.TextField("giải trình", blank=True)
    appraised_met = models.BooleanField("thẩm định: đạt", null=True)
    appraised_value = models.DecimalField("thẩm định: giá trị", max_digits=12, decimal_places=2, null=True)
    appraised_numerator = models.PositiveIntegerField("thẩm định: tử số", null=True)
    appraised_denominator = models.PositiveIntegerField("thẩm định: mẫu số", null=True)
    appraised_not_applicable = models.BooleanField("thẩm định: không áp dụng", default=False)
    appraised_excuse = models.CharField("thẩm định: loại trừ", max_length=40, blank=True)
    appraised_note = models.TextField("ý kiến thẩm định", blank=True)
    version = models.PositiveIntegerField("lần ghi", default=1)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField("ghi lúc", db_default=Now())
    # An own answer the officer stated once for many criteria, or took over from last year, until he confirms it.
    filled_from = models.CharField("điền sẵn", max_length=10, choices=Filled, blank=True, default="", db_default="")
    filled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    filled_at = models.DateTimeField("điền sẵn lúc", null=True, blank=True)

    class Meta:
        verbose_name = "trả lời"
        verbose_name_plural = "trả lời"
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "criterion"], name="one_answer_a_criterion"),
            models.CheckConstraint(
                condition=models.Q(filled_from="", filled_by=None, filled_at=None)
                | (~models.Q(filled_from="") & models.Q(filled_by__isnull=False, filled_at__isnull=False)),
                name="filled_by_somebody_at_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["evaluation"], condition=~models.Q(filled_from=""), name="answer_unconfirmed"),
        ]

    def __str__(self):
        return f"{self.evaluation_id}:{self.criterion_id}"

    @property
    def unconfirmed(self) -> str:
        """“Điền mặc định, chưa xác nhận”; empty for what somebody typed or confirmed."""
        return f"{self.get_filled_from_display()}, chưa xác nhận" if self.filled_from else ""

    @property
    def differs(self) -> bool:
        """Whether whoever appraised answered otherwise than the unit did."""
        return not self.appraised.is_empty and self.own != self.appraised

    def on(self, side: str) -> Value:
        """The answer of one side."""
        return self.own if side == Side.OWN else self.appraised

    @property
    def own(self) -> Value:
        """The unit's own answer as a plain value."""
        return Value(self.met, self.value, self.numerator, self.denominator, self.not_applicable, self.excuse)

    @property
    def appraised(self) -> Value:
        """The appraisers' answer as a plain value; empty while they have not looked at it."""
        return Value(
            self.appraised_met,
            self.appraised_value,
            self.appraised_numerator,
            self.appraised_denominator,
            self.appraised_not_applicable,
            self.appraised_excuse,
        )


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(readable(user, "evaluation__"))


class Evidence(models.Model):
    """A paper that proves answers of a dossier; its bytes lie in the store under their hash."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="evidence", verbose_name="hồ sơ")
    criteria = models.ManyToManyField(Criterion, related_name="+", verbose_name="chứng minh cho")
    dossier_paper = models.ForeignKey(
        DossierPaper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="thành phần hồ sơ"
    )
    number = models.CharField("số, ký hiệu", max_length=60, blank=True)
    issued_on = models.DateField("ngày ban hành", null=True, blank=True)
    issuer = models.CharField("nơi ban hành", max_length=200, blank=True)
    title = models.CharField("trích yếu", max_length=300)
    file_name = models.CharField("tên tệp gốc", max_length=255)
    content_type = models.CharField("loại tệp", max_length=100)
    sha256 = models.CharField("mã nội dung", max_length=64)
    # Of the file as it was sent: a picture is kept drawn anew. Empty for papers of before this was noted.
    original_sha256 = models.CharField("mã nội dung tệp gốc", max_length=64, blank=True)
    changes = models.CharField("đã chỉnh khi lưu", max_length=120, blank=True)
    size = models.PositiveBigIntegerField("cỡ tệp")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("tải lên lúc", db_default=Now())

    is_out_of_window = False  # set by a page that shows it: dated outside the time its year is judged over
    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "minh chứng"
        verbose_name_plural = "minh chứng"
        ordering = ["uploaded_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "sha256"], name="one_paper_once_a_file")]

    def __str__(self):
        return self.title
