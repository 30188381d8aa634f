"""The jobs that write checked files: units, register rows, committee seats."""

from django.db import transaction

from portal.core.errors import Refused
from portal.core.jobs import job_kind
from portal.core.templatetags.components import number

LISTED = 200  # problems told when a file no longer fits


# Each checks the stored file again with the rights of now and writes all its rows or none. Each may run twice: what is
# written already is found and left. The end is told inside the transaction, so a worker that lost its lease rolls back.


@job_kind("import_units")
def import_units(job, tell):
    from . import sheet  # noqa: PLC0415 -- a task's imports stay inside
    from .permissions import may_import_units  # noqa: PLC0415 -- as above
    from .resources import UnitResource  # noqa: PLC0415 -- brings in tablib

    if not may_import_units(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền nhập đơn vị, nên chưa ghi gì.")
    data = _checked_again(job, tell)
    try:
        dataset = sheet.read(data, job.params["name"])
    except sheet.Unreadable as refusal:
        raise Refused(str(refusal)) from None
    _writing(tell, len(dataset))
    with transaction.atomic():
        resource = UnitResource(job.params["name"], user=job.asked_by)
        _refuse(resource.apply(dataset))
        made = len(resource.placed)
        tell(3, 3, f"Đã thêm {number(made)} đơn vị, {number(len(dataset) - made)} đơn vị đã có từ trước.")


@job_kind("import_register")
def import_register(job, tell):
    from . import register_sheet, services  # noqa: PLC0415 -- as above
    from .permissions import may_keep_somewhere  # noqa: PLC0415 -- as above
    from .registers import REGISTERS  # noqa: PLC0415 -- as above

    if not may_keep_somewhere(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền ghi sổ, nên chưa ghi gì.")
    register = REGISTERS[job.params["slug"]]
    found = register_sheet.read(register, _checked_again(job, tell), job.params["name"], job.asked_by)
    _refuse(found.problems)
    _writing(tell, len(found.rows))
    with transaction.atomic():
        done = services.write_rows(register, found.rows.values(), by=job.asked_by)
        new, changed, same = (number(len(rows)) for rows in (done.new, done.changed, done.same))
        tell(3, 3, f"Đã ghi {new} dòng mới, sửa {changed} dòng, {same} dòng không đổi.")


@job_kind("import_seats")
def import_seats(job, tell):
    from . import seat_sheet, services  # noqa: PLC0415 -- as above
    from .permissions import may_administer  # noqa: PLC0415 -- as above

    if not may_administer(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền quản trị, nên chưa ghi gì.")
    found = seat_sheet.read(_checked_again(job, tell), job.params["name"], job.asked_by)
    _refuse(found.problems)
    new = len(found.new)
    _writing(tell, len(found.rows))
    with transaction.atomic():
        services.write_seats(found.rows.values(), by=job.asked_by)
        tell(3, 3, f"Đã ghi {number(len(found.rows))} dòng, trong đó {number(new)} thành viên mới.")


def _checked_again(job, tell) -> bytes:
    """The stored file, about to be checked again."""
    from portal.core import store  # noqa: PLC0415 -- as above

    tell(0, 3, "Đang kiểm tra lại tệp")
    try:
        return store.take(job.params["sha256"]).read_bytes()
    except store.Damaged:
        raise Refused("Tệp đã lưu không còn nguyên vẹn, nên chưa ghi gì. Hãy gửi lại tệp.") from None


def _writing(tell, many: int) -> None:
    tell(1, 3, f"Đã kiểm tra, đang ghi {number(many)} dòng")


def _refuse(problems: list) -> None:
    """Raises Refused with a line for each problem of the file."""
    if problems:
        lines = [str(problem) for problem in problems[:LISTED]]
        raise Refused("\n".join([f"Tệp có {number(len(problems))} lỗi, chưa ghi gì. Hãy sửa tệp và gửi lại.", *lines]))
