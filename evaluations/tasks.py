"""The jobs that write checked files: results and totals of past years, and a grid that was filled elsewhere."""

from functools import partial

from django.db import transaction

from portal.core.errors import Refused
from portal.core.files import store
from portal.core.jobs import job_kind
from portal.core.rows.locking import hold_rows
from portal.core.vietnamese.figures import grouped, told_counts
from units.tasks import written_once

LISTED = 200


def _kept(job) -> bytes:
    try:
        return store.take(job.params["sha256"]).read_bytes()
    except store.Damaged:
        raise Refused("Tệp đã lưu không còn nguyên vẹn, nên chưa ghi gì. Hãy gửi lại tệp.") from None


def _checked(job, read):
    """The file as it reads now. Raises Refused when it is damaged or no longer fits."""
    from units.files.intakes import refuse_changed  # noqa: PLC0415 -- a task's imports stay inside

    found = read(_kept(job), job.params["name"], job.asked_by)
    if found.problems or found.province is None:
        told = "\n".join(map(str, found.problems[:LISTED]))
        raise Refused(f"Tệp không còn hợp lệ, nên chưa ghi gì:\n{told}")
    refuse_changed(found, job.params.get("seen", ""))
    return found


def _written(job, tell, *, read, record, made, what: str) -> None:
    """Write the file's rows and keep what was written; `made` finds what became of the rows that were new."""
    from units.services import Written  # noqa: PLC0415 -- a task's imports stay inside

    tell(0, 3, "Đang kiểm tra lại tệp")
    found = _checked(job, read)
    tell(1, 3, f"Đã kiểm tra, đang ghi {grouped(len(found.rows))} dòng")
    rows = list(found.rows.values())
    with transaction.atomic():
        written = Written()
        written.changes(row.stored for row in rows if row.stored is not None)
        new, changed = record(rows, found.province, by=job.asked_by, reason=f"Theo tệp {job.params['name']}.")
        written.makes(made(row for row in rows if row.stored is None))
        told = told_counts(
            (f"đã nhập {{}} {what}", new),
            (f"đã sửa {{}} {what}", changed),
            nothing="Tệp không có gì mới, nên không ghi gì.",
        )
        written.keep(job, told=told, units=[found.province])
        tell(3, 3, told)


@job_kind("import_past")
@written_once
def import_past(job, tell):
    from . import services  # noqa: PLC0415 -- a task's imports stay inside
    from .files import past_results  # noqa: PLC0415 -- as above

    read = partial(past_results.read, province=job.params.get("province"))
    _written(job, tell, read=read, record=services.record_past, made=services.results_of, what="kết quả")


@job_kind("import_past_totals")
@written_once
def import_past_totals(job, tell):
    from . import services  # noqa: PLC0415 -- a task's imports stay inside
    from .files import past_totals  # noqa: PLC0415 -- as above

    read = partial(past_totals.read, province=job.params.get("province"))
    _written(job, tell, read=read, record=services.record_totals, made=services.totals_of, what="số tổng")


@job_kind("import_grid")
@written_once
def import_grid(job, tell):
    """Write the cells of a filled grid as a block: one that somebody saved meanwhile is left."""
    from units.models import Unit  # noqa: PLC0415 -- a task's imports stay inside
    from units.services import Written  # noqa: PLC0415 -- as above

    from . import services  # noqa: PLC0415 -- as above
    from .files.grid.reading import read  # noqa: PLC0415 -- as above
    from .models import Answer, Cycle, Evaluation  # noqa: PLC0415 -- as above

    cycle = Cycle.objects.visible_to(job.asked_by).filter(pk=job.params["slug"]).first()
    if cycle is None:
        raise Refused("Kỳ đánh giá không còn trong phạm vi của người yêu cầu, nên chưa ghi gì.")
    found = read(cycle, _kept(job), job.params["name"], job.asked_by)
    if found.problems:
        raise Refused("Tệp không còn hợp lệ, nên chưa ghi gì:\n" + "\n".join(map(str, found.problems[:LISTED])))
    tell(0, 1, f"Đang ghi {grouped(len(found.taken))} ô")
    dossiers = {cell.dossier.pk: cell.dossier for cell in found.taken}
    asked = [services.AskedCell(cell.dossier.pk, cell.line.code, cell.typed, cell.version) for cell in found.taken]
    with transaction.atomic():
        list(hold_rows(Evaluation.objects.filter(pk__in=dossiers), to_write=True))
        held, written = Answer.objects.filter(evaluation__in=dossiers), Written()
        before = list(held)
        written.changes(before)
        outcomes = services.save_cells(asked, dossiers, by=job.asked_by)
        written.makes(held.exclude(pk__in=[one.pk for one in before]))
        done = sum(one.outcome == services.SaveOutcome.SAVED for one in outcomes)
        many = len(found.left) + sum(one.outcome in services.NOT_TAKEN for one in outcomes)
        left = f" {grouped(many)} ô chưa ghi; mở lại trang xem trước để biết lý do và tải tệp đánh dấu." if many else ""
        told = (f"Đã ghi {grouped(done)} ô." if done else "Chưa ghi được ô nào.") + left
        if done:
            written.keep(job, told=told, units=Unit.objects.filter(evaluations__in=dossiers).distinct())
        tell(1, 1, told)
