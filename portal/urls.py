"""All routes of the portal."""

from django.urls import include, path

from evaluations.views.home import home
from portal.core import views as core

handler404 = core.page_not_found
handler500 = core.server_error

urlpatterns = [
    path("", home, name="home"),
    path("dang-nhap/", core.sign_in, name="sign_in"),
    path("dang-xuat/", core.sign_out, name="sign_out"),
    path("doi-mat-khau/", core.password_change, name="password_change"),
    path("thanh-phan/", core.components, name="components"),
    path("danh-gia/", include("evaluations.urls")),
    path("don-vi/", include("units.urls")),
    path("bo-tieu-chi/", include("criteria.urls")),
    path("bao-cao/", include("reports.urls")),
    path("api/v1/", include("portal.api")),
    path("healthz", core.healthz, name="healthz"),
    path("readyz", core.readyz, name="readyz"),
]
