"""Reorganisations as tests draft them, and every row one may touch."""

from datetime import date, timedelta

from units import reforms
from units.enums import Subtype, UnitKind
from units.models import Change, Committee, Lineage, Placement, Unit, UnitVersion

DAY = date(2025, 7, 1)

LAST = DAY - timedelta(days=1)


def line(action, unit=None, **fields):
    return Change(action=action, unit=unit, **fields)


def draft(tree, *changes, day=DAY, **fields):
    made = reforms.new_reform(
        number="1658/NQ-UBTVQH15",
        title="Sắp xếp đơn vị",
        issuer="Uỷ ban Thường vụ Quốc hội",
        effective_on=day,
        provinces=[tree.province],
        by=None,
        **fields,
    )
    reforms.write_changes(made, changes, by=None)
    return made


def the_reform(tree):
    """Two communes of the first district become one ward, another is divided, the district level ends."""
    one, two, three, four = tree.communes
    return draft(
        tree,
        line(
            "open",
            kind="commune",
            subtype=Subtype.WARD,
            code="07001",
            name="Phường Mới",
            key="M",
            to_unit=tree.province,
        ),
        line("merge", one, to_key="M"),
        line("merge", two, to_key="M"),
        line("split", three, to_unit=four, is_main=True, percent=60),
        line("split", three, to_key="M", percent=40),
        line("rename", four, name="Xã Bốn"),
        line("close_level", tree.province, kind=UnitKind.DISTRICT),
    )


def snapshot():
    """Every stored row the reorganisation may touch, as plain values."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Unit, UnitVersion, Placement, Committee, Lineage)
    }
