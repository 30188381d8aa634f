"""How each kind of file of this app is taken back: by the doors that mend past years, with a line in each log."""

from functools import partial

from portal.core.locking import lock_row
from units.locks import hold_units
from units.models import FileImport, Unit, User
from units.services import Standing, WayBack

from ..models import Evaluation, PastTotal, Recognition
from .past_results import BATCH, take_results_back
from .past_totals import take_totals_back

RECOGNISED = "{}: đã được công nhận theo {} sau khi nhập; số năm liên tục khi đó có thể đã tính cả kết quả này."
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


KINDS = {
    "import_past": WayBack(
        _results, own=frozenset({("evaluations.Event", "evaluation")}), lock=_lock, asks=_recognised_since
    ),
    "import_past_totals": WayBack(_totals, own=frozenset({("evaluations.PastTotalEvent", "past_total")}), lock=_lock),
}
