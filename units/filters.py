"""One filter set for the list of units: page, export and API."""

import django_filters as filters
from django.db.models import Q, TextChoices
from django.forms import TextInput
from django.utils import timezone

from . import text
from .enums import Role, Subtype, UnitKind
from .models import Placement, Unit, on


class Standing(TextChoices):
    OPEN = "open", "Đang hoạt động"
    CLOSED = "closed", "Đã kết thúc"
    ALL = "all", "Tất cả"


def _visible(kind: str):
    def units(request):
        if request is None:  # the API's schema is drawn without a request
            return Unit.objects.none()
        return Unit.objects.visible_to(request.user).filter(kind=kind)

    return units


class UnitFilterSet(filters.FilterSet):
    """Without a search the list is in the order of the alphabet; with one, the nearest names come first."""

    q = filters.CharFilter(label="Tên hoặc mã số", method="filter_q", max_length=100)
    kind = filters.ChoiceFilter(label="Loại đơn vị", choices=UnitKind, empty_label="Tất cả các loại")
    subtype = filters.ChoiceFilter(label="Phân loại", choices=Subtype)
    province = filters.ModelChoiceFilter(label="Tỉnh", queryset=_visible(UnitKind.PROVINCE))
    district = filters.ModelChoiceFilter(label="Huyện", queryset=_visible(UnitKind.DISTRICT), empty_label="Tất cả")
    commune = filters.ModelChoiceFilter(label="Xã", queryset=_visible(UnitKind.COMMUNE))
    parent = filters.NumberFilter(
        label="Đơn vị quản lý (mã trong cổng)", field_name="parent_id", min_value=1, max_value=2**63 - 1
    )
    standing = filters.ChoiceFilter(
        label="Tình trạng", choices=Standing, method="filter_standing", empty_label="Đang hoạt động"
    )

    class Meta:
        model = Unit
        fields = ("q", "kind", "subtype", "province", "district", "commune", "parent", "standing")

    def filter_queryset(self, queryset):
        if not self.form.cleaned_data.get("standing"):
            queryset = queryset.open_on()
        return super().filter_queryset(queryset)

    def filter_q(self, queryset, name, words):
        return queryset.search(words).nearest_first(words)

    def filter_standing(self, queryset, name, value: str):
        if value == Standing.OPEN:
            return queryset.open_on()
        return queryset.filter(closed_on__lt=timezone.localdate()) if value == Standing.CLOSED else queryset


class PlacementFilterSet(filters.FilterSet):
    """People by name of post or place, role and time."""

    q = filters.CharFilter(
        label="Chức danh, tài khoản, nơi công tác", method="filter_q", max_length=100, widget=TextInput
    )
    role = filters.ChoiceFilter(label="Vai trò", choices=Role, empty_label="Tất cả vai trò")
    standing = filters.ChoiceFilter(
        label="Tình trạng", choices=Standing, method="filter_standing", empty_label="Đang giữ vai trò"
    )

    class Meta:
        model = Placement
        fields = ("q", "role", "standing")

    def filter_queryset(self, queryset):
        if not self.form.cleaned_data.get("standing"):
            queryset = self.filter_standing(queryset, "standing", Standing.OPEN)
        return super().filter_queryset(queryset)

    def filter_q(self, queryset, name, words):

        key = text.search_key(words)
        return queryset.filter(Q(user__search_key__contains=key) | Q(unit__search_key__contains=key))

    def filter_standing(self, queryset, name, value):
        today = timezone.localdate()
        coming = Q(valid_from__gt=today, withdrawn_at=None)
        if value == Standing.OPEN:
            return queryset.filter(on() & Q(withdrawn_at=None) | coming)
        if value == Standing.CLOSED:
            return queryset.filter(Q(valid_to__lt=today) | Q(withdrawn_at__isnull=False))
        return queryset
