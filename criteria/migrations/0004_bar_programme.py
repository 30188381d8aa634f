"""A bar from awards names the programme whose result bars; empty until 0005 fills it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("criteria", "0003_programmes")]

    operations = [
        migrations.RemoveConstraint(model_name="awardbar", name="one_open_bar_a_province"),
        migrations.AddField(
            model_name="awardbar",
            name="programme",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="criteria.programme",
                verbose_name="ở chương trình",
            ),
        ),
        migrations.AlterField(
            model_name="awardbar",
            name="bar",
            field=models.CharField(
                choices=[("unmet", "Không đạt"), ("weakest", "Xếp loại thấp nhất")],
                max_length=10,
                verbose_name="không xét khen thưởng khi",
            ),
        ),
    ]
