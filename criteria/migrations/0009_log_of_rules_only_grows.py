"""Lines of the log of a province's rules are never reworded; those of a draft go with it."""

from django.db import migrations

from portal.core.rows import kept

LOG = "criteria_ruleevent"


class Migration(migrations.Migration):
    dependencies = [("criteria", "0008_sets_of_one_place")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: kept.install(schema_editor.connection, LOG, ["UPDATE"]),
            lambda apps, schema_editor: kept.remove(schema_editor.connection, LOG),
            elidable=False,
        )
    ]
