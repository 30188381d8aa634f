"""A district has a dossier too, where a set judges districts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0020_years_of_one_place")]

    operations = [
        migrations.AlterField(
            model_name="evaluation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("residential_area", "Khu dân cư"),
                    ("commune", "Xã, phường, thị trấn"),
                    ("district", "Cấp huyện"),
                    ("agency", "Cơ quan"),
                    ("enterprise", "Doanh nghiệp"),
                    ("school", "Cơ sở giáo dục"),
                ],
                max_length=20,
                verbose_name="loại đơn vị",
            ),
        )
    ]
