"""`manage.py workflow_diagram`: the diagram of a dossier's states, as docs/architecture.md holds it."""

from django.core.management.base import BaseCommand

from evaluations.workflow.diagram import diagram


class Command(BaseCommand):
    help = "In sơ đồ các tình trạng của hồ sơ (Mermaid) từ bảng chuyển trạng thái."

    def handle(self, *args, **options):
        self.stdout.write(diagram())
