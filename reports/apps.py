"""What comes out: roll-ups, charts, report runs and schedules, PDF and XLSX."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Báo cáo"

    def ready(self):
        from . import jobs  # noqa: F401, PLC0415 -- registers the kind of job once the models are there
