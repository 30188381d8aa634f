"""A reorganisation: its resolution, its lines, its carrying out."""

from typing import cast

from django import forms

from portal.core.fields import DayField, NumberField, TextField

from ..enums import ChangeAction, OpenFiles, Streaks, Subtype, UnitKind
from ..files.change_rows import eve_of
from ..files.keys import OWN_KEY, Here, living
from ..models import Change, Reorganisation, Unit
from .passwords import PasswordAgain


class ReformHeadingForm(forms.Form):
    """The resolution a reorganisation follows, and from when."""

    number = TextField(label="Số, ký hiệu nghị quyết", max_length=60)
    title = TextField(label="Trích yếu", max_length=400)
    issuer = TextField(label="Cơ quan ban hành", max_length=200)
    signed_on = DayField(label="Ngày ban hành", required=False)
    effective_on = DayField(label="Có hiệu lực từ ngày")


class ReformForm(ReformHeadingForm):
    """A reorganisation to draft: its resolution, and the rules chosen for it."""

    provinces = forms.ModelMultipleChoiceField(
        label="Các tỉnh liên quan", queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    streaks = forms.ChoiceField(label="Chuỗi năm liên tục khi sáp nhập", choices=Streaks)
    open_files = forms.ChoiceField(label="Hồ sơ đang làm của đơn vị kết thúc", choices=OpenFiles)

    def __init__(self, *args, provinces, **kwargs):
        super().__init__(*args, **kwargs)
        cast(forms.ModelMultipleChoiceField, self.fields["provinces"]).queryset = provinces
        self.initial.setdefault("provinces", [province.pk for province in provinces])


class ChangeForm(forms.Form):
    """One line of a draft; units are named by the State's code or the key of an export."""

    action = forms.ChoiceField(label="Việc", choices=ChangeAction)
    unit = TextField(
        label="Đơn vị",
        max_length=40,
        required=False,
        help_text="Mã số của xã, huyện, tỉnh; hoặc khoá DV… của trang Đơn vị.",
    )
    to = TextField(
        label="Về đơn vị",
        max_length=40,
        required=False,
        help_text="Mã số, khoá DV…, hoặc khoá của đơn vị mới thành lập.",
    )
    key = TextField(label="Khoá đơn vị mới", max_length=40, required=False, help_text="Khi thành lập: tự đặt.")
    kind = forms.ChoiceField(label="Loại đơn vị", choices=[("", "–"), *UnitKind.choices], required=False)
    subtype = forms.ChoiceField(label="Phân loại mới", choices=[("", "–"), *Subtype.choices], required=False)
    code = TextField(label="Mã số mới", max_length=20, required=False)
    name = TextField(label="Tên mới", max_length=200, required=False)
    percent = NumberField(label="Phần (%)", min_value=0, max_value=100, max_digits=5, decimal_places=2, required=False)
    is_main = forms.BooleanField(label="Nhận phần chính", required=False)

    def __init__(self, *args, reform: Reorganisation, **kwargs):
        super().__init__(*args, **kwargs)
        self.reform = reform

    def clean(self):
        data = super().clean() or {}
        reachable = Unit.objects.filter(province__in=self.reform.provinces.all(), closed_on=None)
        here = Here(reachable, reachable).named({data.get("unit", ""), data.get("to", "")} - {""})
        keys = set(self.reform.changes.filter(action=ChangeAction.OPEN).values_list("key", flat=True))
        for name in ("unit", "to"):
            named = data.get(name, "")
            found = living(here.get(named, []), eve_of(self.reform))
            if name == "to" and named in keys:
                continue
            if len(found) > 1:
                names = ", ".join(f"{unit} ({OWN_KEY}{unit.pk})" for unit in found)
                self.add_error(name, f"Mã “{named}” là của nhiều đơn vị: {names}. Hãy ghi khoá {OWN_KEY}….")
            elif named and not found:
                self.add_error(name, f"Không thấy “{named}” trong các tỉnh của phương án. Hãy ghi mã số hoặc khoá.")
            data[f"{name}_found"] = found[0] if len(found) == 1 else None
        return data

    def change(self) -> Change:
        data = self.cleaned_data
        to = data.get("to_found")
        return Change(
            action=data["action"],
            unit=data.get("unit_found"),
            to_unit=to,
            to_key="" if to else data["to"],
            **{name: data[name] for name in ("key", "kind", "subtype", "code", "name", "percent", "is_main")},
        )


class ApplyForm(PasswordAgain):
    """Carrying a reorganisation out: who is at the keyboard and, where it has gaps, that they were looked at."""

    checked = forms.BooleanField(
        label="Đã đối chiếu với nghị quyết các chỗ chưa có nguồn",
        error_messages={"required": "Hãy đối chiếu các chỗ chưa có nguồn với nghị quyết rồi đánh dấu ô này."},
    )

    def __init__(self, *args, reform, **kwargs):
        super().__init__(*args, **kwargs)
        if not reform.gaps:
            del self.fields["checked"]
        self.order_fields(["checked", "password"])
