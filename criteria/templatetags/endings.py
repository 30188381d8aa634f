"""What becomes of provinces' rules when the provinces end, for the dry run of a reorganisation."""

from datetime import timedelta

from django import template

from units.enums import UnitKind
from units.models import Unit

from ..models import AwardBar, CriteriaSet, StreakRule
from ..queries import with_issuers

register = template.Library()


@register.inclusion_tag("criteria/_rules_that_end.html")
def rules_that_end(plan):
    """Published rules of years running, criteria sets and bars of the provinces the plan ends, each with its heir.

    One query where no province ends, five otherwise and one more for each that ends.
    """
    closed = {node.ref: node for node in plan.closed if node.kind == UnitKind.PROVINCE}
    ending = {one.pk: one for one in Unit.objects.filter(pk__in=[ref for ref in closed if isinstance(ref, int)])}
    if not ending:
        return {"rules": [], "sets": [], "bars": []}
    day = plan.reform.effective_on
    last = day - timedelta(days=1)
    heirs = {ref: plan.after[node.heir].name if node.heir else "nơi kế thừa" for ref, node in closed.items()}
    for ref, one in ending.items():
        if heirs[ref] == one.name:  # only the days tell the two apart
            heirs[ref], one.name = f"{one.name} (từ {day:%d/%m/%Y})", f"{one.name} (đến hết {last:%d/%m/%Y})"
    written = StreakRule.objects.published().exclude(province_code="").select_related("document")
    told = [(one, one.issuer) for one in with_issuers(written) if not one.valid_to or one.valid_to >= day]
    rules = [(one, ending[by.pk], heirs[by.pk]) for one, by in told if by and by.pk in ending]
    sets = [
        (one, province, heirs[province.pk])
        for province in ending.values()
        for one in CriteriaSet.objects.published().for_province(province).exclude(province_code="").for_year(day.year)
    ]
    bars = (
        AwardBar.objects.published().filter(province__in=ending, last_year=None).select_related("province", "programme")
    )
    return {
        "rules": rules,
        "sets": sets,
        "bars": [
            (one, ending[one.province_id], heirs[one.province_id])
            for one in bars.select_related("province", "programme")
        ],
        "last_year": day.year - 1,
    }
