"""The act: cycles, evaluations, answers, evidence, sittings, decisions, recognitions."""

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Đánh giá"

    def ready(self):
        from units.services import FOLLOWERS  # noqa: PLC0415 -- models are ready only now

        from .reform import Files  # noqa: PLC0415 -- as above

        FOLLOWERS.append(Files())
