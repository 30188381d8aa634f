"""Units and their registers for other systems: read only, within the caller's place."""

from django.db.models import Prefetch
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from .filters import REGISTER_FILTERS, UnitFilterSet
from .models import Committee, Delegation, Seat, Unit
from .registers import REGISTERS, Register


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


# --- registers ---------------------------------------------------------------------------------------------------
def register_serializer(register: Register) -> type[serializers.ModelSerializer]:
    """A register's row: its place by id, its own columns, labels beside choices."""
    place = register.place
    levels = {
        level: serializers.IntegerField(
            source=f"{place.replace('__', '.')}.{level}_id", read_only=True, default=None, allow_null=True
        )
        for level in ("province", "district", "commune")
    }
    body: dict = {
        "unit": serializers.IntegerField(source=f"{place.replace('__', '.')}.pk", read_only=True),
        "unit_name": serializers.CharField(source=f"{place.replace('__', '.')}.name", read_only=True),
        **levels,
        **{
            f"{name}_label": serializers.CharField(source=f"get_{name}_display", read_only=True)
            for name in register.choices
        },
    }
    holder: tuple[str, ...] = ()
    if register.holder:
        holder = (register.holder, f"{register.holder}_name")
        body[holder[1]] = serializers.CharField(source=f"{register.holder}.name", read_only=True)
    labels = tuple(f"{name}_label" for name in register.choices)
    fields = ("id", "unit", "unit_name", *levels, *holder, *register.columns, *labels, "is_demo", "saved_at")
    body["Meta"] = type("Meta", (), {"model": register.model, "fields": fields, "read_only_fields": fields})
    body["__doc__"] = register.about
    return type(f"{register.model.__name__}Serializer", (serializers.ModelSerializer,), body)


def register_viewset(register: Register) -> type[viewsets.ReadOnlyModelViewSet]:
    """One register over the API: read only, the page's scope, filters and order."""

    def get_queryset(self):
        rows = register.model._default_manager.visible_to(self.request.user)
        return rows.select_related(*register.related()).order_by(*register.order())

    body = {
        "__doc__": f"{register.title}: {register.about}",
        "permission_classes": (IsAuthenticated,),
        "serializer_class": register_serializer(register),
        "filterset_class": REGISTER_FILTERS[register.slug],
        "queryset": register.model._default_manager.none(),  # for the schema; every answer goes through visible_to
        "get_queryset": get_queryset,
    }
    return type(f"{register.model.__name__}ViewSet", (viewsets.ReadOnlyModelViewSet,), body)


REGISTER_VIEWSETS = {register.api: register_viewset(register) for register in REGISTERS.values()}


class DelegationSerializer(serializers.ModelSerializer):
    """An organisation's management handed one level down for a time."""

    unit_name = serializers.CharField(source="unit.name", read_only=True)

    class Meta:
        model = Delegation
        fields = (
            *("id", "unit", "unit_name", "giver", "receiver", "valid_from", "valid_to"),
            *("number", "signed_on", "withdrawn_at"),
        )
        read_only_fields = fields


class DelegationViewSet(viewsets.ReadOnlyModelViewSet):
    """Uỷ quyền quản lý do các nơi trong phạm vi của người gọi giao hoặc nhận."""

    permission_classes = (IsAuthenticated,)
    serializer_class = DelegationSerializer
    queryset = Delegation.objects.none()

    def get_queryset(self):
        return Delegation.objects.visible_to(self.request.user).select_related("unit")


class SeatSerializer(serializers.ModelSerializer):
    """A member by post, never by name or account."""

    class Meta:
        model = Seat
        fields = ("id", "post", "host_post", "valid_from", "valid_to", "replaces", "is_demo")
        read_only_fields = fields


class CommitteeSerializer(serializers.ModelSerializer):
    """A steering committee with its seats of all times; members of a day are those in force on it."""

    unit_name = serializers.CharField(source="unit.name", read_only=True)
    seats = SeatSerializer(many=True, read_only=True)

    class Meta:
        model = Committee
        fields = (
            *("id", "unit", "unit_name", "name", "quorum_percent", "approval_percent"),
            *("valid_from", "valid_to", "seats"),
        )
        read_only_fields = fields


class CommitteeViewSet(viewsets.ReadOnlyModelViewSet):
    """Ban Chỉ đạo các cấp trong phạm vi của người gọi, kèm các thành viên theo chức vụ và thời gian."""

    permission_classes = (IsAuthenticated,)
    serializer_class = CommitteeSerializer
    queryset = Committee.objects.none()  # for the schema; every answer goes through visible_to

    def get_queryset(self):
        seats = Prefetch("seats", Seat.objects.order_by("valid_from", "pk"))
        visible = Committee.objects.visible_to(self.request.user)
        return visible.select_related("unit").prefetch_related(seats).order_by("unit__sort_key", "valid_from", "pk")
