"""Years, dossiers, sittings, decisions and recognitions over the API: read only, the pages' scope and filters."""

from django.db.models import Count, F
from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from .filters import (
    CycleFilterSet,
    DecisionFilterSet,
    EvaluationFilterSet,
    RecognitionFilterSet,
    SittingFilterSet,
)
from .models import Cycle, Decision, Evaluation, Recognition, Sitting


class CycleSerializer(serializers.ModelSerializer):
    """A programme's year in a province, or in one place of it."""

    programme = serializers.CharField(source="programme.code", read_only=True)
    scope_name = serializers.CharField(read_only=True, help_text="Nơi có kỳ: tỉnh, hoặc nơi có kỳ riêng.")
    status_label = serializers.CharField(source="get_status_display", read_only=True)

    class Meta:
        model = Cycle
        fields = (
            *("id", "programme", "year", "province", "place", "scope_name", "as_of", "status", "status_label"),
            *("source", "is_demo", "is_example", "opened_at", "locked_at"),
        )
        read_only_fields = fields


class CycleViewSet(viewsets.ReadOnlyModelViewSet):
    """Kỳ đánh giá của các tỉnh trong phạm vi của người dùng."""

    permission_classes = (IsAuthenticated,)
    serializer_class = CycleSerializer
    filterset_class = CycleFilterSet
    queryset = Cycle.objects.none()  # for the schema; every answer goes through visible_to

    def get_queryset(self):
        cycles = Cycle.objects.visible_to(self.request.user).select_related("programme", "province")
        return cycles.order_by("-year", "programme__code", "pk")


class SittingSerializer(serializers.ModelSerializer):
    """A committee's meeting: when, over which year, of how many dossiers; no member by name."""

    unit = serializers.IntegerField(source="committee.unit_id", read_only=True)
    committee_name = serializers.CharField(source="held_by", read_only=True, help_text="Tên Ban khi họp.")
    year = serializers.IntegerField(source="cycle.year", read_only=True)
    programme = serializers.CharField(source="cycle.programme.code", read_only=True)
    is_example = serializers.BooleanField(source="cycle.is_example", read_only=True)
    dossiers = serializers.IntegerField(read_only=True, help_text="Số hồ sơ đưa ra phiên họp.")

    class Meta:
        model = Sitting
        fields = (
            *("id", "unit", "committee", "committee_name", "cycle", "year", "programme", "is_example"),
            *("held_on", "place", "dossiers", "seats_total", "closed_at"),
        )
        read_only_fields = fields


class SittingViewSet(viewsets.ReadOnlyModelViewSet):
    """Phiên họp của các Ban Chỉ đạo trong phạm vi của người dùng."""

    permission_classes = (IsAuthenticated,)
    serializer_class = SittingSerializer
    filterset_class = SittingFilterSet
    queryset = Sitting.objects.none()  # for the schema; every answer goes through visible_to

    def get_queryset(self):
        sittings = Sitting.objects.visible_to(self.request.user).select_related("committee", "cycle__programme")
        return sittings.annotate(dossiers=Count("items")).order_by("-held_on", "-pk")


class EvaluationSerializer(serializers.ModelSerializer):
    """A dossier with its place as frozen when the cycle opened."""

    year = serializers.IntegerField(source="cycle.year", read_only=True)
    programme = serializers.CharField(source="cycle.programme.code", read_only=True)
    criteria_set = serializers.CharField(source="criteria_set.code", read_only=True)
    is_example = serializers.BooleanField(
        source="cycle.is_example", read_only=True, help_text="Theo bộ tiêu chí ví dụ, không phải luật."
    )
    grade = serializers.CharField(
        source="grade.label", read_only=True, default=None, allow_null=True, help_text="Tên loại."
    )
    grade_rank = serializers.IntegerField(
        source="grade.rank", read_only=True, default=None, allow_null=True, help_text="Bậc của loại; 1 là cao nhất."
    )
    state_label = serializers.CharField(source="get_state_display", read_only=True)

    class Meta:
        model = Evaluation
        fields = [
            "id",
            "cycle",
            "year",
            "programme",
            "criteria_set",
            "unit",
            "unit_name",
            "kind",
            "subtype",
            "managed_at",
            "province",
            "district",
            "commune",
            "stands_in",
            "delegated_to",
            "state",
            "state_label",
            "grade",
            "grade_rank",
            "points",
            "met_count",
            "is_example",
            "registered_on",
            "submitted_at",
            "appraised_at",
        ]
        read_only_fields = fields


class EvaluationViewSet(viewsets.ReadOnlyModelViewSet):
    """Hồ sơ đánh giá trong phạm vi của người dùng."""

    permission_classes = [IsAuthenticated]
    serializer_class = EvaluationSerializer
    filterset_class = EvaluationFilterSet
    queryset = Evaluation.objects.none()

    def get_queryset(self):
        dossiers = Evaluation.objects.visible_to(self.request.user)
        return dossiers.select_related("cycle__programme", "criteria_set", "grade")


class DecisionSerializer(serializers.ModelSerializer):
    """A decision; without number and day of signing while it is a draft."""

    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    issuer_name = serializers.CharField(source="issuer.name", read_only=True)
    programme = serializers.CharField(
        source="sitting.cycle.programme.code",
        read_only=True,
        default=None,
        allow_null=True,
        help_text="Chương trình của phiên họp; không có ở quyết định không do phiên họp đề nghị.",
    )
    reference = serializers.CharField(read_only=True, help_text="Số và ký hiệu như bản in; dự thảo để trống.")
    dossiers = serializers.IntegerField(read_only=True, help_text="Số đơn vị được công nhận theo quyết định.")

    class Meta:
        model = Decision
        fields = (
            *("id", "kind", "kind_label", "issuer", "issuer_name", "sitting", "programme", "year", "number"),
            *("symbol", "reference", "signed_on", "issued_at", "dossiers"),
        )
        read_only_fields = fields


class DecisionViewSet(viewsets.ReadOnlyModelViewSet):
    """Quyết định của các nơi trong phạm vi của người dùng, cả dự thảo."""

    permission_classes = (IsAuthenticated,)
    serializer_class = DecisionSerializer
    filterset_class = DecisionFilterSet
    queryset = Decision.objects.none()  # for the schema; every answer goes through visible_to

    def get_queryset(self):
        decisions = Decision.objects.visible_to(self.request.user)
        decisions = decisions.select_related("issuer", "sitting__cycle__programme")
        newest_first = F("signed_on").desc(nulls_first=True)
        return decisions.annotate(dossiers=Count("recognitions")).order_by(newest_first, "-pk")


class RecognitionSerializer(serializers.ModelSerializer):
    """A recognition with the decision it rests on."""

    unit = serializers.IntegerField(source="evaluation.unit_id", read_only=True)
    unit_name = serializers.CharField(source="evaluation.unit_name", read_only=True)
    year = serializers.IntegerField(source="evaluation.cycle.year", read_only=True)
    programme = serializers.CharField(source="evaluation.cycle.programme.code", read_only=True)
    grade = serializers.CharField(
        source="evaluation.grade.label", read_only=True, default=None, allow_null=True, help_text="Tên loại."
    )
    grade_rank = serializers.IntegerField(source="evaluation.grade.rank", read_only=True, default=None, allow_null=True)
    is_example = serializers.BooleanField(source="evaluation.cycle.is_example", read_only=True)
    decision = serializers.CharField(source="decision.reference", read_only=True)
    signed_on = serializers.DateField(source="decision.signed_on", read_only=True, allow_null=True)
    revoked = serializers.SerializerMethodField()

    class Meta:
        model = Recognition
        fields = [
            "id",
            "evaluation",
            "unit",
            "unit_name",
            "year",
            "programme",
            "grade",
            "grade_rank",
            "is_example",
            "certificate",
            "decision",
            "signed_on",
            "revoked",
        ]
        read_only_fields = fields

    def get_revoked(self, recognition) -> bool:
        return recognition.revoked_by_id is not None


class RecognitionViewSet(viewsets.ReadOnlyModelViewSet):
    """Đơn vị được công nhận trong phạm vi của người dùng."""

    permission_classes = [IsAuthenticated]
    serializer_class = RecognitionSerializer
    filterset_class = RecognitionFilterSet
    queryset = Recognition.objects.none()

    def get_queryset(self):
        rows = Recognition.objects.visible_to(self.request.user)
        return rows.select_related("evaluation__cycle__programme", "evaluation__grade", "decision")
