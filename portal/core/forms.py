"""Signing in, a new password, and the form that shows every kind of field on the components page."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm

from .fields import DayField, NumberField, TextField


class SignInForm(AuthenticationForm):
    """Name and password; the refusal says nothing about which of the two was wrong."""

    error_messages = {
        "invalid_login": "Tên đăng nhập hoặc mật khẩu không đúng. Mật khẩu phân biệt chữ hoa và chữ thường.",
        "inactive": "Tên đăng nhập hoặc mật khẩu không đúng. Mật khẩu phân biệt chữ hoa và chữ thường.",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "Tên đăng nhập"
        self.fields["password"].label = "Mật khẩu"


class NewPasswordForm(PasswordChangeForm):
    """A password that is another than before: one printed on a slip has passed through other hands."""

    def clean_new_password1(self):
        new = self.cleaned_data["new_password1"]
        if self.user.check_password(new):
            raise forms.ValidationError("Mật khẩu mới trùng mật khẩu đang dùng. Hãy đặt mật khẩu khác.")
        return new


class ComponentsForm(forms.Form):
    """One field of each kind."""

    name = TextField(label="Tên đơn vị", max_length=100, help_text="Viết đầy đủ, ví dụ: Thôn Đông Lâm.")
    kind = forms.ChoiceField(label="Loại", choices=[("xa", "Xã"), ("phuong", "Phường"), ("thi_tran", "Thị trấn")])
    day = DayField(label="Ngày ban hành", required=False)
    share = NumberField(label="Tỷ lệ hộ đăng ký (%)", max_value=100, help_text="Từ 0 đến 100.")
    note = TextField(label="Giải trình", widget=forms.Textarea, required=False)
    result = forms.ChoiceField(
        label="Kết quả", choices=[("dat", "Đạt"), ("chua", "Chưa đạt")], widget=forms.RadioSelect, required=False
    )
    sure = forms.BooleanField(label="Tôi đã đối chiếu với tài liệu gốc")
