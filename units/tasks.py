"""The jobs that write checked files (units, register rows, committees, seats, people), and the slips of passwords."""

from collections.abc import Callable
from functools import wraps

from celery import shared_task
from django.db import transaction

from portal.core.errors import Refused
from portal.core.jobs import job_kind
from portal.core.vietnamese.figures import grouped, told_counts

LISTED = 200  # problems told when a file no longer fits


# Each checks the stored file again with the rights of now and writes all its rows or none. Each may run twice: what is
# written already is found and left. The end is told inside the transaction, so a worker that lost its lease rolls back.
# What a file writes over is held from the check to the end: a change between the two would be lost. Nothing is told in
# that time but the end, for it would hold the job's own row. What a file wrote is kept in the same transaction, for its
# undoing.


def written_once(work: Callable) -> Callable:
    """A job that keeps what it wrote; where a worker died after that, the next says what it would have said."""

    @wraps(work)
    def run(job, tell):
        from .services import written_before  # noqa: PLC0415 -- a task's imports stay inside

        if told := written_before(job):
            return tell(3, 3, told)
        return work(job, tell)

    return run


@job_kind("import_units")
@written_once
def import_units(job, tell):
    from portal.core.sheets.reading import Unreadable  # noqa: PLC0415 -- a task's imports stay inside

    from . import services  # noqa: PLC0415 -- as above
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
        written = services.Written()
        written.makes(resource.placed)
        told = told_counts(
            ("đã thêm {} đơn vị", made),
            ("{} đơn vị đã có từ trước", len(dataset) - made),
            nothing="Tệp không có đơn vị nào, nên không thêm gì.",
        )
        written.keep(job, told=told, units=resource.placed)
        tell(3, 3, told)


@job_kind("import_register")
@written_once
def import_register(job, tell):
    from . import services  # noqa: PLC0415 -- as above
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
        written = services.Written()
        written.changes(found.sorted.changed)
        done = write_rows(register, found.rows.values(), by=job.asked_by, found=found.sorted)
        written.makes(done.new)
        told = told_counts(
            ("đã ghi {} dòng mới", len(done.new)),
            ("đã sửa {} dòng", len(done.changed)),
            ("{} dòng không đổi", len(done.same)),
            nothing="Tệp không có dòng nào, nên không ghi gì.",
        )
        written.keep(job, told=told, units=[row.place for row in found.rows.values()])
        tell(3, 3, told)


@job_kind("import_seats")
@written_once
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
        rows = list(found.rows.values())
        new = [row.seat for _, row in found.new]
        before = [row.before for row in rows if row.before is not None]
        written = services.Written()
        written.changes(seat for seat in (*(row.seat for row in rows), *before) if seat.pk)
        services.write_seats(rows, by=job.asked_by)
        written.makes(new)
        told = told_counts(
            ("đã ghi {} dòng", len(rows)), ("trong đó {} thành viên mới", len(new)), nothing="Không có gì phải ghi."
        )
        written.keep(job, told=told, units=[row.seat.committee.unit for row in rows])
        tell(3, 3, told)


@job_kind("import_committees")
@written_once
def import_committees(job, tell):
    from . import services  # noqa: PLC0415 -- as above
    from .files import committee_rows  # noqa: PLC0415 -- as above
    from .files.intakes import refuse_changed  # noqa: PLC0415 -- as above
    from .models import Seat  # noqa: PLC0415 -- as above
    from .permissions import may_administer  # noqa: PLC0415 -- as above

    if not may_administer(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền quản trị, nên chưa ghi gì.")
    data = _checked_again(job, tell)
    with transaction.atomic():
        found = committee_rows.read(data, job.params["name"], job.asked_by, to_write=True)
        _refuse(found.problems)
        refuse_changed(found, job.params.get("seen", ""))
        rows = list(found.rows.values())
        changed = [row.stored for row in rows if row.stored is not None]
        written = services.Written()
        written.changes(changed)
        written.changes(Seat.objects.filter(committee__in=changed))  # they end with their committee
        founded, many = services.write_committees(rows, by=job.asked_by)
        written.makes(row.made for row in rows if row.stored is None)
        told = told_counts(
            ("đã lập {} Ban", founded), ("đã sửa {} Ban", many), nothing="Các Ban đã như trong tệp, nên không ghi gì."
        )
        written.keep(job, told=told, units=[row.made.unit for row in rows])
        tell(3, 3, told)


@job_kind("import_people")
@written_once
def import_people(job, tell):
    from . import services  # noqa: PLC0415 -- as above
    from .files import people_rows  # noqa: PLC0415 -- as above
    from .files.intakes import refuse_changed  # noqa: PLC0415 -- as above
    from .permissions import may_administer  # noqa: PLC0415 -- as above

    if not may_administer(job.asked_by):
        raise Refused("Người yêu cầu không còn quyền quản trị, nên chưa ghi gì.")
    found = people_rows.read(_checked_again(job, tell), job.params["name"], job.asked_by)
    _refuse(found.problems)
    refuse_changed(found, job.params.get("seen", ""))
    rows = list(found.rows.values())
    new, seats = found.new, [row.seat for row in found.seats if row.seat is not None]
    told = told_counts(
        ("{} tài khoản đã có từ trước", len(rows) - len(new)),
        ("đã thêm {} ghế trong Ban", len(seats)),
        nothing="Tệp không có tài khoản nào, nên không ghi gì.",
    )

    def write(hashes):
        services.write_people(rows, hashes, by=job.asked_by)
        written = services.Written()
        written.makes([*(row.user for row in new), *(row.placement for row in new), *seats])
        said = services.slips_sentence(len(new)) if new else told
        written.keep(job, told=said, units=[row.placement.unit for row in rows])

    if not new:
        with transaction.atomic():
            write([])
            tell(3, 3, told)
        return
    slips = [services.Slip(row.user, str(row.placement)) for row in new]
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


@job_kind("undo_import")
def undo_import(job, tell):
    """Take back what a file wrote, in one transaction: a worker that dies leaves it all there or all taken back."""
    from . import services  # noqa: PLC0415 -- as above

    tell(0, 1, "Đang xem lại các dòng đã ghi")
    with transaction.atomic():
        told = services.undo_import(job.params["import"], by=job.asked_by, reason=job.params["reason"], job=job)
        tell(1, 1, told)


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
