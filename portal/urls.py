"""All routes of the portal."""

from django.urls import include, path

from evaluations.views.home import home
from portal.core import views as core
from portal.core.web import list_files

handler404 = core.page_not_found
handler500 = core.server_error

urlpatterns = [
    path("", home, name="home"),
    path("dang-nhap/", core.sign_in, name="sign_in"),
    path("dang-xuat/", core.sign_out, name="sign_out"),
    path("phien/", core.session, name="session"),
    path("doi-mat-khau/", core.password_change, name="password_change"),
    path("thanh-phan/", core.components, name="components"),
    path("danh-gia/", include("evaluations.urls")),
    path("don-vi/", include("units.urls")),
    path("bo-tieu-chi/", include("criteria.urls")),
    path("bao-cao/", include("reports.urls")),
    path("tep-danh-sach/", list_files.list_file_ask, name="list_file_ask"),
    path("tep-danh-sach/<int:pk>/", list_files.list_file, name="list_file"),
    path("tep-danh-sach/<int:pk>/tien-do/", list_files.list_file_progress, name="list_file_progress"),
    path("tep-danh-sach/<int:pk>/tai-ve/", list_files.list_file_take, name="list_file_take"),
    path("api/v1/", include("portal.api")),
    path("healthz", core.healthz, name="healthz"),
    path("readyz", core.readyz, name="readyz"),
]
