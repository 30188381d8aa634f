"""The field the forms share: a place."""

from typing import cast

from django import forms
from django.db.models import QuerySet

from ..queries import placed


class PlaceField(forms.ModelChoiceField):
    """A unit, named with where it lies; the rows come with their place columns selected."""

    ended: dict[int, str] | None = None  # read once a form, where one has ended

    def label_from_instance(self, unit):
        if not unit.is_over:
            return placed([unit])[unit.pk]
        if self.ended is None:
            self.ended = placed(cast(QuerySet, self.queryset).filter(closed_on__isnull=False))
        return f"{self.ended[unit.pk]}, đến {unit.closed_on:%d/%m/%Y}"
