"""Pages on criteria sets: which there are, one of them, two side by side, out as a file and in again."""

from collections.abc import Iterable
from itertools import groupby

from django import forms
from django.contrib import messages
from django.core import signing
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.enums import EXAMPLE_WORDS
from portal.core.errors import Refused
from portal.core.files import store
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.vietnamese.figures import grouped, told_counts
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from units.views.marked import marked_address

from ..enums import Measure, Outcome, SetStatus
from ..filters import CriteriaSetFilterSet
from ..forms import ImportForm
from ..models import CriteriaSet
from ..packs import differences, workbook, writing
from ..packs.content import content_of, digest
from ..packs.gaps import not_typed
from ..packs.reading import BadPacks
from ..permissions import may_write
from ..queries import WRITERS, provinces_written
from ..services import importing, rules
from ..wording import set_page
from .editing import visible_set, written_province

STATUS_TONES: dict[str, str] = {SetStatus.DRAFT: "warn", SetStatus.PUBLISHED: "ok", SetStatus.RETIRED: "muted"}
MOST_FAULTS = 200
SALT = "criteria.import"
DAY = 24 * 3600
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class WordsForm(forms.Form):
    q = forms.CharField(label="Tìm trong bộ tiêu chí", max_length=100, required=False)


NAMED = (
    ListColumn("Chương trình", "programme.name"),
    ListColumn("Bộ tiêu chí", "name"),
    ListColumn("Mã bộ tiêu chí", "code"),
    ListColumn("Phiên bản", "version"),
    ListColumn("Áp dụng cho", lambda one: "; ".join(one.kind_labels)),
)
DATED = (
    ListColumn("Mã tỉnh", "province_code"),
    ListColumn("Từ năm", "first_year"),
    ListColumn("Đến hết năm", "last_year"),
    ListColumn("Văn bản", "document.number"),
    ListColumn("Số tiêu chí", "criteria_count"),
    ListColumn("Tình trạng", "get_status_display"),
    ListColumn("Ghi chú", lambda one: EXAMPLE_WORDS if one.is_example else ""),
)


def _filtered(asked: Asking) -> CriteriaSetFilterSet:
    measured = Count("criteria", filter=~Q(criteria__measure=Measure.GROUP))
    sets = CriteriaSet.objects.visible_to(asked.user).select_related("programme", "document", "base")
    return CriteriaSetFilterSet(asked.GET, sets.annotate(criteria_count=measured), request=asked)


def _sorted(sets: Iterable[CriteriaSet]) -> list[CriteriaSet]:
    """By programme, the newest years first."""
    return sorted(sets, key=lambda one: (one.programme.name, -one.first_year, one.code, -one.version))


def sets_listed(asked: Asking) -> Listed:
    filters = _filtered(asked)
    rows = _sorted(filters.qs)
    scopes = set_page.scopes(rows)
    scope = ListColumn("Phạm vi", lambda one: scopes.get(one.pk, "cả nước"))
    return listed("Bộ tiêu chí", "bo-tieu-chi", rows, (*NAMED, scope, *DATED), form=filters.form)


@require_safe
@leaves_as(sets_listed)
def criteria_list(request):
    """Criteria sets by programme, the newest years first."""
    filters = _filtered(request)
    rows = _sorted(filters.qs)
    years = set_page.years_of(rows)
    scopes = set_page.scopes(rows)
    programmes = [
        (programme, [(one, years[one.pk], STATUS_TONES[one.status], scopes.get(one.pk)) for one in together])
        for programme, together in groupby(rows, key=lambda one: one.programme)
    ]
    context = {"filters": filters, "programmes": programmes, "may_add": bool(provinces_written(request.user))}
    return render(request, "criteria/criteria_list.html", context)


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
        "lines": set_page.lines(criteria_set, words),
        "gaps": not_typed(criteria_set.gaps),
        "ways": set_page.ways(criteria_set, timezone.localdate()),
        "scope": set_page.scopes([criteria_set]).get(pk),
        "excluded": set_page.excluded(criteria_set),
        "window": set_page.window(criteria_set),
        "years": set_page.years(criteria_set),
        "status_tone": STATUS_TONES[criteria_set.status],
        "keeps_results_only": criteria_set.outcome == Outcome.RESULTS_ONLY,
        "outcomes": set_page.outcomes(criteria_set),
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
        context = {"sets": _named(sets), "chosen": chosen, "pairs": None}
        return render(request, "criteria/set_compare.html", context)
    old, new = (get_object_or_404(sets, pk=pk) for pk in chosen)
    before, after = content_of(old), content_of(new)
    found = differences.pairs(before, after)
    counts = differences.counts(found)
    status = request.GET.get("loai", "")
    if status in differences.STATUSES:
        found = [pair for pair in found if pair.status == status and not pair.is_group]
    context = {
        "sets": _named(sets),
        "chosen": chosen,
        "old": old,
        "new": new,
        "pairs": found,
        "counts": [(key, differences.STATUSES[key], many) for key, many in counts.items()],
        "around": differences.around(before, after),
        "status": status,
    }
    return render(request, "criteria/set_compare.html", context)


def _named(sets) -> list[tuple[int, str]]:
    """The sets to choose from."""
    found = sets.order_by("programme", "code", "version")
    return [(one.pk, f"{one.code}, phiên bản {one.version} ({one.document.number})") for one in found]


@require_safe
def set_export(request, pk, form):
    """The set as a pack (`yaml`) or a workbook (`xlsx`)."""
    criteria_set = visible_set(request, pk)
    name = f"{criteria_set.code}-{criteria_set.version}"
    if form == "xlsx":
        data, kind = workbook.as_xlsx(criteria_set), XLSX
    elif form == "yaml":
        data, kind = writing.as_yaml(criteria_set).encode(), "application/yaml; charset=utf-8"
    else:
        raise Http404
    return HttpResponse(
        data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    )


def _others(request, province: str) -> dict[str, str]:
    """The other provinces the reader writes for, by code."""
    return {one.code: one.name for one in request.user.provinces_as(*WRITERS) if one.code != province}


@require_http_methods(["GET", "HEAD", "POST"])
def set_import(request):
    """Take a pack or a workbook and check all of it; nothing is written but the file itself."""
    province = written_province(request).code
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return render(request, "criteria/set_import.html", {"form": form})
    if not form.is_valid():
        return render(request, "criteria/set_import.html", {"form": form}, status=422)
    file = form.cleaned_data["file"]
    data = file.read(importing.PACK_BYTES + 1)
    try:
        importing.check(data, file.name, province_code=province, others=_others(request, province))
    except BadPacks as bad:
        return _refuse(request, form, data, file.name, bad)
    kept = {"sha256": store.put([data]).sha256, "name": file.name[:200], "user": request.user.pk}
    return redirect("criteria:import_preview", token=signing.dumps(kept, salt=SALT))


def _refuse(request, form: ImportForm, data: bytes, file: str, bad: BadPacks) -> HttpResponse:
    """The page that takes the file, with its faults; a workbook is given back with its cells marked."""
    marked = marked_address(request, data, file, bad.problems, None, reverse("criteria:import"))
    told = {"faults": bad.faults[:MOST_FAULTS], "many": len(bad.faults), "file": file, "marked": marked}
    return render(request, "criteria/set_import.html", told | {"form": form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def import_preview(request, token):
    """What the checked file would make or change; a POST makes the drafts, all of them or none."""
    province = written_province(request).code
    try:
        kept = signing.loads(token, salt=SALT, max_age=DAY)
        data = store.take(kept["sha256"]).read_bytes()
    except (signing.BadSignature, store.Damaged):
        raise Http404 from None
    if kept["user"] != request.user.pk:
        raise Http404
    try:
        packs = importing.check(data, kept["name"], province_code=province, others=_others(request, province))
        changes = importing.preview(packs)
        context = {
            "changes": changes,
            "counts": importing.counts(changes),
            "notes": packs.notes,
            "takes": any(not change.is_refused and not change.is_same for change in changes),
            "is_refused": any(change.is_refused for change in changes),
            "seen": digest(importing.drafts_of(packs)),
        }
    except BadPacks as bad:
        return _refuse(request, ImportForm(), data, kept["name"], bad)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("criteria:import")
    context |= {"file": kept["name"]}
    if request.method != "POST":
        return render(request, "criteria/import_preview.html", context)
    try:
        seen, ruled = request.POST.get("seen", ""), rules.many_taken(packs)
        made = importing.load_drafts(packs, province_code=province, seen=seen, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return render(request, "criteria/import_preview.html", context, status=422)
    done = told_counts(
        ("đã ghi {} bản thảo bộ tiêu chí", len(made)),
        ("đã ghi {} bản thảo quy tắc", ruled),
        nothing="Chưa ghi bản thảo nào: tệp giống như những gì đang có.",
    )
    left = sum(change.is_refused for change in changes)
    level = messages.SUCCESS if made or ruled else messages.WARNING
    sentence = f"{done} {grouped(left)} mục không nhận, như trang xem trước đã nêu." if left else done
    messages.add_message(request, level, sentence)
    return redirect("criteria:edit", pk=made[0].pk) if len(made) == 1 else redirect("criteria:rules")
