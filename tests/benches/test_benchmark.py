"""The benchmark runs small, leaves nothing behind and says what it cannot measure."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from evaluations.models import Evaluation
from portal.benches import Options, intakes, rolled_back, work
from portal.benches.year import year_world
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


@pytest.mark.postgres
def test_the_acts_of_an_hour_are_measured_and_undone(tmp_path):
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["acts_of_the_hour"], rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    acts = ["Ghi một ô", "Dán khối 12 × 17 ô", "Bảng nhập 25 hàng", "Danh sách hồ sơ"]
    assert [row["name"].split(":")[0] for row in rows] == acts
    assert all(row["ours"] > row["theirs"] > 0 for row in rows)
    assert (Unit.objects.count(), Evaluation.objects.count()) == (0, 0)


def test_the_pdf_is_measured_in_children(tmp_path):
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["pdf"], pdf_rows=[20], rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"] for row in rows] == ["PDF 20 dòng, thời gian", "PDF 20 dòng, bộ nhớ cao nhất"]
    assert all(row["ours"] > 0 and row["theirs"] > 0 for row in rows)


def test_the_memory_of_a_child_is_its_own():
    """Beside the control: `ru_maxrss` of a child of a large process is that process's."""
    held = bytearray(400 << 20)
    ask = (
        "import resource; from portal.benches.children.papers import peak_megabytes;"
        "print(peak_megabytes(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    told = subprocess.run([sys.executable, "-c", ask], cwd=settings.BASE_DIR, capture_output=True, check=True)
    own, inherited = map(float, told.stdout.split())
    assert own < 200 < 400 <= inherited
    del held


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


@pytest.mark.postgres
def test_a_days_heavy_work_is_measured_and_undone(tmp_path, monkeypatch):
    monkeypatch.setattr(work, "MAX_ROWS", 15)  # as 210,000 rows are more than a file holds
    out = tmp_path / "benchmark.json"
    only = ["import_units", "xlsx", "close_a_sitting"]
    call_command("benchmark", only=only, files=40, evaluations=20, pdf_rows=[20], rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"] for row in rows] == [
        "Nhập 40 đơn vị từ 3 tệp (đọc, kiểm tra, ghi) so với một bulk_create",
        "XLSX 20 dòng, thời gian",
        "XLSX 20 dòng, bộ nhớ cao nhất",
        "Kết thúc phiên họp 20 hồ sơ so với chỉ chấm các hồ sơ đó",
        "Câu lệnh khi kết thúc phiên họp 20 hồ sơ",
    ]
    assert all(row["ours"] > 0 and row["theirs"] > 0 for row in rows)
    assert (Unit.objects.count(), Evaluation.objects.count()) == (0, 0)


@pytest.mark.postgres
def test_a_list_given_out_is_measured_and_undone(tmp_path):
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["export_units"], exported=40, rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"].partition(", ")[2].split(" so với")[0] for row in rows] == [
        "thời gian",
        "bộ nhớ thêm",
        "bộ nhớ thêm",
    ]
    assert all(row["ours"] > 0 and row["theirs"] > 0 for row in rows)
    assert Unit.objects.count() == 0


def test_what_a_province_takes_in_is_measured_and_undone(tmp_path, monkeypatch):
    monkeypatch.setattr(intakes, "MAX_ROWS", 15)  # as 50,000 rows are more than a file holds
    out = tmp_path / "benchmark.json"
    call_command("benchmark", only=["password_slips", "past_years", "register_rows"], files=20, rounds=1, out=out)
    rows = json.loads(out.read_text())["rows"]
    assert [row["name"].split(" (")[0] for row in rows] == [
        "20 phiếu mật khẩu",
        "20 kết quả năm trước từ 2 tệp",
        "Đọc 20 dòng sổ từ bảng tính so với openpyxl",
        "Đọc và kiểm tra 20 dòng sổ từ bảng tính",
        "Nhập 20 dòng sổ từ bảng tính",
    ]
    assert all(row["ours"] > 0 and row["theirs"] > 0 for row in rows)
    assert (Unit.objects.count(), Evaluation.objects.count()) == (0, 0)


@pytest.mark.postgres
def test_the_list_measured_offers_every_commune_of_a_large_province():
    options = Options(files=12)
    with rolled_back():
        world = year_world(options)
        client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        client.force_login(world.large, "django.contrib.auth.backends.ModelBackend")
        page = client.get(reverse("evaluations:list"), {"cycle": world.cycle.pk}).content.decode()
        select = page.partition('<select name="commune"')[2].partition("</select>")[0]
        assert select.count("<option") == 232
