"""The answer to one criterion, as typed and as stored."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS

from criteria.enums import Measure
from criteria.judging.cells import in_words
from criteria.judging.values import CriterionSpec, Value
from portal.core.fields import NumberField, TextField, WholeField, as_typed
from portal.core.rows.seen import print_of
from portal.core.vietnamese.figures import plain_number
from portal.core.vietnamese.text import clean
from portal.core.web.pages import whole_number

from ..enums import Filled

ANSWERED = ("met", "numerator", "denominator", "value", "excuse", "not_applicable")
STALE = "Phiên bản ô không hợp lệ. Hãy tải lại trang."


MAIN = (
    "met",
    "numerator",
    "denominator",
    "value",
    "confirmed",
)  # the answer itself; the other fields explain it
YES_NO = (("", "Chưa trả lời"), ("yes", "Đạt"), ("no", "Không đạt"))


class AnswerForm(forms.Form):
    """The answer to one criterion, with the fields its measure has; `version` is the answer as it was read, `shown` a
    print of it: what the page was not asked to change is not written, whoever changed it meanwhile. `over` names the
    version that somebody wrote meanwhile and that this answer is to take the place of.
    """

    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        error_messages=dict.fromkeys(("invalid", "required", "min_value"), STALE),
    )
    note = TextField(label="Giải trình", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 1}))

    def __init__(
        self, criterion: CriterionSpec, value: Value, *, version: int, note: str, data=None, unconfirmed: str = ""
    ):
        self.criterion, self.before, self.unconfirmed = criterion, value, unconfirmed
        initial = {"version": version, "note": note} | self._typed(value)
        super().__init__(data, prefix=criterion.code.replace(".", "_"), initial=initial)
        self._add_fields()
        self.order_fields([*ANSWERED, "confirmed", "note", "version", "taken"])

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
        typed = {self.add_prefix(name): as_typed(held) for name, held in told.items() if held is not False}
        return typed | {self.add_prefix("taken"): Filled.LAST_YEAR.value}

    def _add_fields(self):
        line = self.criterion
        self.fields["taken"] = forms.CharField(widget=forms.HiddenInput, required=False, max_length=10)
        if self.unconfirmed:
            self.fields["confirmed"] = forms.BooleanField(
                label="Đã xem và xác nhận giá trị này", help_text=self.unconfirmed, required=False
            )
        if line.measure == Measure.MUST:
            self.fields["met"] = forms.ChoiceField(
                label="Kết quả", choices=YES_NO, required=False, widget=forms.RadioSelect
            )
        elif line.measure == Measure.EVENT:
            self.fields["value"] = WholeField(
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
            self.fields["value"] = WholeField(label="Số lượng", required=False)
        elif line.measure == Measure.POINTS:
            self.fields["value"] = NumberField(
                label=_points_label(line),
                required=False,
                decimal_places=2,
                error_messages={"max_decimal_places": "Điểm chỉ ghi tối đa hai chữ số sau dấu phẩy, ví dụ 4,25."},
            )
        if line.excuses:
            choices = [("", "Không thuộc trường hợp loại trừ"), *[(item[0], item[1]) for item in line.excuses]]
            self.fields["excuse"] = forms.ChoiceField(label="Trường hợp loại trừ", choices=choices, required=False)
        if line.not_applicable_when:
            self.fields["not_applicable"] = forms.BooleanField(
                label="Không áp dụng", help_text=line.not_applicable_when, required=False
            )

    @staticmethod
    def _print(typed: Mapping[str, Any]) -> str:
        return print_of(as_typed(typed[name]) for name in (*ANSWERED, "note"))

    @property
    def shown_name(self) -> str:
        return self.add_prefix("shown")

    @property
    def over_name(self) -> str:
        return self.add_prefix("over")

    @property
    def shown(self) -> str:
        """What the page says it showed: of the page that was sent, else of what stands there."""
        sent = self.data.get(self.shown_name, "")[:16] if self.is_bound else ""
        return sent or self._print(self.initial)

    @property
    def over(self) -> int | None:
        """The version that whoever sent the page agreed to write over."""
        return whole_number(self.data.get(self.over_name, ""))

    @property
    def is_changed(self) -> bool:
        """Whether the page was sent with another answer than it showed, or a filled one confirmed; only after
        is_valid()."""
        data = self.cleaned_data
        if not self.has_changed():
            return False
        sent = self._print(self._typed(self.answer) | {"note": clean(data["note"])})
        return sent != self.data.get(self.shown_name) or bool(data.get("confirmed"))

    @property
    def seen_version(self) -> int:
        """The version whose place the answer takes: what the page showed, or what was agreed to be written over."""
        return self.cleaned_data["version"] if self.over is None else self.over

    @property
    def is_behind(self) -> bool:
        """Whether somebody wrote another answer since the page that was sent showed it."""
        if not self.is_bound or set(self.errors) - {NON_FIELD_ERRORS}:
            return False
        return self.cleaned_data["version"] != self.initial["version"] and self.is_changed

    @property
    def writes_over(self) -> bool:
        """Whether whoever sent the page agreed to write over just what stands there."""
        return self.over == self.initial["version"]

    @property
    def held_said(self) -> str:
        """What stands there, in words."""
        said = in_words(self.criterion, self.before) or "để trống"
        return f"“{said}”, giải trình “{self.initial['note']}”" if self.initial["note"] else f"“{said}”"

    @property
    def theirs(self) -> str:
        """What the page's inputs hold where the answer that stands there is kept, for the page's script."""
        held = {name: self.initial[name] for name in (*ANSWERED, "note", "version") if name in self.fields}
        typed = {
            name: one if isinstance(one, bool) else as_typed("" if one is None else one) for name, one in held.items()
        }
        typed |= {"shown": self._print(self.initial), "over": False}
        return json.dumps({self.add_prefix(name): one for name, one in typed.items()})

    def filled(self, stored: str, suggested: Value | None) -> str:
        """Where the answer comes from that nobody typed; empty where somebody did. Only after is_valid(); `stored` is
        the mark of what is there, `suggested` what last year says."""
        data = self.cleaned_data
        if self.answer == self.before:
            return "" if data.get("confirmed") else stored
        return Filled.LAST_YEAR if data["taken"] and self.answer == suggested else ""

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """The answer itself."""
        return [field for field in self.visible_fields() if field.name in MAIN]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """What excuses or explains it: most answers leave these open."""
        return [field for field in self.visible_fields() if field.name not in MAIN]

    @property
    def nothing_happened(self) -> str:
        """What the page's script puts into the box where nothing happened; empty where a criterion counts no events."""
        return json.dumps({self.add_prefix("value"): "0"}) if self.criterion.measure == Measure.EVENT else ""

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
