"""A committee's sitting from its agenda to the decision it leads to."""

import secrets
from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.rows.seen import print_of, refuse_unseen
from portal.core.vietnamese import text
from portal.core.vietnamese.moments import moment_text
from units.enums import MajorityOf
from units.locks import hold_units
from units.models import Committee, Seat, Unit, User, on

from .. import permissions, rules, workflow
from ..enums import TAKEN_BACK_AS, Action, Ballot, Capacity, DecisionKind, Resolution, State
from ..models import AgendaItem, Cycle, Decision, Evaluation, Recognition, Sitting, Vote
from ..queries.signing import body_of, capacities_of
from ..queries.sittings import chair_among, waiting_dossiers

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no letter or digit that is read as another
ATTENDANCE_CHANGED = (
    "Điểm danh, biên bản vừa được ghi lại ở nơi khác nên chưa lưu phần của đồng chí. "
    "Hãy xem phần đang lưu ghi bên dưới; bấm lưu lần nữa thì phần của đồng chí thay cho phần ấy."
)
FARTHEST = timedelta(days=366)  # ahead of today, for a sitting: a year mistyped is found


@transaction.atomic
def create_sitting(
    committee: Committee,
    cycle: Cycle,
    *,
    held_on: date,
    place: str,
    chair: Seat | None,
    secretary: Seat | None,
    by: User,
) -> Sitting:
    """Prepare a sitting of a committee in office on that day, for a year still open. Raises Refused, also for a day
    before the year judged or more than a year ahead."""
    hold_units()  # the committee may be ending with its place
    if not cycle.is_open:
        raise Refused(f"Kỳ đánh giá năm {cycle.year} đã khoá sổ.")
    if not permissions.may_hold_sittings(by, committee.unit):
        raise Refused("Chỉ thường trực Ban Chỉ đạo của cấp này được lập phiên họp.")
    _refuse_day(committee, cycle, held_on)
    return Sitting.objects.create(
        committee=committee, cycle=cycle, held_on=held_on, place=place, chair=chair, secretary=secretary, created_by=by
    )


def _refuse_day(committee: Committee, cycle: Cycle, held_on: date) -> None:
    day = f"{held_on:%d/%m/%Y}"
    if not Committee.objects.filter(on(held_on), pk=committee.pk).exists():
        raise Refused(f"{committee.name} không hoạt động vào ngày {day}.")
    if held_on.year < cycle.year:
        raise Refused(f"Ngày họp {day} trước năm được xét ({cycle.year}). Hãy kiểm tra lại năm.")
    if held_on > timezone.localdate() + FARTHEST:
        raise Refused(f"Ngày họp {day} cách hôm nay quá một năm. Hãy kiểm tra lại năm.")


def _refuse_to_come(day: date) -> None:
    """A paper is signed on a day that has come; a decision dated ahead could not be taken back."""
    if day > timezone.localdate():
        raise Refused(f"Ngày ký {day:%d/%m/%Y} chưa đến. Hãy ghi ngày trên văn bản đã ký.")


@transaction.atomic
def change_sitting(sitting: Sitting, *, held_on: date, place: str, by: User) -> None:
    """Another day or place for a sitting not ended. Who has no seat on that day is no longer present, their votes are
    dropped. Raises Refused as `create_sitting` does."""
    found = _locked(sitting)
    if not permissions.may_prepare(by, found):
        raise Refused("Chỉ thường trực Ban Chỉ đạo được sửa phiên họp.")
    _refuse_day(found.committee, found.cycle, held_on)
    seats = {seat.pk: seat for seat in found.committee.seats.filter(on(held_on)).select_related("user").order_by("pk")}
    found.held_on, found.place = held_on, place
    if found.chair_id not in seats:
        found.chair = chair_among(list(seats.values()), found.committee)
    if found.secretary_id not in seats:
        found.secretary = next((seat for seat in seats.values() if seat.user_id == by.pk), None)
    found.save(update_fields=["held_on", "place", "chair", "secretary"])
    found.present.set(found.present.filter(pk__in=seats))
    Vote.objects.filter(item__sitting=found).exclude(seat__in=seats).delete()


@transaction.atomic
def drop_sitting(sitting: Sitting, *, by: User) -> None:
    """Take away a sitting prepared by mistake. Raises Refused once it has ended or while dossiers are before it."""
    found = _locked(sitting)
    if not permissions.may_prepare(by, found):
        raise Refused("Chỉ thường trực Ban Chỉ đạo được xoá phiên họp.")
    if many := found.items.count():
        raise Refused(f"Phiên họp còn {many} hồ sơ. Hãy rút các hồ sơ ra trước khi xoá.")
    found.delete()


def sits_after(committee: Committee, day: date) -> str:
    """Why the committee cannot end on the day: it sits after it. Empty when nothing stands in the way."""
    sitting = committee.sittings.filter(held_on__gt=day).order_by("held_on").first()
    if sitting is None:
        return ""
    return f"{committee} có phiên họp ngày {sitting.held_on:%d/%m/%Y}. Ngày cuối cùng không thể trước ngày đó."


def _locked(sitting: Sitting) -> Sitting:
    """The sitting under lock; raises Refused once it is closed. Everything about a sitting locks here first."""
    found = lock_row(Sitting.objects.select_related("committee__unit"), sitting.pk)
    if found.closed_at:
        when = moment_text(found.closed_at)
        raise Refused(f"Phiên họp đã kết thúc lúc {when} bởi {found.closed_by}. Hãy tải lại trang.")
    return found


@transaction.atomic
def add_to_agenda(sitting: Sitting, dossiers: list[Evaluation], *, by: User) -> workflow.Moved:
    """Put appraised dossiers of the committee's own level before the sitting; others come back refused."""
    hold_units()  # of what ends, nothing may come before a sitting any more
    found = _locked(sitting)
    own = [
        dossier.pk
        for dossier in dossiers
        if dossier.decision_unit_id == found.committee.unit_id and dossier.cycle_id == found.cycle_id
    ]
    moved = workflow.advance_many(own, Action.TABLE, by=by, comment=str(found))
    moved.refused += [
        (dossier, f"{dossier.unit_name} không thuộc thẩm quyền của Ban Chỉ đạo này.")
        for dossier in dossiers
        if dossier.pk not in own
    ]
    last = found.items.aggregate(last=Max("order"))["last"] or 0
    as_listed = sorted(moved.done, key=lambda dossier: (dossier.unit_sort_key, dossier.pk))
    AgendaItem.objects.bulk_create(
        AgendaItem(sitting=found, evaluation=dossier, order=last + place) for place, dossier in enumerate(as_listed, 1)
    )
    return moved


def table_waiting(sitting: Sitting, chosen: Collection[int] | None, *, by: User) -> workflow.Moved:
    """Put the chosen of the dossiers that wait for the sitting's committee, or all of them (None), on its agenda.

    Ids of others are passed over. Raises Refused for whoever does not prepare the sitting, and where none is chosen.
    """
    if not permissions.may_prepare(by, sitting):
        raise Refused("Chỉ thường trực Ban Chỉ đạo được đưa hồ sơ vào phiên họp đang mở.")
    if chosen is not None and not chosen:
        raise Refused("Hãy chọn ít nhất một hồ sơ.")
    waiting = waiting_dossiers(sitting)
    return add_to_agenda(sitting, list(waiting if chosen is None else waiting.filter(pk__in=chosen)), by=by)


@transaction.atomic
def remove_from_agenda(item: AgendaItem, *, by: User) -> None:
    """Take a dossier off the agenda; it waits for another sitting."""
    _locked(item.sitting)
    workflow.advance(item.evaluation, Action.UNTABLE, by=by)
    item.delete()


def print_of_attendance(sitting: Sitting) -> str:
    """A print of who is marked present and of the minutes, for the page to say what it showed."""
    return print_of([*sitting.present.order_by("pk").values_list("pk", flat=True), sitting.minutes])


@transaction.atomic
def set_attendance(sitting: Sitting, seats: list[Seat], *, minutes: str, by: User, seen: str | None = None) -> None:
    """Who is present (seats of the committee on that day) and what was said; votes of the absent are dropped.

    `seen` is the print of what the page showed of them (`print_of_attendance`); nothing is compared without one.
    Raises Refused.
    """
    found = _locked(sitting)
    if not permissions.may_prepare(by, found):
        raise Refused("Chỉ thường trực Ban Chỉ đạo được ghi điểm danh và biên bản.")
    if seen is not None:
        refuse_unseen(print_of_attendance(found), seen, ATTENDANCE_CHANGED)
    members = set(found.committee.seats.filter(on(found.held_on)).values_list("pk", flat=True))
    if strangers := [str(seat) for seat in seats if seat.pk not in members]:
        raise Refused(f"Không phải thành viên Ban Chỉ đạo vào ngày họp: {', '.join(strangers)}.")
    found.present.set(seats)
    found.minutes = minutes.strip()
    found.save(update_fields=["minutes"])
    Vote.objects.filter(item__sitting=found).exclude(seat__in=seats).delete()


def own_ballots(seat: Seat, items: Collection[int], *, by: User) -> set[int]:
    """The items on which the member has voted under their own account, where somebody else records for them."""
    if seat.user_id in (None, by.pk):
        return set()
    return set(Vote.objects.filter(item__in=items, seat=seat, recorded_by=seat.user_id).values_list("item", flat=True))


@transaction.atomic
def cast_votes(sitting: Sitting, seat: Seat, ballots: dict[int, str], *, by: User) -> int:
    """Keep a present member's ballots by item id; the member votes, or the standing body records a show of hands.

    A new ballot replaces the old one, but for a member's own, which they alone change. Nobody votes on a dossier they
    sent. Returns how many ballots were kept.
    """
    found = _locked(sitting)
    if seat.user_id != by.pk and not permissions.may_prepare(by, found):
        raise Refused("Đồng chí chỉ được bỏ phiếu của mình.")
    if not found.present.filter(pk=seat.pk).exists():
        raise Refused(f"{seat} chưa được điểm danh có mặt nên chưa biểu quyết được.")
    if unknown := set(ballots.values()) - set(Ballot.values):
        raise Refused(f"Ý kiến biểu quyết không hợp lệ: {', '.join(sorted(unknown))[:60]}.")
    items = found.items.filter(pk__in=ballots).select_related("evaluation")
    own = own_ballots(seat, ballots, by=by)
    kept = [
        item
        for item in items
        if item.pk not in own and (seat.user_id is None or item.evaluation.submitted_by_id != seat.user_id)
    ]
    Vote.objects.bulk_create(
        (Vote(item=item, seat=seat, ballot=ballots[item.pk], recorded_by=by) for item in kept),
        update_conflicts=True,
        unique_fields=["item", "seat"],
        update_fields=["ballot", "recorded_by"],
    )
    return len(kept)


@transaction.atomic
def close_sitting(sitting: Sitting, *, by: User) -> Decision | None:
    """End the sitting: count the votes, resolve every item, draft the decision; all of it or nothing.

    A dossier is proposed when the votes for it pass the committee's own rule and its appraised answers meet every
    criterion; otherwise it is declined with the reason. One that is only undecided (units below still under way) is
    neither: it goes back among the appraised. Returns the draft decision (None when nothing passed).
    Raises Refused: closed meanwhile, no right, its day not come, no quorum, a vote missing.
    """
    found = _locked(sitting)
    if not permissions.may_close(by, found):
        raise Refused("Chỉ trưởng ban hoặc thường trực Ban Chỉ đạo được kết thúc phiên họp.")
    if found.held_on > timezone.localdate():
        raise Refused(f"Chưa đến ngày họp ({found.held_on:%d/%m/%Y}). Họp sớm hơn thì sửa ngày họp trước.")
    items = list(found.items.select_related("evaluation").prefetch_related("votes"))
    if not items:
        raise Refused("Phiên họp chưa có hồ sơ nào.")
    seats = found.committee.seats.filter(on(found.held_on)).count()
    present = found.present.count()
    rule = found.committee
    if not rules.has_quorum(present=present, seats=seats, percent=rule.quorum_percent):
        raise Refused(
            f"Có mặt {present}/{seats} thành viên, chưa quá {rule.quorum_percent}% theo quy chế nên chưa kết luận được."
        )
    base = seats if rule.majority_of == MajorityOf.ALL else present
    reasons = {}
    for item in items:
        ballots = Counter(vote.ballot for vote in item.votes.all())
        item.votes_for, item.votes_against = ballots[Ballot.FOR], ballots[Ballot.AGAINST]
        item.votes_abstain = ballots[Ballot.ABSTAIN]
        if not ballots:
            raise Refused(
                f"Hồ sơ {item.evaluation.unit_name} chưa có phiếu nào. Hãy biểu quyết hoặc rút khỏi phiên họp."
            )
        if not rules.is_carried(votes_for=item.votes_for, base=base, percent=rule.approval_percent):
            reasons[item.evaluation_id] = f"Tán thành {item.votes_for}/{base}, chưa quá {rule.approval_percent}%."
    passing = [item.evaluation_id for item in items if item.evaluation_id not in reasons]
    moved = workflow.advance_many(passing, Action.PROPOSE, by=by, comment=str(found))
    proposed = {dossier.pk for dossier in moved.done}
    reasons |= _hindered(moved, by)
    undecided = _hindered(workflow.advance_many(reasons, Action.DECLINE, by=by, comment=reasons), by)
    deferred = workflow.advance_many(undecided, Action.DEFER, by=by, comment=undecided)
    if deferred.refused:
        raise Refused(deferred.refused[0][1])
    for item in items:
        item.resolution = Resolution.RECOGNISE if item.evaluation_id in proposed else Resolution.DECLINE
        if item.evaluation_id in undecided:
            item.resolution = Resolution.DEFER
        item.reason = (reasons | undecided).get(item.evaluation_id, "")[:500]
    AgendaItem.objects.bulk_update(
        items, ["resolution", "reason", "votes_for", "votes_against", "votes_abstain"], batch_size=500
    )
    Sitting.objects.filter(pk=found.pk).update(
        closed_at=Now(), closed_by=by, seats_total=seats, committee_name=rule.name
    )
    if not proposed:
        return None
    return Decision.objects.create(kind=DecisionKind.RECOGNISE, issuer=rule.unit, sitting=found)


def _hindered(moved: workflow.Moved, by: User) -> dict[int, str]:
    """Why dossiers stayed, by id, where their own answers stand in the way; raises Refused for anything else."""
    for dossier, sentence in moved.refused:
        if dossier.state != State.TABLED or dossier.submitted_by_id == by.pk:
            raise Refused(sentence)
    return {dossier.pk: sentence for dossier, sentence in moved.refused}


def next_number(issuer: Unit, year: int, symbol: str) -> int:
    """The number after the last one the place issued that year in the series (NĐ 30/2020, Điều 15: from 01)."""
    series = Decision.objects.filter(issuer=issuer, year=year, symbol=text.clean_symbol(symbol))
    return (series.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def issue_decision(
    decision: Decision, *, number: int, symbol: str, signed_on: date, signer: str, capacity: Capacity | str, by: User
) -> Decision:
    """Enter the signed decision's number and date; its dossiers become recognised, each with a certificate code.

    Raises Refused: issued meanwhile, number taken, no right, signed before the sitting or after today.
    """
    found = lock_row(Decision.objects.select_related("issuer", "sitting"), decision.pk)
    if found.is_issued:
        raise Refused(f"Quyết định đã phát hành: số {found.reference} ngày {found.signed_on:%d/%m/%Y}.")
    if not permissions.may_issue(by, found):
        raise Refused("Tài khoản của đồng chí không có quyền phát hành quyết định này.")
    if found.sitting is None:
        raise Refused("Quyết định này không lập từ phiên họp nào nên không có danh sách để phát hành.")
    _refuse_to_come(signed_on)
    if capacity not in (able := capacities_of(found)):
        named = "; ".join(f"“{one.label}”" for one in able)
        raise Refused(f"Theo tuyến xét duyệt của bộ tiêu chí, quyết định này ký với thẩm quyền {named}. Hãy chọn lại.")
    if signed_on < found.sitting.held_on:
        raise Refused(f"Ngày ký không thể trước ngày họp ({found.sitting.held_on:%d/%m/%Y}).")
    _number(found, number, symbol, signed_on, signer, capacity, by)
    items = found.sitting.items.filter(resolution=Resolution.RECOGNISE)
    moved = workflow.advance_many(
        items.values_list("evaluation_id", flat=True),
        Action.RECOGNISE,
        by=by,
        comment=f"Quyết định số {found.reference}",
    )
    if moved.refused:
        raise Refused(moved.refused[0][1])
    Recognition.objects.bulk_create(
        (Recognition(evaluation=dossier, decision=found, certificate=_certificate()) for dossier in moved.done),
        batch_size=500,
    )
    return found


def _number(found: Decision, number: int, symbol: str, signed_on: date, signer: str, capacity: str, by: User) -> None:
    found.number, found.symbol, found.year = number, text.clean_symbol(symbol), signed_on.year
    found.signed_on, found.signer, found.capacity = signed_on, signer.strip(), capacity
    found.issued_by, found.issued_at = by, Now()
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        free = next_number(found.issuer, signed_on.year, found.symbol)
        raise Refused(
            f"Số {found.reference} năm {signed_on.year} đã dùng. Số tiếp theo còn trống là {free:02d}."
        ) from None
    found.refresh_from_db()


def _certificate() -> str:
    """A code nobody can guess, easy to read over the telephone."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"


@transaction.atomic
def revoke(
    recognition: Recognition, *, number: int, symbol: str, signed_on: date, signer: str, reason: str, by: User
) -> Decision:
    """Take a recognition back by a decision of the same place; both decisions stay readable. Raises Refused."""
    if not reason.strip():
        raise Refused("“Thu hồi công nhận” phải ghi rõ lý do.")
    found = lock_row(Recognition.objects.select_related("decision__issuer"), recognition.pk)
    if found.revoked_by_id:
        raise Refused("Công nhận này đã bị thu hồi từ trước.")
    _refuse_to_come(signed_on)
    if found.decision.signed_on and signed_on < found.decision.signed_on:
        raise Refused(f"Ngày ký không thể trước quyết định công nhận ({found.decision.signed_on:%d/%m/%Y}).")
    taking = Decision(kind=DecisionKind.REVOKE, issuer=found.decision.issuer, reason=reason.strip())
    capacity = TAKEN_BACK_AS[body_of(found.decision.capacity)]
    _number(taking, number, symbol, signed_on, signer, capacity, by)
    workflow.advance(
        found.evaluation, Action.REVOKE, by=by, comment=f"{reason.strip()} (Quyết định số {taking.reference})"
    )
    Recognition.objects.filter(pk=found.pk).update(revoked_by=taking)
    return taking
