"""Fields of a content in the words a reader is shown."""

from decimal import Decimal

from portal.core.vietnamese.figures import plain_number
from units.enums import Subtype, UnitKind

from ..enums import Bar, Comparison, Confidence, Derivation, Level, Measure, MissingYear, NotApplicable, Outcome, Step
from ..models import Cap, CriteriaSet, Criterion, DossierPaper, Grade, Precondition, Quota, Route

CHOICES = {
    "measure": Measure,
    "comparison": Comparison,
    "derivation": Derivation,
    "outcome": Outcome,
    "not_applicable_rule": NotApplicable,
    "confidence": Confidence,
    "level": Level,
    "step": Step,
    "missing_year": MissingYear,
    "bar": Bar,
}
LISTS = {"unit_kinds": UnitKind, "derived_from": UnitKind, "excluded_subtypes": Subtype}
NUMBERS = ("threshold", "max_points", "points_total", "lower_bound")


OF_A_SET = (Criterion, CriteriaSet, Route, Grade, Cap, Precondition, Quota, DossierPaper)


def field_in_words(name: str, models=OF_A_SET) -> str:
    """The field's Vietnamese name, as the first of the models that has it says; the name itself when none does."""
    for model in models:
        if name in {field.name for field in model._meta.fields}:
            words = str(model._meta.get_field(name).verbose_name)
            return words[0].upper() + words[1:]
    return name


def value_in_words(name: str, value) -> str:
    """A content's value as people read it; empty for none."""
    if value in (None, "", []):
        return ""
    if name in CHOICES:
        return str(CHOICES[name](value).label)
    if name in LISTS:
        return "; ".join(str(LISTS[name](one).label) for one in value)
    if name in NUMBERS:
        return plain_number(Decimal(value))
    if name == "excuses":
        return "; ".join(f"{one['label']} ({one['short']})" for one in value)
    if name in ("window_from", "window_to", "valid_from", "valid_to"):
        return "/".join(reversed(value.split("-")))
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    if isinstance(value, bool):
        return "có" if value else "không"
    return str(value)


def route_name(row: dict) -> str:
    """How a route is told from another: whose files, managed where, from when."""
    year, month, day = row["valid_from"].split("-")
    kind, level = UnitKind(row["kind"]).label.lower(), Level(row["managed_at"]).label
    return f"{kind} do {level} quản lý, từ {day}/{month}/{year}"
