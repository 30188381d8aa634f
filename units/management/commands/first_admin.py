"""`manage.py first_admin`: the account that makes all others, once, on a new installation."""

from django.core.management.base import BaseCommand, CommandError

from portal.core.errors import Refused
from units.enums import Role, UnitKind
from units.models import Placement, Unit
from units.services import create_person


class Command(BaseCommand):
    help = "Tạo quản trị viên đầu tiên của một tỉnh; chỉ làm được khi tỉnh chưa có quản trị viên nào."

    def add_arguments(self, parser):
        parser.add_argument("username", help="Tên đăng nhập.")
        parser.add_argument("--post", required=True, help="Chức danh, ví dụ: Quản trị hệ thống cấp tỉnh.")
        parser.add_argument("--province", required=True, help="Mã tỉnh, ví dụ: 24.")

    def handle(self, *, username, post, province, **options):
        unit = Unit.objects.open_on().filter(kind=UnitKind.PROVINCE, code=province).first()
        if unit is None:
            raise CommandError(
                f"Không có tỉnh mang mã “{province}”. Hãy nạp đơn vị trước: manage.py load_units TỆP.csv"
            )
        if Placement.objects.in_force().filter(unit=unit, role=Role.ADMIN, user__is_active=True).exists():
            raise CommandError(f"{unit.name} đã có quản trị viên. Hãy đăng nhập bằng tài khoản đó để thêm người.")
        try:
            person, password = create_person(username=username, post=post, unit=unit, role=Role.ADMIN, by=None)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"Đã tạo {person.username} – {unit.name}. Mật khẩu dùng một lần: {password}")
