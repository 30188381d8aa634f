"""What users type of evaluations: answers, papers, years, sittings, decisions, bars."""

from .answers import STALE, AnswerForm
from .award_bars import AwardBarEndForm, AwardBarForm
from .cycles import CycleField, CycleForm, CycleLabel, LateUnitForm, LockForm, RefreezeForm
from .dates import DatesForm, KeepForm, TimingForm
from .decisions import IssueForm, RevokeForm
from .evidence import FilesForm, KeptPaperForm, PaperFactsForm, SentPapers, SharedFilesForm, ShelfForm
from .past_results import PastCorrectionForm, PastResultForm, TakeAwayForm, UnitSearchForm
from .sittings import AttendanceForm, BallotForm, CloseForm, MeetingForm, SittingForm, seats_on

__all__ = [
    "AnswerForm",
    "AttendanceForm",
    "AwardBarEndForm",
    "AwardBarForm",
    "BallotForm",
    "CloseForm",
    "CycleField",
    "CycleForm",
    "CycleLabel",
    "DatesForm",
    "FilesForm",
    "IssueForm",
    "KeepForm",
    "KeptPaperForm",
    "LateUnitForm",
    "LockForm",
    "MeetingForm",
    "PaperFactsForm",
    "PastCorrectionForm",
    "PastResultForm",
    "RefreezeForm",
    "RevokeForm",
    "STALE",
    "SentPapers",
    "SharedFilesForm",
    "ShelfForm",
    "SittingForm",
    "TakeAwayForm",
    "TimingForm",
    "UnitSearchForm",
    "seats_on",
]
