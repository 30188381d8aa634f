"""The national lineage, province by province: what it says becomes lines, what it does not say a gap."""

from collections import Counter
from datetime import date

import pytest

from units import reforms, services
from units.enums import ChangeAction, Subtype, UnitKind
from units.models import Change, Unit, UnitVersion
from units.reforms import national
from units.services import NewUnit

pytestmark = pytest.mark.django_db
PREFIXES = {"Phường": Subtype.WARD, "Thị trấn": Subtype.TOWNSHIP}


def the_old_provinces(code: str) -> None:
    """The provinces that became the one of that code, with their communes of early 2025 under one district each."""
    rows = [row for row in national.read("lineage.csv") if row["new_province_code"] == code]
    old = sorted({row["old_province_code"] for row in rows})
    new = [
        *(NewUnit(kind="province", subtype="tinh", name=f"Tỉnh mã {one}", code=one, key=one) for one in old),
        *(NewUnit(kind="district", subtype="huyen", name=f"Huyện {one}", parent=one, key=f"h{one}") for one in old),
    ]
    names = {(row["old_province_code"], row["old_commune_code"]): row["old_commune"] for row in rows}
    for (province, commune), name in names.items():
        subtype = next((kind for prefix, kind in PREFIXES.items() if name.startswith(prefix)), Subtype.COMMUNE)
        new.append(NewUnit(kind="commune", subtype=subtype, name=name, code=commune, parent=f"h{province}"))
    services.place_units(new, on=date(2020, 1, 1))


def drafted(code: str):
    made = national.draft_for(code)
    reform = reforms.new_reform(
        number="NQ",
        title="Sắp xếp",
        issuer="Quốc hội",
        effective_on=national.EFFECTIVE_ON,
        provinces=made.provinces,
        by=None,
        gaps=made.gaps,
    )
    reforms.write_changes(reform, made.changes, by=None)
    return reform, made


CODES = sorted({row["province_code"] for row in national.read("communes.csv")})


@pytest.mark.parametrize("code", CODES)
def test_a_province_loads(code):
    the_old_provinces(code)
    reform, made = drafted(code)
    plan = reforms.plan_of(reform)
    communes = [row for row in national.read("communes.csv") if row["province_code"] == code]
    sourceless = [gap for gap in made.gaps if "không nói được lập từ xã nào" in gap]
    # What stands in the way is only what the lineage leaves open: a divided commune whose main part it does not name.
    assert {problem.sentence.split(" phải có ")[-1] for problem in plan.problems} <= {
        "đúng một phần chính. Hãy đánh dấu nơi nhận phần chính."
    }, plan.problems
    after = Counter(node.kind for node in plan.after.values() if not node.is_closed)
    assert after[UnitKind.DISTRICT] == 0
    assert after[UnitKind.PROVINCE] == 1
    opened = {node.code for node in plan.opened if node.kind == UnitKind.COMMUNE}
    kept = {
        node.code
        for ref, node in plan.after.items()
        if ref in plan.before and not node.is_closed and node.kind == "commune"
    }
    assert after[UnitKind.DISTRICT] == 0
    assert after[UnitKind.PROVINCE] == 1
    wanted = {row["commune_code"] for row in communes}
    assert opened | {code for code in kept if code in wanted} >= wanted - {gap.split("(")[1][:5] for gap in sourceless}


def test_what_the_lineage_does_not_know_is_a_gap():
    the_old_provinces("22")
    province = Unit.objects.get(kind=UnitKind.PROVINCE)
    district = Unit.objects.get(kind=UnitKind.DISTRICT)
    services.place_units(
        [NewUnit(kind="commune", subtype="xa", name="Xã Không Nguồn", code="99999", parent=district)],
        on=date(2020, 1, 1),
    )
    made = national.draft_for("22")
    assert "Xã Không Nguồn (99999): không có nguồn cho biết nhập vào đâu. Hãy nhập theo nghị quyết." in made.gaps
    assert not [change for change in made.changes if change.unit and change.unit.code == "99999"]
    assert province in made.provinces


def test_the_real_province_is_applied():
    """Bắc Giang and Bắc Ninh of early 2025 become the 99 communes of the new Bắc Ninh."""
    the_old_provinces("24")
    reform, made = drafted("24")
    for change in reform.changes.filter(action=ChangeAction.SPLIT, is_main=False):
        rows = reform.changes.filter(action=ChangeAction.SPLIT, unit=change.unit)
        if not rows.filter(is_main=True).exists():
            rows.filter(pk=rows.first().pk).update(is_main=True)
    reforms.apply(reform, by=None)
    after = Unit.objects.filter(closed_on=None)
    (province,) = after.filter(kind=UnitKind.PROVINCE)
    assert (province.name, province.code) == ("Tỉnh Bắc Ninh", "24")
    communes = after.filter(kind=UnitKind.COMMUNE, province=province)
    assert communes.count() == 99
    assert Counter(communes.values_list("subtype", flat=True)) == {Subtype.COMMUNE: 66, Subtype.WARD: 33}
    assert not after.filter(kind=UnitKind.DISTRICT).exists()
    assert not communes.exclude(district=None).exists()


def test_ten_communes_of_dong_nai_become_wards_and_keep_their_codes():
    """30/4/2026: Đồng Nai becomes a city and ten of its 95 communes wards; which ten has no source, so any ten here."""
    rows = [row for row in national.read("communes.csv") if row["province_code"] == "75"]
    new = [NewUnit(kind="province", subtype="tinh", name=rows[0]["province"], code="75", key="75")]
    for row in rows:
        subtype = national.SUBTYPES[row["commune_type"]]
        new.append(NewUnit(kind="commune", subtype=subtype, name=row["commune"], code=row["commune_code"], parent="75"))
    province, *communes = services.place_units(new, on=date(2025, 7, 1))
    ten = [unit for unit in communes if unit.subtype == Subtype.COMMUNE][:10]
    reform = reforms.new_reform(
        number="237/NQ-UBTVQH16",
        title="Thành lập các phường thuộc thành phố Đồng Nai",
        issuer="Uỷ ban Thường vụ Quốc hội",
        effective_on=date(2026, 4, 30),
        provinces=[province],
        by=None,
    )
    lines = [
        Change(action="reclassify", unit=unit, subtype=Subtype.WARD, name=unit.name.replace("Xã", "Phường"))
        for unit in ten
    ]
    city = Change(action="reclassify", unit=province, subtype=Subtype.CENTRAL_CITY, name="Thành phố Đồng Nai")
    reforms.write_changes(reform, [city, *lines], by=None)
    reforms.apply(reform, by=None)

    def kinds(day):
        held = UnitVersion.objects.in_force(day).filter(province=province, kind=UnitKind.COMMUNE)
        return Counter(held.values_list("subtype", flat=True)), set(held.values_list("unit", "code"))

    (before, codes), (after, codes_after) = kinds(date(2026, 4, 29)), kinds(date(2026, 4, 30))
    assert (before, after) == ({"xa": 72, "phuong": 23}, {"xa": 62, "phuong": 33})
    assert codes == codes_after and len(codes) == 95
    assert not reform.lineage.exists()
    names = UnitVersion.objects.filter(unit=province).order_by("valid_from").values_list("name", flat=True)
    assert list(names) == ["Tỉnh Đồng Nai", "Thành phố Đồng Nai"]
