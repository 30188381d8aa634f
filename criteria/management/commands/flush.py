"""manage.py flush, able to empty tables whose rows are frozen by triggers."""

from django.core.management.commands import flush
from django.db import connections, transaction


class Command(flush.Command):
    """SQLite empties tables row by row, which triggers refuse: they are set aside meanwhile. PostgreSQL truncates."""

    def handle(self, **options):
        connection = connections[options["database"]]
        if connection.vendor != "sqlite":
            super().handle(**options)
            return
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            super().handle(**options)
            for _, sql in triggers:
                cursor.execute(sql)
