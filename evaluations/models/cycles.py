"""A programme's year in a province, or in one place of it that judges by a set of its own."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Window
from django.db.models.functions import Now

from criteria.models import Programme
from portal.core.enums import EXAMPLE_WORDS
from units.models import Unit

from ..enums import CycleAction, CycleStatus, State
from .log import LogLine

EXAMPLE_MARK = f" ({EXAMPLE_WORDS})"


class CycleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Cycles of the provinces the user's placements lie in, and of those these took over: an ended province's own
        column is its heir. A place's own year is for those who may read a dossier of it. A year from papers whose every
        result was taken away is nobody's."""
        from .dossiers import Evaluation  # noqa: PLC0415 -- dossiers are of cycles

        held = Evaluation.objects.visible_to(user).filter(cycle=OuterRef("pk")).order_by()
        provinces = Q(place=None, province__province__in={place.province_id for place in user.places()})
        return self.standing().filter(provinces | Q(Exists(held), place__isnull=False))

    def standing(self):
        """Without years from papers of which every result was taken away: they count nowhere and stand in no way."""
        from .dossiers import Evaluation  # noqa: PLC0415 -- dossiers are of cycles

        told = Evaluation.objects.filter(cycle=OuterRef("pk")).exclude(state=State.EXCLUDED).order_by()
        return self.filter(Q(source="") | Q(Exists(told)))

    def to_choose(self):
        """With what names them: `namesakes` tells how many of these share programme and year, as after a merger, and
        `of_one_place_name` how many of those are of a place so named."""
        namesakes = Window(Count("pk"), partition_by=["programme", "year"])
        of_a_name = Window(Count("pk"), partition_by=["programme", "year", "place_name"])
        return self.select_related("programme", "province").annotate(namesakes=namesakes, of_one_place_name=of_a_name)


class Cycle(models.Model):
    """A programme's year in a province or in one place of it; opening it freezes who is expected."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="cycles", verbose_name="chương trình")
    province = models.ForeignKey(Unit, models.PROTECT, related_name="cycles", verbose_name="tỉnh")
    # A place's own year: only its units, judged by its own set. None: the province's year.
    place = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="own_cycles", verbose_name="nơi có kỳ riêng"
    )
    place_name = models.CharField("tên nơi có kỳ riêng khi đó", max_length=200, blank=True, editable=False)
    year = models.PositiveSmallIntegerField("năm")
    as_of = models.DateField("danh sách đơn vị tính đến ngày")
    status = models.CharField("tình trạng", max_length=10, choices=CycleStatus, default=CycleStatus.OPEN)
    source = models.CharField("nguồn số liệu", max_length=250, blank=True)  # for results taken from documents
    is_demo = models.BooleanField("dữ liệu mẫu", default=False)
    is_example = models.BooleanField("theo bộ tiêu chí ví dụ, không phải luật", default=False)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="người mở")
    opened_at = models.DateTimeField("mở lúc", db_default=Now())
    # Of the lock that holds now; every lock and unlock stands in the log. Empty for results taken from documents.
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="người khoá sổ"
    )
    locked_at = models.DateTimeField("khoá sổ lúc", null=True)
    lock_reason = models.TextField("lý do khoá sổ", blank=True)

    apart = ""  # what tells it from another of its name, where `tell_years_apart` found one; no column

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = "kỳ đánh giá"
        verbose_name_plural = "kỳ đánh giá"
        ordering = ["-year", "programme"]
        constraints = [
            # A year from papers keeps its log when all of it was taken away, and the year may be worked: two rows then.
            models.UniqueConstraint(
                fields=["programme", "province", "year"],
                condition=Q(place=None, source=""),
                name="one_worked_cycle_a_year",
            ),
            models.UniqueConstraint(
                fields=["programme", "province", "year"],
                condition=Q(place=None) & ~Q(source=""),
                name="one_past_cycle_a_year",
            ),
            models.UniqueConstraint(
                fields=["programme", "place", "year"],
                condition=Q(place__isnull=False),
                name="one_cycle_a_place_and_year",
            ),
        ]

    def __str__(self):
        """Wherever the year is named, it says whose own it is, and that it was opened with example criteria."""
        own = f" – {self.place_name}{self.apart}" if self.place_id else self.apart
        return f"{self.programme} năm {self.year}{own}{EXAMPLE_MARK if self.is_example else ''}"

    @property
    def scope(self) -> Unit:
        """Whose year it is: the place with a year of its own, else the province."""
        return self.place or self.province

    @property
    def scope_name(self) -> str:
        """What the page calls it: a place as it was named then, a province that ended with its last day."""
        return self.place_name or self.province.dated_name

    @property
    def is_open(self) -> bool:
        return self.status == CycleStatus.OPEN


class CycleEvent(LogLine):
    """One line of a year's log: locked, opened again, its roster changed; by whom and why."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="events", verbose_name="kỳ đánh giá")
    action = models.CharField("việc", max_length=10, choices=CycleAction)
    about = models.CharField("về", max_length=300, blank=True)
    reason = models.TextField("lý do")

    class Meta:
        verbose_name = "diễn biến của kỳ"
        verbose_name_plural = "diễn biến của kỳ"
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="a_lock_has_a_reason")]

    def __str__(self):
        return f"{self.get_action_display()} ({self.cycle_id})"
