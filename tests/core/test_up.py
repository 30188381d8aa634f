"""`manage.py up`: ready in one command, everything gone after one signal, a sentence where it cannot start."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from portal.settings import BASE_DIR
from tests.core.hands import wait_for


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def environment(folder: Path, **more: str) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    return plain | {"VAR_DIR": str(folder), "SECRET_KEY": "k" * 50, "WEB_WORKERS": "1"} | more


def family(folder: Path) -> dict[int, str]:
    """Living processes started with this VAR_DIR, by pid: the supervisor, its children and their children."""
    mark, found = f"VAR_DIR={folder}".encode(), {}
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and mark in (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
    return found


def status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=3) as answer:  # noqa: S310 -- our own address
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """A folder made ready once (and made ready again, to the words it said), to be copied for each start."""
    folder = tmp_path_factory.mktemp("prepared")
    command = [sys.executable, "manage.py", "up", "--prepare-only", "--no-demo"]
    said = []
    for _ in range(2):
        run = subprocess.run(
            command, cwd=BASE_DIR, env=environment(folder), capture_output=True, text=True, timeout=120, check=True
        )
        said.append(run.stdout.splitlines())
    return folder, said


def test_making_ready_can_be_done_alone_and_again(prepared):
    first, again = prepared[1]
    steps = [line for line in first if line.endswith(("…", "."))]
    assert steps[:3] == ["Gom tệp giao diện…", "Dựng bảng dữ liệu…", "Nạp bộ tiêu chí…"]
    assert steps[-1] == again[-1] == "Đã chuẩn bị xong."
    assert "mới: TT124-KDC" in " ".join(first) and not any(line.startswith("mới: ") for line in again)


def test_without_samples_the_criteria_are_there_and_nothing_else(prepared):
    """What a real province starts from: the law's sets, no unit, no account, no year."""
    with closing(sqlite3.connect(prepared[0] / "portal.sqlite3")) as link:
        tables = ("criteria_criteriaset", "units_unit", "units_user", "evaluations_cycle")
        counts = {table: link.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608 -- our own names
    assert counts.pop("criteria_criteriaset") > 0 and set(counts.values()) == {0}


class Running:
    def __init__(self, folder: Path):
        self.folder, self.port, self.lines = folder, free_port(), []
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--no-demo"],
            cwd=BASE_DIR,
            env=environment(folder, PORT=str(self.port)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def of(self, program: str) -> int:
        """The pid of the leader of that program's group."""
        return next(pid for pid, line in family(self.folder).items() if program in line and os.getpgid(pid) == pid)


@pytest.fixture
def running(tmp_path, prepared):
    shutil.copytree(prepared[0], tmp_path, dirs_exist_ok=True)
    running = Running(tmp_path)
    try:
        wait_for(lambda: status(running.url("readyz")) == 200, seconds=90)
        yield running
    finally:
        running.process.kill()
        running.process.wait()
        for pid in family(tmp_path):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_up_serves_and_one_signal_stops_everything(running, number):
    assert status(running.url("healthz")) == 200
    assert status(running.url("dang-nhap/")) == 200
    programs = " ".join(family(running.folder).values())
    assert [name for name in ("gunicorn", "worker", "beat") if name not in programs] == []
    running.process.send_signal(number)
    assert running.process.wait(timeout=40) == 0
    assert family(running.folder) == {}
    assert running.lines[-1] == "Đã dừng tất cả.\n"
    assert any(running.url("") in line for line in running.lines)


def test_a_child_that_dies_stops_all_and_is_named(running):
    os.kill(running.of("beat"), signal.SIGKILL)
    assert running.process.wait(timeout=40) == 1
    assert family(running.folder) == {}
    assert "Tiến trình beat (bộ hẹn giờ) tự dừng với mã -9" in "".join(running.lines)


def test_a_supervisor_that_is_killed_leaves_no_orphans(running):
    running.process.kill()
    running.process.wait()
    wait_for(lambda: family(running.folder) == {}, seconds=30)


def refused(folder, **env) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--no-demo"],
        cwd=BASE_DIR,
        env=environment(folder, **env),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stderr).strip()


def test_a_taken_port_is_said_in_a_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refused(tmp_path, PORT=str(port)) == (
            f"CommandError: Cổng {port} đang có chương trình khác dùng. Hãy chọn cổng khác: PORT={port + 1} make up"
        )


@pytest.mark.parametrize("port", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_said_in_a_sentence(tmp_path, port):
    assert refused(tmp_path, PORT=port).startswith(f"CommandError: PORT={port} không phải số hiệu cổng.")


def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path):
    sentence = refused(tmp_path, PORT=str(free_port()), DATABASE_URL=f"postgres://x@127.0.0.1:{free_port()}/x")
    assert sentence.startswith("CommandError: Không vào được cơ sở dữ liệu (postgresql):")


def test_a_redis_that_does_not_answer_is_said_in_a_sentence(tmp_path):
    sentence = refused(tmp_path, PORT=str(free_port()), REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert sentence.startswith("CommandError: Không tới được Redis ở REDIS_URL:")
