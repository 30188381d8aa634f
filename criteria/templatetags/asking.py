"""What a criterion asks, for the panel of help beside its boxes."""

from django import template

from ..judging.values import CriterionSpec
from ..models import Criterion
from ..wording.set_page import QUARTERS, asks

register = template.Library()
SAID = ("measure", "comparison", "threshold", "max_points", "numerator_label", "denominator_label")


@register.filter
def asked(line: CriterionSpec) -> str:
    """How it is measured and what is enough, as the set's own page says it."""
    return asks(Criterion(**{name: getattr(line, name) for name in SAID}))


@register.filter
def quarter(line: CriterionSpec) -> str:
    """The quarter it is to be done in, as officials write it; empty where the set names none."""
    return QUARTERS[line.due_quarter - 1] if line.due_quarter else ""
