"""The filters of the lists: dossiers and recognitions (shared by page and API), decisions, streaks, bars, quotas."""

from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from criteria.filters import ProgrammeFilter
from criteria.models import CriteriaSet, Programme
from criteria.queries import grade_names
from portal.core.filters import AddressOnly, WholeFilter
from portal.core.vietnamese import text
from portal.core.web.pages import whole_number
from units.enums import LEVELS, Relation, UnitKind
from units.filters import DistrictSelect, LevelFilter, OfLevels, by_relation
from units.models import Unit

from .enums import NOT_REGISTERED, CycleStatus, DecisionKind, State
from .forms import CycleLabel
from .models import JUDGED_CHOICES, Cycle, Decision, Evaluation, PastTotal, Recognition, Sitting
from .queries import with_signals

EVERY = "Tất cả"

SIGNALS = (("unconfirmed", "Có giá trị điền sẵn chưa xác nhận"),)
DESKS = (("entry_unit", "Tôi nhập"), ("appraisal_unit", "Tôi thẩm định"), ("decision_unit", "Cấp tôi công nhận"))


def visible_cycles(request):
    return Cycle.objects.visible_to(request.user).to_choose() if request else Cycle.objects.none()


class OnceRead(filters.fields.ModelChoiceIterator):
    """Choices among rows that were read already, or are now."""

    def __iter__(self):
        yield ("", self.field.empty_label)
        yield from map(self.choice, self.queryset)


class CycleFilterField(CycleLabel, filters.fields.ModelChoiceField):
    """The years one may look at are few: read once, to be drawn and to find the chosen one among them."""

    iterator = OnceRead

    def to_python(self, value):
        if value in self.empty_values:
            return None
        for cycle in self.queryset:
            if str(cycle.pk) == value:
                return cycle
        raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})


class CycleFilter(filters.ModelChoiceFilter):
    field_class = CycleFilterField


def visible_levels(kind: UnitKind):
    def queryset(request):
        return Unit.objects.visible_to(request.user).filter(kind=kind) if request else Unit.objects.none()

    return queryset


class EvaluationFilterSet(OfLevels):
    """Which dossiers: by year, kind, place, state, or the name of the unit without tone marks."""

    q = filters.CharFilter(label="Tên đơn vị", method="by_name")
    cycle = CycleFilter(label="Kỳ đánh giá", queryset=visible_cycles)
    year = WholeFilter(label="Năm", field_name="cycle__year", widget=AddressOnly)
    programme = ProgrammeFilter(field_name="cycle__programme", widget=AddressOnly)
    kind = filters.ChoiceFilter(label="Loại đơn vị", choices=JUDGED_CHOICES)
    district = LevelFilter(label="Huyện", queryset=visible_levels(UnitKind.DISTRICT), widget=DistrictSelect)
    commune = LevelFilter(label="Xã", queryset=visible_levels(UnitKind.COMMUNE))
    state = filters.ChoiceFilter(label="Tình trạng", choices=State.choices)
    grade = filters.ChoiceFilter(label="Xếp loại", field_name="grade__label", choices=())
    mine = filters.ChoiceFilter(label="Việc của tôi", choices=DESKS, method="on_my_desk")
    relation = filters.ChoiceFilter(label="Quan hệ", choices=Relation, method="of_relation", empty_label="Mọi quan hệ")
    check = filters.ChoiceFilter(label="Nên kiểm tra", choices=SIGNALS, method="with_signal", empty_label="Mọi hồ sơ")

    class Meta:
        model = Evaluation
        fields = [
            "q",
            "cycle",
            "year",
            "programme",
            "kind",
            "district",
            "commune",
            "state",
            "grade",
            "mine",
            "relation",
            "check",
        ]

    def __init__(self, *args, request=None, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        grade = self.filters["grade"]
        names = grade_names(request.user, self._programmes()) if request else []
        grade.extra["choices"] = [(label, label) for label in names]
        grade.__dict__.pop("_field", None)  # drawing the API's schema has made the class's own, without choices
        if request and not names:
            del self.filters["grade"]

    def _programmes(self) -> QuerySet[Programme] | None:
        """Of the year asked for, whose grades are offered; None is all: no year is asked for, or a grade already is."""
        cycle = whole_number(str(self.data.get("cycle", "")))
        if cycle is None or self.data.get("grade"):
            return None
        return Programme.objects.filter(cycles=cycle)

    def by_name(self, dossiers, name, words):
        return dossiers.filter(unit_search_key__contains=text.search_key(words))

    def on_my_desk(self, dossiers, name, column):
        places = [place.pk for place in self.request.user.places() if place.kind in LEVELS]
        return dossiers.filter(**{f"{column}__in": places})

    def of_relation(self, dossiers, name, value: str):
        return by_relation(dossiers, value, self.request.user)

    def with_signal(self, dossiers, name, value: str):
        return with_signals(dossiers)


class RecognitionFilterSet(OfLevels):
    """Which recognitions: by year, kind, place, certificate."""

    q = filters.CharFilter(label="Tên đơn vị hoặc mã giấy", method="by_words")
    year = WholeFilter(label="Năm", field_name="evaluation__cycle__year")
    programme = ProgrammeFilter(field_name="evaluation__cycle__programme", widget=AddressOnly)
    kind = filters.ChoiceFilter(label="Loại đơn vị", field_name="evaluation__kind", choices=JUDGED_CHOICES)
    district = LevelFilter(
        label="Huyện",
        field_name="evaluation__district",
        queryset=visible_levels(UnitKind.DISTRICT),
        widget=DistrictSelect,
    )

    relation = filters.ChoiceFilter(label="Quan hệ", choices=Relation, method="of_relation", empty_label="Mọi quan hệ")

    class Meta:
        model = Recognition
        fields = ["q", "year", "programme", "kind", "district", "relation"]

    def of_relation(self, rows, name, value: str):
        dossiers = by_relation(Evaluation.objects.visible_to(self.request.user), value, self.request.user)
        return rows.filter(evaluation__in=dossiers)

    def by_words(self, rows, name, words):
        return rows.filter(
            Q(evaluation__unit_search_key__contains=text.search_key(words)) | Q(certificate__iexact=words.strip())
        )


class CycleFilterSet(filters.FilterSet):
    """Which years: by year, programme, locked or not."""

    year = WholeFilter(label="Năm")
    programme = ProgrammeFilter()
    status = filters.ChoiceFilter(label="Tình trạng", choices=CycleStatus.choices)

    class Meta:
        model = Cycle
        fields = ["year", "programme", "status"]


class SittingFilterSet(filters.FilterSet):
    """Which sittings: by the year and programme of the dossiers considered."""

    cycle = CycleFilter(label="Kỳ đánh giá", queryset=visible_cycles)
    year = WholeFilter(label="Năm", field_name="cycle__year")
    programme = ProgrammeFilter(field_name="cycle__programme")

    class Meta:
        model = Sitting
        fields = ["cycle", "year", "programme"]


class DecisionFilterSet(filters.FilterSet):
    """Which decisions: by year, kind, number."""

    year = WholeFilter(label="Năm")
    programme = ProgrammeFilter(field_name="sitting__cycle__programme", widget=AddressOnly)
    kind = filters.ChoiceFilter(label="Loại", choices=DecisionKind.choices)
    number = WholeFilter(label="Số")

    class Meta:
        model = Decision
        fields = ["year", "programme", "kind", "number"]


class UnitsOfPlaces(filters.FilterSet):
    """Units of the places the reader may look at (`places`), by name and place; the year is asked of what is told of
    them. What the address names and cannot be is left out."""

    q = filters.CharFilter(label="Tên đơn vị", method="by_name", max_length=200)
    year = filters.TypedChoiceFilter(label="Năm", coerce=int, method="as_asked")
    district = LevelFilter(label="Huyện", queryset=Unit.objects.none(), empty_label=EVERY, widget=DistrictSelect)
    commune = LevelFilter(label="Xã", queryset=Unit.objects.none(), empty_label=EVERY)

    class Meta:
        model = Unit
        fields = ["q", "year", "district", "commune"]

    def __init__(self, data, queryset, *, years: list[int]):
        super().__init__(data, queryset)
        self.filters["year"].extra["choices"] = [(year, year) for year in years]
        for kind in (UnitKind.DISTRICT, UnitKind.COMMUNE):
            self.filters[kind.value].queryset = queryset.filter(kind=kind)

    def by_name(self, units, name, words):
        return units.filter(search_key__contains=text.search_key(words))

    def as_asked(self, units, name, value):
        """Read by the page (`chosen`), which asks more than a filter can."""
        return units

    def chosen(self, name: str) -> Any:
        """The value chosen, None where nothing or nonsense was."""
        self.form.is_valid()
        return self.form.cleaned_data.get(name) or None


class BarredFilterSet(UnitsOfPlaces):
    """Which barred units: year, place, name."""


class StreakFilterSet(UnitsOfPlaces):
    """Which row of years to look at: rule, year, place, how near a title."""

    NEAR = (("one", "Còn một năm nữa"), ("danger", "Có nguy cơ đứt"), ("doing", "Đang làm hồ sơ"))
    rule = filters.TypedChoiceFilter(label="Quy tắc", coerce=int, method="as_asked")
    near = filters.ChoiceFilter(label="Đơn vị", choices=NEAR, method="as_asked", empty_label=EVERY)

    class Meta(UnitsOfPlaces.Meta):
        fields = ["q", "rule", "year", "near", "district", "commune"]

    def __init__(self, data, queryset, *, rules, years: list[int]):
        super().__init__(data, queryset, years=years)
        self.filters["year"].label = "Tính đến năm"
        self.filters["rule"].extra["choices"] = [(rule.pk, rule.name) for rule in rules]


class SelectionFilterSet(OfLevels):
    """Which candidates: by name, criteria set, place, chosen or not."""

    STATES = (("chosen", "Đã chọn"), ("open", "Chưa chọn"))
    q = filters.CharFilter(label="Tên đơn vị", method="by_name", max_length=200)
    criteria_set = filters.ModelChoiceFilter(
        label="Bộ tiêu chí", queryset=CriteriaSet.objects.none(), empty_label=EVERY
    )
    district = LevelFilter(label="Huyện", queryset=Unit.objects.none(), empty_label=EVERY, widget=DistrictSelect)
    state = filters.ChoiceFilter(label="Đã chọn chưa", choices=STATES, method="by_choice", empty_label=EVERY)

    class Meta:
        model = Evaluation
        fields = ["q", "criteria_set", "district", "state"]

    def __init__(self, data, queryset, *, request):
        super().__init__(data, queryset, request=request)
        used = queryset.order_by().values("criteria_set")
        self.filters["criteria_set"].queryset = CriteriaSet.objects.filter(pk__in=used)
        # of one year: its own districts, not those that ended before it
        districts = queryset.order_by().values("district")
        self.filters["district"].queryset = Unit.objects.visible_to(request.user).filter(pk__in=districts)

    def by_name(self, dossiers, name, words):
        return dossiers.filter(unit_search_key__contains=text.search_key(words))

    def by_choice(self, dossiers, name, value: str):
        if value == "chosen":
            return dossiers.exclude(state__in=NOT_REGISTERED)
        return dossiers.filter(state=State.EXPECTED)


class PastTotalFilterSet(filters.FilterSet):
    """Which totals of past years: by place, programme, year, kind; those taken away when asked for."""

    AWAY = (("away", "Đã bỏ"), ("all", "Cả số đã bỏ"))
    q = filters.CharFilter(label="Tên địa bàn", method="by_place", max_length=200)
    programme = filters.ModelChoiceFilter(label="Chương trình", queryset=Programme.objects.all(), empty_label=EVERY)
    year = WholeFilter(label="Năm")
    kind = filters.ChoiceFilter(label="Loại đơn vị", choices=JUDGED_CHOICES, empty_label=EVERY)
    away = filters.ChoiceFilter(label="Tình trạng", choices=AWAY, method="as_asked", empty_label="Đang dùng")

    class Meta:
        model = PastTotal
        fields = ["q", "programme", "year", "kind", "away"]

    def filter_queryset(self, queryset):
        """Without those taken away, unless they are asked for."""
        found = super().filter_queryset(queryset)
        asked = self.form.cleaned_data.get("away")
        return found if asked == "all" else found.filter(is_away=asked == "away")

    def by_place(self, totals, name, words):
        return totals.filter(place__in=Unit.objects.visible_to(self.request.user).search(words))

    def as_asked(self, totals, name, value):
        """Read by `filter_queryset`, which asks the same of every list."""
        return totals
