"""What the pages share: reading a page number, answering a refusal."""

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.shortcuts import render

from portal.core.errors import Refused


def page_of(rows, request, size: int = 50) -> Page:
    return Paginator(rows, size).get_page(request.GET.get("page"))


def refuse(request, template: str, context: dict, refusal: Refused | None = None):
    """The page again with the typed values, saying why nothing was saved (422)."""
    if refusal:
        messages.error(request, refusal.sentence)
    return render(request, template, context, status=422)
