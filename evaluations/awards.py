"""What bars units from awards in a province: the switches, the one door that turns them, and whom they bar."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact

from criteria.enums import Bar
from criteria.models import AwardBar, Grade, Programme
from criteria.queries import graded_programmes
from portal.core.errors import Refused
from units import text
from units.models import Unit, User

from . import permissions
from .enums import NOT_MET, CycleStatus, State
from .models import Evaluation

FIRST, LAST = 2008, 2100


@transaction.atomic
def set_bar(
    province: Unit, bar: str, programme: Programme, *, first_year: int, ground: str, by: User | None
) -> AwardBar:
    """Switch a bar on from a year; `by` None stands for the operator at the command line.

    Raises Refused: not allowed, no ground, the weakest grade of a programme without grades, on in some of these years.
    """
    _refuse_unless_allowed(by, province)
    ground = text.clean(ground)
    if not ground:
        raise Refused("Hãy ghi căn cứ: số, ngày văn bản của tỉnh và điều, mục quy định việc không xét khen thưởng.")
    _refuse_unless_year(first_year)
    _refuse_unless_graded(province, bar, programme)
    asked = AwardBar(province=province, bar=bar, programme=programme, first_year=first_year, ground=ground, set_by=by)
    same = AwardBar.objects.filter(province=province, bar=bar, programme=programme)
    before = same.order_by("-first_year").first()
    if before and (before.last_year is None or before.last_year >= first_year):
        until = f"đến hết năm {before.last_year}" if before.last_year else "và đang áp dụng"
        raise Refused(
            f"“{asked}” đã đặt từ năm {before.first_year} {until}. Hãy thôi áp dụng trước, hoặc chọn năm sau đó."
        )
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:
        raise Refused(f"“{asked}” vừa được người khác đặt. Hãy tải lại trang để xem.") from None
    return asked


@transaction.atomic
def end_bar(bar: AwardBar, *, last_year: int, by: User) -> AwardBar:
    """Switch a bar off after a year; what it barred until then stays barred. Raises Refused."""
    held = AwardBar.objects.select_for_update(of=("self",)).select_related("province", "programme").get(pk=bar.pk)
    _refuse_unless_allowed(by, held.province)
    if held.last_year is not None:
        raise Refused(f"“{held}” đã thôi áp dụng từ sau năm {held.last_year}.")
    _refuse_unless_year(last_year)
    if last_year < held.first_year:
        raise Refused(f"“{held}” áp dụng từ năm {held.first_year} nên năm cuối không thể là {last_year}.")
    held.last_year = last_year
    held.save(update_fields=["last_year"])
    return held


def _refuse_unless_allowed(by: User | None, province: Unit) -> None:
    if by is not None and not permissions.may_bar_awards(by, province):
        raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị của tỉnh được đặt điều kiện không xét khen thưởng.")


def _refuse_unless_year(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise Refused(f"Năm {year} không hợp lệ. Hãy nhập năm từ {FIRST} đến {LAST}.")


def _refuse_unless_graded(province: Unit, bar: str, programme: Programme) -> None:
    """Only where a published set gives grades is there a weakest one."""
    if bar != Bar.WEAKEST:
        return
    graded = list(graded_programmes(province.code))
    if programme not in graded:
        remedy = (
            f"Hãy chọn chương trình có xếp loại: {'; '.join(map(str, graded))}."
            if graded
            else "Hãy ban hành bộ tiêu chí có xếp loại trước."
        )
        raise Refused(
            f"Chương trình “{programme}” chưa có bộ tiêu chí xếp loại đã ban hành nên không có loại thấp nhất. {remedy}"
        )


# --- whom they bar -----------------------------------------------------------------------------------------------


GROUNDS = {Bar.UNMET: "is_unmet", Bar.WEAKEST: "is_weakest"}


def barring(files: QuerySet[Evaluation], bars: Iterable[AwardBar], year: int) -> QuerySet[Evaluation]:
    """Files of the year that bar their unit from awards by the bars given, with `is_unmet` and `is_weakest`.

    Unmet: the unit's file of the bar's programme was not met, revoked or taken out of the year, or the year was locked
    without its recognition; a candidate nobody selected is none. Weakest: graded in the bar's programme with the last
    rank of its criteria set.
    """
    unselected = Q(criteria_set__by_selection=True, state=State.EXPECTED)
    left = Q(cycle__status=CycleStatus.CLOSED) & ~Q(state=State.RECOGNISED) & ~unselected
    lost = Q(state__in=(*NOT_MET, State.WITHDRAWN)) | left
    weaker = Grade.objects.filter(criteria_set=OuterRef("criteria_set"), rank__gt=OuterRef("grade__rank"))
    last = Q(grade__isnull=False, state__in=(State.RECOGNISED, State.DECLINED)) & ~Exists(weaker)
    told = files.filter(cycle__year=year).annotate(is_unmet=_yes(lost), is_weakest=_yes(last))
    meant = Q(pk__in=[])
    for bar in bars:
        meant |= Q(Exact(F(GROUNDS[Bar(bar.bar)]), True), province=bar.province_id, cycle__programme=bar.programme_id)
    return told.filter(meant)


def _yes(condition: Q | Combinable) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def barred(unit_ids: Iterable[int], year: int) -> dict[int, list[str]]:
    """Why each of the units is not considered for awards for the year, a sentence a ground; two queries.

    Units that nothing bars are left out. A unit's file counts by the bars of the province it lay in that year.
    """
    bars = list(AwardBar.objects.in_year(year))
    if not bars:
        return {}
    files = barring(Evaluation.objects.filter(unit__in=list(unit_ids)), bars, year)
    found: dict[int, list[str]] = {}
    for file in files.select_related("cycle__programme", "grade").order_by("cycle__programme__code", "pk"):
        for bar in bars:
            held = (bar.province_id, bar.programme_id) == (file.province_id, file.cycle.programme_id)
            if held and getattr(file, GROUNDS[Bar(bar.bar)]):
                found.setdefault(file.unit_id, []).append(_sentence(file, bar))
    return found


def _sentence(file: Evaluation, bar: AwardBar) -> str:
    if bar.bar == Bar.WEAKEST:
        why = f"xếp loại {file.grade}, là loại thấp nhất"
    else:
        why = f"không đạt ({file.get_state_display()})"
    return f"Không xét khen thưởng: {file.cycle} {why}. Căn cứ: {bar.ground}."
