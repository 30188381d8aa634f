"""The signed decision, and the one that takes a recognition back."""

from collections.abc import Sequence
from typing import cast

from django import forms
from django.utils import timezone

from portal.core.fields import DayField, TextField, WholeField
from units.forms import PasswordAgain

from ..enums import Capacity


class IssueForm(PasswordAgain):
    """Number, date and signer of the signed decision."""

    number = WholeField(label="Số", min_value=1, max_value=99999)
    symbol = TextField(label="Ký hiệu", max_length=40)
    signed_on = DayField(label="Ngày ký", initial=timezone.localdate)
    capacity = forms.ChoiceField(label="Thẩm quyền ký")
    signer = TextField(label="Họ tên người ký", max_length=120)
    field_order = ["number", "symbol", "signed_on", "capacity", "signer", "password"]

    def __init__(self, *args, capacities: Sequence[Capacity] = (), **kwargs):
        super().__init__(*args, **kwargs)
        if capacities:
            cast(forms.ChoiceField, self.fields["capacity"]).choices = [(one.value, one.label) for one in capacities]


class RevokeForm(IssueForm):
    """The decision that takes a recognition back."""

    capacity = None  # type: ignore[assignment]  # -- Django's way to leave a field out
    reason = TextField(label="Lý do thu hồi", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    field_order = ["number", "symbol", "signed_on", "signer", "reason", "password"]
