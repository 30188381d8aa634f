"""Form fields as officials fill them in, and how a form offers what may be chosen."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

DAY_ATTRS = {"placeholder": "dd/mm/yyyy", "inputmode": "numeric", "autocomplete": "off"}


class DayField(forms.DateField):
    """A day typed as 31/01/2020."""

    def __init__(self, **options: Any):
        super().__init__(widget=forms.DateInput(attrs=DAY_ATTRS), **options)


class WholeField(forms.IntegerField):
    default_error_messages = {"invalid": "Hãy nhập một số nguyên, không chấm, phẩy."}


class NumberField(forms.DecimalField):
    default_error_messages = {"invalid": "Hãy nhập một số."}


def offer_rows(form: forms.Form, name: str, rows: QuerySet) -> None:
    """Let the field choose among these rows."""
    cast(forms.ModelChoiceField, form.fields[name]).queryset = rows


def offer_choices(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let the field choose among these (value, label)."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def sentences(form: forms.Form) -> str:
    """Every error of the form in one line, for a page that shows no fields."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
