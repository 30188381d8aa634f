"""Celery doors of the job rows; they carry ids only."""

from celery import shared_task

from .processes.frames import with_room


@shared_task(name="portal.core.tasks.run_job")
def run_job(job_id: int) -> None:
    from . import jobs  # noqa: PLC0415 -- a task's imports stay inside

    if with_room(jobs.run, job_id):
        jobs.ring_next()


@shared_task(name="portal.core.tasks.tidy")
def tidy() -> None:
    from django.core.management import call_command  # noqa: PLC0415 -- a task's imports stay inside

    from . import jobs, lists  # noqa: PLC0415 -- a task's imports stay inside
    from .web.once import forget_old  # noqa: PLC0415 -- as above

    forget_old()
    jobs.drop_outputs(lists.KIND, lists.KEPT)
    call_command("clearsessions")


@shared_task(name="portal.core.tasks.sweep")
def sweep() -> None:
    from . import jobs  # noqa: PLC0415 -- a task's imports stay inside

    jobs.sweep()
