"""What comes out: roll-ups, charts, report runs and schedules, PDF and XLSX."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Báo cáo"

