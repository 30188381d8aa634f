"""Saving answers one by one, with a version so that nobody overwrites what they have not seen."""

from django.db import transaction
from django.db.models.functions import Now

from criteria.cells import write_cell
from criteria.models import Criterion
from criteria.queries import asked_of
from criteria.values import Asked, BadValue, Value, check
from portal.core.errors import Refused
from units.models import User

from .. import permissions
from ..enums import EDITABLE, CycleStatus, State
from ..models import Answer, Evaluation, Event
from ..queries import APPRAISED, OWN

FIELDS = ("met", "value", "numerator", "denominator", "not_applicable", "excuse")
PREFIX = {OWN: "", APPRAISED: "appraised_"}
AMENDED = {OWN: "Sửa số liệu", APPRAISED: "Sửa kết quả thẩm định"}


class Conflict(Exception):
    """Somebody else saved the same cell since it was read; carries the answer as it is now."""

    def __init__(self, answer: Answer):
        super().__init__("answer changed meanwhile")
        self.answer = answer


def columns(value: Value, side: str) -> dict:
    """The answer's columns for one side, from a plain value."""
    return {PREFIX[side] + name: getattr(value, name) for name in FIELDS}


def locked_file(evaluation: Evaluation, by: User, side: str) -> Evaluation:
    """The file under lock, after asking whether its answers may be written on this side. Raises Refused."""
    # The year is read after the wait: a row joined to the one waited for would be as old as the wait.
    file = Evaluation.objects.select_for_update(of=("self",)).select_related("criteria_set").get(pk=evaluation.pk)
    if file.cycle.status != CycleStatus.OPEN:
        raise Refused(f"Kỳ đánh giá năm {file.cycle.year} đã khoá sổ.")
    if side == OWN:
        if not permissions.may_enter(by, file):
            raise Refused("Tài khoản của đồng chí không có quyền nhập hồ sơ này.")
        if file.state == State.EXPECTED:
            raise Refused("Đơn vị chưa đăng ký. Hãy bấm “Đăng ký” trước khi nhập kết quả.")
        if file.state not in EDITABLE:
            raise Refused(
                f"Hồ sơ đang ở tình trạng “{file.get_state_display()}” nên không sửa được. Hãy tải lại trang."
            )
    else:
        if not permissions.may_appraise(by, file):
            raise Refused("Tài khoản của đồng chí không có quyền thẩm định hồ sơ này.")
        if file.state != State.SUBMITTED:
            raise Refused(f"Hồ sơ đang ở tình trạng “{file.get_state_display()}”, không ở bước thẩm định.")
    return file


def find_asked(evaluation: Evaluation, code: str) -> Asked:
    """The criterion of the file's own set; raises Refused for a code the set does not hold."""
    for line in asked_of(evaluation.criteria_set):
        if line.code == code and line.measure != "group":
            return line
    raise Refused(f"Bộ tiêu chí “{evaluation.criteria_set.name}” không có tiêu chí mã “{code[:40]}”.")


@transaction.atomic
def save_answer(
    evaluation: Evaluation, code: str, value: Value, *, version: int, by: User, note: str | None = None, side: str = OWN
) -> Answer:
    """Write one cell and return the answer with its new version; the log keeps the value it takes the place of.

    `version` is the one that was read (0 when there was no answer). Raises Refused (not allowed, value outside its
    measure) or Conflict (saved by somebody else meanwhile; nothing is written).
    """
    file = locked_file(evaluation, by, side)
    line = find_asked(file, code)
    try:
        check(line, value)
    except BadValue as bad:
        raise Refused(bad.sentence) from bad
    changes = columns(value, side)
    if note is not None:
        changes[PREFIX[side] + "note"] = note.strip()
    stored = (
        Answer.objects.filter(evaluation=file, criterion__code=code).select_related("saved_by", "criterion").first()
    )
    if stored is None:
        if version:
            raise Refused("Ô này vừa được thay đổi ở nơi khác. Hãy tải lại trang.")
        criterion = Criterion.objects.get(criteria_set=file.criteria_set_id, code=code)
        return Answer.objects.create(evaluation=file, criterion=criterion, saved_by=by, **changes)
    if stored.version != version:
        raise Conflict(stored)
    before = stored.own if side == OWN else stored.appraised
    if before != value and not before.is_empty:
        told = f"Tiêu chí {line.number}: {write_cell(line, before)} → {write_cell(line, value) or 'để trống'}"
        Event.staying(file, "amend", AMENDED[side], by=by, comment=told).save()
    for name, new in changes.items():
        setattr(stored, name, new)
    stored.version += 1
    stored.saved_by = by
    stored.saved_at = Now()
    stored.save()
    return stored


@transaction.atomic
def accept_answers(evaluation: Evaluation, *, by: User) -> int:
    """Appraisers agree with every own answer they have not judged yet; one upsert. Returns how many were taken over."""
    file = locked_file(evaluation, by, APPRAISED)
    rows = [answer for answer in file.answers.all() if answer.appraised.is_empty and not answer.own.is_empty]
    for answer in rows:
        for name in FIELDS:
            setattr(answer, PREFIX[APPRAISED] + name, getattr(answer, name))
        answer.version += 1
        answer.saved_by = by
    Answer.objects.bulk_update(rows, [*(PREFIX[APPRAISED] + name for name in FIELDS), "version", "saved_by"])
    return len(rows)
