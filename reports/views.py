"""Pages of the reports app: overview, roll-up, asking for a file, its progress, schedules."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models.functions import Now
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluations.models import Cycle
from portal.core import store
from portal.core.errors import Refused
from portal.core.models import Job, JobState
from portal.core.once import once
from units.enums import JUDGED, LEVELS, UnitKind
from units.models import Unit

from . import permissions, recurrence, services
from .catalogue import PDF, REPORTS, TREND_YEARS, XLSX, Report
from .charts import trend_svg
from .datasets import By, trend, yearly_rollup
from .forms import RecurrenceForm, programme_names
from .models import ReportRun, Schedule

CONTENT_TYPES = {
    PDF: "application/pdf",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KIND_CHOICES = [(kind.value, kind.label) for kind in JUDGED]


def schedulers_only(view):
    """Provincial staff and administrators; everybody else is told 403."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if not permissions.may_schedule(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapper


# --- where and when --------------------------------------------------------------------------------------------
def chosen_place(request, cycle: Cycle | None, text: str | None = None) -> Unit | None:
    """The unit asked for by `don_vi`, or the user's first place in the cycle's province; Http404 out of scope."""
    asked = request.GET.get("don_vi", "") if text is None else text
    if asked:
        if not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
            raise Http404
        visible = Unit.objects.visible_to(request.user).select_related("parent")
        return get_object_or_404(visible.filter(kind__in=LEVELS), pk=int(asked))
    places = [place for place in request.user.places() if cycle is None or place.province_id == cycle.province_id]
    return next((place for place in places if place.is_level), places[0] if places else None)


def chosen_kind(request) -> str | None:
    kind = request.GET.get("loai", "")
    return kind if kind in dict(KIND_CHOICES) else None


def above_in_scope(user, place: Unit) -> Unit | None:
    """The unit above, unless the place is where the user's own scope ends."""
    return None if place.pk in {own.pk for own in user.places()} else place.parent


def tabs_of(place: Unit) -> list[tuple[str, str]]:
    """The ways the place can be counted: a commune has no district below it."""
    below = {UnitKind.PROVINCE: [By.KIND, By.DISTRICT, By.COMMUNE], UnitKind.DISTRICT: [By.KIND, By.COMMUNE]}
    return [(by.value, by.label) for by in below.get(place.kind, [By.KIND])]


# --- figures ---------------------------------------------------------------------------------------------------
@require_safe
def overview(request):
    """The newest cycle of the user's place at a glance."""
    cycles = list(Cycle.objects.visible_to(request.user).select_related("programme", "province").order_by("-year"))
    cycle = next((cycle for cycle in cycles if str(cycle.pk) == request.GET.get("ky")), cycles[0] if cycles else None)
    place = chosen_place(request, cycle)
    if cycle is None or place is None:
        return render(request, "reports/overview.html", {"cycle": None})
    by = {UnitKind.PROVINCE: By.DISTRICT, UnitKind.DISTRICT: By.COMMUNE}.get(place.kind, By.KIND)
    table = yearly_rollup(cycle, place=place, by=by)
    years = trend(cycle.programme.code, place, cycle.year, TREND_YEARS)
    context = {
        "cycle": cycle,
        "cycles": cycles,
        "place": place,
        "above": above_in_scope(request.user, place),
        "table": table,
        "counts": table.total,
        "years": years,
        "chart": trend_svg(years),
    }
    return render(request, "reports/overview.html", context)


@require_safe
def rollup(request, pk):
    """The yearly roll-up of a cycle as a page, counted by kind, district or commune."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme", "province"), pk=pk)
    place = chosen_place(request, cycle)
    if place is None or place.province_id != cycle.province_id:
        raise Http404
    tabs = tabs_of(place)
    by = request.GET.get("theo", "")
    if by not in dict(tabs):
        by = tabs[1][0] if len(tabs) > 1 else By.KIND
    kind = chosen_kind(request)
    context = {
        "cycle": cycle,
        "place": place,
        "above": above_in_scope(request.user, place),
        "table": yearly_rollup(cycle, place=place, by=by, kind=kind),
        "tabs": tabs,
        "by": by,
        "kind": kind,
        "kinds": KIND_CHOICES,
        "drills": by != By.KIND,
    }
    return render(request, "reports/rollup.html", context)


# --- asking for a file -----------------------------------------------------------------------------------------
@require_safe
def catalogue(request):
    context = {
        "reports": REPORTS.values(),
        "rows": _titled(_runs(request)[:5]),
        "may_schedule": permissions.may_schedule(request.user),
        "has_place": any(place.is_level for place in request.user.places()),
    }
    return render(request, "reports/catalogue.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def ask(request, slug):
    """Fill in a report's parameters and ask for its file."""
    report = _report(slug)
    if request.method == "POST":
        chosen_place(request, None, request.POST.get("place", ""))  # somebody else's place is not there
    form = report.form(request.POST or None, user=request.user, initial={"place": request.GET.get("don_vi")})
    if form.is_valid():
        try:
            report.check(form.params(), form.place_chosen)
        except Refused as refusal:
            form.add_error(None, refusal.sentence)
        else:
            run = services.ask_report(slug, form.params(), form.cleaned_data["format"], form.place_chosen, request.user)
            return redirect("reports:run_detail", run.pk)
    context = {"report": report, "form": form}
    return render(request, "reports/ask.html", context, status=422 if form.errors else 200)


@require_POST
@once
def rollup_print(request, pk, format):
    """The buttons of the roll-up page: the yearly report of the place shown there."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme"), pk=pk)
    place = chosen_place(request, cycle, request.POST.get("don_vi", ""))
    if place is None or not place.is_level or place.province_id != cycle.province_id or format not in CONTENT_TYPES:
        raise Http404
    kind = request.POST.get("loai", "")
    params = {
        "programme": cycle.programme.code,
        "year": cycle.year,
        "kind": kind if kind in dict(KIND_CHOICES) else "",
    }
    run = services.ask_report("yearly", params, format, place, request.user)
    return redirect("reports:run_detail", run.pk)


@require_safe
def run_list(request):
    page = Paginator(_runs(request), 30).get_page(request.GET.get("page"))
    return render(request, "reports/run_list.html", {"page_obj": page, "rows": _titled(page)})


@require_safe
def run_detail(request, pk):
    run = get_object_or_404(_runs(request), pk=pk)
    return render(request, "reports/run_detail.html", _run_context(run, request.user))


@require_safe
def run_progress(request, pk):
    """The part of the page that changes while the job runs."""
    run = get_object_or_404(_runs(request), pk=pk)
    return render(request, "reports/_run_progress.html", _run_context(run, request.user))


@require_safe
def download(request, pk):
    """The finished file, its bytes checked against the row; never shown inside the portal's own pages."""
    run = get_object_or_404(_runs(request), pk=pk, job__state=JobState.DONE)
    try:
        path = store.take(run.job.output_sha256)
    except store.Damaged:
        messages.error(
            request, "Tệp đã lưu bị hỏng hoặc mất nên không tải được. Hãy bấm “In lại”, và báo quản trị viên."
        )
        return redirect("reports:run_detail", run.pk)
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=run.job.output_name, content_type=CONTENT_TYPES[run.format]
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@once
def run_again(request, pk):
    """The same report, asked for anew by whoever presses the button."""
    run = get_object_or_404(_runs(request), pk=pk)
    if run.report not in REPORTS or not permissions.may_retry(request.user, run):
        raise Http404
    again = services.ask_report(run.report, run.params, run.format, run.place, request.user)
    return redirect("reports:run_detail", again.pk)


# --- schedules -------------------------------------------------------------------------------------------------
@require_safe
@schedulers_only
def schedule_list(request):
    schedules = Schedule.objects.visible_to(request.user).select_related("place", "created_by").annotate(now=Now())
    rows = [
        {
            "schedule": schedule,
            "title": _title(schedule.report),
            "words": recurrence.in_words(schedule.rule),
            "next": recurrence.upcoming(schedule.rule, starts_at=schedule.starts_at, now=schedule.now, number=1),
        }
        for schedule in schedules
    ]
    context = {"rows": rows, "reports": REPORTS.values()}
    return render(request, "reports/schedule_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@schedulers_only
@once
def schedule_create(request, slug):
    """Set a report to make itself; the next moments are shown before it is saved."""
    report = _report(slug)
    if request.method == "POST":
        chosen_place(request, None, request.POST.get("place", ""))
    form = report.form(request.POST or None, user=request.user)
    rule_form = RecurrenceForm(
        request.POST or None, initial={"every": recurrence.Every.MONTH, "month": 1, "day": 1, "time": "07:00"}
    )
    moments = []
    if request.method == "POST" and all([form.is_valid(), rule_form.is_valid()]):
        now = timezone.now()
        moments = recurrence.upcoming(rule_form.rule(), starts_at=now, now=now)
        if "save" in request.POST:
            services.make_schedule(
                slug,
                form.params(),
                form.cleaned_data["format"],
                form.place_chosen,
                rule_form.rule(),
                request.user,
                starts_at=now,
            )
            messages.success(request, f"Đã đặt lịch. Lần in đầu tiên: {_moment(moments[0])}.")
            return redirect("reports:schedule_list")
    context = {
        "report": report,
        "form": form,
        "rule_form": rule_form,
        "moments": moments,
        "words": recurrence.in_words(rule_form.rule()) if moments else "",
    }
    status = 422 if form.errors or rule_form.errors else 200
    return render(request, "reports/schedule_create.html", context, status=status)


@require_POST
@schedulers_only
def schedule_toggle(request, pk):
    schedule = get_object_or_404(Schedule.objects.visible_to(request.user), pk=pk)
    services.toggle_schedule(schedule)
    messages.success(request, "Đã bật lịch." if schedule.is_active else "Đã tạm dừng lịch.")
    return redirect("reports:schedule_list")


@require_POST
@schedulers_only
def schedule_delete(request, pk):
    schedule = get_object_or_404(Schedule.objects.visible_to(request.user), pk=pk)
    services.delete_schedule(schedule)
    messages.success(request, "Đã xoá lịch. Các báo cáo đã in vẫn được giữ.")
    return redirect("reports:schedule_list")


# --- shared ----------------------------------------------------------------------------------------------------
def _report(slug: str) -> Report:
    if slug not in REPORTS:
        raise Http404
    return REPORTS[slug]


def _runs(request):
    return ReportRun.objects.visible_to(request.user).select_related("job", "job__asked_by", "place", "schedule")


def _title(slug: str) -> str:
    """The report's title; its bare key when it is no longer made."""
    return REPORTS[slug].title if slug in REPORTS else slug


def _titled(runs) -> list[dict]:
    return [{"run": run, "title": _title(run.report)} for run in runs]


def _moment(moment) -> str:
    return f"{timezone.localtime(moment):%H:%M ngày %d/%m/%Y}"


def _run_context(run: ReportRun, user) -> dict:
    job: Job = run.job
    report = REPORTS.get(run.report)
    return {
        "run": run,
        "job": job,
        "title": _title(run.report),
        "is_done": job.state == JobState.DONE,
        "is_failed": job.state == JobState.FAILED,
        "asked": _answers(run),
        "can_retry": report is not None and permissions.may_retry(user, run),
    }


def _answers(run: ReportRun) -> list[tuple[str, str]]:
    """What was asked, in the words of the form."""
    report = REPORTS.get(run.report)
    fields = report.form.base_fields if report else {}
    programmes = programme_names()
    answers = []
    for name in fields.keys() & run.params.keys():
        given = run.params[name]
        values = [value for value in (given if isinstance(given, list) else [given]) if value not in (None, "")]
        labels = programmes | {value: label for value, label in getattr(fields[name], "choices", []) if value}
        shown = ", ".join(str(labels.get(value, value)) for value in values)
        answers.append((fields[name].label, shown or ("Mới nhất" if name.endswith("year") else "Tất cả")))
    return sorted(answers)
