"""Forms on people, committees, registers and files of units."""

from pathlib import PurePath
from typing import cast

from django import forms
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .enums import LEVELS, ChangeAction, OpenFiles, Role, Streaks, Subtype, UnitKind
from .models import Change, Reorganisation, Seat, Unit, User
from .registers import Register
from .sheet import MAX_BYTES, OWN_KEY, Here


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
    number = forms.CharField(label="Số, ký hiệu văn bản", max_length=60, help_text="Ví dụ: 12/QĐ-UBND")
    signed_on = DayField(label="Ngày ban hành văn bản")

    def __init__(self, *args, unit: Unit, **kwargs):
        super().__init__(*args, **kwargs)
        below = unit.parent.children.filter(kind__in=LEVELS).open_on() if unit.parent else Unit.objects.none()
        cast(forms.ModelChoiceField, self.fields["receiver"]).queryset = below
        if ground := unit.stands_in:
            on_it = below.filter(pk__in=[pk for pk in ground.ancestor_ids.values() if pk]).values_list("pk", flat=True)
            self.initial["receiver"] = on_it.first()


class SeatForm(forms.Form):
    """A seat for somebody placed at the committee's level, or for an official post without an account."""

    user = forms.ModelChoiceField(
        label="Tài khoản của người giữ",
        queryset=User.objects.none(),
        empty_label="Không có tài khoản trên cổng",
        required=False,
    )
    post = forms.CharField(label="Chức vụ trong Ban", max_length=100, help_text="Ví dụ: Phó Trưởng ban Thường trực")
    host_post = forms.CharField(
        label="Chức vụ ở cơ quan",
        max_length=200,
        required=False,
        help_text="Bắt buộc khi không có tài khoản. Chỉ ghi chức vụ, không ghi tên người.",
    )
    valid_from = DayField(label="Từ ngày", initial=timezone.localdate)
    valid_to = DayField(label="Đến hết ngày", required=False)
    replaces = forms.ModelChoiceField(
        label="Thay cho",
        queryset=Seat.objects.none(),
        empty_label="Không thay ai",
        required=False,
        help_text="Người được thay thôi giữ vào hôm trước nếu chưa ghi ngày cuối cùng.",
    )

    def __init__(self, *args, committee, **kwargs):
        super().__init__(*args, **kwargs)
        placed = committee.unit.placements.in_force().values("user")
        cast(forms.ModelChoiceField, self.fields["user"]).queryset = User.objects.filter(
            pk__in=placed, is_active=True
        ).order_by("post", "username")
        cast(forms.ModelChoiceField, self.fields["replaces"]).queryset = (
            committee.seats.filter(replaced_by=None).select_related("user").order_by("valid_from", "pk")
        )


class DayForm(forms.Form):
    ngay = DayField(label="Thành viên ngày", required=False)


class PeriodForm(forms.Form):
    """From one day to another, for the changes of committees."""

    tu = DayField(label="Từ ngày")
    den = DayField(label="Đến hết ngày")

    def clean(self):
        data = super().clean() or {}
        if data.get("tu") and data.get("den") and data["den"] < data["tu"]:
            self.add_error("den", "Ngày cuối trước ngày đầu. Hãy sửa lại một trong hai ngày.")
        return data


class UnitFileForm(forms.Form):
    file = forms.FileField(
        label="Tệp CSV",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        help_text="Lưu từ bảng tính dạng CSV UTF-8, tối đa 5 MB. Mỗi dòng một đơn vị.",
        error_messages={"empty": "Tệp trống. Hãy chọn lại tệp."},
    )

    endings: tuple[str, ...] = (".csv",)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("Tệp lớn hơn 5 MB. Hãy tách thành nhiều tệp nhỏ hơn.")
        if PurePath(file.name).suffix.casefold() not in self.endings:
            raise forms.ValidationError(
                f"Chỉ nhận tệp {', '.join(self.endings)}. Nếu đang có tệp bảng tính, hãy chọn Lưu thành, CSV UTF-8 rồi "
                "gửi lại."
            )
        return file


class RegisterFileForm(UnitFileForm):
    """A file of register rows: a CSV or a workbook."""

    file = forms.FileField(
        label="Tệp CSV hoặc XLSX",
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
        help_text="Theo tệp mẫu hoặc tệp tải về của sổ này; tối đa 5 MB, 20.000 dòng.",
        error_messages={"empty": "Tệp trống. Hãy chọn lại tệp."},
    )
    endings = (".csv", ".xlsx")


class OwnerField(forms.ModelChoiceField):
    """The unit or the team or model a row hangs on, named with its place."""

    def label_from_instance(self, owner):
        if isinstance(owner, Unit):
            return f"{owner} ({owner.get_kind_display().lower()})"
        return f"{owner} – {owner.unit}"


def register_form(register: Register, data=None, *, instance=None, owners=None) -> forms.ModelForm:
    """The form of one row; a new row chooses among `owners` (units, or rows of the holders' register)."""

    def field_of(column, **kwargs):
        if column.name == register.owner:
            owned = OwnerField(owners, label=register.label(column.name), empty_label="Chọn trong danh sách")
            owned.queryset = owners
            return owned
        if isinstance(column, models.DateField):
            return DayField(label=register.label(column.name), required=not column.blank)
        found = column.formfield(**kwargs)
        if column.name in register.sums:
            found.widget.attrs["inputmode"] = "numeric"
        return found

    fields = ([register.owner] if instance is None else []) + list(register.columns)
    made = forms.modelform_factory(register.model, fields=fields, formfield_callback=field_of)
    return made(data, instance=instance)


class ReformForm(forms.Form):
    """The resolution a reorganisation follows, and the rules chosen for it."""

    number = forms.CharField(label="Số, ký hiệu nghị quyết", max_length=60)
    title = forms.CharField(label="Trích yếu", max_length=400)
    issuer = forms.CharField(label="Cơ quan ban hành", max_length=200)
    signed_on = DayField(label="Ngày ban hành", required=False)
    effective_on = DayField(label="Có hiệu lực từ ngày")
    provinces = forms.ModelMultipleChoiceField(
        label="Các tỉnh liên quan", queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    streaks = forms.ChoiceField(label="Chuỗi năm liên tục khi sáp nhập", choices=Streaks)
    open_files = forms.ChoiceField(label="Hồ sơ đang làm của đơn vị kết thúc", choices=OpenFiles)

    def __init__(self, *args, provinces, **kwargs):
        super().__init__(*args, **kwargs)
        cast(forms.ModelMultipleChoiceField, self.fields["provinces"]).queryset = provinces
        self.initial.setdefault("provinces", [province.pk for province in provinces])


class ChangeForm(forms.Form):
    """One line of a draft; units are named by the State's code or the key of an export."""

    action = forms.ChoiceField(label="Việc", choices=ChangeAction)
    unit = forms.CharField(
        label="Đơn vị",
        max_length=40,
        required=False,
        help_text="Mã số của xã, huyện, tỉnh; hoặc khoá DV… của trang Đơn vị.",
    )
    to = forms.CharField(
        label="Về đơn vị",
        max_length=40,
        required=False,
        help_text="Mã số, khoá DV…, hoặc khoá của đơn vị mới thành lập.",
    )
    key = forms.CharField(label="Khoá đơn vị mới", max_length=40, required=False, help_text="Khi thành lập: tự đặt.")
    kind = forms.ChoiceField(label="Loại đơn vị", choices=[("", "–"), *UnitKind.choices], required=False)
    subtype = forms.ChoiceField(label="Phân loại mới", choices=[("", "–"), *Subtype.choices], required=False)
    code = forms.CharField(label="Mã số mới", max_length=20, required=False)
    name = forms.CharField(label="Tên mới", max_length=200, required=False)
    percent = forms.DecimalField(
        label="Phần (%)", min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False
    )
    is_main = forms.BooleanField(label="Nhận phần chính", required=False)

    def __init__(self, *args, reform: Reorganisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.reform = reform

    def clean(self):
        data = super().clean() or {}
        reachable = Unit.objects.filter(province__in=self.reform.provinces.all(), closed_on=None)
        here = Here(reachable, reachable).named({data.get("unit", ""), data.get("to", "")} - {""})
        keys = set(self.reform.changes.filter(action=ChangeAction.OPEN).values_list("key", flat=True))
        for name in ("unit", "to"):
            named = data.get(name, "")
            found = here.get(named, [])
            if name == "to" and named in keys:
                continue
            if len(found) > 1:
                names = ", ".join(f"{unit} ({OWN_KEY}{unit.pk})" for unit in found)
                self.add_error(name, f"Mã “{named}” là của nhiều đơn vị: {names}. Hãy ghi khoá {OWN_KEY}….")
            elif named and not found:
                self.add_error(name, f"Không thấy “{named}” trong các tỉnh của phương án. Hãy ghi mã số hoặc khoá.")
            data[f"{name}_found"] = found[0] if len(found) == 1 else None
        return data

    def change(self) -> Change:
        data = self.cleaned_data
        to = data.get("to_found")
        return Change(
            action=data["action"],
            unit=data.get("unit_found"),
            to_unit=to,
            to_key="" if to else data["to"],
            **{name: data[name] for name in ("key", "kind", "subtype", "code", "name", "percent", "is_main")},
        )


class PasswordAgain(forms.Form):
    """An act that cannot be undone asks who is at the keyboard."""

    password = forms.CharField(
        label="Mật khẩu của đồng chí",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text="Xác nhận lại người thực hiện.",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self):
        if not self.user.check_password(self.cleaned_data["password"]):
            raise forms.ValidationError("Mật khẩu không đúng.")
        return ""


class ApplyForm(PasswordAgain):
    """Carrying a reorganisation out: who is at the keyboard and, where it has gaps, that they were looked at."""

    checked = forms.BooleanField(
        label="Đã đối chiếu với nghị quyết các chỗ chưa có nguồn",
        error_messages={"required": "Hãy đối chiếu các chỗ chưa có nguồn với nghị quyết rồi đánh dấu ô này."},
    )

    def __init__(self, *args, reform, **kwargs):
        super().__init__(*args, **kwargs)
        if not reform.gaps:
            del self.fields["checked"]
        self.order_fields(["checked", "password"])
