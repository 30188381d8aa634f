"""manage.py load_criteria: bring the criteria packs into the database, printing what differs."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from criteria.packs.stored import known
from criteria.services import REFUSED, SAME, load

from ...packs.reading import BadPacks, all_packs, read_packs


class Command(BaseCommand):
    help = "Nạp các bộ tiêu chí (YAML) và in ra những gì thay đổi; chạy lại không làm thay đổi gì thêm."

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="*", type=Path, help="tệp YAML; để trống thì nạp mọi bộ đi kèm hệ thống")
        parser.add_argument("--check", action="store_true", help="chỉ kiểm tra và in thay đổi, không ghi")

    def handle(self, *, paths, check, **options):
        try:
            packs = read_packs(paths or all_packs(), known())
        except BadPacks as bad:
            raise CommandError(f"Chưa nạp gì vì có {len(bad.faults)} lỗi:\n{bad}") from bad
        changes = load(packs, check_only=check, keep_own=not paths)
        for change in changes:
            if options["verbosity"] > 1 or (options["verbosity"] and change.what != SAME):
                self.stdout.write(f"{change.what}: {change.name}")
                for line in change.lines:
                    self.stdout.write(f"    {line}")
        same = sum(change.what == SAME for change in changes)
        refused = sum(change.what == REFUSED for change in changes)
        if refused:
            raise CommandError(f"Chưa nạp gì vì có {refused} bộ bị từ chối.")
        if options["verbosity"]:
            self.stdout.write(f"{'Kiểm tra xong, chưa ghi gì' if check else 'Đã nạp xong'}; {same} mục không đổi.")
