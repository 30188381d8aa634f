"""Events can only be added in the database itself, on PostgreSQL and SQLite."""

from django.db import migrations

from ..models import triggers


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0001_facts")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: triggers.install(schema_editor.connection),
            lambda apps, schema_editor: triggers.remove(schema_editor.connection),
        )
    ]
