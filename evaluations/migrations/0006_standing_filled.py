"""Files learn the ground their unit stood on, from its version of the day the roster was taken."""

from django.db import migrations
from django.db.models import OuterRef, Q, Subquery


def fill(apps, schema_editor):
    evaluations = apps.get_model("evaluations", "Evaluation")
    versions = apps.get_model("units", "UnitVersion")
    for cycle in apps.get_model("evaluations", "Cycle").objects.order_by("pk"):
        lasting = Q(valid_to__isnull=True) | Q(valid_to__gte=cycle.as_of)
        then = versions.objects.filter(lasting, unit=OuterRef("unit"), valid_from__lte=cycle.as_of)
        evaluations.objects.filter(cycle=cycle).exclude(kind__in=("commune", "residential_area")).update(
            stands_in=Subquery(then.values("stands_in")[:1])
        )


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0005_standing"), ("units", "0005_standing_filled")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
