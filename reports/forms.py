"""What a person fills in to ask for a report or to schedule one."""

from django import forms

from criteria.models import Programme
from evaluations.enums import State
from evaluations.models import Cycle
from units.enums import JUDGED, LEVELS
from units.models import Unit

from . import recurrence

ANY_KIND = [("", "Mọi loại đơn vị"), *((kind.value, kind.label) for kind in JUDGED)]
ANY_STATE = [("", "Mọi tình trạng"), *State.choices]
FORMATS = [("pdf", "PDF (in, trình ký)"), ("xlsx", "XLSX (bảng tính)")]


def places_of(user):
    """Places the user may ask a report about, widest first."""
    order = {kind: rank for rank, kind in enumerate(LEVELS)}
    places = Unit.objects.visible_to(user).filter(kind__in=LEVELS)
    return sorted(places, key=lambda unit: (order[unit.kind], unit.sort_key))


class ReportForm(forms.Form):
    """What every report asks: about which place, in which format. Choices are the asker's own."""

    place = forms.TypedChoiceField(label="Phạm vi", coerce=int)
    format = forms.ChoiceField(label="Dạng tệp", choices=FORMATS)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.places = {place.pk: place for place in places_of(user)}
        self.fields["place"].choices = [(pk, place.name) for pk, place in self.places.items()]
        self.cycles = list(Cycle.objects.visible_to(user).select_related("programme").order_by("-year"))
        self.programmes = {cycle.programme.code: cycle.programme.name for cycle in reversed(self.cycles)}
        self.years = sorted({cycle.year for cycle in self.cycles}, reverse=True)
        self.offer()

    def offer(self) -> None:
        """Fill the choices that depend on the user's cycles."""

    @property
    def place_chosen(self) -> Unit:
        return self.places[self.cleaned_data["place"]]

    def params(self) -> dict:
        """The cleaned answers as the JSON a run keeps."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("place", "format")}


def year_or_none(text: str) -> int | None:
    return int(text) if text else None


class YearlyForm(ReportForm):
    programme = forms.ChoiceField(label="Chương trình")
    year = forms.TypedChoiceField(label="Năm", coerce=year_or_none, empty_value=None, required=False)
    kind = forms.ChoiceField(label="Loại đơn vị", choices=ANY_KIND, required=False)

    def offer(self):
        self.fields["programme"].choices = list(self.programmes.items())
        newest = [("", "Kỳ mới nhất khi in")]
        self.fields["year"].choices = newest + [(str(year), str(year)) for year in self.years]


class ListForm(YearlyForm):
    state = forms.ChoiceField(label="Tình trạng hồ sơ", choices=ANY_STATE, required=False)


class YearsForm(ReportForm):
    programmes = forms.MultipleChoiceField(
        label="Chương trình",
        widget=forms.CheckboxSelectMultiple,
        help_text="Chọn nhiều chương trình để nối tiếp các năm; mỗi năm ghi rõ theo chương trình nào.",
    )
    last_year = forms.TypedChoiceField(label="Đến năm", coerce=year_or_none, empty_value=None, required=False)
    years = forms.TypedChoiceField(label="Số năm", coerce=int, choices=[(10, "10 năm"), (5, "5 năm"), (3, "3 năm")])
    kind = forms.ChoiceField(label="Loại đơn vị", choices=ANY_KIND, required=False)

    def offer(self):
        self.fields["programmes"].choices = list(self.programmes.items())
        self.fields["programmes"].initial = list(self.programmes)
        newest = [("", "Năm mới nhất khi in")]
        self.fields["last_year"].choices = newest + [(str(year), str(year)) for year in self.years]


class RecurrenceForm(forms.Form):
    """A rule of recurrence asked in plain words."""

    every = forms.ChoiceField(label="Lặp lại", choices=recurrence.Every.choices)
    month = forms.TypedChoiceField(
        label="Tháng",
        coerce=int,
        choices=[(month, f"Tháng {month}") for month in range(1, 13)],
        help_text="Hằng năm: tháng trong năm. Hằng quý: lấy tháng thứ nhất, thứ hai hay thứ ba của quý theo tháng này.",
    )
    day = forms.TypedChoiceField(
        label="Ngày",
        coerce=int,
        choices=[*((day, f"Ngày {day}") for day in range(1, 29)), (-1, "Ngày cuối tháng")],
        help_text="Không dùng khi lặp lại hằng ngày.",
    )
    time = forms.TimeField(
        label="Giờ", input_formats=["%H:%M"], widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def rule(self) -> str:
        answers = self.cleaned_data
        return recurrence.rule(answers["every"], month=answers["month"], day=answers["day"], at=answers["time"])


def programme_names() -> dict[str, str]:
    return dict(Programme.objects.values_list("code", "name"))
