"""Lines of this app's logs are kept by the database."""

from django.db import migrations

from ..models import triggers


class Migration(migrations.Migration):
    dependencies = [("units", "0023_logs_stay")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: triggers.install(schema_editor.connection),
            lambda apps, schema_editor: triggers.remove(schema_editor.connection),
            elidable=False,
        )
    ]
