"""A register's row."""

from collections.abc import Mapping

from django import forms
from django.db import models

from portal.core.fields import DayField, NumberField, TextField, WholeField

from ..enums import UnitKind
from ..models import Unit
from ..registers import Register


class OwnerField(forms.ModelChoiceField):
    """The unit or the team or model a row hangs on, named with its place and, by its unit, what tells it `apart`."""

    apart: Mapping[int, str] = {}

    def label_from_instance(self, owner):
        apart = self.apart.get(owner.pk if isinstance(owner, Unit) else owner.unit_id)
        return f"{self._placed(owner)} · {apart}" if apart else self._placed(owner)

    def _placed(self, owner) -> str:
        if isinstance(owner, Unit):
            above = owner.commune_above or (owner.district if owner.kind == UnitKind.COMMUNE else None)
            place = f", {above.name}" if above else ""
            return f"{owner.name} ({owner.get_kind_display().lower()}{place})"
        return f"{owner} – {owner.unit}"


def register_form(
    register: Register, data=None, *, instance=None, owners=None, apart: Mapping[int, str] | None = None
) -> forms.ModelForm:
    """The form of one row; a new row chooses among `owners` (units, or rows of the holders' register), `apart` says of
    units that share a name what tells them apart."""

    def field_of(column, **kwargs):
        if column.name == register.owner:
            owned = OwnerField(owners, label=register.label(column.name), empty_label="Chọn trong danh sách")
            owned.queryset, owned.apart = owners, apart or {}
            return owned
        if isinstance(column, models.DateField):
            return DayField(label=register.label(column.name), required=not column.blank)
        if isinstance(column, models.DecimalField):
            kwargs["form_class"] = NumberField
        elif isinstance(column, models.IntegerField):
            kwargs["form_class"] = WholeField
        elif not column.choices:
            kwargs["form_class"] = TextField
        found = column.formfield(**kwargs)
        if isinstance(found, forms.ChoiceField) and (column.blank or not column.has_default()):
            found.choices = [("", "Chọn trong danh sách"), *column.get_choices(include_blank=False)]
        return found

    fields = ([register.owner] if instance is None else []) + list(register.columns)
    made = forms.modelform_factory(register.model, fields=fields, formfield_callback=field_of)
    return made(data, instance=instance)
