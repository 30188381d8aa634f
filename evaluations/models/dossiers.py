"""A unit's dossier in a cycle: the fact every count is made of, and the steps of its life."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from criteria.enums import Level, Step
from criteria.models import CriteriaSet, Grade, Route
from portal.core.vietnamese.figures import plain_number
from units.enums import JUDGED, Subtype
from units.models import Named, Unit, hosted_by, whether, within

from ..enums import GRADED_LABELS, PAST_LABELS, REENTERED, Action, Origin, State
from .cycles import Cycle
from .log import LogLine

PLACES = ("province", "district", "commune", "stands_in", "delegated_to")
ACTING = ("entry_unit", "appraisal_unit", "decision_unit")  # whose hands a dossier is in, by step
# A candidate that may be selected waits for nobody: its place owes a number of units, not this one.
UNSELECTED = Q(state=State.EXPECTED, criteria_set__by_selection=True)
JUDGED_CHOICES = [(kind.value, kind.label) for kind in JUDGED]


def readable(user, prefix: str = "") -> Q:
    """Dossiers managed under, standing on or delegated to the user's places, by their snapshot columns."""
    grounds = user.grounds()
    levels = [place.pk for place in grounds if place.is_level]
    return within(grounds, prefix) | hosted_by(grounds, prefix) | Q(**{f"{prefix}delegated_to__in": levels})


class EvaluationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Dossiers that were managed, stood, or were delegated, when the cycle opened, at the user's places of today.

        Who only has the ground reads the dossier; every move asks for the acting units (see permissions).
        """
        return self.filter(readable(user))

    def standing(self):
        """Without results from papers that were taken away again; a unit left out of a worked year keeps its place."""
        return self.exclude(origin=Origin.HISTORY, state=State.EXCLUDED)

    def with_last_action(self):
        """`last_action` of the log, empty where it has no line: a condition, no column of the answer."""
        log = Event.objects.filter(evaluation=OuterRef("pk")).order_by("-at", "-pk")
        return self.alias(last_action=Coalesce(Subquery(log.values("action")[:1]), Value("")))

    def counted_for(self, user):
        """Dossiers counted at the user's places: a unit that only stands there is counted where it is managed."""
        return self.filter(within(user.grounds()))

    def hosted_for(self, user):
        """Dossiers of units that stood on the ground of the user's places and were managed elsewhere."""
        return self.filter(hosted_by(user.grounds())).exclude(within(user.grounds()))

    def entrusted_to(self, user):
        """Dossiers given, when the cycle opened, to one of the user's places by delegation."""
        return self.filter(delegated_to__in=[place.pk for place in user.grounds() if place.is_level])

    def counted_with_guests(self, user) -> tuple[int, int]:
        """How many these are, all of which the user reads, and how many of them are counted elsewhere: their unit stood
        on the ground, or was delegated. One query."""
        own = Count("pk", filter=within(user.grounds()))
        found = self.order_by().aggregate(all=Count("pk"), own=own)
        return found["all"], found["all"] - found["own"]

    def with_relation(self, user):
        """`is_counted`: managed under one of the user's places, not only standing on their ground."""
        return self.annotate(is_counted=whether(within(user.grounds())))

    def with_places(self):
        """With what names the places of the row, and nothing else of them: their other columns took a tenth of a
        list's time."""
        said = {"id", "kind", "name", "code", "closed_on"}
        unsaid = [field.name for field in Unit._meta.concrete_fields if field.name not in said]
        return self.select_related(*PLACES).defer(*(f"{place}__{name}" for place in PLACES for name in unsaid))

    def with_namesake(self):
        """`has_namesake`: in its cycle another dossier of its kind and commune bears its name. A condition of the same
        query."""
        alike = {name: OuterRef(name) for name in ("cycle", "commune", "kind", "unit_sort_key")}
        others = Evaluation.objects.filter(**alike).exclude(pk=OuterRef("pk"))
        return self.annotate(has_namesake=Exists(others))

    def entered_by(self, user):
        """Dossiers whose self-assessment is written at one of the user's units."""
        return self.filter(entry_unit__in=[place.pk for place in user.places()])


class Evaluation(Named, models.Model):
    """One unit's dossier in one cycle: the fact every count is made of."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="evaluations", verbose_name="kỳ đánh giá")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="evaluations", verbose_name="đơn vị")
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="+", verbose_name="bộ tiêu chí")
    route = models.ForeignKey(Route, models.PROTECT, null=True, related_name="+", verbose_name="tuyến xét duyệt")
    origin = models.CharField("nguồn", max_length=10, choices=Origin, default=Origin.WORKED)
    state = models.CharField("tình trạng", max_length=10, choices=State, default=State.EXPECTED)

    # Of a past year taken from documents: the decision and what it gave, and the paper it was read from.
    paper = models.CharField("văn bản ghi kết quả", max_length=250, blank=True)
    paper_on = models.DateField("ngày văn bản", null=True, blank=True)
    paper_title = models.CharField("danh hiệu", max_length=200, blank=True)
    paper_source = models.CharField("nguồn", max_length=230, blank=True)
    added_on = models.DateField("bổ sung vào danh sách ngày", null=True, editable=False)  # after the roster was frozen

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
    # As the papers say; the day the button was pressed is `registered_on`.
    signed_up_on = models.DateField("ngày ghi trên bản đăng ký", null=True, blank=True)
    resolution_on = models.DateField("ngày nghị quyết", null=True, blank=True)
    resolution_by = models.CharField("nơi ban hành nghị quyết", max_length=200, blank=True)
    # What the appraisers made of a date out of time; empty while they have not decided.
    timing_accepted = models.BooleanField("chấp nhận ngoài thời hạn", null=True)
    timing_reason = models.TextField("lý do về thời hạn", blank=True)
    # Decided to stand though its ground fell: how far it had fallen then, by criterion, with the day, reason and post.
    kept_ground = models.JSONField("giữ công nhận", default=dict, blank=True, editable=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField("gửi lúc", null=True)
    # Somebody has appraised in the round that began with the last sending; what an earlier round wrote stays beside it.
    is_being_appraised = models.BooleanField("đã bắt đầu thẩm định", db_default=False, default=False, editable=False)
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

    def get_state_display(self) -> str:  # type: ignore[no-redef]  # -- Django adds its own where there is none
        """The state's label; where the dossier has a grade, it is the grade that is recognised."""
        state = State(self.state)
        if self.is_from_papers and state in PAST_LABELS:
            return PAST_LABELS[state]
        return (GRADED_LABELS.get(state) if self.grade_id else None) or state.label

    @property
    def listed_unit_id(self) -> int:
        return self.unit_id

    @property
    def own_name(self) -> str:
        return self.unit_name

    @property
    def is_expected(self) -> bool:
        return self.state == State.EXPECTED

    @property
    def is_from_papers(self) -> bool:
        """A result of a past year taken from documents: there are no answers and no evidence."""
        return self.origin == Origin.HISTORY

    @property
    def taken_from(self) -> str:
        """The paper a past year's result was read from; reads the cycle where the dossier names none."""
        return self.paper_source or self.cycle.source.removesuffix(REENTERED)

    @property
    def commune_above(self) -> Unit | None:
        """The commune the unit lay in; none for a commune's own dossier."""
        return self.commune if self.commune_id != self.unit_id else None

    @property
    def district_above(self) -> Unit | None:
        """The district the unit lay in; none for a district's own dossier."""
        return self.district if self.district_id != self.unit_id else None

    @property
    def hosted_in(self) -> Unit | None:
        """The place the unit stood on where another one managed it."""
        return self.stands_in if self.managed_by is None or self.stands_in_id != self.managed_by.pk else None

    @property
    def managed_by(self) -> Unit | None:
        """The unit that managed it when the cycle opened; reads the place column of that level."""
        return getattr(self, self.managed_at, None)

    @property
    def result(self) -> str:
        """What the sitting concluded beside the state: "Loại Khá (82,5/100 điểm)", "28 tiêu chí đạt"; or empty.

        Reads the dossier's grade and criteria set.
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
        """The recognition the dossier led to, revoked or not; None without one."""
        return getattr(self, "recognition", None)

    def last_day(self, step: Step):
        """The last day in time for the step, or None when the law names none. Reads the route's deadlines."""
        if self.route is None:
            return None
        deadline = next((item for item in self.route.deadlines.all() if item.step == step), None)
        return deadline and deadline.last_day(self.cycle.year)


class Event(LogLine):
    """One line of a dossier's log: a move, or what was done to its papers and answers; rows are only ever added."""

    evaluation = models.ForeignKey(Evaluation, models.PROTECT, related_name="events", verbose_name="hồ sơ")
    action = models.CharField("việc", max_length=20)
    label = models.CharField("tên việc", max_length=60)
    source = models.CharField("từ tình trạng", max_length=10, choices=State)
    target = models.CharField("sang tình trạng", max_length=10, choices=State)
    comment = models.TextField("lý do, ý kiến", blank=True)

    class Meta:
        verbose_name = "diễn biến"
        verbose_name_plural = "diễn biến"
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["evaluation", "at"], name="event_of_file")]

    def __str__(self):
        return f"{self.label} ({self.evaluation_id})"

    @classmethod
    def staying(cls, dossier: Evaluation, action: Action, *, by, comment: str) -> "Event":
        """A line that moves the dossier nowhere; not saved."""
        here = {"source": dossier.state, "target": dossier.state}
        return cls(
            evaluation=dossier, action=action, label=action.label, by=by, by_post=str(by), comment=comment, **here
        )
