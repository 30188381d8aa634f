"""Forms of a province's rule of years running: the rule, its titles, its last day."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django import forms

from portal.core.fields import DayField, TextField, WholeField, offer_choices
from portal.core.vietnamese.text import clean

from ..enums import Confidence, Level, MissingYear
from ..models import LegalDocument, Programme
from ..packs.content import TITLE_FIELDS, plain
from .sets import DAYS, KINDS

MOST_TITLES = 12


class RuleForm(forms.Form):
    """The rule as its sentence is built: whose years, which results count, what a missing year does, since when."""

    name = TextField(label="Tên quy tắc", max_length=200)
    programme = forms.ChoiceField(label="Chương trình")
    document = forms.ChoiceField(
        label="Văn bản quy định",
        help_text="Chưa có trong danh sách: bấm “Thêm văn bản” ở cuối biểu mẫu; phần đã gõ được giữ.",
    )
    article = TextField(label="Căn cứ", max_length=60, help_text="Điều, khoản, ví dụ QĐ 12/2026, Điều 5.")
    valid_from = DayField(label="Hiệu lực từ ngày")
    valid_to = DayField(
        label="Đến hết ngày", required=False, help_text="Để trống khi văn bản không ghi ngày hết hiệu lực."
    )
    unit_kinds = forms.MultipleChoiceField(label="Áp dụng cho", choices=KINDS, widget=forms.CheckboxSelectMultiple)
    counts = forms.MultipleChoiceField(
        label="Một năm được tính khi được công nhận ở một trong các chương trình",
        widget=forms.CheckboxSelectMultiple,
    )
    missing_year = forms.ChoiceField(label="Năm không có hồ sơ", choices=MissingYear, widget=forms.RadioSelect)
    first_year = WholeField(
        label="Tính từ kết quả năm",
        min_value=2000,
        max_value=2100,
        required=False,
        help_text="Năm đầu tiên được cộng vào chuỗi; để trống thì tính mọi năm đã có kết quả.",
    )
    statement = TextField(
        label="Quy tắc tính, viết như văn bản",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
    confidence = forms.ChoiceField(label="Độ tin cậy", choices=Confidence)
    gaps = TextField(
        label="Chỗ chưa đọc được trong văn bản (mỗi dòng một câu)",
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=4000,
    )
    seen = TextField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        content: dict,
        documents: Iterable[LegalDocument],
        programmes: Iterable[Programme],
        **options: Any,
    ) -> None:
        days = {name: date.fromisoformat(content[name]) for name in DAYS if content.get(name)}
        gaps = {"gaps": "\n".join(content.get("gaps", []))}
        super().__init__(data, initial={**content, **days, **gaps, **options.pop("initial", {})}, **options)
        offered = [(one.code, one.name) for one in programmes]
        offer_choices(self, "programme", offered)
        offer_choices(self, "counts", offered)
        offer_choices(self, "document", [(one.code, f"{one.number} – {one.title}"[:120]) for one in documents])

    def clean(self) -> dict:
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", f"Ngày cuối cùng đứng trước ngày có hiệu lực {first:%d/%m/%Y}. Hãy sửa lại.")
        return data

    def row(self) -> dict:
        """The cleaned fields as a rule's content keeps them."""
        told: dict[str, Any] = {name: plain(value) for name, value in self.cleaned_data.items() if name != "seen"}
        told |= {name: clean(told[name]) for name in ("name", "article")}
        return told | {"gaps": [clean(line) for line in told["gaps"].splitlines() if line.strip()]}


class TitleForm(forms.Form):
    """One title: so many years running may be proposed for it."""

    years = WholeField(label="Số năm liên tục", min_value=1, max_value=99)
    level = forms.ChoiceField(label="Cấp công nhận", choices=[("", "Chọn cấp"), *Level.choices])
    title = TextField(label="Danh hiệu, hình thức được đề nghị", max_length=200)
    article = TextField(label="Căn cứ", max_length=60)


class BaseTitles(forms.BaseFormSet):
    """The titles of one rule; a row left empty, or emptied, is none."""

    stored_titles: list[dict] = []  # the titles as they stand

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {"empty_permitted": True, "use_required_attribute": False}

    def clean(self) -> None:
        years = [row["years"] for row in self.rows() if "years" in row]
        if len(set(years)) < len(years):
            raise forms.ValidationError("Hai mốc cùng một số năm liên tục. Hãy bỏ hoặc sửa một mốc.")
        if not years and not any(form.errors for form in self.forms):
            raise forms.ValidationError("Hãy ghi ít nhất một mốc: mấy năm liên tục thì được đề nghị danh hiệu gì.")

    def rows(self) -> list[dict]:
        """The titles as a rule's content keeps them, by their years; a title kept its confidence where it stood."""
        stored = {row["years"]: row for row in self.stored_titles}
        rows = [form.cleaned_data for form in self.forms if getattr(form, "cleaned_data", None)]
        told = [
            {**TITLE_FIELDS, "confidence": stored.get(row.get("years"), TITLE_FIELDS)["confidence"], **row}
            for row in rows
        ]
        return sorted(told, key=lambda row: row.get("years") or 0)


def title_forms(data: Any, titles: list[dict]) -> BaseTitles:
    """Rows for the rule's titles and three more."""
    rows = forms.formset_factory(TitleForm, formset=BaseTitles, extra=3, max_num=MOST_TITLES, absolute_max=MOST_TITLES)
    found = cast(BaseTitles, rows(data, initial=None if data else titles, prefix="moc"))
    found.stored_titles = titles
    return found


class RuleEndForm(forms.Form):
    """The last day a rule holds."""

    last_day = DayField(label="Ngày áp dụng cuối cùng")
