"""The reorganisation dossiers are taken through."""

from datetime import date

from tests.units.reforming import draft, line
from units.enums import Subtype, UnitKind

DAY = date(2024, 9, 1)


def the_reform(tree, **fields):
    """The first two communes become one new ward; the districts end."""
    one, two, *_ = tree.communes
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
        line("close_level", tree.province, kind=UnitKind.DISTRICT),
        day=DAY,
        **fields,
    )
