"""A result of a year before the portal, typed from its paper."""

from django import forms

from criteria.models import Programme
from criteria.queries import programmes_of
from portal.core.fields import DayField, TextField, WholeField, offer_rows
from portal.core.sheets.cells import written
from portal.core.vietnamese import text
from units.models import Unit

from ..enums import REENTERED
from ..models import Evaluation
from ..services.past_results import RESULT_WORDS


class UnitSearchForm(forms.Form):
    """Which unit a result is of."""

    q = forms.CharField(label="Tên đơn vị hoặc mã số", max_length=100, required=False)

    def clean_q(self) -> str:
        return text.storable(self.cleaned_data["q"])


class PastResultForm(forms.Form):
    """What the paper says; `cells` are the columns of a row of the file that would say the same."""

    programme = forms.ModelChoiceField(
        label="Chương trình", queryset=Programme.objects.none(), empty_label="Chọn chương trình"
    )
    year = WholeField(label="Năm", max_value=9999)
    result = forms.ChoiceField(label="Kết quả", choices=[(word, word) for word in RESULT_WORDS.values()])
    grade = TextField(
        label="Xếp loại", max_length=60, required=False, help_text="Như văn bản ghi; để trống khi không xếp loại."
    )
    title = TextField(
        label="Danh hiệu", max_length=200, required=False, help_text="Danh hiệu được công nhận, nếu văn bản có ghi."
    )
    paper = TextField(
        label="Quyết định, văn bản", max_length=250, required=False, help_text="Ví dụ: QĐ 15/QĐ-UBND của UBND xã."
    )
    paper_on = DayField(label="Ngày văn bản", required=False)
    source = TextField(
        label="Nguồn", max_length=230, help_text="Báo cáo, sổ sách mà kết quả được lấy ra, ví dụ: Báo cáo 12/BC-BCĐ."
    )

    over_total = forms.BooleanField(label="Vẫn ghi; báo cáo không lấy số tổng ấy nữa", required=False)
    asks_over_total = False  # the box is shown where a total stands of the place and year

    def __init__(self, data=None, *, province: Unit | None = None, **kwargs):
        super().__init__(data, **kwargs)
        if province is not None:
            offer_rows(self, "programme", programmes_of([province]))
        self.asks_over_total = bool(data and data.get("over_total"))

    def cells(self, unit: Unit) -> dict[str, str]:
        data = self.cleaned_data
        return {name: written(data[name]) for name in ("result", "grade", "title", "paper", "paper_on", "source")} | {
            "unit": f"DV{unit.pk}",
            "programme": data["programme"].code,
            "year": str(data["year"]),
        }


class PastCorrectionForm(PastResultForm):
    """What the paper says in place of what is stored, and why; year and programme stay."""

    programme = year = None  # type: ignore[assignment]  # -- Django's way to leave fields out
    reason = TextField(
        label="Lý do sửa",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        error_messages={"required": "Hãy ghi rõ lý do sửa."},
    )

    def __init__(self, data=None, *, dossier: Evaluation):
        self.dossier = dossier
        stored = {
            "result": RESULT_WORDS.get(dossier.state, ""),
            "grade": str(dossier.grade or ""),
            "title": dossier.paper_title,
            "paper": dossier.paper,
            "paper_on": dossier.paper_on,
            "source": dossier.taken_from.removesuffix(REENTERED),
        }
        super().__init__(data, initial=stored)

    def cells(self, unit: Unit) -> dict[str, str]:
        self.cleaned_data |= {"programme": self.dossier.cycle.programme, "year": self.dossier.cycle.year}
        return super().cells(unit)


class TakeAwayForm(forms.Form):
    """Why a result entered by mistake is taken away."""

    reason = TextField(
        label="Lý do bỏ",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=300,
        error_messages={"required": "Hãy ghi rõ lý do bỏ kết quả."},
    )
