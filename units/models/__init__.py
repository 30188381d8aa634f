"""Facts of the units app, by noun."""

from .committees import Committee, CommitteeEvent, Seat
from .delegations import Delegation
from .file_imports import FileImport, FileImportQuerySet
from .handovers import Handover, HandoverQuerySet
from .people import Placement, PlacementQuerySet, PostCorrection, SlipSheet, User
from .reforms import Change, Lineage, Reorganisation
from .registers import (
    AreaClass,
    ForceStrength,
    GroupCount,
    Headcount,
    MassModel,
    ModelYear,
    RegisterQuerySet,
    RegisterRow,
    SecurityTeam,
    TeamYear,
)
from .tree import Named, Unit, UnitQuerySet, UnitVersion, hosted_by, on, whether, within
from .unit_events import UnitEvent

__all__ = [
    "AreaClass",
    "Change",
    "Committee",
    "CommitteeEvent",
    "FileImport",
    "FileImportQuerySet",
    "ForceStrength",
    "GroupCount",
    "Handover",
    "HandoverQuerySet",
    "Headcount",
    "Delegation",
    "Lineage",
    "Named",
    "MassModel",
    "ModelYear",
    "Placement",
    "PlacementQuerySet",
    "PostCorrection",
    "RegisterQuerySet",
    "RegisterRow",
    "Reorganisation",
    "Seat",
    "SecurityTeam",
    "SlipSheet",
    "TeamYear",
    "Unit",
    "UnitEvent",
    "UnitQuerySet",
    "UnitVersion",
    "User",
    "hosted_by",
    "on",
    "whether",
    "within",
]
