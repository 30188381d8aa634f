"""Forms of a draft: each reads a row of the plain content and gives one back."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from portal.core.fields import DayField, NumberField, TextField, WholeField, offer_choices, offer_rows
from portal.core.vietnamese.text import clean
from units.enums import JUDGED, Subtype, UnitKind

from ..enums import Comparison, Confidence, Derivation, Level, Measure, NotApplicable, Outcome, Step
from ..models import CriteriaSet, LegalDocument, Programme
from ..packs.content import CRITERION_FIELDS, DECIMALS, ROUTE_FIELDS, plain

CODE = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"
CODE_HINT = "Chữ không dấu, chữ số, dấu chấm và gạch nối, ví dụ BG-KDC-1."
KINDS = [(kind.value, kind.label) for kind in JUDGED]
NOTHING = ("", "–")


def code_field(label: str, **more) -> forms.RegexField:
    return forms.RegexField(
        CODE,
        label=label,
        max_length=40,
        help_text=CODE_HINT,
        error_messages={"invalid": f"Mã chưa đúng. {CODE_HINT}"},
        **more,
    )


def points(label: str, **more) -> NumberField:
    return NumberField(label=label, max_digits=6, decimal_places=2, min_value=0, required=False, **more)


DAYS = ("valid_from", "valid_to")
DAY_OF_YEAR: dict[str, Any] = {"error_messages": {"invalid": "Hãy ghi ngày/tháng, ví dụ 16/11."}, "required": False}


class RowForm(forms.Form):
    """A form whose fields carry the names of a content's row."""

    seen = TextField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, initial: dict | None = None, **kwargs):
        numbers = {name: Decimal(initial[name]) for name in DECIMALS if initial and initial.get(name)}
        plainly = {name: int(number) if number == int(number) else number for name, number in numbers.items()}
        days = {name: date.fromisoformat(initial[name]) for name in DAYS if initial and initial.get(name)}
        super().__init__(data, initial={**(initial or {}), **plainly, **days}, **kwargs)

    def row(self) -> dict:
        """The cleaned fields as the content keeps them."""
        told = {}
        for name, value in self.cleaned_data.items():
            if name == "seen":
                continue
            value = clean(value) if isinstance(value, str) and "\n" not in value else value
            told[name] = plain(Decimal(value)) if isinstance(value, Decimal) else plain(value)
        return told


class HeaderForm(RowForm):
    """What the set is called, whom it judges, and how answers come to an outcome."""

    name = TextField(label="Tên bộ tiêu chí", max_length=250)
    document = forms.ChoiceField(label="Văn bản ban hành")
    unit_kinds = forms.MultipleChoiceField(label="Áp dụng cho", choices=KINDS, widget=forms.CheckboxSelectMultiple)
    excluded_subtypes = forms.MultipleChoiceField(
        label="Không áp dụng cho", choices=Subtype, required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )
    first_year = WholeField(label="Từ năm", min_value=2000, max_value=2100)
    last_year = WholeField(label="Đến năm", min_value=2000, max_value=2100, required=False)
    window_from = forms.RegexField(
        r"^[0-9]{1,2}/[0-9]{1,2}$",
        label="Kỳ đánh giá từ ngày (của năm trước)",
        help_text="Ngày/tháng, ví dụ 16/11.",
        **DAY_OF_YEAR,
    )
    window_to = forms.RegexField(r"^[0-9]{1,2}/[0-9]{1,2}$", label="Kỳ đánh giá đến hết ngày", **DAY_OF_YEAR)
    window_article = TextField(label="Căn cứ kỳ đánh giá", max_length=60, required=False)
    outcome = forms.ChoiceField(label="Cách kết luận", choices=Outcome)
    needed_met = WholeField(label="Số tiêu chí phải đạt", min_value=1, max_value=999, required=False)
    points_total = points("Tổng điểm chuẩn")
    not_applicable_rule = forms.ChoiceField(
        label="Tiêu chí không áp dụng thì", choices=[NOTHING, *NotApplicable.choices], required=False
    )
    by_selection = forms.BooleanField(label="Chỉ xét đơn vị được chọn từ đầu năm", required=False)
    gaps = TextField(
        label="Chỗ chưa đọc được trong văn bản (mỗi dòng một câu)",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=8000,
    )

    def __init__(self, *args, content: dict, documents, **kwargs):
        initial = {**content, "gaps": "\n".join(content["gaps"])}
        initial |= {name: "/".join(reversed(content[name].split("-"))) for name in ("window_from", "window_to")}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)
        offer_choices(self, "document", [(one.code, f"{one.number} – {one.title}"[:120]) for one in documents])

    def row(self) -> dict:
        told = super().row()
        for name in ("window_from", "window_to"):
            told[name] = "-".join(part.zfill(2) for part in reversed(told[name].split("/"))) if told[name] else ""
        return told | {"gaps": [clean(line) for line in told["gaps"].splitlines() if line.strip()]}


class CriterionForm(RowForm):
    """One line of the set; the fields its measure does not use stay empty."""

    code = code_field("Mã")
    number = TextField(label="Số mục", max_length=10, help_text="Như văn bản ghi, ví dụ 3a hoặc 4.2.")
    parent = forms.ChoiceField(label="Thuộc nhóm", required=False)
    label = TextField(label="Nội dung", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))
    article = TextField(label="Căn cứ", max_length=60, help_text="Ví dụ TT 124/2021, Điều 4.1.")
    measure = forms.ChoiceField(label="Cách đo", choices=Measure)
    comparison = forms.ChoiceField(label="So sánh", choices=[NOTHING, *Comparison.choices], required=False)
    threshold = points("Mức phải đạt", help_text="Tỷ lệ phần trăm, số lượng, hoặc mức giảm phần trăm so năm trước.")
    numerator_label = TextField(label="Tên tử số (hoặc số năm nay)", max_length=120, required=False)
    denominator_label = TextField(label="Tên mẫu số (hoặc số năm trước)", max_length=120, required=False)
    max_points = points("Điểm tối đa")
    derivation = forms.ChoiceField(label="Cách hệ thống tính", choices=[NOTHING, *Derivation.choices], required=False)
    derived_from = forms.MultipleChoiceField(
        label="Tính trên loại đơn vị", choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple
    )
    excuses = TextField(
        label="Trường hợp loại trừ",
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        max_length=1000,
        help_text="Mỗi dòng một trường hợp: chữ viết tắt, dấu hai chấm, nội dung. Ví dụ BKK: do bất khả kháng.",
    )
    not_applicable_when = TextField(label="Không áp dụng khi", max_length=250, required=False)
    due_quarter = forms.TypedChoiceField(
        label="Xong trong quý",
        choices=[NOTHING, (1, "I"), (2, "II"), (3, "III"), (4, "IV")],
        coerce=int,
        empty_value=None,
        required=False,
    )
    needs_evidence = forms.BooleanField(label="Phải kèm minh chứng", required=False)
    guidance = TextField(label="Hướng dẫn", widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000)
    follows = code_field("Kế thừa tiêu chí của bộ trước (mã)", required=False)
    confidence = forms.ChoiceField(label="Độ tin cậy", choices=Confidence)

    def __init__(self, *args, content: dict, initial: dict | None = None, **kwargs):
        initial = {**CRITERION_FIELDS, "measure": Measure.MUST.value, "parent": "", **(initial or {})}
        excuses = [f"{one['short']}: {one['label']}" for one in initial["excuses"]]
        super().__init__(*args, initial={**initial, "excuses": "\n".join(excuses)}, **kwargs)
        self.row_before = initial
        groups = [
            row for row in content["criteria"] if row["measure"] == Measure.GROUP and row["code"] != initial["code"]
        ]
        offer_choices(
            self,
            "parent",
            [
                NOTHING,
                *((row["code"], f"{row['number']}. {row['label']}"[:90]) for row in groups),
            ],
        )

    def clean_excuses(self) -> list[dict]:
        known = {one["short"]: one["code"] for one in self.row_before["excuses"]}
        found = []
        for line in self.cleaned_data["excuses"].splitlines():
            if not line.strip():
                continue
            short, colon, label = (clean(part) for part in line.partition(":"))
            if not colon or not label or not short.isalpha() or short != short.upper() or len(short) > 8:
                raise forms.ValidationError(
                    f"Không hiểu “{line.strip()[:60]}”. Hãy ghi chữ viết tắt bằng chữ hoa, dấu hai chấm rồi nội dung."
                )
            found.append({"code": known.get(short, f"khac_{short.lower()}"), "label": label, "short": short})
        return found


class GradeForm(RowForm):
    rank = WholeField(label="Bậc (1 là cao nhất)", min_value=1, max_value=9)
    label = TextField(label="Tên loại", max_length=60)
    lower_bound = points("Từ số điểm", help_text="Để trống khi chưa đọc được trong văn bản.")
    article = TextField(label="Căn cứ", max_length=60)
    confidence = forms.ChoiceField(label="Độ tin cậy", choices=Confidence)


class CapForm(RowForm):
    criterion = forms.ChoiceField(label="Tiêu chí")
    best_rank = WholeField(label="Bậc cao nhất khi không đạt", min_value=1, max_value=9)
    article = TextField(label="Căn cứ", max_length=60)
    confidence = forms.ChoiceField(label="Độ tin cậy", choices=Confidence)

    def __init__(self, *args, content: dict, **kwargs):
        super().__init__(*args, **kwargs)
        rows = [row for row in content["criteria"] if row["measure"] != Measure.GROUP]
        offer_choices(self, "criterion", [(row["code"], f"{row['number']}. {row['label']}"[:90]) for row in rows])


class PreconditionForm(RowForm):
    programme = forms.ChoiceField(label="Chương trình")
    years_back = forms.TypedChoiceField(
        label="Kết quả của", coerce=int, choices=[(0, "cùng năm"), *((n, f"{n} năm trước") for n in range(1, 6))]
    )
    worst_rank = WholeField(
        label="Xếp loại từ bậc", min_value=1, max_value=9, required=False, help_text="Để trống: chỉ cần được công nhận."
    )
    best_rank = WholeField(
        label="Bậc cao nhất khi không có",
        min_value=1,
        max_value=9,
        required=False,
        help_text="Để trống: không có thì không được xét.",
    )
    label = TextField(label="Điều kiện", max_length=250)
    article = TextField(label="Căn cứ", max_length=60)
    confidence = forms.ChoiceField(label="Độ tin cậy", choices=Confidence)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer_choices(self, "programme", Programme.objects.values_list("code", "name"))


class QuotaForm(RowForm):
    level = forms.ChoiceField(label="Mỗi đơn vị", choices=Level)
    minimum = WholeField(label="Chọn ít nhất", min_value=1, max_value=999)
    article = TextField(label="Căn cứ", max_length=60)
    confidence = forms.ChoiceField(label="Độ tin cậy", choices=Confidence)


class PaperForm(RowForm):
    order = WholeField(label="Thứ tự", min_value=1, max_value=99)
    name = TextField(label="Thành phần hồ sơ", max_length=250)
    article = TextField(label="Căn cứ", max_length=60)
    confidence = forms.ChoiceField(label="Độ tin cậy", choices=Confidence)


class RouteForm(RowForm):
    """Who enters, appraises and decides, and the last days of the steps."""

    kind = forms.ChoiceField(label="Loại đơn vị")
    managed_at = forms.ChoiceField(label="Cấp quản lý", choices=Level)
    enter_level = forms.ChoiceField(label="Cấp nhập hồ sơ", choices=Level)
    appraise_level = forms.ChoiceField(label="Cấp thẩm định", choices=Level)
    decide_level = forms.ChoiceField(label="Cấp công nhận", choices=Level)
    authority = TextField(label="Thẩm quyền ký", max_length=200)
    article = TextField(label="Căn cứ", max_length=60)
    confidence = forms.ChoiceField(label="Độ tin cậy", choices=Confidence)
    valid_from = DayField(label="Từ ngày")
    valid_to = DayField(label="Đến hết ngày", required=False)
    deadlines = TextField(
        label="Thời hạn",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=600,
        help_text="Mỗi dòng một bước, ví dụ “Công nhận: trước ngày 15/11, Điều 9”. Ghi “hết ngày” nếu tính cả ngày đó.",
    )

    def __init__(self, *args, content: dict, initial: dict | None = None, **kwargs):
        initial = {**ROUTE_FIELDS, "deadlines": [], **(initial or {})}
        lines = [
            f"{Step(one['step']).label}: {'hết' if one['inclusive'] else 'trước'} ngày "
            f"{one['day']:02d}/{one['month']:02d}, {one['article']}"
            for one in initial["deadlines"]
        ]
        super().__init__(*args, initial={**initial, "deadlines": "\n".join(lines)}, **kwargs)
        offer_choices(self, "kind", [(kind, UnitKind(kind).label) for kind in content["unit_kinds"]])

    def clean_deadlines(self) -> list[dict]:
        return [self._deadline(line) for line in self.cleaned_data["deadlines"].splitlines() if line.strip()]

    def _deadline(self, line: str) -> dict:
        steps = {step.label.casefold(): step.value for step in Step}
        found = re.fullmatch(
            r"(?P<step>[^:]+):\s*(?P<how>trước|hết)( ngày)? (?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})"
            r"(,\s*(?P<article>.+))?",
            clean(line),
        )
        if not found or found["step"].strip().casefold() not in steps:
            raise forms.ValidationError(
                f"Không hiểu “{line.strip()[:80]}”. Hãy ghi như “Công nhận: trước ngày 15/11, Điều 9.1.a”; các bước: "
                f"{', '.join(step.label for step in Step)}."
            )
        return {
            "step": steps[found["step"].strip().casefold()],
            "month": int(found["month"]),
            "day": int(found["day"]),
            "inclusive": found["how"] == "hết",
            "article": (found["article"] or "")[:60],
        }


class NewSetForm(forms.Form):
    """How a new draft begins: empty, as a copy, as the next version, or as an overlay."""

    WAYS = (
        ("copy", "Chép thành bộ riêng của tỉnh"),
        ("version", "Lập phiên bản tiếp theo"),
        ("overlay", "Bổ sung tiêu chí của tỉnh vào bộ chung"),
        ("empty", "Soạn từ đầu"),
    )
    way = forms.ChoiceField(label="Cách lập", choices=WAYS)
    code = code_field("Mã bộ", required=False)
    name = TextField(label="Tên bộ tiêu chí", max_length=250)
    first_year = WholeField(label="Áp dụng từ năm", min_value=2000, max_value=2100)
    programme = forms.ModelChoiceField(
        label="Chương trình", queryset=Programme.objects.all(), required=False, empty_label="Chọn chương trình"
    )
    document = forms.ModelChoiceField(
        label="Văn bản", queryset=LegalDocument.objects.none(), required=False, empty_label="Chọn văn bản"
    )
    unit_kinds = forms.MultipleChoiceField(
        label="Áp dụng cho", choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, source: CriteriaSet | None, ways: list[str], documents, **kwargs):
        super().__init__(*args, **kwargs)
        self.source = source
        offer_choices(self, "way", [(value, label) for value, label in self.WAYS if value in ways])
        offer_rows(self, "document", documents)
        if source is not None:
            for name in ("programme", "document", "unit_kinds"):
                del self.fields[name]

    def clean(self):
        data = super().clean() or {}
        if data.get("way") != "version" and not data.get("code") and "code" not in self.errors:
            self.add_error("code", "Hãy đặt mã cho bộ mới.")
        if data.get("way") == "empty":
            for name in ("programme", "document", "unit_kinds"):
                if not data.get(name):
                    self.add_error(name, "Soạn từ đầu thì phải chọn mục này.")
        return data


class DocumentForm(forms.Form):
    """A legal document of the province, and its signed copy."""

    number = TextField(label="Số, ký hiệu", max_length=60)
    cite = TextField(label="Viết tắt khi dẫn điều khoản", max_length=14, help_text="Ví dụ QĐ 510/2022.")
    title = TextField(label="Trích yếu", max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    issuer = TextField(label="Cơ quan ban hành", max_length=200)
    issued_on = DayField(label="Ngày ban hành", required=False)
    in_force_on = DayField(label="Hiệu lực từ", required=False)
    ended_on = DayField(label="Hết hiệu lực", required=False)
    replaces = forms.ModelChoiceField(
        label="Thay thế văn bản", queryset=LegalDocument.objects.none(), required=False, empty_label="Không thay thế"
    )
    scan = forms.FileField(label="Bản đã ký (PDF)", required=False)
    seen = TextField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, others, **kwargs):
        super().__init__(*args, **kwargs)
        offer_rows(self, "replaces", others)


class ProgrammeForm(forms.Form):
    code = forms.SlugField(label="Mã", max_length=40, help_text="Chữ thường không dấu, ví dụ an-ninh-co-so.")
    name = TextField(label="Tên chương trình", max_length=200)
    title = TextField(label="Danh hiệu, kết quả được công nhận", max_length=200)
    unit_kinds = forms.MultipleChoiceField(
        label="Xét những loại đơn vị nào", choices=KINDS, required=False, widget=forms.CheckboxSelectMultiple
    )


class ImportForm(forms.Form):
    file = forms.FileField(label="Tệp gói (YAML) hoặc bảng tính (XLSX)")


PART_FORMS = {
    "criteria": CriterionForm,
    "grades": GradeForm,
    "caps": CapForm,
    "preconditions": PreconditionForm,
    "quotas": QuotaForm,
    "papers": PaperForm,
    "routes": RouteForm,
}
