"""One filter set for the list of criteria sets: page and API."""

import django_filters as filters

from portal.core.filters import WholeFilter
from units.enums import JUDGED

from .models import CriteriaSet, Programme

KINDS = [(kind.value, kind.label) for kind in JUDGED]


class ProgrammeFilter(filters.ModelChoiceFilter):
    """Rows of one programme, asked for by its code: the same on every page and machine."""

    def __init__(self, **more):
        said = {"label": "Chương trình", "empty_label": "Tất cả các chương trình"}
        super().__init__(queryset=Programme.objects.all(), to_field_name="code", **said | more)


class CriteriaSetFilterSet(filters.FilterSet):
    programme = ProgrammeFilter()
    kind = filters.ChoiceFilter(label="Loại đơn vị", choices=KINDS, method="filter_kind", empty_label="Tất cả các loại")
    year = WholeFilter(label="Áp dụng cho năm", method="filter_year", min_value=2000, max_value=2100)

    class Meta:
        model = CriteriaSet
        fields = ("programme", "kind", "year")

    def filter_kind(self, queryset, name, value):
        return queryset.filter(unit_kinds__icontains=value)  # JSON text: the quotes make it a whole word

    def filter_year(self, queryset, name, value):
        return queryset.for_year(int(value))
