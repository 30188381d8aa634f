"""Prints the share of lines and branches that the measured tests took, and fails below a floor of pyproject.toml."""

import json
import subprocess
import sys
import tomllib
from collections import defaultdict
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
Counts = tuple[int, int]  # taken, all


def measured() -> dict[str, Counts]:
    """Lines and branches of each file that were taken, and all of them."""
    report = subprocess.run(
        [sys.executable, "-m", "coverage", "json", "-q", "-o", "-"], cwd=ROOT, capture_output=True, check=True
    )
    found = {}
    for path, one in json.loads(report.stdout)["files"].items():
        sums = one["summary"]
        taken = sums["covered_lines"] + sums["covered_branches"]
        found[path] = taken, sums["num_statements"] + sums["num_branches"]
    return found


def shares(files: dict[str, Counts], patterns: list[str]) -> dict[str, float]:
    """The share taken of the files of each pattern, in percent."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path, (taken, total) in files.items():
        for pattern in patterns:
            if fnmatch(path, pattern):
                sums[pattern][0] += taken
                sums[pattern][1] += total
    return {pattern: 100 * sums[pattern][0] / sums[pattern][1] if sums[pattern][1] else 0.0 for pattern in patterns}


def below(found: dict[str, float], floors: dict[str, float]) -> list[str]:
    return [pattern for pattern, floor in floors.items() if found[pattern] < floor]


if __name__ == "__main__":
    floors = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["floors"]
    found = shares(measured(), list(floors))
    for pattern, floor in floors.items():
        print(f"{found[pattern]:6.1f} %  (sàn {floor} %)  {pattern}")
    if low := below(found, floors):
        sys.exit(f"Dưới sàn: {', '.join(low)}")
