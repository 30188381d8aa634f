"""A unit's years as a panel for its page."""

from django import template

from ..queries import years_of

register = template.Library()


@register.inclusion_tag("evaluations/_unit_history.html", takes_context=True)
def unit_history(context, unit):
    """The unit's files of all years the signed-in user may see: rule book, result, decision."""
    user = context["request"].user
    return {"files": years_of(unit, user), "user": user}
