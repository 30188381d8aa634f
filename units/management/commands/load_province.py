"""`manage.py load_province`: one province of the national register, with no sample in it."""

from argparse import ArgumentTypeError
from datetime import date
from typing import cast

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Count, Max
from django.utils import timezone

from portal.core.sheets.cells import read_date
from units.models import Unit
from units.reforms.national import EFFECTIVE_ON
from units.services import lock_tree

FIRST_DAY = date(2020, 1, 1)  # of a province as it was before the reform, where no day is given


class Command(BaseCommand):
    help = (
        "Nạp một tỉnh theo danh mục đơn vị hành chính: mặc định tỉnh, xã từ ngày 01/7/2025; --before: tỉnh, huyện, xã "
        "trước ngày đó. Đơn vị đã có thì giữ nguyên."
    )

    def add_arguments(self, parser):
        parser.add_argument("code", help="mã tỉnh hai chữ số, ví dụ 15; với --before là mã cũ")
        parser.add_argument("--before", action="store_true", help="đơn vị trước ngày 01/7/2025, có cấp huyện")
        parser.add_argument(
            "--since",
            "--opened",
            dest="opened",
            type=_day,
            help=(
                "ngày đầu tiên cổng biết các đơn vị, dạng 2009-01-01 (mặc định với --before: 2020-01-01); kết quả, số "
                "tổng của năm trước ngày này không ghi được"
            ),
        )

    def handle(self, *args, code, before, opened, **options):
        from units.files import nation  # brings in tablib
        from units.files.loading import BadFile, load_data

        opened = opened or (FIRST_DAY if before else EFFECTIVE_ON)
        if before and opened >= EFFECTIVE_ON:
            raise CommandError("Đơn vị trước sắp xếp phải có trước ngày 01/7/2025. Hãy sửa lại --since.")
        if not before and not EFFECTIVE_ON <= opened <= timezone.localdate():
            raise CommandError(
                "Đơn vị sau sắp xếp có từ ngày 01/7/2025 và không thể bắt đầu sau hôm nay. Cần những năm trước đó thì "
                "nạp với --before rồi thực hiện sắp xếp trên trang Sắp xếp đơn vị."
            )
        try:
            data = nation.province_file(code, before=before, opened_on=opened)
        except nation.UnknownProvince:
            when = "trước" if before else "từ"
            raise CommandError(f"Danh mục không có tỉnh mã “{code}” {when} ngày 01/7/2025.") from None
        try:
            with transaction.atomic():
                lock_tree()
                new, known = load_data(data, f"tỉnh {code}")
        except BadFile as bad:
            lines = "\n".join(str(problem) for problem in bad.problems)
            raise CommandError(f"{lines}\n{len(bad.problems)} lỗi; chưa ghi gì.") from None
        self.stdout.write(f"Tỉnh mã {code}: thêm {new} đơn vị, {known} đã có.")
        self.stdout.write(_since(code, opened))


def _day(typed: str) -> date:
    """The day typed after --since."""
    try:
        day = read_date(typed, "--since", required=True)
    except ValueError as wrong:
        raise ArgumentTypeError(str(wrong).replace("ở cột “--since”", "sau --since")) from None
    return cast(date, day)


def _since(code: str, opened: date) -> str:
    """From which year the past of the units can be kept; those that are here already keep their first day."""
    late = Unit.objects.filter(province__code=code, opened_on__gt=opened).aggregate(
        many=Count("pk"), day=Max("opened_on")
    )
    told = f"Đơn vị tính từ ngày {opened:%d/%m/%Y}: ghi được kết quả, số tổng từ năm {opened.year}."
    if not late["many"]:
        return f"{told} Cần năm trước đó thì nạp vào cơ sở dữ liệu trống với --since sớm hơn."
    return (
        f"{told} Có {late['many']} đơn vị đã có từ trước bắt đầu muộn hơn (muộn nhất {late['day']:%d/%m/%Y}) và giữ "
        "nguyên; muốn ghi năm trước đó của chúng thì phải nạp vào cơ sở dữ liệu trống."
    )
