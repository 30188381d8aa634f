"""A district has a dossier too, where a set judges districts; totals of its past years likewise."""

from django.db import migrations, models

KINDS = [
    ("residential_area", "Khu dân cư"),
    ("commune", "Xã, phường, thị trấn"),
    ("district", "Cấp huyện"),
    ("agency", "Cơ quan"),
    ("enterprise", "Doanh nghiệp"),
    ("school", "Cơ sở giáo dục"),
]


def _kind() -> models.CharField:
    return models.CharField(choices=KINDS, max_length=20, verbose_name="loại đơn vị")


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0020_years_of_one_place")]

    operations = [
        migrations.AlterField(model_name="evaluation", name="kind", field=_kind()),
        migrations.AlterField(model_name="pasttotal", name="kind", field=_kind()),
    ]
