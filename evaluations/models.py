"""The act: cycles and their frozen roster, answers, evidence, events, sittings, decisions, recognitions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from criteria.enums import Level, Step
from criteria.models import CriteriaSet, Criterion, DossierPaper, Grade, Programme, Route
from criteria.values import Value, plain_number
from portal.core.marks import EXAMPLE_WORDS
from units.enums import JUDGED, Subtype
from units.models import Committee, Seat, Unit, hosted_by, whether, within

from .enums import GRADED_LABELS, Ballot, Capacity, CycleStatus, DecisionKind, Origin, Resolution, State

EXAMPLE_MARK = f" ({EXAMPLE_WORDS})"
JUDGED_CHOICES = [(kind.value, kind.label) for kind in JUDGED]


def readable(user, prefix: str = "") -> Q:
    """Files managed under, standing on or delegated to the user's places, by their snapshot columns."""
    grounds = user.grounds()
    levels = [place.pk for place in grounds if place.is_level]
    return within(grounds, prefix) | hosted_by(grounds, prefix) | Q(**{f"{prefix}delegated_to__in": levels})


class CycleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Cycles of the provinces the user's placements lie in, and of those these took over: an ended province's own
        column is its heir."""
        return self.filter(province__province__in={place.province_id for place in user.places()})


class Cycle(models.Model):
    """A programme's year in a province; opening it freezes who is expected."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cycles", verbose_name="chương trình")
    province = models.ForeignKey(Unit, models.PROTECT, related_name="cycles", verbose_name="tỉnh")
    year = models.PositiveSmallIntegerField("năm")
    as_of = models.DateField("danh sách đơn vị tính đến ngày")
    status = models.CharField("tình trạng", max_length=10, choices=CycleStatus, default=CycleStatus.OPEN)
    source = models.CharField("nguồn số liệu", max_length=250, blank=True)  # for results taken from documents
    is_demo = models.BooleanField("dữ liệu mẫu", default=False)
    is_example = models.BooleanField("theo bộ tiêu chí ví dụ, không phải luật", default=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="người mở")
    opened_at = models.DateTimeField("mở lúc", db_default=Now())

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = "kỳ đánh giá"
        verbose_name_plural = "kỳ đánh giá"
        ordering = ["-year", "programme"]
        constraints = [models.UniqueConstraint(fields=["programme", "province", "year"], name="one_cycle_a_year")]

    def __str__(self):
        """Wherever the year is named, one that was opened with example criteria says so."""
        return f"{self.programme} năm {self.year}{EXAMPLE_MARK if self.is_example else ''}"


class EvaluationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Files that were managed, stood, or were delegated, when the cycle opened, at the user's places of today.

        Who only has the ground reads the file; every move asks for the acting units (see permissions).
        """
        return self.filter(readable(user))

    def counted_for(self, user):
        """Files counted at the user's places: a unit that only stands there is counted where it is managed."""
        return self.filter(within(user.grounds()))

    def hosted_for(self, user):
        """Files of units that stood on the ground of the user's places and were managed elsewhere."""
        return self.filter(hosted_by(user.grounds())).exclude(within(user.grounds()))

    def entrusted_to(self, user):
        """Files given, when the cycle opened, to one of the user's places by delegation."""
        return self.filter(delegated_to__in=[place.pk for place in user.grounds() if place.is_level])

    def guests_of(self, user):
        """Files the user reads that are counted elsewhere: their unit stood on the ground, or was delegated."""
        return self.filter(readable(user)).exclude(within(user.grounds()))

    def with_relation(self, user):
        """`is_counted`: managed under one of the user's places, not only standing on their ground."""
        return self.annotate(is_counted=whether(within(user.grounds())))

    def entered_by(self, user):
        """Files whose self-assessment is written at one of the user's units."""
        return self.filter(entry_unit__in=[place.pk for place in user.places()])


class Evaluation(models.Model):
    """One unit's file in one cycle: the fact every count is made of."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="evaluations", verbose_name="kỳ đánh giá")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="evaluations", verbose_name="đơn vị")
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="+", verbose_name="bộ tiêu chí")
    route = models.ForeignKey(Route, models.PROTECT, null=True, related_name="+", verbose_name="tuyến xét duyệt")
    origin = models.CharField("nguồn", max_length=10, choices=Origin, default=Origin.WORKED)
    state = models.CharField("tình trạng", max_length=10, choices=State, default=State.EXPECTED)

    # The place as it was when the cycle opened; never updated.
    unit_name = models.CharField("tên đơn vị", max_length=200)
    unit_sort_key = models.CharField(max_length=600, editable=False)
    unit_search_key = models.CharField(max_length=200, editable=False)
    kind = models.CharField("loại đơn vị", max_length=20, choices=JUDGED_CHOICES)
    subtype = models.CharField("phân loại", max_length=20, choices=Subtype)
    managed_at = models.CharField("cấp quản lý", max_length=10, choices=Level)
    province = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="tỉnh")
    district = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="huyện")
    commune = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="xã")
    stands_in = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="đứng chân trên địa bàn"
    )
    delegated_to = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="được uỷ quyền cho"
    )
    # Who acts, found from the route and the unit's managers, or the one it was delegated to, of that day.
    entry_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="nơi nhập")
    appraisal_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="nơi thẩm định")
    decision_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="nơi công nhận")

    # What the sitting concluded beside the state: the grade and points, or how many criteria were met.
    grade = models.ForeignKey(Grade, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="xếp loại")
    points = models.DecimalField("điểm", max_digits=7, decimal_places=2, null=True, blank=True)
    met_count = models.PositiveSmallIntegerField("số tiêu chí đạt", null=True, blank=True)

    registered_on = models.DateField("ngày đăng ký", null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField("gửi lúc", null=True)
    appraised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    appraised_at = models.DateTimeField("thẩm định lúc", null=True)

    objects = EvaluationQuerySet.as_manager()

    class Meta:
        verbose_name = "hồ sơ đánh giá"
        verbose_name_plural = "hồ sơ đánh giá"
        ordering = ["unit_sort_key", "pk"]
        constraints = [models.UniqueConstraint(fields=["cycle", "unit"], name="one_file_a_unit_and_cycle")]
        indexes = [
            models.Index(fields=["cycle", "kind", "district", "commune", "state"], name="rollup"),
            models.Index(fields=["cycle", "district", "commune", "kind", "state"], name="rollup_district"),
            models.Index(fields=["cycle", "commune", "kind", "state"], name="rollup_commune"),
            models.Index(fields=["cycle", "unit_sort_key"], name="file_list"),
        ]

    def __str__(self):
        return f"{self.unit_name} – {self.cycle}"

    def get_state_display(self) -> str:  # type: ignore[no-redef] -- Django adds its own where there is none
        """The state's label; where the file has a grade, it is the grade that is recognised."""
        state = State(self.state)
        return (GRADED_LABELS.get(state) if self.grade_id else None) or state.label

    @property
    def managed_by(self) -> Unit | None:
        """The unit that managed it when the cycle opened; reads the place column of that level."""
        return getattr(self, self.managed_at, None)

    @property
    def result(self) -> str:
        """What the sitting concluded beside the state: "Loại Khá (82,5/100 điểm)", "28 tiêu chí đạt"; or empty.

        Reads the file's grade and criteria set.
        """
        if self.grade is None:
            return "" if self.met_count is None else f"{self.met_count} tiêu chí đạt"
        if self.points is None:
            return f"Loại {self.grade}"
        most = self.criteria_set.points_total
        total = f"/{plain_number(most)}" if most is not None else ""
        return f"Loại {self.grade} ({plain_number(self.points)}{total} điểm)"

    @property
    def outcome(self):
        """The recognition the file led to, revoked or not; None without one."""
        return getattr(self, "recognition", None)

    def last_day(self, step: Step):
        """The last day in time for the step, or None when the law names none. Reads the route's deadlines."""
        if self.route is None:
            return None
        deadline = next((item for item in self.route.deadlines.all() if item.step == step), None)
        return deadline and deadline.last_day(self.cycle.year)


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

    class Meta:
        verbose_name = "trả lời"
        verbose_name_plural = "trả lời"
        constraints = [models.UniqueConstraint(fields=["evaluation", "criterion"], name="one_answer_a_criterion")]

    def __str__(self):
        return f"{self.evaluation_id}:{self.criterion_id}"

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
    """A paper that proves answers of a file; its bytes lie in the store under their hash."""

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
    size = models.PositiveBigIntegerField("cỡ tệp")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("tải lên lúc", db_default=Now())

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "minh chứng"
        verbose_name_plural = "minh chứng"
        ordering = ["uploaded_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["evaluation", "sha256"], name="one_paper_once_a_file")]

    def __str__(self):
        return self.title


class Event(models.Model):
    """One step in a file's life; rows are only ever added."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="events", verbose_name="hồ sơ")
    action = models.CharField("việc", max_length=20)
    label = models.CharField("tên việc", max_length=60)
    source = models.CharField("từ tình trạng", max_length=10, choices=State)
    target = models.CharField("sang tình trạng", max_length=10, choices=State)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_post = models.CharField("chức danh khi đó", max_length=200)
    comment = models.TextField("lý do, ý kiến", blank=True)
    at = models.DateTimeField("lúc", db_default=Now())

    class Meta:
        verbose_name = "diễn biến"
        verbose_name_plural = "diễn biến"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["evaluation", "at"], name="event_of_file")]

    def __str__(self):
        return f"{self.label} ({self.evaluation_id})"

    def save(self, **kwargs):
        if self.pk:
            raise TypeError("an event is never changed")
        super().save(**kwargs)

    def delete(self, **kwargs):
        raise TypeError("an event is never deleted")


class SittingQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(within([place for place in user.grounds() if place.is_level], "committee__unit__"))


class Sitting(models.Model):
    """A committee's meeting that considers files of one cycle."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="sittings", verbose_name="Ban Chỉ đạo")
    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="sittings", verbose_name="kỳ đánh giá")
    held_on = models.DateField("ngày họp")
    place = models.CharField("địa điểm", max_length=200, blank=True)
    chair = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+", verbose_name="chủ trì")
    secretary = models.ForeignKey(Seat, models.PROTECT, null=True, related_name="+", verbose_name="thư ký")
    present = models.ManyToManyField(Seat, related_name="sittings", blank=True, verbose_name="thành viên dự họp")
    minutes = models.TextField("diễn biến, ý kiến tại cuộc họp", blank=True)
    seats_total = models.PositiveSmallIntegerField("tổng số thành viên", null=True)  # frozen at closing
    closed_at = models.DateTimeField("kết thúc lúc", null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = SittingQuerySet.as_manager()

    class Meta:
        verbose_name = "phiên họp"
        verbose_name_plural = "phiên họp"
        ordering = ["-held_on", "-pk"]

    def __str__(self):
        return f"Phiên họp ngày {self.held_on:%d/%m/%Y}"

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class AgendaItem(models.Model):
    """One file on a sitting's agenda and what became of it there."""

    sitting = models.ForeignKey(Sitting, models.PROTECT, related_name="items", verbose_name="phiên họp")
    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="agenda_items", verbose_name="hồ sơ")
    order = models.PositiveSmallIntegerField("thứ tự")
    resolution = models.CharField("kết luận", max_length=10, choices=Resolution, blank=True)
    reason = models.CharField("lý do", max_length=500, blank=True)
    votes_for = models.PositiveSmallIntegerField("tán thành", default=0)  # counted at closing
    votes_against = models.PositiveSmallIntegerField("không tán thành", default=0)
    votes_abstain = models.PositiveSmallIntegerField("không có ý kiến", default=0)

    class Meta:
        verbose_name = "nội dung họp"
        verbose_name_plural = "nội dung họp"
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["sitting", "evaluation"], name="one_item_a_file_and_sitting")]

    def __str__(self):
        return f"{self.order}. {self.evaluation_id}"


class Vote(models.Model):
    """A member's vote on an item; changing one's mind replaces it until the sitting closes."""

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="votes", verbose_name="nội dung")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+", verbose_name="thành viên")
    ballot = models.CharField("ý kiến", max_length=10, choices=Ballot)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="người ghi"
    )
    at = models.DateTimeField("lúc", db_default=Now())

    class Meta:
        verbose_name = "phiếu"
        verbose_name_plural = "phiếu"
        constraints = [models.UniqueConstraint(fields=["item", "seat"], name="one_vote_a_member")]

    def __str__(self):
        return f"{self.seat_id}: {self.ballot}"


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
