"""A committee's sittings: agenda, attendance, votes, closing."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from criteria.judging.verdicts import Verdict
from portal.core.errors import Refused
from portal.core.fields import sentences
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.rows.seen import print_of
from portal.core.vietnamese.figures import grouped
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import page_of, refusals_on, refuse, typed, whole_number, whole_numbers
from units.enums import Role
from units.models import Committee, Seat
from units.queries import tell_apart, tell_as_then

from .. import permissions, queries, services
from ..enums import Ballot, CycleStatus, Resolution, Side
from ..forms import AttendanceForm, BallotForm, CloseForm, MeetingForm, SittingForm, seats_on
from ..judging.dossiers import judged_dossiers
from ..models import AgendaItem, Cycle, Sitting
from .columns import unit_columns
from .told import BulkWords, tell_moved

SITTINGS = (
    ListColumn("Ngày họp", "held_on"),
    ListColumn("Ban Chỉ đạo", "committee.name"),
    ListColumn("Kỳ đánh giá", "cycle"),
    ListColumn("Tỉnh", "cycle.province.dated_name"),
    ListColumn("Số hồ sơ", "dossiers"),
    ListColumn("Tình trạng", lambda sitting: "Đã kết thúc" if sitting.is_closed else "Đang mở"),
)
AGENDA = (ListColumn("STT", "item.order"), *unit_columns("item.evaluation."))
CONCLUDED = (
    ListColumn("Kết luận", "item.get_resolution_display"),
    ListColumn("Lý do, kết quả", lambda row: row.item.reason or row.item.evaluation.result),
)
JUDGED_SO_FAR = (
    ListColumn("Theo thẩm định", "verdict.label"),
    ListColumn(
        "Chưa đạt, còn thiếu", lambda row: " ".join(one.sentence for one in row.verdict.failed + row.verdict.missing)
    ),
)
BALLOTS = (
    ListColumn("Tán thành", "in_favour"),
    ListColumn("Không tán thành", "against"),
    ListColumn("Không có ý kiến", "abstained"),
)

NOT_ON_OWN = "{} đã gửi các hồ sơ này nên không biểu quyết; chưa ghi phiếu nào."
NOTHING_SEEN = print_of([""])  # of a sitting nobody has written anything of
TABLED = BulkWords(
    "Đã đưa {} hồ sơ vào phiên họp",
    "Chưa đưa được {} hồ sơ vào phiên họp",
    "Không còn hồ sơ nào chờ đưa vào phiên họp.",
)


def my_committees(user):
    """Committees in office whose sittings the user prepares."""
    places = user.units_with(Role.STANDING)
    return Committee.objects.visible_to(user).in_office().filter(unit__in=places).select_related("unit")


def _sittings(asked: Asking) -> QuerySet[Sitting]:
    return (
        Sitting.objects.visible_to(asked.user)
        .select_related("committee__unit", "cycle__programme", "cycle__province")
        .annotate(dossiers=Count("items"))
        .order_by("-held_on", "-pk")
    )


def sittings_listed(asked: Asking) -> Listed:
    return listed("Phiên họp", "phien-hop", _sittings(asked), SITTINGS)


@require_safe
@leaves_as(sittings_listed)
def sitting_list(request):
    page = page_of(_sittings(request), request)
    queries.tell_years_apart(sitting.cycle for sitting in page)
    context = {"page": page, "may_create": my_committees(request.user).exists()}
    return render(request, "evaluations/sitting_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def sitting_create(request):
    committees = my_committees(request.user)
    if not committees:
        raise Http404
    cycles = Cycle.objects.visible_to(request.user).filter(status=CycleStatus.OPEN)
    form = SittingForm(request.POST or None, cycles=cycles, committees=committees)
    if len(committees) == 1:
        form.fields["committee"].initial = committees[0]
    if len(cycles) == 1:
        form.fields["cycle"].initial = cycles[0]
    if request.method != "POST":
        return render(request, "evaluations/sitting_create.html", {"form": form})
    if not form.is_valid():
        return refuse(request, "evaluations/sitting_create.html", {"form": form})
    data = form.cleaned_data
    seats = list(seats_on(data["committee"], data["held_on"]))
    try:
        sitting = services.create_sitting(
            data["committee"],
            data["cycle"],
            held_on=data["held_on"],
            place=data["place"],
            chair=queries.chair_among(seats, data["committee"]),
            secretary=next((seat for seat in seats if seat.user_id == request.user.pk), None),
            by=request.user,
        )
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        return refuse(request, "evaluations/sitting_create.html", {"form": form})
    return redirect("evaluations:sitting_detail", pk=sitting.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def sitting_edit(request, pk):
    """Another day or place, while the sitting is prepared; 404 for whoever does not prepare it."""
    sitting = get_sitting(request, pk)
    if not permissions.may_prepare(request.user, sitting):
        raise Http404
    stored = {"held_on": sitting.held_on, "place": sitting.place}
    form = MeetingForm(request.POST or None, initial=stored)
    context = {"form": form, "sitting": sitting}
    if request.method != "POST":
        return render(request, "evaluations/sitting_edit.html", context)
    if form.is_valid():
        with refusals_on(form):
            services.change_sitting(sitting, **form.cleaned_data, by=request.user)
            messages.success(request, "Đã sửa phiên họp.")
            return redirect("evaluations:sitting_detail", pk=pk)
    return refuse(request, "evaluations/sitting_edit.html", context)


@require_POST
def sitting_drop(request, pk):
    """Take away a sitting without dossiers."""
    sitting = get_sitting(request, pk)
    try:
        services.drop_sitting(sitting, by=request.user)
    except Refused as refusal:
        context = sitting_context(request, get_sitting(request, pk))
        return refuse(request, "evaluations/sitting_detail.html", context, refusal)
    messages.success(request, f"Đã xoá phiên họp ngày {sitting.held_on:%d/%m/%Y}.")
    return redirect("evaluations:sitting_list")


def get_sitting(asked: Asking, pk: int) -> Sitting:
    return get_object_or_404(
        Sitting.objects.visible_to(asked.user).select_related(
            "committee__unit", "cycle__programme", "chair__user", "secretary__user", "closed_by"
        ),
        pk=pk,
    )


TONES = {Resolution.RECOGNISE: "ok", Resolution.DECLINE: "bad", Resolution.DEFER: "info"}


@dataclass(frozen=True)
class AgendaRow:
    """A dossier of the agenda with its verdict and its ballots."""

    item: AgendaItem
    verdict: Verdict | None  # None once the sitting is closed: its conclusion stands on the item
    in_favour: int
    against: int
    abstained: int
    mine: str  # the reader's own ballot, empty where they have none

    @property
    def tone(self) -> str:
        """Of the conclusion's mark."""
        return TONES[Resolution(self.item.resolution)]


def _agenda_rows(sitting: Sitting, my_seat: Seat | None) -> list[AgendaRow]:
    items = list(
        sitting.items.select_related(
            *(f"evaluation__{name}" for name in ("criteria_set", "cycle", "commune", "district", "province", "grade"))
        ).prefetch_related("votes")
    )
    queries.tell_dossiers_apart([item.evaluation for item in items])
    judged = {} if sitting.is_closed else judged_dossiers([item.evaluation for item in items])
    rows = []
    for item in items:
        ballots = {vote.seat_id: vote.ballot for vote in item.votes.all()}
        cast = list(ballots.values())
        rows.append(
            AgendaRow(
                item,
                judged[item.evaluation_id].verdict(Side.APPRAISED) if judged else None,
                cast.count(Ballot.FOR),
                cast.count(Ballot.AGAINST),
                cast.count(Ballot.ABSTAIN),
                ballots.get(my_seat.pk, "") if my_seat else "",
            )
        )
    return rows


def sitting_context(request, sitting: Sitting) -> dict:
    seats = list(seats_on(sitting.committee, sitting.held_on))
    if sitting.closed_at:
        tell_as_then((seat.user for seat in seats), sitting.closed_at)
    present = set(sitting.present.values_list("pk", flat=True))
    my_seat = next((seat for seat in seats if seat.user_id == request.user.pk), None)
    may_prepare = permissions.may_prepare(request.user, sitting)
    voters = [seat for seat in seats if seat.pk in present and (may_prepare or seat == my_seat)]
    waiting = queries.waiting_dossiers(sitting).with_namesake().select_related("commune")
    page = page_of(waiting, request) if may_prepare else None
    tell_apart(page or ())
    return {
        "sitting": sitting,
        "agenda": _agenda_rows(sitting, my_seat),
        "seats": [(seat, seat.pk in present) for seat in seats],
        "present_count": len(present),
        "voters": voters if not sitting.is_closed else [],
        "my_seat": my_seat,
        "voter": my_seat,
        "seen": services.print_of_attendance(sitting),
        "stored": None,  # who is marked present and the minutes, where the page that was sent showed others
        "lost_minutes": "",  # typed while somebody else ended the sitting: nothing keeps it but this page
        "ballots": Ballot.choices,
        "may_prepare": may_prepare,
        "may_close": permissions.may_close(request.user, sitting),
        "waiting": page,
        "attendance": AttendanceForm(
            seats=seats_on(sitting.committee, sitting.held_on), initial={"present": present, "minutes": sitting.minutes}
        ),
        "close_form": CloseForm(user=request.user),
        "decision": sitting.decisions.first(),
    }


def agenda_listed(asked: Asking, pk: int) -> Listed:
    """The dossiers of the sitting: as they were judged while it is open, as it concluded once it is closed."""
    sitting = get_sitting(asked, pk)
    columns = (*AGENDA, *(CONCLUDED if sitting.is_closed else JUDGED_SO_FAR), *BALLOTS)
    return listed(f"{sitting}", f"phien-hop-{sitting.held_on:%Y-%m-%d}", _agenda_rows(sitting, None), columns)


@require_safe
@leaves_as(agenda_listed)
def sitting_detail(request, pk):
    sitting = get_sitting(request, pk)
    return render(request, "evaluations/sitting_detail.html", sitting_context(request, sitting))


def _seats(context: dict) -> QuerySet[Seat]:
    sitting = context["sitting"]
    return seats_on(sitting.committee, sitting.held_on)


def _sitting_post(request, pk, act, give_back=None):
    """Fetch, act, and come back to the sitting; a refusal is shown there with what was typed and changes nothing.

    `give_back` puts the typed values into the page's context.
    """
    sitting = get_sitting(request, pk)
    try:
        said = act(sitting)
    except Refused as refusal:
        context = sitting_context(request, get_sitting(request, pk))
        if give_back:
            give_back(context)
        return refuse(request, "evaluations/sitting_detail.html", context, refusal)
    if said:
        messages.success(request, said)
    return redirect("evaluations:sitting_detail", pk=pk)


@require_POST
def agenda_add(request, pk):
    """Put chosen dossiers, or all that wait, on the agenda."""

    def act(sitting):
        chosen = None if "all" in request.POST else whole_numbers(request.POST.getlist("dossier"))
        moved = services.table_waiting(sitting, chosen, by=request.user)
        tell_moved(request, moved, TABLED, rest=f"{reverse('evaluations:list')}?cycle={sitting.cycle_id}")

    return _sitting_post(request, pk, act)


@require_POST
def agenda_remove(request, pk, item):
    def act(sitting):
        found = get_object_or_404(AgendaItem.objects.select_related("sitting", "evaluation"), sitting=sitting, pk=item)
        services.remove_from_agenda(found, by=request.user)
        return f"Đã rút {found.evaluation.unit_name} khỏi phiên họp."

    return _sitting_post(request, pk, act)


@require_POST
def sitting_attendance(request, pk):
    def act(sitting):
        form = AttendanceForm(request.POST, seats=seats_on(sitting.committee, sitting.held_on))
        if not form.is_valid():
            raise Refused(sentences(form))
        services.set_attendance(
            sitting,
            list(form.cleaned_data["present"]),
            minutes=form.cleaned_data["minutes"],
            seen=request.POST.get("seen", NOTHING_SEEN),
            by=request.user,
        )
        return "Đã lưu điểm danh và biên bản."

    def give_back(context):
        if request.POST.get("seen", NOTHING_SEEN) != context["seen"]:
            present = [seat for seat, is_present in context["seats"] if is_present]
            context["stored"] = {"present": present, "minutes": context["sitting"].minutes}
        context["lost_minutes"] = "" if context["may_prepare"] else typed(request, "minutes", 20000)
        context["attendance"] = AttendanceForm(request.POST, seats=_seats(context))
        ticked = request.POST.getlist("present")
        context["seats"] = [(seat, str(seat.pk) in ticked) for seat, _ in context["seats"]]

    return _sitting_post(request, pk, act, give_back)


@require_POST
def sitting_vote(request, pk):
    def act(sitting):
        items = sitting.items.select_related("evaluation")
        form = BallotForm(request.POST, seats=seats_on(sitting.committee, sitting.held_on), items=items)
        if not form.is_valid():
            raise Refused("Phiếu không hợp lệ. Hãy chọn lại ý kiến của thành viên.")
        ballots = form.ballots
        if every := request.POST.get("every"):
            ballots = {item.pk: every for item in items}
        if not ballots:
            raise Refused("Hãy chọn ý kiến cho ít nhất một hồ sơ.")
        seat = form.cleaned_data["seat"]
        own = len(services.own_ballots(seat, ballots, by=request.user))
        kept = services.cast_votes(sitting, seat, ballots, by=request.user)
        left = f" {seat} đã tự bỏ {grouped(own)} phiếu bằng tài khoản của mình; các phiếu ấy giữ nguyên." if own else ""
        if not kept:
            raise Refused(f"Chưa ghi phiếu nào.{left}" if left else NOT_ON_OWN.format(seat))
        return f"Đã ghi {kept} phiếu của {seat}.{left}"

    def give_back(context):
        context["agenda"] = [replace(row, mine=typed(request, f"item_{row.item.pk}", 10)) for row in context["agenda"]]
        seat = whole_number(request.POST.get("seat", ""))
        context["voter"] = next((one for one in context["voters"] if one.pk == seat), context["voter"])

    return _sitting_post(request, pk, act, give_back)


@once
@require_POST
def sitting_close(request, pk):
    def act(sitting):
        form = CloseForm(request.POST, user=request.user)
        if not form.is_valid():
            raise Refused(sentences(form))
        decision = services.close_sitting(sitting, by=request.user)
        if decision:
            return "Phiên họp đã kết thúc. Dự thảo quyết định đã được lập, chờ số và chữ ký."
        return "Phiên họp đã kết thúc. Không có hồ sơ nào được đề nghị công nhận."

    return _sitting_post(request, pk, act)
