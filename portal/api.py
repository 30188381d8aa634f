"""The API's routes under /api/v1/, its OpenAPI document and the page that shows it (no CDN)."""

from django.urls import include, path
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAuthenticated
from rest_framework.routers import SimpleRouter

from criteria.api import CriteriaSetViewSet, ProgrammeViewSet
from evaluations.api import (
    CycleViewSet,
    DecisionViewSet,
    EvaluationViewSet,
    RecognitionViewSet,
    SittingViewSet,
)
from reports.api import RollupView
from units.api import REGISTER_VIEWSETS, CommitteeViewSet, DelegationViewSet, UnitViewSet

app_name = "api"
router = SimpleRouter()
router.register("units", UnitViewSet, "unit")
router.register("delegations", DelegationViewSet, "delegation")
router.register("committees", CommitteeViewSet, "committee")
router.register("programmes", ProgrammeViewSet, "programme")
router.register("criteria-sets", CriteriaSetViewSet, "criteria-set")
router.register("cycles", CycleViewSet, "cycle")
router.register("evaluations", EvaluationViewSet, "evaluation")
router.register("sittings", SittingViewSet, "sitting")
router.register("decisions", DecisionViewSet, "decision")
router.register("recognitions", RecognitionViewSet, "recognition")
for name, viewset in REGISTER_VIEWSETS.items():
    router.register(f"registers/{name}", viewset, f"register-{name}")

document = SpectacularAPIView.as_view(permission_classes=[IsAuthenticated], renderer_classes=[OpenApiJsonRenderer2])
urlpatterns = [
    path("", include(router.urls)),
    path("rollup/", RollupView.as_view(), name="rollup"),
    path("openapi.json", document, name="openapi"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:openapi", permission_classes=[IsAuthenticated]),
        name="docs",
    ),
]
