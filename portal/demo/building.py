"""The demo: accounts by post, real places with made-up work, every programme. Deterministic, and marked as demo.

Open years move through the same doors as real work; only the answers are written in bulk.
"""

from collections.abc import Callable

from criteria.enums import Bar
from criteria.models import AwardBar, Programme
from criteria.packs.reading import demo_packs, read_packs
from criteria.packs.stored import known
from criteria.services import load
from evaluations import services
from portal.core.errors import Refused
from units.enums import ReformStatus, UnitKind
from units.models import Reorganisation, Unit

from . import registers
from .loading import load_places
from .open_years import EXAMPLES, OPEN_YEAR, open_examples, open_safety
from .past_years import (
    BAC_NINH_SHARE,
    BAC_NINH_YEAR,
    DONG_NAI_SHARE,
    DONG_NAI_YEAR,
    GRADED_YEARS,
    NGA_SON,
    NGA_SON_SOURCE,
    PAST_SHARES,
    graded_year,
    nga_son,
    nga_son_met,
    past_year,
)
from .people import ACCOUNTS, PASSWORD, make_people
from .places import (
    BAC_GIANG,
    BAC_NINH,
    COMMUNE,
    DEMO_SOURCE,
    DISTRICT,
    DONG_NAI,
    GRADING,
    PROVINCE,
    QUANG_NINH,
    SAFETY,
    SISTER,
    THANH_HOA,
)
from .reforms import carry_through, draft_reforms, example_lines
from .units import hand_down, make_committees

__all__ = [
    "ACCOUNTS",
    "COMMUNE",
    "DEMO_SOURCE",
    "DISTRICT",
    "EXAMPLES",
    "GRADED_YEARS",
    "NGA_SON",
    "NGA_SON_SOURCE",
    "OPEN_YEAR",
    "PASSWORD",
    "PAST_SHARES",
    "PROVINCE",
    "SISTER",
    "build",
    "carry_through",
    "example_lines",
    "nga_son_met",
]

BARS = {Bar.UNMET: SAFETY, Bar.WEAKEST: GRADING}
BARS_GROUND = "Đề án nâng cao chất lượng phong trào giai đoạn 2020–2025 của tỉnh Bắc Giang, Phần 2, mục IV.7"


def build(say: Callable[[str], None] = lambda line: None) -> None:
    """Make whatever of the demo is not there yet; running it again changes nothing."""
    if Reorganisation.objects.filter(is_demo=True, status=ReformStatus.APPLIED).exists():
        say("Phương án sắp xếp mẫu đã được áp dụng: dữ liệu mẫu giữ nguyên.")
        return
    say("Đơn vị mẫu.")
    load_places(say)
    found = {
        unit.code: unit
        for unit in Unit.objects.filter(
            kind=UnitKind.PROVINCE, code__in=(BAC_GIANG, BAC_NINH, THANH_HOA, DONG_NAI, QUANG_NINH), closed_on=None
        )
    }
    bac_giang, thanh_hoa, dong_nai = (found[code] for code in (BAC_GIANG, THANH_HOA, DONG_NAI))
    say("Bộ tiêu chí ví dụ (không phải luật).")
    _load_examples()
    for province in found.values():
        make_committees(province)
    say("Tài khoản mẫu.")
    make_people()
    say("Bắc Giang uỷ quyền cho huyện Lạng Giang quản lý một trường.")
    hand_down(bac_giang)
    say("Sổ theo dõi: Nga Sơn theo báo cáo 2018, một xã của Đồng Nai.")
    for province in (thanh_hoa, dong_nai):
        registers.add(province)
    say("Bắc Giang 2020–2023: kết quả và phân loại mẫu.")
    for year, share in PAST_SHARES.items():
        past_year(bac_giang, year, share)
    for year in GRADED_YEARS:
        graded_year(bac_giang, year, PAST_SHARES[year])
    _bar_awards(bac_giang)
    say(f"Đồng Nai {DONG_NAI_YEAR}: kết quả và phân loại mẫu.")
    past_year(dong_nai, DONG_NAI_YEAR, DONG_NAI_SHARE)
    graded_year(dong_nai, DONG_NAI_YEAR, DONG_NAI_SHARE)
    say(f"Bắc Ninh {BAC_NINH_YEAR}: kết quả mẫu, trước khi sắp xếp.")
    past_year(found[BAC_NINH], BAC_NINH_YEAR, BAC_NINH_SHARE)
    say("Nga Sơn 2009–2017: số tổng thật theo Báo cáo 55/BC-BCĐ.")
    for year, met in NGA_SON.items():
        nga_son(thanh_hoa, year, met)
    say("Các chương trình khác: mở kỳ theo bộ tiêu chí ví dụ.")
    open_examples()
    say(f"Bắc Giang {OPEN_YEAR}: mở kỳ và đưa một phần hồ sơ đi trước.")
    open_safety(bac_giang, say)
    say("Phương án sắp xếp năm 2025 (Bắc Ninh) và năm 2026 (Đồng Nai): dự thảo.")
    draft_reforms(found)


def _bar_awards(province: Unit) -> None:
    for bar, code in BARS.items():
        programme = Programme.objects.get(code=code)
        if not AwardBar.objects.filter(province=province, bar=bar, programme=programme).exists():
            services.set_bar(province, bar, programme, first_year=2020, ground=BARS_GROUND, by=None)


def _load_examples() -> None:
    """Publish the example criteria; raises Refused when an older demo holds others under the same codes."""
    changes = load(read_packs(demo_packs(), known()))
    if refused := [change for change in changes if change.is_refused]:
        raise Refused("; ".join(f"{change.name}: {', '.join(change.lines)}" for change in refused))
