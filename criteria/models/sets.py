"""Legal documents, programmes, criteria sets and their criteria."""

from collections.abc import Iterable
from datetime import date

from django.db import models
from django.db.models import Q

from portal.core.errors import Refused
from units.enums import UnitKind
from units.models import Unit, UnitVersion

from ..enums import Comparison, Confidence, Measure, NotApplicable, Outcome, SetStatus


class OfProvinceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is the whole country's, and what the user's own provinces, or ones they took over, wrote for themselves.

        A code once borne is left out where another province bears it today.
        """
        if not user.is_authenticated:
            return self.none()
        held = lineage({place.province_id for place in user.places()})
        borne = UnitVersion.objects.filter(unit__in=held.values("pk"), kind=UnitKind.PROVINCE)
        elsewhere = Unit.objects.filter(kind=UnitKind.PROVINCE, closed_on=None).exclude(pk__in=held.values("pk"))
        past = Q(province_code__in=borne.values("code")) & ~Q(province_code__in=elsewhere.values("code"))
        return self.filter(Q(province_code="") | Q(province_code__in=held.values("code")) | past)


def lineage(provinces: Iterable[int | None]) -> models.QuerySet[Unit]:
    """The provinces with these ids and the ended ones they took over: an ended unit's place columns are its heir's."""
    return Unit.objects.filter(province__in=[one for one in provinces if one is not None], kind=UnitKind.PROVINCE)


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
    cite = models.CharField("viết tắt khi dẫn điều khoản", max_length=14, blank=True)  # "TT 124/2021"
    province_code = models.CharField("tỉnh ban hành", max_length=10, blank=True)  # blank: the whole country
    scan_sha256 = models.CharField("mã nội dung bản quét", max_length=64, blank=True)
    scan_name = models.CharField("tên tệp bản quét", max_length=255, blank=True)
    scan_size = models.PositiveBigIntegerField("cỡ tệp bản quét", null=True, blank=True)
    # what the pack that came with the portal said at its last loading, by field; empty for a person's own document
    shipped = models.JSONField("gói đi kèm cổng ghi", default=dict, blank=True, editable=False)

    objects = OfProvinceQuerySet.as_manager()

    class Meta:
        verbose_name = "văn bản"
        verbose_name_plural = "văn bản"
        ordering = ["-in_force_on", "code"]

    def __str__(self):
        return self.number


class ProgrammeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Programmes are the same for every place: all of them for everybody who signs in."""
        return self.all() if user.is_authenticated else self.none()


class Programme(models.Model):
    """A programme under which units are judged every year."""

    code = models.SlugField("mã", max_length=40, unique=True)
    name = models.CharField("tên chương trình", max_length=200)
    title = models.CharField("danh hiệu, kết quả được công nhận", max_length=200)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = "chương trình"
        verbose_name_plural = "chương trình"
        ordering = ["code"]

    def __str__(self):
        return self.name


class CriteriaSetQuerySet(OfProvinceQuerySet):
    def published(self):
        return self.filter(status=SetStatus.PUBLISHED)

    def for_province(self, province: Unit):
        """The whole country's sets and the province's own: written under a code while the province bore that code.

        A code may pass to another province by law (24: Bắc Giang, then Bắc Ninh); what was written before is not its.
        One query, made at once.
        """
        return self.for_provinces([province])

    def for_provinces(self, provinces: Iterable[Unit]):
        """`for_province` of any of them; one query as well."""
        return self.filter(Q(province_code="") | _written_by(provinces))

    def for_year(self, year: int):
        """Sets whose own years hold the year; a newer version of the same code may have taken over (see queries)."""
        return self.filter(Q(last_year__isnull=True) | Q(last_year__gte=year), first_year__lte=year)


def _written_by(provinces: Iterable[Unit]) -> Q:
    """Sets under a code and made while one of the provinces bore it, as `bearer` says; a code nobody ever bore is of
    who has it today."""
    codes = {one.pk: one.code for one in provinces}
    borne = UnitVersion.objects.filter(kind=UnitKind.PROVINCE).exclude(code="")
    ours = Q(code__in=codes.values()) | Q(code__in=borne.filter(unit__in=codes).values("code"))
    bearers: dict[str, list[tuple[int, date]]] = {}
    for code, unit, since in borne.filter(ours).order_by("valid_from").values_list("code", "unit", "valid_from"):
        bearers.setdefault(code, []).append((unit, since))
    written = Q(province_code__in=set(codes.values()) - bearers.keys())
    for code, held in bearers.items():
        starts = [None, *(since for _, since in held[1:])]
        for (unit, _), start, end in zip(held, starts, [*starts[1:], None], strict=True):
            if unit in codes:
                written |= Q(province_code=code) & _made(start, end)
    return written


def _made(start: date | None, end: date | None) -> Q:
    """Sets whose document was issued from the first day on and before the other; without its day, the last day of their
    first year says it."""
    issued, dated = Q(document__issued_on__isnull=False), Q(document__issued_on__isnull=True)
    if start:
        issued &= Q(document__issued_on__gte=start)
        dated &= Q(first_year__gte=start.year)
    if end:
        issued &= Q(document__issued_on__lt=end)
        dated &= Q(first_year__lt=end.year)
    return issued | dated


def bearer(versions: list[tuple[int, date]] | None, day: date) -> int | None:
    """Who bore the code on the day, of its bearers oldest first; before the first of them, that one. None: nobody."""
    if not versions:
        return None
    return next((unit for unit, since in reversed(versions) if since <= day), versions[0][0])


class CriteriaSet(models.Model):
    """The form that the units of some kinds are judged by, fixed once published."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="sets", verbose_name="chương trình")
    document = models.ForeignKey(LegalDocument, models.PROTECT, related_name="sets", verbose_name="văn bản")
    code = models.CharField("mã bộ", max_length=40)
    version = models.PositiveSmallIntegerField("phiên bản", default=1)
    name = models.CharField("tên bộ tiêu chí", max_length=250)
    unit_kinds = models.JSONField("áp dụng cho")  # list of UnitKind values
    excluded_subtypes = models.JSONField("không áp dụng cho", default=list, blank=True)  # list of Subtype values
    outcome = models.CharField("cách kết luận", max_length=20, choices=Outcome, default=Outcome.ALL_MET)
    first_year = models.PositiveSmallIntegerField("từ năm")
    last_year = models.PositiveSmallIntegerField("đến năm", null=True, blank=True)
    window_from = models.CharField("kỳ đánh giá từ (ngày/tháng năm trước)", max_length=5, blank=True)  # "mm-dd"
    window_to = models.CharField("kỳ đánh giá đến (ngày/tháng năm xét)", max_length=5, blank=True)  # "mm-dd"
    window_article = models.CharField("căn cứ kỳ đánh giá", max_length=60, blank=True)
    province_code = models.CharField("tỉnh áp dụng", max_length=10, blank=True)  # blank: the whole country
    place_code = models.CharField("xã, huyện áp dụng riêng", max_length=20, blank=True)  # blank: the whole province
    base = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="overlays", verbose_name="bổ sung cho bộ"
    )  # an overlay repeats every line of its base and adds the province's own (TT 124/2021, Điều 8.1)
    is_example = models.BooleanField("ví dụ, không phải luật", default=False)
    by_selection = models.BooleanField("chỉ xét đơn vị được chọn từ đầu năm", default=False)
    needed_met = models.PositiveSmallIntegerField("số tiêu chí phải đạt", null=True, blank=True)
    points_total = models.DecimalField("tổng điểm chuẩn", max_digits=6, decimal_places=2, null=True, blank=True)
    not_applicable_rule = models.CharField(
        "tiêu chí không áp dụng thì", max_length=10, choices=NotApplicable, blank=True
    )
    gaps = models.JSONField("chỗ chưa đọc được trong văn bản", default=list, blank=True)  # sentences
    status = models.CharField("tình trạng", max_length=10, choices=SetStatus, default=SetStatus.DRAFT)
    sha256 = models.CharField("mã nội dung", max_length=64, blank=True)  # blank: a draft that a person wrote in

    scope = ""  # where it applies, as `tell_scopes` said; no column

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

    def delete(self, *args, **kwargs):
        refuse_if_published(self)
        return super().delete(*args, **kwargs)

    @property
    def is_by_hand(self) -> bool:
        """A draft that a person wrote in, be it one of a pack."""
        return self.status == SetStatus.DRAFT and not self.sha256

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


class Cited(models.Model):
    """A row that cites its clause and says how that was read."""

    article: models.CharField
    confidence: models.CharField

    class Meta:
        abstract = True

    @property
    def cited(self) -> str:
        """The clause as any page or paper cites it: what was inferred never passes for what was read."""
        if self.confidence != Confidence.INFERRED:
            return self.article
        return "; ".join(filter(None, (self.article, Confidence.INFERRED.label.lower())))


class PartOfSet(Cited):
    """A row that belongs to a criteria set and is as fixed as the set."""

    criteria_set: models.ForeignKey

    class Meta:
        abstract = True

    def save(self, **kwargs):
        refuse_if_published(self.criteria_set)
        super().save(**kwargs)

    def delete(self, *args, **kwargs):
        refuse_if_published(self.criteria_set)
        return super().delete(*args, **kwargs)


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
    derived_from = models.JSONField("tính trên loại đơn vị", default=list, blank=True)  # UnitKind values; none: all
    follows = models.CharField("kế thừa tiêu chí", max_length=40, blank=True)  # its code in the set before
    excuses = models.JSONField("trường hợp loại trừ", default=list, blank=True)  # [{"code", "label", "short"}]
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
