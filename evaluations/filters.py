"""The filters of files and recognitions, shared by page and API."""

import django_filters as filters
from django import forms
from django.db.models import Q

from criteria.models import CriteriaSet, Grade
from units import text
from units.enums import LEVELS, Relation, UnitKind
from units.filters import by_relation
from units.models import Unit

from .enums import DecisionKind, State
from .forms import CycleLabel
from .models import JUDGED_CHOICES, Cycle, Decision, Evaluation, Recognition

DESKS = (("entry_unit", "Tôi nhập"), ("appraisal_unit", "Tôi thẩm định"), ("decision_unit", "Cấp tôi công nhận"))


def visible_cycles(request):
    return Cycle.objects.visible_to(request.user).to_choose() if request else Cycle.objects.none()


class CycleFilterField(CycleLabel, filters.fields.ModelChoiceField):
    pass


class CycleFilter(filters.ModelChoiceFilter):
    field_class = CycleFilterField


def visible_grades(request) -> list[str]:
    """Names of grades in the sets the user may read, best first, each once."""
    if request is None:
        return []
    sets = CriteriaSet.objects.visible_to(request.user)
    found = Grade.objects.filter(criteria_set__in=sets).order_by("rank", "label").values_list("label", flat=True)
    return list(dict.fromkeys(found))


def visible_levels(kind: UnitKind):
    def queryset(request):
        return Unit.objects.visible_to(request.user).filter(kind=kind) if request else Unit.objects.none()

    return queryset


class EvaluationFilterSet(filters.FilterSet):
    """Which files: by year, kind, place, state, or the name of the unit without tone marks."""

    q = filters.CharFilter(label="Tên đơn vị", method="by_name")
    cycle = CycleFilter(label="Kỳ đánh giá", queryset=visible_cycles)
    kind = filters.ChoiceFilter(label="Loại đơn vị", choices=JUDGED_CHOICES)
    district = filters.ModelChoiceFilter(label="Huyện", queryset=visible_levels(UnitKind.DISTRICT))
    commune = filters.ModelChoiceFilter(label="Xã", queryset=visible_levels(UnitKind.COMMUNE))
    state = filters.ChoiceFilter(label="Tình trạng", choices=State.choices)
    grade = filters.ChoiceFilter(label="Xếp loại", field_name="grade__label", choices=())
    mine = filters.ChoiceFilter(label="Việc của tôi", choices=DESKS, method="on_my_desk")
    relation = filters.ChoiceFilter(label="Quan hệ", choices=Relation, method="of_relation", empty_label="Mọi quan hệ")

    class Meta:
        model = Evaluation
        fields = ["q", "cycle", "kind", "district", "commune", "state", "grade", "mine", "relation"]

    def __init__(self, *args, request=None, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        grade = self.filters["grade"]
        grade.extra["choices"] = [(label, label) for label in visible_grades(request)]
        grade.__dict__.pop("_field", None)  # drawing the API's schema has made the class's own, without choices

    def by_name(self, files, name, words):
        return files.filter(unit_search_key__contains=text.search_key(words))

    def on_my_desk(self, files, name, column):
        places = [place.pk for place in self.request.user.places() if place.kind in LEVELS]
        return files.filter(**{f"{column}__in": places})

    def of_relation(self, files, name, value: str):
        return by_relation(files, value, self.request.user)


class RecognitionFilterSet(filters.FilterSet):
    """Which recognitions: by year, kind, place, certificate."""

    q = filters.CharFilter(label="Tên đơn vị hoặc mã giấy", method="by_words")
    year = filters.NumberFilter(label="Năm", field_name="evaluation__cycle__year", widget=forms.NumberInput)
    kind = filters.ChoiceFilter(label="Loại đơn vị", field_name="evaluation__kind", choices=JUDGED_CHOICES)
    district = filters.ModelChoiceFilter(
        label="Huyện", field_name="evaluation__district", queryset=visible_levels(UnitKind.DISTRICT)
    )

    relation = filters.ChoiceFilter(label="Quan hệ", choices=Relation, method="of_relation", empty_label="Mọi quan hệ")

    class Meta:
        model = Recognition
        fields = ["q", "year", "kind", "district", "relation"]

    def of_relation(self, rows, name, value: str):
        files = by_relation(Evaluation.objects.visible_to(self.request.user), value, self.request.user)
        return rows.filter(evaluation__in=files)

    def by_words(self, rows, name, words):
        return rows.filter(
            Q(evaluation__unit_search_key__contains=text.search_key(words)) | Q(certificate__iexact=words.strip())
        )


class DecisionFilterSet(filters.FilterSet):
    """Which decisions: by year, kind, number."""

    year = filters.NumberFilter(label="Năm", widget=forms.NumberInput)
    kind = filters.ChoiceFilter(label="Loại", choices=DecisionKind.choices)
    number = filters.NumberFilter(label="Số", widget=forms.NumberInput)

    class Meta:
        model = Decision
        fields = ["year", "kind", "number"]
