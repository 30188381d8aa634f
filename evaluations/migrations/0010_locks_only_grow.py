"""Lines of a year's log can only be added in the database itself, on PostgreSQL and SQLite."""

from django.db import migrations

from ..models import triggers


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0009_why_a_year_was_locked")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: triggers.install(schema_editor.connection, triggers.CYCLE_EVENTS),
            lambda apps, schema_editor: triggers.remove(schema_editor.connection, triggers.CYCLE_EVENTS),
        )
    ]
