"""What a place decides: the decision, and the recognitions it gives or takes."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from units.models import Unit, whether, within

from ..enums import Capacity, DecisionKind
from .dossiers import Evaluation, readable
from .sittings import Sitting


class DecisionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(within([place for place in user.grounds() if place.is_level], "issuer__"))


class Decision(models.Model):
    """A decision to recognise or revoke: a draft made by closing a sitting, issued with number and signer."""

    kind = models.CharField("loại", max_length=10, choices=DecisionKind, default=DecisionKind.RECOGNISE)
    issuer = models.ForeignKey(Unit, models.PROTECT, related_name="decisions", verbose_name="nơi ban hành")
    sitting = models.ForeignKey(Sitting, models.PROTECT, null=True, related_name="decisions", verbose_name="phiên họp")
    year = models.PositiveSmallIntegerField("năm ban hành", null=True)
    number = models.PositiveIntegerField("số", null=True)
    symbol = models.CharField("ký hiệu", max_length=40, blank=True)
    signed_on = models.DateField("ngày ký", null=True)
    signer = models.CharField("người ký", max_length=120, blank=True)
    capacity = models.CharField("thẩm quyền ký", max_length=10, choices=Capacity, default=Capacity.CHAIR)
    reason = models.TextField("lý do", blank=True)
    scan_sha256 = models.CharField("bản ký đã quét", max_length=64, blank=True)
    issued_at = models.DateTimeField("phát hành lúc", null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "quyết định"
        verbose_name_plural = "quyết định"
        ordering = [F("signed_on").desc(nulls_first=True), "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["sitting", "kind"], name="one_decision_a_sitting_and_kind"),
            models.UniqueConstraint(
                fields=["issuer", "year", "number", "symbol"],
                condition=Q(number__isnull=False),
                name="one_number_a_year_and_issuer",
            ),
        ]

    def __str__(self):
        return self.reference or f"Dự thảo quyết định ({self.get_kind_display().lower()})"

    @property
    def reference(self) -> str:
        """Number and symbol as printed, e.g. "07/QĐ-UBND"; empty for a draft (NĐ 30/2020, Phụ lục I)."""
        return f"{self.number:02d}/{self.symbol}" if self.number else ""

    @property
    def is_issued(self) -> bool:
        return self.issued_at is not None

    @property
    def is_revocation(self) -> bool:
        return self.kind == DecisionKind.REVOKE


class RecognitionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(readable(user, "evaluation__"))

    def with_relation(self, user):
        """`is_counted`: see EvaluationQuerySet.with_relation."""
        return self.annotate(is_counted=whether(within(user.grounds(), "evaluation__")))

    def in_force(self):
        return self.filter(revoked_by__isnull=True)


class Recognition(models.Model):
    """A unit recognised for a year by a decision; revoking it leaves both decisions readable."""

    evaluation = models.OneToOneField(Evaluation, models.PROTECT, related_name="recognition", verbose_name="hồ sơ")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="recognitions", verbose_name="quyết định")
    certificate = models.CharField("mã giấy công nhận", max_length=20, unique=True)
    revoked_by = models.ForeignKey(
        Decision, models.PROTECT, null=True, blank=True, related_name="revocations", verbose_name="thu hồi bởi"
    )

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        verbose_name = "công nhận"
        verbose_name_plural = "công nhận"
        ordering = ["-pk"]

    def __str__(self):
        return self.certificate
