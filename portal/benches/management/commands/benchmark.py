"""`manage.py benchmark`: ratios measured in one run on the screen, JSON beside them."""

import json
import os
import platform
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from ... import (
    BENCHES,
    Measured,
    Options,
    exports,
    hour,
    intakes,
    judge,
    nation,
    paper,
    reform,
    rollup,
    sweep,
    work,
    year,
)

MODULES = (
    rollup,
    year,
    hour,
    reform,
    nation,
    judge,
    paper,
    work,
    intakes,
    exports,
)  # imported for the benches they register


class Command(BaseCommand):
    help = "Đo tốc độ của cổng so với cách làm thông thường; in tỷ số và ghi var/benchmark.json."

    def add_arguments(self, parser):
        parser.add_argument("--only", nargs="*", default=[], help="Chỉ đo các mục này (tên hàm).")
        parser.add_argument("--rounds", type=int, default=Options.rounds)
        parser.add_argument("--provinces", type=int, default=Options.provinces)
        parser.add_argument("--files", type=int, default=Options.files)
        parser.add_argument("--pdf-rows", type=int, nargs="*", default=list(Options.pdf_rows))
        parser.add_argument("--evaluations", type=int, default=Options.evaluations)
        parser.add_argument("--exported", type=int, default=Options.exported)
        parser.add_argument("--out", type=Path, default=settings.VAR_DIR / "benchmark.json")

    def handle(self, *, only, rounds, provinces, files, pdf_rows, evaluations, exported, out, **options):
        asked = Options(rounds, provinces, files, tuple(pdf_rows), evaluations, exported)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # a nation is made inside one transaction
                cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        rows = []
        for measure in BENCHES:
            if only and measure.__name__ not in only:
                continue
            sweep()
            for row in measure(asked):
                rows.append(row)
                verdict = f"tỷ số {row.ratio:g} ({row.goal}): {'đạt' if row.met else 'CHƯA ĐẠT'}"
                self.stdout.write(f"{row.name}: {row.ours:g} so với {row.theirs:g} {row.unit}, {verdict}")
        out.write_text(json.dumps(_report(asked, rows), ensure_ascii=False, indent=2) + "\n")
        self.stdout.write(f"Đã ghi {out}.")


def _report(asked: Options, rows: list[Measured]) -> dict:
    return {
        "database": connection.vendor,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "options": asdict(asked),
        "rows": [asdict(row) for row in rows],
    }
