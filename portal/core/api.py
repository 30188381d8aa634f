"""What every API view shares: nobody in by default, pages of rows, filters that are all known."""

from collections.abc import Iterable
from difflib import get_close_matches

from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import BasePermission
from rest_framework.settings import api_settings

MOST_DIGITS = 9  # of a page's size that is looked at


class DenyUnlessDeclared(BasePermission):
    """The default: a view that does not say who may enter lets nobody in."""

    message = "Đường dẫn này chưa được mở."

    def has_permission(self, request, view):
        return False


class Pages(PageNumberPagination):
    page_size = 50
    max_page_size = 500
    page_size_query_param = "page_size"

    def get_page_size(self, request):
        """As the framework's, which takes what is no number for the usual size."""
        told = request.query_params.get(self.page_size_query_param)
        if told and not (told.isascii() and told.isdecimal() and int(told[:MOST_DIGITS])):
            said = f"Số dòng một trang là số nguyên từ 1 đến {self.max_page_size}, không phải “{told[:40]}”."
            raise ValidationError({self.page_size_query_param: [said]})
        return super().get_page_size(request)

    def get_paginated_response_schema(self, schema):
        """As the framework's, whose `nullable` is of an older OpenAPI than the document's."""
        told = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            told["properties"][name] = {"type": ["string", "null"], "format": "uri"}
        return told


def refuse_unknown(asked: Iterable[str], known: Iterable[str]) -> None:
    """Raises ValidationError for each parameter of the address that is none of `known`, with the nearest of them.

    Left alone it would be taken for a filter that let every row through.
    """
    names = sorted(known)
    told = {}
    for name in asked:
        if name in names or name == api_settings.URL_FORMAT_OVERRIDE:
            continue
        near = get_close_matches(name.lower(), names, n=1)
        hint = f" Gần nhất là “{near[0]}”." if near else ""
        told[name] = [f"Không có tham số “{name[:40]}”.{hint} Dùng được: {', '.join(names)}."]
    if told:
        raise ValidationError(told)


class KnownFilters(DjangoFilterBackend):
    """The filters of a list; a name that is none of them is refused. A row asked for by its id is not filtered."""

    def filter_queryset(self, request, queryset, view):
        if view.detail:
            return queryset
        filterset = self.get_filterset_class(view, queryset)
        paging = (view.paginator.page_query_param, view.paginator.page_size_query_param)
        refuse_unknown(request.query_params, {*(filterset.base_filters if filterset else ()), *paging})
        return super().filter_queryset(request, queryset, view)
