"""A block pasted into the grid, filled down or filled in there: one request, each cell as the grid saves it."""

from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from portal.core.errors import Refused
from portal.core.vietnamese.text import storable
from portal.core.web.pages import whole_number, whole_numbers

from .. import services
from ..enums import Filled, Side
from ..files.grid.block import CellArea, lay, told
from ..forms import STALE
from ..judging.dossiers import judged_dossiers
from ..models import Cycle, Evaluation
from .grid import ROWS, verdict_data
from .told import told_confirmed

MOST_LETTERS = 200_000  # of a block: a page of the grid filled to the brim has a tenth
MOST_CODES = 200


@require_POST
def grid_block(request, cycle):
    """Save a block over the cells the page names: 200 with what became of each and the rows' verdicts, 422 where the
    block cannot be laid; nothing is saved then."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user), pk=cycle)
    try:
        area = _area(request)
        laid = lay(_block(request), area)
    except Refused as refusal:
        return JsonResponse({"sentence": refusal.sentence}, status=422)
    dossiers = _dossiers(request, cycle, {cell.dossier for cell in laid.asked})
    filled = Filled.DEFAULT if "filled" in request.POST else ""
    outcomes = services.save_cells(laid.asked, dossiers, by=request.user, filled=filled)
    judged = judged_dossiers(dossiers.values())
    return JsonResponse(
        {
            "sentence": told(laid, outcomes, filled=bool(filled)),
            "cells": [
                {
                    "dossier": one.asked.dossier,
                    "code": one.asked.code,
                    "outcome": one.outcome,
                    "text": one.text,
                    "version": one.version,
                    "sentence": one.sentence,
                    "theirs": one.theirs,
                    "unconfirmed": one.unconfirmed,
                }
                for one in outcomes
            ],
            "verdicts": {pk: verdict_data(one.verdict(Side.OWN)) for pk, one in judged.items()},
        }
    )


@require_POST
def grid_confirm(request, cycle):
    """Take the mark off filled cells the page shows: 200 with those that have none any more and what is told, 422 where
    the page's cells cannot be read."""
    cycle = get_object_or_404(Cycle.objects.visible_to(request.user), pk=cycle)
    try:
        area = _area(request)
    except Refused as refusal:
        return JsonResponse({"sentence": refusal.sentence}, status=422)
    seen = [
        services.SeenCell(dossier, code, version)
        for dossier, versions in area.rows
        for code, version in zip(area.codes, versions, strict=True)
        if version  # a cell that is not asked for has none
    ]
    dossiers = _dossiers(request, cycle, {cell.dossier for cell in seen})
    found = services.confirm_filled(seen, dossiers, by=request.user)
    cells = [{"dossier": cell.dossier, "code": cell.code} for cell in found.done]
    return JsonResponse({"sentence": told_confirmed(found), "cells": cells})


def _dossiers(request, cycle: Cycle, pks: set[int]) -> dict[int, Evaluation]:
    """Those of the dossiers that the user enters in the year, by id."""
    mine = Evaluation.objects.visible_to(request.user).entered_by(request.user).filter(cycle=cycle, pk__in=pks)
    return {one.pk: one for one in mine.select_related("cycle", "criteria_set__document", "commune", "district")}


def _block(request) -> str:
    """The posted block. Raises Refused, for a block cut short would be another one."""
    block = storable(request.POST.get("block", ""))
    if len(block) > MOST_LETTERS:
        raise Refused("Khối chép quá lớn. Hãy chỉ chép các ô cần dán, hoặc dùng “Gửi bảng đã điền”.")
    if not block.strip():
        raise Refused("Khối chép không có giá trị nào. Ô để trống giữ nguyên số liệu; ghi “xoá” để xoá.")
    return block


def _area(request) -> CellArea:
    """The cells the page names: `code` across; `row` down, a dossier's id and its cells' versions. Raises Refused."""
    codes = request.POST.getlist("code")
    rows = [whole_numbers(row.split()) for row in request.POST.getlist("row")]
    size = [whole_number(request.POST.get(name, "1")) for name in ("height", "width")]
    is_whole = all(len(row) == len(codes) + 1 for row in rows) and all(size)
    is_whole = is_whole and len({row[0] for row in rows}) == len(rows) and len(set(codes)) == len(codes)
    if not (is_whole and 0 < len(codes) <= MOST_CODES and 0 < len(rows) <= ROWS):
        raise Refused(STALE)
    height, width = (min(one or 1, most) for one, most in zip(size, (len(rows), len(codes)), strict=True))
    return CellArea(codes, [(row[0], row[1:]) for row in rows], height, width)
