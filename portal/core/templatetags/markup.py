"""Markup the pages share: tables, columns, options, forms that post, links and marks (loaded everywhere)."""

from dataclasses import dataclass

from django import template
from django.template.defaulttags import CsrfTokenNode
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


# --- tables ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ColumnHead:
    """The head of a column that is not plain words."""

    label: str
    css: str = ""
    is_unseen: bool = False

    def __str__(self) -> str:
        return self.label


@register.filter
def figures(label: str) -> ColumnHead:
    """A column of figures."""
    return ColumnHead(label, "num")


@register.filter
def unseen(label: str) -> ColumnHead:
    """A column whose name only a screen reader needs."""
    return ColumnHead(label, is_unseen=True)


@register.filter
def unprinted(label: str) -> ColumnHead:
    """A column of buttons: its name is for screen readers, and it is left off paper."""
    return ColumnHead(label, "no-print", is_unseen=True)


@register.simple_tag
def columns(*labels) -> SafeString:
    """The heads of a table's columns: `{% columns "Đơn vị" "Số hồ sơ"|figures "Mở"|unseen %}`."""
    return format_html_join("", "{}", ((_head(label),) for label in labels))


def _head(label) -> SafeString:
    column = label if isinstance(label, ColumnHead) else ColumnHead(label)
    words = format_html('<span class="visually-hidden">{}</span>', column.label) if column.is_unseen else column.label
    return format_html('<th scope="col"{}>{}</th>', _attributes({"class": column.css}), words)


@register.simple_block_tag
def table(content: str, *looks: str, label: str = "Bảng số liệu") -> SafeString:
    """A table in a frame that scrolls by keyboard on a narrow screen; looks: compact, wide,
    stacked (a row under the other on a telephone; cells name their column in `data-label`), or a page's own class."""
    known = {"compact": "table--compact", "wide": "table--wide", "stacked": "table--stacked"}
    css = " ".join(["table", *(known.get(look, look) for look in looks)])
    frame = '<div class="table-wrap" tabindex="0" role="region" aria-label="{}"><table class="{}">{}</table></div>'
    return format_html(frame, label, css, content)


@register.simple_tag
def figure(number, label) -> SafeString:
    """A large figure over what it counts; the number as it is to be read."""
    return format_html('<div class="figure"><b>{}</b><span>{}</span></div>', number, label)


# --- forms -----------------------------------------------------------------------------------------------------
@register.simple_block_tag(takes_context=True)
def post_form(
    context, content: str, route: str = "", *args, css: str = "", id: str = "", unsaved: str = "", typed: bool = False
) -> SafeString:
    """A form that posts to the route (to its own page without one), with the token against forgery.

    With `unsaved`, what the form holds in words, the page asks before another button or link throws it away; `typed`
    says that the values it is shown with are themselves not saved.
    """
    attributes = {"action": reverse(route, args=args) if route else "", "class": css, "id": id}
    attributes |= {"data-unsaved": unsaved, "data-typed": "yes" if unsaved and typed else ""}
    token = CsrfTokenNode().render(context)
    return format_html('<form method="post"{}>{}{}</form>', _attributes(attributes), token, content)


@register.simple_tag
def hidden(**values) -> SafeString:
    """A hidden field for each keyword."""
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', values.items())


@register.simple_tag
def option(value, label, chosen=None) -> SafeString:
    """One line of a select, marked where its value reads like the chosen one."""
    if chosen is not None and str(value) == str(chosen):
        return format_html('<option value="{}" selected>{}</option>', value, label)
    return format_html('<option value="{}">{}</option>', value, label)


# --- links -----------------------------------------------------------------------------------------------------
@register.simple_tag
def link_if(allowed, label, route: str, *args, query: str = "") -> SafeString:
    """The label as a link to the route for whom it is open; the bare label for everybody else."""
    if not allowed:
        return format_html("{}", label)
    return format_html('<a href="{}{}">{}</a>', reverse(route, args=args), query, label)


def _attributes(values: dict[str, str]) -> SafeString:
    """HTML attributes, each with the space before it; empty ones are left out."""
    return format_html_join("", ' {}="{}"', ((name, value) for name, value in values.items() if value))
