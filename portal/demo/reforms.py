"""The reform of 1/7/2025 in the demo: Bắc Giang and Bắc Ninh before, the resolution as a draft, Bắc Ninh after.

The lines come from the State's lineage; what has no source stays a gap of the draft. Only when the demo is asked to
show the province afterwards are lines put in for it, each told as an example.
"""

from collections import Counter, defaultdict
from datetime import date

from django.db import transaction

from portal.core.errors import Refused
from units.enums import ChangeAction, ReformStatus, Streaks, Subtype, UnitKind
from units.models import Change, Lineage, Placement, Reorganisation, Seat, Unit
from units.reforms import apply, national, new_reform, write_changes

from .people import PEOPLE
from .places import BAC_GIANG, BAC_NINH, DONG_NAI
from .units import found_where_missing

BAC_NINH_2025 = "1658/NQ-UBTVQH15"
DONG_NAI_2026 = "237/NQ-UBTVQH16"
ISSUER = "Uỷ ban Thường vụ Quốc hội"
NO_DAY = "Ngày ban hành nghị quyết: chưa có nguồn. Hãy ghi theo văn bản."
TEN_WARDS = (
    "Mười xã thành phường từ 30/4/2026, giữ nguyên mã: chưa có nguồn nêu tên. Hãy nhập dòng “Đổi loại” cho từng xã."
)


@transaction.atomic
def draft_reforms(found: dict[str, Unit]) -> None:
    """The two drafts, for the provinces of the demo; those that are there already stay as people left them."""
    if not Reorganisation.objects.filter(number=BAC_NINH_2025, is_demo=True).exists():
        made = new_reform(
            number=BAC_NINH_2025,
            title="Sắp xếp đơn vị hành chính cấp xã của tỉnh Bắc Ninh (hợp nhất Bắc Giang và Bắc Ninh)",
            issuer=ISSUER,
            effective_on=national.EFFECTIVE_ON,
            provinces=[found[BAC_GIANG], found[BAC_NINH]],
            streaks=Streaks.LOWEST,
            is_demo=True,
            by=None,
        )
        draft = national.draft_for(BAC_GIANG)
        write_changes(made, draft.changes, by=None, gaps=[NO_DAY, *draft.gaps])
    if not Reorganisation.objects.filter(number=DONG_NAI_2026, is_demo=True).exists():
        made = new_reform(
            number=DONG_NAI_2026,
            title="Thành lập thành phố Đồng Nai (Nghị quyết 30/2026/QH16) và các phường thuộc thành phố Đồng Nai",
            issuer=ISSUER,
            effective_on=date(2026, 4, 30),
            provinces=[found[DONG_NAI]],
            is_demo=True,
            by=None,
        )
        city = Change(
            action=ChangeAction.RECLASSIFY,
            unit=found[DONG_NAI],
            subtype=Subtype.CENTRAL_CITY,
            name="Thành phố Đồng Nai",
        )
        write_changes(made, [city], by=None, gaps=[NO_DAY, TEN_WARDS])


def example_lines(reform: Reorganisation) -> list[Change]:
    """For each commune the lineage leaves out: into the new commune that took most of its district's others.

    An example to look at, not a source; the lowest code where several took as many.
    """
    codes = {row.key: row.code for row in reform.changes.filter(action=ChangeAction.OPEN, kind=UnitKind.COMMUNE)}
    passing = reform.changes.filter(action__in=(ChangeAction.MERGE, ChangeAction.SPLIT), unit__kind=UnitKind.COMMUNE)
    took: dict[int | None, Counter[str]] = defaultdict(Counter)
    for district, key in passing.order_by("order").values_list("unit__district", "to_key"):
        took[district][key] += 1
    named = set(reform.changes.exclude(unit=None).values_list("unit", flat=True))
    made = []
    for unit in national.draft_for(BAC_GIANG).unknown:
        if unit.pk not in named:
            heirs = took[unit.district_id]
            most = min(heirs, key=lambda key: (-heirs[key], codes.get(key, key)))
            made.append(Change(action=ChangeAction.MERGE, unit=unit, to_key=most))
    return made


@transaction.atomic
def carry_through() -> Reorganisation:
    """Put example lines in for what has no source and apply the draft of Bắc Ninh; the demo's posts go on at the heirs.

    Once is enough: applied already, it stays. Raises Refused when it is gone or something stands in its way.
    """
    reform = Reorganisation.objects.filter(number=BAC_NINH_2025, is_demo=True).first()
    if reform is None:
        raise Refused("Không còn dự thảo phương án mẫu của Bắc Ninh để áp dụng.")
    if reform.status == ReformStatus.APPLIED:
        return reform
    extra = example_lines(reform)
    told = [f"{one.unit}: dòng nhập của bản mẫu là ví dụ để xem thử, không phải nguồn." for one in extra]
    write_changes(reform, [*reform.changes.all(), *extra], by=None, gaps=[*reform.gaps, *told])
    apply(reform, by=None)
    reform.refresh_from_db()
    _go_on(reform)
    return reform


def _go_on(reform: Reorganisation) -> None:
    """Committees for the levels that are new, and the demo's posts placed and seated at the heirs of their units."""
    day = reform.effective_on
    new = Unit.objects.filter(pk__in=(reform.before or {})["opened"], kind__in=(UnitKind.PROVINCE, UnitKind.COMMUNE))
    found_where_missing(new, day)
    heirs = dict(Lineage.objects.filter(reform=reform, is_main=True).values_list("predecessor", "successor"))
    ended = Placement.objects.filter(
        user__username__in=[one.username for one in PEOPLE], unit__in=heirs, valid_from__lt=day
    ).select_related("user")
    seats = {one.user_id: one for one in Seat.objects.filter(committee__unit__in=heirs).order_by("pk")}
    for placement in ended.order_by("pk"):
        heir = Unit.objects.get(pk=heirs[placement.unit_id])
        held = Placement.objects.filter(user=placement.user, unit=heir, role=placement.role)
        if not held.exists():
            Placement.objects.create(user=placement.user, unit=heir, role=placement.role, valid_from=day)
        seat = seats.get(placement.user_id)
        committee = heir.committees.filter(valid_from=day).first()
        if seat and committee and not committee.seats.filter(user=placement.user).exists():
            Seat.objects.create(
                committee=committee, user=placement.user, post=seat.post, host_post=seat.host_post, valid_from=day
            )
