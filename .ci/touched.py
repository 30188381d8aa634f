"""Reads paths of changed files, a line each, and prints the tests that stand for them: the mirror of the path, or the
nearest folder above it. `criteria/judging/cells.py` → `tests/criteria/judging/test_cells.py`.
"""

import sys
from pathlib import Path, PurePath

TESTS = Path(__file__).resolve().parent.parent / "tests"
EVERYWHERE = {"consistency": "tests/test_consistency.py", "fixtures": "tests/test_fixtures.py"}


def mirrors(path: PurePath) -> list[PurePath]:
    """Where tests of the file may stand, the nearest first."""
    folder, name = path.parent, path.stem
    found = [folder / f"test_{name}.py", folder / f"test_{name.rstrip('s')}.py"]
    while folder.name:
        found += [folder.parent / f"test_{folder.name}.py", folder]
        folder = folder.parent
    return found


def tests_of(changed: str) -> str | None:
    """The test, or folder of tests, that stands for a changed file; None where nothing does."""
    path = PurePath(changed)
    if path.parts[0] == "tests":
        is_test = path.name.startswith("test_")
        return str(path if is_test else path.parent) if path.suffix == ".py" and len(path.parts) > 2 else None
    if path.parts[0] in ("docs", "README.md"):
        return EVERYWHERE["consistency"]
    if path.parts[0] == "fixtures":
        return EVERYWHERE["fixtures"]
    if path.parts[0] in ("portal", "templates"):
        path = PurePath(*path.parts[1:])
    for place in mirrors(path):
        if place.name and (TESTS / place).exists():
            return str(PurePath("tests") / place)
    return None


if __name__ == "__main__":
    wanted = {found for line in sys.stdin if (found := tests_of(line.strip()))}
    for one in sorted(wanted):
        if not any(str(parent) in wanted for parent in PurePath(one).parents):
            print(one)
