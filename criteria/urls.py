"""Routes of the criteria app."""

from django.urls import path

from . import views

app_name = "criteria"
urlpatterns = [
    path("", views.criteria_list, name="list"),
    path("<int:pk>/", views.criteria_detail, name="detail"),
]
