"""Drafting a reorganisation: its lines, what has no source, and the ends of files under way."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import transaction
from django.db.models import F, Max

from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.rows.seen import print_of as print_of_rows
from portal.core.rows.seen import refuse_unseen as refuse
from portal.core.vietnamese import text

from ..enums import OpenFiles, ReformStatus, Streaks
from ..models import Change, Reorganisation, Unit, User
from ..permissions import may_reorganise
from .columns import BATCH
from .facts import Plan, PlanProblem, UnderWay
from .followers import FOLLOWERS
from .planning import plan_of

JUST_CHANGED = "Phương án vừa được người khác thay đổi, nên chưa ghi gì. Hãy xem lại rồi làm lại."
HEADING = ("number", "title", "issuer", "signed_on", "effective_on")
FAR = 1_000_000  # more than a draft has lines
LINE = ("action", "unit", "key", "kind", "subtype", "code", "name", "to_unit", "to_key", "percent", "is_main")


@transaction.atomic
def new_reform(
    *,
    number: str,
    title: str,
    issuer: str,
    effective_on: date,
    provinces: Iterable[Unit],
    by: User | None,
    signed_on: date | None = None,
    streaks: Streaks | str = Streaks.CARRY,
    open_files: OpenFiles | str = OpenFiles.FINISH,
    gaps: Iterable[str] = (),
    is_demo: bool = False,
) -> Reorganisation:
    """A draft for the provinces. `by` is None for the command line. Raises Refused outside the person's place."""
    provinces = list(provinces)
    if not provinces:
        raise Refused("Phương án phải thuộc ít nhất một tỉnh. Hãy chọn tỉnh.")
    for province in provinces:
        if by is not None and not may_reorganise(by, province):
            raise Refused(f"Đồng chí không quản trị {province} nên không lập phương án sắp xếp ở đó được.")
    reform = Reorganisation.objects.create(
        number=text.clean(number),
        title=text.clean(title),
        issuer=text.clean(issuer),
        signed_on=signed_on,
        effective_on=effective_on,
        streaks=streaks,
        open_files=open_files,
        gaps=list(gaps),
        is_demo=is_demo,
        created_by=by,
    )
    reform.provinces.set(provinces)
    return reform


def locked(reform: Reorganisation, by: User | None, status: ReformStatus) -> Reorganisation:
    """The reorganisation, its row locked. Raises Refused outside the person's place or in another status."""
    found = lock_row(Reorganisation.objects, reform.pk)
    for province in found.provinces.all():
        if by is not None and not may_reorganise(by, province):
            raise Refused(f"Đồng chí không quản trị {province} nên không thay đổi phương án này được.")
    if found.status != status:
        raise Refused(f"Phương án đang ở tình trạng “{found.get_status_display()}”. Hãy tải lại trang.")
    return found


def print_of(reform: Reorganisation) -> str:
    """A print of the heading, the lines and the moment they were applied, for a page to say what it showed."""
    stored = Reorganisation.objects.filter(pk=reform.pk)
    applied = stored.filter(status=ReformStatus.APPLIED).values_list("applied_at")
    lines = reform.changes.order_by("order").values_list(*LINE)
    return print_of_rows([*stored.values_list(*HEADING), *lines, *applied])


def refuse_unseen(reform: Reorganisation, seen: str | None) -> None:
    """Raises Refused where the reorganisation, locked, is no longer what was `seen`; None asks nothing."""
    if seen is not None:
        refuse(print_of(reform), seen, JUST_CHANGED)


@transaction.atomic
def correct_heading(
    reform: Reorganisation,
    *,
    number: str,
    title: str,
    issuer: str,
    signed_on: date | None,
    effective_on: date,
    by: User | None,
    seen: str | None = None,
) -> None:
    """Write the draft's resolution anew; its lines stay, and are asked again of the tree of the day.

    Raises Refused once it is applied, and where the draft is no longer what was `seen` (`print_of`).
    """
    found = locked(reform, by, ReformStatus.DRAFT)
    refuse_unseen(found, seen)
    found.number, found.title, found.issuer = text.clean(number), text.clean(title), text.clean(issuer)
    found.signed_on, found.effective_on = signed_on, effective_on
    found.save(update_fields=HEADING)


@transaction.atomic
def write_changes(
    reform: Reorganisation,
    changes: Iterable[Change],
    *,
    by: User | None,
    gaps: Iterable[str] | None = None,
    seen: str | None = None,
) -> int:
    """Put these lines in place of the draft's; returns how many.

    `gaps`, when given, takes the place of what the draft says has no source and a person must enter. Raises Refused
    once it is applied, and where the lines to be replaced are not those that were `seen` (`print_of`).
    """
    found = locked(reform, by, ReformStatus.DRAFT)
    refuse_unseen(found, seen)
    found.changes.all().delete()
    rows = list(changes)
    for order, row in enumerate(rows, 1):
        row.reform, row.order, row.pk = found, order, None
    Change.objects.bulk_create(rows, batch_size=BATCH)
    if gaps is not None:
        found.gaps = list(gaps)
        found.save(update_fields=["gaps"])
    return len(rows)


def dry_run(reform: Reorganisation) -> Plan:
    """The plan with the problems of every app that follows the tree. Writes nothing."""
    plan = plan_of(reform)
    if not plan.problems:
        plan.problems += [PlanProblem(None, sentence) for follow in FOLLOWERS for sentence in follow.problems(plan)]
    plan.warnings += [sentence for follow in FOLLOWERS for sentence in follow.warnings(plan)]
    return plan


def waiting(plan: Plan) -> list[UnderWay]:
    """What is under way at units that end, in every app that follows the tree, with the end each of it takes."""
    return [row for follow in FOLLOWERS for row in follow.waiting(plan)]


@transaction.atomic
def choose_ends(reform: Reorganisation, chosen: Mapping[int, str], *, by: User | None) -> None:
    """Let these files take an end of their own; one that is the draft's is no exception any more.

    Raises Refused once it is applied, for an end there is not, or a file it does not concern.
    """
    found = locked(reform, by, ReformStatus.DRAFT)
    here = {row.pk for row in waiting(plan_of(found))}
    for pk, end in chosen.items():
        if pk not in here or end not in OpenFiles:
            raise Refused("Có hồ sơ không thuộc phương án, hoặc cách xử lý không có. Hãy tải lại trang rồi chọn lại.")
        found.ends.pop(str(pk), None)
        if end != found.open_files:
            found.ends[str(pk)] = end
    found.save(update_fields=["ends"])


@transaction.atomic
def add_change(reform: Reorganisation, change: Change, *, by: User | None) -> Change:
    """Add a line to the draft, after the others. Raises Refused once it is applied."""
    found = locked(reform, by, ReformStatus.DRAFT)
    change.reform, change.order = found, (found.changes.aggregate(last=Max("order"))["last"] or 0) + 1
    change.save()
    return change


@transaction.atomic
def drop_change(change: Change, *, by: User | None) -> None:
    """Take a line out of the draft; those after it move up. Raises Refused once it is applied, or the line is gone."""
    found = locked(change.reform, by, ReformStatus.DRAFT)
    change = lock_row(Change.objects, change.pk)
    order = change.order
    change.delete()
    # by way of places nobody has: a unique place is asked row by row
    found.changes.filter(order__gt=order).update(order=F("order") + FAR)
    found.changes.filter(order__gt=FAR).update(order=F("order") - FAR - 1)


@transaction.atomic
def drop_reform(reform: Reorganisation, *, by: User | None, seen: str | None = None) -> None:
    """Throw a draft away. Raises Refused once it is applied, and where its lines are not those that were `seen`."""
    found = locked(reform, by, ReformStatus.DRAFT)
    refuse_unseen(found, seen)
    found.delete()
