"""Names are found and told apart without their punctuation and the zeros of their numbers: their keys are made again."""

from django.db import migrations

from portal.core.vietnamese import text

BATCH = 2000


def of_name(row):
    return text.keys(row.name)


def of_user(row):
    return {"search_key": text.search_key(f"{row.post} {row.username}")}


KEYS = {"Unit": of_name, "UnitVersion": of_name, "User": of_user}
REGISTERS = ("SecurityTeam", "MassModel")


def make_again(apps, schema_editor):
    for name, keys_of in KEYS.items():
        rows = apps.get_model("units", name)._default_manager
        last = 0
        while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
            changed = [row for row in batch if differs(row, keys_of(row))]
            if changed:
                rows.bulk_update(changed, list(keys_of(changed[0])), batch_size=500)
            last = batch[-1].pk


def make_registers_again(apps, schema_editor):
    """A register's key is of one row alone: where two would share the new one, the second keeps the key it had."""
    for name in REGISTERS:
        rows = apps.get_model("units", name)._default_manager
        for row in rows.order_by("pk").iterator(BATCH):
            search, key = text.search_key(row.name), text.match_key(row.name)
            if (search, key) == (row.search_key, row.name_key):
                continue
            if rows.filter(unit=row.unit_id, name_key=key).exclude(pk=row.pk).exists():
                key = row.name_key
            rows.filter(pk=row.pk).update(search_key=search, name_key=key)


def differs(row, keys) -> bool:
    """Give the row its keys; whether that changed any."""
    changed = any(getattr(row, key) != value for key, value in keys.items())
    for key, value in keys.items():
        setattr(row, key, value)
    return changed


class Migration(migrations.Migration):
    dependencies = [("units", "0017_versions_of_before")]

    operations = [
        migrations.RunPython(make_again, migrations.RunPython.noop),
        migrations.RunPython(make_registers_again, migrations.RunPython.noop),
    ]
