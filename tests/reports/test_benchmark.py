"""The benchmark runs small, leaves nothing behind and says what it cannot measure."""

import json

import pytest
from django.core.management import call_command
from django.db import connection

from evaluations.models import Evaluation
from units.models import Unit

pytestmark = pytest.mark.django_db


def test_sqlite_is_told_that_the_roll_up_needs_postgresql(tmp_path, capsys):
    if connection.vendor == "postgresql":
        pytest.skip("chỉ để xem câu trả lời trên SQLite")
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["roll_up"], out=out, verbosity=0)
    assert "chỉ đo trên PostgreSQL" in capsys.readouterr().out
    assert (json.loads(out.read_text())["rows"], json.loads(out.read_text())["database"]) == ([], "sqlite")


@pytest.mark.postgres
def test_the_roll_up_is_measured_and_undone(tmp_path):
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["roll_up"], provinces=2, files=400, rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"].split(",")[0] for row in rows] == [
        "Câu đếm của bảng tổng hợp tỉnh-năm so SQL thô",
        "Câu đếm của bảng tổng hợp tỉnh-năm so leo cây đơn vị",
        "Bảng tổng hợp đầy đủ (đếm",
    ]
    assert (Unit.objects.count(), Evaluation.objects.count()) == (0, 0)


def test_the_pdf_is_measured_in_children(tmp_path):
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["pdf"], pdf_rows=[20], rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"] for row in rows] == ["PDF 20 dòng, thời gian", "PDF 20 dòng, bộ nhớ cao nhất"]
    assert all(row["ours"] > 0 and row["theirs"] > 0 for row in rows)
