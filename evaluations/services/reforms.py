"""What a reorganisation does to dossiers: who acts on them afterwards; nothing of their snapshot ever changes."""

from collections.abc import Iterable, Mapping

from django.db.models import Max, Q, QuerySet

from portal.core.errors import Refused
from units.enums import OpenFiles
from units.models import Unit, User
from units.reforms import Plan, Ref, UnderWay, ends, final_heir

from .. import workflow
from ..enums import UNDER_WAY, Action, CycleStatus, State
from ..models import ACTING, Cycle, Evaluation, Sitting
from .roster import RosterUnit, roster_row

BATCH = 200


class DossiersFollow:
    """Dossiers under way of ended units, or acted on by ended units: the heirs take over (see units.reforms)."""

    name = "evaluations"

    def problems(self, plan: Plan) -> Iterable[str]:
        """Sittings and decisions under way at an ended place must be finished there first."""
        closed = ends(plan)
        deciding = _open().filter(state__in=(State.TABLED, State.PROPOSED))
        many = deciding.filter(Q(unit__in=closed) | Q(decision_unit__in=closed)).count()
        if many:
            yield (
                f"Còn {many} hồ sơ đang ở phiên họp hoặc chờ quyết định tại nơi kết thúc hoạt động. "
                "Hãy kết thúc phiên họp và phát hành quyết định trước."
            )
        if many := _left_alone(plan, {pk for pk in closed if final_heir(plan, pk) is None}):
            yield (
                f"Còn {many} hồ sơ đang làm mà đơn vị hoặc nơi xử lý kết thúc, không có nơi kế thừa. "
                "Hãy chọn nơi kế thừa, hoặc dừng xét các hồ sơ đó."
            )

    def warnings(self, plan: Plan) -> Iterable[str]:
        """Sittings still open at places that end: afterwards nobody of the place is there to close them."""
        open_ones = Sitting.objects.filter(closed_at=None, committee__unit__in=ends(plan))
        for sitting in open_ones.select_related("committee__unit").order_by("held_on", "pk"):
            yield (
                f"{sitting} của {sitting.committee.name} ({sitting.committee.unit.name}) chưa kết thúc. Hãy kết thúc "
                "hoặc xoá phiên họp trước khi áp dụng."
            )

    def waiting(self, plan: Plan) -> list[UnderWay]:
        """Dossiers under way of ended units; two queries."""
        rows = _open().filter(unit__in=ends(plan)).select_related("cycle__programme").order_by("unit_sort_key", "pk")
        found = []
        for dossier in rows:
            heir = final_heir(plan, dossier.unit_id)
            named = plan.after[heir].name if heir is not None else ""
            state, end = dossier.get_state_display(), _end(plan, dossier.pk)
            found.append(UnderWay(dossier.pk, str(dossier.cycle), dossier.unit_name, state, named, end))
        return found

    def apply(self, plan: Plan, ids: Mapping[Ref, int], by: User | None) -> dict:
        """Heirs act from now on; dossiers of ended units go on, are carried over, or stop with the reason."""
        heirs = {pk: ids[heir] for pk in ends(plan) if (heir := final_heir(plan, pk)) is not None}
        acting = _open().filter(_acted_on_at(heirs)).values_list("pk", *(f"{column}_id" for column in ACTING))
        before = [list(row) for row in acting]
        workflow.reassign(_open(), heirs)
        ended = list(_open().filter(unit__in=ends(plan)).select_related("cycle"))
        carry = [dossier for dossier in ended if _end(plan, dossier.pk) == OpenFiles.CARRY]
        close = [dossier for dossier in ended if _end(plan, dossier.pk) == OpenFiles.CLOSE]
        carried = self._carry(carry, heirs)
        comment = f"Đơn vị kết thúc hoạt động theo {plan.reform.number}."
        stopped: list[list] = []
        for some, more in ((carry, " Việc xét chuyển sang đơn vị kế thừa."), (close, "")):
            moved = workflow.advance_many(
                [dossier.pk for dossier in some], Action.REFORM, by=by, comment=comment + more
            )
            stopped += [[pk, state] for pk, state in moved.before.items()]
        provinces = [final_heir(plan, one.pk) for one in plan.reform.provinces.all()]
        return {
            "acting": before,
            "stopped": stopped,
            "carried": carried,
            "cycles": Cycle.objects.aggregate(last=Max("pk"))["last"] or 0,
            "provinces": [ids[one] for one in provinces if one is not None],
            "day": plan.reform.effective_on.isoformat(),
        }

    def _carry(self, dossiers: list[Evaluation], heirs: Mapping[int, int]) -> list[int]:
        """A dossier for each successor that has none in the cycle, expected anew with the old one's set and route."""
        wanted: dict[tuple[int, int], Evaluation] = {}
        for dossier in dossiers:
            if dossier.unit_id in heirs:
                wanted.setdefault((dossier.cycle_id, heirs[dossier.unit_id]), dossier)
        held = set(
            Evaluation.objects.filter(
                cycle__in={cycle for cycle, _ in wanted}, unit__in={unit for _, unit in wanted}
            ).values_list("cycle_id", "unit_id")
        )
        units = Unit.objects.in_bulk([unit for _, unit in wanted])
        new = []
        for (cycle, pk), dossier in wanted.items():
            if (cycle, pk) in held:
                continue
            unit = RosterUnit.of_today(units[pk], dossier.managed_at)
            row = roster_row(cycle, unit, dossier.criteria_set_id, route_id=dossier.route_id)
            for column in ACTING:
                setattr(row, f"{column}_id", getattr(dossier, f"{column}_id"))
            row.delegated_to_id = heirs.get(dossier.delegated_to_id or 0, dossier.delegated_to_id)
            new.append(row)
        workflow.pass_to_heirs(new, heirs)
        return [row.pk for row in Evaluation.objects.bulk_create(new, batch_size=BATCH)]

    def check_undo(self, before: dict | None) -> None:
        """Raises Refused when a year was opened since on the tree as it is now."""
        if not before:
            return
        since = Cycle.objects.filter(province__province__in=before["provinces"], pk__gt=before["cycles"])
        if newer := since.filter(as_of__gte=before["day"]).select_related("programme").first():
            raise Refused(
                f"“{newer}” được mở sau khi áp dụng phương án, theo cây đơn vị mới, nên không hoàn tác được nữa."
            )

    def undo(self, before: dict | None) -> None:
        """Give the dossiers under way back to those who acted before, and bring back the ones that stopped.

        What became final since, what somebody has moved by hand and what lies in a locked year stays as it is.
        """
        if not before:
            return
        self.check_undo(before)
        year_open = Q(cycle__status=CycleStatus.OPEN)
        stopped: dict[int, str] = dict(before["stopped"])
        waiting = Evaluation.objects.filter(year_open, pk__in=stopped, state=State.EXCLUDED).with_last_action()
        states = {pk: stopped[pk] for pk in waiting.filter(last_action=Action.REFORM).values_list("pk", flat=True)}
        workflow.advance_many(
            states,
            Action.REFORM_UNDONE,
            by=None,
            comment="Phương án sắp xếp đã được hoàn tác.",
            targets=states,
        )
        acting = {pk: places for pk, *places in before["acting"]}
        rows = [
            Evaluation(pk=pk, **{f"{column}_id": place for column, place in zip(ACTING, acting[pk], strict=True)})
            for pk in _open().filter(pk__in=acting).values_list("pk", flat=True)
        ]
        Evaluation.objects.bulk_update(rows, ACTING, batch_size=BATCH)
        new = Evaluation.objects.filter(year_open, pk__in=before["carried"], state=State.EXPECTED, events=None)
        Evaluation.objects.filter(pk__in=list(new.values_list("pk", flat=True))).delete()


def _open() -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(cycle__status=CycleStatus.OPEN, state__in=UNDER_WAY)


def _acted_on_at(heirs: Iterable[int]) -> Q:
    acted = Q(pk__in=[])
    for column in ACTING:
        acted |= Q(**{f"{column}__in": list(heirs)})
    return acted


def _left_alone(plan: Plan, without_heir: set[int]) -> int:
    """How many dossiers under way lose their unit or acting place to nobody, and are not to stop with it."""
    if not without_heir:
        return 0
    lost = Q(unit__in=without_heir) | _acted_on_at(without_heir)
    rows = _open().filter(lost).values_list("pk", "unit")
    return sum(unit not in without_heir or _end(plan, pk) != OpenFiles.CLOSE for pk, unit in rows)


def _end(plan: Plan, pk: int) -> str:
    """The end chosen for the dossier, else the reorganisation's."""
    return plan.reform.ends.get(str(pk), plan.reform.open_files)
