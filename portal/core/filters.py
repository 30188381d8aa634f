"""What lists are filtered by."""

import django_filters as filters

from .fields import WholeField


class WholeFilter(filters.NumberFilter):
    """A whole number, read as every form reads it."""

    field_class = WholeField
