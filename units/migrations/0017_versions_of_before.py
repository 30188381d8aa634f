"""An index of the versions that ended: a search asks each unit of a place what it was called before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("units", "0016_handovers_to_holders")]

    operations = [
        migrations.AddIndex(
            model_name="unitversion",
            index=models.Index(
                condition=models.Q(("valid_to__isnull", False)), fields=["unit"], name="version_of_before"
            ),
        ),
    ]
