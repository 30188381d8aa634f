"""The field the forms share: a place."""

from django import forms

from ..enums import UnitKind


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, unit):
        above = unit.district if unit.kind not in (UnitKind.PROVINCE, UnitKind.DISTRICT) else unit.province
        return f"{unit.name} ({above.name})" if above and above.pk != unit.pk else unit.name
