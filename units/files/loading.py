"""Units out of a file on this machine, for the command line: the operator may open provinces."""

from pathlib import Path

from portal.core.sheets.reading import Problem

from .unit_resource import UnitResource
from .units import read


class BadFile(Exception):
    """A file whose rows cannot all be placed, with every problem."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def load_file(file: Path) -> tuple[int, int]:
    """Place the file's units in one transaction; returns (how many are new, how many were here).

    Raises OSError, Unreadable, or BadFile with every problem; nothing is kept then.
    """
    return load_data(file.read_bytes(), file.name)


def load_data(data: bytes, name: str) -> tuple[int, int]:
    """The same for the bytes of a file called `name`."""
    dataset = read(data, name)
    resource = UnitResource(name)
    if problems := resource.apply(dataset):
        raise BadFile(problems)
    return len(resource.placed), len(dataset) - len(resource.placed)
