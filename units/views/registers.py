"""Registers on units: the list of registers, one register's rows, a row's form, files out and in."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.core.errors import Refused
from portal.core.lists import Asking, Listed
from portal.core.web.list_files import file_of
from portal.core.web.once import once
from portal.core.web.pages import refusals_on

from .. import queries
from ..enums import UnitKind
from ..files import register_rows
from ..filters import REGISTER_FILTERS
from ..forms import RegisterFileForm, register_form
from ..models import RegisterRow, Unit
from ..permissions import may_keep, may_keep_somewhere
from ..registers import REGISTERS, Register, drop_row, print_of_row, save_row, who_changed
from .intake import SHOWN, Intake, confirm, take, template_of

PER_PAGE = 50
MOST_OWNERS = 500  # a longer list is no list to choose from


def _register(slug: str) -> Register:
    if slug not in REGISTERS:
        raise Http404
    return REGISTERS[slug]


def _rows(register: Register, user):
    return register.model._default_manager.visible_to(user)


def _filtered(asked: Asking, register: Register):
    """(filter set, years) of the request; a yearly list without a word about the year shows the latest one."""
    rows = _rows(register, asked.user)
    years = queries.years_of(register, rows)
    data = asked.GET.copy()
    if years and "year" not in data:
        data["year"] = str(years[0])
    shown = rows.select_related(*register.related()).order_by(*register.order())
    return REGISTER_FILTERS[register.slug](data, shown, request=asked), years


@require_safe
def register_index(request):
    """Every register with how many rows of it the reader may read."""
    counts = queries.register_counts(request.user)
    listed = [(register, counts.get(slug, 0)) for slug, register in REGISTERS.items()]
    return render(request, "units/registers.html", {"registers": listed, "may_keep": may_keep_somewhere(request.user)})


@require_safe
def register_list(request, slug):
    """One register's rows with their totals over the whole filter."""
    register = _register(slug)
    found, years = _filtered(request, register)
    context = {"register": register, "filter": found, "years": years, "year": None, "heads": register.columns}
    if not found.is_valid():
        return render(request, "units/register_list.html", context, status=422)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    queries.tell_units_apart(row.place for row in page)
    sums, chosen, many = queries.register_totals(register, found.qs)
    asked = found.form.cleaned_data
    under = Unit.objects.visible_to(request.user).filter(pk=asked["unit"] or 0).first()
    at = under or asked["commune"] or asked["district"]
    year = asked.get("year")
    return render(
        request,
        "units/register_list.html",
        context
        | {
            "page": page,
            "rows": [_shown(register, row, request.user) for row in page],
            "heads": [(register.label(name), name in register.sums) for name in register.columns],
            "sums": sums if register.sums and (year or not register.is_yearly) else [],
            "chosen": [(label, count) for label, count in chosen if count],
            "many": many,
            "by_place": _sums_by_place(register, found, years),
            "year": int(year) if year else None,
            "under": under,
            "may_keep": may_keep_somewhere(request.user),
            "at": at.pk if at else None,
        },
    )


def _sums_by_place(register: Register, found, years: list[int]) -> queries.RegisterSums | None:
    """The filtered rows by place, on the last day of the year shown, today at the latest; never of several years."""
    year, day = found.form.cleaned_data.get("year"), timezone.localdate()
    if register.is_yearly and year not in years:
        return None
    return queries.sums_by_place(register, found.qs, min(date(int(year), 12, 31), day) if year else day)


def _shown(register: Register, row, user) -> dict:
    """A row ready to print."""
    holder = getattr(row, register.holder) if register.holder else None
    cells = _cells(register, row)
    return {"row": row, "unit": row.place, "holder": holder, "cells": cells, "may_keep": may_keep(user, row.place)}


def _cells(register: Register, row) -> list[tuple]:
    """The row's cells, each with whether it is a figure."""
    return [
        (f"{value:%d/%m/%Y}" if hasattr(value, "strftime") else value, name in register.sums)
        for name, value in zip(register.columns, register.values(row), strict=True)
    ]


def rows_listed(asked: Asking, slug: str) -> Listed:
    """The filtered rows, a workbook with their sums by place; the file can be imported again."""
    register = _register(slug)
    found, years = _filtered(asked, register)

    def sums() -> list[tuple[str, list[list]]]:
        by_place = _sums_by_place(register, found, years)
        return [(by_place.title, _sum_rows(by_place))] if by_place else []

    return Listed(
        register.title,
        slug,
        found.qs,
        register_rows.headings(register),
        partial(register_rows.exported, register),
        found.form,
        sums,
    )


register_export = file_of(rows_listed, "units:register_list")


def _sum_rows(by_place: queries.RegisterSums) -> list[list]:
    rows = [by_place.total, *by_place.rows]
    return [[by_place.level.label, "Số dòng", *by_place.heads], *([row.name, row.many, *row.figures] for row in rows)]


@require_safe
def register_template(request, slug):
    """An empty file with the register's headings, as CSV or, with `dang=xlsx`, as the template workbook."""
    return template_of(request, _intake(_kept_register(request, slug), request.user))


# --- one row -----------------------------------------------------------------------------------------------------
def _kept_register(request, slug: str) -> Register:
    """The register, for those who write registers somewhere."""
    register = _register(slug)
    if not may_keep_somewhere(request.user):
        raise Http404
    return register


def _list_of(register: Register, row=None) -> str:
    address = reverse("units:register_list", args=[register.slug])
    return f"{address}?unit={row.place.pk}" if row is not None else address


@require_http_methods(["GET", "HEAD", "POST"])
@once
def register_add(request, slug):
    """A new row about a unit at or below `don_vi`; whoever keeps very many units chooses a commune first."""
    register = _kept_register(request, slug)
    wanted = request.GET.get("don_vi", "")
    visible = Unit.objects.visible_to(request.user)
    at = get_object_or_404(visible, pk=wanted if wanted.isdecimal() else 0) if wanted else None
    units = queries.units_to_keep(register, request.user, at, most=MOST_OWNERS)
    context = {"register": register, "at": at, "communes": None, "form": None}
    if not units:
        context["communes"] = visible.open_on().filter(kind=UnitKind.COMMUNE) if units is None else []
        status = 422 if request.method == "POST" else 200
        return render(request, "units/register_form.html", context, status=status)
    owners = _owners(register, request.user, units)
    form = register_form(register, request.POST or None, owners=owners, apart={one.pk: one.apart for one in units})
    if len(owners) == 1:
        form.initial[register.owner] = owners[0].pk  # nothing to choose
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            row = save_row(register, form.save(commit=False), by=request.user)
            messages.success(request, f"Đã ghi vào sổ: {row}.")
            return redirect(_list_of(register, row))
    context["form"] = form
    return render(request, "units/register_form.html", context, status=422 if form.errors else 200)


def _owners(register: Register, user, units: list[Unit]):
    """The rows a new row may hang on: the units, or the teams or models of them."""
    ids = [unit.pk for unit in units]
    if register.holder:
        return (
            register.field(register.holder)
            .related_model._default_manager.filter(unit__in=ids)
            .select_related(*(f"unit{way}" for way in ("", "__province", "__district", "__commune")))
        )
    kept = Unit.objects.kept_by(user).filter(pk__in=ids)
    return kept.select_related("commune", "district").order_by("kind", "sort_key", "pk")


def _kept_row(request, slug: str, pk: int):
    """(register, row) for those who keep the row's unit; 404 for everybody else."""
    register = _register(slug)
    row = get_object_or_404(_rows(register, request.user).select_related(*register.related()), pk=pk)
    if not may_keep(request.user, row.place):
        raise Http404
    return register, row


@require_http_methods(["GET", "HEAD", "POST"])
def register_edit(request, slug, pk):
    """Change a row; its unit stays. Who saves over a row they have not seen is first told of it, typed values kept."""
    register, row = _kept_row(request, slug, pk)
    seen, others = print_of_row(register, row), who_changed(register, row)  # the form writes on the row it is given
    form = register_form(register, request.POST or None, instance=row)
    if request.method == "POST" and request.POST.get("seen") != seen and form.has_changed():
        form.add_error(None, others)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            save_row(register, form.save(commit=False), by=request.user, seen=seen)
            messages.success(request, f"Đã sửa: {row}.")
            return redirect(_list_of(register, row))
    context = {"register": register, "row": row, "at": row.place, "form": form, "communes": None, "seen": seen}
    return render(request, "units/register_form.html", context, status=422 if form.errors else 200)


@require_POST
def register_drop(request, slug, pk):
    """Take off a row written by mistake."""
    register, row = _kept_row(request, slug, pk)
    said, address = str(row), _list_of(register, row)
    try:
        drop_row(register, row, by=request.user, seen=request.POST.get("seen", ""))
        messages.success(request, f"Đã xoá khỏi sổ: {said}.")
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    return redirect(address)


def _compared(register: Register, row: RegisterRow, old: RegisterRow | None) -> dict:
    """A row of a file ready to print: cells with whether each is a figure, and what is stored where it differs."""
    shown = _cells(register, row)
    before = [value for value, _ in _cells(register, old)] if old else []
    differ = zip(shown, before or [value for value, _ in shown], strict=True)
    cells = [(value, number, [was] if was != value else []) for (value, number), was in differ]
    holder = getattr(row, register.holder) if register.holder else None
    return {"unit": row.place, "holder": holder, "cells": cells}


# --- files in ----------------------------------------------------------------------------------------------------
def _intake(register: Register, user) -> Intake:
    def shown(found: register_rows.RegisterFile) -> dict:
        sorted_rows = [("Thêm", row) for row in found.sorted.new] + [("Sửa", row) for row in found.sorted.changed]
        numbers = {id(row): number for number, row in found.rows.items()}
        stored = found.sorted.stored
        return {
            "rows": [
                (numbers[id(row)], what, _compared(register, row, stored.get(row.pk)))
                for what, row in sorted_rows[:SHOWN]
            ],
            "heads": [(register.label(name), name in register.sums) for name in register.columns],
            "new": len(found.sorted.new),
            "changed": len(found.sorted.changed),
            "same": len(found.sorted.same),
            "to_write": len(sorted_rows),
        }

    return Intake(
        job="import_register",
        form=RegisterFileForm,
        upload="units:register_import",
        preview="units:register_preview",
        page="units/register_import.html",
        preview_page="units/register_preview.html",
        read=partial(register_rows.read, register),
        shown=shown,
        template=register_rows.template_of(register),
        template_at="units:register_template",
        context={"register": register},
        args=(register.slug,),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def register_import(request, slug):
    return take(request, _intake(_kept_register(request, slug), request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def register_preview(request, slug, token):
    return confirm(request, _intake(_kept_register(request, slug), request.user), token)
