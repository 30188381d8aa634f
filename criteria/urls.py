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
    path("chuong-trinh/", views.programme_list, name="programmes"),
    path("chuong-trinh/them/", views.programme_create, name="programme_add"),
    path("chuong-trinh/<int:pk>/soan/", views.guide_begin, name="guide_begin"),
    path("quy-tac/", views.rule_list, name="rules"),
    path("quy-tac/tai-ve.<str:form>", views.rule_export, name="rule_export"),
    path("quy-tac/them/", views.rule_edit, name="rule_add"),
    path("quy-tac/<int:pk>/", views.rule_detail, name="rule"),
    path("quy-tac/<int:pk>/sua/", views.rule_edit, name="rule_edit"),
    path("quy-tac/<int:pk>/viec/", views.rule_act, name="rule_act"),
    path("<int:pk>/", views.criteria_detail, name="detail"),
    path("<int:pk>/tai-ve.<str:form>", views.set_export, name="export"),
    path("<int:pk>/soan/", views.set_edit, name="edit"),
    path("<int:pk>/soan/<slug:part>/", views.part_edit, name="part_add"),
    path("<int:pk>/soan/<slug:part>/<int:place>/", views.part_edit, name="part_edit"),
    path("<int:pk>/soan/<slug:part>/<int:place>/viec/", views.part_act, name="part_act"),
    path("<int:pk>/dien/", views.guide, name="guide"),
    path("<int:pk>/ban-hanh/", views.set_publish, name="publish"),
    path("<int:pk>/viec/", views.set_act, name="act"),
]
