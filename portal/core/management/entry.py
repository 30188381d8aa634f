"""The door of `manage.py`: what is missing on the machine is told in a sentence with its remedy."""

import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError, connection

NOT_READY = (
    "Cơ sở dữ liệu chưa được chuẩn bị cho bản này. Hãy chạy trước, với cùng biến môi trường: "
    "python manage.py up --prepare-only"
)


def run(argv: list[str]) -> None:
    """Run the command; exit with 1 after the sentence where settings or tables are missing."""
    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as wrong:
        sys.exit(str(wrong))
    except DatabaseError:
        if not _tables_are_missing():
            raise
        sys.exit(NOT_READY)


def _tables_are_missing() -> bool:
    """Whether this version's migrations have not all been run here; False where the database cannot even tell."""
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        return False
