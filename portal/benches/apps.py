"""The benchmark: the portal's ways measured beside the plain ones in one run."""

from django.apps import AppConfig


class BenchesConfig(AppConfig):
    name = "portal.benches"
    label = "benches"
