"""A place of a province may have a year of its own; a province's and a place's stand once each."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0015_placement_ground"),
        ("evaluations", "0019_past_totals"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="cycle", name="one_cycle_a_year"),
        migrations.AddField(
            model_name="cycle",
            name="place",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="own_cycles",
                to="units.unit",
                verbose_name="nơi có kỳ riêng",
            ),
        ),
        migrations.AddField(
            model_name="cycle",
            name="place_name",
            field=models.CharField(
                blank=True, editable=False, max_length=200, verbose_name="tên nơi có kỳ riêng khi đó"
            ),
        ),
        migrations.AddConstraint(
            model_name="cycle",
            constraint=models.UniqueConstraint(
                condition=models.Q(place=None), fields=("programme", "province", "year"), name="one_cycle_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="cycle",
            constraint=models.UniqueConstraint(
                condition=models.Q(place__isnull=False),
                fields=("programme", "place", "year"),
                name="one_cycle_a_place_and_year",
            ),
        ),
    ]
