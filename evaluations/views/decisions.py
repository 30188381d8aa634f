"""Decisions and recognitions: list, issue, revoke."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.core.errors import Refused
from portal.core.web.once import once
from portal.core.web.pages import page_of, refuse

from .. import permissions, queries, services
from ..enums import DecisionKind, Resolution
from ..filters import DecisionFilterSet, RecognitionFilterSet
from ..forms import IssueForm, RevokeForm
from ..models import Decision, Recognition

SYMBOL = "QĐ-UBND"


@require_safe
def decision_list(request):
    decisions = Decision.objects.visible_to(request.user).select_related("issuer", "sitting__cycle__programme")
    decisions = decisions.annotate(
        dossiers=Count("recognitions"),
        is_example=Exists(Recognition.objects.filter(revoked_by=OuterRef("pk"), evaluation__cycle__is_example=True)),
    )
    newest_first = decisions.order_by(
        F("signed_on").desc(nulls_first=True), "-pk"
    )  # a counting query drops Meta's order
    filters = DecisionFilterSet(request.GET, newest_first, request=request)
    context = {"filters": filters, "page": page_of(filters.qs, request)}
    return render(request, "evaluations/decision_list.html", context)


def get_decision(request, pk) -> Decision:
    return get_object_or_404(
        Decision.objects.visible_to(request.user).select_related(
            "issuer", "sitting__committee", "sitting__cycle__programme"
        ),
        pk=pk,
    )


def decision_context(request, decision: Decision) -> dict:
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
    order = F("evaluation__unit_sort_key").asc()
    first = rows.first()
    missed = queries.past_its_term(decision)
    return {
        "decision": decision,
        "missed": missed,
        "term": missed.last_day(sitting.cycle.year) if missed and sitting else None,
        "cycle": sitting.cycle if sitting else first and first.evaluation.cycle,
        "page": page_of(rows.order_by(order), request, 100),
        "may_issue": permissions.may_issue(request.user, decision),
    }


@require_safe
def decision_detail(request, pk):
    decision = get_decision(request, pk)
    context = decision_context(request, decision)
    if context["may_issue"]:
        context["form"] = _issue_form(request, decision)
    return render(request, "evaluations/decision_detail.html", context)


def _issue_form(request, decision: Decision, data=None) -> IssueForm:
    year = timezone.localdate().year
    initial = {"number": services.next_number(decision.issuer, year, SYMBOL), "symbol": SYMBOL}
    return IssueForm(data, user=request.user, initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def decision_issue(request, pk):
    decision = get_decision(request, pk)
    if request.method != "POST":
        return redirect("evaluations:decision_detail", pk=pk)
    form = _issue_form(request, decision, request.POST)
    try:
        if form.is_valid():
            data = {name: form.cleaned_data[name] for name in ("number", "symbol", "signed_on", "signer", "capacity")}
            done = services.issue_decision(decision, by=request.user, **data)
            messages.success(request, f"Đã phát hành Quyết định số {done.reference}.")
            return redirect("evaluations:decision_detail", pk=pk)
    except Refused as refusal:
        form.add_error(None, refusal.sentence)
    context = decision_context(request, get_decision(request, pk)) | {"form": form}
    return refuse(request, "evaluations/decision_detail.html", context)


@require_safe
def recognition_list(request):
    rows = Recognition.objects.visible_to(request.user).with_relation(request.user)
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
    filters = RecognitionFilterSet(request.GET, rows, request=request)
    context = {"filters": filters, "page": page_of(filters.qs, request)}
    return render(request, "evaluations/recognition_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@once
def recognition_revoke(request, pk):
    recognition = get_object_or_404(
        Recognition.objects.visible_to(request.user).select_related("evaluation__cycle__programme", "decision__issuer"),
        pk=pk,
    )
    if not permissions.may_revoke(request.user, recognition.evaluation):
        raise Http404
    year = timezone.localdate().year
    initial = {"number": services.next_number(recognition.decision.issuer, year, SYMBOL), "symbol": SYMBOL}
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
