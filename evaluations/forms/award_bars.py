"""Bars from awards: one to switch on, the last year it holds."""

from django import forms
from django.db.models import QuerySet

from criteria.enums import Bar
from criteria.models import LegalDocument, Programme
from criteria.queries import programmes_of
from portal.core.fields import TextField, WholeField, offer_rows
from units.models import Unit


class AwardBarForm(forms.Form):
    """A bar from awards to switch on; `graded` are the programmes that have a weakest grade."""

    bar = forms.ChoiceField(label="Không xét khen thưởng khi", choices=Bar.choices)
    programme = forms.ModelChoiceField(
        label="Ở chương trình", queryset=Programme.objects.none(), empty_label="Chọn chương trình"
    )
    first_year = WholeField(label="Từ năm", min_value=2008, max_value=2100)
    last_year = WholeField(
        label="Đến hết năm",
        min_value=2008,
        max_value=2100,
        required=False,
        help_text="Để trống khi văn bản không ghi năm cuối.",
    )
    document = forms.ModelChoiceField(
        label="Văn bản",
        queryset=LegalDocument.objects.none(),
        required=False,
        empty_label="Chưa có ở mục Văn bản",
        help_text="Chưa có trong danh sách: bấm “Thêm văn bản” ở cuối biểu mẫu; phần đã gõ được giữ.",
    )
    ground = TextField(
        label="Căn cứ",
        max_length=250,
        help_text="Văn bản của tỉnh, ví dụ: Đề án số …/ĐA-UBND ngày …, mục IV.7.",
    )

    def __init__(
        self, data=None, *, province: Unit, graded: list[Programme], documents: QuerySet[LegalDocument], **options
    ):
        super().__init__(data, **options)
        offer_rows(self, "programme", programmes_of([province]))
        offer_rows(self, "document", documents)
        named = "; ".join(map(str, graded)) or "hiện chưa có chương trình nào"
        self.fields[
            "programme"
        ].help_text = f"“{Bar.WEAKEST.label}” chỉ đặt cho chương trình có bộ tiêu chí xếp loại đã ban hành: {named}."


class AwardBarEndForm(forms.Form):
    """The last year a bar holds."""

    last_year = WholeField(label="Năm cuối áp dụng", min_value=2008, max_value=2100)
