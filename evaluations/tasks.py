"""The jobs that write checked files of past years: results of single units, and totals."""

from functools import partial

from django.db import transaction

from portal.core.errors import Refused
from portal.core.files import store
from portal.core.jobs import job_kind
from portal.core.vietnamese.figures import grouped

LISTED = 200


def _checked(job, read):
    """The file as it reads now. Raises Refused when it is damaged or no longer fits."""
    from units.files.intakes import refuse_changed  # noqa: PLC0415 -- a task's imports stay inside

    try:
        data = store.take(job.params["sha256"]).read_bytes()
    except store.Damaged:
        raise Refused("Tệp đã lưu không còn nguyên vẹn, nên chưa ghi gì. Hãy gửi lại tệp.") from None
    found = read(data, job.params["name"], job.asked_by)
    if found.problems or found.province is None:
        told = "\n".join(map(str, found.problems[:LISTED]))
        raise Refused(f"Tệp không còn hợp lệ, nên chưa ghi gì:\n{told}")
    refuse_changed(found, job.params.get("seen", ""))
    return found


def _written(job, tell, *, read, record, what: str) -> None:
    tell(0, 3, "Đang kiểm tra lại tệp")
    found = _checked(job, read)
    tell(1, 3, f"Đã kiểm tra, đang ghi {grouped(len(found.rows))} dòng")
    with transaction.atomic():
        new, changed = record(
            found.rows.values(), found.province, by=job.asked_by, reason=f"Theo tệp {job.params['name']}."
        )
        tell(3, 3, f"Đã nhập {grouped(new)} {what}, sửa {grouped(changed)} {what}.")


@job_kind("import_past")
def import_past(job, tell):
    from . import services  # noqa: PLC0415 -- a task's imports stay inside
    from .files import past_results  # noqa: PLC0415 -- as above

    read = partial(past_results.read, province=job.params.get("province"))
    _written(job, tell, read=read, record=services.record_past, what="kết quả")


@job_kind("import_past_totals")
def import_past_totals(job, tell):
    from . import services  # noqa: PLC0415 -- a task's imports stay inside
    from .files import past_totals  # noqa: PLC0415 -- as above

    read = partial(past_totals.read, province=job.params.get("province"))
    _written(job, tell, read=read, record=services.record_totals, what="số tổng")
