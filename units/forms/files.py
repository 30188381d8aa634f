"""A file to take in."""

from pathlib import PurePath

from django import forms

from portal.core.sheets.reading import MAX_BYTES

ENDINGS = (".csv", ".xlsx", ".xls", ".ods")
ACCEPT = {"accept": ",".join(ENDINGS)}


class UnitFileForm(forms.Form):
    """A file of rows: a CSV or a workbook."""

    file = forms.FileField(
        label="Tệp bảng tính (XLSX, XLS, ODS) hoặc CSV",
        widget=forms.FileInput(attrs=ACCEPT),
        help_text="Theo tệp mẫu; tối đa 5 MB, 20.000 dòng. Mỗi dòng một đơn vị.",
        error_messages={"empty": "Tệp trống. Hãy chọn lại tệp."},
    )

    endings: tuple[str, ...] = ENDINGS

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError("Tệp lớn hơn 5 MB. Hãy tách thành nhiều tệp nhỏ hơn.")
        if PurePath(file.name).suffix.casefold() not in self.endings:
            raise forms.ValidationError(
                f"Chỉ nhận tệp {', '.join(self.endings)}. Nếu là tệp bảng tính dạng khác, hãy chọn Lưu thành, XLSX "
                "hoặc CSV UTF-8 rồi gửi lại."
            )
        return file


class RegisterFileForm(UnitFileForm):
    """A file of register rows."""

    file = forms.FileField(
        label="Tệp bảng tính (XLSX, XLS, ODS) hoặc CSV",
        widget=forms.FileInput(attrs=ACCEPT),
        help_text="Theo tệp mẫu hoặc tệp tải về của sổ này; tối đa 5 MB, 20.000 dòng.",
        error_messages={"empty": "Tệp trống. Hãy chọn lại tệp."},
    )
