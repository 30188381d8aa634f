"""A committee's sitting from its agenda to the decision it leads to."""

import secrets
from collections import Counter
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.db.models.functions import Now

from portal.core.errors import Refused
from units.models import Committee, Seat, User, on

from .. import permissions, workflow
from ..enums import Ballot, Capacity, CycleStatus, DecisionKind, Resolution, State
from ..models import AgendaItem, Cycle, Decision, Evaluation, Recognition, Sitting, Vote

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no letter or digit that is read as another


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
    """Prepare a sitting of a committee in office on that day, for a year still open. Raises Refused."""
    if cycle.status != CycleStatus.OPEN:
        raise Refused(f"Kỳ đánh giá năm {cycle.year} đã khoá sổ.")
    if not permissions.may_hold_sittings(by, committee.unit):
        raise Refused("Chỉ thường trực Ban Chỉ đạo của cấp này được lập phiên họp.")
    if not Committee.objects.filter(on(held_on), pk=committee.pk).exists():
        raise Refused(f"{committee.name} không hoạt động vào ngày {held_on:%d/%m/%Y}.")
    return Sitting.objects.create(
        committee=committee, cycle=cycle, held_on=held_on, place=place, chair=chair, secretary=secretary, created_by=by
    )


def _locked(sitting: Sitting) -> Sitting:
    """The sitting under lock; raises Refused once it is closed. Everything about a sitting locks here first."""
    found = Sitting.objects.select_for_update(of=("self",)).select_related("committee__unit").get(pk=sitting.pk)
    if found.is_closed:
        raise Refused(
            f"Phiên họp đã kết thúc lúc {workflow.moment_text(found.closed_at)} bởi {found.closed_by}. "
            "Hãy tải lại trang."
        )
    return found


@transaction.atomic
def add_to_agenda(sitting: Sitting, files: list[Evaluation], *, by: User) -> workflow.Moved:
    """Put appraised files of the committee's own level before the sitting; others come back refused."""
    found = _locked(sitting)
    own = [
        file.pk
        for file in files
        if file.decision_unit_id == found.committee.unit_id and file.cycle_id == found.cycle_id
    ]
    moved = workflow.advance_many(own, "table", by=by, comment=str(found))
    moved.refused += [
        (file, f"{file.unit_name} không thuộc thẩm quyền của Ban Chỉ đạo này.") for file in files if file.pk not in own
    ]
    last = found.items.aggregate(last=Max("order"))["last"] or 0
    AgendaItem.objects.bulk_create(
        AgendaItem(sitting=found, evaluation=file, order=last + place) for place, file in enumerate(moved.done, 1)
    )
    return moved


@transaction.atomic
def remove_from_agenda(item: AgendaItem, *, by: User) -> None:
    """Take a file off the agenda; it waits for another sitting."""
    _locked(item.sitting)
    workflow.advance(item.evaluation, "untable", by=by)
    item.delete()


@transaction.atomic
def set_attendance(sitting: Sitting, seats: list[Seat], *, minutes: str, by: User) -> None:
    """Who is present (seats of the committee on that day) and what was said; votes of the absent are dropped."""
    found = _locked(sitting)
    if not permissions.may_prepare(by, found):
        raise Refused("Chỉ thường trực Ban Chỉ đạo được ghi điểm danh và biên bản.")
    members = set(found.committee.seats.filter(on(found.held_on)).values_list("pk", flat=True))
    if strangers := [str(seat) for seat in seats if seat.pk not in members]:
        raise Refused(f"Không phải thành viên Ban Chỉ đạo vào ngày họp: {', '.join(strangers)}.")
    found.present.set(seats)
    found.minutes = minutes.strip()
    found.save(update_fields=["minutes"])
    Vote.objects.filter(item__sitting=found).exclude(seat__in=seats).delete()


@transaction.atomic
def cast_votes(sitting: Sitting, seat: Seat, ballots: dict[int, str], *, by: User) -> int:
    """Keep a present member's ballots by item id; the member votes, or the standing body records a show of hands.

    A new ballot replaces the old one. Nobody votes on a file they sent. Returns how many ballots were kept.
    """
    found = _locked(sitting)
    if seat.user_id != by.pk and not permissions.may_prepare(by, found):
        raise Refused("Đồng chí chỉ được bỏ phiếu của mình.")
    if not found.present.filter(pk=seat.pk).exists():
        raise Refused(f"{seat} chưa được điểm danh có mặt nên chưa biểu quyết được.")
    if unknown := set(ballots.values()) - set(Ballot.values):
        raise Refused(f"Ý kiến biểu quyết không hợp lệ: {', '.join(sorted(unknown))[:60]}.")
    items = found.items.filter(pk__in=ballots).select_related("evaluation")
    kept = [item for item in items if seat.user_id is None or item.evaluation.submitted_by_id != seat.user_id]
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

    A file is proposed when the votes for it pass the committee's own rule and its appraised answers meet every
    criterion; otherwise it is declined with the reason. Returns the draft decision (None when nothing passed).
    Raises Refused: closed meanwhile, no right, no quorum, a vote missing.
    """
    found = _locked(sitting)
    if not permissions.may_close(by, found):
        raise Refused("Chỉ trưởng ban hoặc thường trực Ban Chỉ đạo được kết thúc phiên họp.")
    items = list(found.items.select_related("evaluation").prefetch_related("votes"))
    if not items:
        raise Refused("Phiên họp chưa có hồ sơ nào.")
    seats = found.committee.seats.filter(on(found.held_on)).count()
    present = found.present.count()
    rule = found.committee
    if not present or present * 100 <= rule.quorum_percent * seats:
        raise Refused(
            f"Có mặt {present}/{seats} thành viên, chưa quá {rule.quorum_percent}% theo quy chế nên chưa kết luận được."
        )
    reasons = {}
    for item in items:
        ballots = Counter(vote.ballot for vote in item.votes.all())
        item.votes_for, item.votes_against = ballots[Ballot.FOR], ballots[Ballot.AGAINST]
        item.votes_abstain = ballots[Ballot.ABSTAIN]
        if not ballots:
            raise Refused(
                f"Hồ sơ {item.evaluation.unit_name} chưa có phiếu nào. Hãy biểu quyết hoặc rút khỏi phiên họp."
            )
        if item.votes_for * 100 <= rule.approval_percent * present:
            reasons[item.evaluation_id] = f"Tán thành {item.votes_for}/{present}, chưa quá {rule.approval_percent}%."
    passing = [item.evaluation_id for item in items if item.evaluation_id not in reasons]
    moved = workflow.advance_many(passing, "propose", by=by, comment=str(found))
    for file, sentence in moved.refused:
        if file.state != State.TABLED or file.submitted_by_id == by.pk:
            raise Refused(sentence)
        reasons[file.pk] = sentence
    proposed = {file.pk for file in moved.done}
    for item in items:
        item.resolution = Resolution.RECOGNISE if item.evaluation_id in proposed else Resolution.DECLINE
        item.reason = reasons.get(item.evaluation_id, "")[:500]
    declined = workflow.advance_many(reasons, "decline", by=by, comment=reasons)
    if declined.refused:
        raise Refused(declined.refused[0][1])
    AgendaItem.objects.bulk_update(
        items, ["resolution", "reason", "votes_for", "votes_against", "votes_abstain"], batch_size=500
    )
    Sitting.objects.filter(pk=found.pk).update(closed_at=Now(), closed_by=by, seats_total=seats)
    if not proposed:
        return None
    return Decision.objects.create(kind=DecisionKind.RECOGNISE, issuer=rule.unit, sitting=found)


def next_number(issuer, year: int, symbol: str) -> int:
    """The number after the last one the place issued that year in the series (NĐ 30/2020, Điều 15: from 01)."""
    series = Decision.objects.filter(issuer=issuer, year=year, symbol=symbol)
    return (series.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def issue_decision(
    decision: Decision, *, number: int, symbol: str, signed_on: date, signer: str, capacity: Capacity | str, by: User
) -> Decision:
    """Enter the signed decision's number and date; its files become recognised, each with a certificate code.

    Raises Refused: issued meanwhile, number taken, no right, signed before the sitting.
    """
    found = Decision.objects.select_for_update(of=("self",)).select_related("issuer", "sitting").get(pk=decision.pk)
    if found.is_issued:
        raise Refused(f"Quyết định đã phát hành: số {found.reference} ngày {found.signed_on:%d/%m/%Y}.")
    if not permissions.may_issue(by, found):
        raise Refused("Tài khoản của đồng chí không có quyền phát hành quyết định này.")
    if found.sitting is None:
        raise Refused("Quyết định này không lập từ phiên họp nào nên không có danh sách để phát hành.")
    if signed_on < found.sitting.held_on:
        raise Refused(f"Ngày ký không thể trước ngày họp ({found.sitting.held_on:%d/%m/%Y}).")
    _number(found, number, symbol, signed_on, signer, capacity, by)
    items = found.sitting.items.filter(resolution=Resolution.RECOGNISE)
    moved = workflow.advance_many(
        items.values_list("evaluation_id", flat=True), "recognise", by=by, comment=f"Quyết định số {found.reference}"
    )
    if moved.refused:
        raise Refused(moved.refused[0][1])
    Recognition.objects.bulk_create(
        (Recognition(evaluation=file, decision=found, certificate=_certificate()) for file in moved.done),
        batch_size=500,
    )
    return found


def _number(found: Decision, number, symbol, signed_on, signer, capacity, by) -> None:
    found.number, found.symbol, found.year = number, symbol.strip(), signed_on.year
    found.signed_on, found.signer, found.capacity = signed_on, signer.strip(), capacity
    found.issued_by, found.issued_at = by, Now()
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        free = next_number(found.issuer, signed_on.year, symbol.strip())
        raise Refused(
            f"Số {number:02d}/{symbol} năm {signed_on.year} đã dùng. Số tiếp theo còn trống là {free:02d}."
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
    found = (
        Recognition.objects.select_for_update(of=("self",)).select_related("decision__issuer").get(pk=recognition.pk)
    )
    if found.revoked_by_id:
        raise Refused("Công nhận này đã bị thu hồi từ trước.")
    if found.decision.signed_on and signed_on < found.decision.signed_on:
        raise Refused(f"Ngày ký không thể trước quyết định công nhận ({found.decision.signed_on:%d/%m/%Y}).")
    taking = Decision(kind=DecisionKind.REVOKE, issuer=found.decision.issuer, reason=reason.strip())
    _number(taking, number, symbol, signed_on, signer, Capacity.CHAIR, by)
    workflow.advance(found.evaluation, "revoke", by=by, comment=f"{reason.strip()} (Quyết định số {taking.reference})")
    Recognition.objects.filter(pk=found.pk).update(revoked_by=taking)
    return taking
