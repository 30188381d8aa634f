"""Versions learn the ground their unit stood on: today's, and before each reorganisation what it kept as of then."""

from django.db import migrations
from django.db.models import OuterRef, Subquery

STANDS_IN = 7  # where a reorganisation's `before` keeps the column (services.reforms.columns.COLUMNS)


def fill(apps, schema_editor):
    units, versions = apps.get_model("units", "Unit"), apps.get_model("units", "UnitVersion")
    ground = units.objects.filter(pk=OuterRef("unit")).values("stands_in")
    versions.objects.filter(unit__stands_in__isnull=False).update(stands_in=Subquery(ground))
    reforms = apps.get_model("units", "Reorganisation").objects.filter(before__isnull=False)
    for reform in reforms.order_by("-effective_on", "-pk"):  # the last one first: each tells of the days before it
        by_ground: dict[int | None, list[int]] = {}
        for pk, columns in reform.before.get("units", {}).items():
            by_ground.setdefault(columns[STANDS_IN], []).append(int(pk))
        for stood, pks in by_ground.items():
            for start in range(0, len(pks), 500):
                versions.objects.filter(
                    unit__in=pks[start : start + 500], valid_from__lt=reform.effective_on
                ).exclude(stands_in=stood).update(stands_in=stood)


class Migration(migrations.Migration):
    dependencies = [("units", "0004_standing")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
