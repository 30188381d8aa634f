"""The jobs that write checked files (units, register rows, committees, seats, people), and the slips of passwords."""

from celery import shared_task
from django.db import transaction

from portal.core.errors import Refused
from portal.core.jobs import job_kind
from portal.core.vietnamese.figures import grouped

LISTED = 200  # problems told when a file no longer fits


# Each checks the stored file again with the rights of now and writes all its rows or none. Each may run twice: what is
# written already is found and left. The end is told inside the transaction, so a worker that lost its lease rolls back.
# What a file writes over is held from the check to the end: a change between the two would be lost. Nothing is told in
# that time but the end, for it would hold the job's own row.


@job_kind("import_units")
def import_units(job, tell):
    from portal.core.sheets.reading import Unreadable  # noqa: PLC0415 -- a task's imports stay inside

    from .files.unit_resource import UnitResource  # noqa: PLC0415 -- brings in tablib
    from .files.units import read  # noqa: PLC0415 -- as above
    from .permissions import may_import_units  # noqa: PLC0415 -- as above

    if not may_import_units(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền nhập đơn vị, nên chưa ghi gì.")
    data = _checked_again(job, tell)
    try:
        dataset = read(data, job.params["name"])
    except Unreadable as refusal:
        raise Refused(str(refusal)) from None
    _writing(tell, len(dataset))
    with transaction.atomic():
        resource = UnitResource(job.params["name"], user=job.asked_by)
        _refuse(resource.apply(dataset))
        made = len(resource.placed)
        tell(3, 3, f"Đã thêm {grouped(made)} đơn vị, {grouped(len(dataset) - made)} đơn vị đã có từ trước.")


@job_kind("import_register")
def import_register(job, tell):
    from .files import register_rows  # noqa: PLC0415 -- as above
    from .files.intakes import refuse_changed  # noqa: PLC0415 -- as above
    from .permissions import may_keep_somewhere  # noqa: PLC0415 -- as above
    from .registers import REGISTERS, write_rows  # noqa: PLC0415 -- as above

    if not may_keep_somewhere(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền ghi sổ, nên chưa ghi gì.")
    register = REGISTERS[job.params["slug"]]
    data = _checked_again(job, tell)
    with transaction.atomic():
        found = register_rows.read(register, data, job.params["name"], job.asked_by, to_write=True)
        _refuse(found.problems)
        refuse_changed(found, job.params.get("seen", ""))
        done = write_rows(register, found.rows.values(), by=job.asked_by, found=found.sorted)
        new, changed, same = (grouped(len(rows)) for rows in (done.new, done.changed, done.same))
        tell(3, 3, f"Đã ghi {new} dòng mới, sửa {changed} dòng, {same} dòng không đổi.")


@job_kind("import_seats")
def import_seats(job, tell):
    from . import services  # noqa: PLC0415 -- as above
    from .files import seat_rows  # noqa: PLC0415 -- as above
    from .files.intakes import refuse_changed  # noqa: PLC0415 -- as above
    from .permissions import may_administer  # noqa: PLC0415 -- as above

    if not may_administer(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền quản trị, nên chưa ghi gì.")
    data = _checked_again(job, tell)
    with transaction.atomic():
        found = seat_rows.read(data, job.params["name"], job.asked_by, to_write=True)
        _refuse(found.problems)
        refuse_changed(found, job.params.get("seen", ""))
        new = len(found.new)
        services.write_seats(found.rows.values(), by=job.asked_by)
        tell(3, 3, f"Đã ghi {grouped(len(found.rows))} dòng, trong đó {grouped(new)} thành viên mới.")


@job_kind("import_committees")
def import_committees(job, tell):
    from . import services  # noqa: PLC0415 -- as above
    from .files import committee_rows  # noqa: PLC0415 -- as above
    from .files.intakes import refuse_changed  # noqa: PLC0415 -- as above
    from .permissions import may_administer  # noqa: PLC0415 -- as above

    if not may_administer(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền quản trị, nên chưa ghi gì.")
    data = _checked_again(job, tell)
    with transaction.atomic():
        found = committee_rows.read(data, job.params["name"], job.asked_by, to_write=True)
        _refuse(found.problems)
        refuse_changed(found, job.params.get("seen", ""))
        founded, changed = services.write_committees(found.rows.values(), by=job.asked_by)
        tell(3, 3, f"Đã lập {grouped(founded)} Ban, sửa {grouped(changed)} Ban.")


@job_kind("import_people")
def import_people(job, tell):
    from . import services  # noqa: PLC0415 -- as above
    from .files import people_rows  # noqa: PLC0415 -- as above
    from .files.intakes import refuse_changed  # noqa: PLC0415 -- as above
    from .models import SlipSheet  # noqa: PLC0415 -- as above
    from .permissions import may_administer  # noqa: PLC0415 -- as above

    if not may_administer(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền quản trị, nên chưa ghi gì.")
    if sheet := SlipSheet.objects.filter(job=job).first():  # the worker died after it had written everything
        tell(1, 1, services.slips_sentence(sheet.slips))
        return
    found = people_rows.read(_checked_again(job, tell), job.params["name"], job.asked_by)
    _refuse(found.problems)
    refuse_changed(found, job.params.get("seen", ""))
    rows = list(found.rows.values())

    def write(hashes):
        services.write_people(rows, hashes, by=job.asked_by)

    if not found.new:
        with transaction.atomic():
            write([])
            tell(
                3, 3, f"{grouped(len(rows))} tài khoản đã có từ trước, thêm {grouped(len(found.seats))} ghế trong Ban."
            )
        return
    slips = [services.Slip(row.user, str(row.placement)) for row in found.new]
    services.issue(slips, write, job=job, by=job.asked_by, tell=tell)


@job_kind("reissue_passwords")
def reissue_passwords(job, tell):
    from . import services  # noqa: PLC0415 -- as above
    from .models import Placement, SlipSheet, User  # noqa: PLC0415 -- as above

    if sheet := SlipSheet.objects.filter(job=job).first():
        tell(1, 1, services.slips_sentence(sheet.slips))
        return
    people = list(User.objects.filter(pk__in=job.params["people"]).order_by("pk"))
    held = Placement.objects.administered_by(job.asked_by).in_force().filter(user__in=people).select_related("unit")
    places = {placement.user_id: str(placement) for placement in held.order_by("-pk")}
    if len(places) != len(job.params["people"]):
        raise Refused(
            "Có người không còn giữ vai trò ở nơi đồng chí quản trị, nên chưa cấp mật khẩu nào. Hãy chọn lại."
        )

    def write(hashes):
        services.reset_passwords(people, hashes, by=job.asked_by)

    slips = [services.Slip(person, places[person.pk]) for person in people]
    services.issue(slips, write, job=job, by=job.asked_by, tell=tell)


@shared_task(name="units.tasks.drop_old_slips")
def drop_old_slips() -> None:
    from . import services  # noqa: PLC0415 -- as above

    services.drop_old_slips()


def _checked_again(job, tell) -> bytes:
    """The stored file, about to be checked again."""
    from portal.core.files import store  # noqa: PLC0415 -- as above

    tell(0, 3, "Đang kiểm tra lại tệp")
    try:
        return store.take(job.params["sha256"]).read_bytes()
    except store.Damaged:
        raise Refused("Tệp đã lưu không còn nguyên vẹn, nên chưa ghi gì. Hãy gửi lại tệp.") from None


def _writing(tell, many: int) -> None:
    tell(1, 3, f"Đã kiểm tra, đang ghi {grouped(many)} dòng")


def _refuse(problems: list) -> None:
    """Raises Refused with a line for each problem of the file."""
    if problems:
        lines = [str(problem) for problem in problems[:LISTED]]
        raise Refused("\n".join([f"Tệp có {grouped(len(problems))} lỗi, chưa ghi gì. Hãy sửa tệp và gửi lại.", *lines]))
