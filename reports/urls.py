"""Routes of the reports app."""

from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("tong-quan/", views.overview, name="overview"),
    path("tong-hop/<int:pk>/", views.rollup, name="rollup"),
    path("tong-hop/<int:pk>/in/<str:format>/", views.rollup_print, name="rollup_print"),
    path("du-thao-quyet-dinh/<int:pk>/", views.decision_print, name="decision_print"),
    path("yeu-cau-tieu-chi/", views.criteria_asks, name="criteria_asks"),
    path("lap/<slug:slug>/", views.ask, name="ask"),
    path("lan-in/", views.run_list, name="run_list"),
    path("lan-in/<int:pk>/", views.run_detail, name="run_detail"),
    path("lan-in/<int:pk>/tien-do/", views.run_progress, name="run_progress"),
    path("lan-in/<int:pk>/tai-ve/", views.download, name="download"),
    path("lan-in/<int:pk>/in-lai/", views.run_again, name="run_again"),
    path("lich/", views.schedule_list, name="schedule_list"),
    path("lich/moi/<slug:slug>/", views.schedule_create, name="schedule_create"),
    path("lich/<int:pk>/bat-tat/", views.schedule_toggle, name="schedule_toggle"),
    path("lich/<int:pk>/xoa/", views.schedule_delete, name="schedule_delete"),
]
