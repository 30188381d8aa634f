"""Facts of the units app, by noun."""

from .delegations import Delegation
from .people import Committee, Placement, PlacementQuerySet, Seat, User
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
from .tree import Unit, UnitQuerySet, UnitVersion, hosted_by, on, whether, within

__all__ = [
    "AreaClass",
    "Change",
    "Committee",
    "ForceStrength",
    "GroupCount",
    "Headcount",
    "Delegation",
    "Lineage",
    "MassModel",
    "ModelYear",
    "Placement",
    "PlacementQuerySet",
    "RegisterQuerySet",
    "RegisterRow",
    "Reorganisation",
    "Seat",
    "SecurityTeam",
    "TeamYear",
    "Unit",
    "UnitQuerySet",
    "UnitVersion",
    "User",
    "hosted_by",
    "on",
    "whether",
    "within",
]
