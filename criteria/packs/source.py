"""A YAML file as plain values, with the line of every part and the faults found in it."""

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

from portal.core.vietnamese.text import clean

PACK_BYTES = 2_000_000
MAX_VALUES = 50_000

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong in a pack and where it stands; of a workbook also its sheet and column, from 1, 0 for a row."""

    file: str
    line: int
    path: str
    sentence: str
    sheet: str = ""
    column: int = 0

    @property
    def told(self) -> str:
        """The sentence where it stands alone, as in a table."""
        return f"{self.sentence[:1].upper()}{self.sentence[1:].rstrip('.')}."

    def __str__(self):
        return f"{self.file}, dòng {self.line}{f', {self.path}' if self.path else ''}: {self.sentence}"


class Source:
    """One file's data, and the line each part of it stands on."""

    def __init__(self, path: Path):
        self._begin(path.name)
        text = self._text(path)
        if text is not None:
            self._parse(text)

    def _begin(self, name: str) -> None:
        self.name = name
        self.lines: dict[Where, int] = {}
        self.faults: list[Fault] = []
        self.notes: list[Fault] = []  # what is no fault and yet not read
        self.broken: set[Where] = set()  # documents, sets and rules that hold a fault
        self.data: dict = {}
        self._values = 0

    def path_of(self, where: Where) -> str:
        """Where a fault stands, as the file's writer finds it."""
        return spell(where)

    def cell_of(self, where: Where) -> tuple[str, int]:
        """The sheet and the column, from 1, where the file has them."""
        return "", 0

    def named(self, where: Where) -> str:
        """What the file's writer calls the last part of the path."""
        return str(where[-1])

    def shown(self, where: Where, value) -> str:
        """What the file's writer calls one of the values that may stand there."""
        return str(value)

    def hint(self, where: Where, hint: str) -> str:
        """How a value is written there, `hint` being how a pack writes it."""
        return hint

    def fault(self, where: Where, sentence: str) -> None:
        self.broken.add(where[:2])
        line = next((self.lines[where[:end]] for end in range(len(where), -1, -1) if where[:end] in self.lines), 1)
        self._stop(line, sentence, self.path_of(where), self.cell_of(where))

    def note(self, line: int, sentence: str, path: str = "") -> None:
        """Say what of the file is left unread: nothing is dropped without a word."""
        self.notes.append(Fault(self.name, line, path, sentence))

    def _stop(self, line: int, sentence: str, path: str = "", cell: tuple[str, int] = ("", 0)) -> None:
        self.faults.append(Fault(self.name, line, path, sentence, *cell))

    def _text(self, path: Path) -> str | None:
        try:
            raw = path.read_bytes()
        except OSError:
            self._stop(1, "không mở được tệp; hãy kiểm tra đường dẫn và quyền đọc")
            return None
        if len(raw) > PACK_BYTES:
            self._stop(1, "tệp quá lớn (hơn 2 MB); hãy tách thành nhiều bộ")
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            self._stop(line, "tệp không ở bảng mã UTF-8; hãy mở bằng trình soạn thảo và lưu lại với bảng mã UTF-8")
            return None

    def _parse(self, text: str) -> None:
        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
            data = self._value(root, (), ()) if root else None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self._stop(mark.line + 1 if mark else 1, "sai cú pháp YAML; hãy xem thụt dòng, dấu hai chấm và dấu nháy")
            return
        except (RecursionError, OverflowError):
            self._stop(1, "các mục lồng nhau quá sâu hoặc lặp quá nhiều; hãy viết phẳng lại")
            return
        if not isinstance(data, dict):
            self._stop(1, "tệp trống hoặc không bắt đầu bằng các mục documents, programmes, sets")
            return
        self.data = data

    def _value(self, node, where: Where, above: tuple[int, ...]):
        """The node's plain value; texts are cleaned, keys without a value left out, numbers kept exact."""
        self.lines.setdefault(where, node.start_mark.line + 1)
        self._values += 1
        if id(node) in above or self._values > MAX_VALUES:
            raise OverflowError
        above = (*above, id(node))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(one, (*where, place), above) for place, one in enumerate(node.value)]
        return self._mapping(node, where, above)

    def _mapping(self, node, where: Where, above: tuple[int, ...]) -> dict:
        found = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            self.lines[(*where, key)] = key_node.start_mark.line + 1
            if key in found:
                self.fault((*where, key), f"mục “{key}” ghi hai lần")
            found[key] = self._value(value_node, (*where, key), above)
        return {key: value for key, value in found.items() if value is not None}


def _scalar(node: yaml.ScalarNode):
    text = node.value
    if node.style is None:
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if re.fullmatch(r"-?[0-9]{1,9}", text):
            return int(text)
        if re.fullmatch(r"-?[0-9]{1,9}\.[0-9]{1,9}", text):
            return Decimal(text)
    return clean(text)


def spell(where: Where) -> str:
    """A path as people read it: sets[0].criteria[2].threshold."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")
