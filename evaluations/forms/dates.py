"""The dates of a dossier's papers, and what the appraisers make of one out of time."""

from django import forms
from django.utils import timezone

from portal.core.fields import DayField, TextField


class DatesForm(forms.Form):
    """The day the unit registered, and the day and issuer of its resolution, as their papers give them.

    The page carries what it showed, so that saving the figures of an old page does not write over newer dates.
    """

    signed_up_on = DayField(label="Ngày ghi trên bản đăng ký", required=False, show_hidden_initial=True)
    resolution_on = DayField(label="Ngày nghị quyết", required=False, show_hidden_initial=True)
    resolution_by = TextField(label="Nơi ban hành nghị quyết", max_length=200, required=False, show_hidden_initial=True)

    def saw(self) -> bool:
        """Whether the page that was sent showed the dates as they stand now."""
        return not any(
            field.html_initial_name in self.data
            and field.field.has_changed(self.initial.get(field.name), self.data[field.html_initial_name])
            for field in self
        )

    def show_stored(self) -> None:
        """Let the page say, from now on, that it showed the dates as they stand now."""
        held = {
            field.html_initial_name: field.field.widget.format_value(self.initial.get(field.name)) for field in self
        }
        self.data = {name: self.data.get(name) for name in self.data} | held

    @property
    def stored_said(self) -> str:
        """The dates as they stand now, in words."""
        held = ((field.label, field.field.widget.format_value(self.initial.get(field.name))) for field in self)
        return "; ".join(f"{label}: {value or 'để trống'}" for label, value in held)


class KeepForm(forms.Form):
    """That a recognition stands though its ground fell."""

    decided_on = DayField(label="Ngày quyết định giữ", initial=timezone.localdate)
    reason = TextField(label="Lý do giữ công nhận", widget=forms.Textarea(attrs={"rows": 2}), max_length=1000)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class TimingForm(forms.Form):
    """What the appraisers make of a date out of time."""

    accepted = forms.TypedChoiceField(
        label="Bản đăng ký, nghị quyết ngoài thời hạn",
        choices=(("yes", "Chấp nhận"), ("no", "Không chấp nhận, hồ sơ không đạt")),
        coerce=lambda chosen: chosen == "yes",
    )
    reason = TextField(label="Lý do", widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)
