"""The demo: places, people and years to look at, marked as samples; no other app knows of it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "portal.demo"
    label = "demo"
