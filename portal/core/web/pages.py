"""What the pages share: reading a page number, answering a refusal."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.forms import BaseForm
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from portal.core.errors import Refused
from portal.core.vietnamese.figures import grouped
from portal.core.vietnamese.text import clean_lines, storable
from portal.core.vietnamese.unreadable import IN_A_BOX, fault_of

MOST_WORDS = 2000  # of a reason or a remark
MOST_DIGITS = 19  # of a row id: 9.2e18


def page_of(rows, request, size: int = 50, *, count: int | None = None) -> Page:
    """The page asked for; who has counted the rows already says how many they are."""
    paginator = Paginator(rows, size)
    if count is not None:
        paginator.count = count
    return paginator.get_page(request.GET.get("page"))


def typed(request, name: str, most: int) -> str:
    """A posted text outside any form, cut to its most letters, without what PostgreSQL cannot store."""
    return storable(request.POST.get(name, ""))[:most]


def worded(text: str, most: int) -> str:
    """A text typed outside any form as a form's box keeps it; raises Refused for what nobody can have meant, and for
    more than `most` letters: a reason without its end says something else."""
    if fault := fault_of(text, IN_A_BOX):
        raise Refused(fault)
    words = clean_lines(text.replace("\r\n", "\n"))
    if len(words) > most:
        sentence = f"Nội dung vừa nhập dài {grouped(len(words))} ký tự; ô này nhận tối đa {grouped(most)} ký tự."
        raise Refused(f"{sentence} Chưa lưu gì; hãy rút gọn rồi gửi lại.")
    return words


def whole_number(text: str) -> int | None:
    """The row id or version a posted text is; None for what cannot be one (words, figures too long for any id)."""
    return int(text) if text.isdecimal() and len(text) < MOST_DIGITS else None


def whole_numbers(texts) -> list[int]:
    """Those among posted texts."""
    return [number for text in texts if (number := whole_number(text)) is not None]


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """A refusal inside is told on the form, which is then shown again; an act that holds redirects before the end."""
    try:
        yield
    except Refused as refusal:
        form.add_error(None, refusal.sentence)


def seen_again(request, now: str, *, was_asked: bool) -> str:
    """What a form says it was made from: what is stored `now`; sent back before the door `was_asked`, what it said."""
    return now if was_asked or request.method != "POST" else request.POST.get("seen", now)


def leads_on(view):
    """To a script, which cannot read where a redirect leads, the view's redirect is told as JSON: {"next": address}."""

    @functools.wraps(view)
    def wrapper(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseRedirect) and request.headers.get("Accept") == "application/json":
            return JsonResponse({"next": response.url})
        return response

    return wrapper


def refuse(request, template: str, context: dict, refusal: Refused | None = None):
    """The page again with the typed values, saying why nothing was saved (422)."""
    if refusal:
        messages.error(request, refusal.sentence)
    return render(request, template, context, status=422)
