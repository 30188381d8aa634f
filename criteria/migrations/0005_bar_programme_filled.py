"""Bars set before they named a programme keep barring whom they barred.

"unsafe" meant the programme coded "safety" and becomes "unmet" there. "weakest" meant the last grade of any set, so it
becomes one row for each programme with a set that grades the province's units, drafts too: results of earlier years
were kept with them. The programme is not left empty for "weakest": an empty one would go on barring by programmes
that nobody has thought of yet. A row without such a programme has never barred anybody and goes.
"""

from django.db import migrations


def fill(apps, schema_editor):
    bars = apps.get_model("criteria", "AwardBar")
    programmes = apps.get_model("criteria", "Programme").objects
    for bar in bars.objects.filter(programme=None).select_related("province").order_by("pk"):
        if bar.bar == "unsafe":
            bar.bar, meant = "unmet", programmes.filter(code="safety")
        else:
            sets = apps.get_model("criteria", "CriteriaSet").objects.filter(grades__isnull=False)
            sets = sets.filter(province_code__in=("", bar.province.code))
            meant = programmes.filter(pk__in=sets.values("programme"))
        old = bar.pk
        for programme in meant.order_by("pk"):
            bar.pk, bar.programme = None, programme
            bar.save(force_insert=True)
        bars.objects.filter(pk=old).delete()


class Migration(migrations.Migration):
    dependencies = [("criteria", "0004_bar_programme")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
