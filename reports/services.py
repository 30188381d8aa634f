"""Writes of the reports app: asking for a run, making and stopping schedules, filling missing periods."""

import logging
import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from portal.core import jobs
from units.models import Unit, User

from .models import ReportRun, Schedule
from .schedules import recurrence

log = logging.getLogger(__name__)


def ask_report(
    report: str,
    params: dict,
    format: str,
    place: Unit,
    by: User,
    *,
    schedule: Schedule | None = None,
    period: str = "",
    token: str = "",
) -> ReportRun:
    """Insert the run and its job in one transaction; the workers are rung when it commits.

    A scheduled period has one natural key: whoever asks second gets the run that is there. `token` does the same
    for a person's form; without it every ask is a new run.
    """
    key = f"schedule:{schedule.pk}:{period}:{format}" if schedule else f"report:{token or secrets.token_hex(16)}"
    with transaction.atomic():
        job, created = jobs.ask("report", key, {"report": report, "format": format, "place": place.pk}, by=by)
        if not created:
            return job.report_run
        return ReportRun.objects.create(
            report=report, params=params, format=format, place=place, job=job, schedule=schedule, period=period
        )


def make_schedule(
    report: str,
    params: dict,
    format: str,
    place: Unit,
    rule: str,
    by: User,
    starts_at: datetime,
) -> Schedule:
    return Schedule.objects.create(
        report=report, params=params, format=format, place=place, rule=rule, created_by=by, starts_at=starts_at
    )


def toggle_schedule(schedule: Schedule) -> None:
    """Stop it, or start it again from now: what a stopped schedule missed is not made up for."""
    schedule.is_active = not schedule.is_active
    Schedule.objects.filter(pk=schedule.pk).update(
        is_active=schedule.is_active, **({"last_run_at": Now()} if schedule.is_active else {})
    )


def delete_schedule(schedule: Schedule) -> None:
    """Remove the schedule; what it printed stays."""
    with transaction.atomic():
        schedule.runs.update(schedule=None)
        schedule.delete()


def run_due() -> int:
    """Ask for every missing period of every active schedule, by the database's clock; how many were looked at.

    Two beats may run this at once: the periods' keys make one report each.
    """
    asked = 0
    for schedule in Schedule.objects.filter(is_active=True).select_related("place", "created_by").annotate(now=Now()):
        try:
            asked += _run_missing(schedule, schedule.now)
        except Exception:  # one broken schedule must not stop the others
            log.exception("schedule %s could not run", schedule.pk)
    return asked


def _run_missing(schedule: Schedule, now: datetime) -> int:
    moments = recurrence.missing(schedule.rule, starts_at=schedule.starts_at, last=schedule.last_run_at, now=now)
    if not moments:
        return 0
    with transaction.atomic():
        for moment in moments:
            ask_report(
                schedule.report,
                schedule.params,
                schedule.format,
                schedule.place,
                schedule.created_by,
                schedule=schedule,
                period=recurrence.period(moment),
            )
        behind = Q(last_run_at__isnull=True) | Q(last_run_at__lt=moments[-1])
        Schedule.objects.filter(behind, pk=schedule.pk).update(last_run_at=moments[-1])
    return len(moments)
