"""Cycles with files in chosen states, for counting; units come from the units factories."""

from datetime import date

from criteria.enums import Outcome
from criteria.models import CriteriaSet, LegalDocument, Programme
from evaluations.enums import CycleStatus, Origin, State
from evaluations.models import Cycle, Evaluation
from portal.core.web.once import new_token
from tests.units.factories import make_tree, make_user
from units.enums import JUDGED, Role, UnitKind
from units.models import Unit

TITLES = {"safety": "An toàn về an ninh, trật tự", "da375": "Đề án 375"}


def make_set(code: str = "safety") -> CriteriaSet:
    """A programme with one set for every kind; in draft, so tests may make as many as they like."""
    programme, _ = Programme.objects.get_or_create(code=code, defaults={"name": TITLES[code], "title": TITLES[code]})
    found = CriteriaSet.objects.filter(programme=programme).first()
    if found:
        return found
    document, _ = LegalDocument.objects.get_or_create(
        code=code, defaults={"number": code, "title": code, "issuer": "Bộ Công an"}
    )
    return CriteriaSet.objects.create(
        programme=programme,
        document=document,
        code=code,
        name=TITLES[code],
        unit_kinds=list(JUDGED),
        outcome=Outcome.RESULTS_ONLY,
        first_year=2000,
    )


def make_cycle(province: Unit, year: int = 2020, code: str = "safety", *, status=CycleStatus.CLOSED, **fields) -> Cycle:
    programme = make_set(code).programme
    as_of = fields.pop("as_of", date(year, 6, 30))
    return Cycle.objects.create(programme=programme, province=province, year=year, as_of=as_of, status=status, **fields)


def make_files(cycle: Cycle, units: list[Unit], state: str = State.EXPECTED, *, name: str | None = None) -> list:
    """One file a unit in the state, with the unit's place of today as its snapshot."""
    criteria_set = CriteriaSet.objects.get(programme=cycle.programme)
    return Evaluation.objects.bulk_create(
        Evaluation(
            cycle=cycle,
            unit=unit,
            criteria_set=criteria_set,
            origin=Origin.HISTORY,
            state=state,
            unit_name=name or unit.name,
            unit_sort_key=unit.sort_key,
            unit_search_key=unit.search_key,
            kind=unit.kind,
            subtype=unit.subtype,
            managed_at=managed_at(unit),
            province_id=unit.province_id,
            district_id=unit.district_id,
            commune_id=unit.commune_id,
        )
        for unit in units
    )


def managed_at(unit: Unit) -> str:
    if unit.kind == UnitKind.COMMUNE:
        return "district" if unit.district_id else "province"
    return "commune" if unit.commune_id else "district" if unit.district_id else "province"


YEARLY = {"programme": "safety", "year": None, "kind": "", "ranh_gioi": "then"}


def make_world():
    tree = make_tree("A")
    for year in (2019, 2020):
        cycle = make_cycle(tree.province, year)
        make_files(cycle, tree.areas[:5], State.RECOGNISED)
        make_files(cycle, [*tree.areas[5:], *tree.communes, *tree.organisations], State.REGISTERED)
    tree.staff = make_user(Role.STAFF, tree.province)
    return tree


def once() -> dict:
    return {"once": new_token()}
