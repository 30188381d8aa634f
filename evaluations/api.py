"""Dossiers and recognitions over the API: read only, the pages' scope and filters."""

from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from .filters import EvaluationFilterSet, RecognitionFilterSet
from .models import Evaluation, Recognition


class EvaluationSerializer(serializers.ModelSerializer):
    """A dossier with its place as frozen when the cycle opened."""

    year = serializers.IntegerField(source="cycle.year", read_only=True)
    programme = serializers.CharField(source="cycle.programme.code", read_only=True)
    criteria_set = serializers.CharField(source="criteria_set.code", read_only=True)
    is_example = serializers.BooleanField(
        source="cycle.is_example", read_only=True, help_text="Theo bộ tiêu chí ví dụ, không phải luật."
    )
    grade = serializers.CharField(source="grade.label", read_only=True, default=None, help_text="Tên loại.")
    grade_rank = serializers.IntegerField(
        source="grade.rank", read_only=True, default=None, help_text="Bậc của loại; 1 là cao nhất."
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


class RecognitionSerializer(serializers.ModelSerializer):
    """A recognition with the decision it rests on."""

    unit = serializers.IntegerField(source="evaluation.unit_id", read_only=True)
    unit_name = serializers.CharField(source="evaluation.unit_name", read_only=True)
    year = serializers.IntegerField(source="evaluation.cycle.year", read_only=True)
    grade = serializers.CharField(source="evaluation.grade.label", read_only=True, default=None, help_text="Tên loại.")
    grade_rank = serializers.IntegerField(source="evaluation.grade.rank", read_only=True, default=None)
    is_example = serializers.BooleanField(source="evaluation.cycle.is_example", read_only=True)
    decision = serializers.CharField(source="decision.reference", read_only=True)
    signed_on = serializers.DateField(source="decision.signed_on", read_only=True)
    revoked = serializers.SerializerMethodField()

    class Meta:
        model = Recognition
        fields = [
            "id",
            "evaluation",
            "unit",
            "unit_name",
            "year",
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
        return rows.select_related("evaluation__cycle", "evaluation__grade", "decision")
