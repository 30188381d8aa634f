"""Load units from CSV files, each named: nothing is loaded by itself, and nothing in them is a sample."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.core.sheets.reading import Unreadable
from units.services import lock_tree


class Command(BaseCommand):
    help = "Nạp đơn vị từ các tệp CSV được kể tên; đơn vị đã có thì giữ nguyên, có lỗi thì không ghi gì."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="+", type=Path, help="tệp CSV, theo mẫu ở trang “Nhập đơn vị từ tệp”")

    def handle(self, *args, files, **options):
        with transaction.atomic():
            lock_tree()
            for file in files:
                self._load(file)

    def _load(self, file: Path) -> None:
        from units.files.loading import BadFile, load_file  # brings in tablib

        try:
            new, known = load_file(file)
        except OSError as missing:
            raise CommandError(f"Không mở được tệp {file}: {missing.strerror}.") from None
        except Unreadable as refusal:
            raise CommandError(f"{refusal}\nChưa ghi gì.") from None
        except BadFile as bad:
            lines = "\n".join(str(problem) for problem in bad.problems)
            raise CommandError(f"{lines}\n{len(bad.problems)} lỗi; chưa ghi gì.") from None
        self.stdout.write(f"{file.name}: thêm {new} đơn vị, {known} đã có.")
