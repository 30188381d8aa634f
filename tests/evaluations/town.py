"""A province with a town that judges communes and wards by a set of its own, as Đông Triều in Quảng Ninh did."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

from criteria.enums import SetStatus
from criteria.models import CriteriaSet, Programme
from criteria.packs.reading import read_packs
from criteria.packs.stored import known
from criteria.services import load
from tests.units.factories import make_province, make_units
from units.enums import Subtype, UnitKind
from units.models import Unit

YEAR = 2024
DAY = date(YEAR, 1, 2)
PROVINCE, TOWN, WARD = "22", "205", "07069"
HEAD = """\
documents:
  - {code: VD-TINH, number: 120/KH, cite: KH 120, title: Kế hoạch của tỉnh, issuer: Tỉnh,
     issued_on: 2020-05-08, province_code: "22"}
  - {code: VD-THI, number: 191/KH, cite: KH 191, title: Kế hoạch của thị xã, issuer: Thị xã,
     issued_on: 2021-06-16, province_code: "22"}
  - {code: VD-PHUONG, number: 9/KH, cite: KH 9, title: Kế hoạch của phường, issuer: Phường,
     issued_on: 2021-07-01, province_code: "22"}
programmes:
  - {code: trial-town, name: Mô hình An ninh cơ sở, title: An ninh cơ sở}
sets:
"""
SET = """\
  - code: {code}
    version: 1
    programme: trial-town
    document: {document}
    name: {name}
    province_code: "22"
{place}    unit_kinds: [{kind}]
    outcome: all_met
    is_example: true
    publish: true
    first_year: 2020
    criteria:
      - {{code: {code}-1, number: "1", article: Mục 1, label: Có kế hoạch, measure: must}}
    routes:
      - kinds: [{kind}]
        managed_at: {managed_at}
        enter: commune
        appraise: {judge}
        decide: {judge}
        authority: Chủ tịch
        article: Mục 7
        valid_from: 2020-01-01
"""


def set_text(code: str, kind: str, *, place: str = "", document: str = "VD-TINH") -> str:
    return SET.format(
        code=code,
        document=document,
        name=f"Bộ {code}",
        place=f'    place_code: "{place}"\n' if place else "",
        kind=kind,
        managed_at="district" if kind == UnitKind.COMMUNE else "commune",
        judge="district" if kind == UnitKind.COMMUNE else "commune",
    )


PROVINCES = set_text("VD-XA", UnitKind.COMMUNE) + set_text("VD-KDC", UnitKind.RESIDENTIAL_AREA)
TOWNS = set_text("VD-THI-XA", UnitKind.COMMUNE, place=TOWN, document="VD-THI")
WARDS = set_text("VD-PHUONG-KDC", UnitKind.RESIDENTIAL_AREA, place=WARD, document="VD-PHUONG")


def make_town() -> SimpleNamespace:
    """The town with two wards and an area in each, a district beside it with a commune and an area."""
    province = make_province("Tỉnh Quảng Ninh", PROVINCE)
    town = make_units(province, UnitKind.DISTRICT, Subtype.TOWN, ["Thị xã Đông Triều"], code=TOWN)[0]
    other = make_units(province, UnitKind.DISTRICT, Subtype.RURAL_DISTRICT, ["Huyện Đầm Hà"], code="200")[0]
    wards = [
        make_units(town, UnitKind.COMMUNE, Subtype.WARD, [name], code=code)[0]
        for name, code in (("Phường Đức Chính", WARD), ("Phường Mạo Khê", "07070"))
    ]
    commune = make_units(other, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Dực Yên"], code="07090")[0]
    areas = [
        make_units(place, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Khu 1 ({place.name})"])[0]
        for place in (*wards, commune)
    ]
    return SimpleNamespace(province=province, town=town, other=other, wards=wards, commune=commune, areas=areas)


def publish(folder: Path, *texts: str) -> Programme:
    """The sets as packs, published; the programme they belong to."""
    path = folder / "bo-rieng.yaml"
    path.write_text(HEAD + "".join(texts))
    refused = [change for change in load(read_packs([path], known())) if change.is_refused]
    assert refused == []
    programme = Programme.objects.get(code="trial-town")
    assert CriteriaSet.objects.filter(programme=programme, status=SetStatus.PUBLISHED).exists()
    return programme


def sets_of(cycle) -> dict[str, str]:
    """The set of every unit on the year's roster, by the unit's name."""
    return dict(cycle.evaluations.values_list("unit_name", "criteria_set__code"))


def code_of(unit: Unit, code: str) -> None:
    """Give the unit another code, past the doors: what a law does to codes is not what is tried here."""
    unit.versions.update(code=code)
    Unit.objects.filter(pk=unit.pk).update(code=code)
