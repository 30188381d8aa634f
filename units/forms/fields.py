"""Fields the forms share: a day, a place."""

from django import forms

from portal.core import fields

from ..enums import UnitKind


class PickedDayField(fields.DayField):
    """A date picked from the browser's calendar, or typed as 31/01/2020."""

    def __init__(self, **kwargs):
        super().__init__(input_formats=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)
        self.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        self.widget.is_required = self.required


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, unit):
        above = unit.district if unit.kind not in (UnitKind.PROVINCE, UnitKind.DISTRICT) else unit.province
        return f"{unit.name} ({above.name})" if above and above.pk != unit.pk else unit.name
