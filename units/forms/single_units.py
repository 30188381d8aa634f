"""One unit added, corrected, ended."""

from django import forms

from portal.core.fields import DayField, TextField, offer_choices, offer_rows

from ..enums import LEVELS, ORGANISATIONS, PARENTS, SUBTYPES, Subtype, UnitKind
from ..models import Unit, User
from ..services import UnitFacts
from .fields import PlaceField


class GroundForm(forms.Form):
    """Why, and by which paper."""

    ground = TextField(
        label="Lý do, căn cứ", max_length=300, help_text="Ví dụ: Quyết định số 12/QĐ-UBND ngày 01/7/2025."
    )


class UnitFactsForm(GroundForm):
    """What can be typed wrong about a unit, and why it is mended."""

    name = TextField(label="Tên đơn vị", max_length=200)
    subtype = forms.ChoiceField(label="Phân loại", choices=Subtype)
    code = TextField(label="Mã số", max_length=20, required=False, help_text="Mã của Nhà nước; để trống nếu không có.")
    stands_in = PlaceField(
        label="Đứng chân trên địa bàn",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="Không ghi riêng",
        help_text="Chỉ với cơ quan, doanh nghiệp, cơ sở giáo dục.",
    )
    opened_on = DayField(
        label="Có từ ngày", required=False, help_text="Chỉ sửa khi ngày bắt đầu đã ghi sai; để trống thì giữ nguyên."
    )
    field_order: tuple[str, ...] = ("name", "subtype", "code", "stands_in", "opened_on", "ground")
    asks_first_day = False  # of a level of government too

    def __init__(self, *args, by: User, kind: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        if kind in LEVELS and not self.asks_first_day:
            del self.fields["opened_on"]
        if kind:
            several = kind in ORGANISATIONS
            subtypes = (*SUBTYPES[UnitKind(kind)], Subtype.UNKNOWN) if several else SUBTYPES[UnitKind(kind)]
            offer_choices(self, "subtype", [(one.value, one.label) for one in subtypes])
            if not several:
                del self.fields["stands_in"]
        if "stands_in" in self.fields:
            places = Unit.objects.administered_by(by).open_on().filter(kind__in=LEVELS)
            offer_rows(self, "stands_in", places.select_related("province", "district"))

    @property
    def facts(self) -> UnitFacts:
        """What was typed, after is_valid()."""
        data = self.cleaned_data
        return UnitFacts(data["name"], data["subtype"], data["code"], data.get("stands_in"), data.get("opened_on"))


class NewUnitForm(UnitFactsForm):
    """A unit of the kind to add under one of the administrator's places."""

    parent = PlaceField(label="Đơn vị quản lý", queryset=Unit.objects.none(), empty_label="Chọn đơn vị quản lý")
    opened_on = DayField(label="Có từ ngày")
    field_order = ("parent", "name", "subtype", "code", "stands_in", "opened_on", "ground")
    asks_first_day = True

    def __init__(self, *args, by: User, kind: str, **kwargs):
        super().__init__(*args, by=by, kind=kind, **kwargs)
        places = Unit.objects.administered_by(by).open_on().filter(kind__in=PARENTS[UnitKind(kind)])
        offer_rows(self, "parent", places.select_related("province", "district"))


class LastDayForm(GroundForm):
    """The last day of a committee or a unit, and why."""

    on = DayField(label="Ngày hoạt động cuối cùng")
    field_order = ("on", "ground")
