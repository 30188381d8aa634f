"""Celery doors of the reports app."""

from celery import shared_task


@shared_task(name="reports.tasks.run_due_schedules")
def run_due_schedules() -> None:
    from . import services  # noqa: PLC0415 -- a task's imports stay inside

    services.run_due()
