"""Names that begin like another one come after it: the order kept with each file is made again."""

from django.db import migrations

from portal.core.vietnamese import text


def sort_again(apps, schema_editor):
    evaluations = apps.get_model("evaluations", "Evaluation")
    last = 0
    while batch := list(evaluations.objects.filter(pk__gt=last).only("unit_name").order_by("pk")[:2000]):
        for row in batch:
            row.unit_sort_key = text.sort_key(row.unit_name)
        evaluations.objects.bulk_update(batch, ["unit_sort_key"], batch_size=500)
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0003_results")]

    operations = [migrations.RunPython(sort_again, migrations.RunPython.noop)]
