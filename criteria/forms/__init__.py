"""Forms of the criteria app, by noun."""

from .rules import RuleEndForm, RuleForm, title_forms
from .sets import PART_FORMS, DocumentForm, HeaderForm, ImportForm, NewSetForm, ProgrammeForm

__all__ = [
    "PART_FORMS",
    "DocumentForm",
    "HeaderForm",
    "ImportForm",
    "NewSetForm",
    "ProgrammeForm",
    "RuleEndForm",
    "RuleForm",
    "title_forms",
]
