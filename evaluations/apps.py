"""The act: cycles, evaluations, answers, evidence, sittings, decisions, recognitions."""

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Đánh giá"
