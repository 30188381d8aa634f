"""What a paper must say of its figures: in which boundaries, from which sources, and what they are not."""

from django.db.models import Count

from evaluations.enums import CycleStatus
from evaluations.models import Evaluation
from evaluations.queries.scopes import own_years
from portal.core.enums import EXAMPLE_WORDS
from portal.core.vietnamese.figures import grouped
from units.names import in_sentence

from ..datasets import Boundaries, Scope, Years, divided
from ..datasets.boundaries import of_place

DEMO_NOTE = "Báo cáo có số liệu mẫu, không dùng để chỉ đạo, điều hành."
EXAMPLE_YEARS = f"Có năm theo bộ tiêu chí {EXAMPLE_WORDS}"
TODAY_SUBJECT = " (tính theo ranh giới hiện nay)"
TODAY_NOTE = (
    "tính theo ranh giới hiện nay: hồ sơ của đơn vị đã kết thúc hoạt động được tính vào nơi kế thừa, mỗi hồ sơ một lần."
)

GRADED_NOTE = "Đơn vị xếp loại thấp nhất được tính vào cột “Chưa đạt”, không tính là được công nhận."
BASE_NOTE = (
    "Tổng số gồm cả đơn vị nơi quản lý tự đưa ra khỏi diện xét; không gồm đơn vị được cấp trên đồng ý đưa ra khỏi diện "
    "tính hoặc kết thúc hoạt động do sắp xếp."
)


def mark_of(scope: Scope) -> str:
    """What every page of a paper about the year says when no law stands behind its criteria."""
    return f"Theo bộ tiêu chí {EXAMPLE_WORDS}" if any(cycle.is_example for cycle in scope.cycles) else ""


def notes_of(scope: Scope, kind: str | None = None) -> tuple[str, ...]:
    notes = []
    if any(cycle.is_demo for cycle in scope.cycles):
        notes.append(DEMO_NOTE)
    if any(cycle.status == CycleStatus.OPEN for cycle in scope.cycles):
        notes.append("Kỳ đánh giá đang thực hiện; số liệu tính đến khi in báo cáo.")
    if late := scope.dossiers(kind).filter(added_on__isnull=False).count():
        notes.append(f"Trong đó {grouped(late)} đơn vị được bổ sung sau khi chốt danh sách.")
    notes += [f"Nguồn: {source}." for source in dict.fromkeys(cycle.source for cycle in scope.cycles) if source]
    return (*notes, *boundary_notes(scope, kind))


def own_notes(scope: Scope, kind: str | None = None) -> list[str]:
    """What stands in the own years of places, which a total of the province's year leaves out."""
    if scope.cycle.place_id:
        name = in_sentence(scope.cycle.place_name)
        return [f"Kỳ riêng của {name}, theo bộ tiêu chí riêng; không cộng vào số liệu kỳ của tỉnh."]
    apart = own_years(scope.cycle)
    if not apart:
        return []
    dossiers = of_place(Evaluation.objects.filter(cycle__in=apart), scope.place, scope.boundaries)
    rows = dossiers.filter(kind=kind) if kind else dossiers
    many = dict(rows.order_by().values_list("cycle").annotate(number=Count("pk")))
    return [
        f"Không gồm {grouped(many[one.pk])} đơn vị xét trong kỳ riêng của {in_sentence(one.place_name)}."
        for one in apart
        if one.pk in many
    ]


def boundary_notes(scope: Scope, kind: str | None = None) -> list[str]:
    """Which boundaries and base the year is counted in, and what that did to dossiers of divided units."""
    base = [*own_notes(scope, kind), BASE_NOTE, *([GRADED_NOTE] if scope.has_grades else [])]
    if not scope.is_today:
        return [f"Tên gọi, ranh giới theo ngày chốt danh sách đơn vị {scope.cycle.as_of:%d/%m/%Y}.", *base]
    notes = [f"Số liệu {TODAY_NOTE}", *base]
    held = set(scope.dossiers(kind).order_by().values_list("cycle", flat=True).distinct())
    if held and held != {scope.cycle.pk}:
        names = ", ".join(in_sentence(cycle.province.name) for cycle in scope.cycles if cycle.pk in held)
        notes.append(f"Lấy từ các kỳ đánh giá năm {scope.cycle.year} của {names}.")
    return notes + _divided_note(divided(scope.dossiers(kind), scope.place))


def years_notes(years: Years) -> list[str]:
    """The same for a table of several years."""
    own = [
        f"Không gồm kỳ riêng của {in_sentence(name)} ({', '.join(map(str, held))})."
        for name, held in years.apart.items()
    ]
    if any(row.is_mixed for row in years.rows):
        own.append("Bảng các năm gồm cả đơn vị xét trong kỳ riêng và trong kỳ của tỉnh, mỗi đơn vị một lần.")
    if years.boundaries != Boundaries.TODAY:
        return ["Mỗi năm tính theo ranh giới của năm đó.", *own]
    dossiers = Evaluation.objects.filter(cycle__in=[pk for row in years.rows for pk in row.cycle_ids])
    dossiers = of_place(dossiers, years.place, years.boundaries)
    if years.kind:
        dossiers = dossiers.filter(kind=years.kind)
    return [f"Mọi năm đều {TODAY_NOTE}", *own, *_divided_note(divided(dossiers, years.place))]


def _divided_note(many: int) -> list[str]:
    if not many:
        return []
    return [f"Có {grouped(many)} hồ sơ của đơn vị bị chia tách sau đó được tính trọn vào nơi nhận phần chính."]
