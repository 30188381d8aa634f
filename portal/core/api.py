"""What every API view shares: nobody in by default, pages of rows."""

from rest_framework.pagination import PageNumberPagination
from rest_framework.permissions import BasePermission


class DenyUnlessDeclared(BasePermission):
    """The default: a view that does not say who may enter lets nobody in."""

    message = "Đường dẫn này chưa được mở."

    def has_permission(self, request, view):
        return False


class Pages(PageNumberPagination):
    page_size = 50
    max_page_size = 500
    page_size_query_param = "page_size"
