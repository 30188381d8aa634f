"""`manage.py criteria_asks`: what the criteria sets ask of each kind of unit, as text."""

from django.core.management.base import BaseCommand, CommandError

from criteria.models import CriteriaSet
from criteria.packs.content import name_of
from units.enums import JUDGED, UnitKind

from ...datasets.criteria_sets import sets_by_key
from ...papers.criteria import as_text


class Command(BaseCommand):
    help = "In ra bộ tiêu chí yêu cầu gì. Không nêu mã: liệt kê mọi bộ đã ban hành (lọc được theo loại đơn vị)."

    def add_arguments(self, parser):
        parser.add_argument("key", nargs="?", default="", metavar="MÃ[/PHIÊN BẢN]", help="Ví dụ TT124-KDC/1.")
        parser.add_argument("--kind", choices=[kind.value for kind in JUDGED], help="Chỉ các bộ áp dụng cho loại này.")

    def handle(self, *, key, kind, **options):
        sets = CriteriaSet.objects.select_related("programme", "document", "base")
        found = sets_by_key(key, sets) if key else list(sets.published().order_by("programme__name", "code", "version"))
        if kind:
            found = [one for one in found if kind in one.unit_kinds]
        if not found:
            known = ", ".join(sorted(map(name_of, sets))) or "chưa nạp bộ nào; hãy chạy manage.py load_criteria"
            asked = f"bộ “{key}”" if key else "bộ tiêu chí nào đã ban hành"
            about = f" áp dụng cho {UnitKind(kind).label.lower()}" if kind else ""
            raise CommandError(f"Không có {asked}{about}. Các bộ đang có: {known}.")
        for line in as_text(found):
            self.stdout.write(line)
