"""Legal documents: the list, one of them with its signed copy; and a new programme."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.files import store
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.left import way_back
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import refusals_on

from ..forms import DocumentForm, ProgrammeForm
from ..models import CriteriaSet, LegalDocument
from ..packs.content import digest
from ..queries import provinces_written
from ..services import documents
from .editing import written_province

PER_PAGE = 50
COLUMNS = (
    ListColumn("Số, ký hiệu", "number"),
    ListColumn("Trích yếu", "title"),
    ListColumn("Cơ quan ban hành", "issuer"),
    ListColumn("Ngày ban hành", "issued_on"),
    ListColumn("Phạm vi", lambda document: "riêng tỉnh" if document.province_code else "toàn quốc"),
    ListColumn("Số bộ tiêu chí", "many"),
    ListColumn("Bản đã ký", lambda document: "có" if document.scan_sha256 else "chưa có"),
    ListColumn("Mã văn bản", "code"),
)


def _documents(asked: Asking) -> QuerySet[LegalDocument]:
    """The documents the reader sees, each with how many of the sets they see rest on it."""
    words = asked.GET.get("q", "")[:100].strip()
    sets = CriteriaSet.objects.visible_to(asked.user)
    found = LegalDocument.objects.visible_to(asked.user).annotate(many=Count("sets", filter=Q(sets__in=sets)))
    if words:
        found = found.filter(Q(number__icontains=words) | Q(title__icontains=words) | Q(issuer__icontains=words))
    return found.order_by("-issued_on", "code")


def documents_listed(asked: Asking) -> Listed:
    return listed("Văn bản", "van-ban", _documents(asked), COLUMNS)


@require_safe
@leaves_as(documents_listed)
def document_list(request):
    page = Paginator(_documents(request), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "q": request.GET.get("q", "")[:100].strip(), "own": provinces_written(request.user)}
    return render(request, "criteria/document_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def document_edit(request, pk=None):
    """A new document of the own province, or one of its own; what is fixed is refused by its door."""
    province = written_province(request).code
    own = LegalDocument.objects.visible_to(request.user).filter(province_code=province)
    row = get_object_or_404(own, pk=pk) if pk else None
    initial = {name: getattr(row, name) for name in documents.FACTS} if row else {}
    if row:
        initial["seen"] = digest(documents.facts_of(row))
    others = LegalDocument.objects.visible_to(request.user).exclude(pk=pk).order_by("-issued_on", "code")
    form = DocumentForm(request.POST or None, request.FILES or None, initial=initial, others=others)
    context = {"form": form, "document": row, "pack_says": documents.pack_differs(row) if row else []}
    if request.method != "POST":
        return render(request, "criteria/document_edit.html", context)
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in documents.FACTS}
        with refusals_on(form):
            made = documents.write_document(
                row,
                facts,
                province_code=province,
                scan=form.cleaned_data["scan"],
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
            messages.success(request, f"Đã ghi văn bản {made.number}.")
            return redirect(way_back(request, pk=made.pk, code=made.code) or "criteria:documents")
    return render(request, "criteria/document_edit.html", context, status=422)


@require_safe
def document_file(request, pk):
    """The signed copy, after the scope check and the check of its content."""
    row = get_object_or_404(LegalDocument.objects.visible_to(request.user).exclude(scan_sha256=""), pk=pk)
    try:
        path = store.take(row.scan_sha256)
    except store.Damaged:
        raise Http404 from None
    return FileResponse(path.open("rb"), as_attachment=True, filename=row.scan_name, content_type="application/pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def programme_create(request):
    written_province(request)
    form = ProgrammeForm(request.POST or None)
    if request.method != "POST":
        return render(request, "criteria/programme_create.html", {"form": form})
    if form.is_valid():
        with refusals_on(form):
            kinds = form.cleaned_data.pop("unit_kinds")
            made = documents.new_programme(**form.cleaned_data, by=request.user)
            messages.success(request, f"Đã thêm chương trình “{made.name}”. Hãy soạn bộ tiêu chí đầu tiên.")
            query = urlencode({"loai": kinds}, doseq=True)
            return redirect(f"{reverse('criteria:guide_begin', args=[made.pk])}?{query}")
    return render(request, "criteria/programme_create.html", {"form": form}, status=422)
