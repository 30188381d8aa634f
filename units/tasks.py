"""The job that places the units of a checked file."""

from django.db import transaction

from portal.core.errors import Refused
from portal.core.jobs import job_kind


@job_kind("import_units")
def import_units(job, tell):
    """Check the stored file again with the rights of now and place its units, all or none.

    May run twice: rows already placed are found and left; progress is told inside the transaction, so a worker
    that lost its lease rolls back.
    """
    from portal.core import store  # noqa: PLC0415 -- a task's imports stay inside

    from . import sheet  # noqa: PLC0415 -- as above
    from .permissions import may_import_units  # noqa: PLC0415 -- as above
    from .resources import UnitResource  # noqa: PLC0415 -- brings in tablib

    if not may_import_units(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền nhập đơn vị, nên chưa ghi gì.")
    tell(0, 2, "Đang kiểm tra lại tệp")
    name = job.params["name"]
    try:
        dataset = sheet.read(store.take(job.params["sha256"]).read_bytes(), name)
    except sheet.Unreadable as refusal:
        raise Refused(str(refusal)) from None
    except store.Damaged:
        raise Refused("Tệp đã lưu không còn nguyên vẹn, nên chưa ghi gì. Hãy gửi lại tệp.") from None
    with transaction.atomic():
        resource = UnitResource(name, user=job.asked_by)
        if problems := resource.apply(dataset):
            raise Refused(f"{problems[0]} (tất cả {len(problems)} lỗi). Chưa ghi gì; hãy sửa tệp và gửi lại.")
        made = len(resource.placed)
        tell(2, 2, f"Đã thêm {made} đơn vị, {len(dataset) - made} đơn vị đã có từ trước.")
