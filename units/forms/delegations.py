"""The management of an organisation handed to another place for a time."""

from typing import cast

from django import forms
from django.utils import timezone

from portal.core.fields import DayField, TextField

from ..enums import LEVELS
from ..models import Unit


class DelegationForm(forms.Form):
    """To whom, for how long and by which document an organisation's management is delegated."""

    receiver = forms.ModelChoiceField(
        label="Uỷ quyền cho",
        queryset=Unit.objects.none(),
        empty_label="Chọn nơi được uỷ quyền",
        help_text="Cấp dưới trực tiếp của nơi quản lý, nơi đơn vị đứng chân.",
    )
    valid_from = DayField(label="Từ ngày", initial=timezone.localdate)
    valid_to = DayField(label="Đến hết ngày")
    number = TextField(label="Số, ký hiệu văn bản", max_length=60, help_text="Ví dụ: 12/QĐ-UBND")
    signed_on = DayField(label="Ngày ban hành văn bản")

    def __init__(self, *args, unit: Unit, **kwargs):
        super().__init__(*args, **kwargs)
        below = unit.parent.children.filter(kind__in=LEVELS).open_on() if unit.parent else Unit.objects.none()
        cast(forms.ModelChoiceField, self.fields["receiver"]).queryset = below
        if ground := unit.stands_in:
            on_it = below.filter(pk__in=[pk for pk in ground.ancestor_ids.values() if pk]).values_list("pk", flat=True)
            self.initial["receiver"] = on_it.first()
