"""A province's rules on one page and out as a file; a rule of years running from its draft to its last day."""

from dataclasses import replace
from datetime import timedelta
from itertools import chain

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.enums import EXAMPLE_WORDS
from portal.core.errors import Refused
from portal.core.lists import Asking, ListColumn, Listed, listed
from portal.core.web.left import leaves_for, not_judged, typed_before
from portal.core.web.list_files import leaves_as
from portal.core.web.once import once
from portal.core.web.pages import refusals_on
from units.forms import PasswordAgain

from ..enums import Confidence, SetStatus
from ..forms import RuleEndForm, RuleForm, title_forms
from ..models import AwardBar, CriteriaSet, LegalDocument, Quota, StreakRule
from ..packs import workbook, writing
from ..packs.content import digest
from ..packs.rules import content_of_rule, rule_reads
from ..permissions import may_write
from ..queries import WRITERS, programme_names, programmes_of, provinces_written, with_issuers
from ..services import rules
from .editing import written_province
from .sets import XLSX

NEXT = ("programme", "document", "name", "unit_kinds", "counts", "missing_year", "first_year", "statement", "article")


def _visible_rules(user):
    """Published rules the reader sees, and drafts of the provinces they write for."""
    rows = StreakRule.objects.visible_to(user).select_related("programme", "document").prefetch_related("titles")
    drafts = rows.filter(status=SetStatus.DRAFT, province_code__in=provinces_written(user))
    return rows.published() | drafts


def _visible_bars(user):
    rows = AwardBar.objects.visible_to(user).select_related("province", "programme", "document")
    drafts = rows.filter(status=SetStatus.DRAFT, province__code__in=provinces_written(user))
    return rows.published() | drafts


def _rules(asked: Asking) -> QuerySet:
    found = _visible_rules(asked.user)
    return found.order_by("province_code", "is_example", F("valid_from").desc(nulls_last=True), "pk")


def _bars(asked: Asking) -> QuerySet:
    found = _visible_bars(asked.user)
    return found.order_by(F("last_year").desc(nulls_first=True), "programme", "bar", "pk")


def _quotas(asked: Asking) -> QuerySet:
    sets = CriteriaSet.objects.visible_to(asked.user).exclude(status=SetStatus.RETIRED)
    quotas = Quota.objects.filter(criteria_set__in=sets).select_related("criteria_set__document")
    return quotas.order_by("criteria_set__name", "-criteria_set__version", "level", "pk")


def _cited(number: str, article: str) -> str:
    return f"{number}, {article}" if article else number


def _issued_by(rule: StreakRule) -> str:
    return (rule.issuer.name if rule.issuer else "Tỉnh") if rule.province_code else "Luật, cả nước"


NAMED = (
    ListColumn("Quy tắc", "name"),
    ListColumn("Mã", "code"),
    ListColumn("Chương trình", "programme.name"),
)
GROUNDED = (
    ListColumn("Căn cứ", lambda rule: _cited(rule.document.number, rule.cited)),
    ListColumn("Từ ngày", "valid_from"),
    ListColumn("Đến hết ngày", "valid_to"),
    ListColumn("Của", _issued_by),
    ListColumn("Tình trạng", "get_status_display"),
    ListColumn("Ghi chú", lambda rule: EXAMPLE_WORDS if rule.is_example else ""),
)
BARS = (
    ListColumn("Không xét khi", str),
    ListColumn("Tỉnh", "province.dated_name"),
    ListColumn("Từ năm", "first_year"),
    ListColumn("Đến hết năm", "last_year"),
    ListColumn("Căn cứ", "ground"),
    ListColumn("Văn bản", "document.number"),
    ListColumn("Tình trạng", "get_status_display"),
)
QUOTAS = (
    ListColumn("Chỉ tiêu", str),
    ListColumn("Bộ tiêu chí", "criteria_set.name"),
    ListColumn("Phiên bản", "criteria_set.version"),
    ListColumn("Từ năm", "criteria_set.first_year"),
    ListColumn("Đến hết năm", "criteria_set.last_year"),
    ListColumn("Căn cứ", lambda quota: _cited(quota.criteria_set.document.number, quota.cited)),
    ListColumn("Tình trạng", "criteria_set.get_status_display"),
)


PARTS = {
    "khen-thuong": ("Không xét khen thưởng", "khong-xet-khen-thuong", _bars, BARS),
    "chi-tieu": ("Chỉ tiêu lựa chọn", "chi-tieu-lua-chon", _quotas, QUOTAS),
}


def rules_listed(asked: Asking) -> Listed:
    """The rules of years running, a workbook with the bars and the quotas on pages of their own; or the one of these
    that the address names by `phan`."""
    part = PARTS.get(asked.GET.get("phan", ""))
    if part:
        title, name, find, shown = part
        return listed(title, name, find(asked), shown)
    names = programme_names()
    reads = ListColumn("Đọc là", lambda rule: " ".join(rule_reads(content_of_rule(rule), names)))
    columns = (*NAMED, reads, *GROUNDED)
    others = [listed(title, name, find(asked), shown) for title, name, find, shown in PARTS.values()]
    found = listed("Quy tắc năm liên tục", "quy-tac-nam-lien-tuc", _rules(asked), columns, dress=with_issuers)
    return replace(found, more=lambda: [(one.title, chain([one.headings], one.lines(one.rows))) for one in others])


@require_safe
@leaves_as(rules_listed)
def rule_list(request):
    """Rules of years running, bars from awards and quotas that hold for the reader's places: law and the province's."""
    names = programme_names()
    context = {
        "rules": [(rule, rule_reads(content_of_rule(rule), names)) for rule in with_issuers(_rules(request))],
        "bars": _bars(request),
        "quotas": [
            (quota, quota.criteria_set, quota.criteria_set.status == SetStatus.DRAFT) for quota in _quotas(request)
        ],
        "draft": SetStatus.DRAFT.label,
        "doubt": Confidence.INFERRED.label.lower(),
        "may_add": bool(provinces_written(request.user)),
    }
    return render(request, "criteria/rule_list.html", context)


@require_safe
def rule_export(request, form):
    """The own province's rules and bars as a pack (`yaml`) or a workbook (`xlsx`), to be sent back by "Nhập từ tệp"."""
    province = written_province(request).code
    own = _visible_rules(request.user).filter(province_code=province).order_by("code")
    bars = _visible_bars(request.user).filter(province__code=province).order_by("first_year", "programme", "bar")
    if form == "xlsx":
        data, kind = workbook.rules_as_xlsx(own, bars), XLSX
    elif form == "yaml":
        data, kind = writing.rules_as_yaml(own, bars).encode(), "application/yaml; charset=utf-8"
    else:
        raise Http404
    name = f"quy-tac-{province}.{form}"
    return HttpResponse(data, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_safe
def rule_detail(request, pk):
    """One rule: the sentences it reads as, its ground and days, what was done to it, and what may be done next."""
    rule = get_object_or_404(_visible_rules(request.user), pk=pk)
    return render(request, "criteria/rule_detail.html", _detail(request, rule))


def _detail(request, rule: StreakRule) -> dict:
    content = content_of_rule(rule)
    with_issuers([rule])
    return {
        "rule": rule,
        "reads": rule_reads(content, programme_names()),
        "titles": sorted(rule.titles.all(), key=lambda title: title.years),
        "seen": digest(content),
        "lacks": rules.rule_lacks(rule) if rule.is_draft else [],
        "may_write": may_write(request.user, rule),
        "may_add": bool(provinces_written(request.user)),
        "end": RuleEndForm(),
        "is_before_its_paper": _is_before_its_paper(rule),
        "again": PasswordAgain(user=request.user),
        "events": rule.events.select_related("by") if may_write(request.user, rule) else [],
    }


def _is_before_its_paper(rule: StreakRule) -> bool:
    in_force_on = rule.document.in_force_on or rule.document.issued_on
    return bool(rule.valid_from and in_force_on and rule.valid_from < in_force_on)


@require_http_methods(["GET", "HEAD", "POST"])
@leaves_for("criteria:document_add")
@once
def rule_edit(request, pk=None):
    """A new draft of the own province (`tu`: the next one after a rule), or a draft corrected."""
    province = written_province(request).code
    rule = None
    if pk is not None:
        rule = get_object_or_404(_visible_rules(request.user).filter(status=SetStatus.DRAFT), pk=pk)
        province = rule.province_code
    content = content_of_rule(rule) if rule else _begun(request)
    data = request.POST or typed_before(request, document="code")
    seen = request.POST.get("seen") or (digest(content) if rule else "")
    documents = LegalDocument.objects.visible_to(request.user).order_by("-province_code", "-issued_on", "code")
    mine = [one for one in request.user.provinces_as(*WRITERS) if one.code == province]
    held = [content.get("programme", ""), *content.get("counts", [])]
    form = RuleForm(
        data,
        content=content,
        documents=documents,
        programmes=programmes_of(mine, also=held).order_by("name"),
        initial={"seen": seen},
    )
    titles = title_forms(data, content.get("titles", []))
    context = {"form": form, "titles": titles, "rule": rule, "province": mine[0] if mine else None}
    if request.method != "POST":
        not_judged(form, titles)
        return render(request, "criteria/rule_edit.html", context)
    if form.is_valid() & titles.is_valid():
        wanted = {**_blank(), **form.row(), "titles": titles.rows()}
        if rule:
            wanted |= {name: content[name] for name in ("code", "province_code", "is_example")}
        with refusals_on(form):
            kept = rules.draft_rule(rule, wanted, province_code=province, seen=seen, by=request.user)
            messages.success(request, "Đã lưu bản thảo. Hãy đọc lại câu quy tắc rồi ban hành.")
            return redirect("criteria:rule", pk=kept.pk)
    return render(request, "criteria/rule_edit.html", context, status=422)


def _blank() -> dict:
    return {"code": "", "province_code": "", "is_example": False}


def _begun(request) -> dict:
    """What the form of a new rule begins with: nothing, or the rule it follows."""
    asked = request.GET.get("tu", "")
    if not asked.isdecimal():
        return {}
    before = get_object_or_404(_visible_rules(request.user), pk=asked)
    with_issuers([before])
    content = content_of_rule(before)
    begun = {name: content[name] for name in NEXT} | {"titles": content["titles"]}
    return begun | ({"valid_from": (last + timedelta(days=1)).isoformat()} if (last := before.last_day) else {})


@require_POST
def rule_act(request, pk):
    """Publish a draft (the password is asked again), throw it away, or end a published rule with a day."""
    rule = get_object_or_404(_visible_rules(request.user), pk=pk)
    if not may_write(request.user, rule):
        raise Http404
    action, seen = request.POST.get("action"), request.POST.get("seen", "")
    try:
        if action == "publish":
            again = PasswordAgain(request.POST, user=request.user)
            if not again.is_valid():
                return render(
                    request, "criteria/rule_detail.html", _detail(request, rule) | {"again": again}, status=422
                )
            rules.publish_rule(rule, seen=seen, by=request.user)
            messages.success(request, f"Đã ban hành “{rule.name}”. Từ nay quy tắc này chỉ cho thôi áp dụng.")
        elif action == "end":
            form = RuleEndForm(request.POST)
            if not form.is_valid():
                raise Refused("Hãy ghi ngày áp dụng cuối cùng, ví dụ 31/12/2026.")
            rules.end_rule(rule, last_day=form.cleaned_data["last_day"], by=request.user)
            messages.success(request, f"“{rule.name}” thôi áp dụng sau ngày {form.cleaned_data['last_day']:%d/%m/%Y}.")
        elif action == "drop":
            rules.drop_rule(rule, seen=seen, by=request.user)
            messages.success(request, f"Đã bỏ bản thảo “{rule.name}”.")
            return redirect("criteria:rules")
        else:
            raise Http404
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        context = _detail(request, rule) | {"end": RuleEndForm(request.POST) if action == "end" else RuleEndForm()}
        return render(request, "criteria/rule_detail.html", context, status=422)
    return redirect("criteria:rule", pk=pk)
