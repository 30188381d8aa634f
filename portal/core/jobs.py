"""Job rows: asked for in the caller's transaction, claimed with a lease, finished under a fence.

A kind of work is a function `(job, tell) -> Output | None` registered by `@job_kind`. It may run more than once
(a worker can die at any moment), so it must only compute and put files; the row is changed here alone.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from .errors import Busy, Refused
from .files import store
from .models import Heartbeat, Job, JobState
from .rows.locking import is_busy

log = logging.getLogger(__name__)
Work = TypeVar("Work", bound=Callable)
KINDS: dict[str, Callable] = {}
SWEEP_BELLS = 20
BUSY_WAIT = timedelta(seconds=10)  # before a job that met another writer is tried again


@dataclass(frozen=True)
class Output:
    """What a job leaves behind: a finished temporary file and the name a person will see."""

    path: Path
    name: str


class LeaseLost(Exception):
    """Another worker took the job over; this one must stop and leave no trace."""


def job_kind(name: str) -> Callable[[Work], Work]:
    def register(function: Work) -> Work:
        KINDS[name] = function
        return function

    return register


def ask(kind: str, key: str, params: dict, *, by: Any | None = None) -> tuple[Job, bool]:
    """Insert the job row in the caller's transaction and ring the workers when it commits.

    Returns (job, created); an equal key returns the row that is already there.
    """
    try:
        with transaction.atomic():
            job, created = Job.objects.create(kind=kind, key=key, params=params, asked_by=by), True
    except IntegrityError:
        job, created = Job.objects.get(key=key), False
    if created:
        transaction.on_commit(lambda: ring(job.pk))
    return job, created


def ring(job_id: int) -> None:
    """Wake a worker. A lost bell is harmless: the sweeper rings again."""
    from .tasks import run_job  # noqa: PLC0415 -- tasks import this module

    try:
        run_job.apply_async([job_id], retry=False)
    except Exception:  # the broker may be down; the row waits for the sweeper
        log.warning("broker did not take job %s; the sweeper will ring again", job_id)


def _from_now(delta: timedelta) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + delta, output_field=DateTimeField())


def claimable() -> QuerySet[Job]:
    """Jobs a worker may start now, by the database's clock."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    waiting = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=Now())
    return Job.objects.filter(due & waiting)


def claim(job_id: int) -> Job | None:
    """Take the job with a lease and the next fencing number (`attempt`); None when it is not to be had."""
    taken = (
        claimable()
        .filter(pk=job_id, attempt__lt=settings.JOB_MAX_ATTEMPTS)
        .update(
            state=JobState.RUNNING,
            attempt=F("attempt") + 1,
            lease_until=_from_now(settings.JOB_LEASE),
            done_parts=0,
            all_parts=0,
            message="",
        )
    )
    return Job.objects.get(pk=job_id) if taken else None


def _mine(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING)


def tell(job: Job, done: int, total: int, message: str = "") -> None:
    """Write progress; raises LeaseLost when another worker has the job."""
    if not _mine(job).update(done_parts=done, all_parts=total, message=message[:200]):
        raise LeaseLost(str(job))


def _renew(job: Job, stop: threading.Event) -> None:
    while not stop.wait(settings.JOB_LEASE.total_seconds() / 4):
        try:
            if not _mine(job).update(lease_until=_from_now(settings.JOB_LEASE)):
                break
        except DatabaseError:  # busy or restarting: the next turn may do; if none does, the fence holds
            log.warning("lease of job %s not renewed this time", job)
    connection.close()


def run(job_id: int) -> bool:
    """Do the job if it can be claimed; True when this call brought it to its end.

    An error of the work itself fails the job with its sentence; one that met another writer is put back to be tried
    again, `JOB_MAX_ATTEMPTS` times at most; a dead worker leaves the row to the sweeper.
    """
    job = claim(job_id)
    if job is None:
        return False
    stop = threading.Event()
    renewing = threading.Thread(target=_renew, args=(job, stop), daemon=True)
    renewing.start()
    try:
        output = KINDS[job.kind](job, lambda *parts: tell(job, *parts))
        return _finish(job, output)
    except LeaseLost:
        return False
    except Busy:
        return _wait_for_others(job)
    except Refused as refusal:
        return _fail(job, refusal.sentence)
    except OperationalError as error:
        return _wait_for_others(job) if is_busy(error) else _fail_unforeseen(job)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # WeasyPrint's fatal fetch error is a BaseException
        return _fail_unforeseen(job)
    finally:
        stop.set()
        renewing.join()


def _finish(job: Job, output: Output | None) -> bool:
    left = {}
    if output is not None:
        try:
            stored = store.put_file(output.path)
        finally:
            output.path.unlink(missing_ok=True)
        left = {"output_name": output.name, "output_sha256": stored.sha256, "output_size": stored.size}
    return bool(_mine(job).update(state=JobState.DONE, finished_at=Now(), lease_until=None, error="", **left))


def drop_outputs(kind: str, age: timedelta) -> int:
    """Take what jobs of the kind left longer ago than `age` out of the store; returns how many. For kinds whose files
    no other row can name."""
    old = Job.objects.filter(kind=kind, finished_at__lt=Now() - age).exclude(output_sha256="")
    files = dict(old.values_list("pk", "output_sha256"))
    for sha256 in files.values():
        store.drop(sha256)
    return Job.objects.filter(pk__in=files).update(output_sha256="")


def _fail(job: Job, sentence: str) -> bool:
    return bool(_mine(job).update(state=JobState.FAILED, finished_at=Now(), lease_until=None, error=sentence))


def _fail_unforeseen(job: Job) -> bool:
    log.exception("job %s failed", job)
    return _fail(job, "Hệ thống gặp lỗi khi thực hiện. Hãy thử lại; nếu vẫn lỗi, báo quản trị viên mã việc này.")


def _wait_for_others(job: Job) -> bool:
    """Put the job back for the sweeper; after the last try, fail it and say so. True when it is at its end."""
    log.warning("job %s met another writer at try %s", job, job.attempt)
    if job.attempt >= settings.JOB_MAX_ATTEMPTS:
        return _fail(
            job,
            f"Có người khác đang ghi cùng dữ liệu; đã thử {job.attempt} lần không được nên việc này chưa làm, chưa "
            "ghi gì. Hãy chờ ít phút rồi làm lại.",
        )
    _mine(job).update(
        state=JobState.QUEUED,
        lease_until=None,
        not_before=_from_now(BUSY_WAIT),
        done_parts=0,
        all_parts=0,
        message="có người khác đang ghi cùng dữ liệu nên chưa ghi gì; cổng tự làm lại sau ít giây",
    )
    return False


def ring_next() -> None:
    """Wake a worker for the job that has waited longest: a job that ends hands its place on."""
    if (job_id := claimable().order_by("pk").values_list("pk", flat=True).first()) is not None:
        ring(job_id)


def sweep() -> int:
    """Ring again for jobs that wait or whose worker died; give up on those tried too often.

    The oldest SWEEP_BELLS are rung for, and each of them hands on (`ring_next`): a long queue empties without
    the broker filling up with bells. Also leaves the heartbeat `readyz` looks for. Returns how many were rung.
    """
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": Now()})
    claimable().filter(attempt__gte=settings.JOB_MAX_ATTEMPTS).update(
        state=JobState.FAILED,
        finished_at=Now(),
        lease_until=None,
        error=f"Đã thử {settings.JOB_MAX_ATTEMPTS} lần không xong. Hãy báo quản trị viên mã việc này.",
    )
    waiting = list(claimable().order_by("pk").values_list("pk", flat=True)[:SWEEP_BELLS])
    for job_id in waiting:
        ring(job_id)
    return len(waiting)
