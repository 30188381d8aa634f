"""What bars units from awards in a province: the one door that turns the switches."""

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from criteria.enums import Bar, RuleAct, SetStatus
from criteria.models import AwardBar, LegalDocument, Programme, RuleEvent
from criteria.packs.content import digest
from criteria.packs.rules import content_of_bar, rule_differences
from criteria.queries import graded_programmes
from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.vietnamese import text
from units.models import Unit, User

from .. import permissions
from ..enums import CycleStatus
from ..models import Cycle

FIRST, LAST = 2008, 2100


@transaction.atomic
def set_bar(
    province: Unit,
    bar: str,
    programme: Programme,
    *,
    first_year: int,
    ground: str,
    by: User | None,
    last_year: int | None = None,
    document: LegalDocument | None = None,
) -> AwardBar:
    """Switch a bar on from a year; `by` None stands for the operator at the command line.

    Raises Refused: not allowed, no ground, the weakest grade of a programme without grades, on in some of these years.
    """
    _refuse_unless_allowed(by, province)
    asked = AwardBar(
        province=province,
        bar=bar,
        programme=programme,
        first_year=first_year,
        last_year=last_year,
        ground=text.clean(ground),
        document=document,
        set_by=by,
    )
    _refuse_unless_sound(asked)
    _keep(asked)
    RuleEvent.objects.create(bar=asked, act=RuleAct.PUBLISHED, what=asked.ground, by=by)
    return asked


@transaction.atomic
def correct_bar(bar: AwardBar, facts: dict, *, seen: str, by: User) -> AwardBar:
    """Correct a draft, or a bar no locked year leans on yet; `facts` are fields by name, `seen` the hash of the page's.

    What a locked year was judged by never moves: such a bar is ended and the next one set. Raises Refused.
    """
    held = _locked(bar, by)
    before = content_of_bar(held)
    _refuse_unless_seen(before, seen)
    if not held.is_draft:
        _refuse_if_leaned_on(held)
    for name, value in facts.items():
        setattr(held, name, text.clean(value) if isinstance(value, str) else value)
    _refuse_unless_sound(held)
    if not held.is_draft:
        _refuse_if_leaned_on(held)
    _keep(held)
    if lines := rule_differences(before, content_of_bar(held)):
        RuleEvent.objects.create(bar=held, act=RuleAct.CHANGED, what="\n".join(lines), by=by)
    return held


@transaction.atomic
def publish_bar(bar: AwardBar, *, seen: str, by: User) -> AwardBar:
    """Let a draft out of a file bar from its first year on. Raises Refused as `set_bar` does."""
    held = _locked(bar, by)
    _refuse_unless_seen(content_of_bar(held), seen)
    if not held.is_draft:
        raise Refused(f"“{held}” không còn là bản thảo.")
    held.status = SetStatus.PUBLISHED
    _refuse_unless_sound(held)
    _keep(held)
    RuleEvent.objects.create(bar=held, act=RuleAct.PUBLISHED, what=held.ground, by=by)
    return held


@transaction.atomic
def drop_bar(bar: AwardBar, *, seen: str, by: User) -> None:
    """Throw a draft away. Raises Refused once it bars, or changed since it was seen."""
    held = _locked(bar, by)
    _refuse_unless_seen(content_of_bar(held), seen)
    if not held.is_draft:
        raise Refused(f"“{held}” đã áp dụng nên không bỏ được. Hãy cho thôi áp dụng sau một năm.")
    held.delete()


@transaction.atomic
def end_bar(bar: AwardBar, *, last_year: int, by: User) -> AwardBar:
    """Switch a bar off after a year; what it barred until then stays barred. Raises Refused."""
    held = _locked(bar, by)
    if held.is_draft:
        raise Refused(f"“{held}” còn là bản thảo. Hãy sửa hoặc bỏ bản thảo.")
    if held.last_year is not None:
        raise Refused(f"“{held}” đã thôi áp dụng từ sau năm {held.last_year}.")
    _refuse_unless_year(last_year)
    if last_year < held.first_year:
        raise Refused(f"“{held}” áp dụng từ năm {held.first_year} nên năm cuối không thể là {last_year}.")
    held.last_year = last_year
    held.save(update_fields=["last_year"])
    RuleEvent.objects.create(bar=held, act=RuleAct.ENDED, what=f"hết năm {last_year}", by=by)
    return held


def is_leaned_on(bar: AwardBar) -> bool:
    """Whether a year the bar holds in was locked in its province: who was barred then stays as it was told."""
    return _leaning(bar).exists()


def _leaning(bar: AwardBar) -> QuerySet[Cycle]:
    years = Q(year__gte=bar.first_year) & (Q(year__lte=bar.last_year) if bar.last_year else Q())
    closed = Cycle.objects.standing().filter(
        years, province=bar.province, programme=bar.programme, status=CycleStatus.CLOSED
    )
    return closed.order_by("-year")


def _refuse_if_leaned_on(bar: AwardBar) -> None:
    locked = _leaning(bar).first()
    if locked:
        raise Refused(
            f"Năm {locked.year} của “{bar.programme}” đã khoá với điều kiện này nên không sửa được. "
            "Hãy cho thôi áp dụng sau một năm rồi đặt điều kiện kế tiếp."
        )


def _locked(bar: AwardBar, by: User | None) -> AwardBar:
    """The bar under lock. Raises Refused where it is gone or the person may not turn it."""
    held = lock_row(AwardBar.objects.select_related("province", "programme", "document"), bar.pk)
    _refuse_unless_allowed(by, held.province)
    return held


def _keep(bar: AwardBar) -> None:
    try:
        with transaction.atomic():
            bar.save()
    except IntegrityError:
        raise Refused(f"“{bar}” vừa được người khác đặt. Hãy tải lại trang để xem.") from None


def _refuse_unless_seen(content: dict, seen: str) -> None:
    if seen != digest(content):
        raise Refused("Điều kiện này vừa được người khác sửa. Hãy tải lại trang để xem rồi làm lại.")


def _refuse_unless_allowed(by: User | None, province: Unit) -> None:
    if by is not None and not permissions.may_bar_awards(by, province):
        raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị của tỉnh được đặt điều kiện không xét khen thưởng.")


def _refuse_unless_sound(bar: AwardBar) -> None:
    """Raises Refused for what no bar may be; a draft may still meet another one's years."""
    if not bar.ground:
        raise Refused("Hãy ghi căn cứ: số, ngày văn bản của tỉnh và điều, mục quy định việc không xét khen thưởng.")
    _refuse_unless_year(bar.first_year)
    if bar.last_year is not None:
        _refuse_unless_year(bar.last_year)
        if bar.last_year < bar.first_year:
            raise Refused(f"Năm cuối {bar.last_year} đứng trước năm đầu {bar.first_year}. Hãy sửa lại.")
    if bar.is_draft:
        return
    _refuse_unless_graded(bar.province, bar.bar, bar.programme)
    same = AwardBar.objects.published().filter(province=bar.province, bar=bar.bar, programme=bar.programme)
    ahead = Q() if bar.last_year is None else Q(first_year__lte=bar.last_year)
    meets = same.exclude(pk=bar.pk).filter(ahead, Q(last_year=None) | Q(last_year__gte=bar.first_year))
    if before := meets.order_by("-first_year").first():
        until = f"đến hết năm {before.last_year}" if before.last_year else "và đang áp dụng"
        raise Refused(
            f"“{bar}” đã đặt từ năm {before.first_year} {until}. Hãy thôi áp dụng trước, hoặc chọn năm sau đó."
        )


def _refuse_unless_year(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise Refused(f"Năm {year} không hợp lệ. Hãy nhập năm từ {FIRST} đến {LAST}.")


def _refuse_unless_graded(province: Unit, bar: str, programme: Programme) -> None:
    """Only where a published set gives grades is there a weakest one."""
    if bar != Bar.WEAKEST:
        return
    graded = list(graded_programmes(province))
    if programme not in graded:
        remedy = (
            f"Hãy chọn chương trình có xếp loại: {'; '.join(map(str, graded))}."
            if graded
            else "Hãy ban hành bộ tiêu chí có xếp loại trước."
        )
        raise Refused(
            f"Chương trình “{programme}” chưa có bộ tiêu chí xếp loại đã ban hành nên không có loại thấp nhất. {remedy}"
        )
