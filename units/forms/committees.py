"""Committees, their rules and who sits in them."""

from typing import cast

from django import forms
from django.db.models import Q
from django.utils import timezone

from portal.core.fields import DayField, TextField, WholeField, offer_rows

from ..enums import LEVELS, CommitteeKind, MajorityOf, UnitKind
from ..models import Seat, Unit, User
from ..services import CommitteeRules
from .fields import PlaceField


class SeatForm(forms.Form):
    """A seat for somebody placed at the committee's level, or for an official post without an account."""

    user = forms.ModelChoiceField(
        label="Tài khoản của người giữ",
        queryset=User.objects.none(),
        empty_label="Không có tài khoản trên cổng",
        required=False,
    )
    post = TextField(label="Chức vụ trong Ban", max_length=100, help_text="Ví dụ: Phó Trưởng ban Thường trực")
    host_post = TextField(
        label="Chức vụ ở cơ quan",
        max_length=200,
        required=False,
        help_text="Bắt buộc khi không có tài khoản. Chỉ ghi chức vụ, không ghi tên người.",
    )
    valid_from = DayField(label="Từ ngày", initial=timezone.localdate)
    valid_to = DayField(label="Đến hết ngày", required=False)
    replaces = forms.ModelChoiceField(
        label="Thay cho",
        queryset=Seat.objects.none(),
        empty_label="Không thay ai",
        required=False,
        help_text="Người được thay thôi giữ vào hôm trước nếu chưa ghi ngày cuối cùng.",
    )

    def __init__(self, *args, committee, **kwargs):
        super().__init__(*args, **kwargs)
        placed = committee.unit.placements.in_force().values("user")
        cast(forms.ModelChoiceField, self.fields["user"]).queryset = User.objects.filter(
            pk__in=placed, is_active=True
        ).order_by("post", "username")
        cast(forms.ModelChoiceField, self.fields["replaces"]).queryset = (
            committee.seats.filter(replaced_by=None).select_related("user").order_by("valid_from", "pk")
        )


class RulesForm(forms.Form):
    """When a committee may decide: its own rules of work, never a guess of ours, so nothing is filled in."""

    quorum_percent = WholeField(
        label="Họp hợp lệ khi số người dự quá (%)",
        min_value=0,
        max_value=99,
        help_text="Theo quy chế của Ban. “Quá nửa” ghi 50; “ít nhất hai phần ba” ghi 66.",
    )
    approval_percent = WholeField(label="Thông qua khi số phiếu tán thành quá (%)", min_value=0, max_value=99)
    majority_of = forms.ChoiceField(label="Tỷ lệ tán thành tính trên", choices=MajorityOf)
    ground = TextField(
        label="Căn cứ",
        max_length=300,
        help_text="Số, ngày, nơi ban hành quyết định thành lập hoặc quy chế hoạt động.",
    )

    @property
    def rules(self) -> CommitteeRules:
        """What was typed, after is_valid()."""
        names = ("quorum_percent", "approval_percent", "majority_of", "ground")
        return CommitteeRules(**{name: self.cleaned_data[name] for name in names})


class CommitteeForm(RulesForm):
    """A committee to found at one of the administrator's places; `at` is the unit chosen on its own page."""

    unit = PlaceField(label="Đơn vị", queryset=Unit.objects.none(), empty_label="Chọn đơn vị")
    kind = forms.ChoiceField(label="Loại Ban", choices=CommitteeKind)
    name = TextField(
        label="Tên Ban",
        max_length=250,
        required=False,
        help_text="Để trống: cổng ghép loại Ban với tên đơn vị, ví dụ “Ban Chỉ đạo 138 xã An Hà”.",
    )
    valid_from = DayField(label="Hoạt động từ ngày")
    valid_to = DayField(label="Đến hết ngày", required=False, help_text="Để trống nếu đang hoạt động.")
    field_order = ("unit", "kind", "name", "valid_from", "valid_to")

    def __init__(self, *args, by: User, at: Unit | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        places = Unit.objects.administered_by(by).filter(Q(kind__in=LEVELS) | Q(pk=at.pk if at else None))
        offer_rows(self, "unit", places.select_related("province", "district"))
        if at:
            self.initial["unit"] = at.pk
            if at.kind not in LEVELS:
                self.initial["kind"] = CommitteeKind.VILLAGE

    def clean(self):
        data = super().clean() or {}
        if data.get("kind") == CommitteeKind.OTHER and not data.get("name"):
            self.add_error("name", "Loại “Tên khác” cần tên Ban. Hãy ghi như trong quyết định thành lập.")
        return data


class CommitteesForm(RulesForm):
    """Committees to found wherever one is missing at a level."""

    KINDS = [(kind.value, kind.label) for kind in (*LEVELS, UnitKind.RESIDENTIAL_AREA)]
    level = forms.ChoiceField(label="Lập cho", choices=KINDS, initial=UnitKind.COMMUNE)
    valid_from = DayField(label="Hoạt động từ ngày", initial=timezone.localdate)
    kind = forms.ChoiceField(label="Loại Ban", choices=[one for one in CommitteeKind.choices if one[0] != "other"])
    called = TextField(
        label="Tên Ban bắt đầu bằng",
        max_length=200,
        required=False,
        help_text="Để trống: lấy loại Ban. Tên đơn vị được ghép vào sau, ví dụ “… xã An Hà”.",
    )
    field_order = ("level", "valid_from", "kind", "called")


class CommitteeChangeForm(RulesForm):
    """Another name, kind or rules for a committee."""

    name = TextField(label="Tên Ban", max_length=250)
    kind = forms.ChoiceField(label="Loại Ban", choices=CommitteeKind)
    field_order = ("name", "kind")


class DayForm(forms.Form):
    ngay = DayField(label="Thành viên ngày", required=False)


class PeriodForm(forms.Form):
    """From one day to another, for the changes of committees."""

    tu = DayField(label="Từ ngày")
    den = DayField(label="Đến hết ngày")

    def clean(self):
        data = super().clean() or {}
        if data.get("tu") and data.get("den") and data["den"] < data["tu"]:
            self.add_error("den", "Ngày cuối trước ngày đầu. Hãy sửa lại một trong hai ngày.")
        return data
