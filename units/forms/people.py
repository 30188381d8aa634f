"""Accounts and their placements: given, prolonged, ended, handed over."""

from typing import cast

from django import forms
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db.models import Q
from django.utils import timezone

from portal.core.fields import DayField, TextField

from ..enums import LEVELS, Role
from ..models import Placement, Unit, User
from .fields import PlaceField
from .single_units import GroundForm


class PlacementForm(forms.Form):
    """A role at one of the places the administrator runs; `at` is a unit below level chosen on its own page."""

    unit = PlaceField(label="Nơi công tác", queryset=Unit.objects.none(), empty_label="Chọn nơi công tác")
    role = forms.ChoiceField(label="Vai trò", choices=Role)
    valid_from = DayField(label="Từ ngày", initial=timezone.localdate)
    valid_to = DayField(label="Đến hết ngày", required=False, help_text="Để trống nếu chưa định ngày kết thúc.")
    acting_for = TextField(
        label="Thay cho", max_length=200, required=False, help_text="Chức danh của người được thay, nếu là tạm thời."
    )

    def __init__(self, *args, by: User, at: Unit | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        places = Unit.objects.administered_by(by).open_on().filter(Q(kind__in=LEVELS) | Q(pk=at.pk if at else None))
        cast(PlaceField, self.fields["unit"]).queryset = places.select_related("province", "district")
        if at:
            self.initial["unit"] = at.pk

    def clean(self):
        data = super().clean() or {}
        if data.get("valid_from") and data.get("valid_to") and data["valid_to"] < data["valid_from"]:
            self.add_error("valid_to", "Ngày kết thúc trước ngày bắt đầu. Hãy sửa lại một trong hai ngày.")
        return data


class PersonForm(PlacementForm):
    """A new account with its first placement."""

    username = TextField(
        label="Tên đăng nhập",
        max_length=150,
        validators=[ASCIIUsernameValidator(message="Tên đăng nhập chỉ gồm chữ không dấu, chữ số và @ . + - _")],
        help_text="Chữ không dấu, ví dụ: canbo.tandinh",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    post = TextField(label="Chức danh", max_length=200, help_text="Ví dụ: Cán bộ Công an xã Tân Dĩnh")
    email = forms.EmailField(label="Thư điện tử công vụ", required=False)
    field_order = ("username", "post", "email", "unit", "role", "valid_from", "valid_to", "acting_for")


class PostForm(GroundForm):
    """The words of a person's post as they should have been, and why they are mended."""

    ground = TextField(label="Lý do", max_length=300, help_text="Ví dụ: Gõ sai tên xã khi tạo tài khoản.")
    post = TextField(label="Chức danh", max_length=200, help_text="Ghi chức danh, không ghi tên người.")
    field_order = ("post", "ground")


class EndForm(forms.Form):
    on = DayField(label="Ngày cuối cùng", initial=timezone.localdate)


class ProlongForm(forms.Form):
    until = DayField(label="Gia hạn đến hết ngày")


class PlaceAnewForm(forms.Form):
    """From when people whose unit ended hold their role at the unit that took over."""

    on = DayField(label="Giữ vai trò từ ngày", initial=timezone.localdate)


class HandoverForm(forms.Form):
    """Who takes a role over, and the last day of who held it."""

    successor = TextField(
        label="Tên đăng nhập của người nhận",
        max_length=150,
        help_text="Người đã có tài khoản ở nơi đồng chí quản trị.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    last_day = DayField(label="Ngày làm việc cuối cùng của người bàn giao", initial=timezone.localdate)
    note = TextField(
        label="Ghi chú", max_length=500, required=False, help_text="Ví dụ: sổ sách, con dấu, tài liệu giấy kèm theo."
    )

    def __init__(self, *args, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_successor(self):
        name = self.cleaned_data["successor"].strip()
        near = Placement.objects.administered_by(self.by).values("user")
        person = User.objects.filter(pk__in=near, username__iexact=name).first()
        if person is None:
            raise forms.ValidationError(
                f"Không thấy tài khoản “{name}” ở những nơi đồng chí quản trị. "
                "Hãy xem lại tên đăng nhập, hoặc thêm người dùng trước."
            )
        return person
