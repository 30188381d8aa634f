"""Forms on people, committees and files of units."""

from pathlib import PurePath
from typing import cast

from django import forms
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db.models import Q
from django.utils import timezone

from .enums import LEVELS, Role, UnitKind
from .models import Unit, User
from .sheet import MAX_BYTES


class DayField(forms.DateField):
    """A date picked from the browser's calendar, or typed as 31/01/2020."""

    def __init__(self, **kwargs):
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            **kwargs,
        )


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, unit):
        above = unit.district if unit.kind not in (UnitKind.PROVINCE, UnitKind.DISTRICT) else unit.province
        return f"{unit.name} ({above.name})" if above and above.pk != unit.pk else unit.name


class PlacementForm(forms.Form):
    """A role at one of the places the administrator runs; `at` is a unit below level chosen on its own page."""

    unit = PlaceField(label="Nơi công tác", queryset=Unit.objects.none(), empty_label="Chọn nơi công tác")
    role = forms.ChoiceField(label="Vai trò", choices=Role)
    valid_from = DayField(label="Từ ngày", initial=timezone.localdate)
    valid_to = DayField(label="Đến hết ngày", required=False, help_text="Để trống nếu chưa định ngày kết thúc.")
    acting_for = forms.CharField(
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

    username = forms.CharField(
        label="Tên đăng nhập",
        max_length=150,
        validators=[ASCIIUsernameValidator(message="Tên đăng nhập chỉ gồm chữ không dấu, chữ số và @ . + - _")],
        help_text="Chữ không dấu, ví dụ: canbo.tandinh",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    post = forms.CharField(label="Chức danh", max_length=200, help_text="Ví dụ: Cán bộ Công an xã Tân Dĩnh")
    email = forms.EmailField(label="Thư điện tử công vụ", required=False)
    field_order = ("username", "post", "email", "unit", "role", "valid_from", "valid_to", "acting_for")


class EndForm(forms.Form):
    on = DayField(label="Ngày cuối cùng", initial=timezone.localdate)


class SeatForm(forms.Form):
    """A seat for somebody placed at the committee's level."""

    user = forms.ModelChoiceField(label="Người giữ", queryset=User.objects.none(), empty_label="Chọn người")
    post = forms.CharField(label="Chức vụ trong Ban", max_length=100, help_text="Ví dụ: Phó Trưởng ban Thường trực")
    host_post = forms.CharField(label="Chức vụ ở cơ quan", max_length=200, required=False)
    valid_from = DayField(label="Từ ngày", initial=timezone.localdate)
    valid_to = DayField(label="Đến hết ngày", required=False)

    def __init__(self, *args, committee, **kwargs):
        super().__init__(*args, **kwargs)
        placed = committee.unit.placements.in_force().values("user")
        cast(forms.ModelChoiceField, self.fields["user"]).queryset = User.objects.filter(
            pk__in=placed, is_active=True
        ).order_by("post", "username")


class UnitFileForm(forms.Form):
    file = forms.FileField(
        label="Tệp CSV",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text="Lưu từ bảng tính dạng CSV UTF-8, tối đa 5 MB. Mỗi dòng một đơn vị.",
        error_messages={"empty": "Tệp trống. Hãy chọn lại tệp."},
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("Tệp lớn hơn 5 MB. Hãy tách thành nhiều tệp nhỏ hơn.")
        if PurePath(file.name).suffix.casefold() != ".csv":
            raise forms.ValidationError(
                "Chỉ nhận tệp .csv. Nếu đang có tệp bảng tính, hãy chọn Lưu thành, CSV UTF-8 rồi gửi lại."
            )
        return file
