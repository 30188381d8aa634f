"""Versions of units keep the key of their name with its marks, so that a search of a day shows the nearest first."""

from django.db import migrations, models

from portal.core.vietnamese import text


def fill_keys(apps, schema_editor):
    """The key of the names already kept, as new ones are made."""
    versions = apps.get_model("units", "UnitVersion")
    last = 0
    while batch := list(versions.objects.filter(pk__gt=last).only("name").order_by("pk")[:2000]):
        for row in batch:
            row.match_key = text.match_key(row.name)
        versions.objects.bulk_update(batch, ["match_key"], batch_size=500)
        last = batch[-1].pk


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0007_delegations'),
    ]

    operations = [
        migrations.AddField(
            model_name='unitversion',
            name='match_key',
            field=models.CharField(default='', editable=False, max_length=300),
        ),
        migrations.RunPython(fill_keys, migrations.RunPython.noop),
    ]
