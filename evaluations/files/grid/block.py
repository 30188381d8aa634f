"""A block of cells laid over the grid: which cell is asked to hold what, and what falls beside the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.sheets.pasted import rows_of
from portal.core.vietnamese.figures import grouped

from ...services import AskedCell, CellOutcome
from ...services.blocks import SaveOutcome


@dataclass(frozen=True)
class CellArea:
    """The cells of the page from the one at hand to the last: criteria across, dossiers down with the version of each
    cell. `height` and `width` are of what is selected."""

    codes: Sequence[str]
    rows: Sequence[tuple[int, Sequence[int]]]
    height: int = 1
    width: int = 1


@dataclass(frozen=True)
class LaidBlock:
    """What a block asks for. `rows_out` and `columns_out` hold something and have no place in the table."""

    asked: list[AskedCell]
    rows_out: int
    columns_out: int


def lay(block: str, area: CellArea) -> LaidBlock:
    """Each filled cell of the block at its place; one that is empty asks for nothing.

    Where what is selected is so many times the block, the block is repeated over it: one value fills a column.
    """
    rows = rows_of(block)
    high, wide = len(rows), max(map(len, rows))
    down = range(area.height if area.height > high and area.height % high == 0 else high)
    across = range(area.width if area.width > wide and area.width % wide == 0 else wide)
    filled = {
        (y, x): text
        for y in down
        for x in across
        if x % wide < len(rows[y % high]) and (text := rows[y % high][x % wide].strip())
    }
    inside = [(y, x) for y, x in filled if y < len(area.rows) and x < len(area.codes)]
    asked = [AskedCell(area.rows[y][0], area.codes[x], filled[y, x], area.rows[y][1][x]) for y, x in inside]
    rows_out = {y for y, _ in filled if y >= len(area.rows)}
    columns_out = {x for _, x in filled if x >= len(area.codes)}
    return LaidBlock(asked, len(rows_out), len(columns_out))


def told(laid: LaidBlock, outcomes: Sequence[CellOutcome], *, filled: bool = False) -> str:
    """What became of the block, in a sentence or three."""
    many = dict.fromkeys(SaveOutcome, 0)
    for one in outcomes:
        many[one.outcome] += 1
    done = "Đã điền {} ô, chưa xác nhận." if filled else "Đã lưu {} ô."
    parts = [done.format(grouped(many[SaveOutcome.SAVED]))] if many[SaveOutcome.SAVED] else []
    if many[SaveOutcome.KEPT]:
        parts.append(f"{grouped(many[SaveOutcome.KEPT])} ô đã có giá trị: giữ nguyên.")
    if many[SaveOutcome.UNFIT]:
        parts.append(f"{grouped(many[SaveOutcome.UNFIT])} ô không nhận giá trị này: để trống.")
    if many[SaveOutcome.SAME]:
        parts.append(f"{grouped(many[SaveOutcome.SAME])} ô đã có đúng giá trị ấy.")
    if left := many[SaveOutcome.REFUSED] + many[SaveOutcome.CONFLICT]:
        parts.append(f"{grouped(left)} ô chưa lưu.")
    out = [(laid.rows_out, "dòng"), (laid.columns_out, "cột")]
    if words := ", ".join(f"{grouped(count)} {what}" for count, what in out if count):
        parts.append(f"{words} nằm ngoài bảng: chưa dán.")
    return " ".join(parts)
