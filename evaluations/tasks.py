"""The job that writes a checked file of past years' results."""

from django.db import transaction

from portal.core.errors import Refused
from portal.core.files import store
from portal.core.jobs import job_kind
from portal.core.vietnamese.figures import grouped

LISTED = 200


@job_kind("import_past")
def import_past(job, tell):
    from . import services  # noqa: PLC0415 -- a task's imports stay inside
    from .files import past_results  # noqa: PLC0415 -- as above

    tell(0, 3, "Đang kiểm tra lại tệp")
    try:
        data = store.take(job.params["sha256"]).read_bytes()
    except store.Damaged:
        raise Refused("Tệp đã lưu không còn nguyên vẹn, nên chưa ghi gì. Hãy gửi lại tệp.") from None
    found = past_results.read(data, job.params["name"], job.asked_by, province=job.params.get("province"))
    if found.problems or found.province is None:
        told = "\n".join(map(str, found.problems[:LISTED]))
        raise Refused(f"Tệp không còn hợp lệ, nên chưa ghi gì:\n{told}")
    tell(1, 3, f"Đã kiểm tra, đang ghi {grouped(len(found.rows))} dòng")
    with transaction.atomic():
        new, changed = services.record_past(
            found.rows.values(), found.province, by=job.asked_by, reason=f"Theo tệp {job.params['name']}."
        )
        tell(3, 3, f"Đã nhập {grouped(new)} kết quả, sửa {grouped(changed)} kết quả.")
