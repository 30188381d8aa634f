"""Whether a link leads the reader to a page that is theirs to read."""

from django import template

from ..permissions import may_look_into

register = template.Library()


@register.filter
def read_by(unit, user) -> bool:
    """`{% if decision.issuer|read_by:user %}`: the place's sittings and decisions are open to the reader."""
    return may_look_into(user, unit)
