"""Every bar from awards has its programme; one open bar a result and programme in a province."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("criteria", "0005_bar_programme_filled")]

    operations = [
        migrations.AlterModelOptions(
            name="awardbar",
            options={
                "ordering": ["province", "programme", "bar", "first_year"],
                "verbose_name": "điều kiện không xét khen thưởng",
                "verbose_name_plural": "điều kiện không xét khen thưởng",
            },
        ),
        migrations.AlterField(
            model_name="awardbar",
            name="programme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="criteria.programme",
                verbose_name="ở chương trình",
            ),
        ),
        migrations.AddConstraint(
            model_name="awardbar",
            constraint=models.UniqueConstraint(
                condition=Q(("last_year__isnull", True)),
                fields=("province", "bar", "programme"),
                name="one_open_bar_a_programme",
            ),
        ),
    ]
