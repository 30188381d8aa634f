"""Judging many dossiers of the real residential-area set against reading their answers alone, and judging by itself."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from django.core.management import call_command
from django.db import connection

from criteria.judging.verdicts import judge
from criteria.models import Programme
from criteria.queries import rule_of, specs_of
from evaluations.enums import Side
from evaluations.judging.dossiers import answers_of, judged_dossiers
from evaluations.models import Evaluation
from evaluations.services import open_cycle
from units.enums import Subtype, UnitKind
from units.services import NewUnit, place_units

from . import Measured, Options, at_most, bench, count_the_tables, rolled_back, timed

BATCH = 1000
# One answer a criterion; about one dossier in four has something that was not met or not answered.
ANSWERS = """
INSERT INTO evaluations_answer (evaluation_id, criterion_id, met, value, numerator, denominator, not_applicable, excuse,
  note, appraised_not_applicable, appraised_excuse, appraised_note, version, saved_at)
SELECT e.id, c.id,
  CASE WHEN c.measure = 'must' THEN (e.id * 31 + c.id) %% 59 <> 0 END,
  CASE WHEN c.measure = 'event' THEN CASE WHEN (e.id + c.id) %% 97 = 0 THEN 1 ELSE 0 END
       WHEN c.measure = 'count' THEN 1 + e.id %% 3 END,
  CASE WHEN c.measure = 'trend' THEN e.id %% 3 WHEN c.measure = 'percent' THEN 100 END,
  CASE WHEN c.measure = 'trend' THEN 2 WHEN c.measure = 'percent' THEN 100 END,
  {no}, '', '', {no}, '', '', 1, CURRENT_TIMESTAMP
FROM evaluations_evaluation e JOIN criteria_criterion c ON c.criteria_set_id = e.criteria_set_id
WHERE e.cycle_id = %s AND e.kind = 'residential_area' AND c.measure NOT IN ('group', 'derived')
"""


@bench
def judging(options: Options) -> list[Measured]:
    """Reading the answers of `--evaluations` dossiers and judging them, beside reading them by the same path alone."""
    with rolled_back():
        dossiers = answered_dossiers(options.evaluations)
        asked, rule = specs_of(dossiers[0].criteria_set), rule_of(dossiers[0].criteria_set)
        lines = sum(one.measure != "group" for one in asked)
        judged: dict[str, int] = {}

        def reading() -> None:
            for batch in _batches(dossiers):
                answers_of(batch)

        def whole() -> None:
            judged.clear()
            for batch in _batches(dossiers):
                for one in judged_dossiers(batch).values():
                    outcome = one.verdict(Side.OWN).outcome
                    judged[outcome] = judged.get(outcome, 0) + 1

        some = dossiers[: 2 * BATCH]
        values = [{code: answer.own for code, answer in answers.items()} for answers in answers_of(some).values()]

        def only_judging() -> None:
            for one in values:
                judge(asked, one, rule)

        whole_ms, reading_ms = timed(whole, reading, rounds=options.rounds)
        (judging_ms,) = timed(only_judging, rounds=options.rounds)
        if sum(judged.values()) != len(dossiers) or not {"met", "not_met"} <= judged.keys():
            raise AssertionError(f"not every dossier was judged, or all alike: {judged}")
    many = f"{len(dossiers)} hồ sơ × {lines} tiêu chí"
    rates = [round(1000 * len(dossiers) / taken) for taken in (whole_ms, reading_ms)]
    alone = round(1000 * len(some) / judging_ms)
    return [
        at_most(f"Đọc và chấm {many} so với chỉ đọc câu trả lời", whole_ms, reading_ms, 2),
        _rate(f"Tốc độ đọc và chấm {many} so với chỉ đọc", rates[0], rates[1], 2),
        _rate(f"Tốc độ riêng việc chấm ({len(some)} hồ sơ đã đọc) so với đọc", alone, rates[1], 1),
    ]


def _rate(name: str, ours: float, theirs: float, goal: float) -> Measured:
    """Dossiers a second; the ratio is of the time they take, as in the row beside it."""
    ratio = theirs / ours
    return Measured(name, ours, theirs, "hồ sơ/giây", f"≤ {goal} × thời gian", round(ratio, 3), ratio <= goal)


def _batches(dossiers: list[Evaluation]) -> Iterator[list[Evaluation]]:
    waiting = iter(dossiers)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def answered_dossiers(number: int) -> list[Evaluation]:
    """An open year of so many residential areas, every criterion answered, inside the caller's transaction."""
    if not Programme.objects.filter(code="safety", sets__status="published").exists():
        call_command("load_criteria", verbosity=0)
    day = date(2024, 1, 2)
    province = place_units([NewUnit(kind=UnitKind.PROVINCE, subtype=Subtype.PROVINCE, name="Tỉnh Chấm")], on=day)[0]
    opening = NewUnit(kind=UnitKind.DISTRICT, subtype=Subtype.RURAL_DISTRICT, name="Huyện Chấm", parent=province)
    district = place_units([opening], on=day)[0]
    opening = NewUnit(kind=UnitKind.COMMUNE, subtype=Subtype.COMMUNE, name="Xã Chấm", parent=district)
    commune = place_units([opening], on=day)[0]
    place_units(
        [
            NewUnit(kind=UnitKind.RESIDENTIAL_AREA, subtype=Subtype.VILLAGE, name=f"Thôn {place}", parent=commune)
            for place in range(number)
        ],
        on=day,
    )
    cycle = open_cycle(Programme.objects.get(code="safety"), province, 2024, as_of=day, by=None)
    with connection.cursor() as cursor:
        cursor.execute(ANSWERS.format(no="false" if connection.vendor == "postgresql" else "0"), [cycle.pk])
    count_the_tables()
    found = cycle.evaluations.filter(kind=UnitKind.RESIDENTIAL_AREA).select_related("cycle", "criteria_set__document")
    return list(found)
