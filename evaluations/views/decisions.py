"""Decisions and recognitions: list, issue, revoke."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.errors import Refused
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import page_of, refuse

from .. import permissions, queries, services
from ..enums import SYMBOLS, DecisionKind, Resolution
from ..filters import DecisionFilterSet, RecognitionFilterSet
from ..forms import IssueForm, RevokeForm
from ..models import Decision, Recognition
from .columns import relation, told_apart, unit_columns

DECISIONS = (
    ListColumn("Số, ký hiệu", "reference"),
    ListColumn("Ngày ký", "signed_on"),
    ListColumn("Loại", "get_kind_display"),
    ListColumn("Nơi ban hành", "issuer.name"),
    ListColumn("Phiên họp ngày", "sitting.held_on"),
    ListColumn("Kỳ đánh giá", "sitting.cycle"),
    ListColumn("Tỉnh", "issuer.province.dated_name"),
    ListColumn("Số đơn vị", lambda decision: decision.dossiers if decision.is_issued else None),
    ListColumn("Tình trạng", lambda decision: "Đã phát hành" if decision.is_issued else "Chờ phát hành"),
)
OF_DECISION = (
    *unit_columns("evaluation."),
    ListColumn("Kết quả", lambda row: row.evaluation.result or "Đạt"),
    ListColumn("Quản lý", lambda row: relation(row.evaluation, is_counted=True)),
)
CERTIFIED = (
    ListColumn("Mã giấy công nhận", "certificate"),
    ListColumn("Hiệu lực", lambda row: "Đã thu hồi" if row.revoked_by_id else "Đang có"),
)
RECOGNITIONS = (
    *unit_columns("evaluation."),
    ListColumn("Năm", "evaluation.cycle.year"),
    ListColumn("Kỳ đánh giá", "evaluation.cycle"),
    ListColumn("Kết quả", lambda row: row.evaluation.result or "Đạt"),
    ListColumn("Quyết định", "decision.reference"),
    ListColumn("Ngày ký", "decision.signed_on"),
    *CERTIFIED,
    ListColumn("Quản lý", lambda row: relation(row.evaluation, is_counted=row.is_counted)),
)


def _decisions(asked: Asking) -> DecisionFilterSet:
    decisions = Decision.objects.visible_to(asked.user).select_related("issuer__province", "sitting__cycle__programme")
    decisions = decisions.annotate(
        dossiers=Count("recognitions"),
        is_example=Exists(Recognition.objects.filter(revoked_by=OuterRef("pk"), evaluation__cycle__is_example=True)),
    )
    newest_first = decisions.order_by(
        F("signed_on").desc(nulls_first=True), "-pk"
    )  # a counting query drops Meta's order
    return DecisionFilterSet(asked.GET, newest_first, request=asked)


def decisions_listed(asked: Asking) -> Listed:
    filters = _decisions(asked)
    return listed("Quyết định", "quyet-dinh", filters.qs, DECISIONS, form=filters.form)


@require_safe
@leaves_as(decisions_listed)
def decision_list(request):
    filters = _decisions(request)
    page = page_of(filters.qs, request)
    queries.tell_years_apart(decision.sitting.cycle for decision in page if decision.sitting)
    context = {"filters": filters, "page": page}
    return render(request, "evaluations/decision_list.html", context)


def get_decision(asked: Asking, pk: int) -> Decision:
    return get_object_or_404(
        Decision.objects.visible_to(asked.user).select_related(
            "issuer", "sitting__committee", "sitting__cycle__programme"
        ),
        pk=pk,
    )


def _rows_of(decision: Decision) -> QuerySet[Any]:
    """Recognitions it gives or takes; of a draft the items of its sitting that propose one."""
    rows: QuerySet[Any]
    sitting = decision.sitting
    if decision.kind == DecisionKind.REVOKE:
        rows = decision.revocations.select_related("evaluation__commune", "decision")
    elif decision.is_issued or sitting is None:
        rows = decision.recognitions.select_related("evaluation__commune", "revoked_by")
    else:
        rows = sitting.items.filter(resolution=Resolution.RECOGNISE).select_related("evaluation__commune")
    rows = rows.select_related("evaluation__cycle__programme", "evaluation__criteria_set", "evaluation__grade")
    rows = rows.select_related(*(f"evaluation__{column}" for column in ("province", "district", "delegated_to")))
    return rows.order_by(F("evaluation__unit_sort_key").asc(), "pk")


def decision_rows_listed(asked: Asking, pk: int) -> Listed:
    decision = get_decision(asked, pk)
    columns = (*OF_DECISION, *CERTIFIED) if decision.is_issued else OF_DECISION
    return listed(str(decision), f"quyet-dinh-{decision.pk}", _rows_of(decision), columns, dress=told_apart)


def decision_context(request, decision: Decision) -> dict:
    sitting, rows = decision.sitting, _rows_of(decision)
    first = rows.first()
    missed = queries.past_its_term(decision)
    page = page_of(rows, request, 100)
    queries.tell_dossiers_apart(row.evaluation for row in page)
    return {
        "decision": decision,
        "missed": missed,
        "term": missed.last_day(sitting.cycle.year) if missed and sitting else None,
        "cycle": sitting.cycle if sitting else first and first.evaluation.cycle,
        "page": page,
        "may_issue": permissions.may_issue(request.user, decision),
    }


@require_safe
@leaves_as(decision_rows_listed)
def decision_detail(request, pk):
    decision = get_decision(request, pk)
    context = decision_context(request, decision)
    if context["may_issue"]:
        context["form"] = _issue_form(request, decision)
    return render(request, "evaluations/decision_detail.html", context)


def _issue_form(request, decision: Decision, data=None) -> IssueForm:
    """Signed and numbered as the body that the dossiers' routes name."""
    year, symbol = timezone.localdate().year, SYMBOLS[queries.bodies_of(decision)[0]]
    initial = {"number": services.next_number(decision.issuer, year, symbol), "symbol": symbol}
    return IssueForm(data, user=request.user, initial=initial, capacities=queries.capacities_of(decision))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def decision_issue(request, pk):
    decision = get_decision(request, pk)
    if request.method != "POST":
        return redirect("evaluations:decision_detail", pk=pk)
    form, refused = _issue_form(request, decision, request.POST), None
    try:
        if form.is_valid():
            data = {name: form.cleaned_data[name] for name in ("number", "symbol", "signed_on", "signer", "capacity")}
            done = services.issue_decision(decision, by=request.user, **data)
            messages.success(request, f"Đã phát hành Quyết định số {done.reference}.")
            return redirect("evaluations:decision_detail", pk=pk)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
        refused = refusal
    context = decision_context(request, get_decision(request, pk)) | {"form": form}
    # issued meanwhile by somebody else: the page has no form left to tell it on
    return refuse(request, "evaluations/decision_detail.html", context, None if context["may_issue"] else refused)


def _recognitions(asked: Asking) -> RecognitionFilterSet:
    rows = Recognition.objects.visible_to(asked.user).with_relation(asked.user)
    rows = rows.select_related(
        "evaluation__cycle__programme",
        "evaluation__criteria_set",
        "evaluation__grade",
        "evaluation__commune",
        "evaluation__district",
        "evaluation__province",
        "evaluation__delegated_to",
        "decision__issuer",
        "revoked_by",
    )
    return RecognitionFilterSet(asked.GET, rows, request=asked)


def recognitions_listed(asked: Asking) -> Listed:
    filters = _recognitions(asked)
    title, name = "Đơn vị được công nhận", "don-vi-duoc-cong-nhan"
    return listed(title, name, filters.qs, RECOGNITIONS, dress=told_apart, form=filters.form)


@require_safe
@leaves_as(recognitions_listed)
def recognition_list(request):
    filters = _recognitions(request)
    counts = queries.recognition_counts(filters.qs)
    page = page_of(filters.qs, request, count=counts.every)
    queries.tell_dossiers_apart(row.evaluation for row in page)
    queries.tell_years_apart(row.evaluation.cycle for row in page)
    return render(request, "evaluations/recognition_list.html", {"filters": filters, "page": page, "counts": counts})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def recognition_revoke(request, pk):
    recognition = get_object_or_404(
        Recognition.objects.visible_to(request.user).select_related("evaluation__cycle__programme", "decision__issuer"),
        pk=pk,
    )
    if not permissions.may_revoke(request.user, recognition.evaluation):
        raise Http404
    year, symbol = timezone.localdate().year, SYMBOLS[queries.body_of(recognition.decision.capacity)]
    initial = {"number": services.next_number(recognition.decision.issuer, year, symbol), "symbol": symbol}
    form = RevokeForm(request.POST or None, user=request.user, initial=initial)
    context = {"recognition": recognition, "form": form}
    if request.method != "POST":
        return render(request, "evaluations/recognition_revoke.html", context)
    try:
        if form.is_valid():
            data = {name: form.cleaned_data[name] for name in ("number", "symbol", "signed_on", "signer", "reason")}
            done = services.revoke(recognition, by=request.user, **data)
            messages.success(request, f"Đã thu hồi công nhận theo Quyết định số {done.reference}.")
            return redirect("evaluations:detail", pk=recognition.evaluation_id)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
    return refuse(request, "evaluations/recognition_revoke.html", context)
