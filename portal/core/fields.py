"""Form fields as officials fill them in, and how a form offers what may be chosen."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from .vietnamese.figures import has_strange_digits, number_of, plain_number, two_readings, without_groups
from .vietnamese.text import clean_lines
from .vietnamese.unreadable import IN_A_BOX, fault_of

DAY_ATTRS = {"placeholder": "dd/mm/yyyy", "inputmode": "numeric", "autocomplete": "off"}
HOW_TO_WRITE_A_DAY = "Hãy nhập ngày theo dạng ngày/tháng/năm, ví dụ 05/09/2026."


FIRST_DAY, LAST_DAY = date(1945, 9, 2), date(2100, 12, 31)  # of the State, and of any plan: a slip of the finger else
DIVIDED = re.compile(r"-?\d+[.,]\d+")


def as_typed(value: Any) -> str:
    """A held value as an official would type it: a number with its comma, anything else as it is."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return plain_number(Decimal(value), group=False)
    return str(value)


class WholeInput(forms.TextInput):
    """A box for a whole number. Of text: a browser's box for numbers drops a comma unasked, and 12,5 became 125."""

    mode = "numeric"

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__({"inputmode": self.mode, "autocomplete": "off"} | (attrs or {}))

    def format_value(self, value: Any) -> str | None:
        """A number as it is typed, 4,5; what was typed as it was."""
        return super().format_value(value if value is None else as_typed(value))


class NumberInput(WholeInput):
    """A box for a number with a decimal comma."""

    mode = "decimal"


class DayInput(forms.DateInput):
    """A box for a day. Of text: a browser's calendar reads 01/07 by its own language, as the 7th of January."""

    def __init__(self, attrs: dict[str, Any] | None = None):
        super().__init__(DAY_ATTRS | (attrs or {}), format="%d/%m/%Y")

    def format_value(self, value: Any) -> str | None:
        """The day as it is written here; an address names it 2020-01-31."""
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            with suppress(ValueError):
                value = date.fromisoformat(value)
        return f"{value:%d/%m/}{value.year:04}" if isinstance(value, date) else super().format_value(value)


def refuse_strange_digits(typed: Any) -> None:
    """One reading everywhere: the quick grid and the files refuse what is not 0–9, so does every form."""
    if isinstance(typed, str) and has_strange_digits(typed):
        said = "“%(typed)s” có chữ số không phải kiểu thường. Hãy tắt bộ gõ toàn hình rồi gõ lại 0–9."
        raise forms.ValidationError(said, code="strange", params={"typed": typed[:20]})


def refuse_two_readings(typed: str) -> None:
    """Raises ValidationError for 1,000: a thousand in English, one with three decimals here."""
    if sentence := two_readings(typed.strip()):
        raise forms.ValidationError(sentence, code="two_readings")


class DayField(forms.DateField):
    """A day typed as 31/01/2020; a year of 0202 or 9999 is a slip of the finger."""

    widget = DayInput
    default_error_messages = {"invalid": HOW_TO_WRITE_A_DAY}

    def clean(self, value: Any) -> date | None:
        refuse_strange_digits(value)
        day = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(f"Ngày {day:%d/%m/}{day.year:04} không thể đúng. Hãy kiểm tra lại năm.")
        return day


class TextField(forms.CharField):
    """Words as they are kept: composed letters, nothing invisible. What nobody can have meant is refused."""

    def to_python(self, value: Any) -> str | None:
        typed = super().to_python(value)
        if not typed or "\0" in typed:  # NUL is told by Django's own validator
            return typed
        if fault := fault_of(typed, IN_A_BOX):
            raise forms.ValidationError(fault, code="unreadable")
        return clean_lines(typed)


LIMITS: dict[str, Any] = {
    "max_value": "Hãy ghi số không quá %(limit_value)s.",
    "min_value": "Hãy ghi số từ %(limit_value)s trở lên.",
}


class WholeField(forms.IntegerField):
    """A whole number: 1200 and 1.200 are one; Django alone would read 1.000 as 1 and 1_2 as 12."""

    widget = WholeInput
    default_error_messages = LIMITS | {
        "invalid": "Hãy nhập một số nguyên, không chấm, phẩy.",
        "divided": "“%(typed)s” không phải số nguyên. Hãy nhập một số nguyên, không chấm, phẩy.",
    }

    def to_python(self, value: Any) -> int | None:
        refuse_strange_digits(value)
        if isinstance(value, str):
            refuse_two_readings(value)
            value = without_groups(value.strip())
            if value and not re.fullmatch(r"-?[1-9][0-9]*|0+[0-9]*", value):
                code = "divided" if DIVIDED.fullmatch(value) else "invalid"
                raise forms.ValidationError(self.error_messages[code], code=code, params={"typed": value[:20]})
        return super().to_python(value)


class NumberField(forms.DecimalField):
    """A number with a decimal comma: 12,5; 1.200 is twelve hundred, as everywhere in Vietnamese."""

    widget = NumberInput
    default_error_messages = LIMITS | {
        "invalid": "Hãy nhập một số.",
        "max_digits": "Hãy ghi tối đa %(max)s chữ số.",
        "max_decimal_places": "Hãy ghi tối đa %(max)s chữ số sau dấu phẩy.",
        "max_whole_digits": "Hãy ghi tối đa %(max)s chữ số trước dấu phẩy.",
    }

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # -- the stubs take it for a whole one
        refuse_strange_digits(value)
        if isinstance(value, str):
            refuse_two_readings(value)
            if not value.strip():
                return None
            value = number_of(value.strip())
            if value is None or (value == 0 and value.is_signed()):
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
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
