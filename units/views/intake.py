"""Files taken in: checked whole, shown, and after a yes written by a job whose progress is told; lists given out."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.core import jobs
from portal.core.files import store
from portal.core.models import Job
from portal.core.sheets import writing
from portal.core.sheets.templates import Template, as_template, sentences

from .. import services
from ..files.intakes import PLACES, keep_seen, place_of, word_of
from ..forms import UnitFileForm
from ..models import FileImport
from .file_imports import recent_imports
from .marked import marked_address

SHOWN = 200  # problems and preview rows on a page
DAY = 24 * 3600
UNDO = "undo_import"  # the job that takes a file's rows back


@dataclass(frozen=True)
class Intake:
    """One kind of file: the job that writes it, its two pages, how its bytes are read and what a preview shows."""

    job: str
    form: type[UnitFileForm]
    upload: str  # name of the route that takes the file
    preview: str
    page: str
    preview_page: str
    read: Callable[[bytes, str, Any], Any]  # (data, file, user) to what has `problems`
    shown: Callable[[Any], dict]
    template: Template | None = None  # none where what is filled is made of the rows themselves
    template_at: str = ""  # name of the route that gives the template; where empty, the one that takes the file
    choices: Callable[[], Mapping[str, Iterable[str]]] = dict  # values some columns may have here and now
    pages: Callable[[Any], list] = lambda user: []  # what the user may look up in the template: see `as_template`
    context: dict = field(default_factory=dict)
    args: tuple = ()  # of the routes; the job is told the register's
    named: dict = field(default_factory=dict)  # what else the reader chose: goes with the file to its job

    @property
    def asking(self) -> dict:
        """What the page that takes the file is rendered with, its empty form for one."""
        upload = reverse(self.upload, args=self.args)
        page = {"form": self.form(template=self.template), "upload": upload, "provinces": (), "chosen": None}
        page["template_at"] = reverse(self.template_at, args=self.args) if self.template_at else upload
        told = sentences(self.template) if self.template else []
        return page | {"template": self.offered, "sentences": told} | self.context

    @property
    def offered(self) -> Template | None:
        """The template with what its columns may hold here and now."""
        return self.template.offering(self.choices()) if self.template else None

    @property
    def params(self) -> dict:
        return ({"slug": self.args[0]} if self.args else {}) | self.named


def take(request, intake: Intake):
    """The page that takes a file, or cells pasted in place of one, and checks all its rows; nothing is written but the
    file itself."""
    if request.method != "POST" and "dang" in request.GET:
        return template_of(request, intake)
    context = _asking(request, intake)
    if request.method != "POST":
        return render(request, intake.page, context)
    form = intake.form(request.POST, request.FILES, template=intake.template)
    context["form"] = form
    if not form.is_valid():
        return render(request, intake.page, context, status=422)
    data, name = form.taken()
    found = intake.read(data, name, request.user)
    if found.problems:
        return _refuse(request, intake, context, data, name, found.problems)
    named = {"sha256": store.put([data]).sha256, "name": name[:200], "user": request.user.pk, **intake.params}
    return _to_preview(intake, named | _seen(found))


def _asking(request, intake: Intake) -> dict:
    """The page that takes the file, with the last ones the reader may look at."""
    slug = str(intake.args[0]) if intake.args else ""
    return intake.asking | {"imports": recent_imports(request.user, intake.job, slug)}


def _to_preview(intake: Intake, named: dict):
    return redirect(intake.preview, *intake.args, signing.dumps(named, salt=intake.job))


def _seen(found: Any) -> dict[str, str]:
    """What the preview is of: kept under the token, for the job to compare. Files that only add rows need none."""
    return {"seen": keep_seen(found)} if getattr(found, "held", None) else {}


def _refuse(request, intake: Intake, context: dict, data: bytes, file: str, problems: list):
    """The page that takes the file, with what is wrong in the one that was sent."""
    marked = marked_address(request, data, file, problems, intake.template, context["upload"])
    told = {"problems": problems[:SHOWN], "many": len(problems), "file": file, "marked": marked}
    return render(request, intake.page, context | told, status=422)


def confirm(request, intake: Intake, token: str):
    """What the checked file would write; a POST asks for the job that writes it."""
    kept = kept_file(request, intake, token)
    if request.method == "POST":
        asked = hashlib.sha256(f"{token} {request.POST.get('once', '')}".encode()).hexdigest()
        params = {name: kept.get(name, "") for name in ("sha256", "name", "seen")} | intake.params
        job, _ = jobs.ask(intake.job, f"{intake.job}:{request.user.pk}:{asked}", params, by=request.user)
        return redirect("units:import_job", pk=job.pk)
    try:
        data = store.take(kept["sha256"]).read_bytes()
    except store.Damaged:
        messages.error(request, "Tệp đã lưu không còn nguyên vẹn. Hãy gửi lại tệp.")
        return redirect(intake.upload, *intake.args)
    found = intake.read(data, kept["name"], request.user)
    if found.problems:  # units or rights changed since the upload
        return _refuse(request, intake, _asking(request, intake), data, kept["name"], found.problems)
    if (now := _seen(found)).get("seen", "") != kept.get("seen", ""):  # the page shows what is stored now
        return _to_preview(intake, {name: value for name, value in kept.items() if name != "seen"} | now)
    told = {"file": kept["name"], "notes": found.notes[:SHOWN], "token": token}
    return render(request, intake.preview_page, intake.context | told | intake.shown(found))


def signed(intake: Intake, token: str) -> dict:
    """What the token holds; 404 for a changed or a day-old one."""
    try:
        return signing.loads(token, salt=intake.job, max_age=DAY)
    except signing.BadSignature:
        raise Http404 from None


def kept_file(request, intake: Intake, token: str) -> dict:
    """What the token names; 404 for another person's or register's, a changed or a day-old one."""
    kept = signed(intake, token)
    if kept["user"] != request.user.pk or any(kept.get(name) != value for name, value in intake.params.items()):
        raise Http404
    return kept


def template_of(request, intake: Intake) -> HttpResponse:
    """The empty file to fill; 404 where the kind has none."""
    template = intake.offered
    if template is None:
        raise Http404
    return template_file(request, template, f"mau-{template.name}", *intake.pages(request.user))


def template_file(request, template: Template, name: str, *pages, rows: Iterable[list] = ()) -> HttpResponse:
    """The template as the reader asked for it (`dang`), with these rows in it: a workbook or CSV."""
    if request.GET.get("dang") == "xlsx":
        return as_file(name, writing.XLSX, as_template(template, *pages, rows=rows))
    return as_file(name, writing.CSV, writing.as_csv(template.headings.values(), rows))


def as_file(name: str, kind: str, data: bytes) -> HttpResponse:
    """An answer that is a file of the name, CSV or a workbook."""
    ending = "xlsx" if kind == writing.XLSX else "csv"
    disposition = f'attachment; filename="{name}.{ending}"'
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": disposition})


# --- the job -----------------------------------------------------------------------------------------------------
def _own_job(request, pk: int) -> dict:
    """The reader's own import, or undoing of one, with its words and the pages before and after it."""
    job = get_object_or_404(Job, pk=pk, kind__in=[*PLACES, UNDO], asked_by=request.user)
    kind, slug = job.params.get("of", job.kind), job.params.get("slug", "")
    rows, again = place_of(kind, slug)
    undo, never = "", services.NEVER.get(kind, "")
    if job.kind == UNDO:
        again = reverse("units:import_undo", args=[job.params["import"]])
    elif record := FileImport.objects.visible_to(request.user).filter(job=job, undone_at=None).only("pk").first():
        undo = reverse("units:import_undo", args=[record.pk])
    told = {"what": word_of(kind, slug), "rows": rows, "again": again, "undo": undo, "never": never}
    return told | {"job": job, "is_undoing": job.kind == UNDO}


@require_safe
def import_job(request, pk):
    return render(request, "units/import_job.html", _own_job(request, pk))


@require_safe
def import_progress(request, pk):
    """The part of the page that is asked for again until the job has ended."""
    return render(request, "units/_import_progress.html", _own_job(request, pk))
