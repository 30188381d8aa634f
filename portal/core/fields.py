"""Form fields as officials fill them in, and how a form offers what may be chosen."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

DAY_ATTRS = {"placeholder": "dd/mm/yyyy", "inputmode": "numeric", "autocomplete": "off"}


FIRST_DAY, LAST_DAY = date(1945, 9, 2), date(2100, 12, 31)  # of the State, and of any plan: a slip of the finger else
GROUPED = re.compile(r"\d{1,3}(\.\d{3})+")  # 1.200, as figures are written in Vietnamese


class DayField(forms.DateField):
    """A day typed as 31/01/2020; a year of 0202 or 9999 is a slip of the finger."""

    def __init__(self, **options: Any):
        super().__init__(widget=forms.DateInput(attrs=DAY_ATTRS), **options)

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(f"Ngày {day:%d/%m/}{day.year:04} không thể đúng. Hãy kiểm tra lại năm.")
        return day


class WholeField(forms.IntegerField):
    """A whole number: 1200 and 1.200 are one; Django alone would read 1.000 as 1 and 1_2 as 12."""

    default_error_messages = {"invalid": "Hãy nhập một số nguyên, không chấm, phẩy."}

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str):
            value = value.strip()
            if GROUPED.fullmatch(value):
                value = value.replace(".", "")
            elif value and not re.fullmatch(r"-?\d+", value):
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class NumberField(forms.DecimalField):
    """A number with a decimal comma: 12,5; 1.200 is twelve hundred, as everywhere in Vietnamese."""

    default_error_messages = {"invalid": "Hãy nhập một số."}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # -- the stubs take it for a whole one
        if isinstance(value, str):
            value = value.strip()
            if "_" in value:
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", value):
                value = value.replace(".", "")
            value = value.replace(",", ".") if value.count(",") == 1 and "." not in value else value
        return super().to_python(value)


def offer_rows(form: forms.Form, name: str, rows: QuerySet) -> None:
    """Let the field choose among these rows."""
    cast(forms.ModelChoiceField, form.fields[name]).queryset = rows


def offer_choices(form: forms.Form, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """Let the field choose among these (value, label)."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def sentences(form: forms.Form) -> str:
    """Every error of the form in one line, for a page that shows no fields."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
