"""What the reports' tests lean on: the services of the real set-up, or a reason to skip."""

import os
import socket

import pytest
from django.db import connection

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/8")


def answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(autouse=True)
def real_services(request):
    """Skip, with the reason, what needs PostgreSQL or Redis where they do not answer."""
    if request.node.get_closest_marker("postgres") and connection.vendor != "postgresql":
        pytest.skip("cần PostgreSQL: đặt DATABASE_URL")
    if request.node.get_closest_marker("redis") and not answers("127.0.0.1", 6379):
        pytest.skip("cần Redis ở 127.0.0.1:6379")


@pytest.fixture
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR
