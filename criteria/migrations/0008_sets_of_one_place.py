"""A set may be one place's own. Triggers know the columns of a set, so they are made anew around the new one."""

from django.db import migrations, models

from ..models import triggers


def take_off(apps, schema_editor):
    triggers.remove(schema_editor.connection)


def put_on(apps, schema_editor):
    triggers.install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("criteria", "0007_rules_of_provinces")]

    operations = [
        migrations.RunPython(take_off, put_on),
        migrations.AddField(
            model_name="criteriaset",
            name="place_code",
            field=models.CharField(blank=True, max_length=20, verbose_name="xã, huyện áp dụng riêng"),
        ),
        migrations.RunPython(put_on, take_off),
    ]
