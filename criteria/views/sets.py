"""Pages on criteria sets: which there are, one of them, two side by side, out as a file and in again."""

from itertools import groupby

from django import forms
from django.contrib import messages
from django.core import signing
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core import store
from portal.core.errors import Refused
from portal.core.once import once

from .. import compare, exchange, importing, sheet, workbook
from ..content import content_of, digest
from ..enums import Measure, Outcome, SetStatus
from ..filters import CriteriaSetFilterSet
from ..forms import ImportForm
from ..models import CriteriaSet
from ..packs import BadPacks
from ..permissions import may_write
from ..queries import provinces_written
from .editing import own_province, visible_set

STATUS_TONES = {SetStatus.DRAFT: "warn", SetStatus.PUBLISHED: "ok", SetStatus.RETIRED: "muted"}
MOST_FAULTS = 200
SALT = "criteria.import"
DAY = 24 * 3600
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WordsForm(forms.Form):
    q = forms.CharField(label="Tìm trong bộ tiêu chí", max_length=100, required=False)


@require_safe
def criteria_list(request):
    """Criteria sets by programme, the newest years first."""
    measured = Count("criteria", filter=~Q(criteria__measure=Measure.GROUP))
    sets = CriteriaSet.objects.visible_to(request.user).select_related("programme", "document", "base")
    filters = CriteriaSetFilterSet(request.GET, sets.annotate(criteria_count=measured), request=request)
    rows = sorted(filters.qs, key=lambda one: (one.programme.name, -one.first_year, one.code, -one.version))
    _read_successors(rows)
    programmes = [
        (programme, [(one, sheet.years(one), STATUS_TONES[one.status]) for one in together])
        for programme, together in groupby(rows, key=lambda one: one.programme)
    ]
    context = {"filters": filters, "programmes": programmes, "may_add": bool(provinces_written(request.user))}
    return render(request, "criteria/criteria_list.html", context)


def _read_successors(rows: list[CriteriaSet]) -> None:
    """One query for all rows of the list (see sheet.successor)."""
    later: dict[str, list[CriteriaSet]] = {}
    for one in CriteriaSet.objects.published().filter(code__in={row.code for row in rows}).order_by("version"):
        later.setdefault(one.code, []).append(one)
    for row in rows:
        row.after = next((one for one in later.get(row.code, []) if one.version > row.version), None)


@require_safe
def criteria_detail(request, pk):
    """One set as a table with its routes and dates; `q` looks for words without their marks."""
    criteria_set = visible_set(request, pk)
    form = WordsForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    others = CriteriaSet.objects.visible_to(request.user).filter(programme=criteria_set.programme).exclude(pk=pk)
    context = {
        "criteria_set": criteria_set,
        "form": form,
        "words": words,
        "lines": sheet.lines(criteria_set, words),
        "ways": sheet.ways(criteria_set, timezone.localdate()),
        "excluded": sheet.excluded(criteria_set),
        "window": sheet.window(criteria_set),
        "years": sheet.years(criteria_set),
        "status_tone": STATUS_TONES[criteria_set.status],
        "keeps_results_only": criteria_set.outcome == Outcome.RESULTS_ONLY,
        "outcomes": sheet.outcomes(criteria_set),
        "others": others.order_by("code", "version"),
        "may_write": may_write(request.user, criteria_set),
        "may_copy": bool(provinces_written(request.user)),
        "is_draft": criteria_set.status == SetStatus.DRAFT,
        "is_published": criteria_set.status == SetStatus.PUBLISHED,
    }
    return render(request, "criteria/criteria_detail.html", context)


@require_safe
def set_compare(request):
    """Two sets criterion by criterion (`tu`, `den`); `loai` shows one kind of difference."""
    sets = CriteriaSet.objects.visible_to(request.user).select_related("programme", "document", "base")
    chosen = [request.GET.get(name, "") for name in ("tu", "den")]
    if not all(pk.isdecimal() for pk in chosen):
        context = {"sets": sets.order_by("programme", "code", "version"), "chosen": chosen, "pairs": None}
        return render(request, "criteria/set_compare.html", context)
    old, new = (get_object_or_404(sets, pk=pk) for pk in chosen)
    before, after = content_of(old), content_of(new)
    found = compare.pairs(before, after)
    counts = compare.counts(found)
    status = request.GET.get("loai", "")
    if status in compare.STATUSES:
        found = [pair for pair in found if pair.status == status and not pair.is_group]
    context = {
        "sets": sets.order_by("programme", "code", "version"),
        "chosen": chosen,
        "old": old,
        "new": new,
        "pairs": found,
        "counts": [(key, compare.STATUSES[key], many) for key, many in counts.items()],
        "around": compare.around(before, after),
        "status": status,
    }
    return render(request, "criteria/set_compare.html", context)


@require_safe
def set_export(request, pk, form):
    """The set as a pack (`yaml`) or a workbook (`xlsx`)."""
    criteria_set = visible_set(request, pk)
    name = f"{criteria_set.code}-{criteria_set.version}"
    if form == "xlsx":
        data, kind = workbook.as_xlsx(criteria_set), XLSX
    elif form == "yaml":
        data, kind = exchange.as_yaml(criteria_set).encode(), "application/yaml; charset=utf-8"
    else:
        raise Http404
    return HttpResponse(
        data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def set_import(request):
    """Take a pack or a workbook and check all of it; nothing is written but the file itself."""
    province = own_province(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "criteria/set_import.html", {"form": form})
    if not form.is_valid():
        return render(request, "criteria/set_import.html", {"form": form}, status=422)
    file = form.cleaned_data["file"]
    data = file.read(importing.MAX_BYTES + 1)
    try:
        importing.check(data, file.name, province_code=province)
    except BadPacks as bad:
        context = {"form": form, "faults": bad.faults[:MOST_FAULTS], "many": len(bad.faults), "file": file.name}
        return render(request, "criteria/set_import.html", context, status=422)
    kept = {"sha256": store.put([data]).sha256, "name": file.name[:200], "user": request.user.pk}
    return redirect("criteria:import_preview", token=signing.dumps(kept, salt=SALT))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def import_preview(request, token):
    """What the checked file would make or change; a POST makes the drafts, all of them or none."""
    province = own_province(request)
    try:
        kept = signing.loads(token, salt=SALT, max_age=DAY)
        data = store.take(kept["sha256"]).read_bytes()
    except (signing.BadSignature, store.Damaged):
        raise Http404 from None
    if kept["user"] != request.user.pk:
        raise Http404
    try:
        packs = importing.check(data, kept["name"], province_code=province)
        context = {"changes": importing.preview(packs), "seen": digest(importing.drafts_of(packs))}
    except BadPacks as bad:
        context = {"form": ImportForm(), "faults": bad.faults[:MOST_FAULTS], "many": len(bad.faults)}
        return render(request, "criteria/set_import.html", context | {"file": kept["name"]}, status=422)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("criteria:import")
    context |= {"file": kept["name"]}
    if request.method != "POST":
        return render(request, "criteria/import_preview.html", context)
    try:
        seen = request.POST.get("seen", "")
        made = importing.load_drafts(packs, province_code=province, seen=seen, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return render(request, "criteria/import_preview.html", context, status=422)
    messages.success(request, f"Đã nạp {len(made)} bản thảo.")
    return redirect("criteria:edit", pk=made[0].pk) if len(made) == 1 else redirect("criteria:list")
