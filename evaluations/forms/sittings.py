"""A meeting of a committee: who came, how they voted, its end."""

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from portal.core.fields import DayField, TextField, offer_rows
from units.forms import PasswordAgain
from units.models import Committee, Seat, on

from ..enums import Ballot
from ..models import Cycle
from .cycles import CycleField


class MeetingForm(forms.Form):
    """When and where a committee meets."""

    held_on = DayField(label="Ngày họp", initial=timezone.localdate)
    place = TextField(label="Địa điểm", max_length=200, required=False)


class SittingForm(MeetingForm):
    """The same, with the year judged and the committee."""

    cycle = CycleField(label="Kỳ đánh giá", queryset=Cycle.objects.none(), empty_label="Chọn kỳ đánh giá")
    committee = forms.ModelChoiceField(
        label="Ban Chỉ đạo", queryset=Committee.objects.none(), empty_label="Chọn Ban Chỉ đạo"
    )
    field_order = ["cycle", "committee", "held_on", "place"]

    def __init__(self, *args, cycles, committees: QuerySet[Committee], **kwargs):
        super().__init__(*args, **kwargs)
        offer_rows(self, "cycle", cycles.to_choose())
        offer_rows(self, "committee", committees)


class AttendanceForm(forms.Form):
    """Who came, and the course of the meeting."""

    present = forms.ModelMultipleChoiceField(
        label="Thành viên có mặt", queryset=Seat.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    minutes = TextField(
        label="Diễn biến, ý kiến tại cuộc họp",
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        max_length=20000,
    )

    def __init__(self, *args, seats: QuerySet[Seat], **kwargs):
        super().__init__(*args, **kwargs)
        offer_rows(self, "present", seats)


class BallotForm(forms.Form):
    """One member's ballots on every item of the agenda."""

    seat = forms.ModelChoiceField(label="Thành viên", queryset=Seat.objects.none(), empty_label=None)

    def __init__(self, *args, seats: QuerySet[Seat], items, **kwargs):
        super().__init__(*args, **kwargs)
        offer_rows(self, "seat", seats)
        for item in items:
            self.fields[f"item_{item.pk}"] = forms.ChoiceField(
                label=item.evaluation.unit_name, choices=Ballot.choices, required=False
            )

    @property
    def ballots(self) -> dict[int, str]:
        return {
            int(name.removeprefix("item_")): ballot
            for name, ballot in self.cleaned_data.items()
            if name.startswith("item_") and ballot
        }


class CloseForm(PasswordAgain):
    """Ending a sitting."""


def seats_on(committee: Committee, day) -> QuerySet[Seat]:
    """The committee's seats held on the day, with their people."""
    return committee.seats.filter(on(day)).select_related("user").order_by("pk")
