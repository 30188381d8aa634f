"""What the fixtures say is what the tables hold, read back row by row."""

import csv

import pytest
from django.core.management import call_command

from criteria.models import CriteriaSet
from criteria.packs import content
from criteria.packs.differences import differences
from criteria.packs.reading import all_packs, demo_packs, read_packs
from criteria.packs.stored import known
from criteria.services import load
from portal.settings import BASE_DIR
from units.models import UnitVersion

pytestmark = pytest.mark.both  # keys and order of rows loaded


@pytest.mark.parametrize("name", ["bac-giang-2020", "nga-son-2018", "dong-nai-2023", "dong-trieu-2023"])
def test_units_come_back_as_they_were_written(db, name):
    path = BASE_DIR / "fixtures" / "units" / f"{name}.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["key"]: row["name"] for row in rows}
    written = sorted(
        (row["kind"], row["subtype"], row["code"], row["name"], names.get(row["parent_key"], ""), row["opened_on"])
        for row in rows
    )
    call_command("load_units", path, verbosity=0)
    kept = UnitVersion.objects.select_related("unit", "parent")
    read = sorted(
        (
            version.unit.kind,
            version.subtype,
            version.code,
            version.name,
            version.parent.name if version.parent else "",
            version.valid_from.isoformat(),
        )
        for version in kept
    )
    assert read == written


@pytest.mark.parametrize("paths", [all_packs(), [*all_packs(), *demo_packs()]], ids=["law", "law and examples"])
def test_criteria_come_back_as_they_were_written(db, paths):
    packs = read_packs(paths, known())
    load(packs)
    stored = {(one.code, one.version): content.content_of(one) for one in CriteriaSet.objects.all()}
    written = {(one["code"], one["version"]): one for one in packs.sets}
    assert stored.keys() == written.keys()
    assert {key: differences(stored[key], written[key]) for key in stored} == {key: [] for key in stored}
