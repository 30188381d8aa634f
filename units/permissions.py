"""Who may do what to units, people and committees."""

from .enums import CLERKS, LEVELS, Role
from .models import Committee, Placement, Reorganisation, Unit, User


def holds_over(user: User, unit: Unit, *roles: Role) -> bool:
    """Holds one of the roles today at the unit or at a level above it."""
    above = {pk for pk in unit.ancestor_ids.values() if pk} | {unit.pk}
    return any(placement.role in roles and placement.unit_id in above for placement in user.placements_now())


def may_manage_people(user: User, unit: Unit) -> bool:
    return holds_over(user, unit, Role.ADMIN)


def may_see_people(user: User, unit: Unit) -> bool:
    """Who sits where is for those who run the place, not for every colleague."""
    return holds_over(user, unit, Role.ADMIN, Role.STAFF, Role.INSPECTOR) or user.has_role(Role.LEADER, at=unit.pk)


def may_administer(user: User) -> bool:
    """Is administrator somewhere: may open the pages on people and import units below that place."""
    return user.has_role(Role.ADMIN)


def may_delegate(user: User, giver: Unit) -> bool:
    """Handing management down, and ending that: who leads the managing unit, or administers it or a level above."""
    return holds_over(user, giver, Role.ADMIN) or user.has_role(Role.LEADER, at=giver.pk)


def may_import_units(user: User) -> bool:
    """New units come in by file at a level of government the user administers."""
    return any(item.role == Role.ADMIN and item.unit.kind in LEVELS for item in user.placements_now())


def may_end_placement(user: User, placement: Placement) -> bool:
    """An administrator of the place, never the person placed: nobody locks themselves out or keeps a right."""
    return placement.user_id != user.pk and may_manage_people(user, placement.unit)


def may_keep(user: User, unit: Unit) -> bool:
    """Clerks of the unit or of the place that manages it write its registers, and staff and administrators above."""
    clerk = any(user.has_role(*CLERKS, at=at) for at in (unit.pk, unit.parent_id) if at)
    return clerk or holds_over(user, unit, Role.STAFF, Role.ADMIN)


def may_keep_somewhere(user: User) -> bool:
    """Holds a role that writes registers: their forms open; each unit is asked about by `may_keep`."""
    return user.has_role(*CLERKS, Role.STAFF, Role.ADMIN)


def may_seat(user: User, committee: Committee) -> bool:
    return may_manage_people(user, committee.unit)


def may_reorganise(user: User, province: Unit) -> bool:
    """The province's administrators carry reorganisations through; of an ended one those of its heir."""
    return user.has_role(Role.ADMIN, at=province.pk)


def may_carry_through(user: User, reform: Reorganisation) -> bool:
    """Drafting, applying and undoing it: an administrator of every province it concerns."""
    return all(may_reorganise(user, province) for province in reform.provinces.all())
