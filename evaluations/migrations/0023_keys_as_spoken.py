"""Dossiers are found without the punctuation of their unit's name and stand by the value of its numbers."""

from django.db import migrations

from portal.core.vietnamese import text


def make_again(apps, schema_editor):
    dossiers = apps.get_model("evaluations", "Evaluation")._default_manager
    last = 0
    while batch := list(dossiers.filter(pk__gt=last).only("unit_name", *KEYS).order_by("pk")[:2000]):
        changed = [row for row in batch if differs(row)]
        if changed:
            dossiers.bulk_update(changed, KEYS, batch_size=500)
        last = batch[-1].pk


KEYS = ["unit_sort_key", "unit_search_key"]


def differs(row) -> bool:
    """Give the row its keys; whether that changed any."""
    keys = [text.sort_key(row.unit_name), text.search_key(row.unit_name)]
    changed = keys != [row.unit_sort_key, row.unit_search_key]
    row.unit_sort_key, row.unit_search_key = keys
    return changed


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0022_a_year_taken_away")]

    operations = [migrations.RunPython(make_again, migrations.RunPython.noop)]
