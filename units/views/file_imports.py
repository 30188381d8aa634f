"""Files whose rows were written: those of a kind, and one taken back."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import jobs
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.vietnamese.moments import moment_text
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once, token_of
from portal.core.web.pages import page_of

from .. import services
from ..files.intakes import place_of, word_of
from ..forms import UndoForm
from ..models import FileImport

RECENT = 10  # on the page that takes a kind of file
PAGE = "units/import_undo.html"
COLUMNS = (
    ListColumn("Loại tệp", lambda one: word_of(one.kind, one.slug)),
    ListColumn("Tệp", "name"),
    ListColumn("Lúc", lambda one: moment_text(one.at)),
    ListColumn("Người nhập", lambda one: one.job.asked_by and one.job.asked_by.called(one.job.asked_at)),
    ListColumn("Địa bàn", "place.name"),
    ListColumn("Đã ghi", "told"),
    ListColumn("Tình trạng", lambda one: "Đã hoàn tác" if one.is_undone else "Đã ghi"),
    ListColumn("Hoàn tác lúc", lambda one: moment_text(one.undone_at) if one.is_undone else ""),
    ListColumn("Người hoàn tác", lambda one: one.is_undone and one.undo_job.asked_by.called(one.undone_at) or ""),
    ListColumn("Lý do hoàn tác", "undo_reason"),
)


def recent_imports(user, kind: str, slug: str) -> QuerySet[FileImport]:
    """The last files of the kind that the reader sent, or that went into places they administer."""
    return FileImport.objects.visible_to(user).filter(kind=kind, slug=slug).told()[:RECENT]


def imports_listed(asked: Asking) -> Listed:
    return listed("Các lần nhập tệp", "cac-lan-nhap-tep", FileImport.objects.visible_to(asked.user).told(), COLUMNS)


@require_safe
@leaves_as(imports_listed)
def import_list(request):
    """Files of every kind whose rows were written, the newest first: those the pages that take files no longer show."""
    page = page_of(FileImport.objects.visible_to(request.user).told(), request)
    rows = [(one, word_of(one.kind, one.slug)) for one in page]
    return render(request, "units/import_list.html", {"page": page, "rows": rows})


def why_not(record: FileImport) -> tuple[list[str], list[str]]:
    """Why the file's rows cannot be taken back now, nothing where they can; and which stay as they are. Only reads: the
    job asks the same again."""
    if record.kind not in services.TAKEN_BACK:
        return [services.NEVER[record.kind]], []
    standing = services.standing_of(record)
    if standing.in_the_way:
        return standing.sentence.split("\n"), []
    return [], standing.all_left


@require_http_methods(["GET", "HEAD", "POST"])
@once
def import_undo(request, pk):
    """What a file wrote and whether it can be taken back; a POST with a reason asks for the job that does."""
    seen = FileImport.objects.visible_to(request.user).select_related("job__asked_by", "undo_job__asked_by", "place")
    found = get_object_or_404(seen, pk=pk)
    form = UndoForm(request.POST or None)
    in_the_way, left = ([], found.undo_left.splitlines()) if found.is_undone else why_not(found)
    if request.method == "POST" and form.is_valid() and not found.is_undone and not in_the_way:
        params = {"import": found.pk, "of": found.kind, "name": found.name, "reason": form.cleaned_data["reason"]}
        if found.slug:
            params["slug"] = found.slug
        key = f"undo_import:{found.pk}:{request.user.pk}:{token_of(request)}"
        job, _ = jobs.ask("undo_import", key, params, by=request.user)
        return redirect("units:import_job", pk=job.pk)
    rows, again = place_of(found.kind, found.slug)
    context = {"found": found, "form": form, "in_the_way": in_the_way, "what": word_of(found.kind, found.slug)}
    is_in_part = found.kind in services.TAKEN_BACK and services.TAKEN_BACK[found.kind].leaves is not None
    context |= {"left": left, "is_in_part": is_in_part}
    status = 422 if request.method == "POST" else 200
    return render(request, PAGE, context | {"rows": rows, "again": again}, status=status)
