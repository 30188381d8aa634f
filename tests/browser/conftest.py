"""A portal started by its own command with the demo in it, and a Chromium to walk it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from portal.settings import BASE_DIR
from tests import databases

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def _own_database(name: str):
    """A database of its own beside DATABASE_URL's, and how to drop it; nothing to do on SQLite."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        return "", lambda: None
    databases.create(url, name)
    return databases.beside(url, name), lambda: databases.drop(url, name)


class Portal(str):
    """The address of a running portal; the environment and the process it runs in (PORTAL_PID)."""

    env: dict[str, str]
    pid: int | None = None


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    """The address of a running portal: `manage.py up` on a free port, stopped by SIGTERM at the end.

    PORTAL_ADDRESS names one that runs already on the database of DATABASE_URL, its demo fresh.
    """
    if running := os.environ.get("PORTAL_ADDRESS"):
        running = Portal(running)
        running.env = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        running.pid = int(os.environ["PORTAL_PID"]) if "PORTAL_PID" in os.environ else None
        yield running
        return
    folder = tmp_path_factory.mktemp("portal")
    port = free_port()
    database, drop = _own_database(f"portal_browser_{port}")
    env = os.environ | {"VAR_DIR": str(folder), "PORT": str(port), "SECRET_KEY": "b" * 60, "SWEEP_SECONDS": "5"}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    if database:
        env |= {"DATABASE_URL": database}
    log = (folder / "up.log").open("w+")
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=BASE_DIR, env=env, stdout=log, stderr=subprocess.STDOUT
    )
    address = Portal(f"http://127.0.0.1:{port}")
    address.env, address.pid = env, up.pid
    try:
        _wait(address, up, log)
        yield address
    finally:
        up.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            up.wait(30)
        up.kill()
        drop()
    assert up.returncode == 0, Path(log.name).read_text()


@pytest.fixture(scope="session")
def officer_of(portal):
    """The account of the officer of a commune, by the commune's name (see `tests/browser/officer.py`)."""

    def made(place: str) -> str:
        command = [sys.executable, "-m", "tests.browser.officer", place]
        done = subprocess.run(command, cwd=BASE_DIR, env=portal.env, capture_output=True, text=True, check=True)
        return done.stdout.split()[-1]

    return made


def _wait(address: str, up: subprocess.Popen, log, seconds: int = 240) -> None:
    """Until the portal says it is ready: database, broker, and a worker seen."""
    for _ in range(seconds * 2):
        assert up.poll() is None, Path(log.name).read_text()
        with suppress(OSError):  # not listening yet, 503, or slow to answer
            if urllib.request.urlopen(f"{address}/readyz", timeout=20).status == 200:  # noqa: S310 -- our own address
                return
        time.sleep(0.5)
    raise AssertionError(Path(log.name).read_text())


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
