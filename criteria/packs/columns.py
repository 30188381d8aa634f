"""Sheets and columns of a workbook that is a pack: headings and choices as the pages call them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.db.models import Model

from portal.core.fields import NumberField, WholeField
from portal.core.vietnamese.text import plain_key
from units.enums import UnitKind

from ..enums import Bar, Confidence, Level, MissingYear, Step
from ..forms import PART_FORMS, DocumentForm, HeaderForm, NewSetForm, ProgrammeForm
from ..models import AwardBar, StreakRule, StreakTitle
from .content import CRITERION_FIELDS, PART_NAMES, PARTS, SET_FIELDS, STREAK_FIELDS, TITLE_FIELDS
from .labels import field_in_words
from .rules import BAR_FIELDS
from .writing import DOCUMENT

SETS, CRITERIA, ROUTES, DOCUMENTS, PROGRAMMES = "Bộ", "Tiêu chí", "Tuyến", "Văn bản", "Chương trình"
STREAKS, TITLES, BARS = "Năm liên tục", "Mốc năm liên tục", "Không xét khen thưởng"
PART_SHEETS = {PART_NAMES[part].capitalize(): part for part in PARTS}
PACK_ROWS = 2000
PROVINCE = "Mã tỉnh áp dụng"


@dataclass(frozen=True)
class PackColumn:
    """A column by the pack's key: its heading, and what its values are called."""

    key: str
    heading: str
    labels: dict = field(default_factory=dict)  # value -> label
    values: dict[str, object] = field(default_factory=dict)  # search key of a label, or of a value -> value
    is_number: bool = False

    def shown(self, value):
        return self.labels.get(value, value)

    def read(self, cell):
        return self.values.get(plain_key(str(cell)), cell)


def _column(key: str, fields: dict, *, named: str = "", choices: Iterable[tuple] = (), heading: str = "") -> PackColumn:
    """`named` is the form's name of the field where the pack has another."""
    asked = fields.get(named or key)
    if not choices and isinstance(asked, forms.ChoiceField) and not isinstance(asked, forms.ModelChoiceField):
        choices = cast(Iterable[tuple], asked.choices)
    labels = {value: str(label) for value, label in choices if value != ""}
    values = {plain_key(str(value)): value for value in labels}
    values |= {plain_key(label): value for value, label in labels.items()}
    is_number = isinstance(asked, WholeField | NumberField)
    return PackColumn(key, heading or (str(asked.label) if asked else ""), labels, values, is_number)


def _columns(keys: Iterable[str], *kinds: Any, **more: dict) -> dict[str, PackColumn]:
    fields: dict[str, Any] = {name: one for kind in reversed(kinds) for name, one in kind.base_fields.items()}
    return {key: _column(key, fields, **more.get(key, {})) for key in keys}


def _of_models(keys: Iterable[str], *models: type[Model], **headings: str) -> dict[str, PackColumn]:
    """Columns named as the fields of the models are, but for the headings given."""
    return {
        key: _column(
            key, {}, heading=headings.get(key) or field_in_words(key, models), choices=RULE_CHOICES.get(key, ())
        )
        for key in keys
    }


RULE_CHOICES: dict[str, list[tuple]] = {
    "unit_kinds": UnitKind.choices,
    "missing_year": MissingYear.choices,
    "confidence": Confidence.choices,
    "level": Level.choices,
    "bar": Bar.choices,
}
LEVELS = ("managed_at", "enter", "appraise", "decide")
DUE = {f"{step}_by": step for step in Step.values}  # column of a route's last day -> step
KINDS = {"choices": UnitKind.choices}
SHEETS: dict[str, dict[str, PackColumn]] = {
    SETS: _columns(
        (
            *("code", "version", "programme", "document", "base"),
            *(name for name in SET_FIELDS if name not in ("code", "version") and "window" not in name),
            *("window_from", "window_to", "window_article"),
        ),
        HeaderForm,
        NewSetForm,
        version={"heading": "Phiên bản"},
        base={"heading": "Bổ sung cho bộ"},
        unit_kinds=KINDS,
        province_code={"heading": PROVINCE},
        place_code={"heading": "Mã xã, huyện áp dụng riêng"},
        is_example={"heading": "Ví dụ, không phải luật"},
    ),
    DOCUMENTS: _columns(DOCUMENT, DocumentForm, code={"heading": "Mã"}, province_code={"heading": "Mã tỉnh ban hành"}),
    PROGRAMMES: _columns(("code", "name", "title"), ProgrammeForm),
    CRITERIA: _columns(
        ("code", "parent", "into", *(name for name in CRITERION_FIELDS if name not in ("code", "order"))),
        PART_FORMS["criteria"],
        into={"heading": "Xếp vào nhóm của bộ gốc"},
        reuses={"heading": "Dùng lại tiêu chí (mã)"},
        derived_from=KINDS,
    ),
    ROUTES: _columns(
        ("kinds", *LEVELS, "authority", "article", "confidence", "valid_from", "valid_to", *DUE),
        PART_FORMS["routes"],
        kinds=KINDS | {"named": "kind"},
        **{name: {"named": f"{name}_level", "choices": Level.choices} for name in ("enter", "appraise", "decide")},
        **{name: {"heading": f"Thời hạn {Step(step).label.lower()}"} for name, step in DUE.items()},
    ),
    **{sheet: _columns(PARTS[part], PART_FORMS[part]) for sheet, part in PART_SHEETS.items()},
    STREAKS: _of_models(STREAK_FIELDS, StreakRule, province_code=PROVINCE),
    TITLES: _of_models(("code", *TITLE_FIELDS), StreakTitle, code="Mã quy tắc"),
    BARS: _of_models(BAR_FIELDS, AwardBar, province_code=PROVINCE),
}
# Sheet of rules beside the sets -> part of the pack.
RULE_SHEETS = {STREAKS: "streaks", TITLES: "titles", BARS: "bars"}
LISTS = ("unit_kinds", "counts", "excluded_subtypes", "derived_from", "gaps", "kinds")
TRUTHS = ("is_example", "by_selection", "needs_evidence")
TEXTS = ("number", "province_code", "place_code", "code")
DATES = ("issued_on", "in_force_on", "ended_on", "valid_from", "valid_to")
DAYS_OF_YEAR = ("window_from", "window_to")
HINTS = {
    **dict.fromkeys(DATES, "hãy ghi ngày/tháng/năm, ví dụ 05/02/2030"),
    **dict.fromkeys(DAYS_OF_YEAR, "hãy ghi ngày/tháng, ví dụ 16/11"),
}
