"""Page components and Vietnamese figures as template tags and filters (loaded everywhere)."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .. import navigation
from ..marks import EXAMPLE_WORDS
from ..once import new_token

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
}
NOTHING = "–"
HUNDREDTH = Decimal("0.01")


# --- figures ---------------------------------------------------------------------------------------------------
def vietnamese(text: str) -> str:
    """An English-grouped figure with the Vietnamese marks: 1,862.50 becomes 1.862,50."""
    return text.translate(str.maketrans(",.", ".,"))


@register.filter
def number(value) -> str:
    """A whole number grouped by dots (1.862); a dash for nothing, other text unchanged."""
    if value is None or value == "":
        return NOTHING
    try:
        return vietnamese(f"{int(value):,}")
    except (TypeError, ValueError):
        return str(value)


@register.filter
def decimal2(value) -> str:
    """Two decimals, half up, decimal comma (61,97); a dash for nothing."""
    if value is None or value == "":
        return NOTHING
    try:
        return vietnamese(f"{Decimal(str(value)).quantize(HUNDREDTH, ROUND_HALF_UP):,.2f}")
    except InvalidOperation:
        return str(value)


@register.filter
def percent_of(part, whole) -> str:
    """`part` in `whole` as "61,97", half up on exact integers; a dash when the whole is nothing."""
    if not whole or part is None or part == "":
        return NOTHING
    return decimal2((Decimal(100) * Decimal(part) / Decimal(whole)).quantize(HUNDREDTH, ROUND_HALF_UP))


@register.filter
def file_size(value) -> str:
    """Bytes as a person reads them: 812 B, 1,4 kB, 20,0 MB."""
    size = Decimal(value or 0)
    if size < 1000:
        return f"{size:.0f} B"
    for unit in ("kB", "MB", "GB"):
        size /= 1000
        if size < 1000 or unit == "GB":
            break
    return f"{vietnamese(str(size.quantize(Decimal('0.1'), ROUND_HALF_UP)))} {unit}"


# --- marks -----------------------------------------------------------------------------------------------------
@register.simple_tag
def badge(tone: str, text) -> SafeString:
    """A small word with a tone; the word carries the meaning, the colour only helps."""
    if tone not in TONES:
        raise template.TemplateSyntaxError(f"badge tone {tone!r} is not one of {', '.join(TONES)}")
    return format_html('<span class="badge badge--{}">{}</span>', tone, text)


@register.simple_tag
def state_badge(evaluation) -> SafeString:
    """The badge of an object with `state` and `get_state_display`."""
    return badge(STATE_TONES.get(evaluation.state, "muted"), evaluation.get_state_display())


@register.simple_tag
def example_mark(thing) -> str:
    """Beside anything with `is_example`: that it is an example and not law; nothing beside what is law."""
    return format_html('<span class="demo-mark">{}</span>', EXAMPLE_WORDS) if thing.is_example else ""


@register.simple_tag
def once_token() -> SafeString:
    """The hidden token that makes a form sent twice count once (see `portal.core.once`)."""
    return format_html('<input type="hidden" name="once" value="{}">', new_token())


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
