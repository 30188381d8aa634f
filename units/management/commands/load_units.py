"""Load files of units (default: the demo places with their demo units)."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from units import demo_units, sheet
from units.enums import ReformStatus, UnitKind
from units.models import Reorganisation, Unit
from units.services import lock_tree

FIXTURES = settings.BASE_DIR / "fixtures" / "units"
DEFAULT = tuple(
    FIXTURES / f"{name}.csv"
    for name in ("bac-giang-2020", "bac-ninh-2025", "nga-son-2018", "dong-nai-2023", "dong-trieu-2023")
)


class Command(BaseCommand):
    help = "Nạp đơn vị từ tệp CSV; không kể tệp nào thì nạp các địa bàn mẫu cùng khu dân cư và tổ chức mẫu."

    def add_arguments(self, parser):
        parser.add_argument("files", nargs="*", type=Path)
        parser.add_argument("--no-demo", action="store_true", help="không sinh khu dân cư và tổ chức mẫu")

    def handle(self, *args, files, no_demo, **options):
        with transaction.atomic():
            lock_tree()
            if not files and Reorganisation.objects.filter(status=ReformStatus.APPLIED).exists():
                self.stdout.write("Đã có phương án sắp xếp được áp dụng: giữ nguyên các đơn vị mẫu.")
                return
            for file in files or DEFAULT:
                self._load(file)
            if not files and not no_demo:
                self._add_demo()

    def _load(self, file: Path) -> None:
        from units.resources import UnitResource  # brings in tablib

        try:
            dataset = sheet.read(file.read_bytes(), file.name)
        except OSError as missing:
            raise CommandError(f"Không mở được tệp {file}: {missing.strerror}.") from None
        except sheet.Unreadable as refusal:
            raise CommandError(f"{refusal}\nChưa ghi gì.") from None
        resource = UnitResource(file.name)
        if problems := resource.apply(dataset):
            lines = "\n".join(str(problem) for problem in problems)
            raise CommandError(f"{lines}\n{len(problems)} lỗi; chưa ghi gì.")
        self.stdout.write(
            f"{file.name}: thêm {len(resource.placed)} đơn vị, {len(dataset) - len(resource.placed)} đã có."
        )

    def _add_demo(self) -> None:
        for province in Unit.objects.filter(kind=UnitKind.PROVINCE, code__in=demo_units.AREAS):
            made = demo_units.add(province)
            self.stdout.write(f"{province}: thêm {len(made)} khu dân cư và tổ chức mẫu.")
