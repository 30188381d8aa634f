"""What users type of units, people, committees, registers and reorganisations."""

from .committees import CommitteeChangeForm, CommitteeForm, CommitteesForm, DayForm, PeriodForm, RulesForm, SeatForm
from .delegations import DelegationForm
from .fields import PlaceField
from .files import RegisterFileForm, UndoForm, UnitFileForm
from .passwords import PasswordAgain
from .people import EndForm, HandoverForm, PersonForm, PlaceAnewForm, PlacementForm, PostForm, ProlongForm
from .reforms import ApplyForm, ChangeForm, ReformForm, ReformHeadingForm
from .registers import OwnerField, register_form
from .single_units import GroundForm, LastDayForm, NewUnitForm, UnitFactsForm

__all__ = [
    "ApplyForm",
    "ChangeForm",
    "CommitteeChangeForm",
    "CommitteeForm",
    "CommitteesForm",
    "DayForm",
    "DelegationForm",
    "EndForm",
    "GroundForm",
    "HandoverForm",
    "LastDayForm",
    "NewUnitForm",
    "OwnerField",
    "PasswordAgain",
    "PeriodForm",
    "PersonForm",
    "PlaceAnewForm",
    "PlaceField",
    "PlacementForm",
    "PostForm",
    "ProlongForm",
    "ReformForm",
    "ReformHeadingForm",
    "RegisterFileForm",
    "RulesForm",
    "SeatForm",
    "UndoForm",
    "UnitFactsForm",
    "UnitFileForm",
    "register_form",
]
