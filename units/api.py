"""Units for other systems: read only, within the caller's place."""

from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from .filters import UnitFilterSet
from .models import Unit


class UnitSerializer(serializers.ModelSerializer):
    """A unit with its managing units by id."""

    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    subtype_label = serializers.CharField(source="get_subtype_display", read_only=True)

    class Meta:
        model = Unit
        fields = (
            *("id", "kind", "kind_label", "subtype", "subtype_label", "code", "name", "parent", "stands_in"),
            *("province", "district", "commune", "opened_on", "closed_on", "is_demo"),
        )
        read_only_fields = fields


class UnitViewSet(viewsets.ReadOnlyModelViewSet):
    """Đơn vị trong phạm vi của người gọi; lọc như trên trang danh sách."""

    permission_classes = (IsAuthenticated,)
    serializer_class = UnitSerializer
    filterset_class = UnitFilterSet
    queryset = Unit.objects.none()  # for the schema; every answer goes through visible_to

    def get_queryset(self):
        return Unit.objects.visible_to(self.request.user)

    def filter_queryset(self, queryset):
        return queryset if self.detail else super().filter_queryset(queryset)
