"""A person or unit with a log is not deleted with it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("units", "0022_when_a_placement_was_written")]

    operations = [
        migrations.AlterField(
            model_name="postcorrection",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="post_corrections",
                to=settings.AUTH_USER_MODEL,
                verbose_name="người dùng",
            ),
        ),
        migrations.AlterField(
            model_name="unitevent",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="units.unit",
                verbose_name="đơn vị",
            ),
        ),
    ]
