"""Input of the evaluations app: one criterion's answer, papers, sittings, decisions."""

from decimal import Decimal

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from criteria.enums import Bar, Measure
from criteria.models import CriteriaSet, DossierPaper, Programme
from criteria.values import Asked, Value, plain_number
from units.enums import UnitKind
from units.forms import PasswordAgain
from units.models import Committee, Seat, Unit, on

from .enums import Ballot, Capacity
from .models import Cycle, Evaluation

WHOLE = {"error_messages": {"invalid": "Hãy nhập một số nguyên, không chấm, phẩy."}}
NUMBER = {"error_messages": {"invalid": "Hãy nhập một số."}}
STALE = "Phiên bản ô không hợp lệ. Hãy tải lại trang."
EVERY = "Tất cả"
YES_NO = (("", "Chưa trả lời"), ("yes", "Đạt"), ("no", "Không đạt"))
DATE = {"widget": forms.DateInput(attrs={"placeholder": "dd/mm/yyyy", "inputmode": "numeric", "autocomplete": "off"})}


class AnswerForm(forms.Form):
    """The answer to one criterion, with the fields its measure has; `version` is the answer as it was read."""

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        error_messages=dict.fromkeys(("invalid", "required", "min_value"), STALE),
    )
    note = forms.CharField(
        label="Giải trình", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 1})
    )

    def __init__(self, asked: Asked, value: Value, *, version: int, note: str, data=None):
        self.asked, self.before = asked, value
        initial = {"version": version, "note": note} | self._typed(value)
        super().__init__(data, prefix=asked.code.replace(".", "_"), initial=initial)
        self._add_fields()
        self.order_fields(["met", "numerator", "denominator", "value", "excuse", "not_applicable", "note", "version"])

    @staticmethod
    def _typed(value: Value) -> dict:
        """A plain value as the fields hold it."""
        return {
            "met": {True: "yes", False: "no", None: ""}[value.met],
            "value": value.value if value.value is None or value.value % 1 else int(value.value),
            "numerator": value.numerator,
            "denominator": value.denominator,
            "not_applicable": value.not_applicable,
            "excuse": value.excuse,
        }

    def filled_with(self, value: Value) -> dict[str, str]:
        """What the page's inputs, by name, would hold of the value; what it leaves open is left out."""
        told = {
            name: held for name, held in self._typed(value).items() if name in self.fields and held not in ("", None)
        }
        return {self.add_prefix(name): str(held) for name, held in told.items() if held is not False}

    def _add_fields(self):
        line = self.asked
        if line.measure == Measure.MUST:
            self.fields["met"] = forms.ChoiceField(label="Kết quả", choices=YES_NO, required=False)
        elif line.measure == Measure.EVENT:
            self.fields["value"] = forms.DecimalField(
                label="Số vụ, việc xảy ra", help_text="Không xảy ra thì nhập 0.", required=False, **NUMBER
            )
        elif line.measure in (Measure.TREND, Measure.PERCENT):
            trend = line.measure == Measure.TREND
            self.fields["numerator"] = forms.IntegerField(
                label=line.numerator_label or ("Năm nay" if trend else "Số đạt"), required=False, **WHOLE
            )
            self.fields["denominator"] = forms.IntegerField(
                label=line.denominator_label or ("Năm trước" if trend else "Tổng số"), required=False, **WHOLE
            )
        elif line.measure == Measure.COUNT:
            self.fields["value"] = forms.DecimalField(label="Số lượng", required=False, **NUMBER)
        elif line.measure == Measure.POINTS:
            self.fields["value"] = forms.DecimalField(label=_points_label(line), required=False, **NUMBER)
        if line.excuses:
            choices = [("", "Không thuộc trường hợp loại trừ"), *[(item[0], item[1]) for item in line.excuses]]
            self.fields["excuse"] = forms.ChoiceField(label="Trường hợp loại trừ", choices=choices, required=False)
        if line.not_applicable_when:
            self.fields["not_applicable"] = forms.BooleanField(
                label="Không áp dụng", help_text=line.not_applicable_when, required=False
            )

    @property
    def answer(self) -> Value:
        """The typed answer; only after is_valid()."""
        data = self.cleaned_data
        return Value(
            met={"yes": True, "no": False}.get(data.get("met") or ""),
            value=None if data.get("value") is None else Decimal(data["value"]),
            numerator=data.get("numerator"),
            denominator=data.get("denominator"),
            not_applicable=bool(data.get("not_applicable")),
            excuse=data.get("excuse") or "",
        )


def _points_label(line: Asked) -> str:
    return "Điểm" if line.max_points is None else f"Điểm (tối đa {plain_number(line.max_points)})"


class EvidenceForm(forms.Form):
    """A paper and what it proves."""

    file = forms.FileField(
        allow_empty_file=True,  # told by its name, with the other files that cannot be taken
        label="Tệp",
        help_text="PDF, JPG, PNG, XLSX hoặc DOCX, tối đa 20 MB. Không tải tài liệu mật.",
    )
    title = forms.CharField(label="Trích yếu", max_length=300)
    number = forms.CharField(label="Số, ký hiệu", max_length=60, required=False)
    issued_on = forms.DateField(label="Ngày ban hành", required=False, **DATE)
    issuer = forms.CharField(label="Nơi ban hành", max_length=200, required=False)
    dossier_paper = forms.ModelChoiceField(
        label="Là thành phần hồ sơ",
        queryset=DossierPaper.objects.none(),
        required=False,
        empty_label="Không phải thành phần hồ sơ",
    )
    codes = forms.MultipleChoiceField(
        label="Chứng minh cho tiêu chí", widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, asked: tuple[Asked, ...], data=None, files=None, *, papers: QuerySet[DossierPaper]):
        super().__init__(data, files)
        self.fields["codes"].choices = [
            (line.code, f"{line.number}. {line.label}")
            for line in asked
            if line.measure not in (Measure.GROUP, Measure.DERIVED)
        ]
        self.fields["dossier_paper"].queryset = papers
        if not papers:
            del self.fields["dossier_paper"]

    def clean(self):
        """A paper proves a criterion, is one of the dossier's, or both."""
        data = super().clean()
        if not self.has_error("codes") and not data.get("codes") and not data.get("dossier_paper"):
            more = " hoặc một thành phần hồ sơ" if "dossier_paper" in self.fields else ""
            self.add_error("codes", f"Hãy chọn ít nhất một tiêu chí{more}.")
        return data


class SharedEvidenceForm(EvidenceForm):
    """One paper for several files; `files_chosen` are those ticked, after is_valid()."""

    files = forms.TypedMultipleChoiceField(
        label="Đính kèm vào hồ sơ của",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn ít nhất một đơn vị."},
    )

    def __init__(
        self,
        asked: tuple[Asked, ...],
        data=None,
        files=None,
        *,
        papers: QuerySet[DossierPaper],
        offered: list[Evaluation],
    ):
        super().__init__(asked, data, files, papers=papers)
        self.offered = {file.pk: file for file in offered}
        self.fields["files"].choices = [(pk, file.unit_name) for pk, file in self.offered.items()]
        self.fields["files"].initial = list(self.offered)

    @property
    def files_chosen(self) -> list[Evaluation]:
        return [self.offered[pk] for pk in self.cleaned_data["files"]]


class CycleForm(forms.Form):
    """A programme's year to open."""

    programme = forms.ModelChoiceField(label="Chương trình", queryset=Programme.objects.all())
    year = forms.IntegerField(label="Năm", min_value=2008, max_value=2100, **WHOLE)
    as_of = forms.DateField(label="Danh sách đơn vị tính đến ngày", **DATE)

    def clean(self):
        """A roster frozen on a day of another year would be wrong for good: this year or the one before."""
        data = super().clean()
        year, as_of = data.get("year"), data.get("as_of")
        if year and as_of and as_of.year not in (year - 1, year):
            self.add_error("as_of", f"Ngày {as_of:%d/%m/%Y} không thuộc năm {year} hoặc năm trước. Hãy chọn lại ngày.")
        return data


class CycleLabel:
    """A choice of cycles that `to_choose` found: each by name, and by its province where two share it."""

    def label_from_instance(self, cycle: Cycle) -> str:
        return f"{cycle} – {cycle.province.name}" if cycle.namesakes > 1 else str(cycle)


class CycleField(CycleLabel, forms.ModelChoiceField):
    pass


class SittingForm(forms.Form):
    """When and where a committee meets, and who presides."""

    cycle = CycleField(label="Kỳ đánh giá", queryset=Cycle.objects.none())
    committee = forms.ModelChoiceField(label="Ban Chỉ đạo", queryset=Committee.objects.none())
    held_on = forms.DateField(label="Ngày họp", initial=timezone.localdate, **DATE)
    place = forms.CharField(label="Địa điểm", max_length=200, required=False)

    def __init__(self, *args, cycles: QuerySet[Cycle], committees: QuerySet[Committee], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["cycle"].queryset = cycles.to_choose()
        self.fields["committee"].queryset = committees


class AttendanceForm(forms.Form):
    """Who came, and the course of the meeting."""

    present = forms.ModelMultipleChoiceField(
        label="Thành viên có mặt", queryset=Seat.objects.none(), widget=forms.CheckboxSelectMultiple, required=False
    )
    minutes = forms.CharField(
        label="Diễn biến, ý kiến tại cuộc họp",
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        max_length=20000,
    )

    def __init__(self, *args, seats: QuerySet[Seat], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["present"].queryset = seats


class BallotForm(forms.Form):
    """One member's ballots on every item of the agenda."""

    seat = forms.ModelChoiceField(label="Thành viên", queryset=Seat.objects.none(), empty_label=None)

    def __init__(self, *args, seats: QuerySet[Seat], items, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seat"].queryset = seats
        for item in items:
            self.fields[f"item_{item.pk}"] = forms.ChoiceField(
                label=item.evaluation.unit_name, choices=Ballot.choices, required=False
            )

    @property
    def ballots(self) -> dict[int, str]:
        return {
            int(name.removeprefix("item_")): ballot
            for name, ballot in self.cleaned_data.items()
            if name.startswith("item_") and ballot
        }


class CloseForm(PasswordAgain):
    """Ending a sitting."""


class IssueForm(PasswordAgain):
    """Number, date and signer of the signed decision."""

    number = forms.IntegerField(label="Số", min_value=1, max_value=99999, **WHOLE)
    symbol = forms.CharField(label="Ký hiệu", max_length=40)
    signed_on = forms.DateField(label="Ngày ký", initial=timezone.localdate, **DATE)
    capacity = forms.ChoiceField(label="Thẩm quyền ký", choices=Capacity.choices)
    signer = forms.CharField(label="Họ tên người ký", max_length=120)
    field_order = ["number", "symbol", "signed_on", "capacity", "signer", "password"]


class RevokeForm(IssueForm):
    """The decision that takes a recognition back."""

    capacity = None
    reason = forms.CharField(label="Lý do thu hồi", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    field_order = ["number", "symbol", "signed_on", "signer", "reason", "password"]


def seats_on(committee: Committee, day) -> QuerySet[Seat]:
    """The committee's seats held on the day, with their people."""
    return committee.seats.filter(on(day)).select_related("user").order_by("pk")


class StreakForm(forms.Form):
    """Which row of years to look at: rule, year, place, how near a title; anything that cannot be is left out."""

    NEAR = (("", EVERY), ("one", "Còn một năm nữa"), ("danger", "Có nguy cơ đứt"), ("doing", "Đang làm hồ sơ"))
    q = forms.CharField(label="Tên đơn vị", required=False, max_length=200)
    rule = forms.TypedChoiceField(label="Quy tắc", coerce=int, required=False)
    year = forms.TypedChoiceField(label="Tính đến năm", coerce=int, required=False)
    near = forms.ChoiceField(label="Đơn vị", choices=NEAR, required=False)
    district = forms.ModelChoiceField(label="Huyện", queryset=Unit.objects.none(), required=False, empty_label=EVERY)
    commune = forms.ModelChoiceField(label="Xã", queryset=Unit.objects.none(), required=False, empty_label=EVERY)

    def __init__(self, data, *, rules, years: list[int], places: QuerySet[Unit]):
        self.rules = {rule.pk: rule for rule in rules}
        super().__init__(data)
        self.fields["rule"].choices = [(pk, rule.name) for pk, rule in self.rules.items()]
        self.fields["year"].choices = [(year, year) for year in years]
        self.fields["district"].queryset = places.filter(kind=UnitKind.DISTRICT)
        self.fields["commune"].queryset = places.filter(kind=UnitKind.COMMUNE)

    def chosen(self, name: str):
        """The field's value, None where nothing or nonsense was chosen."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


class AwardBarForm(forms.Form):
    """A bar from awards to switch on; `graded` are the programmes that have a weakest grade."""

    bar = forms.ChoiceField(label="Không xét khen thưởng khi", choices=Bar.choices)
    programme = forms.ModelChoiceField(
        label="Ở chương trình", queryset=Programme.objects.all(), empty_label="Chọn chương trình"
    )
    first_year = forms.IntegerField(label="Từ năm", min_value=2008, max_value=2100, **WHOLE)
    ground = forms.CharField(
        label="Căn cứ",
        max_length=250,
        help_text="Văn bản của tỉnh, ví dụ: Đề án số …/ĐA-UBND ngày …, mục IV.7.",
    )

    def __init__(self, data=None, *, graded: list[Programme], **options):
        super().__init__(data, **options)
        named = "; ".join(map(str, graded)) or "hiện chưa có chương trình nào"
        self.fields[
            "programme"
        ].help_text = f"“{Bar.WEAKEST.label}” chỉ đặt cho chương trình có bộ tiêu chí xếp loại đã ban hành: {named}."


class AwardBarEndForm(forms.Form):
    """The last year a bar holds."""

    last_year = forms.IntegerField(label="Năm cuối áp dụng", min_value=2008, max_value=2100, **WHOLE)


class BarredForm(forms.Form):
    """Which barred units: year, place, name; anything that cannot be is left out."""

    q = forms.CharField(label="Tên đơn vị", required=False, max_length=200)
    year = forms.TypedChoiceField(label="Năm", coerce=int, required=False)
    district = forms.ModelChoiceField(label="Huyện", queryset=Unit.objects.none(), required=False, empty_label=EVERY)
    commune = forms.ModelChoiceField(label="Xã", queryset=Unit.objects.none(), required=False, empty_label=EVERY)

    def __init__(self, data, *, years: list[int], places: QuerySet[Unit]):
        super().__init__(data)
        self.fields["year"].choices = [(year, year) for year in years]
        self.fields["district"].queryset = places.filter(kind=UnitKind.DISTRICT)
        self.fields["commune"].queryset = places.filter(kind=UnitKind.COMMUNE)

    chosen = StreakForm.chosen


class SelectionForm(forms.Form):
    """Which candidates; anything that cannot be is left out."""

    STATES = (("", EVERY), ("chosen", "Đã chọn"), ("open", "Chưa chọn"))
    q = forms.CharField(label="Tên đơn vị", required=False, max_length=200)
    criteria_set = forms.ModelChoiceField(
        label="Bộ tiêu chí", queryset=CriteriaSet.objects.none(), required=False, empty_label=EVERY
    )
    district = forms.ModelChoiceField(label="Huyện", queryset=Unit.objects.none(), required=False, empty_label=EVERY)
    state = forms.ChoiceField(label="Đã chọn chưa", choices=STATES, required=False)

    def __init__(self, data, *, files: QuerySet[Evaluation], places: QuerySet[Unit]):
        super().__init__(data)
        used = files.order_by().values("criteria_set")
        self.fields["criteria_set"].queryset = CriteriaSet.objects.filter(pk__in=used)
        self.fields["district"].queryset = places.filter(kind=UnitKind.DISTRICT)

    chosen = StreakForm.chosen
