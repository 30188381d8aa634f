"""`manage.py demo`: the demo province with its accounts, past years and an open year."""

from django.core.management.base import BaseCommand, CommandError

from criteria.models import Programme
from portal.core.errors import Refused


class Command(BaseCommand):
    help = "Lập dữ liệu mẫu: tài khoản theo chức danh, Bắc Giang, Nga Sơn, mỗi chương trình một kỳ đang mở."

    def add_arguments(self, parser):
        parser.add_argument(
            "--reform", action="store_true", help="Áp dụng phương án sắp xếp mẫu để xem tỉnh Bắc Ninh sau 01/7/2025."
        )

    def handle(self, *args, reform, **options):
        from ... import building

        if not Programme.objects.exists():
            raise CommandError("Chưa có bộ tiêu chí. Hãy chạy load_criteria trước.")
        building.build(self.stdout.write)
        if reform:
            try:
                made = building.carry_through()
            except Refused as refusal:
                raise CommandError(refusal.sentence) from refusal
            self.stdout.write(f"Đã áp dụng phương án {made.number}, có hiệu lực từ ngày {made.effective_on:%d/%m/%Y}.")
        self.stdout.write(f"Tài khoản mẫu, mật khẩu chung: {building.PASSWORD}")
        for username, post in building.ACCOUNTS:
            self.stdout.write(f"  {username:<18} {post}")
