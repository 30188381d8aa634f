"""Addresses under /don-vi/."""

from django.urls import path

from . import views

app_name = "units"
urlpatterns = [
    path("", views.unit_list, name="list"),
    path("tai-ve/", views.unit_export, name="export"),
    path("nhap/", views.import_units, name="import"),
    path("nhap/mau/", views.template_file, name="import_template"),
    path("nhap/xem-truoc/<str:token>/", views.import_preview, name="import_preview"),
    path("nhap/viec/<int:pk>/", views.import_job, name="import_job"),
    path("nhap/viec/<int:pk>/tien-do/", views.import_progress, name="import_progress"),
    path("nguoi/", views.people, name="people"),
    path("nguoi/them/", views.person_add, name="person_add"),
    path("nguoi/<int:pk>/", views.person_detail, name="person_detail"),
    path("nguoi/<int:pk>/cap-lai-mat-khau/", views.password_reset, name="password_reset"),
    path("phan-cong/<int:pk>/ket-thuc/", views.placement_end, name="placement_end"),
    path("ban-chi-dao/", views.committee_list, name="committee_list"),
    path("ban-chi-dao/<int:pk>/", views.committee_detail, name="committee_detail"),
    path("thanh-vien/<int:pk>/thoi-giu/", views.seat_end, name="seat_end"),
    path("<int:pk>/", views.unit_detail, name="detail"),
]
