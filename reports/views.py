"""Pages of the reports app: overview, roll-up, asking for a file, its progress, schedules."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.db.models.functions import Now
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluations.models import Cycle, Decision
from portal.core.errors import Refused
from portal.core.files import store
from portal.core.lists import Asking, ListColumn, Listed, day_of, listed
from portal.core.models import Job, JobState
from portal.core.vietnamese.moments import moment_text
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import refusals_on

from . import permissions, services
from .catalogue.entries import PDF, REPORTS, TREND_YEARS, XLSX, Report
from .catalogue.parameters import (
    KIND_CHOICES,
    above_in_scope,
    chosen_boundaries,
    chosen_kind,
    chosen_place,
    kinds_of,
    may_hold,
    place_of_today,
    places_before,
    tabs_of,
)
from .datasets import Boundaries, By, grades_of, rollup_of, scope_of, trend, ways_below
from .datasets.criteria_sets import set_in_words
from .forms import CriteriaForm, RecurrenceForm, Whose, places_of, programme_names
from .models import ReportRun, Schedule
from .papers.charts import trend_svg
from .papers.criteria import COLUMNS, find_sets
from .papers.notes import boundary_notes, own_notes, years_notes
from .schedules import recurrence

CONTENT_TYPES = {
    PDF: "application/pdf",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LISTED = [report for report in REPORTS.values() if report.listed]
PRINTS = [(PDF, "Tạo PDF"), (XLSX, "Tạo XLSX")]


def schedulers_only(view):
    """Provincial staff and administrators; everybody else is told 403."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        if not permissions.may_schedule(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapper


# --- figures ---------------------------------------------------------------------------------------------------
@require_safe
def overview(request):
    """The newest cycle of the user's place at a glance."""
    cycles = list(
        Cycle.objects.visible_to(request.user)
        .select_related("programme", "province")
        .order_by("-year", F("place").asc(nulls_first=True), "programme__code", "pk")
    )
    cycle = next((cycle for cycle in cycles if str(cycle.pk) == request.GET.get("ky")), cycles[0] if cycles else None)
    place, boundaries = chosen_place(request, cycle), chosen_boundaries(request, cycle=cycle)
    if cycle is None or place is None or (cycle.place_id and not may_hold(cycle, place, boundaries)):
        return render(request, "reports/overview.html", {"cycle": None})
    if boundaries == Boundaries.TODAY:
        place = place_of_today(request, place)
    scope = scope_of(cycle, place, boundaries)
    by = next(iter(ways_below(scope)), By.KIND)
    table = rollup_of(scope, by=by)
    years = trend(cycle.programme.code, place, cycle.year, TREND_YEARS, boundaries=boundaries)
    context = {
        "cycle": cycle,
        "cycles": cycles,
        "provinces": len({one.province_id for one in cycles}),
        "place": place,
        "name": scope.name,
        "above": above_in_scope(request.user, place, cycle),
        "boundaries": boundaries,
        "switch": Boundaries.choices,
        "of_today": boundaries == Boundaries.TODAY,
        "notes": [*own_notes(scope), *years_notes(years)],
        "table": table,
        "counts": table.total,
        "grades": grades_of(table),
        "years": years,
        "chart": trend_svg(years, scope.name),
    }
    return render(request, "reports/overview.html", context)


@require_safe
def rollup(request, pk):
    """The yearly roll-up of a cycle as a page, counted by kind, district or commune."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user).select_related("programme", "province"), pk=pk)
    place, boundaries = chosen_place(request, cycle), chosen_boundaries(request, cycle=cycle)
    if place is None:
        raise Http404
    if boundaries == Boundaries.TODAY:
        place = place_of_today(request, place)
    before: list = []
    if not may_hold(cycle, place, boundaries):
        before = places_before(request.user, place, cycle)
        if not before:
            raise Http404
    scope = scope_of(cycle, place, boundaries)
    tabs = tabs_of(scope)
    by = request.GET.get("theo", "")
    if by not in dict(tabs):
        by = tabs[1][0] if len(tabs) > 1 else By.KIND
    kind = chosen_kind(request, scope)
    table = rollup_of(scope, by=by, kind=kind)
    context = {
        "cycle": cycle,
        "place": place,
        "name": scope.name,
        "before": before,
        "above": above_in_scope(request.user, place, cycle),
        "boundaries": boundaries,
        "switch": Boundaries.choices,
        "notes": boundary_notes(scope, kind),
        "table": table,
        "grades": grades_of(table),
        "tabs": tabs,
        "by": by,
        "kind": kind,
        "kinds": kinds_of(scope),
        "drills": by != By.KIND,
    }
    return render(request, "reports/rollup.html", context)


@require_safe
def criteria_asks(request):
    """What criteria sets ask, as the report of that name prints it; the form of the report chooses them."""
    places = places_of(request.user)
    sets, sentence = [], ""
    data = request.GET.copy()
    if data and places:
        data.setdefault("place", str(places[0].pk))
        data.setdefault("format", PDF)
    form = CriteriaForm(data or None, user=request.user, initial={"year": timezone.localdate().year})
    if form.is_valid():
        try:
            sets = [set_in_words(one) for one in find_sets(form.params(), form.place_chosen)]
        except Refused as refusal:
            sentence = refusal.sentence
    context = {
        "form": form,
        "sets": sets,
        "sentence": sentence,
        "columns": COLUMNS,
        "formats": PRINTS,
        "params": [one for one in form.cleaned_data.items() if one[0] != "format"] if form.is_valid() else [],
        "has_place": bool(places),
    }
    return render(request, "reports/criteria_asks.html", context)


# --- asking for a file -----------------------------------------------------------------------------------------
@require_safe
def catalogue(request):
    context = {
        "reports": LISTED,
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
        with refusals_on(form):
            report.check(form.params(), form.place_chosen)
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
    if place is None or not place.is_level or format not in CONTENT_TYPES:
        raise Http404
    kind = request.POST.get("loai", "")
    boundaries = chosen_boundaries(request, request.POST.get("ranh_gioi", ""), cycle=cycle)
    if not may_hold(cycle, place, boundaries):
        raise Http404
    params = {
        "programme": cycle.programme.code,
        "year": cycle.year,
        "kind": kind if kind in dict(KIND_CHOICES) else "",
        "ranh_gioi": boundaries.value,
        "whose": (Whose.OWN if cycle.place_id else Whose.PROVINCE).value,
    }
    try:
        REPORTS["yearly"].check(params, place)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("reports:rollup", cycle.pk)
    run = services.ask_report("yearly", params, format, place, request.user)
    return redirect("reports:run_detail", run.pk)


@require_POST
@once
def decision_print(request, pk):
    """The button on the page of a decision that was drafted and not issued yet."""
    drafts = Decision.objects.visible_to(request.user).filter(issued_at=None, sitting__isnull=False)
    decision = get_object_or_404(drafts.select_related("issuer"), pk=pk)
    run = services.ask_report("decision_draft", {"decision": decision.pk}, PDF, decision.issuer, request.user)
    return redirect("reports:run_detail", run.pk)


RUNS = (
    ListColumn("Báo cáo", lambda run: _title(run.report)),
    ListColumn("Phạm vi", "place.dated_name"),
    ListColumn("Dạng tệp", "get_format_display"),
    ListColumn("Yêu cầu ngày", lambda run: day_of(run.created_at)),
    ListColumn("Người yêu cầu", lambda run: run.job.asked_by and run.job.asked_by.called(run.created_at)),
    ListColumn("Tình trạng", "job.get_state_display"),
    ListColumn("Tệp", "job.output_name"),
    ListColumn("Mã nội dung tệp", "job.output_sha256"),
)


def runs_listed(asked: Asking) -> Listed:
    return listed("Các lần in báo cáo", "lan-in-bao-cao", _runs(asked), RUNS)


@require_safe
@leaves_as(runs_listed)
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
SCHEDULES = (
    ListColumn("Báo cáo", lambda one: _title(one.report)),
    ListColumn("Dạng tệp", "get_format_display"),
    ListColumn("Phạm vi", "place.dated_name"),
    ListColumn("Lịch", lambda one: recurrence.in_words(one.rule)),
    ListColumn("Người đặt", lambda one: str(one.created_by)),
    ListColumn("Lần tới", lambda one: "; ".join(moment_text(moment) for moment in _next_of(one))),
    ListColumn("Gần nhất", lambda one: moment_text(one.last_run_at) if one.last_run_at else ""),
    ListColumn("Tình trạng", lambda one: "Đang bật" if one.is_active else "Tạm dừng"),
)


def _schedules(asked: Asking):
    return Schedule.objects.visible_to(asked.user).select_related("place", "created_by").annotate(now=Now())


def _next_of(schedule) -> list:
    """When it runs next, as a list of one; none while it is off."""
    if not schedule.is_active:
        return []
    return recurrence.upcoming(schedule.rule, starts_at=schedule.starts_at, now=schedule.now, number=1)


def schedules_listed(asked: Asking) -> Listed:
    return listed("Lịch báo cáo", "lich-bao-cao", _schedules(asked), SCHEDULES)


@require_safe
@schedulers_only
@leaves_as(schedules_listed)
def schedule_list(request):
    rows = [
        {
            "schedule": schedule,
            "title": _title(schedule.report),
            "words": recurrence.in_words(schedule.rule),
            "next": _next_of(schedule),
        }
        for schedule in _schedules(request)
    ]
    context = {"rows": rows, "reports": LISTED}
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
        request.POST or None, initial={"every": recurrence.Every.MONTH, "day": 1, "time": "07:00"}
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
            messages.success(request, f"Đã đặt lịch. Lần in đầu tiên: {moment_text(moments[0])}.")
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
    if slug not in REPORTS or not REPORTS[slug].listed:
        raise Http404
    return REPORTS[slug]


def _runs(asked: Asking):
    return ReportRun.objects.visible_to(asked.user).select_related("job", "job__asked_by", "place", "schedule")


def _title(slug: str) -> str:
    """The report's title; its bare key when it is no longer made."""
    return REPORTS[slug].title if slug in REPORTS else slug


def _titled(runs) -> list[dict]:
    return [{"run": run, "title": _title(run.report)} for run in runs]


def _run_context(run: ReportRun, user) -> dict:
    job: Job = run.job
    report = REPORTS.get(run.report)
    return {
        "run": run,
        "job": job,
        "title": _title(run.report),
        "is_done": job.state == JobState.DONE,
        "is_failed": job.state == JobState.FAILED,
        "answers": _answers(run, user),
        "can_retry": report is not None and permissions.may_retry(user, run),
    }


def _answers(run: ReportRun, user) -> list[tuple[str, str]]:
    """What was asked, in the words of the form."""
    report = REPORTS.get(run.report)
    fields = report.form(user=user).fields if report else {}
    programmes = programme_names(user)
    answers = []
    for name in fields.keys() & run.params.keys():
        given = run.params[name]
        values = [value for value in (given if isinstance(given, list) else [given]) if value not in (None, "")]
        labels = programmes | {value: label for value, label in getattr(fields[name], "choices", []) if value}
        shown = "; ".join(str(labels.get(value, value)) for value in values)
        answers.append((str(fields[name].label), shown or ("Mới nhất" if name.endswith("year") else "Tất cả")))
    return sorted(answers)
