"""How each kind of file of this app is taken back: past years by the doors that mend them, a grid's cells as a block,
with a line in each log."""

from functools import partial

from criteria.judging.cells import write_cell
from criteria.judging.values import Value
from criteria.queries import specs_of
from portal.core.errors import Refused
from portal.core.rows.locking import hold_rows, lock_row
from portal.core.vietnamese.figures import grouped
from portal.core.vietnamese.moments import moment_text
from units.locks import hold_units
from units.models import FileImport, Unit, User
from units.services import Standing, WayBack

from ..models import Answer, Evaluation, PastTotal, Recognition
from .blocks import NOT_TAKEN, AskedCell, CellOutcome, SaveOutcome, save_cells
from .past_results import BATCH, take_results_back
from .past_totals import take_totals_back

RECOGNISED = "{}: đã được công nhận theo {} sau khi nhập; số năm liên tục khi đó có thể đã tính cả kết quả này."
EMPTIED = "xoá"  # as a filled cell says it
WHY = "Hoàn tác lần nhập từ tệp “{}”. {}"


def _lock(record: FileImport) -> None:
    """One writer of a province's past years at a time, as for those who enter them."""
    hold_units()
    if record.place_id:
        lock_row(Unit.objects, record.place_id)


def _results(found: Standing, by: User, reason: str) -> None:
    changed = [(one.now, one.then) for one in found.changed_of(Evaluation)]
    take_results_back(found.made_of(Evaluation), changed, by=by, reason=_why(found, reason))


def _totals(found: Standing, by: User, reason: str) -> None:
    changed = [(one.now, one.then) for one in found.changed_of(PastTotal)]
    take_totals_back(found.made_of(PastTotal), changed, by=by, reason=_why(found, reason))


def _why(found: Standing, reason: str) -> str:
    return WHY.format(found.record.name, reason)


def _recognised_since(found: Standing) -> None:
    """A unit recognised after the file was taken: its years running may have been counted with these results."""
    dossiers = [*found.made_of(Evaluation), *(one.now for one in found.changed_of(Evaluation))]
    units = [one.unit_id for one in dossiers]
    for start in range(0, len(units), BATCH):
        since = Recognition.objects.in_force().filter(
            evaluation__unit__in=units[start : start + BATCH], decision__issued_at__gt=found.record.at
        )
        for one in since.select_related("evaluation__cycle__programme", "decision").order_by("pk"):
            found.refuse(partial(RECOGNISED.format, one.evaluation, one.decision))


# --- a filled grid ---------------------------------------------------------------------------------------------
def _hold_dossiers(record: FileImport) -> None:
    """The dossiers before their answers, as who saves a cell takes them."""
    answers = Answer.objects.filter(pk__in=map(int, record.rows.get(Answer._meta.label, ())))
    dossiers = Evaluation.objects.filter(pk__in=answers.order_by().values("evaluation"))
    list(hold_rows(dossiers.order_by("pk"), to_write=True))


def _cells(found: Standing, by: User, reason: str) -> None:
    """Each cell back as it was; one that cannot be, as the dossier was sent on, stays and is told."""
    was = {one.pk: Value() for one in found.made_of(Answer)}
    was |= {one.now.pk: one.then.own for one in found.changed_of(Answer)}
    answers = Answer.objects.filter(pk__in=was).select_related("criterion").order_by("evaluation", "pk")
    places = ("cycle", "criteria_set__document", "commune", "district")
    held = Evaluation.objects.filter(pk__in={one.evaluation_id for one in answers}).select_related(*places)
    dossiers = {one.pk: one for one in held}
    specs = {one.criteria_set_id: {line.code: line for line in specs_of(one.criteria_set)} for one in held}
    asked = []
    for one in answers:
        line = specs[dossiers[one.evaluation_id].criteria_set_id][one.criterion.code]
        told = write_cell(line, was[one.pk]) or EMPTIED
        asked.append(AskedCell(one.evaluation_id, line.code, told, one.version))
    outcomes = save_cells(asked, dossiers, by=by, why=_why(found, reason))
    numbers = {(one.evaluation_id, one.criterion.code): one.criterion.number for one in answers}
    for outcome in outcomes:
        if outcome.outcome in NOT_TAKEN:
            found.leave(partial(_not_back, outcome, dossiers, numbers))
    done = sum(outcome.outcome == SaveOutcome.SAVED for outcome in outcomes)
    if not done:
        raise Refused("\n".join(["Không hoàn tác được, chưa đổi gì:", *found.all_left]))
    left = len(found.left) + found.more_left
    found.told = f"Đã hoàn tác lần nhập: trả lại {grouped(done)} ô như trước khi nhập."
    found.told += f" {grouped(left)} ô để nguyên; trang của lần nhập nêu từng ô." if left else ""


def _not_back(outcome: CellOutcome, dossiers: dict[int, Evaluation], numbers: dict[tuple[int, str], str]) -> str:
    asked = outcome.asked
    return f"{dossiers[asked.dossier].unit_name}, tiêu chí {numbers[asked.dossier, asked.code]}: {outcome.sentence}"


def _written_since(answer: Answer) -> str:
    by_whom, when = answer.saved_by or "người khác", moment_text(answer.saved_at)
    return f"{answer.evaluation.unit_name}, tiêu chí {answer.criterion.number}: {by_whom} đã ghi lại lúc {when}."


KINDS = {
    "import_grid": WayBack(_cells, lock=_hold_dossiers, leaves=_written_since),
    "import_past": WayBack(
        _results, own=frozenset({("evaluations.Event", "evaluation")}), lock=_lock, asks=_recognised_since
    ),
    "import_past_totals": WayBack(_totals, own=frozenset({("evaluations.PastTotalEvent", "past_total")}), lock=_lock),
}
