"""Routes of the criteria app."""

from django.urls import path

from . import views

app_name = "criteria"
urlpatterns = [
    path("", views.criteria_list, name="list"),
    path("so-sanh/", views.set_compare, name="compare"),
    path("soan-moi/", views.set_create, name="create"),
    path("nhap/", views.set_import, name="import"),
    path("nhap/xem-truoc/<str:token>/", views.import_preview, name="import_preview"),
    path("van-ban/", views.document_list, name="documents"),
    path("van-ban/them/", views.document_edit, name="document_add"),
    path("van-ban/<int:pk>/", views.document_edit, name="document_edit"),
    path("van-ban/<int:pk>/ban-ky/", views.document_file, name="document_file"),
    path("chuong-trinh/them/", views.programme_create, name="programme_add"),
    path("<int:pk>/", views.criteria_detail, name="detail"),
    path("<int:pk>/tai-ve.<str:form>", views.set_export, name="export"),
    path("<int:pk>/soan/", views.set_edit, name="edit"),
    path("<int:pk>/soan/<slug:part>/", views.part_edit, name="part_add"),
    path("<int:pk>/soan/<slug:part>/<int:place>/", views.part_edit, name="part_edit"),
    path("<int:pk>/soan/<slug:part>/<int:place>/viec/", views.part_act, name="part_act"),
    path("<int:pk>/ban-hanh/", views.set_publish, name="publish"),
    path("<int:pk>/viec/", views.set_act, name="act"),
]
