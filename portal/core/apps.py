"""The app of things without a domain word: jobs, file store, one-time tokens, page components."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "Hệ thống"

    def ready(self):
        from . import lists  # noqa: F401, PLC0415 -- registers the kind of job once the apps are there
        from .printing import checks  # noqa: F401, PLC0415 -- registers the check
