"""Papers sent in one act, in one dossier or in several: the files, and of each what it is and what it proves."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from criteria.enums import Measure
from criteria.judging.values import CriterionSpec
from criteria.models import DossierPaper
from criteria.queries import specs_of
from portal.core.fields import DayField, TextField, offer_choices, offer_rows
from portal.core.vietnamese.text import clean
from portal.core.web.pages import whole_numbers

from ..models import Evaluation, Evidence

ACCEPT = ".pdf,.jpg,.jpeg,.png,.heic,.heif,.xlsx,.docx,image/*"  # image/*: a phone then offers its camera
# What a camera, a scanner or a messenger calls a picture says nothing of what is in it.
SAYS_NOTHING = re.compile(
    r"(img|image|dsc[a-z]?|pxl|photo|picture|scan|screenshot|ảnh|anh|wp|mvimg)?[\W\d_]*|z\d{6,}.*", re.IGNORECASE
)


def title_of(file_name: str) -> str:
    """The title a file's name gives: "bao_cao_quy_1 (2).pdf" is "Bao cao quy 1"; nothing for "IMG_2034.jpg"."""
    name = re.sub(r"\s*\(\d+\)$", "", clean(PurePath(file_name).stem.replace("_", " ").replace("+", " ")))
    if " " not in name:
        name = clean(name.replace("-", " "))
    return "" if SAYS_NOTHING.fullmatch(name) else name[:1].upper() + name[1:300]


class FilesInput(forms.FileInput):
    """A box that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, at least one; each is looked at when it is kept."""

    widget = FilesInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:  # type: ignore[override]  # -- one in the stubs
        return [super(FilesField, self).clean(one, initial) for one in data or [None]]


def provable(criteria: Iterable[CriterionSpec]) -> list[CriterionSpec]:
    """Those a paper may be said to prove."""
    return [line for line in criteria if line.measure not in (Measure.GROUP, Measure.DERIVED)]


def _choice(line: CriterionSpec) -> str:
    return f"{line.number}. {line.label}{' (cần minh chứng)' if line.needs_evidence else ''}"


class PaperFactsForm(forms.Form):
    """What one paper is, and what it proves."""

    title = TextField(label="Trích yếu", max_length=300, required=False)
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
    name = forms.CharField(required=False, widget=forms.HiddenInput)  # of the file, to tell which is to be chosen again

    def __init__(
        self,
        criteria: Sequence[CriterionSpec],
        data=None,
        *,
        papers: QuerySet[DossierPaper],
        prefix: str | None = None,
        initial: dict[str, Any] | None = None,
    ):
        super().__init__(data, prefix=prefix, initial=initial)
        offer_choices(self, "codes", [(line.code, _choice(line)) for line in provable(criteria)])
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

    @property
    def place(self) -> str:
        """What names the row among those sent; empty for the one that speaks for every file."""
        return (self.prefix or "")[1:]

    @property
    def ticked(self) -> set[str]:
        return set(self["codes"].value() or ())

    @property
    def facts(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in ("codes", "name")]


class KeptPaperForm(PaperFactsForm):
    """What a paper that is kept already is, and what it proves."""

    title = TextField(label="Trích yếu", max_length=300)

    def __init__(self, paper: Evidence, data=None):
        held = {name: getattr(paper, name) for name in ("title", "number", "issued_on", "issuer")}
        held |= {"dossier_paper": paper.dossier_paper_id, "codes": [one.code for one in paper.criteria.all()]}
        chosen = paper.evaluation.criteria_set
        super().__init__(specs_of(chosen), data, papers=chosen.papers.order_by("order"), initial=held)
        del self.fields["name"]  # its file stays


class ShelfForm(forms.Form):
    """Which criteria each paper of the unit's shelf is to prove; a field of each paper."""

    def __init__(self, criteria: Sequence[CriterionSpec], papers: Sequence[Evidence], data=None):
        super().__init__(data)
        self.papers = {f"p{paper.pk}": paper for paper in papers}
        choices = [(line.code, _choice(line)) for line in provable(criteria)]
        for name, paper in self.papers.items():
            self.fields[name] = forms.MultipleChoiceField(label=paper.title, choices=choices, required=False)

    @property
    def picked(self) -> dict[Evidence, list[str]]:
        """Papers with a tick and what they are to prove; after is_valid()."""
        return {paper: self.cleaned_data[name] for name, paper in self.papers.items() if self.cleaned_data[name]}

    def clean(self):
        super().clean()
        if not self.errors and not self.picked:
            self.add_error(None, "Hãy đánh dấu ít nhất một tiêu chí cho một tài liệu.")
        return self.cleaned_data

    def ticks(self) -> list[tuple[str, set[str]]]:
        """Of each paper, the name of its field and what is ticked."""
        return [(name, set(self[name].value() or ())) for name in self.papers]


class FilesForm(forms.Form):
    """The files of one act."""

    file = FilesField(
        allow_empty_file=True,  # told by its name, with the other files that cannot be taken
        label="Tệp",
    )

    def __init__(self, data=None, files=None):
        super().__init__(data, files)
        most, total = settings.EVIDENCE_MAX_FILES, settings.EVIDENCE_MAX_TOTAL_BYTES // (1024 * 1024)
        each = settings.EVIDENCE_MAX_BYTES // (1024 * 1024)
        self.fields["file"].help_text = (
            f"PDF, JPG, PNG, HEIC, XLSX hoặc DOCX; mỗi tệp tối đa {each} MB, mỗi lần gửi tối đa {most} tệp và {total} "
            "MB. Không tải tài liệu mật."
        )


class SharedFilesForm(FilesForm):
    """Files for several dossiers; `dossiers_chosen` are those ticked, after is_valid()."""

    dossiers = forms.TypedMultipleChoiceField(
        label="Đính kèm vào hồ sơ của",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Hãy chọn ít nhất một đơn vị."},
    )

    def __init__(self, data=None, files=None, *, offered: list[Evaluation]):
        super().__init__(data, files)
        self.offered = {dossier.pk: dossier for dossier in offered}
        offer_choices(self, "dossiers", [(pk, dossier.listed_name) for pk, dossier in self.offered.items()])
        self.fields["dossiers"].initial = list(self.offered)

    @property
    def dossiers_chosen(self) -> list[Evaluation]:
        return [self.offered[pk] for pk in self.cleaned_data["dossiers"]]


@dataclass(frozen=True)
class MatrixLine:
    """A criterion, how many papers it has already, and of each paper's form whether it is ticked."""

    criterion: CriterionSpec
    held: int
    cells: list[tuple[PaperFactsForm, bool]]

    @property
    def wants_paper(self) -> bool:
        """It must be shown by a paper and has none."""
        return self.criterion.needs_evidence and not self.held

    @property
    def is_first(self) -> bool:
        """Shown without asking: what must have a paper, and what is ticked."""
        return self.criterion.needs_evidence or any(ticked for _, ticked in self.cells)

    @property
    def is_ticked_at_first(self) -> bool:
        return any(ticked for form, ticked in self.cells if not form.is_bound)


class SentPapers:
    """The papers of one act. The page's script makes a row of each file, named in `rows` in the order of the files;
    without it one row speaks for every file.
    """

    def __init__(
        self,
        criteria: Sequence[CriterionSpec],
        data=None,
        *,
        papers: QuerySet[DossierPaper],
        initial: dict[str, Any] | None = None,
    ):
        self.criteria = provable(criteria)
        given: dict[str, Any] = {"criteria": criteria, "papers": papers}
        asked = dict.fromkeys(whole_numbers(data.getlist("rows"))) if data else ()
        self.rows = [
            PaperFactsForm(data=data, prefix=f"r{at}", **given) for at in list(asked)[: settings.EVIDENCE_MAX_FILES]
        ]
        self.for_all = None if self.rows else PaperFactsForm(data=data, initial=initial, **given)
        self.blank = PaperFactsForm(prefix="rNEW", initial=initial, **given)  # the script writes a number for NEW

    @property
    def forms(self) -> list[PaperFactsForm]:
        return [self.for_all] if self.for_all else self.rows

    def form_of(self, at: int) -> PaperFactsForm:
        """The form that speaks for the file at this place."""
        return self.for_all or self.rows[at]

    def is_valid(self, files: FilesForm) -> bool:
        """Everything is typed that the files need; the errors stand on the forms."""
        rows_hold = not [form for form in self.forms if not form.is_valid()]  # each is asked: its errors are shown
        if not files.is_valid():
            return False
        uploads = files.cleaned_data["file"]
        if self.rows and len(uploads) != len(self.rows):
            names = ", ".join(f"“{form['name'].value() or 'tệp'}”" for form in self.rows)
            files.add_error("file", f"Hãy chọn lại tệp: {names}.")
            return False
        return rows_hold and self._are_titled(uploads)

    def _are_titled(self, uploads: list[UploadedFile]) -> bool:
        """Each paper has a title: its own, or the one its file's name gives."""
        untitled = [at for at, upload in enumerate(uploads) if not self.title_at(at, upload)]
        for at in untitled:
            said = f"Hãy ghi trích yếu: tên tệp “{clean(uploads[at].name or '')}” không cho biết nội dung."
            self.form_of(at).add_error("title", said)
        return not untitled

    def title_at(self, at: int, upload: UploadedFile) -> str:
        return self.form_of(at).cleaned_data["title"] or title_of(upload.name or "")

    def facts_at(self, at: int, upload: UploadedFile) -> dict[str, Any]:
        """What is said of the file at this place; after is_valid()."""
        said = self.form_of(at).cleaned_data
        return {name: said[name] for name in said if name != "name"} | {"title": self.title_at(at, upload)}

    def matrix(self, held: dict[str, int]) -> list[MatrixLine]:
        """Criteria by papers, those that must have a paper first; `held` says how many each has already."""
        ticked = [(form, form.ticked) for form in self.forms]
        lines = [
            MatrixLine(line, held.get(line.code, 0), [(form, line.code in codes) for form, codes in ticked])
            for line in self.criteria
        ]
        return sorted(lines, key=lambda line: not line.is_first)
