"""A file to take in, or cells pasted in place of one."""

from pathlib import PurePath

from django import forms
from django.utils import timezone

from portal.core.fields import TextField
from portal.core.sheets.pasted import as_file
from portal.core.sheets.reading import MAX_BYTES
from portal.core.sheets.templates import Template

ENDINGS = (".csv", ".xlsx", ".xls", ".ods")
ACCEPT = {"accept": ",".join(ENDINGS)}
MOST_PASTED = 4_000_000  # bytes; a form with its other fields is refused from five millions on


class UnitFileForm(forms.Form):
    """A file of rows: a CSV or a workbook."""

    file = forms.FileField(
        label="Tệp bảng tính (XLSX, XLS, ODS) hoặc CSV",
        widget=forms.FileInput(attrs=ACCEPT),
        help_text="Theo tệp mẫu; tối đa 5 MB, 20.000 dòng. Mỗi dòng một đơn vị.",
        error_messages={"empty": "Tệp trống. Hãy chọn lại tệp."},
    )

    pasted = forms.CharField(
        label="Hoặc dán các ô đã chép từ Excel, LibreOffice",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "wrap": "off", "spellcheck": "false", "autocomplete": "off"}),
    )

    endings: tuple[str, ...] = ENDINGS

    def __init__(self, *args, template: Template | None = None, **kwargs):
        """`template` names the columns that cells may be pasted for; without one a file is asked for."""
        super().__init__(*args, **kwargs)
        self.template = template
        if template is None:
            del self.fields["pasted"]
            return
        self.fields["file"].required = False
        self.fields["pasted"].help_text = (
            "Dán kèm dòng tiêu đề thì cột theo tiêu đề; không có dòng tiêu đề thì các cột theo thứ tự: "
            f"{' · '.join(template.headings.values())}, và dòng đầu tiên được gọi là dòng 2."
        )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file is None:
            return None
        if file.size > MAX_BYTES:
            raise forms.ValidationError("Tệp lớn hơn 5 MB. Hãy tách thành nhiều tệp nhỏ hơn.")
        if PurePath(file.name).suffix.casefold() not in self.endings:
            raise forms.ValidationError(
                f"Chỉ nhận tệp {', '.join(self.endings)}. Nếu là tệp bảng tính dạng khác, hãy chọn Lưu thành, XLSX "
                "hoặc CSV UTF-8 rồi gửi lại."
            )
        return file

    def clean_pasted(self):
        pasted = self.cleaned_data["pasted"]
        if len(pasted.encode()) > MOST_PASTED:
            raise forms.ValidationError("Phần dán lớn hơn 4 MB. Hãy dán từng phần, hoặc lưu thành tệp rồi gửi.")
        return pasted

    def clean(self):
        if self.template is None or self.errors:
            return
        file, pasted = self.cleaned_data["file"], self.cleaned_data["pasted"].strip()
        if file and pasted:
            self.add_error("pasted", "Vừa có tệp vừa có phần dán. Hãy bỏ một, rồi gửi lại.")
        elif not file and not pasted:
            self.add_error("file", "Chưa có gì để kiểm tra. Hãy chọn tệp, hoặc dán các ô vào ô bên dưới.")

    def taken(self) -> tuple[bytes, str]:
        """The bytes and the name of the file; what was pasted is a file named by its moment."""
        if file := self.cleaned_data["file"]:
            return file.read(), file.name
        headings = self.template.headings.values() if self.template else ()
        return as_file(self.cleaned_data["pasted"], headings), f"dán ngày {timezone.localtime():%d/%m/%Y %H:%M}"


class UndoForm(forms.Form):
    """Why what a file wrote is taken back."""

    reason = TextField(
        label="Lý do hoàn tác",
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=250,
        help_text="Ví dụ: gửi nhầm tệp của năm trước. Lý do được giữ cùng lần nhập.",
        error_messages={"required": "Hãy ghi rõ lý do hoàn tác."},
    )


class RegisterFileForm(UnitFileForm):
    """A file of register rows."""

    file = forms.FileField(
        label="Tệp bảng tính (XLSX, XLS, ODS) hoặc CSV",
        widget=forms.FileInput(attrs=ACCEPT),
        help_text="Theo tệp mẫu hoặc tệp tải về của sổ này; tối đa 5 MB, 20.000 dòng.",
        error_messages={"empty": "Tệp trống. Hãy chọn lại tệp."},
    )
