"""Results of years before the portal, mended: they were taken from papers, and no move of the table leads to them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection

from criteria.models import Grade
from portal.core.errors import Refused
from units.models import User

from ..enums import Action, Origin
from ..models import Evaluation, Event
from .door import OPERATOR

BATCH = 1000
COLUMNS = ("state", "grade", "paper", "paper_on", "paper_title", "paper_source")


@dataclass(frozen=True)
class PaperResult:
    """What papers say of a unit in a year: the decision, its day and title, and the paper it was read from."""

    state: str
    grade: Grade | None = None
    paper: str = ""
    paper_on: date | None = None
    paper_title: str = ""
    paper_source: str = ""

    @classmethod
    def of(cls, dossier: Evaluation) -> "PaperResult":
        """What is stored. Reads the dossier's grade and cycle."""
        return cls(**{name: getattr(dossier, name) for name in COLUMNS[:-1]}, paper_source=dossier.taken_from)

    @property
    def decision(self) -> str:
        """Title, decision and day in one phrase: "Khu dân cư tiêu biểu, QĐ 5/QĐ-UBND ngày 02/01/2019"; or empty."""
        day = f"ngày {self.paper_on:%d/%m/%Y}" if self.paper_on else ""
        return ", ".join(filter(None, (self.paper_title, f"{self.paper} {day}".strip())))


@dataclass(frozen=True)
class Corrected:
    """What papers say of a past year's dossier that the portal has otherwise."""

    dossier: Evaluation
    result: PaperResult


def correct_past(rows: Iterable[Corrected], *, by: User | None, reason: str, action: Action = Action.CORRECT) -> None:
    """Write the results and a line in each dossier's log: what was there before, from which paper, by whom.

    The dossiers are locked and read again, so that the line tells what was there. Statements grow with batches. Raises
    Refused for a dossier that was worked on the portal, or changed since it was read.
    """
    rows = list(rows)
    results = {row.dossier.pk: row.result for row in rows}
    read = {row.dossier.pk: PaperResult.of(row.dossier) for row in rows}
    events, dossiers = [], _locked(results)
    for dossier in dossiers:
        if dossier.origin != Origin.HISTORY:
            raise Refused(f"Hồ sơ của {dossier.unit_name} được thực hiện trên cổng nên không sửa như năm trước được.")
        new, old = results[dossier.pk], PaperResult.of(dossier)
        if old != read[dossier.pk]:
            raise Refused(f"Kết quả của {dossier.unit_name} vừa được người khác sửa. Hãy tải lại trang để xem.")
        before = dossier.get_state_display() + (f", loại {dossier.grade}" if dossier.grade else "")
        source = f" Nguồn: {new.paper_source}." if action == Action.CORRECT and new.paper_source else ""
        events.append(
            _line(
                dossier,
                action,
                (dossier.state, new.state),
                by,
                f"Trước: {before}{f' ({old.decision})' if old.decision else ''}. {reason}{source}",
            )
        )
        dossier.state, dossier.grade, dossier.paper = new.state, new.grade, new.paper
        dossier.paper_on, dossier.paper_title, dossier.paper_source = new.paper_on, new.paper_title, new.paper_source
    Event.objects.bulk_create(events, batch_size=BATCH)
    Evaluation.objects.bulk_update(dossiers, COLUMNS, batch_size=BATCH)


def _locked(ids: Iterable[int]) -> list[Evaluation]:
    ids, found = sorted(ids), []
    for start in range(0, len(ids), BATCH):
        rows = Evaluation.objects.select_for_update(of=("self",)).filter(pk__in=ids[start : start + BATCH])
        found += list(rows.select_related("cycle", "grade").order_by("pk"))
    return found


def log_recorded(dossiers: Iterable[Evaluation], *, by: User | None, reason: str) -> None:
    """The first line of past results just recorded: by whom, from which paper.

    The database copies it from the stored dossier: nothing of it is known to us alone.
    """
    ids = [one.pk for one in dossiers]
    lines, stored = Event._meta.db_table, Evaluation._meta.db_table
    copy = (
        f"INSERT INTO {lines} (evaluation_id, action, label, source, target, by_id, by_post, comment) "  # noqa: S608 -- our own names  # nosec
        f"SELECT id, %s, %s, state, state, %s, %s, 'Nguồn: ' || paper_source || %s FROM {stored}"
    )
    told = [Action.RECORD.value, Action.RECORD.label, by.pk if by else None, _post(by), f". {reason}".rstrip()]
    with connection.cursor() as cursor:
        for start in range(0, len(ids), BATCH):
            some = ids[start : start + BATCH]
            cursor.execute(f"{copy} WHERE id IN ({', '.join(['%s'] * len(some))}) ORDER BY id", [*told, *some])


def _post(by: User | None) -> str:
    return str(by) if by else OPERATOR


def _line(dossier: Evaluation, action: Action, states: tuple[str, str], by: User | None, comment: str) -> Event:
    source, target = states
    return Event(
        evaluation=dossier,
        action=action,
        label=action.label,
        source=source,
        target=target,
        by=by,
        by_post=_post(by),
        comment=comment,
    )
