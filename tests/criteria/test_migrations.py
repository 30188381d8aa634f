"""Migrations that move rows: what was there before keeps its meaning."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from criteria.models import AwardBar, CriteriaSet, Grade, LegalDocument, Programme

from ..units.factories import make_province

pytestmark = pytest.mark.both  # each database alters its tables its own way

BEFORE = [("criteria", "0003_programmes")]


def graded(code: str, province_code: str = "") -> Programme:
    """A programme with a set that gives grades."""
    programme = Programme.objects.create(code=code, name=code, title=code)
    document, _ = LegalDocument.objects.get_or_create(code="VB", defaults={"number": "1/VB"})
    shown = CriteriaSet.objects.create(
        code=code, programme=programme, document=document, unit_kinds=[], first_year=2020, province_code=province_code
    )
    for rank in (1, 2):
        Grade.objects.create(criteria_set=shown, rank=rank, label=str(rank))
    return programme


@pytest.mark.django_db(transaction=True)
def test_bars_of_before_they_named_a_programme_go_on_barring_whom_they_barred():
    here, there = make_province("Tỉnh Này", code="94"), make_province("Tỉnh Khác", code="95")
    Programme.objects.create(code="safety", name="safety", title="safety")
    graded("all")
    graded("own", "94")
    graded("others", "95")
    executor = MigrationExecutor(connection)
    try:
        old = executor.migrate(BEFORE).apps.get_model("criteria", "AwardBar")
        for bar, province, last in (
            ("unsafe", here, 2022),
            ("unsafe", here, None),
            ("weakest", here, None),
            ("weakest", there, 2023),
        ):
            old.objects.create(bar=bar, province_id=province.pk, first_year=2020, last_year=last, ground="Đề án")
        at = set(old.objects.filter(bar="weakest", province_id=here.pk).values_list("set_at", flat=True))
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
    found = AwardBar.objects.values_list("province__code", "bar", "programme__code", "last_year")
    assert sorted(found, key=str) == [
        ("94", "unmet", "safety", 2022),
        ("94", "unmet", "safety", None),
        ("94", "weakest", "all", None),
        ("94", "weakest", "own", None),
        ("95", "weakest", "all", 2023),
        ("95", "weakest", "others", 2023),
    ]
    assert set(AwardBar.objects.values_list("first_year", "ground")) == {(2020, "Đề án")}
    assert set(AwardBar.objects.filter(bar="weakest", province=here).values_list("set_at", flat=True)) == at
