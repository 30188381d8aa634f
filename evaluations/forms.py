"""Input of the evaluations app: one criterion's answer, papers, sittings, decisions."""

from decimal import Decimal

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from criteria.enums import Bar, Measure
from criteria.judging.values import CriterionSpec, Value
from criteria.models import DossierPaper, LegalDocument, Programme
from portal.core.fields import DayField, NumberField, WholeField, offer_choices, offer_rows
from portal.core.vietnamese.figures import plain_number
from units.forms import PasswordAgain
from units.models import Committee, Seat, Unit, on

from .enums import Ballot, Capacity
from .models import Cycle, Evaluation

STALE = "Phiên bản ô không hợp lệ. Hãy tải lại trang."
EVERY = "Tất cả"
YES_NO = (("", "Chưa trả lời"), ("yes", "Đạt"), ("no", "Không đạt"))


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

    def __init__(self, criterion: CriterionSpec, value: Value, *, version: int, note: str, data=None):
        self.criterion, self.before = criterion, value
        initial = {"version": version, "note": note} | self._typed(value)
        super().__init__(data, prefix=criterion.code.replace(".", "_"), initial=initial)
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
        line = self.criterion
        if line.measure == Measure.MUST:
            self.fields["met"] = forms.ChoiceField(label="Kết quả", choices=YES_NO, required=False)
        elif line.measure == Measure.EVENT:
            self.fields["value"] = NumberField(
                label="Số vụ, việc xảy ra", help_text="Không xảy ra thì nhập 0.", required=False
            )
        elif line.measure in (Measure.TREND, Measure.PERCENT):
            trend = line.measure == Measure.TREND
            self.fields["numerator"] = WholeField(
                label=line.numerator_label or ("Năm nay" if trend else "Số đạt"), required=False
            )
            self.fields["denominator"] = WholeField(
                label=line.denominator_label or ("Năm trước" if trend else "Tổng số"), required=False
            )
        elif line.measure == Measure.COUNT:
            self.fields["value"] = NumberField(label="Số lượng", required=False)
        elif line.measure == Measure.POINTS:
            self.fields["value"] = NumberField(label=_points_label(line), required=False)
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


def _points_label(line: CriterionSpec) -> str:
    return "Điểm" if line.max_points is None else f"Điểm (tối đa {plain_number(line.max_points)})"


class DatesForm(forms.Form):
    """The day the unit registered, and the day and issuer of its resolution, as their papers give them."""

    signed_up_on = DayField(label="Ngày ghi trên bản đăng ký", required=False)
    resolution_on = DayField(label="Ngày nghị quyết", required=False)
    resolution_by = forms.CharField(label="Nơi ban hành nghị quyết", max_length=200, required=False)


class TimingForm(forms.Form):
    """What the appraisers make of a date out of time."""

    accepted = forms.TypedChoiceField(
        label="Bản đăng ký, nghị quyết ngoài thời hạn",
        choices=(("yes", "Chấp nhận"), ("no", "Không chấp nhận, hồ sơ không đạt")),
        coerce=lambda chosen: chosen == "yes",
    )
    reason = forms.CharField(label="Lý do", widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)


class EvidenceForm(forms.Form):
    """A paper and what it proves."""

    file = forms.FileField(
        allow_empty_file=True,  # told by its name, with the other files that cannot be taken
        label="Tệp",
        help_text="PDF, JPG, PNG, XLSX hoặc DOCX, tối đa 20 MB. Không tải tài liệu mật.",
    )
    title = forms.CharField(label="Trích yếu", max_length=300)
    number = forms.CharField(label="Số, ký hiệu", max_length=60, required=False)
    issued_on = DayField(label="Ngày ban hành", required=False)
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

    def __init__(self, criterion: tuple[CriterionSpec, ...], data=None, files=None, *, papers: QuerySet[DossierPaper]):
        super().__init__(data, files)
        offer_choices(
            self,
            "codes",
            [
                (line.code, f"{line.number}. {line.label}")
                for line in criterion
                if line.measure not in (Measure.GROUP, Measure.DERIVED)
            ],
        )
        offer_rows(self, "dossier_paper", papers)
        if not papers:
            del self.fields["dossier_paper"]

    def clean(self):
        """A paper proves a criterion, is one of the dossier's, or both."""
        super().clean()
        data = self.cleaned_data
        if not self.has_error("codes") and not data.get("codes") and not data.get("dossier_paper"):
            more = " hoặc một thành phần hồ sơ" if "dossier_paper" in self.fields else ""
            self.add_error("codes", f"Hãy chọn ít nhất một tiêu chí{more}.")
        return data


class SharedEvidenceForm(EvidenceForm):
    """One paper for several dossiers; `dossiers_chosen` are those ticked, after is_valid()."""

    dossiers = forms.TypedMultipleChoiceField(
        label="Đính kèm vào hồ sơ của",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn ít nhất một đơn vị."},
    )

    def __init__(
        self,
        criterion: tuple[CriterionSpec, ...],
        data=None,
        files=None,
        *,
        papers: QuerySet[DossierPaper],
        offered: list[Evaluation],
    ):
        super().__init__(criterion, data, files, papers=papers)
        self.offered = {dossier.pk: dossier for dossier in offered}
        offer_choices(self, "dossiers", [(pk, dossier.unit_name) for pk, dossier in self.offered.items()])
        self.fields["dossiers"].initial = list(self.offered)

    @property
    def dossiers_chosen(self) -> list[Evaluation]:
        return [self.offered[pk] for pk in self.cleaned_data["dossiers"]]


class CycleForm(forms.Form):
    """A programme's year to open."""

    programme = forms.ModelChoiceField(label="Chương trình", queryset=Programme.objects.all())
    year = WholeField(label="Năm", min_value=2008, max_value=2100)
    as_of = DayField(label="Danh sách đơn vị tính đến ngày")

    def clean(self):
        """A roster frozen on a day of another year would be wrong for good: this year or the one before."""
        super().clean()
        data = self.cleaned_data
        year, as_of = data.get("year"), data.get("as_of")
        if year and as_of and as_of.year not in (year - 1, year):
            self.add_error("as_of", f"Ngày {as_of:%d/%m/%Y} không thuộc năm {year} hoặc năm trước. Hãy chọn lại ngày.")
        return data


class LockForm(forms.Form):
    """Why a year is locked or opened again."""

    reason = forms.CharField(
        label="Lý do",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": "Hãy ghi rõ lý do."},
    )


class RefreezeForm(LockForm):
    """Another day for the roster of a year in which nothing was entered yet."""

    as_of = DayField(label="Danh sách đơn vị tính đến ngày")
    field_order = ("as_of", "reason")


class LateUnitForm(LockForm):
    """A unit that appeared after the roster was frozen, and why it takes part."""

    unit = forms.ModelChoiceField(label="Đơn vị", queryset=Unit.objects.none(), empty_label="Chọn đơn vị")
    field_order = ("unit", "reason")

    def __init__(self, data=None, *, missing: list[int]):
        super().__init__(data)
        offer_rows(self, "unit", Unit.objects.filter(pk__in=missing).order_by("sort_key", "pk"))


class CycleLabel:
    """A choice of cycles that `to_choose` found: each by name, and by its province where two share it."""

    def label_from_instance(self, cycle) -> str:
        return f"{cycle} – {cycle.province.name}" if cycle.namesakes > 1 else str(cycle)


class CycleField(CycleLabel, forms.ModelChoiceField):
    pass


class SittingForm(forms.Form):
    """When and where a committee meets, and who presides."""

    cycle = CycleField(label="Kỳ đánh giá", queryset=Cycle.objects.none())
    committee = forms.ModelChoiceField(label="Ban Chỉ đạo", queryset=Committee.objects.none())
    held_on = DayField(label="Ngày họp", initial=timezone.localdate)
    place = forms.CharField(label="Địa điểm", max_length=200, required=False)

    def __init__(self, *args, cycles, committees: QuerySet[Committee], **kwargs):
        super().__init__(*args, **kwargs)
        offer_rows(self, "cycle", cycles.to_choose())
        offer_rows(self, "committee", committees)


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
        offer_rows(self, "present", seats)


class BallotForm(forms.Form):
    """One member's ballots on every item of the agenda."""

    seat = forms.ModelChoiceField(label="Thành viên", queryset=Seat.objects.none(), empty_label=None)

    def __init__(self, *args, seats: QuerySet[Seat], items, **kwargs):
        super().__init__(*args, **kwargs)
        offer_rows(self, "seat", seats)
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

    number = WholeField(label="Số", min_value=1, max_value=99999)
    symbol = forms.CharField(label="Ký hiệu", max_length=40)
    signed_on = DayField(label="Ngày ký", initial=timezone.localdate)
    capacity = forms.ChoiceField(label="Thẩm quyền ký", choices=Capacity.choices)
    signer = forms.CharField(label="Họ tên người ký", max_length=120)
    field_order = ["number", "symbol", "signed_on", "capacity", "signer", "password"]


class RevokeForm(IssueForm):
    """The decision that takes a recognition back."""

    capacity = None  # type: ignore[assignment]  # -- Django's way to leave a field out
    reason = forms.CharField(label="Lý do thu hồi", widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    field_order = ["number", "symbol", "signed_on", "signer", "reason", "password"]


def seats_on(committee: Committee, day) -> QuerySet[Seat]:
    """The committee's seats held on the day, with their people."""
    return committee.seats.filter(on(day)).select_related("user").order_by("pk")


class AwardBarForm(forms.Form):
    """A bar from awards to switch on; `graded` are the programmes that have a weakest grade."""

    bar = forms.ChoiceField(label="Không xét khen thưởng khi", choices=Bar.choices)
    programme = forms.ModelChoiceField(
        label="Ở chương trình", queryset=Programme.objects.all(), empty_label="Chọn chương trình"
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
        help_text="Văn bản của tỉnh đã ghi ở mục Bộ tiêu chí → Văn bản.",
    )
    ground = forms.CharField(
        label="Căn cứ",
        max_length=250,
        help_text="Văn bản của tỉnh, ví dụ: Đề án số …/ĐA-UBND ngày …, mục IV.7.",
    )

    def __init__(self, data=None, *, graded: list[Programme], documents: QuerySet[LegalDocument], **options):
        super().__init__(data, **options)
        offer_rows(self, "document", documents)
        named = "; ".join(map(str, graded)) or "hiện chưa có chương trình nào"
        self.fields[
            "programme"
        ].help_text = f"“{Bar.WEAKEST.label}” chỉ đặt cho chương trình có bộ tiêu chí xếp loại đã ban hành: {named}."


class AwardBarEndForm(forms.Form):
    """The last year a bar holds."""

    last_year = WholeField(label="Năm cuối áp dụng", min_value=2008, max_value=2100)
