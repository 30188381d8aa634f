"""What becomes of provinces' rules when the provinces end, for the dry run of a reorganisation."""

from django import template

from units.enums import UnitKind
from units.models import Unit

from ..models import AwardBar, StreakRule
from ..queries import with_issuers

register = template.Library()


@register.inclusion_tag("criteria/_rules_that_end.html")
def rules_that_end(plan):
    """Published rules of years running and bars of the provinces the plan ends, each with its heir's name.

    One query where no province ends, five otherwise.
    """
    closed = {node.ref: node for node in plan.closed if node.kind == UnitKind.PROVINCE}
    ending = {one.pk: one for one in Unit.objects.filter(pk__in=[ref for ref in closed if isinstance(ref, int)])}
    if not ending:
        return {"rules": [], "bars": []}
    heirs = {ref: plan.after[node.heir].name if node.heir else "" for ref, node in closed.items()}
    day = plan.reform.effective_on
    written = StreakRule.objects.published().exclude(province_code="").select_related("document")
    told = [(one, one.issuer) for one in with_issuers(written) if not one.valid_to or one.valid_to >= day]
    rules = [(one, by, heirs[by.pk]) for one, by in told if by and by.pk in ending]
    bars = AwardBar.objects.published().filter(province__in=ending, last_year=None)
    return {
        "rules": rules,
        "bars": [(one, heirs[one.province_id]) for one in bars.select_related("province", "programme")],
        "last_year": day.year - 1,
    }
