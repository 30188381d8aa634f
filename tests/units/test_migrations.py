"""Migrations that move rows: what was there before keeps its meaning."""

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from units import services
from units.models import Seat

from .factories import make_committee, make_tree, make_user

DAY = date(2024, 1, 5)


@pytest.mark.django_db(transaction=True)
def test_seats_written_twice_before_the_key_stay_and_new_ones_stand_under_it():
    board, person = make_committee(make_tree().communes[0], members=1).committee, make_user()
    written = [(person.pk, ""), (person.pk, ""), (None, "Hiệu trưởng"), (None, "Hiệu trưởng"), (None, "Bí thư")]
    executor = MigrationExecutor(connection)
    try:
        old = executor.migrate([("units", "0008_version_match_key")]).apps.get_model("units", "Seat")
        for user, host_post in written:
            old.objects.create(
                committee_id=board.pk, user_id=user, post="Thành viên", host_post=host_post, valid_from=DAY
            )
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())  # of every app: those that lean on units went back too
    kept = Seat.objects.filter(post="Thành viên").order_by("pk").values_list("user", "host_post", "is_double")
    assert list(kept) == [
        (*row, double) for row, double in zip(written, (False, True, False, True, False), strict=True)
    ]
    for sat in Seat.objects.all():  # a double can still be ended as any other
        services.end_seat(sat, by=None, on=DAY)
