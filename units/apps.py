"""Who: units and their history, people and their placements, steering committees."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "units"
    verbose_name = "Đơn vị"

    def ready(self):
        from . import tasks  # noqa: F401, PLC0415 -- registers the job kind in every process
