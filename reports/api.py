"""The roll-up for programs: the rows of the page as JSON."""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from evaluations.models import Cycle
from portal.core.api import refuse_unknown
from portal.core.web.api_answers import REFUSALS
from units.enums import JUDGED, LEVELS
from units.models import Unit

from .catalogue.parameters import may_hold
from .datasets import Boundaries, By, yearly_rollup


class ShareSerializer(serializers.Serializer):
    """A percentage as its two integers, and as it is printed."""

    part = serializers.IntegerField()
    whole = serializers.IntegerField()
    base = serializers.CharField(help_text="Mẫu số là gì.")
    text = serializers.CharField(help_text="Hai số lẻ, làm tròn nửa lên, dấu phẩy; “–” khi mẫu số bằng 0.")


class CountsSerializer(serializers.Serializer):
    roster = serializers.IntegerField(help_text="Tổng số đơn vị trong danh sách đã chốt.")
    registered = serializers.IntegerField(help_text="Đã đăng ký (gồm các hồ sơ đã đi xa hơn).")
    submitted = serializers.IntegerField(help_text="Đã gửi hồ sơ.")
    recognised = serializers.IntegerField(help_text="Được công nhận, còn hiệu lực.")
    not_met = serializers.IntegerField(help_text="Chưa đạt hoặc bị thu hồi.")
    withdrawn = serializers.IntegerField(help_text="Không xét trong năm, vẫn trong tổng số.")
    excluded = serializers.IntegerField(help_text="Cấp trên đồng ý đưa ra khỏi diện tính, ngoài tổng số.")
    of_roster = ShareSerializer()
    of_registered = ShareSerializer()


class RowSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]  # -- a column named like an attribute of fields
    unit_id = serializers.IntegerField(allow_null=True)
    counts = CountsSerializer()


class GroupSerializer(serializers.Serializer):
    label: Any = serializers.CharField(allow_blank=True)
    unit_id = serializers.IntegerField(allow_null=True)
    rows = RowSerializer(many=True)
    subtotal = CountsSerializer()


class RollupSerializer(serializers.Serializer):
    cycle = serializers.IntegerField(source="cycle.pk")
    cycles = serializers.SerializerMethodField(help_text="Mọi kỳ được tính; nhiều kỳ khi theo ranh giới hiện nay.")
    ranh_gioi = serializers.ChoiceField(source="scope.boundaries", choices=Boundaries.choices)
    programme = serializers.CharField(source="cycle.programme.code")
    year = serializers.IntegerField(source="cycle.year")
    is_example = serializers.BooleanField(source="cycle.is_example")
    in_progress = serializers.SerializerMethodField()
    place = serializers.IntegerField(source="place.pk")
    by = serializers.ChoiceField(choices=By.choices)
    kind = serializers.CharField(allow_null=True)
    groups = GroupSerializer(many=True)
    total = CountsSerializer()

    def get_cycles(self, rollup) -> list[int]:
        return [cycle.pk for cycle in rollup.scope.cycles]

    def get_in_progress(self, rollup) -> bool:
        return any(cycle.status == "open" for cycle in rollup.scope.cycles)


class RollupQuery(serializers.Serializer):
    """What the address asks; ids out of the user's scope are not found."""

    cycle = serializers.IntegerField(min_value=1, max_value=2**62)
    place = serializers.IntegerField(min_value=1, max_value=2**62)
    by = serializers.ChoiceField(choices=By.choices, default=By.KIND)
    kind = serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in JUDGED], required=False)
    ranh_gioi = serializers.ChoiceField(choices=Boundaries.choices, default=Boundaries.THEN)


class RollupView(APIView):
    """A year's counts for a place within the user's own, by kind, district or commune."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        summary="Tổng hợp năm",
        parameters=[
            OpenApiParameter("cycle", OpenApiTypes.INT, required=True, description="Kỳ đánh giá."),
            OpenApiParameter("place", OpenApiTypes.INT, required=True, description="Tỉnh, huyện hoặc xã."),
            OpenApiParameter("by", OpenApiTypes.STR, enum=By.values, description="Cách tổng hợp (mặc định kind)."),
            OpenApiParameter("kind", OpenApiTypes.STR, enum=[kind.value for kind in JUDGED]),
            OpenApiParameter(
                "ranh_gioi",
                OpenApiTypes.STR,
                enum=Boundaries.values,
                description="Ranh giới của năm đó (mặc định then) hay hiện nay (today).",
            ),
        ],
        responses={"200": RollupSerializer} | REFUSALS,
    )
    def get(self, request):
        query = RollupQuery(data=request.query_params)
        refuse_unknown(request.query_params, query.fields)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        cycles = Cycle.objects.visible_to(request.user).select_related("programme")
        cycle = get_object_or_404(cycles, pk=asked["cycle"])
        places = Unit.objects.visible_to(request.user).filter(kind__in=LEVELS)
        place = get_object_or_404(places, pk=asked["place"])
        boundaries = asked["ranh_gioi"]
        if (boundaries == Boundaries.TODAY and place.is_over) or not may_hold(cycle, place, boundaries):
            raise Http404
        rollup = yearly_rollup(cycle, place=place, by=asked["by"], kind=asked.get("kind"), boundaries=boundaries)
        return Response(RollupSerializer(rollup).data)
