"""Seats that two wrote at once stay, and are known: the keys that come next leave them out."""

from django.db import migrations, models
from django.db.models import Count, Min

ONE_SEAT = (
    ({"user__isnull": False}, ("committee", "user", "valid_from")),
    ({"user__isnull": True}, ("committee", "post", "host_post", "valid_from")),
)


def mark_doubles(apps, schema_editor):
    """The first of each seat is the seat; those written after it are its doubles."""
    seats = apps.get_model("units", "Seat").objects
    for whose, names in ONE_SEAT:
        several = (
            seats.filter(**whose).order_by().values(*names).annotate(first=Min("pk"), many=Count("pk")).filter(many__gt=1)
        )
        for row in several:
            first, _ = row.pop("first"), row.pop("many")
            seats.filter(**whose, **row).exclude(pk=first).update(is_double=True)


class Migration(migrations.Migration):

    dependencies = [
        ('units', '0008_version_match_key'),
    ]

    operations = [
        migrations.AddField(
            model_name='seat',
            name='is_double',
            field=models.BooleanField(default=False, editable=False, verbose_name='trùng với ghế đã ghi'),
        ),
        migrations.RunPython(mark_doubles, migrations.RunPython.noop),
    ]
