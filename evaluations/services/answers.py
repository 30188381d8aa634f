"""Saving answers one by one, with a version so that nobody overwrites what they have not seen."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from criteria.judging.cells import in_words, read_cell, write_cell
from criteria.judging.values import BadValue, CriterionSpec, Value, check
from criteria.judging.verdicts import Verdict
from criteria.models import Criterion
from criteria.queries import specs_of
from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.vietnamese.moments import moment_text
from units.models import User

from .. import permissions
from ..enums import EDITABLE, Action, Filled, Side, State
from ..judging.dossiers import judged_dossier
from ..models import Answer, Evaluation, Event

FIELDS = ("met", "value", "numerator", "denominator", "not_applicable", "excuse")
PREFIX = {Side.OWN: "", Side.APPRAISED: "appraised_"}
UNMARKED = {"filled_from": "", "filled_by": None, "filled_at": None}
AMEND = {Side.OWN: Action.AMEND, Side.APPRAISED: Action.AMEND_APPRAISAL}


class Conflict(Exception):
    """Somebody else saved the same cell since it was read; carries the answer as it is now, nothing was written."""

    def __init__(self, criterion: CriterionSpec, answer: Answer, side: Side):
        super().__init__("answer changed meanwhile")
        self.criterion, self.answer, self.side = criterion, answer, side

    @property
    def sentence(self) -> str:
        """Who saved the cell meanwhile, when, and what it holds now."""
        held = in_words(self.criterion, self.answer.on(self.side)) or "để trống"
        when = moment_text(self.answer.saved_at)
        return f"{self.answer.saved_by} vừa ghi “{held}” lúc {when}; giá trị của đồng chí chưa được lưu."

    @property
    def theirs(self) -> str:
        """What the cell holds now, as it is typed."""
        return write_cell(self.criterion, self.answer.on(self.side))


@dataclass(frozen=True)
class SavedCell:
    """A cell as it was stored, and what the dossier comes to with it."""

    text: str
    version: int
    verdict: Verdict
    unconfirmed: str = ""  # how it was filled, in words, where nobody has confirmed it
    differs: bool = False  # appraised otherwise than the unit answered


def columns(value: Value, side: Side) -> dict:
    """The answer's columns for one side, from a plain value."""
    return {PREFIX[side] + name: getattr(value, name) for name in FIELDS}


def locked_dossier(evaluation: Evaluation, by: User, side: Side) -> Evaluation:
    """The dossier under lock, after asking whether its answers may be written on this side. Raises Refused.

    Whoever takes it to appraise has begun: who sent it may not take it back any more.
    """
    # The year is read after the wait: a row joined to the one waited for would be as old as the wait.
    dossier = lock_row(Evaluation.objects.select_related("criteria_set"), evaluation.pk)
    if not dossier.cycle.is_open:
        raise Refused(f"Kỳ đánh giá năm {dossier.cycle.year} đã khoá sổ.")
    if side == Side.OWN:
        if not permissions.may_enter(by, dossier):
            raise Refused("Tài khoản của đồng chí không có quyền nhập hồ sơ này.")
        if dossier.state == State.EXPECTED:
            raise Refused("Đơn vị chưa đăng ký. Hãy bấm “Đăng ký” trước khi nhập kết quả.")
        if dossier.state not in EDITABLE:
            raise Refused(
                f"Hồ sơ đang ở tình trạng “{dossier.get_state_display()}” nên không sửa được. Hãy tải lại trang."
            )
    else:
        if not permissions.may_appraise(by, dossier):
            raise Refused("Tài khoản của đồng chí không có quyền thẩm định hồ sơ này.")
        if dossier.state != State.SUBMITTED:
            raise Refused(f"Hồ sơ đang ở tình trạng “{dossier.get_state_display()}”, không ở bước thẩm định.")
        if not dossier.is_being_appraised:
            dossier.is_being_appraised = True
            dossier.save(update_fields=["is_being_appraised"])
    return dossier


def find_criterion(evaluation: Evaluation, code: str) -> CriterionSpec:
    """The criterion of the dossier's own set; raises Refused for a code the set does not hold."""
    for line in specs_of(evaluation.criteria_set):
        if line.code == code and line.measure != "group":
            return line
    raise Refused(f"Bộ tiêu chí “{evaluation.criteria_set.name}” không có tiêu chí mã “{code[:40]}”.")


@transaction.atomic
def save_answer(
    evaluation: Evaluation,
    code: str,
    value: Value,
    *,
    version: int,
    by: User,
    note: str | None = None,
    side: Side = Side.OWN,
    filled: str = "",
) -> Answer:
    """Write one answer and return it with its new version; the log keeps the value it takes the place of.

    `version` is the one that was read (0 when there was no answer); `filled` says where a value comes from that nobody
    typed. Raises Refused (not allowed, value outside its measure) or Conflict (saved by somebody else meanwhile;
    nothing is written).
    """
    dossier = locked_dossier(evaluation, by, side)
    criterion = find_criterion(dossier, code)
    return _store(dossier, criterion, value, version=version, by=by, note=note, side=side, filled=filled)


def save_cell(
    evaluation: Evaluation, code: str, typed: str, *, version: int, by: User, note: str | None, side: Side
) -> SavedCell:
    """Read what was typed into one cell, store it, and judge the dossier with it.

    Raises Refused, also with what cannot be read and how it is written, or Conflict, as `save_answer` does.
    """
    with transaction.atomic():
        dossier = locked_dossier(evaluation, by, side)
        criterion = find_criterion(dossier, code)
        try:
            value = read_cell(criterion, typed)
        except BadValue as bad:
            raise Refused(bad.sentence) from bad
        answer = _store(dossier, criterion, value, version=version, by=by, note=note, side=side)
    return saved_cell(dossier, criterion, answer, side)


def saved_cell(dossier: Evaluation, criterion: CriterionSpec, answer: Answer, side: Side) -> SavedCell:
    """A stored cell as its page is told of it."""
    verdict = judged_dossier(dossier).verdict(side)
    text = write_cell(criterion, answer.on(side))
    if side == Side.OWN:
        return SavedCell(text, answer.version, verdict, unconfirmed=answer.unconfirmed)
    return SavedCell(text, answer.version, verdict, differs=answer.differs)


def _store(
    dossier: Evaluation,
    criterion: CriterionSpec,
    value: Value,
    *,
    version: int,
    by: User,
    note: str | None,
    side: Side,
    filled: str = "",
) -> Answer:
    """The answer written under the lock the caller holds."""
    held = Answer.objects.filter(evaluation=dossier, criterion__code=criterion.code)
    stored = held.select_related("saved_by", "filled_by", "criterion").first()
    if stored is not None and stored.version != version and _says(stored, value, note, side):
        return stored  # sent again, the first answer never came: no conflict with oneself
    answer, line = changed_answer(
        dossier, criterion, value, stored, version=version, by=by, note=note, side=side, filled=filled
    )
    if stored is None:
        answer.criterion = Criterion.objects.get(criteria_set=dossier.criteria_set_id, code=criterion.code)
    if line is not None:
        line.save()
    answer.save()
    return answer


def _says(stored: Answer, value: Value, note: str | None, side: Side) -> bool:
    """Whether all that is to be written stands there already."""
    held = getattr(stored, PREFIX[side] + "note")
    return stored.on(side) == value and (note is None or note.strip() == held)


def changed_answer(
    dossier: Evaluation,
    criterion: CriterionSpec,
    value: Value,
    stored: Answer | None,
    *,
    version: int,
    by: User,
    note: str | None = None,
    side: Side,
    filled: str = "",
) -> tuple[Answer, Event | None]:
    """The stored answer changed, or a new one that lacks its criterion, and the line the log keeps; neither is saved.

    `stored` is what is there under the lock the caller holds. An own value written is the officer's word, and no mark
    stays on it, unless `filled` says that it was filled in. Raises Refused or Conflict, and then changes nothing.
    """
    try:
        check(criterion, value)
    except BadValue as bad:
        raise Refused(bad.sentence) from bad
    changes = columns(value, side)
    if note is not None:
        changes[PREFIX[side] + "note"] = note.strip()
    if side == Side.OWN:
        changes |= _mark(stored, value, filled, by)
    if stored is None:
        if version:
            raise Refused("Ô này vừa được thay đổi ở nơi khác. Hãy tải lại trang.")
        return Answer(evaluation=dossier, saved_by=by, **changes), None
    if stored.version != version:
        raise Conflict(criterion, stored, side)
    before, line = stored.on(side), None
    if before != value and not before.is_empty:
        was, becomes = write_cell(criterion, before), write_cell(criterion, value) or "để trống"
        mark = f" ({stored.unconfirmed})" if side == Side.OWN and stored.filled_from else ""
        comment = f"Tiêu chí {criterion.number}: {was}{mark} → {becomes}"
        line = Event.staying(dossier, AMEND[side], by=by, comment=comment)
    elif side == Side.OWN and stored.filled_from and not filled:
        line = Event.staying(dossier, Action.CONFIRM_FILLED, by=by, comment=confirmed_line([(criterion, stored)]))
    for name, new in changes.items():
        setattr(stored, name, new)
    stored.version += 1
    stored.saved_by = by
    stored.saved_at = Now()
    return stored, line


def _mark(stored: Answer | None, value: Value, filled: str, by: User) -> dict:
    """The columns that say how the value was filled; the same value filled the same way keeps who filled it when."""
    if stored is not None and filled and stored.filled_from == filled and stored.own == value:
        return {}
    if not filled or value.is_empty:
        return UNMARKED
    return {"filled_from": Filled(filled), "filled_by": by, "filled_at": Now()}


def confirmed_line(confirmed: Iterable[tuple[CriterionSpec, Answer]]) -> str:
    """What the log says of filled values somebody confirms: which, what they hold, who filled them when."""
    by_mark: dict[str, list[str]] = {}
    for criterion, answer in confirmed:
        how = answer.get_filled_from_display()
        if answer.filled_by and answer.filled_at:  # as the database holds of every marked answer
            how += f", {answer.filled_by.called(answer.filled_at)} điền lúc {moment_text(answer.filled_at)}"
        by_mark.setdefault(how, []).append(f"{criterion.number} ({write_cell(criterion, answer.own)})")
    return "\n".join(f"{how}: tiêu chí {', '.join(cells)}" for how, cells in by_mark.items())


@transaction.atomic
def save_remark(evaluation: Evaluation, code: str, note: str, *, seen: str, by: User) -> None:
    """Keep the appraisers' words on one criterion; the log keeps those they take the place of.

    `seen` are the words that were read. The answer's version stays, for no value changed. Raises Refused.
    """
    dossier = locked_dossier(evaluation, by, Side.APPRAISED)
    criterion = find_criterion(dossier, code)
    note, seen = (text.replace("\r\n", "\n").strip() for text in (note, seen))
    held = Answer.objects.filter(evaluation=dossier, criterion__code=criterion.code).first()
    if held is None:
        raise Refused(f"Tiêu chí {criterion.number} chưa có số liệu tự đánh giá nên chưa ghi ý kiến được.")
    if held.appraised_note not in (seen, note):
        raise Refused(
            f"Có người vừa ghi ý kiến khác cho tiêu chí {criterion.number}: “{held.appraised_note}”. "
            "Ý kiến của đồng chí chưa được lưu; hãy đọc rồi ghi lại."
        )
    if held.appraised_note and held.appraised_note != note:
        told = f"Tiêu chí {criterion.number}, ý kiến: {held.appraised_note} → {note or 'để trống'}"
        Event.staying(dossier, Action.AMEND_APPRAISAL, by=by, comment=told).save()
    held.appraised_note = note
    held.save(update_fields=["appraised_note"])


@transaction.atomic
def accept_answers(evaluation: Evaluation, *, by: User) -> int:
    """Appraisers agree with every own answer they have not judged yet; one upsert. Returns how many were taken over.

    What was filled in and nobody confirmed is left to be looked at by itself.
    """
    dossier = locked_dossier(evaluation, by, Side.APPRAISED)
    rows = [
        answer
        for answer in dossier.answers.filter(filled_from="")
        if answer.appraised.is_empty and not answer.own.is_empty
    ]
    for answer in rows:
        for name in FIELDS:
            setattr(answer, PREFIX[Side.APPRAISED] + name, getattr(answer, name))
        answer.version += 1
        answer.saved_by = by
    Answer.objects.bulk_update(rows, [*(PREFIX[Side.APPRAISED] + name for name in FIELDS), "version", "saved_by"])
    return len(rows)
