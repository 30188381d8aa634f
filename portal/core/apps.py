"""The app of things without a domain word: jobs, file store, one-time tokens, page components."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "Hệ thống"

    def ready(self):
        from . import checks, lists  # noqa: F401, PLC0415 -- register the check and the kind of job once the apps are there
