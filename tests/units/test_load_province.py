"""One province of the national register by one command, before and after the reform, with nothing invented in it."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from criteria.models import Programme
from evaluations.services import Figures, Total, record_totals
from portal.core.errors import Refused
from tests.criteria.factories import load_packs
from units.enums import Subtype, UnitKind
from units.models import Unit
from units.reforms.national import draft_for, read

pytestmark = pytest.mark.django_db


def counted(**of) -> dict[str, int]:
    return {kind: Unit.objects.filter(kind=kind, **of).count() for kind in ("province", "district", "commune")}


def test_today_s_tree_of_a_province_is_what_the_register_says(capsys):
    call_command("load_province", "15")
    names = {row["commune"] for row in read("communes.csv") if row["province_code"] == "15"}
    assert counted() == {"province": 1, "district": 0, "commune": len(names)}
    assert set(Unit.objects.filter(kind=UnitKind.COMMUNE).values_list("name", flat=True)) == names
    assert not Unit.objects.filter(is_demo=True).exists()
    assert set(Unit.objects.values_list("opened_on", flat=True)) == {date(2025, 7, 1)}
    call_command("load_province", "15")
    assert "thêm 0 đơn vị" in capsys.readouterr().out.splitlines()[-2]


def test_two_old_provinces_are_ready_for_their_merger():
    """Lào Cai (10) and Yên Bái (15) of early 2025, which become Lào Cai (15): the lineage knows every commune."""
    for code in ("10", "15"):
        call_command("load_province", code, before=True)
    old = [row for row in read("before.csv") if row["province_code"] in ("10", "15")]
    districts = {row["district_code"] for row in old}
    assert counted() == {"province": 2, "district": len(districts), "commune": len(old)}
    assert Unit.objects.get(code="10").name == "Tỉnh Lào Cai"
    made = draft_for("15")
    assert ([unit.code for unit in made.provinces], made.gaps, made.unknown) == (["10", "15"], [], [])


def test_the_past_is_kept_from_the_day_that_was_given(capsys):
    """Nga Sơn's years from 2009 on; without the day the register begins in 2020, and both are told."""
    load_packs()
    call_command("load_province", "38", "--before", "--since", "2009-01-01")
    said = capsys.readouterr().out.splitlines()[-1]
    assert "tính từ ngày 01/01/2009: ghi được kết quả, số tổng từ năm 2009" in said
    province = Unit.objects.get(kind=UnitKind.PROVINCE)
    place = Unit.objects.get(kind=UnitKind.DISTRICT, name="Huyện Nga Sơn")
    figures, safety = Figures(total=234, met=145, source="Báo cáo 2018"), Programme.objects.get(code="safety")
    row = Total(place, safety, 2009, UnitKind.RESIDENTIAL_AREA, figures)
    assert record_totals([row], province, by=None, reason="Theo báo cáo.") == (1, 0)
    with pytest.raises(Refused, match="chưa có hoặc đã kết thúc vào cuối năm 2008"):
        record_totals([replace(row, year=2008)], province, by=None, reason="Theo báo cáo.")
    call_command("load_province", "38", "--before", "--since", "2008-01-01")
    assert "bắt đầu muộn hơn (muộn nhất 01/01/2009) và giữ nguyên" in capsys.readouterr().out.splitlines()[-1]


def test_subtypes_are_read_from_the_names():
    call_command("load_province", "01", before=True)
    kinds = set(Unit.objects.filter(kind=UnitKind.DISTRICT).values_list("subtype", flat=True))
    assert kinds == {Subtype.URBAN_DISTRICT, Subtype.RURAL_DISTRICT, Subtype.TOWN}
    assert Unit.objects.get(kind=UnitKind.PROVINCE).subtype == Subtype.CENTRAL_CITY


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["99"], "không có tỉnh mã “99” từ ngày"),
        (["30", "--before", "--opened", "2025-07-01"], "phải có trước ngày 01/7/2025"),
        (["10"], "không có tỉnh mã “10” từ ngày"),
        (["15", "--since", "2030-01-01"], "không thể bắt đầu sau hôm nay"),
        (["15", "--since", "2009-01-01"], "nạp với --before rồi thực hiện sắp xếp"),
        (["38", "--before", "--since", "2020"], "Không đọc được ngày “2020” sau --since"),
        (["38", "--before", "--since", "01/01/1800"], "không thể đúng. Hãy kiểm tra lại năm"),
    ],
)
def test_what_the_register_does_not_have_is_told_and_nothing_is_loaded(args, said):
    with pytest.raises(CommandError, match=said):
        call_command("load_province", *args)
    assert not Unit.objects.exists()
