"""A unit's results on a day: recognised from its decision on, revoked from the next one on, nothing of later days."""

from datetime import UTC, date, datetime

import pytest

from evaluations import services
from evaluations.enums import State
from evaluations.models import Cycle, Event, Recognition
from evaluations.queries.results_on import results_on
from tests.evaluations.factories import recognise
from tests.evaluations.world import fill, more_dossiers, put
from tests.reports.factories import make_cycle, make_files
from tests.units.factories import make_tree, make_user
from units.enums import Role

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # results of a day, in SQL


def states(unit, user, day) -> list[State]:
    return [row.state for row in results_on(unit, user, day)]


def test_recognised_then_revoked(world, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "dossiers"
    (dossier,) = more_dossiers(world, ["Thôn Được"])
    fill([dossier], world.officer)
    put([dossier], State.APPRAISED, submitted_by=world.officer, appraised_by=world.standing)
    recognise(world.council.committee, [dossier], by=world.standing)  # signed on 8/11/2024
    services.revoke(
        Recognition.objects.get(),
        number=2,
        symbol="QĐ-UBND",
        signed_on=date(2024, 12, 2),
        signer="Nguyễn Văn Mẫu",
        reason="Có sai phạm",
        by=world.chair,
    )
    unit, user = dossier.unit, world.officer
    found = {day: states(unit, user, day) for day in (date(2024, 11, 8), date(2024, 12, 1), date(2024, 12, 2))}
    assert list(found.values()) == [[State.RECOGNISED], [State.RECOGNISED], [State.REVOKED]]
    (row,) = results_on(unit, user, date(2024, 12, 1))
    assert (row.decision.reference, row.revoked_by, row.label) == ("01/QĐ-UBND", None, "Đã công nhận")
    assert states(unit, user, date(2024, 11, 7)) == []  # before that nothing had been heard of it
    assert states(unit, make_user(Role.OFFICER, make_tree("B").communes[0]), date(2024, 12, 2)) == []


def test_a_file_under_way_stands_where_its_last_event_left_it(world):
    dossier, user = world.area, world.officer
    Cycle.objects.update(opened_at=datetime(2024, 2, 1, tzinfo=UTC))
    for target, day in (("registered", 5), ("submitted", 20)):
        Event.objects.bulk_create(
            [Event(evaluation=dossier, action="x", label="x", source="expected", target=target, by_post="",
                   at=datetime(2024, 3, day, tzinfo=UTC))]
        )  # fmt: skip
    days = (date(2024, 1, 31), date(2024, 3, 4), date(2024, 3, 5), date(2024, 3, 19), date(2024, 3, 20))
    assert [states(dossier.unit, user, day) for day in days] == [
        [],
        [State.EXPECTED],
        [State.REGISTERED],
        [State.REGISTERED],
        [State.SUBMITTED],
    ]


def test_results_of_documents_count_from_the_end_of_their_year():
    tree = make_tree()
    make_files(make_cycle(tree.province, 2019, "da375"), tree.areas[:1], State.RECOGNISED)
    user = make_user(Role.OFFICER, tree.communes[0])
    assert states(tree.areas[0], user, date(2019, 12, 30)) == []
    assert states(tree.areas[0], user, date(2019, 12, 31)) == [State.RECOGNISED]
