"""People and their placements, for the administrators of a place."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core import jobs
from portal.core.errors import Refused
from portal.core.web.once import once, token_of
from portal.core.web.pages import refusals_on, refuse, seen_again, whole_numbers

from .. import services
from ..filters import PlacementFilterSet
from ..forms import EndForm, PersonForm, PlacementForm, PostForm, ProlongForm
from ..models import Placement, Unit, User
from ..permissions import may_administer, may_end_placement
from ..queries import tell_units_apart

PER_PAGE = 50


def _require_administrator(request) -> None:
    if not may_administer(request.user):
        raise Http404


def _placements(request):
    return Placement.objects.administered_by(request.user).select_related("user", "unit", "unit__district")


def _asked(request, placements):
    """The placements the page's filter asks for, and the filter."""
    found = PlacementFilterSet(request.GET, placements, request=request)
    return (found.qs if found.is_valid() else placements.none()), found


@require_safe
def people(request):
    """Who holds which role within the administrator's place."""
    _require_administrator(request)
    context = _people_context(request)
    return render(request, "units/people.html", context, status=200 if context["filter"].is_valid() else 422)


def _people_context(request) -> dict:
    rows, found = _asked(request, _placements(request).order_by("unit__sort_key", "role", "pk"))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    tell_units_apart(placement.unit for placement in page)
    return {
        "filter": found,
        "page": page,
        "sheets": request.user.slip_sheets.waiting().order_by("pk"),
        "form": ProlongForm(),
        "marked": [],
    }


def _marked(request):
    """The placements the form marks: those ticked, or (`all`) every one the filter of its address asks for."""
    placements = Placement.objects.administered_by(request.user)
    if request.POST.get("all"):
        return _asked(request, placements)[0]
    return placements.filter(pk__in=[pk for pk in request.POST.getlist("placement") if pk.isdecimal()])


def _back_to_people(request):
    query = request.GET.urlencode()
    return redirect(f"{reverse('units:people')}{'?' if query else ''}{query}")


@require_POST
def placements_prolong(request):
    """One last day for all placements marked."""
    _require_administrator(request)
    form = ProlongForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("Chưa đọc được ngày gia hạn. Hãy chọn ngày rồi bấm lại.")
        until = form.cleaned_data["until"]
        done = services.prolong_placements(_marked(request), by=request.user, until=until)
    except Refused as refusal:
        given = {"form": form, "marked": whole_numbers(request.POST.getlist("placement"))}
        return refuse(request, "units/people.html", _people_context(request) | given, refusal)
    else:
        if done:
            messages.success(request, f"Đã gia hạn {len(done)} phân công đến hết ngày {until:%d/%m/%Y}.")
        else:
            messages.warning(request, "Không có phân công đã đánh dấu nào kết thúc trước ngày đó; chưa gia hạn gì.")
    return _back_to_people(request)


@require_POST
@once
def passwords_reissue(request):
    """A job that prints new one-time passwords for everybody marked."""
    _require_administrator(request)
    held = _marked(request).in_force().exclude(user=request.user)
    chosen = sorted(set(held.values_list("user", flat=True)))
    if not chosen:
        messages.warning(request, "Chưa đánh dấu người nào đang giữ vai trò. Hãy đánh dấu rồi bấm lại.")
        return _back_to_people(request)
    key = f"reissue_passwords:{request.user.pk}:{token_of(request)}"
    job, _ = jobs.ask("reissue_passwords", key, {"people": chosen}, by=request.user)
    return redirect("units:import_job", pk=job.pk)


def _chosen_unit(request) -> Unit | None:
    """The unit whose page sent the reader here (`don_vi`), if it is the administrator's."""
    wanted = request.GET.get("don_vi", "")
    return Unit.objects.administered_by(request.user).filter(pk=wanted).first() if wanted.isdecimal() else None


@require_http_methods(["GET", "HEAD", "POST"])
@once
def person_add(request):
    """A new account with its first role; the one-time password is shown once, on the next page."""
    _require_administrator(request)
    form = PersonForm(request.POST or None, by=request.user, at=_chosen_unit(request))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            person, password = services.create_person(**form.cleaned_data, by=request.user)
            messages.success(
                request,
                f"Đã tạo tài khoản {person.username}. Mật khẩu dùng một lần: {password} "
                "– chỉ hiện lần này, hãy trao tận tay người dùng.",
            )
            return redirect("units:person_detail", pk=person.pk)
    return render(request, "units/person_form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def person_detail(request, pk):
    """A person's roles within the administrator's place, past ones too; a POST gives one more."""
    _require_administrator(request)
    placements = _placements(request)
    person = get_object_or_404(User.objects.filter(pk__in=placements.values("user")), pk=pk)
    form = PlacementForm(request.POST or None, by=request.user, at=_chosen_unit(request))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            placement = services.place_person(person, **form.cleaned_data, by=request.user)
            messages.success(request, f"Đã phân công {person}: {placement}.")
            return redirect("units:person_detail", pk=person.pk)
    placements = (
        placements.filter(user=person)
        .select_related("placed_by", "ended_by")
        .annotate(handover=F("handed_on"))
        .order_by("-valid_from", "-pk")
    )
    context = {
        "person": person,
        "placements": placements,
        "form": form,
        "is_self": person.pk == request.user.pk,
        "corrections": person.post_corrections.all() if person.earlier_posts else [],
    }
    return render(request, "units/person_detail.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def post_correct(request, pk):
    """Mend the words of a person's post; past acts stay told in the old ones."""
    _require_administrator(request)
    person = get_object_or_404(User.objects.filter(pk__in=_placements(request).values("user")), pk=pk)
    form = PostForm(request.POST or None, initial={"post": person.post})
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent:
        with refusals_on(form):
            services.correct_post(person, **form.cleaned_data, by=request.user, seen=request.POST.get("seen"))
            messages.success(request, "Đã sửa chức danh. Việc đã làm trước đó vẫn ghi theo chức danh cũ.")
            return redirect("units:person_detail", pk=person.pk)
    person.refresh_from_db(fields=["post"])  # as somebody else may have corrected it since
    seen = seen_again(request, person.post, was_asked=is_sent)
    context = {"form": form, "person": person, "seen": seen}
    return render(request, "units/post_correct.html", context, status=422 if form.errors else 200)


@require_POST
def password_reset(request, pk):
    """A new one-time password for somebody placed within the administrator's place, shown once."""
    _require_administrator(request)
    person = get_object_or_404(User.objects.filter(pk__in=_placements(request).values("user")), pk=pk)
    try:
        password = services.reset_password(person, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(
            request,
            f"Mật khẩu dùng một lần của {person.username}: {password} – chỉ hiện lần này, hãy trao tận tay người dùng.",
        )
    return redirect("units:person_detail", pk=person.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def placement_end(request, pk):
    """Name the last day of a placement, or (`ngay`) withdraw it at this moment."""
    _require_administrator(request)
    placement = get_object_or_404(_placements(request), pk=pk)
    if not may_end_placement(request.user, placement):
        raise Http404
    form = EndForm(request.POST or None)
    if request.method == "POST":
        at_once = "ngay" in request.POST
        if at_once or form.is_valid():
            with refusals_on(form):
                if at_once:
                    services.withdraw_placement(placement, by=request.user)
                else:
                    services.end_placement(placement, by=request.user, on=form.cleaned_data["on"])
                messages.success(request, f"Đã kết thúc phân công: {placement}.")
                return redirect("units:person_detail", pk=placement.user_id)
    context = {"placement": placement, "form": form}
    return render(request, "units/placement_end.html", context, status=422 if form.errors else 200)
