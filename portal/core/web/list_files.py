"""Lists as files: given at once on their page's own address (`dang=xlsx`, `dang=csv`), or made by a job when long."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from .. import jobs, lists
from ..files import store
from ..lists import Listed
from ..models import Job
from ..vietnamese.text import storable
from .once import new_token, once

LONGEST_ADDRESS = 2000
Find = Callable[..., Listed]


def leaves_as(find: Find) -> Callable[[Callable], Callable]:
    """The page also gives its list as a file, where the address asks for one (`dang`)."""

    def decorated(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(request, *args, **kwargs):
            if request.method in ("GET", "HEAD") and request.GET.get("dang") in lists.ENDINGS:
                return _give(request, find(request, *args, **kwargs), request.path)
            return view(request, *args, **kwargs)

        wrapper.listed = find  # type: ignore[attr-defined]  # -- read by `lists.found_at`
        return wrapper

    return decorated


def file_of(find: Find, page: str) -> Callable:
    """A view that gives a list as a file and nothing else, a workbook unless `dang` says otherwise. `page` is the
    route, with the same arguments, of the page that shows the list and what is wrong with a filter."""

    @require_safe
    def view(request, *args, **kwargs):
        return _give(request, find(request, *args, **kwargs), reverse(page, args=args, kwargs=kwargs))

    view.listed, view.page = find, page  # type: ignore[attr-defined]  # -- read by `lists.found_at` and `_page_at`
    return view


def _give(request, found: Listed, page: str) -> HttpResponse:
    """The file of a short list; of a long one the page that asks whether to have it made; of a filter that cannot be
    read the way back to the list's page, which says what is wrong with it."""
    query = request.GET.copy()
    ending = query.pop("dang", [""])[-1]
    ending = ending if ending in lists.ENDINGS else "xlsx"
    filtered = f"?{query.urlencode()}" if query else ""
    if found.is_refused:
        messages.error(request, "Chưa tải được tệp vì bộ lọc có ô chưa đúng. Hãy sửa ô đó rồi tải lại.")
        return redirect(f"{page}{filtered}")
    if found.many > lists.AT_ONCE:
        asked = {"address": f"{request.path_info}{filtered}", "ending": ending}
        shown = {"page": f"{page}{filtered}", "title": found.title, "many": found.many}
        return render(request, "core/list_file_ask.html", asked | shown)
    out = BytesIO()
    lists.write(found, ending, out)
    disposition = f'attachment; filename="{found.file_name(ending)}"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse(out.getvalue(), content_type=lists.ENDINGS[ending], headers=headers)


@require_POST
@once
def list_file_ask(request):
    """Have a long list's file made by a job; 404 for an address that is no list of the reader's."""
    address, ending = storable(request.POST.get("address", "")), request.POST.get("ending", "")
    if len(address) > LONGEST_ADDRESS or ending not in lists.ENDINGS:
        raise Http404
    found = lists.found_at(address, request.user)
    if found.is_refused:
        return redirect(_page_at(address))
    params = {"address": address, "page": _page_at(address), "ending": ending, "title": found.title}
    job, _ = jobs.ask(lists.KIND, f"{lists.KIND}:{new_token()}", params, by=request.user)
    return redirect("list_file", pk=job.pk)


def _page_at(address: str) -> str:
    """Where the list of the address is shown."""
    path, _, query = address.partition("?")
    found = resolve(path)
    route = getattr(found.func, "page", "")
    shown = reverse(route, args=found.args, kwargs=found.kwargs) if route else path
    return f"{shown}?{query}" if query else shown


# --- the job -----------------------------------------------------------------------------------------------------
def _own_job(request, pk: int) -> Job:
    """The reader's own; 404 to everybody else."""
    return get_object_or_404(Job, pk=pk, kind=lists.KIND, asked_by=request.user)


def _waits_until(job: Job) -> datetime | None:
    """When a made file is dropped; None while it is not made or once it is gone."""
    if not job.is_done or not job.output_sha256 or job.finished_at is None:
        return None
    until = job.finished_at + lists.KEPT
    return until if until > timezone.now() else None


def _job_context(job: Job) -> dict[str, Any]:
    until = _waits_until(job)
    params = {name: job.params[name] for name in ("address", "page", "ending", "title")}
    return params | {"job": job, "until": until, "is_gone": job.is_done and until is None}


@require_safe
def list_file(request, pk):
    """How far the file is; once it is made, the link to it for a day."""
    return render(request, "core/list_file.html", _job_context(_own_job(request, pk)))


@require_safe
def list_file_progress(request, pk):
    """The part of the page that is asked for again until the job has ended."""
    return render(request, "core/_list_file_progress.html", _job_context(_own_job(request, pk)))


@require_safe
def list_file_take(request, pk):
    """The made file, to whoever asked for it, within a day."""
    job = _own_job(request, pk)
    if _waits_until(job) is None:
        return redirect("list_file", pk=job.pk)  # which says what became of it
    try:
        file = store.take(job.output_sha256).open("rb")
    except store.Damaged:
        messages.error(request, "Tệp đã lập bị hỏng hoặc mất nên không tải được. Hãy lập lại tệp.")
        return redirect("list_file", pk=job.pk)
    file.seek(lists.APART)
    kind = lists.ENDINGS[job.params["ending"]]
    return FileResponse(file, as_attachment=True, filename=job.output_name, content_type=kind)
