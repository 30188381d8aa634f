"""What a reorganisation does to files: who acts on them afterwards; nothing of their snapshot ever changes."""

from collections.abc import Iterable, Mapping

from django.db.models import BigIntegerField, Case, F, Max, OuterRef, Q, QuerySet, Subquery, Value, When

from portal.core.errors import Refused
from units.enums import OpenFiles
from units.models import Unit, User
from units.reforms import Plan, Ref, Waiting, ends, final_heir

from . import workflow
from .enums import FINAL, CycleStatus, State
from .models import ACTING, Cycle, Evaluation, Event

BATCH = 200


class Files:
    """Files under way of ended units, or acted on by ended units: the heirs take over (see units.services.reforms)."""

    name = "evaluations"

    def problems(self, made: Plan) -> Iterable[str]:
        """Sittings and decisions under way at an ended place must be finished there first."""
        closed = ends(made)
        held = _open().filter(state__in=(State.TABLED, State.PROPOSED))
        many = held.filter(Q(unit__in=closed) | Q(decision_unit__in=closed)).count()
        if many:
            yield (
                f"Còn {many} hồ sơ đang ở phiên họp hoặc chờ quyết định tại nơi kết thúc hoạt động. "
                "Hãy kết thúc phiên họp và phát hành quyết định trước."
            )
        without = {pk: None for pk in closed if final_heir(made, pk) is None}
        if without:
            held = _open().filter(Q(unit__in=without) | _acted_on_at(without)).values_list("pk", "unit")
            stop = OpenFiles.CLOSE
            if many := sum(not (unit in without and _end(made, pk) == stop) for pk, unit in held):
                yield (
                    f"Còn {many} hồ sơ đang làm mà đơn vị hoặc nơi xử lý kết thúc, không có nơi kế thừa. "
                    "Hãy chọn nơi kế thừa, hoặc dừng xét các hồ sơ đó."
                )

    def waiting(self, made: Plan) -> list[Waiting]:
        """Files under way of ended units; two queries."""
        rows = _open().filter(unit__in=ends(made)).select_related("cycle__programme").order_by("unit_sort_key", "pk")
        found = []
        for file in rows:
            heir = final_heir(made, file.unit_id)
            named = made.after[heir].name if heir is not None else ""
            state = file.get_state_display()
            found.append(Waiting(file.pk, str(file.cycle), file.unit_name, state, named, _end(made, file.pk)))
        return found

    def apply(self, made: Plan, ids: Mapping[Ref, int], by: User | None) -> dict:
        """Heirs act from now on; files of ended units go on, are carried over, or stop with the reason."""
        heirs = {pk: ids[heir] for pk in ends(made) if (heir := final_heir(made, pk)) is not None}
        moved = _open().filter(_acted_on_at(heirs))
        kept = [list(row) for row in moved.values_list("pk", *(f"{column}_id" for column in ACTING))]
        olds = list(heirs)
        for column in ACTING:
            for start in range(0, len(olds), BATCH):
                some = olds[start : start + BATCH]
                _open().filter(**{f"{column}__in": some}).update(
                    **{
                        column: Case(
                            *(When(**{column: old}, then=Value(heirs[old], BigIntegerField())) for old in some),
                            default=F(column),
                            output_field=BigIntegerField(),
                        )
                    }
                )
        files = list(_open().filter(unit__in=ends(made)).select_related("cycle"))
        carry = [file for file in files if _end(made, file.pk) == OpenFiles.CARRY]
        close = [file for file in files if _end(made, file.pk) == OpenFiles.CLOSE]
        carried = self._carry(carry, heirs)
        comment = f"Đơn vị kết thúc hoạt động theo {made.reform.number}."
        stopped = []
        for some, more in ((carry, " Việc xét chuyển sang đơn vị kế thừa."), (close, "")):
            before = workflow.follow_reform(
                [file.pk for file in some], State.WITHDRAWN, label="Dừng do sắp xếp", by=by, comment=comment + more
            )
            stopped += [[file.pk, file.state] for file in before]
        provinces = [final_heir(made, one.pk) for one in made.reform.provinces.all()]
        return {
            "acting": kept,
            "stopped": stopped,
            "carried": carried,
            "cycles": Cycle.objects.aggregate(last=Max("pk"))["last"] or 0,
            "provinces": [ids[one] for one in provinces if one is not None],
            "day": made.reform.effective_on.isoformat(),
        }

    def _carry(self, files: list[Evaluation], heirs: Mapping[int, int]) -> list[int]:
        """A file for each successor that has none in the cycle, expected anew with the old one's set and route."""
        wanted = {}
        for file in files:
            if file.unit_id in heirs:
                wanted.setdefault((file.cycle_id, heirs[file.unit_id]), file)
        held = set(
            Evaluation.objects.filter(
                cycle__in={cycle for cycle, _ in wanted}, unit__in={unit for _, unit in wanted}
            ).values_list("cycle_id", "unit_id")
        )
        units = Unit.objects.in_bulk([unit for _, unit in wanted])
        new = []
        for (cycle, pk), file in wanted.items():
            if (cycle, pk) in held:
                continue
            unit = units[pk]
            new.append(
                Evaluation(
                    cycle_id=cycle,
                    unit=unit,
                    criteria_set_id=file.criteria_set_id,
                    route_id=file.route_id,
                    unit_name=unit.name,
                    unit_sort_key=unit.sort_key,
                    unit_search_key=unit.search_key,
                    kind=unit.kind,
                    subtype=unit.subtype,
                    managed_at=file.managed_at,
                    **{f"{level}_id": place for level, place in unit.ancestor_ids.items()},
                    stands_in_id=unit.stands_in_id,
                    delegated_to_id=heirs.get(file.delegated_to_id, file.delegated_to_id),
                    entry_unit_id=heirs.get(file.entry_unit_id, file.entry_unit_id),
                    appraisal_unit_id=heirs.get(file.appraisal_unit_id, file.appraisal_unit_id),
                    decision_unit_id=heirs.get(file.decision_unit_id, file.decision_unit_id),
                )
            )
        return [row.pk for row in Evaluation.objects.bulk_create(new, batch_size=BATCH)]

    def undo(self, kept: dict | None) -> None:
        """Give the files under way back to those who acted before, and bring back the ones that stopped.

        What became final since, what somebody has moved by hand and what lies in a locked year stays as it is.
        Raises Refused when a year was opened since on the tree as it is now.
        """
        if not kept:
            return
        since = Cycle.objects.filter(province__province__in=kept["provinces"], pk__gt=kept["cycles"])
        if newer := since.filter(as_of__gte=kept["day"]).select_related("programme").first():
            raise Refused(
                f"“{newer}” được mở sau khi áp dụng phương án, theo cây đơn vị mới, nên không hoàn tác được nữa."
            )
        year_open = Q(cycle__status=CycleStatus.OPEN)
        last = Event.objects.filter(evaluation=OuterRef("pk")).order_by("-at", "-pk").values("action")[:1]
        stopped: dict[int, str] = dict(kept["stopped"])
        waiting = Evaluation.objects.filter(year_open, pk__in=stopped, state=State.WITHDRAWN).alias(last=Subquery(last))
        states = {pk: stopped[pk] for pk in waiting.filter(last="reform").values_list("pk", flat=True)}
        workflow.follow_reform(
            states, states, label="Hoàn tác sắp xếp", by=None, comment="Phương án sắp xếp đã được hoàn tác."
        )
        acting = {pk: places for pk, *places in kept["acting"]}
        rows = [
            Evaluation(pk=pk, **{f"{column}_id": place for column, place in zip(ACTING, acting[pk], strict=True)})
            for pk in _open().filter(pk__in=acting).values_list("pk", flat=True)
        ]
        Evaluation.objects.bulk_update(rows, ACTING, batch_size=BATCH)
        new = Evaluation.objects.filter(year_open, pk__in=kept["carried"], state=State.EXPECTED, events=None)
        Evaluation.objects.filter(pk__in=list(new.values_list("pk", flat=True))).delete()


def _open() -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(cycle__status=CycleStatus.OPEN).exclude(state__in=FINAL)


def _acted_on_at(heirs: Iterable[int]) -> Q:
    acted = Q(pk__in=[])
    for column in ACTING:
        acted |= Q(**{f"{column}__in": list(heirs)})
    return acted


def _end(made: Plan, pk: int) -> str:
    """The end chosen for the file, else the reorganisation's."""
    return made.reform.ends.get(str(pk), made.reform.open_files)
