"""`manage.py demo`: the demo province with its accounts, past years and an open year."""

from django.core.management.base import BaseCommand, CommandError

from criteria.models import Programme
from units.models import Unit


class Command(BaseCommand):
    help = "Lập dữ liệu mẫu: tài khoản theo chức danh, năm năm của Bắc Giang, chín năm của Nga Sơn."

    def handle(self, *args, **options):
        from evaluations import demo

        if not Unit.objects.exists() or not Programme.objects.exists():
            raise CommandError("Chưa có đơn vị hoặc bộ tiêu chí. Hãy chạy load_units và load_criteria trước.")
        demo.build(self.stdout.write)
        self.stdout.write(f"Tài khoản mẫu, mật khẩu chung: {demo.PASSWORD}")
        for username, post in demo.ACCOUNTS:
            self.stdout.write(f"  {username:<18} {post}")
