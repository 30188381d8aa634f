"""Programmes and criteria sets for other systems: read only, open to everyone who signs in."""

from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from .enums import Comparison, NotApplicable
from .filters import CriteriaSetFilterSet
from .models import (
    Cap,
    CriteriaSet,
    Criterion,
    Deadline,
    DossierPaper,
    Grade,
    LegalDocument,
    Precondition,
    Programme,
    Quota,
    Route,
)


class LegalDocumentSerializer(serializers.ModelSerializer):
    class Meta:
        model = LegalDocument
        fields = ("code", "number", "title", "issuer", "issued_on", "in_force_on", "ended_on", "province_code")
        read_only_fields = fields


class ExcuseSerializer(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # -- a column named like an attribute of fields
    short = serializers.CharField()


class CriterionSerializer(serializers.ModelSerializer):
    """One line of a set; `parent` is the code of its group."""

    parent: Any = serializers.SlugRelatedField("code", read_only=True, allow_null=True)
    comparison = serializers.ChoiceField(choices=Comparison.choices, allow_blank=True, read_only=True)
    derived_from = serializers.ListField(child=serializers.CharField(), read_only=True)
    excuses = ExcuseSerializer(many=True, read_only=True)

    class Meta:
        model = Criterion
        fields = (
            *("code", "parent", "order", "number", "label", "article", "guidance", "measure", "comparison"),
            *("threshold", "numerator_label", "denominator_label", "max_points", "derivation", "derived_from"),
            *("excuses", "not_applicable_when", "due_quarter", "needs_evidence", "reuses", "follows", "confidence"),
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


class GradeSerializer(serializers.ModelSerializer):
    """A grade; without `lower_bound` where the law was not read."""

    class Meta:
        model = Grade
        fields = ("rank", "label", "lower_bound", "article", "confidence")
        read_only_fields = fields


class CapSerializer(serializers.ModelSerializer):
    """The best rank left when the criterion of that code is not met."""

    criterion: serializers.SlugRelatedField = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Cap
        fields = ("criterion", "best_rank", "article", "confidence")
        read_only_fields = fields


class PreconditionSerializer(serializers.ModelSerializer):
    """A result of another programme, 0 or more years back; without `best_rank` it bars the outcome."""

    programme: serializers.SlugRelatedField = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = Precondition
        fields = ("programme", "years_back", "worst_rank", "best_rank", "label", "article", "confidence")
        read_only_fields = fields


class QuotaSerializer(serializers.ModelSerializer):
    class Meta:
        model = Quota
        fields = ("level", "minimum", "article", "confidence")
        read_only_fields = fields


class DossierPaperSerializer(serializers.ModelSerializer):
    class Meta:
        model = DossierPaper
        fields = ("order", "name", "article", "confidence")
        read_only_fields = fields


class BaseSetSerializer(serializers.ModelSerializer):
    """The set an overlay adds to."""

    class Meta:
        model = CriteriaSet
        fields = ("id", "code", "version")
        read_only_fields = fields


class CriteriaSetSerializer(serializers.ModelSerializer):
    """A set with its criteria in order, how they come to an outcome, and its routes with their deadlines."""

    programme: serializers.SlugRelatedField = serializers.SlugRelatedField("code", read_only=True)
    document = LegalDocumentSerializer(read_only=True)
    base = BaseSetSerializer(read_only=True, allow_null=True)
    unit_kinds = serializers.ListField(child=serializers.CharField(), read_only=True)
    excluded_subtypes = serializers.ListField(child=serializers.CharField(), read_only=True)
    not_applicable_rule = serializers.ChoiceField(choices=NotApplicable.choices, allow_blank=True, read_only=True)
    gaps = serializers.ListField(child=serializers.CharField(), read_only=True)
    criteria = CriterionSerializer(many=True, read_only=True)
    routes = RouteSerializer(many=True, read_only=True)
    grades = GradeSerializer(many=True, read_only=True)
    caps = CapSerializer(many=True, read_only=True)
    preconditions = PreconditionSerializer(many=True, read_only=True)
    quotas = QuotaSerializer(many=True, read_only=True)
    papers = DossierPaperSerializer(many=True, read_only=True)

    class Meta:
        model = CriteriaSet
        fields = (
            *("id", "programme", "document", "code", "version", "name", "unit_kinds", "excluded_subtypes"),
            *("outcome", "first_year", "last_year", "window_from", "window_to", "window_article"),
            *("province_code", "place_code", "base", "is_example", "by_selection", "needed_met", "points_total"),
            *("not_applicable_rule", "gaps", "status", "sha256", "criteria", "routes"),
            *("grades", "caps", "preconditions", "quotas", "papers"),
        )
        read_only_fields = fields


class ProgrammeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Programme
        fields = ("id", "code", "name", "title")
        read_only_fields = fields


class ProgrammeViewSet(viewsets.ReadOnlyModelViewSet):
    """Chương trình đánh giá hằng năm; mã của chương trình dùng để lọc ở các danh sách khác."""

    permission_classes = (IsAuthenticated,)
    serializer_class = ProgrammeSerializer
    queryset = Programme.objects.none()  # for the schema; every answer goes through visible_to

    def get_queryset(self):
        return Programme.objects.visible_to(self.request.user).order_by("code")


class CriteriaSetViewSet(viewsets.ReadOnlyModelViewSet):
    """Bộ tiêu chí, kèm tiêu chí, xếp loại, điều kiện, tuyến xét duyệt và thời hạn; lọc như trên trang danh sách."""

    permission_classes = (IsAuthenticated,)
    serializer_class = CriteriaSetSerializer
    filterset_class = CriteriaSetFilterSet
    queryset = CriteriaSet.objects.none()  # for the schema; every answer goes through visible_to

    def get_queryset(self):
        sets = CriteriaSet.objects.visible_to(self.request.user).select_related("programme", "document", "base")
        deadlines = Prefetch("routes__deadlines", Deadline.objects.order_by("month", "day", "pk"))
        parts = ("criteria__parent", "grades", "caps__criterion", "preconditions__programme", "quotas", "papers")
        return sets.prefetch_related(*parts, deadlines).order_by("programme", "code", "version")
