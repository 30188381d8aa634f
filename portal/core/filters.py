"""What lists are filtered by."""

import django_filters as filters
from django import forms

from .fields import WholeField


class WholeFilter(filters.NumberFilter):
    """A whole number, read as every form reads it."""

    field_class = WholeField


class AddressOnly(forms.TextInput):
    """Of a filter that the API and the page's address know and the page's form does not draw."""

    is_hidden = True

    def render(self, name, value, attrs=None, renderer=None):
        return ""
