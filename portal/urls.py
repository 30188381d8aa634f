"""All routes of the portal."""

from importlib.util import find_spec

from django.urls import include, path

from portal.core import views as core

handler500 = core.server_error

urlpatterns = [
    path("healthz", core.healthz, name="healthz"),
    path("readyz", core.readyz, name="readyz"),
    path("dang-nhap/", core.sign_in, name="sign_in"),
    path("dang-xuat/", core.sign_out, name="sign_out"),
    path("thanh-phan/", core.components, name="components"),
]
for prefix, module in (
    ("don-vi/", "units.urls"),
    ("bo-tieu-chi/", "criteria.urls"),
    ("danh-gia/", "evaluations.urls"),
    ("bao-cao/", "reports.urls"),
):
    if find_spec(module):
        urlpatterns.append(path(prefix, include(module)))
