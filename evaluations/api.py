"""Files and recognitions over the API: read only, the pages' scope and filters."""

from rest_framework import serializers, viewsets
from rest_framework.permissions import IsAuthenticated

from .filters import EvaluationFilterSet, RecognitionFilterSet
from .models import Evaluation, Recognition


class EvaluationSerializer(serializers.ModelSerializer):
    """A file with its place as frozen when the cycle opened."""

    year = serializers.IntegerField(source="cycle.year", read_only=True)
    programme = serializers.CharField(source="cycle.programme.code", read_only=True)
    criteria_set = serializers.CharField(source="criteria_set.code", read_only=True)
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
            "state",
            "state_label",
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
        return Evaluation.objects.visible_to(self.request.user).select_related("cycle__programme", "criteria_set")


class RecognitionSerializer(serializers.ModelSerializer):
    """A recognition with the decision it rests on."""

    unit = serializers.IntegerField(source="evaluation.unit_id", read_only=True)
    unit_name = serializers.CharField(source="evaluation.unit_name", read_only=True)
    year = serializers.IntegerField(source="evaluation.cycle.year", read_only=True)
    decision = serializers.CharField(source="decision.reference", read_only=True)
    signed_on = serializers.DateField(source="decision.signed_on", read_only=True)
    revoked = serializers.SerializerMethodField()

    class Meta:
        model = Recognition
        fields = ["id", "evaluation", "unit", "unit_name", "year", "certificate", "decision", "signed_on", "revoked"]
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
        return Recognition.objects.visible_to(self.request.user).select_related("evaluation__cycle", "decision")
