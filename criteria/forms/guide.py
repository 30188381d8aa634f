"""The guided page on which a province writes its own set: what is known is there, the rest is typed from its paper.

Each small form reads one row; `GuideForms` keeps them together, so that all of it is saved or comes back as typed.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django import forms

from portal.core.fields import DayField, TextField, WholeField, offer_choices, offer_rows
from portal.core.vietnamese.text import clean, plain_key

from ..enums import Comparison, Confidence, Level, Measure, NotApplicable, Outcome
from ..models import LegalDocument
from ..packs.content import CRITERION_FIELDS, GRADE_FIELDS, plain
from ..packs.gaps import DONE, SILENT
from ..wording.set_page import CONFIDENCE_TONES
from .guide_routes import route_forms
from .sets import CODE, CODE_HINT, KINDS, NOTHING, points

MOST_BLANK = 60
NAME_LENGTH = 120  # of what a criterion counts
# A line of the guide measures in one of these ways; what the portal itself counts is set up on the line's own page.
MEASURES = [(one.value, one.label) for one in Measure if one != Measure.DERIVED]
OUTCOMES = [(one.value, one.label) for one in Outcome if one != Outcome.RESULTS_ONLY]
BY_TWO = (Measure.TREND, Measure.PERCENT, Measure.DERIVED)
WITH_BAR = (*BY_TWO, Measure.COUNT, Measure.POINTS)


class BeginForm(forms.Form):
    """What the province's set is called, for whom, and the document it is typed from."""

    name = TextField(label="Tên bộ tiêu chí", max_length=250)
    code = forms.RegexField(
        CODE,
        label="Mã bộ",
        max_length=40,
        required=False,
        help_text=f"Để trống thì hệ thống đặt. {CODE_HINT}",
        error_messages={"invalid": f"Mã chưa đúng. {CODE_HINT}"},
    )
    first_year = WholeField(label="Áp dụng từ năm", min_value=2000, max_value=2100)
    place_code = forms.ChoiceField(
        label="Phạm vi",
        required=False,
        help_text="Bộ riêng của một xã, huyện chỉ xét đơn vị ở đó, thay bộ của tỉnh và bộ chung. "
        "Danh sách chỉ nêu nơi đang hoạt động.",
    )
    unit_kinds = forms.MultipleChoiceField(label="Áp dụng cho", choices=KINDS, widget=forms.CheckboxSelectMultiple)
    outcome = forms.ChoiceField(label="Cách kết luận", choices=OUTCOMES)
    document = forms.ModelChoiceField(
        label="Văn bản của tỉnh đã có trong hệ thống",
        queryset=LegalDocument.objects.none(),
        required=False,
        empty_label="Chưa có, ghi ở dưới",
    )
    number = TextField(label="Số, ký hiệu", max_length=60, required=False)
    issued_on = DayField(label="Ngày ban hành", required=False)
    issuer = TextField(label="Cơ quan ban hành", max_length=200, required=False)
    title = TextField(label="Trích yếu", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    scan = forms.FileField(
        label="Bản đã ký (PDF)",
        required=False,
        help_text="Chưa có ngay thì đính kèm sau ở mục Văn bản; thiếu bản đã ký thì chưa ban hành được.",
    )
    PAPER = ("number", "issued_on", "issuer", "title")

    def __init__(self, *args, documents, places: Iterable[tuple[str, str]], kinds: Iterable[str] = (), **kwargs):
        super().__init__(*args, **kwargs)
        offer_choices(self, "place_code", [("", "Cả tỉnh"), *places])
        offer_rows(self, "document", documents)
        if kinds:
            offer_choices(self, "unit_kinds", [(value, label) for value, label in KINDS if value in kinds])

    def clean(self):
        data = super().clean() or {}
        if data.get("document") is None and "document" not in self.errors:
            for name in self.PAPER:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Hãy ghi theo văn bản đang có trong tay, hoặc chọn văn bản đã có.")
        return data


class LineForm(forms.Form):
    """One line of the set in a row of the table."""

    number = TextField(label="Số mục", max_length=10, required=False)
    group = TextField(label="Thuộc nhóm (số mục)", max_length=10, required=False)
    label = TextField(label="Nội dung", max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    measure = forms.ChoiceField(label="Cách đo", choices=MEASURES)
    threshold = points("Mức phải đạt")
    names = TextField(
        label="Tên số đếm", max_length=250, required=False, widget=forms.TextInput(attrs={"placeholder": "tử / mẫu"})
    )
    max_points = points("Điểm tối đa")
    article = TextField(label="Căn cứ", max_length=60, required=False)
    checked = forms.BooleanField(label="Đúng văn bản", required=False)
    drop = forms.BooleanField(label="Bỏ", required=False)
    TYPED = ("number", "group", "label", "threshold", "names", "max_points", "article")  # one of them begins a line

    def __init__(self, data, *, prefix: str, old: dict | None, groups: dict[str, str]):
        self.old = old
        initial = {"measure": Measure.MUST.value} if old is None else self._typed(old, groups)
        super().__init__(data, prefix=prefix, initial=initial)
        if old is not None and old["measure"] == Measure.DERIVED:
            offer_choices(self, "measure", [*MEASURES, (Measure.DERIVED.value, Measure.DERIVED.label)])
        if old is None:
            del self.fields["checked"], self.fields["drop"]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, dòng {old['number'] if old else 'mới'}"

    @staticmethod
    def _typed(old: dict, groups: dict[str, str]) -> dict:
        names = " / ".join(filter(None, (old["numerator_label"], old["denominator_label"])))
        told = {name: old[name] for name in ("number", "label", "measure", "article")}
        numbers = {name: plainly(old[name]) for name in ("threshold", "max_points")}
        is_read = old["confidence"] == Confidence.TEXT
        return {**told, **numbers, "group": groups.get(old["parent"], ""), "names": names, "checked": is_read}

    @property
    def mark(self) -> str:
        """What stands against the line still: that it was not read in the text itself."""
        return str(Confidence(self.old["confidence"]).label) if self.tone and self.old else ""

    @property
    def tone(self) -> str:
        return CONFIDENCE_TONES.get(self.old["confidence"], "") if self.old else ""

    @property
    def is_left_out(self) -> bool:
        """A blank line, or one taken out."""
        data = self.cleaned_data
        return bool(data.get("drop")) or (self.old is None and not any(data.get(name) for name in self.TYPED))

    def clean(self):
        data = super().clean() or {}
        if data.get("drop"):
            return data
        is_begun = any(data.get(name) for name in self.TYPED)
        if is_begun and not data.get("number") and "number" not in self.errors:
            self.add_error("number", "Hãy ghi số mục như trong văn bản.")
        for name, why in self._without_place(data):
            self.add_error(name, why)
        return data

    def _without_place(self, data: dict) -> Iterator[tuple[str, str]]:
        """What was typed where the line's measure keeps nothing: told, never dropped without a word."""
        if not (measure := data.get("measure")):
            return
        how = f"Cách đo “{Measure(measure).label}”"
        if data.get("threshold") is not None and measure not in WITH_BAR:
            yield "threshold", f"{how} không có mức phải đạt. Hãy để trống ô này hoặc chọn cách đo khác."
        if data.get("max_points") is not None and measure == Measure.GROUP:
            yield (
                "max_points",
                "Điểm của nhóm là tổng điểm các dòng bên trong. Hãy để trống ô này, ghi điểm ở từng dòng.",
            )
        first, second = self._names()
        if not (first or second):
            return
        if measure not in (*BY_TWO, Measure.COUNT):
            yield "names", f"{how} không có số để đặt tên. Hãy để trống ô này hoặc chọn cách đo khác."
        elif second and measure == Measure.COUNT:
            yield "names", f"{how} chỉ có một số: hãy ghi một tên, không có dấu gạch chéo."
        elif max(len(first), len(second)) > NAME_LENGTH:
            yield "names", f"Mỗi tên dài không quá {NAME_LENGTH} chữ. Hãy ghi gọn lại."

    def _names(self) -> tuple[str, str]:
        """Both names as typed; those that nobody touched stay as they are, whatever strokes they hold."""
        if self.old and "names" not in self.changed_data:
            return self.old["numerator_label"], self.old["denominator_label"]
        typed = self.cleaned_data.get("names", "")
        first, _, second = typed.partition(" / " if " / " in typed else "/")
        return clean(first), clean(second)

    def row(self) -> dict:
        """The line as the content keeps it, its code and parent left to whoever knows the other lines."""
        data, old = self.cleaned_data, self.old or CRITERION_FIELDS
        first, second = self._names()
        bar = data["threshold"]
        told = {
            "number": clean(data["number"]),
            "label": clean(data["label"]),
            "article": clean(data["article"]),
            "measure": data["measure"],
            "threshold": plain(bar),
            "comparison": (old["comparison"] or Comparison.AT_LEAST.value) if bar is not None else "",
            "numerator_label": first,
            "denominator_label": second,
            "max_points": plain(data["max_points"]),
        }
        return {**old, **told, "confidence": self._confidence(told)}

    def _confidence(self, told: dict) -> str:
        """Read in the text: a new line, one the writer says is as the text has it, or whose lack is now typed."""
        if self.old is None or self.cleaned_data["checked"]:
            return Confidence.TEXT
        filled = [name for name in ("label", "max_points") if not self.old[name] and told[name]]
        return Confidence.TEXT if filled else self.old["confidence"]


class GradeRowForm(forms.Form):
    """One grade in a row: the best stands first."""

    label = TextField(label="Tên loại", max_length=60, required=False)
    lower_bound = points("Từ số điểm")
    article = TextField(label="Căn cứ", max_length=60, required=False)

    def __init__(self, data, *, prefix: str, old: dict | None):
        self.old = old
        initial = {**old, "lower_bound": plainly(old["lower_bound"])} if old else {}
        super().__init__(data, prefix=prefix, initial=initial)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, {old['label'] if old else 'loại mới'}"

    def clean(self):
        data = super().clean() or {}
        is_begun = data.get("lower_bound") is not None or data.get("article")
        if is_begun and not data.get("label") and "label" not in self.errors:
            self.add_error("label", "Hãy ghi tên loại, hoặc xoá trống cả dòng để bỏ loại này.")
        return data

    def row(self, rank: int) -> dict:
        """The grade; one whose bound was typed from the decision is read in the text."""
        told = {name: plain(value) for name, value in self.cleaned_data.items()}
        told |= {"label": clean(told["label"]), "article": clean(told["article"]), "rank": rank}
        old = self.old or GRADE_FIELDS
        is_typed = self.old is None or (old["lower_bound"] is None and told["lower_bound"] is not None)
        return {**old, **told, "confidence": Confidence.TEXT.value if is_typed else old["confidence"]}


class OutcomeForm(forms.Form):
    """How answers come to an outcome: only what the set's own way of concluding asks."""

    needed_met = WholeField(label="Số tiêu chí phải đạt", min_value=1, max_value=999, required=False)
    points_total = points("Tổng điểm chuẩn")
    not_applicable_rule = forms.ChoiceField(
        label="Tiêu chí không áp dụng thì", choices=[NOTHING, *NotApplicable.choices], required=False
    )

    def __init__(self, data, *, content: dict):
        total = plainly(content["points_total"])
        super().__init__(data, prefix="outcome", initial={**content, "points_total": total})
        if content["outcome"] != Outcome.NUMBER_MET:
            del self.fields["needed_met"]
        if content["outcome"] != Outcome.GRADES:
            del self.fields["points_total"]
        if not any(row["not_applicable_when"] for row in content["criteria"]):
            del self.fields["not_applicable_rule"]


class GapForm(forms.Form):
    """A sentence of the law's own set saying what could not be read; the writer says what their document does."""

    settled = forms.ChoiceField(
        label="Văn bản của tỉnh",
        required=False,
        choices=[
            ("", "Chưa xử lý"),
            (DONE, "Đã nhập theo văn bản"),
            (SILENT, "Văn bản của tỉnh không quy định"),
        ],
    )

    def __init__(self, data, *, place: int, sentence: str, settled: str):
        self.sentence = sentence
        super().__init__(data, prefix=f"gap-{place}", initial={"settled": settled})


def plainly(number: str | None) -> Any:
    """A content's number as a field shows it: no noughts behind the comma."""
    if number is None:
        return None
    value = Decimal(number)
    return int(value) if value == int(value) else value


class GuideForms:
    """All rows of the page together. `filled` is what the drafts' door writes; ask it only once `is_valid()`."""

    def __init__(
        self, content: dict, *, gaps: list[tuple[str, str]], levels: list[Level], blank: int, data: Any = None
    ):
        self.content = content
        numbers = {row["code"]: row["number"] for row in content["criteria"]}
        old = [*content["criteria"], *[None] * min(blank, MOST_BLANK)]
        self.lines = [LineForm(data, prefix=f"line-{at}", old=one, groups=numbers) for at, one in enumerate(old)]
        graded = content["outcome"] == Outcome.GRADES
        spare = max(1, 4 - len(content["grades"])) if graded else 0
        grades = [*content["grades"], *[None] * spare] if graded else []
        self.grades = [GradeRowForm(data, prefix=f"grade-{at}", old=one) for at, one in enumerate(grades)]
        self.routes = route_forms(content, levels, data)
        self.outcome = OutcomeForm(data, content=content)
        self.gaps = [GapForm(data, place=at, sentence=one, settled=how) for at, (one, how) in enumerate(gaps)]

    def is_valid(self) -> bool:
        every = [*self.lines, *self.grades, *self.routes, self.outcome, *self.gaps]
        faults = [one for one in every if not one.is_valid()]  # every form is asked: each shows its own
        if faults:
            return False
        self._lines = [one for one in self.lines if not one.is_left_out]
        return self._groups_are_sound()

    def _groups_are_sound(self) -> bool:
        groups = {self._key(one): one for one in self._lines if one.cleaned_data["measure"] == Measure.GROUP}
        for one in self._lines:
            path, here = [one], one
            while name := plain_key(here.cleaned_data["group"]):
                above = groups.get(name)
                if above is None or above in path:
                    why = "chưa có nhóm nào mang số mục này" if above is None else "nhóm không nằm trong chính nó"
                    one.add_error("group", f"“{one.cleaned_data['group']}”: {why}. Hãy ghi số mục của một dòng nhóm.")
                    return False
                here = above
                path.append(here)
        return True

    @staticmethod
    def _key(line: LineForm) -> str:
        return plain_key(line.cleaned_data["number"])

    @property
    def filled(self) -> dict:
        """Lines with the number of their group, grades, the outcome's numbers, routes with those they stand in place
        of, what is said of each gap."""
        grades = [one for one in self.grades if one.cleaned_data["label"]]
        return {
            "lines": [(one.row(), plain_key(one.cleaned_data["group"])) for one in self._lines],
            "grades": [one.row(rank) for rank, one in enumerate(grades, 1)],
            "header": {name: plain(value) for name, value in self.outcome.cleaned_data.items()},
            "routes": [row for one in self.routes for row in one.rows()],
            "routes_before": [row for one in self.routes for row in one.old],
            "gaps": {one.sentence: one.cleaned_data["settled"] for one in self.gaps},
        }
