"""The cells of the grid."""

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def entry_cell(cell, unit: str) -> SafeString:
    """The box of a cell one writes in: what it holds, how it was filled, what last year says, what the appraisers said.

    `unit` names the unit for who does not see the row. Written here and not by a template: a page has four hundred, and
    their templates were two fifths of its time.
    """
    line = cell.line
    kinds = ["cell", *(["wide"] if cell.is_wide else ()), *(["filled"] if cell.unconfirmed else ())]
    said = {
        "class": " ".join(kinds),
        "name": line.code,
        "value": cell.text,
        "data-version": str(cell.version),
        "aria-label": f"{unit}, tiêu chí {line.number}",
        "title": cell.unconfirmed,
        "inputmode": "decimal" if line.is_plain_number else "",
        "data-remark": cell.remark.said if cell.remark else "",
    }
    if cell.suggestion:
        said |= {
            "placeholder": cell.hint,
            "data-year": str(cell.suggestion.year),
            "data-suggested": cell.suggested,
        }
    written = "".join(f' {name}="{escape(words)}"' for name, words in said.items() if words)
    return mark_safe(f'<input{written} autocomplete="off">')  # noqa: S308 -- every word is escaped above
