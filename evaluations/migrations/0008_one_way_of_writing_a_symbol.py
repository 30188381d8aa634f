"""Symbols of decisions as `clean_symbol` writes them, so that a series goes on where it was.

A decision whose number is already held in the series stays as it was written: nobody renumbers what was signed.
"""

from django.db import migrations

from portal.core.vietnamese.text import clean_symbol


def write_one_way(apps, schema_editor):
    decisions = apps.get_model("evaluations", "Decision").objects
    for decision in decisions.exclude(symbol="").order_by("pk"):
        symbol = clean_symbol(decision.symbol)
        held = decisions.filter(
            issuer_id=decision.issuer_id, year=decision.year, number=decision.number, symbol=symbol
        )
        if symbol != decision.symbol and not held.exists():
            decisions.filter(pk=decision.pk).update(symbol=symbol)


class Migration(migrations.Migration):

    dependencies = [
        ('evaluations', '0007_delegated'),
    ]

    operations = [
        migrations.RunPython(write_one_way, migrations.RunPython.noop),
    ]
