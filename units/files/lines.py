"""The rows of a file under known headings: what is missing, strange or double among them, and the cells by column."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from portal.core.sheets.reading import Problem, Unreadable, rows_of
from portal.core.vietnamese import text


@dataclass
class Problems:
    """What is wrong in one file, by row."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)  # a print of what is stored of a row, by its number
    writes: set[int] = field(default_factory=set)  # rows that would add or change something

    def refuse(self, number: int | None, sentence: str) -> None:
        self.problems.append(Problem(self.file, number, sentence))

    def stands(self, number: int, stored: Iterable[object] | None, *, writes: bool) -> None:
        """Keep what is stored of the row, None for nothing, so that a preview can be told from what came after it."""
        if stored is not None:
            told = "\n".join(map(repr, stored))
            self.held[number] = hashlib.sha256(told.encode()).hexdigest()[:16]
        if writes:
            self.writes.add(number)

    def changed_since(self, seen: Mapping[int, str]) -> list[int]:
        """The rows that would write over something else than was there when `seen` was kept; a row that says what is
        stored by now writes over nothing."""
        return sorted(number for number in self.writes if self.held.get(number, "") != seen.get(number, ""))


def lines_of(
    data: bytes,
    file: str,
    columns: Mapping[str, str],
    *,
    needed: Iterable[str],
    shown_only: Iterable[str] = (),
    fill: bool = True,
) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, cell by column name) of each row with anything in it; a column that is absent reads as empty, or
    with `fill` off is left out, for a reader who keeps what is stored where a file says nothing.

    `columns` are headings by name, `needed` names that must be there, `shown_only` headings an export writes and an
    import passes over. Raises Unreadable for a file without them, with others, or without rows.
    """
    lines = rows_of(data, file)
    _, heads = next(lines, (1, []))
    known = {text.search_key(word): name for name, word in columns.items()}
    known |= {text.search_key(word): word for word in shown_only}
    names = [known.get(text.search_key(head), "") for head in heads]
    if missing := [columns[name] for name in needed if name not in names]:
        raise Unreadable(file, f"Thiếu cột “{'”, “'.join(missing)}”. Hãy dùng tệp tải về và giữ dòng tiêu đề.", 1)
    if strange := [head for head, name in zip(heads, names, strict=True) if not name]:
        raise Unreadable(file, f"Cột “{strange[0]}” không có trong mẫu. Hãy xoá cột hoặc sửa lại tên cột.", 1)
    if double := next((columns[name] for name in columns if names.count(name) > 1), ""):
        raise Unreadable(file, f"Cột “{double}” có hai lần. Hãy bỏ một cột.", 1)
    empty = dict.fromkeys(columns, "") if fill else {}
    some = False
    for number, cells in lines:
        some = True
        if len(cells) != len(names):
            raise Unreadable(
                file, f"Có {len(cells)} ô, dòng tiêu đề có {len(names)} cột. Hãy kiểm tra dấu phẩy thừa, thiếu.", number
            )
        yield number, empty | dict(zip(names, (cell.strip() for cell in cells), strict=True))
    if not some:
        raise Unreadable(file, "Tệp không có dòng nào dưới dòng tiêu đề. Hãy kiểm tra lại tệp đã chọn.")
