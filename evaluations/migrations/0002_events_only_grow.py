"""Events can only be added in the database itself, on PostgreSQL and SQLite."""

from django.db import migrations

from evaluations import append_only


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0001_facts")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: append_only.install(schema_editor.connection),
            lambda apps, schema_editor: append_only.remove(schema_editor.connection),
        )
    ]
