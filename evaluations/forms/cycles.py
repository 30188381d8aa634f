"""A year to open, to lock, to freeze anew; a unit that appeared after."""

from collections.abc import Mapping
from typing import cast

from django import forms

from criteria.models import Programme
from criteria.queries import programmes_of, published_programmes
from portal.core.fields import DayField, TextField, WholeField, offer_choices, offer_rows
from units.models import Unit
from units.queries import names_apart


class ProgrammeField(forms.ModelChoiceField):
    """Programmes, each without a published set saying so; `published` are the ids of those with one."""

    published: frozenset[int] = frozenset()

    def label_from_instance(self, programme) -> str:
        return programme.name if programme.pk in self.published else f"{programme.name} (chưa ban hành bộ tiêu chí)"


class CycleForm(forms.Form):
    """A programme's year to open."""

    scope = forms.TypedChoiceField(
        label="Phạm vi",
        coerce=int,
        help_text="Kỳ riêng của một nơi chỉ gồm đơn vị do nơi đó quản lý, xét theo bộ tiêu chí riêng của nơi đó.",
    )
    programme = ProgrammeField(label="Chương trình", queryset=Programme.objects.none(), empty_label="Chọn chương trình")
    year = WholeField(label="Năm", min_value=2008, max_value=2100)
    as_of = DayField(label="Danh sách đơn vị tính đến ngày")

    def __init__(self, *args, scopes: list[Unit], **kwargs):
        """`scopes` are the provinces and places whose year may be opened; a single one is not asked about."""
        super().__init__(*args, **kwargs)
        self.scopes = {one.pk: one for one in scopes}
        provinces = {one.province_of_today for one in scopes}
        cast(ProgrammeField, self.fields["programme"]).published = published_programmes(provinces)
        offer_rows(self, "programme", programmes_of(provinces))
        if len(scopes) == 1:
            del self.fields["scope"]
        else:
            offer_choices(self, "scope", names_apart(scopes).items())

    @property
    def chosen(self) -> Unit:
        """The province or place whose year is opened."""
        first = next(iter(self.scopes))
        return self.scopes[self.cleaned_data.get("scope", first)]

    def clean(self):
        """A roster frozen on a day of another year would be wrong for good: this year or the one before."""
        super().clean()
        data = self.cleaned_data
        year, as_of = data.get("year"), data.get("as_of")
        if year and as_of and as_of.year not in (year - 1, year):
            self.add_error("as_of", f"Ngày {as_of:%d/%m/%Y} không thuộc năm {year} hoặc năm trước. Hãy chọn lại ngày.")
        return data


class LockForm(forms.Form):
    """Why a year is locked or opened again."""

    reason = TextField(
        label="Lý do",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": "Hãy ghi rõ lý do."},
    )


class RefreezeForm(LockForm):
    """Another day for the roster of a year in which nothing was entered yet."""

    as_of = DayField(label="Danh sách đơn vị tính đến ngày")
    field_order = ("as_of", "reason")


class LateUnitField(forms.ModelChoiceField):
    """A choice of units by the names the page gives them: a bare name may be that of several in one commune."""

    names: Mapping[int, str] = {}

    def label_from_instance(self, unit) -> str:
        return self.names.get(unit.pk, unit.name)


class LateUnitForm(LockForm):
    """A unit that appeared after the roster was frozen, and why it takes part; `late` says of those founded after the
    period judged how late they are, and each of them is asked about once more."""

    unit = LateUnitField(label="Đơn vị", queryset=Unit.objects.none(), empty_label="Chọn đơn vị")
    though_after = forms.BooleanField(
        label="Vẫn bổ sung đơn vị thành lập sau kỳ xét",
        required=False,
        help_text="Đơn vị như vậy chưa có thời gian nào trong kỳ để xét. Ghi căn cứ ở mục lý do.",
    )
    field_order = ("unit", "though_after", "reason")

    def __init__(self, data=None, *, missing: Mapping[int, str], late: Mapping[int, str], **kwargs):
        super().__init__(data, **kwargs)
        self.late = late
        cast(LateUnitField, self.fields["unit"]).names = missing
        offer_rows(self, "unit", Unit.objects.filter(pk__in=missing).order_by("sort_key", "pk"))
        if not late:
            del self.fields["though_after"]

    def clean(self):
        data = super().clean() or {}
        unit = data.get("unit")
        if unit and unit.pk in self.late and not data.get("though_after"):
            self.add_error("though_after", f"{unit} {self.late[unit.pk]}. Nếu vẫn bổ sung, hãy đánh dấu ô này.")
        return data


class CycleLabel:
    """A choice of cycles that `to_choose` found: each by name, and by its province where two share it; a place's own
    year names its place already, and its province where two places so named have one."""

    def label_from_instance(self, cycle) -> str:
        alone = (cycle.of_one_place_name if cycle.place_id else cycle.namesakes) == 1
        return str(cycle) if alone else f"{cycle} – {cycle.province.name}"


class CycleField(CycleLabel, forms.ModelChoiceField):
    pass
