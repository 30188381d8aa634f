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
        "Bảng tổng hợp theo ranh giới hiện nay so với ranh giới của năm đó",
    ]
    assert (Unit.objects.count(), Evaluation.objects.count()) == (0, 0)


@pytest.mark.postgres
def test_the_nation_is_measured_and_undone(tmp_path):
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["nation"], provinces=2, files=44, rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    asked = {row["name"]: (row["ours"], row["theirs"]) for row in rows if row["unit"] == "câu"}
    assert len(asked) == 8
    assert all(ours == theirs > 0 for ours, theirs in asked.values()), asked
    assert Unit.objects.count() == 0


def test_the_pdf_is_measured_in_children(tmp_path):
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["pdf"], pdf_rows=[20], rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"] for row in rows] == ["PDF 20 dòng, thời gian", "PDF 20 dòng, bộ nhớ cao nhất"]
    assert all(row["ours"] > 0 and row["theirs"] > 0 for row in rows)


def test_judging_is_measured_on_any_database(tmp_path):
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["judging"], evaluations=40, rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"].split(" so với")[0] for row in rows] == [
        "Đọc và chấm 40 hồ sơ × 17 tiêu chí",
        "Tốc độ đọc và chấm 40 hồ sơ × 17 tiêu chí",
        "Tốc độ riêng việc chấm (40 hồ sơ đã đọc)",
    ]
    assert all(row["ours"] > 0 and row["theirs"] > 0 for row in rows)
    assert (Unit.objects.count(), Evaluation.objects.count()) == (0, 0)
