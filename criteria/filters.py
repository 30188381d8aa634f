"""One filter set for the list of criteria sets: page and API."""

import django_filters as filters

from portal.core.filters import WholeFilter
from units.enums import JUDGED

from .models import CriteriaSet, Programme

KINDS = [(kind.value, kind.label) for kind in JUDGED]


class CriteriaSetFilterSet(filters.FilterSet):
    programme = filters.ModelChoiceFilter(
        label="Chương trình", queryset=Programme.objects.all(), empty_label="Tất cả các chương trình"
    )
    kind = filters.ChoiceFilter(label="Loại đơn vị", choices=KINDS, method="filter_kind", empty_label="Tất cả các loại")
    year = WholeFilter(label="Áp dụng cho năm", method="filter_year", min_value=2000, max_value=2100)

    class Meta:
        model = CriteriaSet
        fields = ("programme", "kind", "year")

    def filter_kind(self, queryset, name, value):
        return queryset.filter(unit_kinds__icontains=value)  # JSON text: the quotes make it a whole word

    def filter_year(self, queryset, name, value):
        return queryset.for_year(int(value))
