"""Columns that lists of dossiers share when they leave as files."""

from operator import attrgetter

from portal.core.lists import ListColumn
from units.files.keys import OWN_KEY

from ..models import Evaluation
from ..queries import tell_dossiers_apart


def unit_columns(at: str = "") -> tuple[ListColumn, ...]:
    """Of the unit of a dossier, which stands in the row under `at` (“evaluation.”): its key first, by which files that
    are taken in name it."""
    unit_id = attrgetter(f"{at}unit_id")
    return (
        ListColumn("Khoá đơn vị", lambda row: f"{OWN_KEY}{unit_id(row)}"),
        ListColumn("Đơn vị", f"{at}listed_name"),
        ListColumn("Loại đơn vị", f"{at}get_kind_display"),
        ListColumn("Xã", f"{at}commune_above.name"),
        ListColumn("Huyện", f"{at}district_above.name"),
        ListColumn("Tỉnh", f"{at}province.dated_name"),
    )


def told_apart(rows: list) -> list:
    """Dossiers, or rows of an `evaluation`, with what tells namesakes in a commune apart: dress of lists that leave."""
    tell_dossiers_apart(row if isinstance(row, Evaluation) else row.evaluation for row in rows)
    return rows


def relation(dossier: Evaluation, *, is_counted: bool) -> str:
    """Who manages the unit where that is not the reader's place, as the page says it."""
    manager = dossier.managed_by.name if dossier.managed_by else ""
    if dossier.delegated_to:
        return f"Do {manager} quản lý, uỷ quyền cho {dossier.delegated_to.name}"
    return "" if is_counted else f"Đứng chân trên địa bàn, do {manager} quản lý"
