"""Who is at the keyboard, asked again before what cannot be undone."""

from django import forms


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
