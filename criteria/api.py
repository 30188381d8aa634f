"""Criteria sets for other systems: read only, open to everyone who signs in."""

from django.db.models import Prefetch
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from .filters import CriteriaSetFilterSet
from .models import CriteriaSet, Criterion, Deadline, LegalDocument, Route


class LegalDocumentSerializer(serializers.ModelSerializer):
    class Meta:
        model = LegalDocument
        fields = ("code", "number", "title", "issuer", "issued_on", "in_force_on", "ended_on")
        read_only_fields = fields


class ExcuseSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()
    short = serializers.CharField()


class CriterionSerializer(serializers.ModelSerializer):
    """One line of a set; `parent` is the code of its group."""

    parent = serializers.SlugRelatedField("code", read_only=True, allow_null=True)
    excuses = ExcuseSerializer(many=True, read_only=True)

    class Meta:
        model = Criterion
        fields = (
            *("code", "parent", "order", "number", "label", "article", "guidance", "measure", "comparison"),
            *("threshold", "numerator_label", "denominator_label", "max_points", "derivation", "excuses"),
            *("not_applicable_when", "due_quarter", "needs_evidence", "reuses", "confidence"),
        )
        read_only_fields = fields


class DeadlineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Deadline
        fields = ("step", "month", "day", "inclusive", "article")
        read_only_fields = fields


class RouteSerializer(serializers.ModelSerializer):
    deadlines = DeadlineSerializer(many=True, read_only=True)

    class Meta:
        model = Route
        fields = (
            *("kind", "managed_at", "enter_level", "appraise_level", "decide_level", "authority"),
            *("article", "confidence", "valid_from", "valid_to", "deadlines"),
        )
        read_only_fields = fields


class CriteriaSetSerializer(serializers.ModelSerializer):
    """A set with its criteria in order and its routes with their deadlines."""

    programme = serializers.SlugRelatedField("code", read_only=True)
    document = LegalDocumentSerializer(read_only=True)
    unit_kinds = serializers.ListField(child=serializers.CharField(), read_only=True)
    excluded_subtypes = serializers.ListField(child=serializers.CharField(), read_only=True)
    gaps = serializers.ListField(child=serializers.CharField(), read_only=True)
    criteria = CriterionSerializer(many=True, read_only=True)
    routes = RouteSerializer(many=True, read_only=True)

    class Meta:
        model = CriteriaSet
        fields = (
            *("id", "programme", "document", "code", "version", "name", "unit_kinds", "excluded_subtypes"),
            *("outcome", "first_year", "last_year", "window_from", "window_to", "window_article"),
            *("gaps", "status", "sha256", "criteria", "routes"),
        )
        read_only_fields = fields


class CriteriaSetViewSet(viewsets.ReadOnlyModelViewSet):
    """Bộ tiêu chí, kèm tiêu chí, tuyến xét duyệt và thời hạn; lọc như trên trang danh sách."""

    permission_classes = (IsAuthenticated,)
    serializer_class = CriteriaSetSerializer
    filterset_class = CriteriaSetFilterSet
    queryset = CriteriaSet.objects.none()  # for the schema; every answer goes through visible_to

    def get_queryset(self):
        sets = CriteriaSet.objects.visible_to(self.request.user).select_related("programme", "document")
        deadlines = Prefetch("routes__deadlines", Deadline.objects.order_by("month", "day", "pk"))
        return sets.prefetch_related("criteria__parent", deadlines).order_by("programme", "code", "version")

    def filter_queryset(self, queryset):
        return queryset if self.detail else super().filter_queryset(queryset)
