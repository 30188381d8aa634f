"""Recognised dossiers whose ground fell later, and those decided to stand all the same."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from criteria.judging.values import Value
from units.enums import UnitKind
from units.models import User

from .. import permissions
from ..enums import Side, State
from ..judging.dossiers import JudgedDossier, judged_dossiers
from ..models import Evaluation

Ground = dict[str, list[int]]  # how many of how many, by criterion code


@dataclass(frozen=True)
class Fallen:
    """A recognised dossier whose ground no longer stands, and the sentences that say why."""

    dossier: Evaluation
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """That the recognition stands though its ground fell: from which day, why, by whom."""

    on: date
    reason: str
    post: str


def ground_lost(judged: JudgedDossier) -> Ground:
    """How far what the portal counts itself has fallen under a recognised dossier, by criterion; mostly nothing."""
    if judged.dossier.state != State.RECOGNISED:
        return {}
    failed = [item.code for item in judged.verdict(Side.APPRAISED).failed if item.code in judged.derived]
    return {code: _counted(judged.derived[code]) for code in failed}


def _counted(value: Value) -> list[int]:
    return [value.numerator or 0, value.denominator or 0]


def lost_ground(judged: JudgedDossier) -> tuple[str, ...]:
    """Why a recognised dossier would not be recognised today: what the portal counts itself has changed since.

    What it was decided to stand with is told again only where it fell further.
    """
    held: Ground = judged.dossier.kept_ground.get("ground", {})
    open_codes = [code for code, now in ground_lost(judged).items() if code not in held or _is_lower(now, held[code])]
    failed = judged.verdict(Side.APPRAISED).failed if open_codes else ()
    return tuple(item.sentence for item in failed if item.code in open_codes)


def _is_lower(now: list[int], then: list[int]) -> bool:
    return now[0] * then[1] < then[0] * now[1]


def kept_of(dossier: Evaluation) -> Kept | None:
    """The decision that the recognition stands, as long as there is a recognition."""
    told: dict[str, Any] = dossier.kept_ground
    if not told or dossier.state != State.RECOGNISED:
        return None
    return Kept(date.fromisoformat(told["on"]), told["reason"], told["post"])


def fallen(user: User) -> list[Fallen]:
    """Recognised communes the user's places decided on whose units below were revoked since, so that they fall short.

    Only those with a revoked unit are judged: nothing else takes a settled result away.
    """
    here = OuterRef("commune")
    below = Q(commune=here) | Q(delegated_to=here) | Q(unit__commune=here)
    revoked = Evaluation.objects.filter(below, cycle=OuterRef("cycle"), state=State.REVOKED)
    rows = Evaluation.objects.filter(
        Exists(revoked),
        kind=UnitKind.COMMUNE,
        state=State.RECOGNISED,
        decision_unit__in=permissions.DECIDING.places(user),
    ).select_related("cycle__programme", "criteria_set__document")
    judged = judged_dossiers(rows)
    found = ((one.dossier, lost_ground(one)) for one in judged.values())
    return [Fallen(dossier, reasons) for dossier, reasons in found if reasons]
