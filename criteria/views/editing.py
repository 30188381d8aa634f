"""Writing a draft: how it begins, its header, its rows, publishing, retiring, throwing away."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.web.left import leaves_for, not_judged, typed_before
from portal.core.web.once import once
from portal.core.web.pages import refusals_on
from units.forms import PasswordAgain
from units.models import Unit

from .. import services
from ..enums import Confidence, Measure, SetStatus
from ..forms import PART_FORMS, HeaderForm, NewSetForm
from ..models import CriteriaSet, LegalDocument
from ..packs.content import KEYS, PART_NAMES, content_of, digest
from ..packs.labels import route_name, value_in_words
from ..permissions import may_write
from ..queries import WRITERS
from ..services import drafts
from ..wording import set_page

NAMES = {"criteria": "tiêu chí", "routes": "tuyến xét duyệt", **PART_NAMES}


def written_province(request) -> Unit:
    """The province the reader writes for; 404 for everybody else."""
    provinces = request.user.provinces_as(*WRITERS)
    if not provinces:
        raise Http404
    return provinces[0]


def visible_set(request, pk) -> CriteriaSet:
    sets = CriteriaSet.objects.visible_to(request.user).select_related("programme", "document", "base")
    return get_object_or_404(sets, pk=pk)


def draft_of(request, pk) -> CriteriaSet:
    """A draft the reader may write; 404 otherwise."""
    criteria_set = visible_set(request, pk)
    if not may_write(request.user, criteria_set) or criteria_set.status != SetStatus.DRAFT:
        raise Http404
    return criteria_set


def _ways(source: CriteriaSet | None, province: str) -> list[str]:
    if source is None:
        return ["empty"]
    ways = ["copy"]
    if source.province_code == province:
        ways.append("version")
    if not source.province_code and source.status == SetStatus.PUBLISHED:
        ways.append("overlay")
    return ways


@require_http_methods(["GET", "HEAD", "POST"])
@leaves_for("criteria:document_add")
@once
def set_create(request):
    """A new draft of the own province: empty, or out of another set (`tu`)."""
    province = written_province(request).code
    source = visible_set(request, request.GET["tu"]) if request.GET.get("tu", "").isdecimal() else None
    initial = {"name": source.name, "first_year": timezone.localdate().year + 1} if source else {}
    form = NewSetForm(
        request.POST or typed_before(request, document="pk"),
        source=source,
        ways=_ways(source, province),
        documents=LegalDocument.objects.visible_to(request.user),
        initial=initial,
    )
    context = {"form": form, "source": source}
    if request.method != "POST":
        not_judged(form)
        return render(request, "criteria/set_create.html", context)
    if form.is_valid():
        with refusals_on(form):
            made = drafts.new_draft(_begun(form.cleaned_data, source, province), by=request.user)
            messages.success(request, "Đã lập bản thảo. Hãy soạn tiếp rồi ban hành.")
            return redirect("criteria:edit", pk=made.pk)
    return render(request, "criteria/set_create.html", context, status=422)


def _begun(data: dict, source: CriteriaSet | None, province: str) -> dict:
    named = {"name": data["name"], "first_year": data["first_year"]}
    if source is None:
        return drafts.empty(
            programme=data["programme"].code,
            document=data["document"].code,
            code=data["code"],
            unit_kinds=data["unit_kinds"],
            province_code=province,
            **named,
        )
    match data["way"]:
        case "version":
            return drafts.next_version(source, **named)
        case "overlay":
            return drafts.overlay_of(source, code=data["code"], province_code=province, **named)
    return drafts.copy_of(source, code=data["code"], province_code=province, **named)


@require_safe
def set_edit(request, pk):
    """The draft with all its parts, and what is still missing before it can be published."""
    criteria_set = draft_of(request, pk)
    content = content_of(criteria_set)
    base = {row["code"] for row in content_of(criteria_set.base)["criteria"]} if criteria_set.base else set()
    rows = content["criteria"]
    by_code = {row["code"]: row for row in rows}
    criteria = [
        {
            "place": place,
            "row": row,
            "is_group": row["measure"] == Measure.GROUP,
            "depth": _depth(row, by_code),
            "asks": set_page.asks_of(row),
            "is_locked": row["code"] in base,
            "tone": set_page.CONFIDENCE_TONES.get(row["confidence"], ""),
            "mark": Confidence(row["confidence"]).label,
        }
        for place, row in enumerate(rows)
    ]
    context = {
        "criteria_set": criteria_set,
        "seen": digest(content),
        "lacks": services.lacks(criteria_set, content),
        "criteria": criteria,
        "years": set_page.years(criteria_set),
        "parts": [
            (part, NAMES[part], [(place, _row_in_words(part, row, by_code)) for place, row in enumerate(content[part])])
            for part in (*KEYS, "routes")
        ],
    }
    return render(request, "criteria/set_edit.html", context)


def _depth(row: dict, by_code: dict) -> int:
    depth = 0
    while row["parent"]:
        row, depth = by_code[row["parent"]], depth + 1
    return depth


def _row_in_words(part: str, row: dict, by_code: dict) -> str:
    """A row of a part in one line."""
    match part:
        case "routes":
            return route_name(row)
        case "caps":
            return f"{by_code[row['criterion']]['number']} chưa đạt: cao nhất bậc {row['best_rank']}"
        case "grades":
            bound = value_in_words("lower_bound", row["lower_bound"])
            return f"Bậc {row['rank']}: {row['label']}" + (f", từ {bound} điểm" if bound else ", chưa có mức điểm")
        case "quotas":
            return f"Mỗi đơn vị {value_in_words('level', row['level'])} chọn ít nhất {row['minimum']:02d}"
        case "papers":
            return f"{row['order']}. {row['name']}"
    return row["label"]


def _initial(content: dict, part: str, place: int | None) -> dict:
    if place is None:
        return {"order": len(content["papers"]) + 1} if part == "papers" else {}
    if not 0 <= place < len(content[part]):
        raise Http404
    return content[part][place]


@require_http_methods(["GET", "HEAD", "POST"])
def part_edit(request, pk, part, place=None):
    """One row of a part, or the header (`header`); saved together or not at all."""
    criteria_set = draft_of(request, pk)
    content = content_of(criteria_set)
    is_new = place is None and part != "header"  # it takes no one's place, whatever was written since
    seen = None if is_new else request.POST.get("seen") or digest(content)
    if part == "header":
        documents = LegalDocument.objects.visible_to(request.user)
        form = HeaderForm(request.POST or None, content=content, documents=documents, initial={"seen": seen})
    elif part in PART_FORMS:
        more = {"content": content} if part in ("criteria", "caps", "routes") else {}
        initial = {**_initial(content, part, place), "seen": seen}
        form = PART_FORMS[part](request.POST or None, initial=initial, **more)
    else:
        raise Http404
    form.fields["seen"].required = not is_new
    context = {"criteria_set": criteria_set, "form": form, "place": place, "what": NAMES.get(part, "")}
    context["is_header"] = part == "header"
    if request.method != "POST":
        return render(request, "criteria/part_edit.html", context)
    if form.is_valid():
        change = drafts.header(form.row()) if part == "header" else drafts.put(part, form.row(), place)
        with refusals_on(form):
            drafts.edit(criteria_set, change, seen=seen, by=request.user)
            messages.success(request, "Đã lưu bản thảo.")
            return redirect("criteria:edit", pk=pk)
    return render(request, "criteria/part_edit.html", context, status=422)


@require_POST
def part_act(request, pk, part, place):
    """Take a row out, or move a criterion up or down among those of its group."""
    criteria_set = draft_of(request, pk)
    action = request.POST.get("action", "")
    if part not in PART_FORMS or action not in ("drop", "up", "down") or (action != "drop" and part != "criteria"):
        raise Http404
    change = drafts.drop(part, place) if action == "drop" else drafts.move(place, action)
    try:
        drafts.edit(criteria_set, change, seen=request.POST.get("seen", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect("criteria:edit", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def set_publish(request, pk):
    """What will be fixed for good, everything still missing, and the button; the password is asked again."""
    criteria_set = draft_of(request, pk)
    set_page.tell_scopes([criteria_set])
    fixed = services.to_publish(criteria_set)
    context = {
        "criteria_set": criteria_set,
        "seen": digest(fixed),
        "lacks": services.lacks(criteria_set, fixed["content"]),
        "lines": fixed["content"]["criteria"],
        "ways": set_page.ways(criteria_set, timezone.localdate()),
        "years": set_page.years(criteria_set),
        "again": PasswordAgain(request.POST or None, user=request.user),
    }
    if request.method != "POST":
        return render(request, "criteria/set_publish.html", context)
    if not context["again"].is_valid():
        return render(request, "criteria/set_publish.html", context, status=422)
    try:
        services.publish(criteria_set, by=request.user, seen=request.POST.get("seen", ""))
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return render(request, "criteria/set_publish.html", context, status=422)
    messages.success(request, "Đã ban hành. Từ nay bộ này không sửa được; thay đổi thì lập phiên bản mới.")
    return redirect("criteria:detail", pk=pk)


@require_POST
def set_act(request, pk):
    """Retire a published set of the own province, or throw a draft away."""
    criteria_set = visible_set(request, pk)
    if not may_write(request.user, criteria_set):
        raise Http404
    action = request.POST.get("action")
    try:
        if action == "retire":
            services.retire(criteria_set, by=request.user)
            messages.success(request, "Bộ tiêu chí đã hết áp dụng; các kỳ đã mở vẫn giữ bộ này.")
            return redirect("criteria:detail", pk=pk)
        if action == "drop":
            drafts.drop_draft(criteria_set, seen=request.POST.get("seen", ""), by=request.user)
            messages.success(request, "Đã xoá bản thảo.")
            return redirect("criteria:list")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("criteria:detail", pk=pk)
    raise Http404
