"""`manage.py first_admin`: who makes all other accounts; on a new installation, and for the heir of a merger."""

import logging

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.core.errors import Refused
from units.enums import Role, UnitKind
from units.models import Placement, Unit, User
from units.services import create_person, place_person

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Tạo quản trị viên đầu tiên của một tỉnh. Tỉnh đã có quản trị viên, hoặc tài khoản đã có: "
        "phải ghi căn cứ (--ground), và căn cứ được lưu trong phân công."
    )

    def add_arguments(self, parser):
        parser.add_argument("username", help="Tên đăng nhập, của tài khoản mới hoặc tài khoản đã có.")
        parser.add_argument("--post", default="", help="Chức danh, ví dụ: Quản trị hệ thống cấp tỉnh.")
        parser.add_argument("--province", required=True, help="Mã tỉnh, ví dụ: 24.")
        parser.add_argument("--ground", default="", help="Văn bản làm căn cứ, ví dụ: Quyết định số 12/QĐ-UBND.")

    def handle(self, *, username, post, province, ground, **options):
        unit = Unit.objects.open_on().filter(kind=UnitKind.PROVINCE, code=province).first()
        if unit is None:
            raise CommandError(
                f"Không có tỉnh mang mã “{province}”. Hãy nạp đơn vị trước: manage.py load_units TỆP.csv"
            )
        person = User.objects.filter(username__iexact=username).first()
        held = Placement.objects.in_force().filter(unit=unit, role=Role.ADMIN, user__is_active=True).exists()
        if held and not ground.strip():
            raise CommandError(
                f"{unit.name} đã có quản trị viên. Hãy đăng nhập bằng tài khoản đó để thêm người; "
                "nếu không còn ai đăng nhập được, ghi văn bản làm căn cứ: --ground "
            )
        if person is not None and not ground.strip():
            raise CommandError(
                f"Tài khoản “{username}” đã có. Để người này quản trị thêm {unit.name}, "
                "ghi văn bản làm căn cứ: --ground "
            )
        if person is None and not post.strip():
            raise CommandError("Tài khoản mới cần chức danh: --post ")
        try:
            told = self._place(person, unit, ground) if person else self._create(username, post, unit, ground)
        except Refused as refusal:
            raise CommandError(refusal.sentence) from refusal
        log.warning("first_admin: %s administers %s; ground: %s", username, unit.name, ground or "-")
        self.stdout.write(told)

    def _create(self, username: str, post: str, unit: Unit, ground: str) -> str:
        person, password = create_person(
            username=username, post=post, unit=unit, role=Role.ADMIN, by=None, ground=ground
        )
        return f"Đã tạo {person.username} – {unit.name}. Mật khẩu dùng một lần: {password}"

    def _place(self, person: User, unit: Unit, ground: str) -> str:
        place_person(person, unit, Role.ADMIN, by=None, valid_from=timezone.localdate(), ground=ground)
        return f"{person.username} quản trị thêm {unit.name}; mật khẩu giữ nguyên."
