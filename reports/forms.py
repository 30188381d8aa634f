"""What a person fills in to ask for a report or to schedule one."""

from collections.abc import Iterable

from django import forms
from django.db.models import TextChoices

from criteria.enums import SetStatus
from criteria.models import CriteriaSet, Programme
from criteria.packs.content import name_of
from evaluations.enums import State
from evaluations.models import EXAMPLE_MARK, Cycle, PastTotal
from portal.core.fields import WholeField, offer_choices
from units.enums import JUDGED, LEVELS
from units.models import Unit
from units.queries import names_apart

from .datasets import Boundaries
from .schedules import recurrence

ANY_KIND = [("", "Mọi loại đơn vị"), *((kind.value, kind.label) for kind in JUDGED)]
ANY_STATE = [("", "Mọi tình trạng"), *State.choices]
FORMATS = [("pdf", "PDF (in, trình ký)"), ("xlsx", "XLSX (bảng tính)")]


def places_of(user):
    """Places the user may ask a report about, widest first; those that ended come after those of today."""
    order = {kind: rank for rank, kind in enumerate(LEVELS)}
    places = Unit.objects.visible_to(user).filter(kind__in=LEVELS).select_related(*LEVELS)
    return sorted(places, key=lambda unit: (unit.is_over, order[unit.kind], unit.sort_key))


class ReportForm(forms.Form):
    """What every report asks: about which place, in which format. Choices are the asker's own."""

    place = forms.TypedChoiceField(label="Phạm vi", coerce=int)
    format = forms.ChoiceField(label="Dạng tệp", choices=FORMATS)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.places = {place.pk: place for place in places_of(user)}
        offer_choices(self, "place", names_apart(self.places.values()).items())
        self.cycles = list(Cycle.objects.visible_to(user).select_related("programme").order_by("-year"))
        self.programmes_seen = named_programmes(reversed(self.cycles))
        self.years_seen = sorted({cycle.year for cycle in self.cycles}, reverse=True)
        self.offer()

    def offer(self) -> None:
        """Fill the choices that depend on the user's cycles."""

    @property
    def place_chosen(self) -> Unit:
        return self.places[self.cleaned_data["place"]]

    def params(self) -> dict:
        """The cleaned answers as the JSON a run keeps."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("place", "format")}


def boundaries_field() -> forms.TypedChoiceField:
    """The switch every report of years has; left out, it is the boundaries of the year."""
    return forms.TypedChoiceField(
        label="Ranh giới",
        choices=Boundaries.choices,
        coerce=str,
        empty_value=Boundaries.THEN.value,
        required=False,
        help_text="Hiện nay: hồ sơ các năm trước được tính vào nơi kế thừa, gộp các địa phương đã sáp nhập.",
    )


class Whose(TextChoices):
    """Which of the years of one programme that a place may have dossiers in."""

    OWN = "own", "Kỳ riêng của nơi đó, nếu có"
    PROVINCE = "province", "Kỳ của tỉnh"


def year_or_none(text: str) -> int | None:
    return int(text) if text else None


class YearlyForm(ReportForm):
    programme = forms.ChoiceField(label="Chương trình")
    year = forms.TypedChoiceField(label="Năm", coerce=year_or_none, empty_value=None, required=False)
    kind = forms.ChoiceField(label="Loại đơn vị", choices=ANY_KIND, required=False)
    ranh_gioi = boundaries_field()
    whose = forms.ChoiceField(label="Kỳ", choices=Whose.choices, required=False)

    def offer(self):
        if not any(cycle.place_id for cycle in self.cycles):
            del self.fields["whose"]
        offer_choices(self, "programme", list(self.programmes_seen.items()))
        newest = [("", "Kỳ mới nhất khi in")]
        offer_choices(self, "year", newest + [(str(year), str(year)) for year in self.years_seen])


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
    ranh_gioi = boundaries_field()

    def offer(self):
        totals = PastTotal.objects.visible_to(self.user).standing().order_by("year", "programme")
        told = list(totals.values_list("year", "programme__code", "programme__name").distinct())
        programmes = {code: name for _, code, name in told} | self.programmes_seen
        offer_choices(self, "programmes", list(programmes.items()))
        self.fields["programmes"].initial = list(programmes)
        newest = [("", "Năm mới nhất khi in")]
        years = sorted({*self.years_seen, *(year for year, _, _ in told)}, reverse=True)
        offer_choices(self, "last_year", newest + [(str(year), str(year)) for year in years])


class CriteriaForm(ReportForm):
    criteria_set = forms.ChoiceField(label="Bộ tiêu chí", required=False)
    programme = forms.ChoiceField(label="hoặc mọi bộ của chương trình", required=False)
    year = WholeField(label="áp dụng cho năm", min_value=2000, max_value=2100, required=False)
    kind = forms.ChoiceField(label="và loại đơn vị", choices=ANY_KIND, required=False)

    def offer(self):
        sets = CriteriaSet.objects.visible_to(self.user).select_related("programme")
        sets = sorted(sets, key=lambda one: (one.programme.name, one.code, -one.version))
        offer_choices(
            self,
            "criteria_set",
            [
                ("", "Mọi bộ của chương trình và năm dưới đây"),
                *((name_of(one), set_label(one)) for one in sets),
            ],
        )
        named = {one.programme.code: one.programme.name for one in sets}
        offer_choices(self, "programme", [("", "Không chọn"), *named.items()])

    def clean(self):
        super().clean()
        given = self.cleaned_data
        if not self.errors and not given["criteria_set"] and not (given["programme"] and given["year"]):
            self.add_error("criteria_set", "Hãy chọn một bộ tiêu chí, hoặc chọn chương trình và ghi năm ở dưới.")
        return given


def set_label(one: CriteriaSet) -> str:
    """A set in a list of choices: name, code and version, and what a reader must know before choosing it."""
    draft = ", bản thảo" if one.status == SetStatus.DRAFT else ""
    return f"{one.name} ({name_of(one)}{draft}){EXAMPLE_MARK if one.is_example else ''}"


class RecurrenceForm(forms.Form):
    """A rule of recurrence asked in plain words."""

    every = forms.ChoiceField(label="Lặp lại", choices=recurrence.Every.choices)
    month = forms.TypedChoiceField(
        label="Tháng",
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", "–"), *((month, f"Tháng {month}") for month in range(1, 13))],
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

    def clean(self):
        data = super().clean() or {}
        asks_month = data.get("every") in (recurrence.Every.QUARTER, recurrence.Every.YEAR)
        if asks_month and data.get("month") is None and "month" not in self.errors:
            self.add_error("month", "Lặp lại hằng quý, hằng năm thì phải chọn tháng.")
        return data

    def rule(self) -> str:
        answers = self.cleaned_data
        return recurrence.rule(answers["every"], month=answers["month"] or 1, day=answers["day"], at=answers["time"])


def named_programmes(cycles: Iterable[Cycle]) -> dict[str, str]:
    """Names by code, oldest year first, saying of which one some year follows an example and no law."""
    cycles = list(cycles)
    examples = {cycle.programme.code for cycle in cycles if cycle.is_example}
    return {
        cycle.programme.code: f"{cycle.programme}{EXAMPLE_MARK if cycle.programme.code in examples else ''}"
        for cycle in cycles
    }


def programme_names(user) -> dict[str, str]:
    """What the forms call the programmes whose years the user may see; others under their plain name."""
    plain = dict(Programme.objects.values_list("code", "name"))
    return plain | named_programmes(Cycle.objects.visible_to(user).select_related("programme").order_by("year"))
