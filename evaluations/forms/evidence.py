"""A paper and what it proves, in one dossier or in several."""

from django import forms
from django.db.models import QuerySet

from criteria.enums import Measure
from criteria.judging.values import CriterionSpec
from criteria.models import DossierPaper
from portal.core.fields import DayField, TextField, offer_choices, offer_rows

from ..models import Evaluation


class EvidenceForm(forms.Form):
    """A paper and what it proves."""

    file = forms.FileField(
        allow_empty_file=True,  # told by its name, with the other files that cannot be taken
        label="Tệp",
        help_text="PDF, JPG, PNG, XLSX hoặc DOCX, tối đa 20 MB. Không tải tài liệu mật.",
    )
    title = TextField(label="Trích yếu", max_length=300)
    number = TextField(label="Số, ký hiệu", max_length=60, required=False)
    issued_on = DayField(label="Ngày ban hành", required=False)
    issuer = TextField(label="Nơi ban hành", max_length=200, required=False)
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
        offer_choices(self, "dossiers", [(pk, dossier.listed_name) for pk, dossier in self.offered.items()])
        self.fields["dossiers"].initial = list(self.offered)

    @property
    def dossiers_chosen(self) -> list[Evaluation]:
        return [self.offered[pk] for pk in self.cleaned_data["dossiers"]]
