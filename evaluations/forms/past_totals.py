"""A total of a year before the portal, typed from its paper."""

from django import forms

from criteria.models import Programme
from criteria.queries import programmes_of
from portal.core.fields import DayField, TextField, WholeField, offer_rows
from portal.core.sheets.cells import written
from portal.core.vietnamese import text
from units.files.keys import OWN_KEY
from units.models import Unit

from ..models import JUDGED_CHOICES, PastTotal

MOST = 9_999_999
FACTS = ("total", "registered", "met", "paper", "paper_on", "source")


class PlaceSearchForm(forms.Form):
    """Which place a total speaks of."""

    q = forms.CharField(label="Tên hoặc mã số của tỉnh, huyện, xã", max_length=100, required=False)

    def clean_q(self) -> str:
        return text.storable(self.cleaned_data["q"])


class PastTotalForm(forms.Form):
    """What the paper says; `cells` are the columns of a row of the file that would say the same."""

    programme = forms.ModelChoiceField(
        label="Chương trình", queryset=Programme.objects.none(), empty_label="Chọn chương trình"
    )
    year = WholeField(label="Năm", min_value=0, max_value=9999)
    kind = forms.ChoiceField(label="Loại đơn vị", choices=JUDGED_CHOICES)
    total = WholeField(
        label="Tổng số", min_value=1, max_value=MOST, help_text="Số đơn vị thuộc diện xét; tỷ lệ tính trên số này."
    )
    registered = WholeField(
        label="Đăng ký", min_value=0, max_value=MOST, required=False, help_text="Để trống khi văn bản không nêu."
    )
    met = WholeField(label="Đạt", min_value=0, max_value=MOST)
    paper = TextField(
        label="Quyết định, văn bản",
        max_length=250,
        required=False,
        help_text="Văn bản công nhận, nếu có, ví dụ: QĐ 15/QĐ-UBND.",
    )
    paper_on = DayField(label="Ngày văn bản", required=False)
    source = TextField(
        label="Nguồn", max_length=230, help_text="Báo cáo, sổ sách mà số tổng được lấy ra, ví dụ: Báo cáo 55/BC-BCĐ."
    )

    def __init__(self, data=None, *, province: Unit | None = None, **kwargs):
        super().__init__(data, **kwargs)
        if province is not None:
            offer_rows(self, "programme", programmes_of([province]))

    def cells(self, place: Unit) -> dict[str, str]:
        data = self.cleaned_data
        return {name: written(data[name]) for name in FACTS} | {
            "place": f"{OWN_KEY}{place.pk}",
            "programme": data["programme"].code,
            "year": str(data["year"]),
            "kind": data["kind"],
        }


class TotalCorrectionForm(PastTotalForm):
    """What the paper says in place of what is stored, and why; programme, year and kind stay."""

    programme = year = kind = None  # type: ignore[assignment]  # -- Django's way to leave fields out
    reason = TextField(
        label="Lý do sửa",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        error_messages={"required": "Hãy ghi rõ lý do sửa."},
    )

    def __init__(self, data=None, *, stored: PastTotal):
        self.stored = stored
        super().__init__(data, initial={name: getattr(stored, name) for name in FACTS})

    def cells(self, place: Unit) -> dict[str, str]:
        stored = self.stored
        self.cleaned_data |= {"programme": stored.programme, "year": stored.year, "kind": stored.kind}
        return super().cells(place)
