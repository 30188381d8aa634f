"""Measure the portal against plain ways of doing the same, in one run: ratios on the screen, JSON beside them.

Every bench is a function `(options) -> list[Row]` in BENCHES; it leaves nothing behind in the database.
"""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection, transaction

BENCHES: list[Callable[["Options"], list["Row"]]] = []
CHILD = "reports.management.commands.benchmark_child"


@dataclass(frozen=True)
class Options:
    rounds: int = 7
    provinces: int = 34
    files: int = 4_400  # of one province and year
    pdf_rows: tuple[int, ...] = (209, 2_300)


@dataclass(frozen=True)
class Row:
    """One thing measured beside its yardstick; `ratio` is ours to theirs unless `higher` says theirs to ours."""

    name: str
    ours: float
    theirs: float
    unit: str
    goal: str
    ratio: float
    met: bool


def at_most(name: str, ours: float, theirs: float, goal: float, *, unit: str = "ms") -> Row:
    ratio = ours / theirs
    return Row(name, round(ours, 3), round(theirs, 3), unit, f"≤ {goal} ×", round(ratio, 3), ratio <= goal)


def faster(name: str, ours: float, theirs: float, goal: float, *, unit: str = "ms") -> Row:
    ratio = theirs / ours
    return Row(name, round(ours, 3), round(theirs, 3), unit, f"≥ {goal} × nhanh hơn", round(ratio, 3), ratio >= goal)


def below(name: str, ours: float, theirs: float, goal: float, *, unit: str) -> Row:
    """A ceiling on our own figure; theirs is shown beside it."""
    return Row(name, round(ours, 1), round(theirs, 1), unit, f"≤ {goal} {unit}", round(ours / theirs, 3), ours <= goal)


def bench(function):
    BENCHES.append(function)
    return function


def timed(*ways: Callable, rounds: int) -> list[float]:
    """Median milliseconds of each way. The ways take turns, in changing order, so that a slow moment of the machine
    hits all of them; each runs once unmeasured before it is measured, so that none pays for its neighbour's cache."""
    taken: list[list[float]] = [[] for _ in ways]
    for turn in range(rounds):
        places = range(len(ways)) if turn % 2 else reversed(range(len(ways)))
        for place in places:
            ways[place]()
            start = time.perf_counter()
            ways[place]()
            taken[place].append(1000 * (time.perf_counter() - start))
    return [median(times) for times in taken]


class Undo(Exception):
    pass


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction whose rows never stay."""
    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


# --- roll-up ---------------------------------------------------------------------------------------------------
NATION = """
WITH first AS (SELECT coalesce(max(id), 0) AS id FROM units_unit),
tree AS (
  -- 34 provinces, 10 districts each, 20 communes a district, and units below the communes
  SELECT p, NULL::int AS d, NULL::int AS c, NULL::int AS u, 'province' AS kind FROM generate_series(1, {provinces}) p
  UNION ALL SELECT p, d, NULL, NULL, 'district' FROM generate_series(1, {provinces}) p, generate_series(1, 10) d
  UNION ALL SELECT p, d, c, NULL, 'commune' FROM generate_series(1, {provinces}) p, generate_series(1, 10) d,
    generate_series(1, 20) c
  UNION ALL SELECT p, d, c, u, (ARRAY['residential_area','residential_area','residential_area','residential_area',
    'residential_area','residential_area','agency','enterprise','school'])[1 + u % 9]
    FROM generate_series(1, {provinces}) p, generate_series(1, 10) d, generate_series(1, 20) c,
    generate_series(1, {below}) u
),
numbered AS (
  SELECT tree.*, first.id + row_number() OVER (ORDER BY u NULLS FIRST, c NULLS FIRST, d NULLS FIRST, p, d, c, u) AS id
  FROM tree, first
)
INSERT INTO units_unit (id, kind, subtype, code, name, search_key, match_key, sort_key, opened_on, is_demo,
  parent_id, province_id, district_id, commune_id)
SELECT n.id, n.kind, 'khong_ro', '', 'Đơn vị ' || n.id, 'don vi ' || n.id, 'don vi ' || n.id, n.id::text, '2000-01-01',
  true, coalesce(c.id, d.id, p.id),
  CASE WHEN n.kind = 'province' THEN n.id ELSE p.id END,
  CASE WHEN n.kind = 'district' THEN n.id ELSE d.id END,
  CASE WHEN n.kind = 'commune' THEN n.id ELSE c.id END
FROM numbered n
LEFT JOIN numbered p ON p.kind = 'province' AND p.p = n.p AND n.kind <> 'province'
LEFT JOIN numbered d ON d.kind = 'district' AND d.p = n.p AND d.d = n.d AND n.kind NOT IN ('province', 'district')
LEFT JOIN numbered c ON c.kind = 'commune' AND c.p = n.p AND c.d = n.d AND c.c = n.c
  AND n.kind NOT IN ('province', 'district', 'commune')
"""
FILES = """
INSERT INTO evaluations_evaluation (cycle_id, unit_id, criteria_set_id, origin, state, unit_name, unit_sort_key,
  unit_search_key, kind, subtype, managed_at, province_id, district_id, commune_id)
SELECT y.id, u.id, %s, 'history',
  (ARRAY['expected','registered','submitted','appraised','recognised','recognised','recognised','declined'])
    [1 + (u.id * 7919) %% 101 %% 8],
  u.name, u.sort_key, u.search_key, u.kind, u.subtype, 'commune', u.province_id, u.district_id, u.commune_id
FROM units_unit u JOIN evaluations_cycle y ON y.province_id = u.province_id AND y.year = 1900 AND y.programme_id = %s
WHERE u.id > %s AND u.kind NOT IN ('province', 'district')
"""
RAW = """
SELECT district_id, commune_id, state, count(*) FROM evaluations_evaluation
WHERE cycle_id = %s GROUP BY district_id, commune_id, state
"""
UP_THE_TREE = """
SELECT CASE 'district' WHEN u.kind THEN u.id WHEN p.kind THEN p.id WHEN g.kind THEN g.id END AS district,
  CASE 'commune' WHEN u.kind THEN u.id WHEN p.kind THEN p.id END AS commune, e.state, count(*)
FROM evaluations_evaluation e
JOIN units_unit u ON u.id = e.unit_id
LEFT JOIN units_unit p ON p.id = u.parent_id
LEFT JOIN units_unit g ON g.id = p.parent_id
WHERE e.cycle_id = %s
GROUP BY 1, 2, 3
"""


@bench
def roll_up(options: Options) -> list[Row]:
    """A province-year by commune: our count, the same SQL by hand, and joins up the tree.

    The tree's way finds the district and commune of each file of the cycle through its unit's managers, as one does
    where facts carry no place.

    The rows live in one transaction, so PostgreSQL has not marked them visible to all: no way gets its index-only
    scan here (a test proves that plan), and all of them are a little slower than on a settled table.
    """
    if connection.vendor != "postgresql":
        print("Tổng hợp năm: bỏ qua, chỉ đo trên PostgreSQL (đặt DATABASE_URL).")  # noqa: T201 -- a command
        return []
    from reports.datasets import Counts, yearly_rollup
    from reports.datasets.rollup import count, tally

    with rolled_back():
        cycle = _nation(options)
        place = cycle.province
        with connection.cursor() as cursor:

            def raw():
                cursor.execute(RAW, [cycle.pk])
                return cursor.fetchall()

            def up_the_tree():
                cursor.execute(UP_THE_TREE, [cycle.pk])
                return cursor.fetchall()

            def by_ids():
                return count({"cycle": cycle.pk}, "district_id", "commune_id")

            def whole():
                return yearly_rollup(cycle, place=place, by="commune")

            if not sorted(raw(), key=str) == sorted(up_the_tree(), key=str) == sorted(by_ids(), key=str):
                raise AssertionError("the three ways do not count alike")
            counted = sum(tally(raw()).values(), Counts())
            if whole().total != counted or not counted.recognised:
                raise AssertionError("the roll-up does not add up to its rows")
            ids_ms, raw_ms, tree_ms, whole_ms = timed(by_ids, raw, up_the_tree, whole, rounds=5 * options.rounds)
    size = f"{counted.roster} hồ sơ của {options.provinces * counted.roster}"
    return [
        at_most(f"Câu đếm của bảng tổng hợp tỉnh-năm so SQL thô, {size}", ids_ms, raw_ms, 1.1),
        faster(f"Câu đếm của bảng tổng hợp tỉnh-năm so leo cây đơn vị, {size}", ids_ms, tree_ms, 5),
        faster("Bảng tổng hợp đầy đủ (đếm, tên theo ngày chốt, xếp, cộng) so leo cây chỉ đếm", whole_ms, tree_ms, 1),
    ]


def _nation(options: Options):
    """Units and one year's files for all provinces; returns one province's cycle."""
    from criteria.models import CriteriaSet, LegalDocument, Programme
    from evaluations.models import Cycle
    from units.models import Unit

    below = max(1, (options.files - 200) // 200)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM units_unit")
        before = cursor.fetchone()[0]
        cursor.execute(NATION.format(provinces=options.provinces, below=below))
        programme = Programme.objects.create(code="do-toc-do", name="Đo tốc độ", title="Đo tốc độ")
        document = LegalDocument.objects.create(code="do-toc-do", number="0", title="0", issuer="0")
        criteria_set = CriteriaSet.objects.create(
            programme=programme, document=document, code="do-toc-do", name="0", unit_kinds=[], first_year=1900
        )
        provinces = Unit.objects.filter(pk__gt=before, kind="province")
        cycles = Cycle.objects.bulk_create(
            Cycle(programme=programme, province=unit, year=1900, as_of=date(2000, 6, 30)) for unit in provinces
        )
        cursor.execute(FILES, [criteria_set.pk, programme.pk, before])
        cursor.execute("ANALYZE units_unit")
        cursor.execute("ANALYZE evaluations_evaluation")
    return cycles[len(cycles) // 2]


# --- PDF -------------------------------------------------------------------------------------------------------
@bench
def pdf(options: Options) -> list[Row]:
    """The list of units as PDF: our parts against WeasyPrint laying out the same table at once, each in a child."""
    rows = []
    for number in options.pdf_rows:
        rounds = options.rounds if number < 1000 else max(3, options.rounds // 2)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(_child("ours", number))
            theirs.append(_child("plain", number))
        our_time, plain_time = (median(run["seconds"] for run in runs) for runs in (ours, theirs))
        our_memory, plain_memory = (median(run["megabytes"] for run in runs) for runs in (ours, theirs))
        goal = 2.4 if number >= 2_000 else 1
        rows.append(faster(f"PDF {number} dòng, thời gian", our_time, plain_time, goal, unit="giây"))
        rows.append(below(f"PDF {number} dòng, bộ nhớ cao nhất", our_memory, plain_memory, 250, unit="MB"))
    return rows


def _child(way: str, number: int) -> dict:
    """Run one printing in a process of its own, so that its peak memory is its own."""
    found = subprocess.run(  # noqa: S603 -- our own module
        [sys.executable, "-m", CHILD, way, str(number)],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "portal.settings")},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(found.stdout.splitlines()[-1])


# --- the command -----------------------------------------------------------------------------------------------
class Command(BaseCommand):
    help = "Đo tốc độ của cổng so với cách làm thông thường; in tỷ số và ghi var/benchmark.json."

    def add_arguments(self, parser):
        parser.add_argument("--only", nargs="*", default=[], help="Chỉ đo các mục này (tên hàm).")
        parser.add_argument("--rounds", type=int, default=Options.rounds)
        parser.add_argument("--provinces", type=int, default=Options.provinces)
        parser.add_argument("--files", type=int, default=Options.files)
        parser.add_argument("--pdf-rows", type=int, nargs="*", default=list(Options.pdf_rows))
        parser.add_argument("--out", type=Path, default=settings.VAR_DIR / "benchmark.json")

    def handle(self, *, only, rounds, provinces, files, pdf_rows, out, **options):
        asked = Options(rounds, provinces, files, tuple(pdf_rows))
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # a nation is made inside one transaction
                cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        rows = []
        for measure in BENCHES:
            if only and measure.__name__ not in only:
                continue
            for row in measure(asked):
                rows.append(row)
                verdict = f"tỷ số {row.ratio:g} ({row.goal}): {'đạt' if row.met else 'CHƯA ĐẠT'}"
                self.stdout.write(f"{row.name}: {row.ours:g} so với {row.theirs:g} {row.unit}, {verdict}")
        out.write_text(json.dumps(_report(asked, rows), ensure_ascii=False, indent=2) + "\n")
        self.stdout.write(f"Đã ghi {out}.")


def _report(asked: Options, rows: list[Row]) -> dict:
    return {
        "database": connection.vendor,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "options": asdict(asked),
        "rows": [asdict(row) for row in rows],
    }
