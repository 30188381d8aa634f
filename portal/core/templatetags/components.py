"""Page components and Vietnamese figures as template tags and filters (loaded everywhere)."""

from decimal import Decimal, InvalidOperation

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ..enums import EXAMPLE_WORDS
from ..vietnamese import figures
from ..vietnamese.moments import moment_text
from ..web import navigation
from ..web.once import new_token

register = template.Library()

TONES = ("ok", "warn", "bad", "info", "muted")
STATE_TONES = {
    "expected": "muted",
    "registered": "info",
    "submitted": "info",
    "returned": "warn",
    "appraised": "info",
    "tabled": "info",
    "proposed": "info",
    "recognised": "ok",
    "declined": "bad",
    "revoked": "bad",
    "withdrawn": "muted",
    # of jobs
    "queued": "info",
    "running": "info",
    "done": "ok",
    "failed": "bad",
    "excluded": "muted",
}


# --- figures ---------------------------------------------------------------------------------------------------
@register.filter
def number(value) -> str:
    """A whole number grouped by dots (1.862); a dash for nothing, other text unchanged."""
    if value is None or value == "":
        return figures.DASH
    try:
        return figures.grouped(int(value))
    except (TypeError, ValueError):
        return str(value)


@register.filter
def decimal2(value) -> str:
    """Two decimals, half up, decimal comma (61,97); a dash for nothing."""
    if value is None or value == "":
        return figures.DASH
    try:
        return figures.decimal_comma(Decimal(str(value)))
    except InvalidOperation:
        return str(value)


@register.filter
def percent_of(part, whole) -> str:
    """`part` in `whole` as "61,97", half up on exact integers; a dash when the whole is nothing."""
    return figures.percent(int(part), int(whole)) if whole and part not in (None, "") else figures.DASH


@register.filter
def or_dash(value):
    """The value as it is; a dash for nothing, which 0 is not."""
    return figures.DASH if value is None or value == "" else value


@register.filter
def file_size(value) -> str:
    return figures.file_size(int(value or 0))


@register.filter
def then(person, at) -> str:
    """Who did something, by the post's words of that moment: `{{ event.by|then:event.at }}`; empty for nobody."""
    return person.called(at) if person else ""


@register.filter
def moment(value) -> str:
    """09:14 ngày 05/11/2024; nothing for nothing."""
    return moment_text(value) if value else ""


# --- marks -----------------------------------------------------------------------------------------------------
@register.simple_tag
def badge(tone: str, text) -> SafeString:
    """A small word with a tone; the word carries the meaning, the colour only helps."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"badge tone {tone!r} is not one of {', '.join(TONES)}")
    return format_html('<span class="badge badge--{}">{}</span>', tone, text)


@register.simple_tag
def state_badge(thing) -> SafeString:
    """The badge of a dossier or a job: what has `state` and `get_state_display`."""
    return badge(STATE_TONES.get(thing.state, "muted"), thing.get_state_display())


@register.simple_tag
def example_mark(thing) -> str:
    """Beside anything with `is_example`: that it is an example and not law; nothing beside what is law."""
    return format_html('<span class="demo-mark">{}</span>', EXAMPLE_WORDS) if thing.is_example else ""


@register.simple_tag
def demo_mark(thing) -> str:
    """Beside anything with `is_demo`: that its data are made up; nothing beside what is real."""
    return format_html('<span class="demo-mark">{}</span>', "Dữ liệu mẫu") if thing.is_demo else ""


@register.simple_tag
def once_token() -> SafeString:
    """The hidden token that makes a form sent twice count once (see `portal.core.once`)."""
    return format_html('<input type="hidden" name="once" value="{}">', new_token())


@register.simple_tag
def leave_button(label: str):
    """Inside a form: goes to the page that makes what the form lacks, what was typed kept (`portal.core.web.left`)."""
    return format_html('<button class="btn btn--plain" name="leave" value="1" formnovalidate>{}</button>', label)


@register.inclusion_tag("components/file_card.html")
def file_card(form, upload: str, *, hint: str = "", provinces=(), chosen=None) -> dict:
    """The card that takes a file to be checked: posted to the page that takes it, whatever page shows the card. A form
    with a field `pasted` takes cells in place of the file."""
    pasted = form["pasted"] if "pasted" in form.fields else None
    return {
        "form": form,
        "pasted": pasted,
        "upload": upload,
        "hint": hint,
        "provinces": provinces,
        "chosen": chosen,
    }


@register.inclusion_tag("components/downloads.html", takes_context=True)
def downloads(context, route: str = "", *args, of: str = "", **changes) -> dict:
    """Links to the list shown as a file, with the filter of the address and what `changes` it: on the page's own
    address, or on the route that gives the file. `of` says which list, where a page has more than one."""
    at = reverse(route, args=args) if route else ""
    links = [(name, f"{at}{param(context, **changes, dang=name.lower())}") for name in ("XLSX", "CSV")]
    return {"of": of, "links": links}


# --- moving about ----------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def param(context, **changes) -> str:
    """The page's query string with changes, "?" included; None removes a key.

    Any change goes back to the first page unless it sets the page itself.
    """
    query = context["request"].GET.copy()
    if "page" not in changes:
        query.pop("page", None)
    for key, value in changes.items():
        if value is None:
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context, page_obj):
    """Links to the pages of a list, keeping its filters."""
    paginator = page_obj.paginator
    numbers = paginator.get_elided_page_range(page_obj.number, on_each_side=1, on_ends=1)
    pages = [
        {"number": item, "query": param(context, page=item) if item != paginator.ELLIPSIS else ""} for item in numbers
    ]
    return {
        "page": page_obj,
        "total": paginator.count,
        "pages": pages,
        "previous": param(context, page=page_obj.number - 1) if page_obj.has_previous() else "",
        "next": param(context, page=page_obj.number + 1) if page_obj.has_next() else "",
    }


@register.inclusion_tag("layout/_nav.html", takes_context=True)
def main_menu(context):
    """The main menu for the signed-in person; nothing for anybody else."""
    request, user = context.get("request"), context.get("user")
    if request is None or user is None or not user.is_authenticated:
        return {"items": []}
    return {"items": navigation.menu(request.path, is_administrator=user.has_role("admin"))}
