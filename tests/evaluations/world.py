"""A safety year open over a small province, with everybody who has a part in it."""

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from criteria.models import Criterion
from criteria.queries import specs_of
from evaluations import services
from evaluations.enums import Ballot, State
from evaluations.models import Answer, Cycle, Evaluation, Evidence, Recognition
from evaluations.services.answers import columns
from units.enums import Role, Subtype, UnitKind
from units.models import Unit, User

from ..units.factories import make_committee, make_tree, make_units, make_user
from .factories import BAD, GOOD, answered, dossier_of, hold_sitting, open_year, published_sets, recognise


@dataclass
class World:
    """The tree, its people, the open year. `commune` enters and judges its areas; `district` judges the commune."""

    tree: SimpleNamespace
    cycle: Cycle
    commune: Unit
    district: Unit
    officer: User
    leader: User
    sister: User  # the officer of the next commune
    staff: User
    inspector: User
    council: SimpleNamespace  # the commune's committee: chair, standing, member
    district_council: SimpleNamespace

    def forget(self) -> None:
        """Let everybody read their placements anew, as a new request does."""
        for user in (self.officer, self.leader, self.sister, self.staff, self.inspector, *self.people):
            user.__dict__.pop("_placements", None)

    @property
    def people(self) -> list[User]:
        return [*self.council.people, *self.district_council.people]

    @property
    def chair(self) -> User:
        return self.council.people[0]

    @property
    def standing(self) -> User:
        return self.council.people[1]

    @property
    def area(self) -> Evaluation:
        return dossier_of(self.cycle, self.tree.areas[0])

    @property
    def areas(self) -> list[Evaluation]:
        """The dossiers of the commune's two areas."""
        return [dossier_of(self.cycle, area) for area in self.tree.areas[:2]]


def open_world() -> World:
    tree = make_tree("A")
    cycle = open_year(tree)
    for criteria_set in published_sets().values():
        specs_of(criteria_set)  # read once a process: no test counts it
    commune, district = tree.communes[0], tree.districts[0]
    return World(
        tree=tree,
        cycle=cycle,
        commune=commune,
        district=district,
        officer=make_user(Role.OFFICER, commune),
        leader=make_user(Role.LEADER, commune),
        sister=make_user(Role.OFFICER, tree.communes[1]),
        staff=make_user(Role.STAFF, tree.province),
        inspector=make_user(Role.INSPECTOR, tree.province),
        council=make_committee(commune),
        district_council=make_committee(district),
    )


def more_dossiers(world: World, names: list[str], **fields) -> list[Evaluation]:
    """Further areas of the commune, expected like the first one but for the fields given; one insert."""
    like = world.area
    areas = make_units(world.commune, UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, names)
    same = ("cycle", "criteria_set", "route", "entry_unit", "appraisal_unit", "decision_unit", "managed_at")
    return Evaluation.objects.bulk_create(
        Evaluation(
            unit=area,
            unit_name=area.name,
            unit_sort_key=area.sort_key,
            unit_search_key=area.search_key,
            kind=area.kind,
            subtype=area.subtype,
            **{f"{level}_id": pk for level, pk in area.ancestor_ids.items()},
            **({name: getattr(like, name) for name in same} | fields),
        )
        for area in areas
    )


def fill(dossiers: list[Evaluation], by: User, *, failing=(), appraised: bool = True) -> None:
    """Every criterion answered on both sides, and proved, in bulk; the codes in `failing` not met."""
    criteria = {
        line.pk: line for line in Criterion.objects.filter(criteria_set__in={f.criteria_set_id for f in dossiers})
    }
    by_set: dict[int, dict[str, Criterion]] = {}
    for line in criteria.values():
        by_set.setdefault(line.criteria_set_id, {})[line.code] = line
    rows = []
    for dossier in dossiers:
        for line in answered(dossier):
            value = (BAD if line.code in failing else GOOD)[line.measure]
            both = columns(value, "own") | (columns(value, "appraised") if appraised else {})
            rows.append(
                Answer(evaluation=dossier, criterion=by_set[dossier.criteria_set_id][line.code], saved_by=by, **both)
            )
    Answer.objects.bulk_create(rows)
    papers = Evidence.objects.bulk_create(
        Evidence(evaluation=dossier, title="Giấy", file_name="a.pdf", sha256="0" * 64, size=1, uploaded_by=by)
        for dossier in dossiers
    )
    proves = Evidence.criteria.through
    proves.objects.bulk_create(
        proves(evidence=paper, criterion=by_set[dossier.criteria_set_id][line.code])
        for dossier, paper in zip(dossiers, papers, strict=True)
        for line in answered(dossier)
        if line.needs_evidence
    )


def put(dossiers: list[Evaluation], state: State, **fields) -> None:
    """The dossiers in a state, past the door: for tests that begin there."""
    Evaluation.objects.filter(pk__in=[dossier.pk for dossier in dossiers]).update(state=state, **fields)
    for dossier in dossiers:
        dossier.refresh_from_db()


def decided(world, more: tuple[str, ...] = ()) -> list[Evaluation]:
    """Two areas recognised, one of them revoked since; one proposed by a sitting whose decision waits; areas of `more`
    names appraised beside them."""
    recognised, revoked, proposed, *_ = dossiers = more_dossiers(world, ["Thôn Được", "Thôn Mất", "Thôn Chờ", *more])
    fill(dossiers, world.officer)
    put(dossiers, State.APPRAISED, submitted_by=world.officer, appraised_by=world.standing)
    recognise(world.council.committee, [recognised, revoked], by=world.standing)
    services.revoke(
        Recognition.objects.get(evaluation=revoked),
        number=2,
        symbol="QĐ-UBND",
        signed_on=date(2024, 12, 2),
        signer="Nguyễn Văn Mẫu",
        reason="Có sai phạm",
        by=world.chair,
    )
    services.close_sitting(
        hold_sitting(world.council.committee, [proposed], by=world.standing, ballot=Ballot.FOR), by=world.chair
    )
    return dossiers
